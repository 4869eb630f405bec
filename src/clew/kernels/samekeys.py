"""Which addresses may be of one key, and which are of keys that everybody knows.

The look-up of addresses and that of nested keys are grouped by the same leading bits of one kind of key,
so they are gone through side by side. What is found are candidates: whoever asks compares whole payloads.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, kernel
from clew.kernels.words import u64
from clew.schema import HEAD_BYTES, PUBKEYHASH, WITNESS_V0_KEYHASH


class Buckets(NamedTuple):
    """Part of a look-up: ``starts`` (uint32, buckets + 1), places of which the first is that of the first
    entry; ``ids`` (uint32) and ``fingerprints`` (uint8) of the entries."""

    starts: Any
    ids: Any
    fingerprints: Any


@kernel
def _pair(nested: Buckets, bucket: int, pairs: tuple[Any, Any], count: int) -> int:
    """Pairs within one bucket of nested keys; returns how many there are then."""
    first, last = nested.starts[bucket] - nested.starts[0], nested.starts[bucket + 1] - nested.starts[0]
    for i in range(first, last):
        for j in range(i + 1, last):
            if nested.fingerprints[i] == nested.fingerprints[j]:
                pairs[0][count] = nested.ids[i]
                pairs[1][count] = nested.ids[j]
                count += 1
    return count


@kernel
def _pair_with(nested: Buckets, addresses: Buckets, bucket: int, pairs: tuple[Any, Any], count: int) -> int:
    """Pairs of nested keys and addresses of one bucket; returns how many there are then."""
    first, last = nested.starts[bucket] - nested.starts[0], nested.starts[bucket + 1] - nested.starts[0]
    start, stop = (
        addresses.starts[bucket] - addresses.starts[0],
        addresses.starts[bucket + 1] - addresses.starts[0],
    )
    for i in range(first, last):
        for j in range(start, stop):
            if nested.fingerprints[i] == addresses.fingerprints[j]:
                pairs[0][count] = nested.ids[i]
                pairs[1][count] = addresses.ids[j]
                count += 1
    return count


@kernel
def candidates(
    nested: Buckets, addresses: Buckets, first: int, with_nested: Any, with_address: Any
) -> tuple[int, int, int]:
    """Pairs of entries that may have one key, from bucket ``first`` on as long as there is room.

    ``with_nested`` and ``with_address`` (each two uint32 arrays): pairs of nested keys, and of a nested
    key and an address. Returns how many of each, and the bucket at which to go on.
    """
    nested, addresses = borrowed(nested), borrowed(addresses)
    two, one = np.int64(0), np.int64(0)
    for bucket in range(first, len(nested.starts) - 1):
        held = np.int64(nested.starts[bucket + 1]) - np.int64(nested.starts[bucket])
        others = np.int64(addresses.starts[bucket + 1]) - np.int64(addresses.starts[bucket])
        if held * held > len(with_nested[0]) - two or held * others > len(with_address[0]) - one:
            return two, one, bucket
        two = _pair(nested, bucket, with_nested, two)
        one = _pair_with(nested, addresses, bucket, with_address, one)
    return two, one, len(nested.starts) - 1


@kernel
def place_listed(
    keys: Any, listed: Any, bits: int, begin: int, following: Any, ids: Any, fingerprints: Any
) -> None:
    """Put ids ``listed`` (uint32) with ``keys`` (uint64) into buckets, as ``lookup.place_in_buckets``."""
    one = np.uint64(1)
    for row in range(len(keys)):
        key = keys[row]
        bucket = np.int64(key >> one >> np.uint64(63 - bits)) - begin
        if 0 <= bucket < len(following):
            place = following[bucket]
            ids[place] = listed[row]
            fingerprints[place] = np.int64(key >> np.uint64(56 - bits)) & 255
            following[bucket] = place + 1


@kernel
def key_hashes(types: Any, first: int, rows: Any) -> int:
    """Which addresses are hashes of keys: their places in ``types`` (uint8) to ``rows`` (int64)."""
    count = 0
    for row in range(len(types)):
        if types[row] == PUBKEYHASH or types[row] == WITNESS_V0_KEYHASH:
            rows[count] = first + row
            count += 1
    return count


@kernel
def _first_at_least(ordered: Any, value: Any) -> int:
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def known(types: Any, heads: Any, wanted: tuple[Any, Any, Any], marks: Any, rows: Any) -> int:
    """Rows (to ``rows``, int64) of addresses that are among those ``wanted``; returns how many.

    ``types`` uint8; ``heads`` uint8, flat, HEAD_BYTES each. ``wanted``: first eight bytes (uint64,
    ascending), heads (uint8, rows), types (uint8); ``marks`` uint8, at the lowest 16 bits of each.
    """
    words, wholes, kinds = borrowed(wanted)
    count = 0
    for row in range(len(types)):
        at = HEAD_BYTES * row
        word = np.uint64(u64(heads, at))
        if marks[np.int64(word & np.uint64(0xFFFF))] == 0:
            continue
        place = _first_at_least(words, word)
        while place < len(words) and words[place] == word:
            same = kinds[place] == types[row]
            for byte in range(HEAD_BYTES):
                same = same and wholes[place, byte] == heads[at + byte]
            if same:
                rows[count] = row
                count += 1
                break
            place += 1
    return count


__all__ = ["Buckets", "candidates", "key_hashes", "known", "place_listed"]
