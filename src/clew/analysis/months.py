"""Months and days of a time zone, as block times fall into them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger


def time_zone(tz: str | tzinfo) -> tzinfo:
    """The zone called ``tz``, by its IANA name. Raises UsageError."""
    if isinstance(tz, tzinfo):
        return tz
    if tz == "UTC":
        return UTC
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"time zone {tz!r}: expected an IANA name, such as Asia/Seoul or UTC") from None


def zone_name(zone: tzinfo) -> str:
    """What an answer calls a zone."""
    return "UTC" if zone is UTC else str(zone)


def times_of(ledger: Ledger, transactions: Array) -> Array:
    """Block times of ``transactions``; int64, Unix seconds."""
    times: Array = ledger.column("blocks.time")[ledger.blocks_of_transactions(transactions)]
    return times.astype(np.int64)


def calendar(times: Array, zone: tzinfo) -> tuple[list[str], Array]:
    """Names of the months from the first of ``times`` to the last, and when each begins."""
    first, last = (datetime.fromtimestamp(int(edge), zone) for edge in (times.min(), times.max()))
    months = [
        divmod(number, 12) for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    starts = [datetime(year, month + 1, 1, tzinfo=zone).timestamp() for year, month in months]
    return [f"{year}-{month + 1:02d}" for year, month in months], np.array(starts)


def span(first: str | date | None, last: str | date | None, zone: tzinfo) -> tuple[int | None, int | None]:
    """When the day ``first`` begins and the day ``last`` is over, in ``zone``; Unix seconds.

    Raises UsageError for a text that is no day, and where the last comes before the first.
    """
    begin, end = _day(first, "--from"), _day(last, "--to")
    if begin is not None and end is not None and end < begin:
        raise UsageError(f"--to {end}: expected a day not before --from {begin}")
    after = None if end is None else end + timedelta(1)
    return tuple(None if day is None else _start(day, zone) for day in (begin, after))  # type: ignore[return-value]


def _day(text: str | date | None, where: str) -> date | None:
    if text is None or isinstance(text, date):
        return text
    try:
        day = date.fromisoformat(text.strip())
        if 1970 <= day.year <= 9000:
            return day
    except ValueError:
        pass
    raise UsageError(f"{where} {text}: expected a day as 2020-01-31")


def _start(day: date, zone: tzinfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


__all__ = ["calendar", "span", "time_zone", "times_of", "zone_name"]
