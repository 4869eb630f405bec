"""How amounts, times and counts are written on a page."""

from __future__ import annotations

from datetime import UTC, datetime

SATOSHI = 100_000_000

MOTTO = "A payment is a lead, not an accusation."


def btc(value: int) -> str:
    """Satoshi as bitcoin with all eight decimals: ``1,234.50000000``. Exact: no floating point."""
    whole, rest = divmod(abs(value), SATOSHI)
    return f"{'−' if value < 0 else ''}{whole:,}.{rest:08d}"


def count(number: int, one: str, many: str = "") -> str:
    """A number and its noun: ``1 payment``, ``7,300 payments``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(seconds: int) -> str:
    """Unix seconds as ``2009-01-12 03:30:25``, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def day(seconds: int) -> str:
    """Unix seconds as ``2009-01-12``, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
