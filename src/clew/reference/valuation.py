"""What an amount was worth in a currency, and where that figure is from.

The price of a moment is that of the row that holds then: the nearest earlier one, within the table's
resolution. Tables in the currency itself come first; else one in another currency is taken with the
reference rates of the moment's day (UTC), or of the last day before it that has some, at most
``MOST_DAYS`` back, since none are published on weekends and holidays. What neither gives is missing.
An amount is rounded once, half to even, to hundredths of the currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cached_property

from clew.reference.prices import DAY, PriceImport, Series
from clew.reference.pricestore import Prices

MOST_DAYS = 5
"""How old a reference rate may be. The longest the ECB ever published none was four days in a row."""

COIN = 100_000_000
"""Satoshi of a coin; a price is that of one coin."""

HUNDREDTH = Decimal("0.01")
_FIRST = ("USD", "EUR")
_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)

NO_TABLE = "no table of prices"
NO_PRICE = "no price"
NO_RATE = "no rate"


@dataclass(frozen=True)
class Quote:
    """The price of one coin at a moment, or why it is missing.

    ``price`` is in ``quoted``, the table's currency; ``field`` says what it is, ``time`` (Unix seconds) and
    ``resolution`` from when on and how long it holds. Where ``quoted`` is not ``currency``, a euro was worth
    ``rate_from`` of the one and ``rate_to`` of the other on ``rate_day`` (Unix seconds). ``span``: the
    highest and the lowest price of that day in ``quoted``, None where the table cannot tell.
    """

    currency: str
    missing: str | None = None
    price: Decimal | None = None
    quoted: str | None = None
    field: str | None = None
    time: int | None = None
    resolution: int | None = None
    source: PriceImport | None = None
    rates: PriceImport | None = None
    rate_day: int | None = None
    rate_from: Decimal = Decimal(1)
    rate_to: Decimal = Decimal(1)
    span: tuple[Decimal, Decimal] | None = None

    def worth(self, satoshi: int) -> Decimal | None:
        """What an amount was worth; None where the price is missing."""
        return None if self.price is None else self.at(satoshi, self.price)

    def high(self, satoshi: int) -> Decimal | None:
        """What it was worth at the highest price of the day."""
        return None if self.span is None else self.at(satoshi, self.span[0])

    def low(self, satoshi: int) -> Decimal | None:
        """What it was worth at the lowest price of the day."""
        return None if self.span is None else self.at(satoshi, self.span[1])

    def at(self, satoshi: int, price: Decimal) -> Decimal:
        """What an amount is worth at a price in ``quoted``; hundredths of ``currency``."""
        above = _EXACT.multiply(_EXACT.multiply(Decimal(satoshi), price), self.rate_to)
        value = _EXACT.divide(above, _EXACT.multiply(Decimal(COIN), self.rate_from))
        return value.quantize(HUNDREDTH, context=_EXACT)


class Valuation:
    """Prices of a coin in one currency.

    ``source``: only tables of that name. A moment that was asked for is remembered.
    """

    def __init__(self, prices: Prices, currency: str, source: str | None = None) -> None:
        self.prices, self.currency, self.source = prices, currency, source
        self._known: dict[int, Quote] = {}

    def at(self, time: int) -> Quote:
        """The price at a moment (Unix seconds)."""
        if time not in self._known:
            self._known[time] = self._quote(time)
        return self._known[time]

    @cached_property
    def _direct(self) -> list[tuple[PriceImport, Series]]:
        return self.prices.series(self.currency, self.source)

    @cached_property
    def _others(self) -> list[tuple[PriceImport, Series]]:
        """Tables in other currencies that have reference rates, as this one has."""
        rates = self.prices.rates
        if rates is None or self.currency not in rates:
            return []
        others = sorted(set(self.prices.currencies) - {self.currency})
        names = [
            *(each for each in _FIRST if each in others),
            *(each for each in others if each not in _FIRST),
        ]
        return [found for name in names if name in rates for found in self.prices.series(name, self.source)]

    def _quote(self, time: int) -> Quote:
        day = time // DAY * DAY
        for source, series in self._direct:
            if (found := _priced(self.currency, source, series, time)) is not None:
                return found
        is_priced = False
        for source, series in self._others:
            found = _priced(self.currency, source, series, time)
            if found is None:
                continue
            is_priced = True
            rates = self.prices.rates
            assert rates is not None
            rated = rates.on((series.currency, self.currency), day, MOST_DAYS)
            if rated is not None:
                return _with_rates(found, rates.source, *rated)
        return Quote(self.currency, self._missing(day, is_priced))

    def _missing(self, day: int, is_priced: bool) -> str:
        when = day_text(day)
        if is_priced:
            return f"{NO_RATE} of {self.currency} on {when} or the {MOST_DAYS} days before"
        if self._direct or self._others:
            return f"{NO_PRICE} for {when}"
        named = f" named {self.source}" if self.source else ""
        if not self.prices.currencies:
            return f"{NO_TABLE}: clew prices import brings one in"
        if self.prices.rates is None:
            return (
                f"{NO_TABLE}{named} in {self.currency}, and no rates: clew prices import --ecb brings them in"
            )
        return f"{NO_TABLE}{named} in {self.currency} or in a currency with a rate"


def _priced(currency: str, source: PriceImport, series: Series, time: int) -> Quote | None:
    row = series.find(time)
    stated = None if row is None else series.stated(row)
    if row is None or stated is None:
        return None
    field, price = stated
    return Quote(
        currency, None, price, series.currency, field, int(series.times[row]), series.resolution, source,
        span=series.span(time // DAY * DAY),
    )  # fmt: skip


def _with_rates(quote: Quote, rates: PriceImport, day: int, rate_from: Decimal, rate_to: Decimal) -> Quote:
    return replace(quote, rates=rates, rate_day=day, rate_from=rate_from, rate_to=rate_to)


def day_text(seconds: int) -> str:
    """The day (UTC) of a moment, as 2020-01-31."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


@dataclass
class Total:
    """A sum of values in one currency, and how many amounts have none.

    Every amount is valued, and rounded, for itself; ``satoshi_missing`` sums those without a value.
    """

    currency: str
    value: Decimal = Decimal("0.00")
    valued: int = 0
    missing: int = 0
    satoshi_missing: int = 0

    def add(self, satoshi: int, value: Decimal | None) -> None:
        """Count one amount."""
        if value is None:
            self.missing += 1
            self.satoshi_missing += satoshi
        else:
            self.value = _EXACT.add(self.value, value)
            self.valued += 1


def total_of(valuation: Valuation, amounts: Iterable[tuple[int, int]]) -> Total:
    """The total of amounts, each a moment (Unix seconds) and satoshi."""
    total = Total(valuation.currency)
    for time, satoshi in amounts:
        total.add(satoshi, valuation.at(time).worth(satoshi))
    return total


__all__ = ["COIN", "MOST_DAYS", "Quote", "Total", "Valuation", "day_text", "total_of"]
