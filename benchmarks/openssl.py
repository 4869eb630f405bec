"""How fast OpenSSL alone double-hashes the transactions of a chain, on so many threads: the yardstick."""

from __future__ import annotations

import ctypes
import ctypes.util
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import numpy as np

from clew.build.batches import BlockReader
from clew.engine.local import LocalEngine
from clew.ledger import source


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


def seconds(blocks: Path, threads: int) -> float | None:
    """Seconds that OpenSSL takes to hash each transaction of a regtest chain twice; None without OpenSSL.

    Blocks are read and parsed beside that, and not counted.
    """
    double_hash = openssl()
    if double_hash is None:
        return None
    files = source.open_files(blocks, "regtest")
    nodes = list(source.best_chain(files, source.scan(files)).blocks)
    passed = 0.0
    with LocalEngine(1) as engine, ThreadPoolExecutor(threads) as pool:
        reader = BlockReader(files, engine, 0)
        for group in reader._groups(nodes):
            parsed = reader._parse(group)
            batch, columns = parsed.batch, parsed.columns
            place = np.repeat(batch.starts, np.diff(batch.transaction_base)) + columns.offset
            sizes = columns.size.astype(np.int64)
            edges = [len(place) * part // threads for part in range(threads + 1)]
            double_hash(batch.data, place, sizes, 0, 1)
            began = time.perf_counter()
            list(
                pool.map(
                    lambda part, d=batch.data, p=place, z=sizes, e=edges: double_hash(
                        d, p, z, e[part], e[part + 1]
                    ),
                    range(threads),
                )
            )
            passed += time.perf_counter() - began
    files.close()
    return passed
