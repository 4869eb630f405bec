"""A new release, made so that it tells nothing small beside all the earlier ones.

A table is counted anew only where that is safe and useful. Where nothing that it shows has changed, or
where an update would show less than half of what the table once showed, it is carried forward with its
earlier day: the two reasons look alike, and a table that is carried tells nothing new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from clew.errors import UsageError
from clew.proceedings.statistics.columns import TOTAL, Part, coded, declared, part
from clew.proceedings.statistics.recoding import Coding
from clew.proceedings.statistics.rests import betrayed
from clew.proceedings.statistics.suppression import MOST_WHOLE, ContradictionError, Suppression, suppress
from clew.proceedings.statistics.tables import (
    THRESHOLD,
    PublishedTable,
    Release,
    counted,
    planned,
)
from clew.proceedings.statistics.unknowns import Cell, Floats, Unknowns, cell_of, told

MOST_ROUNDS = 6
"""So often more cells are hidden for the rest of a row; then the table is carried forward."""

MOST_GROUPS = 20_000
"""Above so many groups of a clique, only those by up to three columns are looked at."""

Counts = dict[tuple[str, ...], int]


@dataclass(frozen=True)
class _Register:
    """The records, counted by nothing yet."""

    codes: NDArray[np.int64]
    columns: dict[str, tuple[str, ...]]

    def counts(self, table: Sequence[str]) -> Counts:
        return counted(self.codes, table, self.columns)


def released(
    records: Sequence[Mapping[str, str]],
    columns: Mapping[str, Sequence[str]],
    tables: Sequence[Sequence[str]],
    day: date,
    earlier: Sequence[Release] = (),
    *,
    threshold: int = THRESHOLD,
    zeros: Sequence[Mapping[str, str]] = (),
    open_categories: Mapping[str, Sequence[str]] | None = None,
    recoded: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    most_whole: int = MOST_WHOLE,
) -> Release:
    """The release of ``day``: the tables of ``records``, hidden where they would identify somebody.

    ``columns`` declares each column with its whole list of categories, ``tables`` one to three columns each.
    ``earlier`` are all earlier releases, the first first (``kept``). ``zeros`` are combinations that cannot
    occur, shown as nought. ``open_categories`` are those that a record may leave (a stage that is not the
    last). ``recoded`` says, for a column whose categories were split or merged, which finer categories each
    coarse one consists of. Above ``most_whole`` linked unknowns the proof is in real numbers, and a note says
    so: raise it where an hour may be spent, or publish fewer tables that share columns.

    Raises UsageError for undeclared or personal columns, an undeclared category (naming the record's number
    only), a record that cannot occur, days out of order, or categories that the earlier releases do not link.
    """
    checked = declared(columns)
    listed = planned(tables, checked)
    _require_later(day, earlier, threshold)
    register = _Register(coded(records, checked), checked)
    impossible = tuple(sorted({part(each, checked) for each in zeros}))
    _require_possible(register, impossible)
    opened = {name: tuple(each) for name, each in (open_categories or {}).items()}
    for name, categories in opened.items():
        for each in categories:
            part({name: each}, checked)
    if any(name not in checked for name in recoded or {}):
        raise UsageError("recoding: expected declared columns, found another; declare it, or leave it out")
    draft = Release(
        date=day,
        columns=checked,
        tables=(),
        threshold=threshold,
        zeros=impossible,
        open=opened,
        recoded={
            name: {each: tuple(parts) for each, parts in said.items()}
            for name, said in (recoded or {}).items()
        },
        before=digest(earlier[-1]) if earlier else "",
    )
    return _Maker(register, listed, draft, tuple(earlier), most_whole).made()


def digest(release: Release) -> str:
    """SHA-256 of the release's file, in hexadecimal."""
    return hashlib.sha256(release.to_json().encode()).hexdigest()


