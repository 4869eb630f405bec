"""Keys, buckets and partitions: how rows are found again.

A key only finds candidates; whole values are compared by whoever asks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import JIT, kernel
from clew.kernels.words import u64
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
def partition(keys: Any, shift: int, starts: Any, order: Any) -> None:
    """Group rows by ``keys >> shift`` (uint64), keeping their order within a group.

    Writes ``starts`` (int64, groups + 1) and ``order`` (int64, rows).
    """
    starts[:] = 0
    for row in range(len(keys)):
        starts[np.int64(keys[row] >> np.uint64(shift)) + 1] += 1
    for group in range(1, len(starts)):
        starts[group] += starts[group - 1]
    following = starts[:-1].copy()
    for row in range(len(keys)):
        group = np.int64(keys[row] >> np.uint64(shift))
        order[following[group]] = row
        following[group] += 1


@kernel
def fill_buckets(keys: Any, bits: int, starts: Any, ids: Any, fingerprints: Any) -> None:
    """Build a look-up over ``keys`` (uint64): see ``clew.ledger.keys``.

    Writes ``starts`` (uint32, 2^bits + 1), ``ids`` (uint32) and ``fingerprints`` (uint8), both one
    per key.
    """
    starts[:] = 0
    one = np.uint64(1)
    for row in range(len(keys)):
        # Two shifts, since a shift by all 64 bits is undefined.
        starts[np.int64(keys[row] >> one >> np.uint64(63 - bits)) + 1] += 1
    for bucket in range(1, len(starts)):
        starts[bucket] += starts[bucket - 1]
    following = starts[:-1].copy()
    for row in range(len(keys)):
        bucket = np.int64(keys[row] >> one >> np.uint64(63 - bits))
        place = following[bucket]
        ids[place] = row
        fingerprints[place] = np.int64(keys[row] >> np.uint64(56 - bits)) & 255
        following[bucket] = place + 1


@kernel
def address_keys(
    types: Any, heads: Any, tail_addresses: Any, tails: Any, first: int, last: int, seed: Any, keys: Any
) -> None:
    """Keys of addresses ``first`` to ``last`` from their columns, into ``keys`` (uint64)."""
    row = np.zeros(STRIDE, np.uint8)
    tail, above = 0, len(tail_addresses)
    while tail < above:
        middle = (tail + above) // 2
        if tail_addresses[middle] < first:
            tail = middle + 1
        else:
            above = middle
    for address in range(first, last):
        row[:] = 0
        row[:20] = heads[address]
        if tail < len(tail_addresses) and tail_addresses[tail] == address:
            row[20:41] = tails[tail]
            tail += 1
        keys[address - first] = address_key(row, np.int64(0), np.int64(types[address]), seed)
