"""Rows of prices put in order: how long each holds, what is there twice, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from clew.interop.lines import BadTextError
from clew.reference.prices import AT, DAY, FIELDS, Array, Series

_RUN = 10
"""As many equal steps in a row, longer than the others, are no gaps: the table has two resolutions."""


@dataclass(frozen=True)
class PriceColumn:
    """A column with prices: its place in the row, its currency, and what of the price it holds."""

    place: int
    currency: str
    field: str


@dataclass
class Rows:
    """What was read, before it is in order: line, and cells by column, of each time."""

    lines: dict[int, int] = field(default_factory=dict)
    cells: dict[int, tuple[Decimal | None, ...]] = field(default_factory=dict)
    are_dates: bool | None = None
    without_zone: int = 0
    twice: list[int] = field(default_factory=list)
    unordered: list[int] = field(default_factory=list)
    last: int | None = None


def resolution_of(times: Array, rows: Rows) -> int:
    """How long a row holds, in seconds. Raises BadTextError where there are two answers."""
    if rows.are_dates:
        return DAY
    if len(times) < 2:
        if int(times[0]) % DAY == 0:
            return DAY
        raise BadTextError(
            "expected at least two rows, which tell how long a price holds", rows.lines[int(times[0])]
        )
    steps = np.diff(times)
    kinds, counts = np.unique(steps, return_counts=True)
    usual = int(kinds[np.argmax(counts)])
    if usual > DAY:
        if (times % DAY).any():
            raise BadTextError(
                f"expected prices of each day or finer, found one every {_span(usual)}",
                rows.lines[int(times[1])],
            )
        usual = DAY
    odd = np.flatnonzero(steps % usual)
    if not len(odd):
        longer = np.flatnonzero(steps > usual)
        odd = _first_run(longer, steps[longer]) if usual < DAY else odd
    if len(odd):
        row = int(odd[0])
        line = rows.lines[int(times[row + 1])]
        raise BadTextError(
            f"expected steps of {_span(usual)}, as in most of the table, found one of "
            f"{_span(int(steps[row]))} before this row: the table has two "
            "resolutions; import each as a file of its own",
            line,
        )
    return usual


def _first_run(places: Array, steps: Array) -> Array:
    """Where the first run of ``_RUN`` neighbouring equal steps begins; empty where there is none."""
    if len(places) < _RUN:
        return places[:0]
    last = _RUN - 1
    together = places[last:] - places[:-last] == last
    equal = np.array([len(set(steps[i : i + _RUN].tolist())) == 1 for i in np.flatnonzero(together)], bool)
    found: Array = places[np.flatnonzero(together)[equal]]
    return found


def about_order(rows: Rows) -> Iterator[str]:
    """What is worth knowing of the order of rows, and of those that are there twice."""
    if rows.twice:
        yield f"line {rows.twice[0]}: a row that is there twice, with the same prices{_more(rows.twice)}"
    if len(rows.unordered) == len(rows.cells) - 1 and rows.unordered:
        yield "the newest row comes first; put in order of time"
    elif rows.unordered:
        yield (
            f"line {rows.unordered[0]}: earlier than the row before{_more(rows.unordered)}; put in order of "
            "time"
        )
    if rows.without_zone:
        yield "times name no zone, and are taken as UTC"


def _more(lines: Sequence[int]) -> str:
    return f"; and {len(lines) - 1:,} more" if len(lines) > 1 else ""


def of_currency(
    name: str,
    columns: Sequence[PriceColumn],
    rows: Rows,
    times: Array,
    resolution: int,
) -> tuple[Series, list[str]]:
    """The series of one currency, and what is worth knowing of it. Raises BadTextError."""
    places = {column.field: place for place, column in enumerate(columns) if column.currency == name}
    fields = tuple(each for each in FIELDS if each in places)
    kept, texts, empty = [], [], []
    for moment in times.tolist():
        cells = {each: rows.cells[moment][places[each]] for each in fields}
        if all(cells[each] is None for each in fields if each in AT):
            empty.append(rows.lines[moment])
            continue
        kept.append(moment)
        texts.append(",".join("" if cells[each] is None else f"{cells[each]:f}" for each in fields))
    if not kept:
        raise BadTextError(f"expected prices in {name}, found empty cells only", empty[0] if empty else 1)
    found = []
    if empty:
        first = min(empty)
        more = _more(empty)
        found.append(f"line {first}: no price in {name}{more}; what is empty is missing")
    found += _about_gaps(name, np.array(kept, np.int64), resolution)
    return Series(name, resolution, fields, np.array(kept, np.int64), tuple(texts)), found


def _about_gaps(name: str, times: Array, resolution: int) -> Iterator[str]:
    steps = np.diff(times)
    gaps = np.flatnonzero(steps > resolution)
    if not len(gaps):
        return
    lost = int((steps[gaps] // resolution - 1).sum())
    longest = int(gaps[np.argmax(steps[gaps])])
    unit = ("day" if lost == 1 else "days") if resolution == DAY else f"steps of {_span(resolution)}"
    noun = "gap" if len(gaps) == 1 else "gaps"
    yield (
        f"{len(gaps):,} {noun} in {name}, together {lost:,} {unit} without a price; the first after "
        f"{_shown(int(times[gaps[0]]), resolution)}, the longest after "
        f"{_shown(int(times[longest]), resolution)} ({_span(int(steps[longest]) - resolution)})"
    )


def _shown(moment: int, resolution: int) -> str:
    form = "%Y-%m-%d" if resolution == DAY else "%Y-%m-%dT%H:%M:%SZ"
    return datetime.fromtimestamp(moment, UTC).strftime(form)


def _span(seconds: int) -> str:
    for unit, length in (("day", DAY), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0:
            return f"{seconds // length:,} {unit}{'s' if seconds != length else ''}"
    return f"{seconds:,} seconds"


__all__ = ["PriceColumn", "Rows", "about_order", "of_currency", "resolution_of"]
