"""Which address each output pays to, for more addresses than memory holds.

Outputs are set aside in partitions by a secret key of what they pay to, all outputs of an address
in one partition; each partition is joined by itself, and finds the first output of each address.
The rank of that output among all first ones is the address's id: dense and in chain order,
however the work was split. Keys only find candidates: types and whole payloads are compared.

A record is a row in its batch with the address type above it, and the payload in 32-bit words:
5 for a short one, 12 for a long one, whose last byte is its length.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import JIT, borrowed, folded, kernel
from clew.kernels.words import fetch
from clew.schema import HEAD_BYTES, NULLDATA, WITNESS_UNKNOWN
from clew.schema import PAYLOAD_STRIDE as STRIDE

SHORT_WORDS = HEAD_BYTES // 4
LONG_WORDS = STRIDE // 4
TYPE_SHIFT = 28
AHEAD = 8
"""Records between asking memory for a slot and looking at it."""
ROW_MASK = (1 << TYPE_SHIFT) - 1
_FACTOR = np.uint64(0xFF51AFD7ED558CCD)


class Slices(NamedTuple):
    """One partition's records of one kind: where each batch's lie in ``words`` (uint32, all that was set
    aside), int64 each: ``rows`` and ``payloads`` (places of the first), ``counts``, and ``base``, the
    first output of the batch."""

    words: Any
    rows: Any
    payloads: Any
    counts: Any
    base: Any


class Room(NamedTuple):
    """Where one thread joins: ``slots`` uint64 (a power of two, zeros), ``payloads`` uint32 (``words`` a
    row), ``types`` uint8 and ``outputs`` int64 of each address found."""

    slots: Any
    payloads: Any
    types: Any
    outputs: Any


@kernel
def _partition(key: Any, shift: int) -> int:
    # Two shifts, since a shift by all 64 bits is undefined.
    return np.int64(key >> np.uint64(1) >> np.uint64(shift - 1))


@kernel
def count_records(types: Any, lengths: Any, keys: Any, shift: int, counts: Any) -> None:
    """Count the records of a batch's outputs: ``counts`` int64 (2 kinds, partitions), set to zero before.

    ``types``, ``lengths`` uint8 and ``keys`` uint64 by output; a partition is ``keys >> shift``.
    """
    for row in range(len(types)):
        kind = types[row]
        if kind != NULLDATA:
            long = 1 if lengths[row] > HEAD_BYTES or kind == WITNESS_UNKNOWN else 0
            counts[long, _partition(keys[row], shift)] += 1


@kernel
def set_aside(
    types: Any,
    lengths: Any,
    payload: Any,
    keys: Any,
    shift: int,
    following: Any,
    words: Any,
    places: tuple[int, int, int, int],
) -> None:
    """Write the records of a batch's outputs, by partition and in order, into ``words`` (uint32).

    ``payload`` uint32 (LONG_WORDS a row); ``following`` int64 (2 kinds, partitions): the next record of
    each, counted within its kind; it moves on. ``places``: where in ``words`` rows and payloads of
    short records, and rows and payloads of long ones begin.
    """
    for row in range(len(types)):
        kind = types[row]
        if kind == NULLDATA:
            continue
        long = 1 if lengths[row] > HEAD_BYTES or kind == WITNESS_UNKNOWN else 0
        partition = _partition(keys[row], shift)
        at = following[long, partition]
        following[long, partition] = at + 1
        if long:
            words[places[2] + at] = row | np.int64(kind) << TYPE_SHIFT
            start = places[3] + LONG_WORDS * at
            for word in range(LONG_WORDS):
                words[start + word] = payload[LONG_WORDS * row + word]
            words[start + LONG_WORDS - 1] |= np.uint32(lengths[row]) << np.uint32(24)
        else:
            words[places[0] + at] = row | np.int64(kind) << TYPE_SHIFT
            start = places[1] + SHORT_WORDS * at
            for word in range(SHORT_WORDS):
                words[start + word] = payload[LONG_WORDS * row + word]


@kernel
def _hash_compiled(words: Any, at: int, count: int, kind: int, seed: Any) -> Any:
    key = seed ^ np.uint64(kind)
    for word in range(count):
        key = (key ^ np.uint64(words[at + word])) * _FACTOR
        key ^= key >> np.uint64(32)
    return key


def _hash_plain(words: Any, at: int, count: int, kind: int, seed: Any) -> Any:
    key = int(seed) ^ int(kind)
    for word in range(count):
        key = ((key ^ int(words[at + word])) * int(_FACTOR)) & 0xFFFFFFFFFFFFFFFF
        key ^= key >> 32
    return np.uint64(key)


_hash = _hash_compiled if JIT else _hash_plain


@folded
def _is_same(words: Any, at: int, room: Room, address: int, count: int, kind: int) -> bool:
    if room.types[address] != kind:
        return False
    for word in range(count):
        if words[at + word] != room.payloads[count * address + word]:
            return False
    return True


@kernel
def join(slices: Slices, count: int, seed: Any, bits: int, room: Room, low: Any, high: Any) -> int:
    """Find the first output of each record's address; returns how many addresses there are.

    ``count``: payload words. ``bits``: how many of a key's tell addresses apart before payloads are
    compared (30; fewer in tests). Writes the output's id as ``low`` (uint32) and ``high`` (uint8),
    one per record in order. The caller has made ``room`` for as many addresses as records.
    """
    slices, room = borrowed(slices), borrowed(room)
    mask = len(room.slots) - 1
    found, record = 0, 0
    keys = np.empty(AHEAD, np.uint64)
    for batch in range(len(slices.rows)):
        base = slices.base[batch]
        records = slices.counts[batch]
        for i in range(-AHEAD, records):
            ahead = i + AHEAD
            key = keys[i & (AHEAD - 1)]
            if ahead < records:
                kind = np.int64(slices.words[slices.rows[batch] + ahead]) >> TYPE_SHIFT
                later = _hash(slices.words, slices.payloads[batch] + count * ahead, count, kind, seed)
                keys[ahead & (AHEAD - 1)] = later
                fetch(room.slots, np.int64(later & np.uint64(0x7FFFFFFF)) & mask)
            if i < 0:
                continue
            head = np.int64(slices.words[slices.rows[batch] + i])
            kind = head >> TYPE_SHIFT
            at = slices.payloads[batch] + count * i
            tag = np.int64(key >> np.uint64(64 - bits)) + 1
            slot = np.int64(key & np.uint64(0x7FFFFFFF)) & mask
            while True:
                held = np.int64(room.slots[slot])
                if held == 0:
                    room.slots[slot] = np.uint64(tag << 31 | found)
                    for word in range(count):
                        room.payloads[count * found + word] = slices.words[at + word]
                    room.types[found] = kind
                    room.outputs[found] = base + (head & ROW_MASK)
                    address = np.int64(found)
                    found += 1
                    break
                if held >> 31 == tag:
                    address = held & 0x7FFFFFFF
                    if _is_same(slices.words, at, room, address, count, kind):
                        break
                slot = (slot + 1) & mask
            output = room.outputs[address]
            low[record] = output & 0xFFFFFFFF
            high[record] = output >> 32
            record += 1
    return found


class Parts(NamedTuple):
    """One batch's records of one kind: ``words`` (uint32), where in them ``rows`` and ``payloads`` begin,
    int64 ``starts`` (partitions + 1) of its records, and in ``low`` and ``high`` (first outputs of all
    records) where those of each partition lie: int64 ``firsts``."""

    words: Any
    rows: int
    payloads: int
    starts: Any
    low: Any
    high: Any
    firsts: Any


@kernel
def mark_firsts(parts: Parts, base: int, bits: Any) -> int:
    """Mark each output of a batch that is the first to pay to its address; returns how many.

    ``base``: the batch's first output; ``bits`` uint8, of which bit ``base % 8`` stands for it.
    """
    parts = borrowed(parts)
    shift = base & 7
    marked = 0
    for partition in range(len(parts.firsts)):
        for record in range(parts.starts[partition], parts.starts[partition + 1]):
            row = np.int64(parts.words[parts.rows + record]) & ROW_MASK
            place = parts.firsts[partition] + record - parts.starts[partition]
            if np.int64(parts.low[place]) | np.int64(parts.high[place]) << 32 == base + row:
                bits[(row + shift) >> 3] |= np.uint8(1 << ((row + shift) & 7))
                marked += 1
    return marked


@kernel
def _ones(word: Any) -> int:
    """How many bits of a uint64 are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    word += word >> np.uint64(8)
    word += word >> np.uint64(16)
    word += word >> np.uint64(32)
    return np.int64(word & np.uint64(127))


