"""A provision's versions on the line of time, with days and edges as precise as they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from clew.proceedings.days import ONE_DAY, Day
from clew.proceedings.load import Law
from clew.proceedings.provisions import Version

Outside = Literal["before the first version", "after the last version", "after the book"]
"""Why a day may lie where nothing is entered."""


@dataclass(frozen=True)
class Span:
    """A provision's versions on the line of time: version ``i`` runs from edge ``i`` to before edge ``i+1``.

    An edge is the first day of a version, as precisely as both neighbours tell it.
    """

    name: str
    versions: tuple[Version, ...]
    edges: tuple[Day, ...]
    """One more than versions; the last one is after the end of the calendar where no end is entered."""
    as_of: Day

    @classmethod
    def of(cls, law: Law, provision: str) -> Span:
        """Of a provision. Raises UsageError for an unknown one."""
        versions = tuple(law.provision(provision).versions)
        edges = [versions[0].in_force_from]
        for earlier, later in pairwise(versions):
            edges.append(edge(earlier.in_force_to, later.in_force_from))
        end = versions[-1].in_force_to
        edges.append(Day(date.max, date.max) if end is None else Day(_next(end.first), _next(end.last)))
        return cls(provision, versions, tuple(edges), law.book_of(provision).as_of)

    def possible(self, day: Day) -> tuple[Version, ...]:
        """Versions that may have been in force on some day of a span."""
        return tuple(
            version
            for version, begins, ends in zip(self.versions, self.edges, self.edges[1:], strict=False)
            if begins.first <= day.last and (day.first < ends.last or ends.last == date.max)
        )

    def outside(self, day: Day) -> Outside | None:
        """Why a span may lie outside of what is entered."""
        if day.first < self.edges[0].last and self.edges[0].last > date.min:
            return "before the first version"
        if self._is_after_last(day):
            return "after the last version"
        return "after the book" if day.last > self.as_of.first else None

    def _is_after_last(self, day: Day) -> bool:
        return self.versions[-1].in_force_to is not None and day.last >= self.edges[-1].first

    def surely_spanned(self, begins: Day, ends: Day) -> bool:
        """Whether an edge between two versions certainly lies within an act."""
        return any(begins.last < each.first and each.last <= ends.first for each in self.edges[1:-1])

    def between(self, after: Day, until: Day) -> tuple[Version, ...]:
        """Versions that may have come into force after a day and up to another."""
        return tuple(
            version
            for version, begins in zip(self.versions, self.edges, strict=False)
            if begins.last > after.first and begins.first <= until.last
        )

    def surely_between(self, after: Day, until: Day) -> tuple[Version, ...]:
        """Versions that certainly came into force after a day and up to another."""
        return tuple(
            version
            for version, begins in zip(self.versions, self.edges, strict=False)
            if begins.first > after.last and begins.last <= until.first
        )


def textless(version: Version) -> Literal["unread", "absent"] | None:
    """Why a version threatens nothing that could be compared or counted."""
    if version.absent is not None:
        return "absent"
    return "unread" if version.unread is not None else None


def edge(ends: Day | None, begins: Day) -> Day:
    """The first day of a version, from its own and from the last day of the version before it."""
    if ends is None:
        return begins
    return Day(max(begins.first, _next(ends.first)), min(begins.last, _next(ends.last)))


def _next(day: date) -> date:
    return day if day == date.max else day + ONE_DAY
