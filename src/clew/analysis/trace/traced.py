"""What one policy found: every tainted coin, every step, and whose taint it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clew.analysis.trace.policies import ENDS, POISON
from clew.analysis.trace.room import Part, Space
from clew.analysis.trace.shares import Owned, by_proportion, by_segments
from clew.analysis.trace.sources import Sources, coins_spent_by
from clew.analysis.trace.stops import Stops
from clew.analysis.trace.walk import Limits, Progress, Walk
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, expand

KEPT_BYTES = 120
"""Bytes that the arrays of a trace take for each tainted coin, with what is made of them."""


@dataclass(frozen=True)
class Traced:
    """A trace under one policy. Coins stand in rows: first the sources, then every other tainted part out in
    the order tainted, a source that is reached once more among these.

    By row: ``coin`` (output id, int64), ``taint`` (satoshi; poison: 1), ``hop`` (int64), ``end`` (a number of
    ``policies.ENDS``). By step: ``transactions``, ``lowest`` (hop), ``fee`` (taint of the fee), ``first_out``
    (one more: rows of the coins it tainted) and ``coin_in`` from ``first_in`` on (one more): rows that go in.
    """

    policy: str
    backward: bool
    sources: Sources
    coin: Array
    taint: Array
    hop: Array
    end: Array
    transactions: Array
    lowest: Array
    fee: Array
    first_out: Array
    coin_in: Array
    first_in: Array
    segments: tuple[Array, ...]
    """For each row but the sources', then for each step's fee: where its segments begin, how many; and the
    lengths and labels of all."""

    @property
    def is_set(self) -> bool:
        """Whether it is a set, whose amounts are not to be stated or summed."""
        return self.policy == POISON

    memory: int | None
    """Bytes that telling the sources apart may take."""

    @property
    def bytes(self) -> int:
        """Bytes that its arrays take, without those that tell the sources apart."""
        arrays = (each for each in vars(self).values() if isinstance(each, np.ndarray))
        return sum(each.nbytes for each in (*arrays, *self.segments))

    @cached_property
    def owned(self) -> Owned:
        """What each row, and each step's fee, has of each source; of a set nothing can be told.

        Raises UsageError where that takes more memory than it may.
        """
        if self.is_set:
            raise ValueError("a set has no amounts")
        if self.policy in ("fifo", "lifo"):
            return by_segments(self.sources.values, *self.segments)
        rows = self.coin_in, self.first_in, self.first_out
        return by_proportion(len(self.sources.outputs), self.taint, self.fee, rows, self.memory)

    @cached_property
    def is_apart(self) -> bool:
        """Whether sources can be told apart: amounts are stated, and memory suffices."""
        try:
            return not self.is_set and bool(self.owned)
        except UsageError:
            return False

    @property
    def paths(self) -> Array:
        """Rows of the coins that steps tainted: all but the sources themselves."""
        return np.arange(len(self.sources.outputs), len(self.coin))

    def ended(self, end: str) -> Array:
        """Rows that end so: sources by themselves, and coins that were tainted."""
        return np.flatnonzero(self.end == ENDS.index(end))


def follow(
    ledger: Ledger,
    sources: Sources,
    policy: str,
    *,
    backward: bool,
    limits: Limits,
    stops: Stops,
    memory: int | None = None,
    seed: int = 0,
    tell: Callable[[Progress], None] | None = None,
) -> Traced:
    """Follow ``sources`` by one policy. Raises UsageError where ``memory`` (bytes) does not suffice."""
    space = Space(ledger.counts["outputs" if backward else "transactions"], memory=memory)
    walk = Walk(ledger, sources, policy, backward, limits, stops, space, seed, tell)
    parts: list[Part] = []

    def keep(part: Part) -> None:
        space.hold(len(part.coin) * KEPT_BYTES)
        parts.append(Part(**{name: array.copy() for name, array in vars(part).items()}))

    walk.run(keep)
    coins, taints, hops, ends, pieces, many, steps, late = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("coin", "taint", "hop", "end", "pieces", "many", "step", "late")
    )
    count = len(sources.outputs)
    amounts = np.ones(count, np.int64) if policy == POISON else sources.values
    coin = np.concatenate([sources.outputs, coins])
    end = np.concatenate([walk.source_ends, ends])
    _set_late(coin, end, late)
    transactions = steps[:, 0]
    coin_in, first_in = _rows_in(ledger, transactions, backward, coin, end)
    first_out = np.concatenate([[0], np.cumsum(steps[:, 2])]) + count
    segments = (
        np.concatenate([pieces, steps[:, 4]]),
        np.concatenate([many.astype(np.int64), steps[:, 5]]),
        space.room.lengths,
        space.room.labels,
    )
    return Traced(
        policy=policy,
        backward=backward,
        sources=sources,
        coin=coin,
        taint=np.concatenate([amounts, taints]),
        hop=np.concatenate([np.zeros(count, np.int64), hops.astype(np.int64)]),
        end=end,
        transactions=transactions,
        lowest=steps[:, 1],
        fee=steps[:, 3],
        first_out=first_out,
        coin_in=coin_in,
        first_in=first_in,
        segments=segments,
        memory=memory,
    )


def _set_late(coin: Array, end: Array, late: Array) -> None:
    """Write the ends of coins that ended only where their transaction was looked at."""
    if not len(late):
        return
    rows = np.flatnonzero(end == 0)
    rows = rows[np.argsort(coin[rows], kind="stable")]
    end[rows[np.searchsorted(coin[rows], late[:, 0])]] = late[:, 1]


def _rows_in(
    ledger: Ledger, transactions: Array, backward: bool, coin: Array, end: Array
) -> tuple[Array, Array]:
    """Rows of the coins that go into each of ``transactions``, in the order of its parts in."""
    if backward:
        starts, ends = ledger.output_ranges(transactions)
        parts = expand(starts, ends - starts)
    else:
        starts, ends = ledger.input_ranges(transactions)
        _, parts = coins_spent_by(ledger, transactions)
    owner = np.repeat(np.arange(len(transactions)), ends - starts)
    rows = np.flatnonzero(end == 0)
    rows = rows[np.argsort(coin[rows], kind="stable")]
    if not len(rows):
        return np.empty(0, np.int64), np.zeros(len(transactions) + 1, np.int64)
    places = np.minimum(np.searchsorted(coin[rows], parts), len(rows) - 1)
    found = coin[rows[places]] == parts
    counts = np.bincount(owner[found], minlength=len(transactions))
    return rows[places[found]], np.concatenate([[0], np.cumsum(counts)])


__all__ = ["Traced", "follow"]
