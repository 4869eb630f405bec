"""The price table: what a coin was worth on each day, in dollars and in won."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from clew.simulate.chain import COIN

if TYPE_CHECKING:
    from clew.simulate.economy.settings import Calendar

HEADING = "date,usd,krw"
_CENT = Decimal("0.01")


def write(path: Path, calendar: Calendar) -> int:
    """Write a line for each day (UTC); returns how many. Raises OSError."""
    lines = [HEADING]
    for day in range(len(calendar.prices)):
        usd, krw = price(calendar, day)
        lines.append(f"{calendar.start + timedelta(days=day)},{usd},{krw}")
    path.write_bytes(("\n".join(lines) + "\n").encode())
    return len(lines) - 1


def price(calendar: Calendar, day: int) -> tuple[Decimal, Decimal]:
    """Dollars and won for a coin, ``day`` days after the start."""
    usd = Decimal(calendar.prices[day]).scaleb(-2)
    krw = usd * Decimal(calendar.won[day]).scaleb(-2)
    return usd, krw.quantize(_CENT, ROUND_HALF_EVEN)


def worth(calendar: Calendar, value: int, height: int) -> tuple[int, int]:
    """What ``value`` satoshi were worth on the day of a block: cents and hundredths of a won."""
    usd, krw = price(calendar, calendar.day(height))
    cents, jeon = ((value * each / COIN).quantize(_CENT, ROUND_HALF_EVEN).scaleb(2) for each in (usd, krw))
    return int(cents), int(jeon)
