"""Somebody who knows all that was ever published, and computes what the hidden counts can be.

The attacker knows every release, that counts are not negative, which combinations cannot occur, and which
categories a record may leave; not which hidden cells were small. Two linear programmes bound a count. A
bound of real numbers is never tighter than what whole numbers allow: what it gives away is given away, but
what it does not might still be. ``exact`` asks in whole numbers, which is dear for large tables. (That hidden
counts stay hidden is proved otherwise, by the witnesses of ``suppression``.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

import numpy as np

from clew.errors import ReportError, UsageError
from clew.proceedings.statistics.program import NEAR, Program
from clew.proceedings.statistics.tables import THRESHOLD, Release
from clew.proceedings.statistics.unknowns import Cell, Sum, Unknowns, cell_of, told


@dataclass(frozen=True)
class Bounds:
    """What an attacker knows of one count or change."""

    columns: tuple[str, ...]
    categories: tuple[str, ...]
    day: date
    since: date | None
    """For a change, the earlier of its two days."""

    lower: int | None
    """None where there is no bound."""

    upper: int | None

    @property
    def known(self) -> bool:
        """Whether only one value is possible."""
        return self.lower is not None and self.lower == self.upper

    def is_small(self, threshold: int = THRESHOLD) -> bool:
        """Whether it is sure that a count is under the threshold, or that a change is and is not nought."""
        if self.since is None:
            return self.upper is not None and self.upper < threshold
        low, high = self.lower, self.upper
        if low is None or high is None:
            return False
        return 1 <= low <= high < threshold or -threshold < low <= high <= -1


class Attacker:
    """The programme over all releases."""

    def __init__(self, releases: Sequence[Release]) -> None:
        """Put together what ``releases``, the earliest first, tell.

        Raises UsageError where their categories cannot be linked, or no table agrees with all of them.
        """
        self.releases = tuple(releases)
        self._days, self._coded = told(releases)
        if not self._days:
            raise UsageError(
                "attack: expected a release with a table counted on its day, found none; name one"
            )
        self._numbers = {each.date: at for at, each in enumerate(self._days)}
        self._seen: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
        self._unknowns = Unknowns.of(self.releases, self._days, self._coded)
        self._program = self._built()
        if self._program.solve() is not None:
            return
        raise UsageError(
            "attack: expected releases that agree with some register, found a contradiction; check them"
        )

    def _built(self) -> Program:
        lower, upper = self._unknowns.bounds
        program = Program(lower, upper, np.zeros(len(lower)))
        shown = list(self._unknowns.shown(len(self._days)))
        counts = np.array([count for _, count in shown], dtype=np.float64)
        program.rows([each for each, _ in shown], counts, counts)
        agreements = list(self._unknowns.agreements())
        program.rows(agreements, np.zeros(len(agreements)), np.zeros(len(agreements)))
        growths = list(self._unknowns.growths())
        program.rows(growths, np.zeros(len(growths)), np.full(len(growths), np.inf))
        return program

    def count(
        self, columns: Sequence[str], categories: Sequence[str], day: date, exact: bool = False
    ) -> Bounds:
        """Bounds of a group's count on the day of a release; the group need not be published."""
        cell = self._cell(columns, categories, day)
        lower, upper = self._bounds(self._unknowns.value(cell, self._day(day)), exact)
        return Bounds(tuple(columns), tuple(categories), day, None, lower, upper)

    def change(
        self, columns: Sequence[str], categories: Sequence[str], since: date, day: date, exact: bool = False
    ) -> Bounds:
        """Bounds of a group's growth between two releases, of categories as on the later day."""
        cell = self._cell(columns, categories, day)
        lower, upper = self._bounds(self._unknowns.change(cell, self._day(since), self._day(day)), exact)
        return Bounds(tuple(columns), tuple(categories), day, since, lower, upper)

    def _day(self, day: date) -> int:
        if day not in self._numbers:
            raise UsageError(
                f"attack: expected the day of a release that counted anew, found {day}; name one"
            )
        return self._numbers[day]

    def _cell(self, columns: Sequence[str], categories: Sequence[str], day: date) -> Cell:
        number = next(at for at, each in enumerate(self.releases) if each.date == day)
        return cell_of(columns, categories, self._coded.codings[number])

    def _bounds(self, asked: Sum, exact: bool) -> tuple[int | None, int | None]:
        low, high = self._least(asked, 1.0, exact), self._least(asked, -1.0, exact)
        return (None if low is None else ceil(low - NEAR)), (None if high is None else floor(NEAR - high))

    def _least(self, asked: Sum, sign: float, exact: bool) -> float | None:
        at = asked.at.tolist()
        self._program.costs(at, (asked.weight * sign).tolist())
        found = self._program.solve()
        if exact and found is not None and not np.isneginf(found.cost):
            found = self._program.solve(whole=len(self._unknowns.bounds[0]))
        self._program.costs(at, [0.0] * len(at))
        if found is None:
            raise ReportError("attack: expected the search to end, found it too long; ask without exact")
        if len(found.values):
            self._seen.append(found.values)
        return None if np.isneginf(found.cost) else found.cost

    def hidden(self, exact: bool = False) -> Iterator[Bounds]:
        """Bounds of every hidden cell of every release, where it was counted anew."""
        for columns, categories, day in self._hidden():
            yield self.count(columns, categories, day, exact)

    def _hidden(self) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], date]]:
        for release in self.releases:
            for table in release.tables:
                for categories, count in table.cells.items():
                    if count is None and table.date == release.date:
                        yield table.columns, categories, release.date

    def small(self, threshold: int = THRESHOLD) -> Iterator[Bounds]:
        """Every hidden count that is surely under the threshold, and every change surely one to four.

        Bounds already seen to be wide in the answer to another question are not asked for.
        """
        for columns, categories, day in self._hidden():
            value = self._unknowns.value(self._cell(columns, categories, day), self._day(day))
            if not any(value.of(each) > threshold - 1 + NEAR for each in self._seen):
                bounds = self.count(columns, categories, day)
                if bounds.is_small(threshold):
                    yield bounds
        for columns, categories, since, day in self._pairs():
            cell = self._cell(columns, categories, day)
            change = self._unknowns.change(cell, self._day(since), self._day(day))
            values = {change.of(each) for each in self._seen}
            if any(abs(each) < 1 - NEAR or abs(each) > threshold - 1 + NEAR for each in values):
                continue
            bounds = self.change(columns, categories, since, day)
            if bounds.is_small(threshold):
                yield bounds

    def _pairs(self) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], date, date]]:
        """Each cell of each table, from every earlier release to the one it was counted for."""
        for release in self.releases:
            earlier = [each.date for each in self._days if each.date < release.date]
            for table in release.tables:
                if table.date == release.date:
                    for categories in table.cells:
                        for since in earlier:
                            yield table.columns, categories, since, release.date


def attack(releases: Sequence[Release], threshold: int = THRESHOLD) -> tuple[Bounds, ...]:
    """All that ``releases`` together give away; nothing, if they are safe. In real numbers."""
    return tuple(Attacker(releases).small(threshold))
