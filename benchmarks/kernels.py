"""How fast the hot kernels are: SHA-256 beside OpenSSL's, address texts, unions, counting and
filling blocks.

Run: python benchmarks/kernels.py [--size MB] [--threads N] [--keep DIR]

Times are those of the processor (user and system, all threads), which other load disturbs little, and
beside them the clock's. GB/s of SHA-256 are for one core. A bulk chain is made once
(``clew simulate bulk``) and kept in ``--keep``; blocks are in memory, kernels compiled; the best of several
runs counts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np

from clew.bitcoin.networks import BITCOIN
from clew.build.batches import BlockReader, _count
from clew.engine.local import LocalEngine
from clew.kernels import addresses, unionfind
from clew.kernels.hashes import INITIAL
from clew.kernels.jit import kernel
from clew.kernels.sha256 import BACKEND, compress, compress_two
from clew.ledger import source
from clew.schema import PUBKEYHASH, SCRIPT_TYPES, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT
from clew.simulate import bulk

ROUNDS = 5
HASHED = 100_000_000
"""Bytes that are hashed to time SHA-256."""

LINKS, ADDRESSES = 20_000_000, 17_000_000
"""Links that are united, and among how many addresses."""

WRITTEN = 1_000_000
"""Addresses that are written to time their texts."""


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds of the processor and of the clock, and the answer, of one call."""
    clock, spent = time.perf_counter(), time.process_time()
    answer = work()
    return time.process_time() - spent, time.perf_counter() - clock, answer


def fastest(work: Callable[[], Any]) -> float:
    """Seconds of the processor of the fastest of several calls."""
    return min(timed(work)[0] for _ in range(ROUNDS))


@kernel
def fold_one(state: Any, data: Any, blocks: int, times: int) -> None:
    """Fold the same blocks again and again."""
    for _ in range(times):
        compress(state, data, np.int64(0), blocks)


@kernel
def fold_two(states: Any, data: Any, blocks: int, times: int) -> None:
    """Fold the two halves of the data side by side, again and again."""
    for _ in range(times):
        compress_two(states, data, data, np.int64(0), 64 * blocks, blocks)


def hashing() -> None:
    """Print the speed of SHA-256 in messages of some lengths."""
    states = np.concatenate([INITIAL, INITIAL])
    for blocks in (1, 4, 256):
        data = np.zeros(128 * blocks, np.uint8)
        times = HASHED // (64 * blocks)
        fold_one(states, data, blocks, 1)
        fold_two(states, data, blocks, 1)
        one = HASHED / 1e9 / fastest(lambda d=data, b=blocks, t=times: fold_one(states, d, b, t))
        two = 2 * HASHED / 1e9 / fastest(lambda d=data, b=blocks, t=times: fold_two(states, d, b, t))
        print(f"SHA-256, {64 * blocks:>6,} bytes at once  one message {one:5.2f} GB/s, two {two:5.2f} GB/s")
    large = bytes(HASHED)
    openssl = HASHED / 1e9 / fastest(lambda: hashlib.sha256(large).digest())
    print(f"SHA-256, OpenSSL, one large message  {openssl:5.2f} GB/s")


def writing() -> None:
    """Print how many addresses of some types are written in a second, on one core."""
    payloads = np.random.default_rng(1).integers(0, 256, (WRITTEN, 32), dtype=np.uint8)
    form = addresses.form(BITCOIN.pubkeyhash_prefix, BITCOIN.scripthash_prefix, BITCOIN.bech32_prefix)
    for kind in (PUBKEYHASH, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT):
        types = np.full(WRITTEN, kind, np.uint8)
        rate = WRITTEN / 1e6 / fastest(lambda t=types: addresses.texts(t, payloads, form))
        print(f"address texts, {SCRIPT_TYPES[kind]:<19} {rate:5.2f} million/s")


def uniting() -> None:
    """Print how many links are united in a second, on one core: in the order of a chain, and in none."""
    rng = np.random.default_rng(1)
    # Link i stands where i parts of all addresses are there; it reaches back as often in each power of two.
    there = np.arange(LINKS) * (ADDRESSES / LINKS) + 2
    back = [np.exp(rng.uniform(0, 1, LINKS) * np.log(there)) for _ in "ab"]
    chain = [np.maximum(there - each, 0).astype(np.uint32) for each in back]
    mixed = [rng.integers(0, ADDRESSES, LINKS, dtype=np.uint32) for _ in "ab"]
    for name, (a, b) in (("in chain order", chain), ("at random", mixed)):
        times = []
        for _ in range(ROUNDS):
            parents = np.arange(ADDRESSES, dtype=np.uint32)
            times.append(timed(lambda p=parents, a=a, b=b: unionfind.union(p, a, b))[0])
        print(f"union of links {name:<16} {LINKS / 1e6 / min(times):6.1f} million/s")


def parsing(folder: Path, threads: int) -> None:
    """Print the time of counting and filling all blocks of a folder."""
    files = source.open_files(folder, "regtest")
    nodes = list(source.best_chain(files, source.scan(files)).blocks)
    size = sum(node.frame.length for node in nodes) / 1e9
    best: dict[str, tuple[float, float]] = {}
    transactions = 0
    with LocalEngine(threads) as engine:
        reader = BlockReader(files, engine, 0)
        for number in range(ROUNDS + 1):
            spent = {"count": np.zeros(2), "fill": np.zeros(2)}
            transactions = 0
            for group in reader._groups(nodes):
                data, starts, ends = reader._load(group)
                cpu, wall, (counts, faults) = timed(
                    lambda d=data, s=starts, e=ends: _count(d, s, e, reader.form)
                )
                spent["count"] += cpu, wall
                cpu, wall, (_, bad) = timed(
                    lambda g=group, d=data, s=starts, e=ends, c=counts: reader._fill(g, d, s, e, c)
                )
                spent["fill"] += cpu, wall
                transactions += int(counts[:, 0].sum())
                if faults[:, 0].any() or bad[:, 0].any():
                    raise SystemExit(f"{folder}: a block is damaged; delete the folder and run again")
            spent["both"] = spent["count"] + spent["fill"]
            for name, (cpu, wall) in spent.items():
                before = best.get(name, (np.inf, np.inf))
                # The first round may compile.
                best[name] = (min(before[0], cpu), min(before[1], wall)) if number else before
    mean = size * 1e9 / transactions
    print(f"{size * 1e3:,.0f} MB of blocks, {transactions:,} transactions of {mean:.0f} bytes")
    for name, (cpu, wall) in best.items():
        print(
            f"{name:<6} {cpu / size:6.3f} core-seconds per GB, {size * 1e3 / cpu:8,.0f} MB per core-second, "
            f"{size * 1e3 / wall:8,.0f} MB/s on {threads} threads"
        )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=int, default=300, help="MB of block files (default 300)")
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "clew-bench")
    chosen = options.parse_args()
    blocks = chosen.keep / f"bulk-{chosen.size}"
    if not (blocks / "done").exists():
        bulk.make(blocks, chosen.size * 1_000_000, seed=1)
        (blocks / "done").touch()
    print(f"{platform.machine()}, Python {platform.python_version()}, Numba {numba.__version__}, "
          f"SHA-256 {BACKEND}")  # fmt: skip
    hashing()
    writing()
    uniting()
    parsing(blocks, chosen.threads)


if __name__ == "__main__":
    main()
