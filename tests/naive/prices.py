"""Prices looked up the slow way: every row is looked at, and fractions are exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

DAY = 86_400


def holding(rows: Sequence[tuple[int, str]], resolution: int, time: int) -> str | None:
    """The price whose row holds at a moment; ``rows``: time and price in any order."""
    found = [(start, price) for start, price in rows if start <= time < start + resolution]
    return max(found)[1] if found else None


def rated(rates: dict[str, dict[int, str]], pair: tuple[str, str], day: int) -> tuple[int, str, str] | None:
    """The last day, at most five back, on which both currencies have a rate for a euro."""
    for number in range(day, day - 6, -1):
        found = ["1" if each == "EUR" else rates.get(each, {}).get(number) for each in pair]
        if all(found):
            return number, str(found[0]), str(found[1])
    return None


def rounded(value: Fraction) -> str:
    """A value to hundredths, half to even, as text."""
    hundredths, rest = divmod(value * 100, 1)
    whole = int(hundredths)
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    return f"{whole // 100}.{whole % 100:02d}"


def worth(satoshi: int, price: str, rate_from: str = "1", rate_to: str = "1") -> str:
    """What an amount is worth, rounded once."""
    return rounded(Fraction(satoshi, 10**8) * Fraction(price) * Fraction(rate_to) / Fraction(rate_from))
