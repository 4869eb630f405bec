"""When things happen that happen at a mean rate: times drawn ahead, so that a quiet block costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsFloat

from clew.simulate.dice import Dice
from clew.simulate.economy.settings import DAY, interval

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

_MEAN = 1019
"""Of the table of intervals, whose straight lines lie a little above the curve."""


class Arrivals:
    """A Poisson process: how often something happened since it was last asked. A rate of 0: never."""

    def __init__(self, dice: Dice, per_day: float) -> None:
        self._dice = dice
        self._every = round(DAY * 1000 / per_day) if per_day > 0 else 0
        self._next: int | None = None

    def due(self, now: int) -> int:
        """How often it happened up to ``now`` (Unix seconds); time begins with the first call."""
        if not self._every:
            return 0
        if self._next is None:
            self._next = 1000 * now + self._gap()
        found = 0
        while self._next <= 1000 * now:
            self._next += self._gap()
            found += 1
        return found

    def _gap(self) -> int:
        """Milliseconds."""
        return self._every * interval(self._dice) // _MEAN


def arrivals(course: Course, dice: Dice, per_day: SupportsFloat) -> Arrivals:
    """Of something that has a daily rate in the world; with fewer people than the world's it is rarer."""
    return Arrivals(dice.separate("when"), float(per_day) * course.scale)
