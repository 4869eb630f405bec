"""An era of a simulated economy beside real blocks: tallies of both, and how far they are apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from likeness.amounts import COIN, fee_rates
from likeness.chains import Scene, Seen, mean_size
from likeness.each import MEASURES as EACH
from likeness.eras import Era
from likeness.measure import Measure
from likeness.measures import MEASURES
from likeness.scripts import paid
from likeness.tally import Tally, distance, quantiles

NEAR = 0.1
"""A distance up to which two are near, whatever the real blocks are among themselves."""

LEAST = 50
"""Transactions of a block that is too small to be compared with the others by itself."""

PARTS = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass
class Amounts:
    """Values of outputs in real bitcoin and in dollars of the day, and fee rates."""

    bitcoin: list[float] = field(default_factory=list)
    dollars: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def add(self, scene: Scene) -> None:
        """Take up a scene."""
        values = [value / COIN for seen in scene.seen for value in paid(seen)]
        self.bitcoin += [value * scene.scale for value in values]
        if scene.dollars is not None:
            self.dollars += [value * scene.dollars for value in values]
        self.rates += fee_rates(scene)

    def rows(self) -> dict[str, list[float]]:
        """Quantiles at ``PARTS`` of each, empty where nothing is known."""
        return {
            "value, real bitcoin": quantiles(self.bitcoin, PARTS),
            "value, dollars of the day": quantiles(self.dollars, PARTS),
            "fee, satoshi per virtual byte": quantiles(self.rates, PARTS),
        }


class Side:
    """Tallies of one side of a comparison. ``window``: transactions that are looked at as one."""

    def __init__(self, window: int) -> None:
        self.tallies = {each.name: Tally(each.labels) for each in (*MEASURES, *EACH)}
        self.amounts = Amounts()
        self.transactions = 0
        self._window = window
        self._kept: list[Seen] = []

    def add(self, scene: Scene) -> None:
        """Take up a scene."""
        self.transactions += len(scene.seen)
        self.amounts.add(scene)
        for each in (*MEASURES, *EACH):
            if not each.whole:
                self.tallies[each.name].add(each.read(scene))
        self._kept.extend(scene.seen)
        if len(self._kept) >= self._window:
            whole = Scene(scene.height, scene.time, tuple(self._kept), scene.dollars, scene.scale)
            for each in MEASURES:
                if each.whole:
                    self.tallies[each.name].add(each.read(whole))
            self._kept = []


@dataclass(frozen=True)
class Row:
    """One measure of both sides. ``apart``: their distance, ``among``: the usual distance of one real block
    from the others; each None where it is not known."""

    measure: Measure
    real: Tally
    mine: Tally
    apart: float | None
    among: float | None

    @property
    def verdict(self) -> str:
        """*near*, *unlike*, or *not known*."""
        if self.apart is None:
            return "not known"
        return "near" if self.apart <= max(NEAR, self.among or 0) else "unlike"


class Comparison:
    """An era's real blocks, and what is added of the simulated ones."""

    def __init__(self, era: Era, blocks: Sequence[Scene]) -> None:
        self.era = era
        self.blocks = [era.keep(each) for each in blocks]
        self.window = mean_size(self.blocks)
        self.real, self.mine = Side(1), Side(self.window)
        for each in self.blocks:
            self.real.add(each)

    def add(self, scene: Scene) -> None:
        """Take up a simulated block if it is of this era."""
        for kept in self.era.of([scene]):
            self.mine.add(kept)

    def rows(self) -> Iterator[Row]:
        """Every measure, in order."""
        for each in MEASURES:
            real, mine = self.real.tallies[each.name], self.mine.tallies[each.name]
            yield Row(each, real, mine, apart(real, mine), among(each, self.blocks))


def apart(one: Tally, other: Tally) -> float | None:
    """How far two tallies are apart, or None where one is empty."""
    here, there = one.shares, other.shares
    return distance(here, there) if here and there else None


def among(measure: Measure, blocks: Sequence[Scene]) -> float | None:
    """The median distance of one block from the rest of them, or None if there are not two to compare."""
    found = []
    for each in blocks:
        rest = [other for other in blocks if other is not each]
        if len(each.seen) >= LEAST and sum(len(other.seen) for other in rest) >= LEAST:
            far = apart(measure.tally(each), measure.tally(*rest))
            if far is not None:
                found.append(far)
    return sorted(found)[len(found) // 2] if len(found) > 1 else None


def compare(comparisons: Iterable[Comparison], scenes: Iterable[Scene]) -> None:
    """Add all of an economy's blocks, one after the other, so that few are held at a time."""
    kept = list(comparisons)
    for scene in scenes:
        for each in kept:
            each.add(scene)
