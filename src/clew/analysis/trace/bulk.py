"""How much a trace of any size reaches, and where it ends: sums alone, in little memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.trace.policies import ENDS, FEE, POISON
from clew.analysis.trace.room import Part, Space
from clew.analysis.trace.sources import Sources
from clew.analysis.trace.stops import Stops
from clew.analysis.trace.walk import Limits, Progress, Walk
from clew.ledger.ledger import Ledger

SHIFT = 17
"""Windows of large traces: few are without anything to do."""

COINS = 1 << 18
"""Coins that are handed on at once."""


@dataclass(frozen=True)
class Reach:
    """What a trace reached: tainted coins and transactions, and ``ends``: coins and taint by what became of
    them, as in a trace file (``end``, ``coins``, ``taint``; None of a set). ``bytes`` is the memory used."""

    policy: str
    coins: int
    transactions: int
    ends: tuple[dict[str, Any], ...]
    bytes: int


def reach(
    ledger: Ledger,
    sources: Sources,
    policy: str,
    *,
    backward: bool = False,
    limits: Limits | None = None,
    stops: Stops | None = None,
    memory: int | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Reach:
    """Follow ``sources`` by one policy, and keep only sums. Only coins on their way take memory: 64 bytes
    each and, under fifo and lifo, 24 for each of their segments; besides one bit for each transaction of
    the chain (backward: output). Raises UsageError where ``memory`` (bytes) does not suffice.
    """
    limits = limits or Limits()
    stops = stops or Stops(ledger, holders=False, coinjoins=False)
    total = ledger.counts["outputs" if backward else "transactions"]
    space = Space(total, memory=memory, keeps=False, shift=SHIFT, coins=COINS)
    walk = Walk(ledger, sources, policy, backward, limits, stops, space, 0, tell)
    tally = Tally(policy == POISON, backward)
    walk.run(tally.add)
    tally.add_sources(walk, sources)
    return Reach(policy, tally.coins, tally.transactions, tally.ends(), space.bytes)


class Tally:
    """Coins and taint by end."""

    def __init__(self, is_set: bool, backward: bool) -> None:
        self.is_set, self.backward = is_set, backward
        self.coins = self.transactions = self._fees = self._fee = 0
        self._counts = [0] * len(ENDS)
        self._sums = [0] * len(ENDS)

    def add(self, part: Part) -> None:
        """Count what a stretch of a walk found."""
        self.coins += len(part.coin)
        self.transactions += len(part.step)
        counts = np.bincount(part.end, minlength=len(ENDS)).tolist()
        for end in range(1, len(ENDS)):
            if counts[end]:
                self._counts[end] += counts[end]
                self._sums[end] += exact_sum(part.taint[part.end == end])
        fees = part.step[:, 3]
        self._fees += int(np.count_nonzero(fees))
        self._fee += exact_sum(fees)
        for end, taint in zip(part.late[:, 1].tolist(), part.late[:, 2].tolist(), strict=True):
            self._counts[end] += 1
            self._sums[end] += taint

    def add_sources(self, walk: Walk, sources: Sources) -> None:
        """Count the sources, which end at once or go on."""
        self.coins += len(sources.outputs)
        for end in np.unique(walk.source_ends[walk.source_ends > 0]).tolist():
            mine = walk.source_ends == end
            self._counts[end] += int(mine.sum())
            self._sums[end] += len(sources.values[mine]) if self.is_set else exact_sum(sources.values[mine])

    def ends(self) -> tuple[dict[str, Any], ...]:
        """What became of everything, in the order of the table, the fee last."""
        rows = [
            {"end": name, "coins": self._counts[end], "taint": None if self.is_set else self._sums[end]}
            for end, name in enumerate(ENDS)
            if name and self._counts[end]
        ]
        if self.is_set and not self.backward and self.transactions:
            rows.append({"end": FEE, "coins": self.transactions, "taint": None})
        elif self._fees:
            rows.append({"end": FEE, "coins": self._fees, "taint": self._fee})
        return tuple(rows)


__all__ = ["Reach", "reach"]
