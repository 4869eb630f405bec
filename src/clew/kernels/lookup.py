"""Keys, buckets and partitions: how rows are found again.

A key only finds candidates; whole values are compared by whoever asks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import JIT, kernel
from clew.kernels.words import u64
from clew.schema import END_BYTES, HEAD_BYTES, TAIL_BYTES
from clew.schema import PAYLOAD_STRIDE as STRIDE

SEED = np.uint64(0x9E3779B97F4A7C15)
FACTOR = np.uint64(0xFF51AFD7ED558CCD)
HALF = np.uint64(32)


@kernel
def _address_key_compiled(payload: Any, at: int, address_type: int, seed: Any) -> Any:
    key = seed ^ np.uint64(address_type)
    for start in range(0, STRIDE, 8):
        key = (key ^ u64(payload, at + start)) * FACTOR
        key ^= key >> HALF
    return key


def _address_key_plain(payload: Any, at: int, address_type: int, seed: Any) -> Any:
    # NumPy warns when a 64-bit product wraps; plain integers do not.
    key = int(seed) ^ int(address_type)
    for start in range(at, at + STRIDE, 8):
        word = int.from_bytes(payload[start : start + 8].tobytes(), "little")
        key = ((key ^ word) * int(FACTOR)) & 0xFFFFFFFFFFFFFFFF
        key ^= key >> 32
    return np.uint64(key)


address_key = _address_key_compiled if JIT else _address_key_plain
"""``address_key(payload, at, address_type, seed)``: 64-bit key of the zero-padded payload row at ``at``.

With SEED (uint64) it is the key of the ledger's look-up. That one is public, and anyone can make
addresses that share it; so tables in memory take a secret seed of their own."""


@kernel
def count_buckets(keys: Any, stride: int, bits: int, counts: Any) -> None:
    """Count keys (every ``stride``-th of ``keys``, uint64) by bucket: ``counts`` uint32, 2^bits."""
    one = np.uint64(1)
    for row in range(len(keys) // stride):
        # Two shifts, since a shift by all 64 bits is undefined.
        counts[np.int64(keys[stride * row] >> one >> np.uint64(63 - bits))] += 1


@kernel
def bucket_starts(counts: Any) -> None:
    """Turn counts into starts, in place."""
    start = np.int64(0)
    for bucket in range(len(counts)):
        count = np.int64(counts[bucket])
        counts[bucket] = start
        start += count


@kernel
def place_in_buckets(
    keys: Any, stride: int, bits: int, first: int, begin: int, following: Any, ids: Any, fingerprints: Any
) -> None:
    """Put ids, numbered from ``first``, where their bucket's next one belongs: see ``clew.ledger.keys``.

    Buckets from ``begin`` on, as many as ``following`` (uint32: places from 0, moving on) has; writes
    ``ids`` (uint32) and ``fingerprints`` (uint8).
    """
    one = np.uint64(1)
    for row in range(len(keys) // stride):
        key = keys[stride * row]
        bucket = np.int64(key >> one >> np.uint64(63 - bits)) - begin
        if 0 <= bucket < len(following):
            place = following[bucket]
            ids[place] = first + row
            fingerprints[place] = np.int64(key >> np.uint64(56 - bits)) & 255
            following[bucket] = place + 1


@kernel
def _first_at_least(ordered: Any, value: int) -> int:
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def address_keys(
    types: Any, heads: Any, tails: tuple[Any, Any], ends: tuple[Any, Any], first: int, seed: Any, keys: Any
) -> None:
    """Keys of addresses from ``first`` on, from their columns, into ``keys`` (uint64).

    ``types`` uint8 and ``heads`` uint8 (rows, 20) of those; ``tails`` and ``ends``: the addresses
    (uint32) that have one and what it is (uint8, rows), of those at least.
    """
    row = np.zeros(STRIDE, np.uint8)
    tail = _first_at_least(tails[0], first)
    end = _first_at_least(ends[0], first)
    for i in range(len(keys)):
        address = first + i
        row[:] = 0
        for byte in range(HEAD_BYTES):
            row[byte] = heads[i, byte]
        if tail < len(tails[0]) and tails[0][tail] == address:
            for byte in range(TAIL_BYTES):
                row[HEAD_BYTES + byte] = tails[1][tail, byte]
            tail += 1
        if end < len(ends[0]) and ends[0][end] == address:
            for byte in range(END_BYTES):
                row[HEAD_BYTES + TAIL_BYTES + byte] = ends[1][end, byte]
            end += 1
        keys[i] = address_key(row, np.int64(0), np.int64(types[i]), seed)


@kernel
def payload_keys(payload: Any, types: Any, seed: Any, keys: Any) -> None:
    """Keys (uint64) of addresses from payloads (uint8, STRIDE a row) and ``types`` (uint8)."""
    for row in range(len(types)):
        keys[row] = address_key(payload, STRIDE * row, np.int64(types[row]), seed)