@kernel
def count_ones(words: Any, before: Any) -> int:
    """How many bits (of uint64) are set before each word: ``before`` uint32. Returns the sum."""
    total = 0
    for word in range(len(words)):
        before[word] = total
        total += _ones(words[word])
    return total


@kernel
def rank(words: Any, before: Any, output: int) -> int:
    """How many outputs before ``output`` are marked in ``words`` (uint64), see ``count_ones``."""
    below = words[output >> 6] & ((np.uint64(1) << np.uint64(output & 63)) - np.uint64(1))
    return np.int64(before[output >> 6]) + _ones(below)


class Addresses(NamedTuple):
    """What a batch's outputs pay to: ``ids`` uint32 by output, NO_ADDRESS before; and of its new
    addresses, by id less that of the first: ``types`` and ``lengths`` uint8, ``payloads`` uint32
    (LONG_WORDS a row, zeros before)."""

    ids: Any
    types: Any
    lengths: Any
    payloads: Any


@kernel
def number(parts: Parts, count: int, base: int, first: int, words: Any, before: Any, out: Addresses) -> None:
    """Write the address of each output of a batch, and its new addresses.

    ``count``: payload words; ``base``: the batch's first output; ``first``: id of its first new address.
    """
    parts, out = borrowed(parts), borrowed(out)
    for partition in range(len(parts.firsts)):
        for record in range(parts.starts[partition], parts.starts[partition + 1]):
            head = np.int64(parts.words[parts.rows + record])
            row = head & ROW_MASK
            place = parts.firsts[partition] + record - parts.starts[partition]
            output = np.int64(parts.low[place]) | np.int64(parts.high[place]) << 32
            address = rank(words, before, output)
            out.ids[row] = address
            if output == base + row:
                new = address - first
                out.types[new] = head >> TYPE_SHIFT
                for word in range(count):
                    out.payloads[LONG_WORDS * new + word] = parts.words[
                        parts.payloads + count * record + word
                    ]
                if count == LONG_WORDS:
                    out.lengths[new] = out.payloads[LONG_WORDS * new + LONG_WORDS - 1] >> np.uint32(24)
                    out.payloads[LONG_WORDS * new + LONG_WORDS - 1] &= np.uint32(0x00FFFFFF)
                else:
                    out.lengths[new] = HEAD_BYTES
