"""Which output an input spends: a table of the transactions that still have unspent outputs.

An input can only spend what is unspent, so the table stays small beside the chain. A slot holds
up to 64 outputs of one transaction: 128 bits of its id, where its outputs begin, and a bit for
each that is unspent. Shards by transaction id are independent; each is fed in chain order.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, folded, kernel
from clew.kernels.words import fetch
from clew.schema import NO_OUTPUT, NULLDATA

SHARD_BITS = 6
SHARDS = 1 << SHARD_BITS
WORDS = 4
"""Words per slot: two of the id; first output (40 bits), outputs less one (6), page (18); unspent bits."""
PLACE, UNSPENT_BITS = 2, 3
PAGE = 64
"""Outputs per slot."""
AHEAD = 8
"""Rows between asking memory for a slot and looking at it."""
NOTHING = -1

NO_SUCH_TRANSACTION, NO_SUCH_OUTPUT, SPENT_ALREADY = 1, 2, 3

_FIRST_MASK = (1 << 40) - 1
_SPREAD = 0x9E3779B1


class Made(NamedTuple):
    """Transactions of a batch: ``txid`` uint64 (4 a row), ``first_output`` int64 (rows + 1, counted from
    0); by output ``script_type`` and ``oversize`` (uint8)."""

    txid: Any
    first_output: Any
    script_type: Any
    oversize: Any


class Used(NamedTuple):
    """Inputs of a batch: ``txid`` uint64 (4 a row) and ``index`` uint32 of the output; ``transaction``
    uint32, the row of the one that the input belongs to."""

    txid: Any
    index: Any
    transaction: Any


@kernel
def by_shard(txid: Any, starts: Any, order: Any) -> None:
    """Group ids (uint64, 4 a row) by shard, keeping their order: ``starts`` int64 (SHARDS + 1),
    ``order`` int64."""
    starts[:] = 0
    shift = np.uint64(64 - SHARD_BITS)
    for row in range(len(order)):
        starts[np.int64(txid[4 * row] >> shift) + 1] += 1
    for shard in range(1, len(starts)):
        starts[shard] += starts[shard - 1]
    following = starts[:-1].copy()
    for row in range(len(order)):
        shard = np.int64(txid[4 * row] >> shift)
        order[following[shard]] = row
        following[shard] += 1


@kernel
def owners(first: Any, transactions: Any) -> None:
    """For each input (output), the row of its transaction: ``first`` int64 (rows + 1), out uint32."""
    for row in range(len(first) - 1):
        for each in range(first[row], first[row + 1]):
            transactions[each] = row


@kernel
def _home(k0: Any, page: int, per: int) -> int:
    low = (np.int64(k0 & np.uint64(0xFFFFFFFF)) + page * _SPREAD) & 0xFFFFFFFF
    return (low * per) >> 32


@kernel
def _distance(start: int, slot: int, per: int) -> int:
    """Steps from one slot to another, round the end of a shard."""
    return slot - start if slot >= start else slot - start + per


@kernel
def _find(table: Any, base: int, per: int, k0: Any, k1: Any, page: int) -> int:
    """Row of a page of a transaction; or of the free slot where it would stand, less one, negated."""
    slot = _home(k0, page, per)
    while True:
        at = base + slot
        if table[at, UNSPENT_BITS] == 0:
            return -at - 1
        if table[at, 0] == k0 and table[at, 1] == k1:
            if np.int64(table[at, PLACE] >> np.uint64(46)) == page:
                return at
        slot += 1
        if slot == per:
            slot = 0


@folded
def _remove(table: Any, base: int, per: int, at: int) -> None:
    """Free a slot and move later entries of its run back, so that none is cut off from its place."""
    hole = at - base
    slot = hole
    while True:
        slot += 1
        if slot == per:
            slot = 0
        if table[base + slot, UNSPENT_BITS] == 0:
            break
        home = _home(table[base + slot, 0], np.int64(table[base + slot, PLACE] >> np.uint64(46)), per)
        if _distance(home, slot, per) >= _distance(hole, slot, per):
            for word in range(WORDS):
                table[base + hole, word] = table[base + slot, word]
            hole = slot
    table[base + hole, UNSPENT_BITS] = 0


@folded
def _insert(
    table: Any, base: int, per: int, made: Made, row: int, outputs_before: int, unspendable: bool
) -> tuple[int, int]:
    """Enter a transaction; returns how many slots it took, and the first output of an earlier one of
    the same id that it replaces, else NOTHING."""
    k0, k1 = made.txid[4 * row], made.txid[4 * row + 1]
    first, last = made.first_output[row], made.first_output[row + 1]
    taken, replaced = 0, NOTHING
    page = 0
    while first < last:
        count = min(last - first, PAGE)
        bits = np.uint64(0)
        for i in range(count):
            if made.script_type[first + i] != NULLDATA and made.oversize[first + i] == 0 and not unspendable:
                bits |= np.uint64(1) << np.uint64(i)
        at = _find(table, base, per, k0, k1, page)
        if at >= 0:
            if replaced == NOTHING:
                replaced = np.int64(table[at, PLACE] & np.uint64(_FIRST_MASK)) - PAGE * page
            if bits == 0:
                _remove(table, base, per, at)
                taken -= 1
        elif bits != 0:
            at = -at - 1
            taken += 1
        if bits != 0:
            table[at, 0] = k0
            table[at, 1] = k1
            table[at, PLACE] = (
                np.uint64(outputs_before + first)
                | np.uint64(count - 1) << np.uint64(40)
                | np.uint64(page) << np.uint64(46)
            )
            table[at, UNSPENT_BITS] = bits
        first += count
        page += 1
    return taken, replaced


@folded
def _spend(table: Any, base: int, per: int, used: Used, row: int) -> tuple[int, int]:
    """The output that an input spends, or a fault, negated; and how many slots that frees."""
    index = np.int64(used.index[row])
    at = _find(table, base, per, used.txid[4 * row], used.txid[4 * row + 1], index // PAGE)
    if at < 0:
        if index >= PAGE:
            at = _find(table, base, per, used.txid[4 * row], used.txid[4 * row + 1], 0)
            # Another page follows only one that is full.
            if at >= 0 and np.int64(table[at, PLACE] >> np.uint64(40)) & 63 < PAGE - 1:
                return -NO_SUCH_OUTPUT, 0
        return -NO_SUCH_TRANSACTION, 0
    place = table[at, PLACE]
    bit = index % PAGE
    if bit > np.int64(place >> np.uint64(40)) & 63:
        return -NO_SUCH_OUTPUT, 0
    mask = np.uint64(1) << np.uint64(bit)
    if table[at, UNSPENT_BITS] & mask == 0:
        return -SPENT_ALREADY, 0
    output = np.int64(place & np.uint64(_FIRST_MASK)) + bit
    if table[at, UNSPENT_BITS] == mask:
        _remove(table, base, per, at)
        return output, 1
    table[at, UNSPENT_BITS] ^= mask
    return output, 0


@folded
def _fetch_used(table: Any, base: int, per: int, used: Used, order: Any, place: int, end: int) -> None:
    """Ask memory for what inputs some places ahead will look at: most lies far apart."""
    if place + 2 * AHEAD < end:
        fetch(used.txid, np.int64(4 * order[place + 2 * AHEAD]))
    if place + AHEAD < end:
        row = order[place + AHEAD]
        slot = _home(used.txid[4 * row], np.int64(used.index[row]) // PAGE, per)
        fetch(table, np.int64(WORDS * (base + slot)))


@folded
def _fetch_made(table: Any, base: int, per: int, made: Made, order: Any, place: int, end: int) -> None:
    """Ask memory for where transactions some places ahead will stand."""
    if place + 2 * AHEAD < end:
        fetch(made.txid, np.int64(4 * order[place + 2 * AHEAD]))
    if place + AHEAD < end:
        slot = _home(made.txid[4 * order[place + AHEAD]], np.int64(0), per)
        fetch(table, np.int64(WORDS * (base + slot)))


@kernel
def resolve(
    table: Any, held: Any, made: Made, made_order: Any, made_starts: Any, used: Used, used_order: Any,
    used_starts: Any, base: tuple[int, int], answers: tuple[Any, Any, Any], shards: tuple[int, int],
) -> None:  # fmt: skip
    """Run some shards of a batch in chain order: a transaction's inputs, then its outputs.

    ``table`` uint64 (SHARDS equal parts, WORDS); ``held`` int64 by shard: slots taken. ``base``:
    outputs before the batch, and how many of its first outputs nobody can spend (the genesis
    block's). ``answers``: ``spent_output`` int64 by input (NO_OUTPUT where the caller has put it),
    ``replaced`` int64 by transaction (first output of the earlier one of the same id, or NOTHING),
    ``faults`` int64 (SHARDS, 2: fault, input row). The caller has made room: no shard may be full.
    """
    table, made, used = borrowed(table), borrowed(made), borrowed(used)
    spent_output, replaced, faults = borrowed(answers)
    per = len(table) // SHARDS
    for shard in range(shards[0], shards[1]):
        start = shard * per
        faults[shard, 0] = 0
        coming, end = made_starts[shard], made_starts[shard + 1]
        for place in range(used_starts[shard], used_starts[shard + 1] + 1):
            final = place == used_starts[shard + 1]
            _fetch_used(table, start, per, used, used_order, place, used_starts[shard + 1])
            row = np.int64(0) if final else used_order[place]
            transaction = np.int64(len(made.first_output)) if final else np.int64(used.transaction[row])
            while coming < end and made_order[coming] < transaction:
                _fetch_made(table, start, per, made, made_order, coming, end)
                new = made_order[coming]
                coming += 1
                unspendable = made.first_output[new] < base[1]
                taken, earlier = _insert(table, start, per, made, new, base[0], unspendable)
                held[shard] += taken
                replaced[new] = earlier
            if final:
                break
            if spent_output[row] == NO_OUTPUT:
                continue
            output, freed = _spend(table, start, per, used, row)
            if output < 0:
                faults[shard, 0] = -output
                faults[shard, 1] = row
                break
            held[shard] -= freed
            spent_output[row] = output


@kernel
def rehash(old: Any, new: Any) -> None:
    """Move every entry of ``old`` into the larger, empty ``new``."""
    before, per = len(old) // SHARDS, len(new) // SHARDS
    for at in range(len(old)):
        if old[at, UNSPENT_BITS] != 0:
            base = (at // before) * per
            page = np.int64(old[at, PLACE] >> np.uint64(46))
            slot = _home(old[at, 0], page, per)
            while new[base + slot, UNSPENT_BITS] != 0:
                slot += 1
                if slot == per:
                    slot = 0
            for word in range(WORDS):
                new[base + slot, word] = old[at, word]


@kernel
def mark(bits: Any, outputs: Any) -> int:
    """Mark outputs (int64) in a bitmap (uint8); returns the first row already marked, or -1.

    NO_OUTPUT is passed over.
    """
    for row in range(len(outputs)):
        output = outputs[row]
        if output == NO_OUTPUT:
            continue
        mask = np.uint8(1 << (output & 7))
        if bits[output >> 3] & mask:
            return row
        bits[output >> 3] |= mask
    return -1


@kernel
def restore(table: Any, held: Any, txid: Any, first_output: Any, dead: Any) -> None:
    """Enter transactions as an earlier run left them, in chain order.

    ``txid`` uint64 (4 a row), ``first_output`` int64 (rows + 1, ids); ``dead`` (uint8) is a bitmap of
    outputs that are spent or that nobody can spend. The caller has made room.
    """
    per = len(table) // SHARDS
    for row in range(len(first_output) - 1):
        k0, k1 = txid[4 * row], txid[4 * row + 1]
        shard = np.int64(k0 >> np.uint64(64 - SHARD_BITS))
        base = shard * per
        first, last = first_output[row], first_output[row + 1]
        page = 0
        while first < last:
            count = min(last - first, PAGE)
            bits = np.uint64(0)
            for i in range(count):
                output = first + i
                if dead[output >> 3] & np.uint8(1 << (output & 7)) == 0:
                    bits |= np.uint64(1) << np.uint64(i)
            at = _find(table, base, per, k0, k1, page)
            if at >= 0 and bits == 0:
                _remove(table, base, per, at)
                held[shard] -= 1
            elif bits != 0:
                if at < 0:
                    at = -at - 1
                    held[shard] += 1
                table[at, 0] = k0
                table[at, 1] = k1
                table[at, PLACE] = (
                    np.uint64(first)
                    | np.uint64(count - 1) << np.uint64(40)
                    | np.uint64(page) << np.uint64(46)
                )
                table[at, UNSPENT_BITS] = bits
            first += count
            page += 1