class _Maker:
    """Chooses which tables are counted anew, and hides cells of those."""

    def __init__(
        self,
        register: _Register,
        listed: tuple[tuple[str, ...], ...],
        draft: Release,
        earlier: tuple[Release, ...],
        most_whole: int,
    ) -> None:
        self.register = register
        self.listed = listed
        self.draft = draft
        self.earlier = earlier
        self.counts = {table: register.counts(table) for table in listed}
        self.last: dict[tuple[str, ...], PublishedTable] = {
            table.columns: table for release in earlier for table in release.tables
        }
        self.most = {
            columns: max(t.shown for each in earlier for t in each.tables if t.columns == columns)
            for columns in self.last
        }
        self.most_whole = most_whole
        self.found: dict[tuple[tuple[tuple[str, ...], ...], bool], tuple[Floats, ...]] = {}
        self.codings: Mapping[str, Coding] = {}

    def made(self) -> Release:
        fresh = [table for table in self.listed if not self._stays(table)]
        also: set[Cell] = set()
        rounds = 0
        while fresh:
            hidden = self._suppressed(fresh, frozenset(also))
            tables = {each: self._table(each, hidden) for each in fresh}
            told_by = {each: self._betrayed(table) for each, table in tables.items()}
            rounds += 1
            if any(told_by.values()) and rounds < MOST_ROUNDS:
                also.update(*told_by.values())
                continue
            carried = {each for each, cells in told_by.items() if cells} or self._to_carry(tables)
            if not carried:
                return self._release(tables, hidden)
            fresh = [each for each in fresh if each not in carried]
            also, rounds = set(), 0
        self.draft = replace(self.draft, corrected=False)
        return self._release({}, None)

    def _suppressed(self, fresh: list[tuple[str, ...]], also: frozenset[Cell]) -> Suppression:
        tables = tuple(PublishedTable(each, self.draft.date, self.counts[each]) for each in fresh)
        releases = (*self.earlier, replace(self.draft, tables=tables))
        days, linked = told(releases)
        self.codings = linked.codings[-1]
        cells = dict(days[-1].shown)
        inside = [frozenset(cell_of(t.columns, each, self.codings) for each in t.cells) for t in tables]
        while True:
            unknowns = Unknowns.of(releases, days, linked)
            groups = self._groups(unknowns)
            try:
                found = suppress(
                    unknowns,
                    cells,
                    groups,
                    inside,
                    self.draft.threshold,
                    also=also,
                    before=self.found.get((unknowns.cliques, self.draft.corrected), ()),
                    most_whole=self.most_whole,
                )
                self.found = {(unknowns.cliques, self.draft.corrected): found.witnesses}
                return found
            except ContradictionError:
                if self.draft.corrected or not self.earlier:
                    raise
                self.draft = replace(self.draft, corrected=True)
                days[-1] = replace(days[-1], corrected=True)

    def _groups(self, unknowns: Unknowns) -> dict[Cell, int]:
        """The true counts of all groups by columns that are linked, whether a table counts them or not."""
        found: dict[Cell, int] = {}
        for clique in unknowns.cliques:
            names = tuple(name for name in clique if name in self.register.columns)
            sizes = [len(self.register.columns[name]) + 1 for name in names]
            sets = [names] if prod(sizes) <= MOST_GROUPS else combinations(names, min(3, len(names)))
            for chosen in sets:
                for categories, count in self.register.counts(chosen).items():
                    found[cell_of(chosen, categories, self.codings)] = count
        return found

    def _table(self, columns: tuple[str, ...], hidden: Suppression) -> PublishedTable:
        cells = {
            categories: None if cell_of(columns, categories, self.codings) in hidden.hidden else count
            for categories, count in self.counts[columns].items()
        }
        return PublishedTable(columns, self.draft.date, cells)

    def _stays(self, columns: tuple[str, ...]) -> bool:
        """Whether the table stays as it was: all that it showed is still so, or the register grew by few.

        Were a table counted anew whose total is then hidden, though it was shown before, everybody who knows
        the rules would know that the total changed by one to four.
        """
        last = self.last.get(columns)
        if last is None or set(last.cells) != set(self.counts[columns]):
            return False
        counts = self.counts[columns]
        unchanged = all(count is None or counts[each] == count for each, count in last.cells.items())
        return unchanged or self._has_crept()

    def _has_crept(self) -> bool:
        """Whether the number of records differs by one to four from one that any earlier release shows."""
        number = len(self.register.codes)
        shown = {
            count
            for release in self.earlier
            for table in release.tables
            if (count := table.cells.get((TOTAL,) * len(table.columns))) is not None
        }
        return any(0 < abs(number - each) < self.draft.threshold for each in shown)

    def _to_carry(self, tables: Mapping[tuple[str, ...], PublishedTable]) -> set[tuple[str, ...]]:
        """The table whose update shows least of what it once showed, where that is less than half.

        One at a time: without it the others may show more.
        """
        little: list[tuple[float, tuple[str, ...]]] = []
        for columns, table in tables.items():
            if columns in self.most and 2 * table.shown < self.most[columns]:
                little.append((table.shown / self.most[columns], columns))
        return {min(little)[1]} if little else set()

    def _betrayed(self, table: PublishedTable) -> set[Cell]:
        """Cells to hide since the hidden rest of their row has grown by little since any release."""
        columns = table.columns
        before = [
            each
            for release in self.earlier
            for each in release.tables
            if each.columns == columns and each.date == release.date
        ]
        recoded = any(set(columns) & set(each.recoded) for each in (*self.earlier, self.draft))
        found = betrayed(before, table, self.draft.threshold, not recoded)
        return {cell_of(columns, each, self.codings) for each in found}

    def _release(
        self, tables: Mapping[tuple[str, ...], PublishedTable], hidden: Suppression | None
    ) -> Release:
        chosen = tuple(tables.get(each) or self.last[each] for each in self.listed)
        notes = [_note(each, self.draft.date) for each in chosen]
        if hidden is not None and not hidden.whole:
            notes.append(
                "So many columns are linked that hidden counts were bounded in real numbers, not in whole "
                "ones."
            )
        if self.draft.corrected:
            notes.append(
                "Records were corrected since an earlier release, so that changes are compared cell by cell."
            )
        whole = hidden is None or hidden.whole
        return replace(self.draft, tables=chosen, notes=tuple(notes), whole=whole)


