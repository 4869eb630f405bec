"""What an attacker does not know, as variables, and what every release tells of them, as equations.

The unknowns are counts of records by all columns that any table uses, cut into cliques (``cliques``), for
the day of each release: for the first day the counts, for each later day how many were added since. A count
added is not negative where a record never leaves its category; of categories that are open, only the
groups that no record leaves cannot shrink. Where the register was corrected (a record was taken out, say),
the day's counts are unknowns of their own, and only what two days show of one cell links them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from clew.errors import UsageError
from clew.proceedings.statistics.cliques import cliques
from clew.proceedings.statistics.columns import TOTAL
from clew.proceedings.statistics.recoding import Coding, Recoding, recoding
from clew.proceedings.statistics.tables import Release

MOST_UNKNOWNS = 200_000
MOST_TOGETHER = 1_000
"""Up to so many combinations of all columns, on all days, they are looked at together and not in parts: so
that groups by columns that no table links are looked at, too."""

Cell = tuple[tuple[str, tuple[int, ...]], ...]
"""A group of records: by column, in the order of names, the parts of its category; totals are left out."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sum:
    """A weighted sum of unknowns."""

    at: Ints
    weight: Floats

    def of(self, values: Floats | Ints) -> float:
        """Its value where the unknowns have these values."""
        return float(values[self.at] @ self.weight)


@dataclass(frozen=True)
class Known:
    """What one release tells anew: the tables that were counted on its day."""

    date: date
    shown: Mapping[Cell, int]
    hidden: tuple[Cell, ...]
    corrected: bool
    """Whether records were taken out, or moved otherwise than by leaving an open category."""

    present: Mapping[str, frozenset[int]]
    """By column of the release, the parts that its categories cover: no record had another."""

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells of its tables, shown and hidden."""
        yield from self.shown
        yield from self.hidden


def cell_of(table: Sequence[str], categories: Sequence[str], coding: Mapping[str, Coding]) -> Cell:
    """The group that a table's cell counts."""
    pairs = zip(table, categories, strict=True)
    return tuple(sorted((name, coding[name][each]) for name, each in pairs if each != TOTAL))


def known(release: Release, coding: Mapping[str, Coding]) -> Known | None:
    """What ``release`` tells anew, or None where all its tables are carried forward."""
    shown: dict[Cell, int] = {}
    hidden: dict[Cell, None] = {}
    for table in release.tables:
        if table.date != release.date:
            continue
        for categories, count in table.cells.items():
            cell = cell_of(table.columns, categories, coding)
            if count is None:
                hidden[cell] = None
            else:
                shown[cell] = count
    if not shown and not hidden:
        return None
    present = {
        name: frozenset(part for parts in said.values() for part in parts) for name, said in coding.items()
    }
    left = tuple(each for each in hidden if each not in shown)
    return Known(release.date, shown, left, release.corrected, present)


