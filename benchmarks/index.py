"""How fast block files become a ledger, by stage, next to OpenSSL's hashing of the same transactions.

Run: python benchmarks/index.py [--size MB] [--recent] [--threads N] [--keep DIR]

A bulk chain is made once (``clew simulate bulk``) and kept in ``--keep``. Every figure is MB of block
files per second in this run, page cache warm, kernels compiled; 1 MB is a million bytes.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import os
import platform
import resource
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import numpy as np

from clew.build import index
from clew.build.batches import BlockReader
from clew.engine.local import LocalEngine
from clew.kernels.sha256 import BACKEND
from clew.ledger import source
from clew.ledger.headers import Node
from clew.simulate import bulk


def openssl() -> Any:
    """A kernel that double-hashes slices of a buffer with libcrypto; None where it is not found."""
    name = ctypes.util.find_library("crypto")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    init, update, final = library.SHA256_Init, library.SHA256_Update, library.SHA256_Final
    init.argtypes, init.restype = [ctypes.c_void_p], ctypes.c_int
    update.argtypes, update.restype = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t], ctypes.c_int
    final.argtypes, final.restype = [ctypes.c_void_p, ctypes.c_void_p], ctypes.c_int

    @numba.njit(nogil=True)
    def double_hash(data: Any, starts: Any, sizes: Any, first: int, last: int) -> Any:
        context, digest = np.empty(256, np.uint8), np.empty(32, np.uint8)
        check = np.zeros(32, np.uint8)
        for row in range(first, last):
            init(context.ctypes.data)
            update(context.ctypes.data, data[starts[row] :].ctypes.data, sizes[row])
            final(digest.ctypes.data, context.ctypes.data)
            init(context.ctypes.data)
            update(context.ctypes.data, digest.ctypes.data, 32)
            final(digest.ctypes.data, context.ctypes.data)
            check ^= digest
        return check

    return double_hash


def timed(work: Any) -> tuple[float, Any]:
    """Seconds and answer of one call."""
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def stages(nodes: list[Node], files: Any, threads: int) -> dict[str, float]:
    """Seconds of reading, counting, filling and OpenSSL's hashing, over all batches."""
    seconds = dict.fromkeys(("read", "parse", "parse with hashes", "OpenSSL"), 0.0)
    with LocalEngine(threads) as engine, ThreadPoolExecutor(threads) as pool:
        reader = BlockReader(files, engine)
        double_hash = openssl()
        for group in reader._groups(nodes):
            spent, (data, starts, ends) = timed(lambda group=group: reader._load(group))
            seconds["read"] += spent
            spent, (counts, _) = timed(lambda d=data, s=starts, e=ends: reader._count(d, s, e))
            seconds["parse"] += spent
            seconds["parse with hashes"] += spent
            spent, (parsed, _) = timed(
                lambda g=group, d=data, s=starts, e=ends, c=counts: reader._fill(g, d, s, e, c)
            )
            seconds["parse with hashes"] += spent
            if double_hash is None:
                continue
            block = np.repeat(starts, np.diff(parsed.batch.transaction_base))
            place = block + parsed.columns.offset
            sizes = parsed.columns.size.astype(np.int64)
            double_hash(data, place, sizes, 0, 1)
            edges = [len(place) * part // threads for part in range(threads + 1)]
            spent, _ = timed(
                lambda p=place, z=sizes, d=data, x=edges: list(
                    pool.map(lambda k: double_hash(d, p, z, x[k], x[k + 1]), range(threads))
                )
            )
            seconds["OpenSSL"] += spent
    return seconds


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=int, default=1_000, help="MB of block files (default 1000)")
    options.add_argument("--recent", action="store_true", help="transactions of the last years alone")
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "clew-bench")
    chosen = options.parse_args()
    # A folder is there only if it is whole.
    blocks = chosen.keep / f"bulk-{chosen.size}MB{'-recent' if chosen.recent else ''}"
    if not blocks.exists():
        bulk.make(blocks, chosen.size * 1_000_000, seed=1, recent=chosen.recent)
    ledger = chosen.keep / "ledger"
    files = source.open_files(blocks, "regtest")
    chain = source.best_chain(files, source.scan(files))
    nodes = list(chain.blocks)
    size = sum(node.frame.length for node in nodes) / 1e6
    stages(nodes[:300], files, chosen.threads)
    found = stages(nodes, files, chosen.threads)
    shutil.rmtree(ledger, ignore_errors=True)
    index(ledger, blocks, network="regtest", threads=chosen.threads, until=250)
    shutil.rmtree(ledger, ignore_errors=True)
    summary = index(ledger, blocks, network="regtest", threads=chosen.threads)
    on_disk = sum(path.stat().st_size for path in ledger.rglob("*") if path.is_file()) / 1e6
    transactions = summary.counts["transactions"]
    mean = size * 1e6 / transactions
    print(f"{platform.machine()}, {chosen.threads} threads, Python {platform.python_version()}, "
          f"Numba {numba.__version__}, SHA-256 {BACKEND}")  # fmt: skip
    print(f"{size:,.0f} MB of blocks, {transactions:,} transactions of {mean:.0f} bytes, "
          f"{summary.counts['inputs'] / transactions:.2f} inputs, "
          f"{summary.counts['outputs'] / transactions:.2f} outputs")  # fmt: skip
    rows = [("read and reveal", found["read"]), ("parse (count)", found["parse"]),
            ("parse with txids, Merkle and witness roots", found["parse with hashes"]),
            ("OpenSSL double SHA-256 of the same transactions", found["OpenSSL"]),
            ("whole index", summary.seconds)]  # fmt: skip
    for name, seconds in rows:
        if seconds:
            print(f"{name:<50} {size / seconds:>8,.0f} MB/s {seconds:>8.2f} s")
    print(f"whole index: {transactions / summary.seconds:,.0f} transactions/s, "
          f"1/{summary.seconds / found['OpenSSL']:.1f} of OpenSSL's speed")  # fmt: skip
    for name, seconds in summary.stages.items():
        print(f"  {name:<48} {seconds:>22.2f} s")
    print(f"ledger: {on_disk:,.0f} MB, {on_disk / size:.0%} of the block files; "
          f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")  # fmt: skip


if __name__ == "__main__":
    main()
