"""What a coin was worth: tables of prices that somebody published, each with its source.

A row of a table holds from its time on for one ``resolution``, and not a second longer: what no row covers
has no price. Prices are exact decimals, as they were written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DAY = 86_400
"""Seconds of a day; days are those of UTC."""

PRICE, OPEN, HIGH, LOW, CLOSE = FIELDS = ("price", "open", "high", "low", "close")
"""What a row can state. A price is one for the whole time that the row holds."""

AT = (PRICE, OPEN, CLOSE)
"""The fields that can stand for a moment, the first that a row has before the others: an open is known at
the row's beginning, a close only at its end."""

PRICES, RATES = "prices", "rates"
"""Kinds of imports: prices of a coin, and what a euro is worth in other currencies."""

SHORT_ID = 12
"""Hexadecimal digits of an import's id."""

EUR = "EUR"


@dataclass(frozen=True)
class Series:
    """The rows of one table in one currency (ISO 4217), in the order of time.

    ``resolution``: seconds that a row holds. ``fields``: what a row states, in the order of its text.
    ``times``: Unix seconds (int64, ascending, distinct). ``texts``: of each row its decimals, with commas
    between; empty where it states none.
    """

    currency: str
    resolution: int
    fields: tuple[str, ...]
    times: Array
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def find(self, time: int) -> int | None:
        """The row that holds at a moment; None where no row does."""
        row = int(np.searchsorted(self.times, time, "right")) - 1
        return row if row >= 0 and time - int(self.times[row]) < self.resolution else None

    def row(self, number: int) -> dict[str, Decimal]:
        """What a row states, by field."""
        cells = zip(self.fields, self.texts[number].split(","), strict=True)
        return {field: Decimal(text) for field, text in cells if text}

    def stated(self, number: int) -> tuple[str, Decimal] | None:
        """The field of a row that stands for a moment, and its price; None where it has none."""
        found = self.row(number)
        return next(((field, found[field]) for field in AT if field in found), None)

    def span(self, day: int) -> tuple[Decimal, Decimal] | None:
        """The highest and the lowest price of a day (Unix seconds of its beginning) that the table has.

        None where the table cannot tell: it has one price a day.
        """
        first, last = np.searchsorted(self.times, [day, day + DAY]).tolist()
        rows = [self.row(number) for number in range(first, last)]
        if HIGH in self.fields and LOW in self.fields:
            highs, lows = ([row[name] for row in rows if name in row] for name in (HIGH, LOW))
        elif self.resolution < DAY:
            highs = lows = [row[name] for row in rows for name in AT if name in row]
        else:
            return None
        return (max(highs), min(lows)) if highs and lows else None

    def told(self) -> list[Any]:
        """What it says, in short, for a digest."""
        rows = "\n".join(self.texts).encode()
        times = self.times.astype("<i8").tobytes()
        return [
            self.currency,
            self.resolution,
            [*self.fields],
            *(sha256(x).hexdigest() for x in (times, rows)),
        ]


@dataclass(frozen=True)
class PriceFile:
    """What a file says: its series, by currency, and what is worth knowing about it.

    ``digest``: SHA-256 of the file. ``findings``: sentences, each with its line where it has one.
    """

    file: str
    digest: str
    kind: str
    source: str
    series: tuple[Series, ...]
    findings: tuple[str, ...] = ()

    def content(self) -> str:
        """SHA-256 over everything that answers can take from it but the file's name, as hex."""
        stated = [self.digest, self.kind, self.source, [each.told() for each in self.series]]
        return sha256(json.dumps(stated, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Extent:
    """What an import holds in one currency: first and last time (Unix seconds), and how many rows."""

    currency: str
    resolution: int
    fields: tuple[str, ...]
    first: int
    last: int
    rows: int


@dataclass(frozen=True)
class PriceImport:
    """One import: what was read, when, and whether it was withdrawn.

    ``number`` counts imports of this ledger; ``content`` is the SHA-256 of what it says, and its first
    digits are the import's id.
    """

    number: int
    content: str
    file: str
    digest: str
    time: str
    kind: str
    source: str
    importer: str
    findings: tuple[str, ...]
    extents: tuple[Extent, ...]
    withdrawn: str | None = None
    reason: str | None = None

    @property
    def id(self) -> str:
        """What people call it by."""
        return self.content[:SHORT_ID]


class Rates:
    """Reference rates: what a euro was worth on each day that somebody published one."""

    def __init__(self, source: PriceImport, series: Mapping[str, Series]) -> None:
        self.source, self._series = source, series

    def __contains__(self, currency: str) -> bool:
        return currency == EUR or currency in self._series

    def on(self, currencies: tuple[str, str], day: int, most: int) -> tuple[int, Decimal, Decimal] | None:
        """The last day, at most ``most`` days before ``day``, that has a rate of both currencies.

        Days are Unix seconds of their beginning. Returns the day and the two rates, each for a euro.
        """
        for back in range(most + 1):
            found = [self._rate(currency, day - back * DAY) for currency in currencies]
            if found[0] is not None and found[1] is not None:
                return day - back * DAY, found[0], found[1]
        return None

    def _rate(self, currency: str, day: int) -> Decimal | None:
        if currency == EUR:
            return Decimal(1)
        series = self._series[currency]
        row = series.find(day)
        return None if row is None else series.row(row).get(PRICE)

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """All that have a rate, by name."""
        return tuple(sorted({EUR, *self._series}))


__all__ = [
    "AT", "CLOSE", "DAY", "EUR", "FIELDS", "HIGH", "LOW", "OPEN", "PRICE", "PRICES", "RATES", "SHORT_ID",
    "Extent", "PriceFile", "PriceImport", "Rates", "Series",
]  # fmt: skip