def _note(table: PublishedTable, day: date) -> str:
    name = f"Table {' by '.join(table.columns)}"
    if table.date != day:
        return (
            f"{name} is that of {table.date.isoformat()}: what it shows has not changed since, or counting "
            "it anew would tell too much."
        )
    if table.withheld:
        return f"{name} is withheld whole: it cannot be shown without telling of single persons."
    hidden = len(table.cells) - table.shown
    return f"{name}: {hidden} of {len(table.cells)} counts are under the threshold or withheld."


def _require_later(day: date, earlier: Sequence[Release], threshold: int) -> None:
    days = [each.date for each in earlier]
    if any(a >= b for a, b in zip(days, [*days[1:], day], strict=False)):
        raise UsageError(
            f"release {day.isoformat()}: expected a day after all earlier releases, found them out of order, "
            "or one of that day or later; name a later day"
        )
    if threshold < 2 or any(each.threshold != threshold for each in earlier):
        raise UsageError(
            f"threshold: expected 2 or more, and that of the earlier releases, found {threshold}; "
            "keep to theirs"
        )


def _require_possible(register: _Register, zeros: tuple[Part, ...]) -> None:
    names = list(register.columns)
    for zero in zeros:
        inside = np.ones(len(register.codes), dtype=bool)
        for name, category in zero:
            inside &= register.codes[:, names.index(name)] == register.columns[name].index(category)
        if inside.any():
            raise UsageError(
                f"record {int(np.flatnonzero(inside)[0]) + 1}: expected nothing that cannot occur, found "
                "such a combination; correct the record, or take the combination out of the list"
            )
