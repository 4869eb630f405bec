"""A sum under which payments are kept: in coins, or in money at the price of the time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from clew.analysis.prices import prices_of
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.reference.currencies import require
from clew.reference.valuation import Valuation

SATOSHI = 100_000_000
_FORM = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*")
_COINS = ("", "BTC")
_LIMIT = 21_000_000 * SATOSHI
MISSING = 0
"""Stands for the satoshi of a moment that has no price."""


@dataclass(frozen=True)
class Threshold:
    """``text`` is how it was named; ``coin`` says what one coin was worth at a time (None: no price), where
    ``amount`` is money, else ``amount`` is in coins."""

    text: str
    amount: Decimal
    coin: Callable[[int], Decimal | None] | None = None

    def at(self, times: Array) -> Array:
        """Satoshi of the threshold at times (Unix seconds), rounded up; MISSING without a price. int64."""
        distinct, places = np.unique(times, return_inverse=True)
        found: Array = np.array([self._one(each) for each in distinct.tolist()], np.int64)
        return found[places]

    def _one(self, time: int) -> int:
        price = Decimal(1) if self.coin is None else self.coin(time)
        if not price:
            return MISSING
        return min(int(-(-self.amount * SATOSHI // price)), _LIMIT)


ONE_COIN = Threshold("1 BTC", Decimal(1))
"""Where none is given: no country's threshold, since without a price none can be known."""


def threshold_of(ledger: Ledger, text: str | None) -> Threshold:
    """A threshold from words: ``0.5``, ``0.5 BTC``, or ``10000 USD`` at the prices beside the ledger.

    One coin for None. Raises UsageError for what is none, nothing or less, or a currency without prices.
    """
    if text is None:
        return ONE_COIN
    form = _FORM.fullmatch(text)
    if form is None:
        raise UsageError(f"threshold {text!r}: expected a sum such as 0.5, 0.5 BTC or 10000 USD")
    amount, unit = Decimal(form[1]), form[2].upper()
    if amount <= 0 or (unit in _COINS and amount * SATOSHI < 1):
        raise UsageError(f"threshold {text!r}: expected a sum above zero, found {form[1]}")
    if unit in _COINS:
        return Threshold(f"{amount} BTC", amount)
    valuation = Valuation(prices_of(ledger), require(unit, "threshold"))
    missing = valuation.at(int(ledger.column("blocks.time")[ledger.tip.height])).missing
    if missing is not None and missing.startswith("no table"):
        raise UsageError(f"threshold {text!r}: {missing}")
    return Threshold(f"{amount} {unit}", amount, lambda time: valuation.at(time).worth(SATOSHI))


__all__ = ["MISSING", "ONE_COIN", "Threshold", "threshold_of"]
