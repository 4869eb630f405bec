"""What amounts of an answer were worth, as tables of prices beside the ledger say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from clew.errors import UsageError
from clew.ledger.ledger import Ledger
from clew.reference.currencies import require
from clew.reference.pricestore import Prices
from clew.reference.valuation import Quote, Total, Valuation, day_text

PRICED = (
    "Values are amounts times a price that the source named published: that of the block's time, not of the "
    "moment somebody paid, and not what anybody was charged or got. What has no price is missing, not zero."
)
RATED = (
    "Where rates is set, the price was in another currency, turned into this one by a reference rate of the "
    "block's day (UTC), or of the last day before it that had one."
)

_OPENED: WeakKeyDictionary[Ledger, Prices] = WeakKeyDictionary()


def prices_of(ledger: Ledger) -> Prices:
    """The prices in a ledger's folder, as they were when first asked for.

    Raises NotALedgerError where their file is damaged.
    """
    if ledger not in _OPENED:
        _OPENED[ledger] = Prices(ledger.path)
    return _OPENED[ledger]


class Values:
    """Values of amounts in some currencies, at the time of each, and at one day where that is asked."""

    def __init__(
        self,
        ledger: Ledger,
        currencies: Iterable[str],
        *,
        at: str | date | None = None,
        source: str | None = None,
    ) -> None:
        """``source``: only prices of that name. Raises UsageError for no currency, or no such source."""
        prices = prices_of(ledger)
        codes = dict.fromkeys(require(code, "--value") for code in currencies)
        self.valuations = tuple(Valuation(prices, code, source) for code in codes)
        self.day = None if at is None else day_of(at, "--value-at")
        if source is not None and not any(each.source == source for each in prices.in_force):
            raise UsageError(f"prices named {source!r}: none in force; clew prices list shows them")
        if self.day is not None and not self.valuations:
            raise UsageError("--value-at: expected with --value CUR, found without it; name a currency")
        self._is_rated = False

    def __bool__(self) -> bool:
        return bool(self.valuations)

    @property
    def parameters(self) -> dict[str, Any]:
        """What was asked, for an answer; nothing where no value is asked for."""
        if not self.valuations:
            return {}
        stated: dict[str, Any] = {"value": [each.currency for each in self.valuations]}
        if self.day is not None:
            stated["value_at"] = day_text(self.day)
        if self.valuations[0].source is not None:
            stated["prices"] = self.valuations[0].source
        return stated

    @property
    def caveats(self) -> tuple[str, ...]:
        """What must be kept in mind with the values that were shown."""
        return (*((PRICED,) if self else ()), *((RATED,) if self._is_rated else ()))

    def of(self, satoshi: int, time: int) -> list[dict[str, Any]]:
        """The values of one amount, in each currency; and at the day asked for."""
        rows = []
        for valuation in self.valuations:
            row = self._row(valuation.at(time), satoshi)
            row["at_day"] = None if self.day is None else self._row(valuation.at(self.day), satoshi)
            rows.append(row)
        return rows

    def _row(self, quote: Quote, satoshi: int) -> dict[str, Any]:
        self._is_rated |= quote.rates is not None
        return quote_row(quote) | {
            "value": _text(quote.worth(satoshi)),
            "high": _text(quote.high(satoshi)),
            "low": _text(quote.low(satoshi)),
        }

    def totals(self, amounts: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
        """Totals of amounts, each a time and satoshi, valued one by one."""
        rows = []
        for valuation in self.valuations:
            total = Total(valuation.currency)
            at_day = None if self.day is None else Total(valuation.currency)
            for time, satoshi in amounts:
                quote = valuation.at(time)
                self._is_rated |= quote.rates is not None
                total.add(satoshi, quote.worth(satoshi))
                if at_day is not None and self.day is not None:
                    at_day.add(satoshi, valuation.at(self.day).worth(satoshi))
            rows.append(total_row(total) | {"at_day": None if at_day is None else total_row(at_day)})
        return rows


def total_row(total: Total) -> dict[str, Any]:
    """A total as an answer shows it."""
    return {
        "currency": total.currency,
        "value": f"{total.value:f}" if total.valued or not total.missing else None,
        "valued": total.valued,
        "missing": total.missing,
        "satoshi_missing": total.satoshi_missing,
    }


def quote_row(quote: Quote) -> dict[str, Any]:
    """A price as an answer shows it, with where it is from."""
    is_rated = quote.rates is not None
    return {
        "currency": quote.currency,
        "price": _text(quote.price),
        "quoted": quote.quoted,
        "field": quote.field,
        "price_time": quote.time,
        "resolution": quote.resolution,
        "source": None if quote.source is None else quote.source.source,
        "import": None if quote.source is None else quote.source.id,
        "rates": None if quote.rates is None else quote.rates.source,
        "rates_import": None if quote.rates is None else quote.rates.id,
        "rate_day": None if quote.rate_day is None else day_text(quote.rate_day),
        "rate_from": _text(quote.rate_from) if is_rated else None,
        "rate_to": _text(quote.rate_to) if is_rated else None,
        "missing": quote.missing,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def day_of(text: str | date, where: str) -> int:
    """Unix seconds of the beginning of a day (UTC). Raises UsageError; ``where`` names the option."""
    try:
        day = text if isinstance(text, date) else date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{where} {text}: expected a day as 2020-01-31") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


__all__ = ["PRICED", "RATED", "Values", "day_of", "prices_of", "quote_row", "total_row"]
