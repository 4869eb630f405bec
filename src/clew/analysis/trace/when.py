"""A day or a height as the height of a block."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

import numpy as np

from clew.analysis.proceeds import time_zone
from clew.errors import UsageError
from clew.ledger.ledger import Ledger

_FIRST, _LAST = "since", "until"
_YEARS = 1970, 9000


def until(ledger: Ledger, text: str | int, tz: str | tzinfo = "UTC") -> int:
    """The last height up to which ``text`` lets: a height, or a day (YYYY-MM-DD) and its blocks.

    A block is of the day that its median time past, which only grows, falls on in the zone ``tz``. Raises
    UsageError.
    """
    if (height := _height(ledger, text, _LAST)) is not None:
        return height
    end = _start(_day(text, _LAST) + timedelta(days=1), time_zone(tz))
    height = _before(ledger, end) - 1
    if height < 0:
        raise UsageError(f"{_LAST} {text}: the chain begins later")
    return height


def since(ledger: Ledger, text: str | int, tz: str | tzinfo = "UTC") -> int:
    """The first height from which ``text`` lets; see ``until``. Raises UsageError."""
    if (height := _height(ledger, text, _FIRST)) is not None:
        return height
    height = _before(ledger, _start(_day(text, _FIRST), time_zone(tz)))
    if height > ledger.tip.height:
        raise UsageError(f"{_FIRST} {text}: the ledger ends earlier, at height {ledger.tip.height}")
    return height


def _height(ledger: Ledger, text: str | int, name: str) -> int | None:
    if isinstance(text, str):
        if not (text.isascii() and text.isdigit()):
            return None
        text = int(text)
    if not 0 <= text <= ledger.tip.height:
        raise UsageError(
            f"{name} {text}: the ledger holds heights 0 to {ledger.tip.height}; name one of these"
        )
    return text


def _day(text: str | int, name: str) -> date:
    try:
        day = date.fromisoformat(str(text))
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise ValueError
        return day
    except ValueError:
        raise UsageError(f"{name} {text!r}: expected a height, or a day as YYYY-MM-DD") from None


def _start(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _before(ledger: Ledger, moment: int) -> int:
    """How many blocks have a median time before a moment."""
    times = np.asarray(ledger.column("blocks.median_time")).astype(np.int64)
    return int(np.searchsorted(times, moment))


__all__ = ["since", "until"]
