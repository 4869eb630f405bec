"""Which address an output pays to: a table of all addresses seen, cut into shards.

Ids are dense and in chain order however the work is split: within a batch an unseen address is
first known by the output it appeared in, and the rank of that output among such gives its id.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import folded, kernel
from clew.schema import HEAD_BYTES, NO_ADDRESS, NULLDATA, PAYLOAD_BYTES
from clew.schema import PAYLOAD_STRIDE as STRIDE

SHARD_BITS = 6
SHARDS = 1 << SHARD_BITS
EMPTY = NO_ADDRESS


class AddressTable(NamedTuple):
    """Slots: ``keys`` uint64, ``ids`` uint32 (EMPTY where free), SHARDS equal parts, each a power of two."""

    keys: Any
    ids: Any


class Known(NamedTuple):
    """Addresses by id: ``types`` uint8, ``heads`` uint8 (n, 20), ``tail_rows`` uint32 into ``lengths``
    and ``tails`` (m, 21), NO_ADDRESS where there is no tail."""

    types: Any
    heads: Any
    tail_rows: Any
    lengths: Any
    tails: Any


class Paid(NamedTuple):
    """Outputs of a batch: see ``parse.Columns``."""

    types: Any
    lengths: Any
    payload: Any
    keys: Any


class Found(NamedTuple):
    """Answer: ``addresses`` uint32, ``is_new`` uint8, ``slots`` int64 (of a new one), one per output."""

    addresses: Any
    is_new: Any
    slots: Any


@folded
def _is_known(known: Known, address: int, paid: Paid, row: int) -> bool:
    if known.types[address] != paid.types[row]:
        return False
    at = STRIDE * row
    for i in range(HEAD_BYTES):
        if known.heads[address, i] != paid.payload[at + i]:
            return False
    tail = known.tail_rows[address]
    if tail == NO_ADDRESS:
        return True
    if known.lengths[tail] != paid.lengths[row]:
        return False
    for i in range(HEAD_BYTES, PAYLOAD_BYTES):
        if known.tails[tail, i - HEAD_BYTES] != paid.payload[at + i]:
            return False
    return True


@folded
def _is_same(paid: Paid, first: int, row: int) -> bool:
    if paid.types[first] != paid.types[row] or paid.lengths[first] != paid.lengths[row]:
        return False
    for i in range(STRIDE):
        if paid.payload[STRIDE * first + i] != paid.payload[STRIDE * row + i]:
            return False
    return True


@kernel
def find(
    table: AddressTable,
    known: Known,
    paid: Paid,
    order: Any,
    starts: Any,
    shards: tuple[int, int],
    found: Found,
) -> None:
    """Find or insert the address of each output of some shards, in the outputs' order.

    ``order`` and ``starts`` (int64) group the outputs by shard. An address seen before this batch
    is answered by its id, another by ``len(known.types)`` plus the row of the output it is first in.
    The caller has made room: no shard may be full.
    """
    base = len(known.types)
    per = len(table.ids) // SHARDS
    for shard in range(shards[0], shards[1]):
        for place in range(starts[shard], starts[shard + 1]):
            row = order[place]
            found.is_new[row] = 0
            found.addresses[row] = NO_ADDRESS
            if paid.types[row] == NULLDATA:
                continue
            key = paid.keys[row]
            slot = np.int64(key & np.uint64(per - 1))
            while True:
                at = shard * per + slot
                address = np.int64(table.ids[at])
                if address == EMPTY:
                    table.keys[at] = key
                    table.ids[at] = base + row
                    found.addresses[row] = base + row
                    found.is_new[row] = 1
                    found.slots[row] = at
                    break
                if table.keys[at] == key:
                    if address < base:
                        same = _is_known(known, address, paid, row)
                    else:
                        same = _is_same(paid, address - base, row)
                    if same:
                        found.addresses[row] = address
                        break
                slot = (slot + 1) & (per - 1)


@kernel
def settle(table: AddressTable, found: Found, base: int) -> int:
    """Turn first outputs into ranks: dense ids from ``base`` on. Returns how many are new."""
    rank = np.empty(len(found.is_new), np.uint32)
    new = 0
    for row in range(len(found.is_new)):
        if found.is_new[row]:
            rank[row] = new
            table.ids[found.slots[row]] = base + new
            new += 1
        address = np.int64(found.addresses[row])
        if address != NO_ADDRESS and address >= base:
            found.addresses[row] = base + rank[address - base]
    return new


@kernel
def insert(table: AddressTable, keys: Any, first: int) -> None:
    """Put addresses that are all different into the table: ids from ``first`` on, by ``keys`` (uint64)."""
    per = len(table.ids) // SHARDS
    for row in range(len(keys)):
        shard = np.int64(keys[row] >> np.uint64(64 - SHARD_BITS))
        slot = np.int64(keys[row] & np.uint64(per - 1))
        while table.ids[shard * per + slot] != EMPTY:
            slot = (slot + 1) & (per - 1)
        table.keys[shard * per + slot] = keys[row]
        table.ids[shard * per + slot] = first + row


@kernel
def rehash(old: AddressTable, new: AddressTable) -> None:
    """Move every entry of ``old`` into the larger, empty ``new``."""
    per = len(new.ids) // SHARDS
    for at in range(len(old.ids)):
        if old.ids[at] != EMPTY:
            key = old.keys[at]
            shard = np.int64(key >> np.uint64(64 - SHARD_BITS))
            slot = np.int64(key & np.uint64(per - 1))
            while new.ids[shard * per + slot] != EMPTY:
                slot = (slot + 1) & (per - 1)
            new.keys[shard * per + slot] = key
            new.ids[shard * per + slot] = old.ids[at]
