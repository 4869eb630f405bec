"""Tables of prices as CSV: in each row a time, and prices of a coin in currencies that headings name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import numpy as np

from clew.errors import UsageError
from clew.interop.lines import BadTextError, decoded
from clew.interop.pricerows import PriceColumn, Rows, about_order, of_currency, resolution_of
from clew.reference.currencies import CURRENCIES, require
from clew.reference.prices import AT, HIGH, LOW, PRICES, PriceFile, Series

_TIMES = ("timestamp", "unix", "datetime", "time", "date", "day")
"""Headings of the column of times; where there are several, the first of these counts."""

_PLAIN = {"price": "price", "close": "close", "open": "open", "high": "high", "low": "low"}
_COIN = frozenset({"btc", "xbt", "bitcoin", "market", "per", "in"})
"""Words of a heading that add nothing."""

_DATE = re.compile(r"(\d{4})([-/]?)(\d{2})\2(\d{2})")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?")
_UNIX = re.compile(r"(\d{9,10}|\d{12,13}|\d{15,16})(\.0+)?")
_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d{1,2})?|\.\d+")
_MOST_DIGITS = 40


class _BadRowError(Exception):
    """What is wrong with a row."""


@dataclass
class _Heading:
    time: int
    clock: int | None
    columns: list[PriceColumn]
    findings: list[str]


def read(path: Path, *, source: str, currency: str | None = None, skip_bad: bool = False) -> PriceFile:
    """The prices of a CSV file.

    ``currency`` (ISO 4217): that of columns whose heading names none. A row that cannot be used is an
    error, or with ``skip_bad`` is left out and found. Raises UsageError with the file and the first bad
    line; OSError.
    """
    data = path.read_bytes()
    currency = None if currency is None else require(currency, "--currency")
    try:
        series, findings = _series(decoded(data), currency, skip_bad)
    except BadTextError as error:
        raise UsageError(f"{path}:{error.line}: {error}; nothing was imported") from None
    return PriceFile(path.name, sha256(data).hexdigest(), PRICES, source, tuple(series), tuple(findings))


def _series(text: str, currency: str | None, skip_bad: bool) -> tuple[list[Series], list[str]]:
    records = _records(text)
    line, names = next(records, (1, []))
    heading = _heading(line, names, currency)
    rows = Rows()
    bad: list[tuple[int, str]] = []
    for line, record in records:
        try:
            _take(rows, heading, line, record, len(names))
        except _BadRowError as error:
            bad.append((line, str(error)))
    if bad and not skip_bad:
        more = f"; and {len(bad) - 1:,} more bad rows" if len(bad) > 1 else ""
        raise BadTextError(f"{bad[0][1]}{more}", bad[0][0])
    findings = [*heading.findings, *(f"line {number}: left out: {reason}" for number, reason in bad)]
    if not rows.cells:
        raise BadTextError("expected rows with a price, found none", line)
    times = np.array(sorted(rows.cells), np.int64)
    resolution = resolution_of(times, rows)
    findings += about_order(rows)
    found = []
    for name in sorted({column.currency for column in heading.columns}):
        series, told = of_currency(name, heading.columns, rows, times, resolution)
        found.append(series)
        findings += told
    return found, findings


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that is not blank. Raises BadTextError."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadTextError(f"not readable as CSV ({error})", reader.line_num) from None


def _heading(line: int, names: Sequence[str], currency: str | None) -> _Heading:
    words = [re.findall(r"[a-z]+", name.lower()) for name in names]
    times = {
        word: place for place, each in reversed([*enumerate(words)]) for word in each[:1] if each[1:] == []
    }
    named = [word for word in _TIMES if word in times]
    if not named:
        raise BadTextError(
            f"expected a heading with a column called {', '.join(_TIMES[:-1])} or {_TIMES[-1]}, found "
            f"{', '.join(repr(name[:40]) for name in names[:8]) or 'none'}",
            line,
        )
    clock = times.get("time") if "date" in times and named[0] in ("time", "date") else None
    time = times["date"] if clock is not None else times[named[0]]
    columns: list[PriceColumn] = []
    unread: list[str] = []
    known = {time, clock, *(times[word] for word in named)}
    for place, each in enumerate(words):
        if place in known:
            continue
        found = _column(place, each, currency)
        if found is None:
            unread.append(names[place] or f"number {place + 1}")
            continue
        if currency is not None and found.currency != currency and _named(each):
            raise BadTextError(
                f"expected prices in {currency}, as --currency says, found the column {names[place]!r}; "
                "leave out --currency, or the column",
                line,
            )
        if any((other.currency, other.field) == (found.currency, found.field) for other in columns):
            raise BadTextError(f"two columns hold the {found.field} in {found.currency}; leave one", line)
        columns.append(found)
    if not any(column.field in AT for column in columns):
        bare = [word for each in words for word in each if word in _PLAIN]
        raise BadTextError(
            f"the column {bare[0]!r} names no currency; give --currency CODE" if bare and not columns else
            "expected a column with prices, such as usd, price, open or close, found none",
            line,
        )  # fmt: skip
    findings = [f"columns not read: {', '.join(unread)}"] if unread else []
    return _Heading(time, clock, columns, findings)


def _named(words: Sequence[str]) -> list[str]:
    return [word.upper() for word in words if word.upper() in CURRENCIES]


def _column(place: int, words: Sequence[str], currency: str | None) -> PriceColumn | None:
    """A column of prices; None where the heading says something else, or no currency."""
    fields = [_PLAIN[word] for word in words if word in _PLAIN]
    named = _named(words)
    others = [
        word for word in words if word not in _PLAIN and word not in _COIN and word.upper() not in CURRENCIES
    ]
    if others or len(fields) > 1 or len(named) > 1 or not (fields or named):
        return None
    money = named[0] if named else currency
    return None if money is None else PriceColumn(place, money, fields[0] if fields else "price")


def _take(rows: Rows, heading: _Heading, line: int, record: Sequence[str], width: int) -> None:
    """Keep a row. Raises _BadRowError for what cannot be used."""
    if len(record) != width:
        raise _BadRowError(f"expected {width} cells, as in the heading, found {len(record)}")
    text = record[heading.time]
    if heading.clock is not None:
        text = f"{text} {record[heading.clock]}"
    moment, is_date, has_zone = _moment(text)
    if rows.are_dates is None:
        rows.are_dates = is_date
    elif rows.are_dates != is_date:
        kinds = "days", "times of day"
        raise BadTextError(
            f"expected {kinds[not rows.are_dates]}, as in the rows before, found {text!r}: the table has two "
            "resolutions; import each as a file of its own",
            line,
        )
    cells = tuple(_price(record[column.place], column) for column in heading.columns)
    _require_order(heading.columns, cells)
    if moment in rows.cells:
        if rows.cells[moment] != cells:
            raise _BadRowError(
                f"another price for {text!r} than in line {rows.lines[moment]}; leave one of them"
            )
        rows.twice.append(line)
        return
    if not is_date and not has_zone:
        rows.without_zone += 1
    if rows.last is not None and moment < rows.last:
        rows.unordered.append(line)
    rows.last = moment
    rows.lines[moment], rows.cells[moment] = line, cells


def _moment(text: str) -> tuple[int, bool, bool]:
    """Unix seconds, whether it is a day, and whether it says its zone. Raises _BadRowError."""
    try:
        if found := _DATE.fullmatch(text):
            day = date(int(found[1]), int(found[3]), int(found[4]))
            return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()), True, False
        if found := _UNIX.fullmatch(text):
            digits = found[1]
            scale = 10 ** (3 * ((len(digits) - 9) // 3))
            moment, rest = divmod(int(digits), scale)
            if rest:
                raise ValueError
            return moment, False, True
        if _MOMENT.fullmatch(text):
            plain = text.replace(" UTC", "Z").replace("UTC", "Z")
            plain = re.sub(r" (?=[Z+-])", "", plain)
            when = datetime.fromisoformat(plain)
            has_zone = when.tzinfo is not None
            seconds = (when if has_zone else when.replace(tzinfo=UTC)).timestamp()
            if seconds == int(seconds):
                return int(seconds), False, has_zone
    except ValueError:
        pass
    raise _BadRowError(
        f"expected a day as 2020-01-31, a time as 2020-01-31T12:00:00Z, or whole Unix seconds, found "
        f"{text[:40]!r}"
    )


def _price(text: str, column: PriceColumn) -> Decimal | None:
    """A price; None for an empty cell. Raises _BadRowError."""
    if not text:
        return None
    where = f"{column.field} in {column.currency}"
    if not _NUMBER.fullmatch(text) or len(text) > _MOST_DIGITS:
        hint = "; write 1234.56 without a comma or sign" if re.search(r"\d", text) else ""
        raise _BadRowError(f"{where}: expected a number above 0, found {text[:40]!r}{hint}")
    value = Decimal(text)
    if not value:
        raise _BadRowError(f"{where}: expected a number above 0, found {text!r}; leave a missing price empty")
    return value


def _require_order(columns: Sequence[PriceColumn], cells: Sequence[Decimal | None]) -> None:
    for name in {column.currency for column in columns}:
        found = {
            column.field: cell
            for column, cell in zip(columns, cells, strict=True)
            if column.currency == name and cell is not None
        }
        high, low = found.get(HIGH), found.get(LOW)
        for kind, value in found.items():
            if (high is not None and value > high) or (low is not None and value < low):
                raise _BadRowError(
                    f"{kind} in {name}: expected a price between low and high, found {value} with "
                    f"{'no low' if low is None else low} and {'no high' if high is None else high}"
                )


__all__ = ["read"]
