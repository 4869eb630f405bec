"""The transactions with unspent outputs, while a build runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.build.soundness import damaged, require_ids, require_starts
from clew.engine.local import LocalEngine
from clew.kernels import spends as kernel
from clew.kernels.lookup import partition
from clew.kernels.parse import Batch, Columns
from clew.ledger.tables import Array
from clew.schema import FLAG_COINBASE, NO_OUTPUT, NULLDATA

SHARDS = kernel.SHARDS
_SHARD_SHIFT = np.uint64(64 - kernel.SHARD_BITS)
_FULLEST = 0.7
_CHUNK = 1 << 20


@dataclass(frozen=True)
class SpendFault:
    """An input that cannot be resolved: its row in the batch, and why."""

    input: int
    reason: str


_REASONS = {
    kernel.NO_SUCH_TRANSACTION: "no earlier transaction of that id has unspent outputs",
    kernel.NO_SUCH_OUTPUT: "that transaction has fewer outputs",
}


class SpendBook:
    """Resolves inputs to the outputs that they spend, and refuses to spend one twice."""

    def __init__(self) -> None:
        self._table = _empty(1 << 8)
        self._held = np.zeros(SHARDS, np.int64)
        self._spent: Array = np.zeros(1 << 16, np.uint8)

    def resolve(
        self, batch: Batch, columns: Columns, base: tuple[int, int], unspendable: Array, engine: LocalEngine
    ) -> tuple[Array, Array, SpendFault | None]:
        """Outputs spent by the batch's inputs (int64), replaced transactions, and the first fault.

        ``base``: ids of the batch's first transaction and output. ``unspendable``: ids of its outputs
        that nobody can spend. Replaced: uint32 by transaction, ``kernels.spends.NOTHING`` or an id.
        """
        transactions, inputs = len(columns.offset), len(columns.sequence)
        made_keys, used_keys = np.empty(transactions, np.uint64), np.empty(inputs, np.uint64)
        kernel.txid_keys(columns.txid, made_keys)
        kernel.txid_keys(columns.previous_txid, used_keys)
        made_order, made_starts = _grouped(made_keys)
        used_order, used_starts = _grouped(used_keys)
        self._make_room(np.diff(made_starts))
        owner = np.empty(inputs, np.uint32)
        kernel.transactions_of(columns.first_input, owner)
        made = kernel.Made(columns.txid, made_keys, columns.first_output, columns.spendable)
        used = kernel.Used(columns.previous_txid, columns.previous_index, used_keys, owner)
        spent = np.zeros(inputs, np.int64)
        spent[columns.first_input[:-1][(columns.flags & FLAG_COINBASE) != 0]] = NO_OUTPUT
        replaced = np.full(transactions, kernel.NOTHING, np.uint32)
        faults = np.zeros((SHARDS, 2), np.int64)
        engine.over(
            lambda first, last: kernel.resolve(
                self._table, made, made_order, made_starts, used, used_order, used_starts, base,
                (first, last), (spent, replaced, faults),
            ),
            SHARDS,
        )  # fmt: skip
        self._count()
        bad = faults[faults[:, 0] > 0]
        if len(bad):
            code, row = bad[np.argmin(bad[:, 1])]
            # Every input before it is resolved; if one of them spends twice, that is the first fault.
            earlier = self._mark(spent[:row], unspendable, base[1] + len(columns.value))
            return spent, replaced, earlier or SpendFault(int(row), _REASONS[int(code)])
        return spent, replaced, self._mark(spent, unspendable, base[1] + len(columns.value))

    def _mark(self, spent: Array, unspendable: Array, outputs: int) -> SpendFault | None:
        if len(self._spent) * 8 < outputs:
            larger = np.zeros(max(outputs // 8 + 1, len(self._spent) * 3 // 2), np.uint8)
            larger[: len(self._spent)] = self._spent
            self._spent = larger
        kernel.mark_spent(self._spent, unspendable)
        row = kernel.mark_spent(self._spent, spent)
        return None if row < 0 else SpendFault(int(row), "that output is spent already, or cannot be spent")

    def _make_room(self, coming: Array) -> None:
        per = len(self._table) // SHARDS
        while (self._held + coming).max(initial=0) > _FULLEST * per:
            per *= 2
        if per * SHARDS > len(self._table):
            larger = _empty(per)
            kernel.rehash(self._table, larger)
            self._table = larger

    def _count(self) -> None:
        used = self._table[:, kernel.OUTPUTS].reshape(SHARDS, -1)
        self._held = np.count_nonzero(used, axis=1).astype(np.int64)

    def restore(self, rows: Any, counts: dict[str, int]) -> None:
        """Take up the rows of an earlier run: ``rows(name)`` gives a column, ``counts`` its length."""
        outputs = counts["outputs"]
        self._spent = np.zeros(outputs // 8 + (1 << 16), np.uint8)
        for first in range(0, outputs, _CHUNK):
            dead = np.flatnonzero(rows("outputs.script_type")[first : first + _CHUNK] == NULLDATA)
            kernel.mark_spent(self._spent, dead + first)
        self._mark_again(np.asarray(rows("unspendable.output")[:], np.int64), outputs, "unspendable.output")
        for first in range(0, counts["inputs"], _CHUNK):
            spent = rows("inputs.spent_output")[first : first + _CHUNK]
            self._mark_again(spent, outputs, "inputs.spent_output")
        lost = np.asarray(rows("overwritten.transaction")[:], np.int64)
        for first in range(0, counts["transactions"], _CHUNK):
            last = min(first + _CHUNK, counts["transactions"])
            starts = np.append(rows("transactions.first_output")[first:last], 0)
            starts[-1] = (
                outputs if last == counts["transactions"] else rows("transactions.first_output")[last]
            )
            require_starts(starts, outputs, "transactions.first_output")
            left = np.empty(last - first, np.uint32)
            kernel.count_left(self._spent, starts, left)
            left[lost[(lost >= first) & (lost < last)] - first] = 0
            txid = np.ascontiguousarray(rows("transactions.txid")[first:last]).reshape(-1)
            keys = np.empty(last - first, np.uint64)
            kernel.txid_keys(txid, keys)
            self._make_room(np.bincount((keys >> _SHARD_SHIFT).astype(np.int64), minlength=SHARDS))
            kernel.restore(self._table, kernel.Made(txid, keys, starts, left), left, (first, 0))
            self._count()

    def _mark_again(self, spent: Array, outputs: int, column: str) -> None:
        """Mark outputs that rows on disk name as spent. Raises NotALedgerError for what cannot be."""
        require_ids(spent, outputs, NO_OUTPUT, column)
        row = kernel.mark_spent(self._spent, spent)
        if row >= 0:
            raise damaged(column, "each output once", int(spent[row]))


def _grouped(keys: Array) -> tuple[Array, Array]:
    order, starts = np.empty(len(keys), np.int64), np.empty(SHARDS + 1, np.int64)
    partition(keys, 64 - kernel.SHARD_BITS, starts, order)
    return order, starts


def _empty(per: int) -> Array:
    return np.zeros((SHARDS * per, kernel.WORDS), np.uint64)
