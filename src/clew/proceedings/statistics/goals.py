"""What must stay possible for an attacker, so that a hidden count or change identifies nobody.

A goal names a sum of unknowns and the values of which one must be possible. All goals together:

- a count under the threshold that is hidden may be nought, and may reach the threshold;
- so may what an earlier release hid, after this one as before it;
- a group that no table counts, of one to four records, may be empty or reach the threshold;
- a change between two releases that is not shown whole may reach the threshold, unless it is known to be
  nought; a small change of a shown count is hidden, and may then be none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from clew.proceedings.statistics.unknowns import Cell, Sum, Unknowns

Way = tuple[float, float]
"""The lowest and the highest value of a sum."""


@dataclass(frozen=True)
class Goal:
    """A sum, one of whose ways must be possible."""

    sum: Sum
    ways: tuple[Way, ...]
    unless_nought: bool = False
    """Met as well where every attacker knows that the sum is nought."""


def few(threshold: int) -> tuple[Way, Way]:
    """None at all, or enough."""
    return (-np.inf, 0), (threshold, np.inf)


def far(threshold: int) -> tuple[Way, Way]:
    """Many more, or many fewer."""
    return (threshold, np.inf), (-np.inf, -threshold)


def goals(
    unknowns: Unknowns,
    cells: Mapping[Cell, int],
    groups: Mapping[Cell, int],
    threshold: int,
) -> Iterator[Goal]:
    """All goals of the last day.

    ``cells`` are the true counts of what its tables show, ``groups`` those of all other groups.
    """
    last = len(unknowns.days) - 1
    none, enough = few(threshold)
    for cell, count in cells.items():
        if count < threshold:
            value = unknowns.value(cell, last)
            yield Goal(value, (none,))
            yield Goal(value, (enough,))
    for cell, count in groups.items():
        if 0 < count < threshold:
            yield Goal(unknowns.value(cell, last), (none, enough))
    if last:
        yield from _changes(unknowns, cells, threshold)
        yield from _earlier(unknowns, threshold)
        for cell in groups:
            yield Goal(unknowns.change(cell, last - 1, last), (*few(threshold), far(threshold)[1]))


def small_changes(unknowns: Unknowns, cells: Mapping[Cell, int], threshold: int) -> set[Cell]:
    """Cells whose count differs by one to four from one that any earlier release shows."""
    return {
        cell
        for each in unknowns.days[:-1]
        for cell, count in each.shown.items()
        if cell in cells and 0 < abs(cells[cell] - count) < threshold
    }


def _changes(unknowns: Unknowns, cells: Mapping[Cell, int], threshold: int) -> Iterator[Goal]:
    last = len(unknowns.days) - 1
    for day, each in enumerate(unknowns.days[:last]):
        for cell, count in cells.items():
            grown = count - each.shown[cell] if cell in each.shown else 0
            if abs(grown) >= threshold:
                continue
            change = unknowns.change(cell, day, last)
            yield Goal(change, far(threshold), unless_nought=True)
            if grown:
                yield Goal(change, ((-np.inf, 0) if grown > 0 else (0, np.inf),))


def _earlier(unknowns: Unknowns, threshold: int) -> Iterator[Goal]:
    """What the earlier releases hid, and their changes, which this one may not narrow down."""
    none, enough = few(threshold)
    for day, each in enumerate(unknowns.days[:-1]):
        for cell in each.hidden:
            value = unknowns.value(cell, day)
            yield Goal(value, (none,))
            yield Goal(value, (enough,))
        for cell in each.cells if day else ():
            before = unknowns.days[day - 1]
            if not (cell in before.shown and cell in each.shown):
                yield Goal(unknowns.change(cell, day - 1, day), far(threshold), unless_nought=True)
