"""The slow twin of the attacker on statistics: every register that could be, written out.

Shares nothing with what hides cells: a register is a count for each combination of categories, all
registers up to some size are listed, and those that any release contradicts are crossed out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations, product

import numpy as np

from clew.proceedings.statistics.tables import Release

Counts = np.ndarray


def registers(combinations_of: int, most: int) -> Counts:
    """All ways to have ``most`` records or fewer in so many combinations, a row each."""
    rows = np.zeros((1, 0), dtype=np.int64)
    left = np.array([most])
    for _ in range(combinations_of):
        times = left + 1
        rows = np.repeat(rows, times, axis=0)
        fresh = np.concatenate([np.arange(each) for each in times])
        left = np.repeat(left, times) - fresh
        rows = np.column_stack((rows, fresh))
    return rows


class Possible:
    """All registers, on each day of some releases, that agree with all that is published."""

    def __init__(self, releases: Sequence[Release], most: int, growing: bool = True) -> None:
        """``most`` bounds the records of a register. At most two releases; the latest says the categories."""
        self.columns: Mapping[str, tuple[str, ...]] = releases[-1].columns
        self.names = list(self.columns)
        self.kinds = list(product(*self.columns.values()))
        everything = registers(len(self.kinds), most)
        days = [self._agreeing(everything, each) for each in releases]
        self.days: dict[date, Counts] = {}
        if len(days) == 1:
            self.days[releases[0].date] = days[0]
            return
        first, second = days
        closed = self._closed(releases[-1]) if growing else []
        one, other = [], []
        for row in first:
            fits = np.ones(len(second), dtype=bool)
            for group in closed:
                fits &= second[:, group].sum(axis=1) >= row[group].sum()
            one.append(np.repeat(row[None], fits.sum(), axis=0))
            other.append(second[fits])
        self.days[releases[0].date] = np.concatenate(one)
        self.days[releases[1].date] = np.concatenate(other)

    def _within(self, columns: Sequence[str], categories: Sequence[str]) -> list[int]:
        said = dict(zip(columns, categories, strict=True))
        return [
            at
            for at, kind in enumerate(self.kinds)
            if all(said.get(n, "total") in ("total", each) for n, each in zip(self.names, kind, strict=True))
        ]

    def _agreeing(self, rows: Counts, release: Release) -> Counts:
        for zero in release.zeros:
            names, categories = zip(*zero, strict=True)
            rows = rows[rows[:, self._within(names, categories)].sum(axis=1) == 0]
        for name, categories in release.columns.items():
            for missing in set(self.columns[name]) - set(categories):
                rows = rows[rows[:, self._within([name], [missing])].sum(axis=1) == 0]
        for table in release.tables:
            if table.date == release.date:
                for categories, count in table.cells.items():
                    if count is not None:
                        rows = rows[rows[:, self._within(table.columns, categories)].sum(axis=1) == count]
        return rows

    def _closed(self, release: Release) -> list[list[int]]:
        """Every set of combinations that no record leaves: it cannot shrink."""

        def may_move(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
            return all(
                a == b or a in release.open.get(name, ())
                for name, a, b in zip(self.names, one, other, strict=True)
            )

        found = []
        every = range(len(self.kinds))
        for size in range(1, len(self.kinds) + 1):
            for group in combinations(every, size):
                outside = [at for at in every if at not in group]
                if not any(may_move(self.kinds[a], self.kinds[b]) for a in group for b in outside):
                    found.append(list(group))
        return found

    def values(self, columns: Sequence[str], categories: Sequence[str], day: date) -> set[int]:
        """What a group's count can be."""
        return set(self.days[day][:, self._within(columns, categories)].sum(axis=1).tolist())

    def changes(self, columns: Sequence[str], categories: Sequence[str], one: date, other: date) -> set[int]:
        """By how many a group can have grown."""
        group = self._within(columns, categories)
        return set((self.days[other][:, group].sum(axis=1) - self.days[one][:, group].sum(axis=1)).tolist())
