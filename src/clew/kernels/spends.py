"""Which output an input spends: a table of the transactions that still have unspent outputs.

An input can only spend what is unspent, so the table stays small beside the chain. Shards by
transaction id are independent of each other; each is fed in chain order.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import folded, kernel
from clew.schema import NO_OUTPUT

SHARD_BITS = 6
SHARDS = 1 << SHARD_BITS
WORDS = 8
"""Words per slot, one cache line: the id in four, first output, outputs, unspent ones, row."""
FIRST, OUTPUTS, LEFT, ROW = 4, 5, 6, 7
NOTHING = 0xFFFFFFFF

NO_SUCH_TRANSACTION, NO_SUCH_OUTPUT = 1, 2


class Made(NamedTuple):
    """Transactions: ``txid`` flat uint8, ``key`` uint64, ``first_output`` int64 (one more than rows),
    ``spendable`` uint32."""

    txid: Any
    key: Any
    first_output: Any
    spendable: Any


class Used(NamedTuple):
    """Inputs: ``txid`` flat uint8 and ``index`` uint32 of the output, ``key`` uint64, ``transaction``
    uint32 (the row that the input belongs to)."""

    txid: Any
    index: Any
    key: Any
    transaction: Any


@kernel
def txid_keys(txid: Any, keys: Any) -> None:
    """Keys (uint64) of transaction ids (flat uint8): the first eight bytes, little-endian."""
    for row in range(len(keys)):
        key = np.uint64(0)
        for i in range(8):
            key |= np.uint64(txid[32 * row + i]) << np.uint64(8 * i)
        keys[row] = key


@kernel
def transactions_of(first: Any, transactions: Any) -> None:
    """For each input (output), the row of its transaction: ``first`` int64 (rows + 1), out uint32."""
    for row in range(len(first) - 1):
        transactions[first[row] : first[row + 1]] = row


@kernel
def _word(txid: Any, row: int, word: int) -> Any:
    value = np.uint64(0)
    at = 32 * row + 8 * word
    for i in range(8):
        value |= np.uint64(txid[at + i]) << np.uint64(8 * i)
    return value


@kernel
def _find(table: Any, shard: int, txid: Any, row: int) -> int:
    """Slot of a transaction id in its shard, or of the free slot where it would stand, less one, negated."""
    per = len(table) // SHARDS
    k0, k1 = _word(txid, row, np.int64(0)), _word(txid, row, np.int64(1))
    k2, k3 = _word(txid, row, np.int64(2)), _word(txid, row, np.int64(3))
    slot = np.int64(k0 & np.uint64(per - 1))
    while True:
        at = shard * per + slot
        if table[at, OUTPUTS] == 0:
            return -at - 1
        if table[at, 0] == k0 and table[at, 1] == k1 and table[at, 2] == k2 and table[at, 3] == k3:
            return at
        slot = (slot + 1) & (per - 1)


@folded
def _remove(table: Any, shard: int, at: int) -> None:
    """Free a slot and move later entries of its run back, so that none is cut off from its place."""
    per = len(table) // SHARDS
    base = shard * per
    hole = at - base
    slot = hole
    while True:
        slot = (slot + 1) & (per - 1)
        if table[base + slot, OUTPUTS] == 0:
            break
        home = np.int64(table[base + slot, 0] & np.uint64(per - 1))
        if (slot - home) & (per - 1) >= (slot - hole) & (per - 1):
            table[base + hole] = table[base + slot]
            hole = slot
    table[base + hole, OUTPUTS] = 0


@kernel
def _insert(table: Any, shard: int, made: Made, row: int, base: tuple[int, int], left: int) -> int:
    """Enter a transaction; returns the row of an earlier one of the same id that it replaces, else -1."""
    at = _find(table, shard, made.txid, row)
    replaced = -1
    if at >= 0:
        replaced = np.int64(table[at, ROW])
    else:
        at = -at - 1
    for word in range(4):
        table[at, word] = _word(made.txid, row, word)
    table[at, FIRST] = base[1] + made.first_output[row]
    table[at, OUTPUTS] = made.first_output[row + 1] - made.first_output[row]
    table[at, LEFT] = left
    table[at, ROW] = base[0] + row
    return replaced


@folded
def _spend(table: Any, shard: int, used: Used, row: int) -> int:
    """The output that an input spends, or a fault, negated."""
    at = _find(table, shard, used.txid, row)
    if at < 0:
        return -NO_SUCH_TRANSACTION
    if used.index[row] >= table[at, OUTPUTS]:
        return -NO_SUCH_OUTPUT
    output = np.int64(table[at, FIRST]) + np.int64(used.index[row])
    table[at, LEFT] -= np.uint64(1)
    if table[at, LEFT] == 0:
        _remove(table, shard, at)
    return output


@kernel
def resolve(
    table: Any, made: Made, made_order: Any, made_starts: Any, used: Used, used_order: Any, used_starts: Any,
    base: tuple[int, int], shards: tuple[int, int], answers: tuple[Any, Any, Any],
) -> None:  # fmt: skip
    """Run some shards of a batch in chain order: a transaction's inputs, then its outputs.

    ``table`` uint64 (SHARDS x power of two, WORDS). ``base``: ids of the batch's first transaction
    and output. ``answers``: ``spent_output`` int64 by input, ``replaced`` uint32 by transaction
    (NOTHING, or the earlier one of the same id), ``faults`` int64 (SHARDS, 2: fault, input row).
    The caller has made room: no shard may be full.
    """
    spent_output, replaced, faults = answers
    for shard in range(shards[0], shards[1]):
        faults[shard, 0] = 0
        coming, end = made_starts[shard], made_starts[shard + 1]
        for place in range(used_starts[shard], used_starts[shard + 1] + 1):
            last = place == used_starts[shard + 1]
            now = np.int64(NOTHING) if last else np.int64(used.transaction[used_order[place]])
            while coming < end and made_order[coming] < now:
                row = made_order[coming]
                coming += 1
                replaced[row] = NOTHING
                if made.spendable[row] > 0:
                    earlier = _insert(table, shard, made, row, base, made.spendable[row])
                    if earlier >= 0:
                        replaced[row] = earlier
            if last:
                break
            row = used_order[place]
            if spent_output[row] == NO_OUTPUT:
                continue
            output = _spend(table, shard, used, row)
            if output < 0:
                faults[shard, 0] = -output
                faults[shard, 1] = row
                break
            spent_output[row] = output


@kernel
def mark_spent(bits: Any, outputs: Any) -> int:
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
def count_left(bits: Any, first_output: Any, left: Any) -> None:
    """For each transaction, how many of its outputs (``first_output`` int64, rows + 1) are unmarked."""
    for row in range(len(left)):
        unmarked = 0
        for output in range(first_output[row], first_output[row + 1]):
            if not bits[output >> 3] & np.uint8(1 << (output & 7)):
                unmarked += 1
        left[row] = unmarked


@kernel
def rehash(old: Any, new: Any) -> None:
    """Move every entry of ``old`` into the larger, empty ``new``."""
    per = len(new) // SHARDS
    for at in range(len(old)):
        if old[at, OUTPUTS] != 0:
            shard = np.int64(old[at, 0] >> np.uint64(64 - SHARD_BITS))
            slot = np.int64(old[at, 0] & np.uint64(per - 1))
            while new[shard * per + slot, OUTPUTS] != 0:
                slot = (slot + 1) & (per - 1)
            new[shard * per + slot] = old[at]


@kernel
def restore(table: Any, made: Made, left: Any, base: tuple[int, int]) -> None:
    """Enter transactions that have unspent outputs (``left`` uint32 > 0), as an earlier run left them."""
    for row in range(len(left)):
        if left[row] > 0:
            shard = np.int64(made.key[row] >> np.uint64(64 - SHARD_BITS))
            _insert(table, shard, made, row, base, left[row])