@dataclass(frozen=True)
class Unknowns:
    """The variables, all days after each other: ``width`` of them a day."""

    sizes: Mapping[str, int]
    cliques: tuple[tuple[str, ...], ...]
    edges: tuple[tuple[int, int, tuple[str, ...]], ...]
    days: tuple[Known, ...]
    zeros: tuple[Cell, ...]
    open: Mapping[str, frozenset[int]]

    @classmethod
    def of(
        cls,
        releases: Sequence[Release],
        days: Sequence[Known],
        coded: Recoding,
    ) -> Unknowns:
        """The unknowns behind ``releases``, of which ``days`` is what each tells anew.

        Raises UsageError where the tables together link too many columns for the programme to be solved.
        """
        zeros: dict[Cell, None] = {}
        opened: dict[str, set[int]] = {}
        groups: list[tuple[str, ...]] = []
        for release, coding in zip(releases, coded.codings, strict=True):
            for zero in release.zeros:
                zeros[cell_of([name for name, _ in zero], [each for _, each in zero], coding)] = None
            for name, categories in release.open.items():
                opened.setdefault(name, set()).update(p for each in categories for p in coding[name][each])
            groups += [table.columns for table in release.tables]
        used = {name for group in groups for name in group}
        linked = [zero for zero in zeros if {name for name, _ in zero} <= used]
        groups += [tuple(name for name, _ in zero) for zero in linked]
        if prod(coded.sizes[name] for name in used) * len(days) <= MOST_TOGETHER:
            groups.append(tuple(sorted(used)))
        parts, edges = cliques(coded.sizes, groups)
        width = sum(prod(coded.sizes[name] for name in clique) for clique in parts)
        if width * len(days) > MOST_UNKNOWNS:
            raise UsageError(
                f"tables: expected columns linked by at most {MOST_UNKNOWNS:,} combinations and releases, "
                f"found {width * len(days):,}; publish fewer tables that share columns, or coarser categories"
            )
        frozen = {name: frozenset(each) for name, each in opened.items()}
        return cls(coded.sizes, parts, tuple(edges), tuple(days), tuple(linked), frozen)

    @cached_property
    def width(self) -> int:
        """Unknowns a day."""
        return sum(each.size for each in self._grids)

    @cached_property
    def _grids(self) -> tuple[Ints, ...]:
        """For each clique, the positions of its unknowns on the first day, one axis a column."""
        grids, start = [], 0
        for clique in self.cliques:
            shape = [self.sizes[name] for name in clique]
            grids.append(np.arange(start, start + prod(shape), dtype=np.int64).reshape(shape))
            start += prod(shape)
        return tuple(grids)

    def positions(self, cell: Cell) -> Ints:
        """Where on a day the unknowns of a group stand, in the smallest clique that holds its columns."""
        names = {name for name, _ in cell}
        fitting = [at for at, clique in enumerate(self.cliques) if names <= set(clique)]
        if not fitting:
            listed = ", ".join(sorted(names))
            raise UsageError(f"group: expected columns that some table links, found {listed}; name fewer")
        return self._within(min(fitting, key=lambda at: (self._grids[at].size, at)), cell)

    def _within(self, at: int, cell: Cell) -> Ints:
        said = dict(cell)
        axes = [list(said.get(name, range(self.sizes[name]))) for name in self.cliques[at]]
        return np.asarray(self._grids[at][np.ix_(*axes)].ravel(), dtype=np.int64)

    def _begin(self, day: int) -> int:
        """The last day up to this one whose counts are unknown as they are, not as what was added."""
        return max(at for at in range(day + 1) if at == 0 or self.days[at].corrected)

    @property
    def _grown(self) -> list[int]:
        """The days whose unknowns are what was added."""
        return [day for day in range(len(self.days)) if self._begin(day) < day]

    def _days_of(self, day: int) -> range:
        return range(self._begin(day), day + 1)

    def value(self, cell: Cell, day: int) -> Sum:
        """How many records a group has on a day."""
        return self._sum(self.positions(cell), self._days_of(day))

    def change(self, cell: Cell, earlier: int, later: int) -> Sum:
        """By how many records a group has grown between two days."""
        at = self.positions(cell)
        if self._begin(later) <= earlier:
            return self._sum(at, range(earlier + 1, later + 1))
        grown = self._sum(at, self._days_of(later))
        gone = self._sum(at, self._days_of(earlier))
        return Sum(np.concatenate((grown.at, gone.at)), np.concatenate((grown.weight, -gone.weight)))

    def _sum(self, at: Ints, days: range) -> Sum:
        every = np.concatenate([at + day * self.width for day in days]) if len(days) else at[:0]
        return Sum(every, np.ones(len(every)))

    def shown(self, last: int) -> Iterator[tuple[Sum, int]]:
        """An equation for each shown cell of the days before ``last``."""
        seen: dict[Cell, tuple[int, int]] = {}
        for day, each in enumerate(self.days[:last]):
            for cell, count in each.shown.items():
                yield self.since(cell, day, count, seen.get(cell))
                seen[cell] = (day, count)

    def since(self, cell: Cell, day: int, count: int, before: tuple[int, int] | None) -> tuple[Sum, int]:
        """The equation of a shown cell: its value, or its growth since the day that it was shown before."""
        if before is None or self._begin(day) > before[0]:
            return self.value(cell, day), count
        return self.change(cell, before[0], day), count - before[1]

    def shown_before(self, last: int) -> dict[Cell, tuple[int, int]]:
        """For each cell shown before the day ``last``, the last such day and its count."""
        return {
            cell: (day, count)
            for day, each in enumerate(self.days[:last])
            for cell, count in each.shown.items()
        }

    def agreements(self) -> Iterator[Sum]:
        """Sums that are nought, since two cliques count the same records by the columns they share."""
        for day in range(len(self.days)):
            for a, b, shared in self.edges:
                for parts in product(*(range(self.sizes[name]) for name in shared)):
                    cell = tuple((name, (part,)) for name, part in zip(shared, parts, strict=True))
                    one, other = self._within(a, cell), self._within(b, cell)
                    weight = np.concatenate((np.ones(len(one)), -np.ones(len(other))))
                    yield Sum(np.concatenate((one, other)) + day * self.width, weight)

    @cached_property
    def bounds(self) -> tuple[Floats, Floats]:
        """The lower and the upper bound of each unknown."""
        lower = np.zeros(self.width * len(self.days))
        upper = np.full(self.width * len(self.days), np.inf)
        for day in self._grown:
            lower[self._leaving + day * self.width] = -np.inf
        for cell in self.zeros:
            for at, clique in enumerate(self.cliques):
                if {name for name, _ in cell} <= set(clique):
                    self._fix(lower, upper, self._within(at, cell), range(len(self.days)))
        for day, each in enumerate(self.days):
            for name, present in each.present.items():
                absent = tuple(part for part in range(self.sizes.get(name, 0)) if part not in present)
                for at, clique in enumerate(self.cliques):
                    if absent and name in clique:
                        self._fix(lower, upper, self._within(at, ((name, absent),)), self._days_of(day))
        return lower, upper

    def _fix(self, lower: Floats, upper: Floats, at: Ints, days: range) -> None:
        for day in days:
            lower[at + day * self.width] = 0
            upper[at + day * self.width] = 0

    @cached_property
    def _leaving(self) -> Ints:
        """The unknowns with an open category, on the first day."""
        found = [
            self._within(at, ((name, tuple(sorted(self.open[name]))),))
            for at, clique in enumerate(self.cliques)
            for name in clique
            if self.open.get(name)
        ]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    def growths(self) -> Iterator[Sum]:
        """Sums that are not negative: open counts, and groups that no record leaves between two days."""
        if not len(self._leaving):
            return
        groups = list(self._closed())
        for day in self._grown:
            for at in self._leaving:
                yield self._sum(np.array([at]), self._days_of(day))
            for group in groups:
                yield Sum(group + day * self.width, np.ones(len(group)))

    def _closed(self) -> Iterator[Ints]:
        """For each count with open categories, all counts that its records can have moved to."""
        for at, clique in enumerate(self.cliques):
            groups: dict[Cell, None] = {}
            for parts in product(*(range(self.sizes[name]) for name in clique)):
                pairs = list(zip(clique, parts, strict=True))
                stay = tuple((name, (p,)) for name, p in pairs if p not in self.open.get(name, ()))
                if len(stay) < len(clique):
                    groups[stay] = None
            for cell in groups:
                yield self._within(at, cell)

    def is_zero(self, cell: Cell) -> bool:
        """Whether a group is empty because all its combinations cannot occur."""
        at = self.positions(cell)
        return bool(np.all(self.bounds[1][at] == 0)) if self.zeros else False


def told(releases: Sequence[Release]) -> tuple[list[Known], Recoding]:
    """What each release tells anew, and how their categories are linked."""
    coded = recoding(releases)
    days = [known(each, coding) for each, coding in zip(releases, coded.codings, strict=True)]
    return [each for each in days if each is not None], coded


def joined(sums: Iterable[Sum]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Rows for a programme: where each starts, its unknowns, their weights."""
    listed = list(sums)
    lengths = [len(each.at) for each in listed]
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1])) if listed else np.zeros(0)
    at = np.concatenate([each.at for each in listed]) if listed else np.zeros(0)
    weight = np.concatenate([each.weight for each in listed]) if listed else np.zeros(0)
    return starts.astype(np.int32), at.astype(np.int32), weight.astype(np.float64)
