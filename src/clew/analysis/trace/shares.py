"""Which source each satoshi of taint came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clew.errors import UsageError
from clew.kernels import taint_sources, taint_state
from clew.ledger.columns import Array
from clew.ledger.ledger import expand

_ROW_BYTES = 12
_GIB = 1 << 30


@dataclass(frozen=True)
class Owned:
    """By coin, then by step for its fee: rows ``first`` to ``first + count`` of ``owner`` (number of the
    source) and ``amount`` (satoshi), by source."""

    first: Array
    count: Array
    owner: Array
    amount: Array

    def of(self, row: int) -> list[list[int]]:
        """Source and satoshi of one coin or fee."""
        span = slice(int(self.first[row]), int(self.first[row]) + int(self.count[row]))
        return [
            list(each) for each in zip(self.owner[span].tolist(), self.amount[span].tolist(), strict=True)
        ]

    def each(self) -> list[list[list[int]]]:
        """The same for every row."""
        owners, amounts = self.owner.tolist(), self.amount.tolist()
        pairs = [list(pair) for pair in zip(owners, amounts, strict=True)]
        ends = (self.first + self.count).tolist()
        return [pairs[first:end] for first, end in zip(self.first.tolist(), ends, strict=True)]

    def together(self, rows: Array) -> dict[int, int]:
        """Satoshi by source of some rows together."""
        spans = expand(self.first[rows], self.count[rows])
        owners, amounts = self.owner[spans], self.amount[spans]
        order = np.argsort(owners, kind="stable")
        sums: dict[int, int] = {}
        for owner, amount in zip(owners[order].tolist(), amounts[order].tolist(), strict=True):
            sums[owner] = sums.get(owner, 0) + amount
        return sums


def by_segments(values: Array, pieces: Array, many: Array, lengths: Array, labels: Array) -> Owned:
    """What coins and fees have, by their segments (``pieces``, ``many``: first and count for each). The
    sources, whose ``values`` these are, come first and have all of their own."""
    rows = np.repeat(np.arange(len(pieces)), many)
    spans = expand(pieces, many)
    owner, amount = labels[spans].astype(np.int64), lengths[spans]
    tainted = owner != taint_state.CLEAN
    rows, owner, amount = rows[tainted], owner[tainted], amount[tainted]
    order = np.lexsort((owner, rows))
    rows, owner, amount = rows[order], owner[order], amount[order]
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = (rows[1:] != rows[:-1]) | (owner[1:] != owner[:-1])
    edges = np.flatnonzero(is_first)
    sums = np.add.reduceat(amount, edges) if len(edges) else amount
    count = np.bincount(rows[edges], minlength=len(pieces))
    return _with_sources(values, count, owner[edges], sums)


def _with_sources(values: Array, count: Array, owner: Array, amount: Array) -> Owned:
    number = len(values)
    counts = np.concatenate([np.ones(number, np.int64), count])
    first = np.cumsum(counts) - counts
    return Owned(first, counts, np.concatenate([np.arange(number), owner]), np.concatenate([values, amount]))


def by_proportion(
    sources: int, amounts: Array, fees: Array, rows: tuple[Array, Array, Array], memory: int | None
) -> Owned:
    """What coins and fees have of each of ``sources``, in proportion, part by part; see ``docs/trace.md``.

    ``amounts`` by coin, the sources first, ``fees`` by step; ``rows``: the coins that go into each step,
    where they begin, and where those that it taints begin. Raises UsageError where ``memory`` (bytes) does
    not suffice.
    """
    if sources == 1:
        everything = np.concatenate([amounts, fees])
        some = everything > 0
        count = some.astype(np.int64)
        number = int(count.sum())
        return Owned(np.cumsum(count) - count, count, np.zeros(number, np.int64), everything[some])
    coin_in, first_in, first_out = (np.ascontiguousarray(each, np.int64) for each in rows)
    steps = taint_sources.Steps(coin_in, first_in, first_out, amounts, np.ascontiguousarray(fees))
    start = np.zeros(len(amounts) + len(fees), np.int64)
    count = np.zeros(len(start), np.int32)
    start[:sources], count[:sources] = np.arange(sources), 1
    size = 2 * len(start)
    owner, amount = np.zeros(size, np.int32), np.zeros(size, np.int64)
    owner[:sources], amount[:sources] = np.arange(sources), amounts[:sources]
    room = np.zeros((5, 1 << 10), np.int64)
    step, used = 0, sources
    while True:
        shares = taint_sources.Shares(start, count, owner, amount, room)
        step, used, needed = taint_sources.share(steps, shares, step, used)
        if step == len(fees):
            break
        if not needed:
            room = np.zeros((5, 2 * room.shape[1]), np.int64)
            continue
        size = 2 * (used + needed)
        # While they grow, those before are there, too.
        if memory is not None and (size + len(owner)) * _ROW_BYTES > memory:
            raise UsageError(
                f"keeping {sources:,} sources apart needs more memory than the {memory / _GIB:.1f} GiB it "
                f"may use: {used:,} shares after {step:,} of {len(fees):,} transactions; follow them by "
                "fifo, name fewer, or give more --memory"
            )
        owner, amount = np.resize(owner, size), np.resize(amount, size)
    return Owned(start, count.astype(np.int64), owner[:used].astype(np.int64), amount[:used])


__all__ = ["Owned", "by_proportion", "by_segments"]
