"""Tables of prices beside the ledger: their imports, and the price of a coin on each day."""

from __future__ import annotations

from datetime import date
from typing import Any

from clew.analysis.answer import Answer, list_status
from clew.analysis.prices import PRICED, RATED, day_of, prices_of, quote_row
from clew.analysis.rows import answer, page
from clew.errors import UsageError
from clew.ledger.ledger import Ledger
from clew.reference.currencies import require
from clew.reference.prices import DAY, PRICES, PriceImport
from clew.reference.valuation import COIN, Valuation, day_text

MOST_SHOWN = 40_000
"""Days that one answer goes through: more than a century."""


def price_list(ledger: Ledger) -> Answer:
    """Every import of prices and rates in the order of time, also those withdrawn."""
    prices = prices_of(ledger)
    result: dict[str, Any] = {
        "imports": [import_row(each) for each in prices.imports],
        "prices": prices.digest,
        **list_status(len(prices.imports), len(prices.imports)),
    }
    return answer(ledger, "prices list", {}, result)


def prices(
    ledger: Ledger,
    currency: str,
    *,
    first: str | date | None = None,
    last: str | date | None = None,
    source: str | None = None,
    limit: int = 0,
    offset: int = 0,
) -> Answer:
    """The price of a coin at the beginning of each day (UTC) from ``first`` to ``last``.

    Without them: of all days that some table in force has. ``high`` and ``low`` are those of the day. A day
    without a price is listed, with why. Raises UsageError.
    """
    currency = require(currency, "currency")
    known = prices_of(ledger)
    valuation = Valuation(known, currency, source)
    begin, end = _bounds(ledger, first, last)
    count = max(0, (end - begin) // DAY + 1)
    if count > MOST_SHOWN:
        raise UsageError(f"expected at most {MOST_SHOWN:,} days, found {count:,}; name fewer")
    quotes = [valuation.at(begin + number * DAY) for number in range(count)]
    days = [
        {"day": day_text(begin + number * DAY)}
        | quote_row(quotes[number])
        | {
            name: None if value is None else f"{value:f}"
            for name, value in (
                ("value", quotes[number].worth(COIN)),
                ("high", quotes[number].high(COIN)),
                ("low", quotes[number].low(COIN)),
            )
        }
        for number in range(count)[page(count, limit, offset)]
    ]
    result: dict[str, Any] = {
        "days": days,
        "total": {"days": count, "missing": sum(each.missing is not None for each in quotes)},
        "prices": known.digest,
        **list_status(len(days), count),
    }
    stated = {
        "currency": currency,
        "from": day_text(begin) if count else None,
        "to": day_text(end) if count else None,
        "prices": source,
        "limit": limit,
        "offset": offset,
    }
    rated = any(each.rates is not None for each in quotes)
    return answer(ledger, "prices show", stated, result, (PRICED, *((RATED,) if rated else ())))


def _bounds(ledger: Ledger, first: str | date | None, last: str | date | None) -> tuple[int, int]:
    """Beginning of the first and of the last day. Raises UsageError."""
    extents = [
        extent for each in prices_of(ledger).in_force for extent in each.extents if each.kind == PRICES
    ]
    begin = min((each.first for each in extents), default=0) // DAY * DAY
    end = max((each.last for each in extents), default=-DAY) // DAY * DAY
    if first is not None:
        begin = day_of(first, "--from")
    if last is not None:
        end = day_of(last, "--to")
    if first is not None and last is not None and end < begin:
        raise UsageError(f"--to {day_text(end)}: expected a day not before --from {day_text(begin)}")
    return begin, end


def import_row(each: PriceImport) -> dict[str, Any]:
    """An import as an answer shows it."""
    return {
        "import": each.id,
        "file": each.file,
        "digest": each.digest,
        "time": each.time,
        "kind": each.kind,
        "source": each.source,
        "importer": each.importer,
        "series": [
            {
                "currency": extent.currency,
                "resolution": extent.resolution,
                "fields": [*extent.fields],
                "first": extent.first,
                "last": extent.last,
                "rows": extent.rows,
            }
            for extent in each.extents
        ],
        "findings": [*each.findings],
        "withdrawn": each.withdrawn,
        "reason": each.reason,
    }


__all__ = ["import_row", "price_list", "prices"]
