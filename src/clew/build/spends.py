"""The transactions with unspent outputs, while a build runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.build.soundness import damaged, require_ids, require_starts
from clew.engine.local import LocalEngine
from clew.kernels import spends as kernel
from clew.kernels.parse import Columns
from clew.ledger.columns import Array
from clew.schema import FLAG_COINBASE, NO_OUTPUT, NULLDATA

SHARDS = kernel.SHARDS
FULLEST = 0.75
GROWTH = 1.3
_CHUNK = 1 << 20
_FEWEST = 1 << 8


@dataclass(frozen=True)
class SpendFault:
    """An input that cannot be resolved: its row in the batch, and why."""

    input: int
    reason: str


REASONS = {
    kernel.NO_SUCH_TRANSACTION: "no earlier transaction of that id has unspent outputs",
    kernel.NO_SUCH_OUTPUT: "that transaction has fewer outputs",
    kernel.SPENT_ALREADY: "that output is spent already, or cannot be spent",
}


class SpendTable:
    """Resolves inputs to the outputs that they spend, and refuses to spend one twice.

    ``room`` gives the table's memory: zeros (uint64) of a shape.
    """

    def __init__(self, room: Callable[[tuple[int, int]], Array] | None = None) -> None:
        self._room = room or (lambda shape: np.zeros(shape, np.uint64))
        self._table = self._room((SHARDS * _FEWEST, kernel.WORDS))
        self._held = np.zeros(SHARDS, np.int64)

    @property
    def size(self) -> int:
        """Bytes of the table."""
        return int(self._table.nbytes)

    def resolve(
        self, columns: Columns, outputs: int, unspendable: int, engine: LocalEngine | None = None
    ) -> tuple[Array, Array, SpendFault | None]:
        """Outputs spent by the batch's inputs (int64), replaced transactions, and the first fault.

        ``outputs`` come before the batch; the first ``unspendable`` of its own nobody can spend (those
        of the genesis block). Replaced: int64 by transaction, ``kernels.spends.NOTHING`` or the first
        output of an earlier one of the same id.
        """
        transactions, inputs = len(columns.offset), len(columns.sequence)
        made_txid, used_txid = columns.txid.view(np.uint64), columns.previous_txid.view(np.uint64)
        made_order, made_starts = _by_shard(made_txid, transactions)
        used_order, used_starts = _by_shard(used_txid, inputs)
        self._make_room(_slots(made_txid, columns.first_output, made_starts))
        owner = np.empty(inputs, np.uint32)
        kernel.owners(columns.first_input, owner)
        made = kernel.Made(made_txid, columns.first_output, columns.script_type, columns.oversize)
        used = kernel.Used(used_txid, columns.previous_index, owner)
        spent = np.zeros(inputs, np.int64)
        spent[columns.first_input[:-1][(columns.flags & FLAG_COINBASE) != 0]] = NO_OUTPUT
        replaced = np.empty(transactions, np.int64)
        faults = np.zeros((SHARDS, 2), np.int64)

        def part(first: int, last: int) -> None:
            kernel.resolve(
                self._table, self._held, made, made_order, made_starts, used, used_order, used_starts,
                (outputs, unspendable), (spent, replaced, faults), (first, last),
            )  # fmt: skip

        if engine is None:
            part(0, SHARDS)
        else:
            engine.over(part, SHARDS)
        bad = faults[faults[:, 0] > 0]
        if len(bad):
            code, row = bad[np.argmin(bad[:, 1])]
            return spent, replaced, SpendFault(int(row), REASONS[int(code)])
        return spent, replaced, None

    def _make_room(self, coming: Array) -> None:
        most = int((self._held + coming).max(initial=0))
        per = len(self._table) // SHARDS
        if most <= FULLEST * per:
            return
        larger = self._room((SHARDS * (int(max(per * GROWTH, most / FULLEST)) + 1), kernel.WORDS))
        kernel.rehash(self._table, larger)
        self._table = larger

    def restore(self, rows: Callable[[str], Any], counts: dict[str, int]) -> None:
        """Take up the rows of an earlier run: ``rows(name)`` gives a column.

        Raises NotALedgerError where they are damaged on disk.
        """
        outputs, transactions = counts["outputs"], counts["transactions"]
        dead = np.zeros(outputs // 8 + 1, np.uint8)
        for first in range(0, outputs, _CHUNK):
            kernel.mark(
                dead, np.flatnonzero(rows("outputs.script_type")[first : first + _CHUNK] == NULLDATA) + first
            )
        _mark_again(dead, np.asarray(rows("unspendable.output")), outputs, "unspendable.output")
        for first in range(0, counts["inputs"], _CHUNK):
            spent = rows("inputs.spent_output")[first : first + _CHUNK]
            _mark_again(dead, spent, outputs, "inputs.spent_output")
        for first in range(0, transactions, _CHUNK):
            last = min(first + _CHUNK, transactions)
            starts = starts_of(rows("transactions.first_output"), first, last, transactions, outputs)
            require_starts(starts, outputs, "transactions.first_output")
            txid = np.ascontiguousarray(rows("transactions.txid")[first:last]).reshape(-1).view(np.uint64)
            self._make_room(_slots(txid, starts, None))
            kernel.restore(self._table, self._held, txid, starts, dead)


def _slots(txid: Array, first_output: Array, starts: Array | None) -> Array:
    """How many slots transactions may take in each shard; int64. ``starts``: them by shard, if known."""
    pages = (np.diff(first_output) + kernel.PAGE - 1) // kernel.PAGE
    if starts is not None and pages.max(initial=0) <= 1:
        return np.diff(starts)
    shards = (txid[::4] >> np.uint64(64 - kernel.SHARD_BITS)).astype(np.int64)
    return np.bincount(shards, pages, SHARDS).astype(np.int64)


def starts_of(column: Any, first: int, last: int, rows: int, total: int) -> Array:
    """Where the outputs (inputs) of transactions ``first`` to ``last`` of ``rows`` begin, and where those
    of the last one end, ``total`` being all there are; int64."""
    starts = np.empty(last - first + 1, np.int64)
    starts[:-1] = column[first:last]
    starts[-1] = total if last == rows else column[last]
    return starts


def _mark_again(dead: Array, spent: Array, outputs: int, column: str) -> None:
    """Mark outputs that rows on disk name as spent. Raises NotALedgerError for what cannot be."""
    require_ids(spent, outputs, NO_OUTPUT, column)
    row = kernel.mark(dead, spent)
    if row >= 0:
        raise damaged(column, "each output once", int(spent[row]))


def _by_shard(txid: Array, rows: int) -> tuple[Array, Array]:
    order, starts = np.empty(rows, np.int64), np.empty(SHARDS + 1, np.int64)
    kernel.by_shard(txid, starts, order)
    return order, starts
