"""Amounts, counts, times and durations as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from clew.errors import UsageError

SATOSHI = 100_000_000
ABSENT = "-"


def btc(satoshi: int | None) -> str:
    """Satoshi as BTC with 8 decimals, exact; ``-`` where there is no amount."""
    if satoshi is None:
        return ABSENT
    whole, part = divmod(abs(satoshi), SATOSHI)
    return f"{'-' if satoshi < 0 else ''}{whole:,}.{part:08d}"


def number(value: int | None) -> str:
    """A count with thousands set apart."""
    return ABSENT if value is None else f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 address``, ``2 addresses``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """A length of time in its two largest units."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: float) -> str:
    """Bytes in decimal units, as disks are sold."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:,.1f} {unit}"
    return f"{count:.0f} bytes"


class Clock:
    """Shows Unix seconds in one time zone.

    A time of the ledger is what a miner wrote into a block, so its label says *block time*.
    """

    def __init__(self, zone: str | None = None) -> None:
        """``zone`` is an IANA name, None for UTC. Raises UsageError for a name nobody knows."""
        self.name = zone or "UTC"
        self._zone = UTC if self.name == "UTC" else _zone(self.name)

    @property
    def label(self) -> str:
        """Heading of a column of times."""
        return f"block time ({self.name})"

    def text(self, seconds: int | None) -> str:
        """Date and time; outside UTC with the offset, since clocks are put back."""
        if seconds is None:
            return ABSENT
        when = datetime.fromtimestamp(seconds, self._zone)
        text = when.strftime("%Y-%m-%d %H:%M:%S")
        return text if self._zone is UTC else f"{text} {when.strftime('%z')}"


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UsageError(
            f"--tz {name}: expected the name of a time zone as the IANA database has it, "
            "such as UTC, Asia/Seoul or Europe/Berlin"
        ) from None
