"""Tables of counts and releases of them, as they are published: JSON that reads back the same, and CSV."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.errors import UsageError
from clew.proceedings.statistics.columns import TOTAL, Part

THRESHOLD = 5
"""The smallest count that is shown."""

FORMAT = 1
HIDDEN = f"under {THRESHOLD} or withheld"
"""What a hidden cell says, whatever it was hidden for (at the usual threshold)."""

MOST_DIMENSIONS = 3

Categories = tuple[str, ...]


@dataclass(frozen=True)
class PublishedTable:
    """Counts of records by one to three columns, with all margins."""

    columns: tuple[str, ...]
    date: date
    """Of the register that was counted; before the release's own date where the table is carried forward."""

    cells: Mapping[Categories, int | None]
    """By one category of each column, or ``total`` for all of it; None where the count is not shown."""

    @property
    def shown(self) -> int:
        """How many cells, margins included, show their count."""
        return sum(count is not None for count in self.cells.values())

    @property
    def withheld(self) -> bool:
        """Whether no cell shows its count."""
        return not self.shown


@dataclass(frozen=True)
class Release:
    """What is published on one day: tables that identify nobody, also beside all earlier releases."""

    date: date
    columns: Mapping[str, Categories]
    """Each column and its whole list of categories."""

    tables: tuple[PublishedTable, ...]
    notes: tuple[str, ...] = ()
    threshold: int = THRESHOLD
    zeros: tuple[Part, ...] = ()
    """Combinations of categories that cannot occur, which everybody may know."""

    open: Mapping[str, Categories] = field(default_factory=dict)
    """By column, the categories that a record may leave between releases; it never leaves others."""

    recoded: Mapping[str, Mapping[str, Categories]] = field(default_factory=dict)
    """By column whose categories were split or merged since the release before: the coarser category, and
    the finer ones that it consists of."""

    corrected: bool = False
    """Whether records were taken out, or left a category that is not open, since the release before."""

    whole: bool = True
    """Whether what is hidden was proved in whole numbers, not only bounded in real ones."""

    before: str = ""
    """SHA-256 of the file of the release before, in hexadecimal; empty for the first."""

    def table(self, columns: Sequence[str]) -> PublishedTable:
        """The table of these columns, in their order. Raises UsageError where there is none."""
        for each in self.tables:
            if each.columns == tuple(columns):
                return each
        known = "; ".join(", ".join(each.columns) for each in self.tables)
        raise UsageError(f"expected a table of the release, found {', '.join(columns)}; it has: {known}")

    def to_json(self) -> str:
        """The release as JSON text: the same bytes for the same release."""
        said = {
            "format": FORMAT,
            "date": self.date.isoformat(),
            "before": self.before,
            "threshold": self.threshold,
            "corrected": self.corrected,
            "whole": self.whole,
            "columns": {name: list(categories) for name, categories in self.columns.items()},
            "zeros": [dict(each) for each in self.zeros],
            "open": {name: list(categories) for name, categories in self.open.items()},
            "recoded": {
                name: {each: list(parts) for each, parts in said.items()}
                for name, said in self.recoded.items()
            },
            "tables": [
                {
                    "columns": list(table.columns),
                    "date": table.date.isoformat(),
                    "cells": [[*categories, count] for categories, count in table.cells.items()],
                }
                for table in self.tables
            ],
            "notes": list(self.notes),
        }
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str = "release") -> Release:
        """The release that ``to_json`` wrote. Raises UsageError naming ``where`` for any other text."""
        try:
            said = json.loads(text)
            if said["format"] != FORMAT:
                raise ValueError(f"format {said['format']}")
            return cls(
                date=date.fromisoformat(said["date"]),
                columns={name: tuple(each) for name, each in said["columns"].items()},
                tables=tuple(_table(each) for each in said["tables"]),
                notes=tuple(said["notes"]),
                threshold=int(said["threshold"]),
                zeros=tuple(tuple(sorted(each.items())) for each in said["zeros"]),
                open={name: tuple(each) for name, each in said["open"].items()},
                recoded={
                    name: {each: tuple(parts) for each, parts in group.items()}
                    for name, group in said["recoded"].items()
                },
                corrected=bool(said["corrected"]),
                whole=bool(said["whole"]),
                before=said["before"],
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{where}: expected a release of format {FORMAT} as Clew wrote it, found another text "
                f"({type(error).__name__}: {error}); bring the file back from a copy"
            ) from error

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Rows for CSV, the heads first: a cell each, a hidden one with an empty count and ``shown`` no."""
        heads = [f"{what} {at + 1}" for at in range(MOST_DIMENSIONS) for what in ("column", "category")]
        yield ("release", "counted", *heads, "count", "shown")
        for table in self.tables:
            for categories, count in table.cells.items():
                pairs = [each for pair in zip(table.columns, categories, strict=True) for each in pair]
                pairs += [""] * (2 * MOST_DIMENSIONS - len(pairs))
                number, shown = ("", "no") if count is None else (str(count), "yes")
                yield (self.date.isoformat(), table.date.isoformat(), *pairs, number, shown)


def cells_of(table: Sequence[str], columns: Mapping[str, Categories]) -> list[Categories]:
    """All cells of a table in the order of its categories, each column's total last."""
    return list(product(*((*columns[name], TOTAL) for name in table)))


def counted(
    codes: NDArray[np.int64], table: Sequence[str], columns: Mapping[str, Categories]
) -> dict[Categories, int]:
    """The true counts of a table, margins included.

    ``codes`` has a row a record and a column for each of ``columns``. Nothing that this returns may be shown
    before ``suppression`` has looked at it.
    """
    names = list(columns)
    shape = [len(columns[name]) for name in table]
    counts = np.zeros([size + 1 for size in shape], dtype=np.int64)
    np.add.at(counts, tuple(codes[:, names.index(name)] for name in table), 1)
    for axis, size in enumerate(shape):
        total = counts.sum(axis=axis, keepdims=True)
        counts[(slice(None),) * axis + (slice(size, None),)] = total
    return dict(zip(cells_of(table, columns), counts.ravel().tolist(), strict=True))


def planned(
    tables: Sequence[Sequence[str]], columns: Mapping[str, Categories]
) -> tuple[tuple[str, ...], ...]:
    """The tables to publish, checked. Raises UsageError for an unknown column or more than three."""
    listed = tuple(tuple(each) for each in tables)
    for each in listed:
        if not 1 <= len(each) <= MOST_DIMENSIONS or len(set(each)) != len(each):
            raise UsageError(
                f"table {', '.join(each) or 'of nothing'}: expected one to {MOST_DIMENSIONS} different "
                f"columns, found {len(each)}; name others"
            )
        for name in each:
            if name not in columns:
                raise UsageError(
                    f"table {', '.join(each)}: expected declared columns, found {name!r}; declare it"
                )
    if not listed or len({frozenset(each) for each in listed}) != len(listed):
        raise UsageError(f"tables: expected at least one, each once, found {len(listed)}; name each once")
    return listed


def _table(said: Any) -> PublishedTable:
    cells = {tuple(row[:-1]): None if row[-1] is None else int(row[-1]) for row in said["cells"]}
    if len(cells) != len(said["cells"]):
        raise ValueError("a cell twice")
    return PublishedTable(tuple(said["columns"]), date.fromisoformat(said["date"]), cells)
