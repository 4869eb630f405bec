"""When somebody is awake: activity by local hour and weekday, in one place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clew.simulate.dice import Dice

if TYPE_CHECKING:
    from clew.simulate.worlds.model import Time

_PLACES = {
    "AR": "America/Argentina/Buenos_Aires", "AT": "Europe/Vienna", "AU": "Australia/Sydney",
    "BE": "Europe/Brussels", "BG": "Europe/Sofia", "BR": "America/Sao_Paulo", "CA": "America/Toronto",
    "CH": "Europe/Zurich", "CL": "America/Santiago", "CN": "Asia/Shanghai", "CZ": "Europe/Prague",
    "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "ES": "Europe/Madrid", "FI": "Europe/Helsinki",
    "FR": "Europe/Paris", "GB": "Europe/London", "GR": "Europe/Athens", "HK": "Asia/Hong_Kong",
    "HU": "Europe/Budapest", "ID": "Asia/Jakarta", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem",
    "IN": "Asia/Kolkata", "IT": "Europe/Rome", "JP": "Asia/Tokyo", "KR": "Asia/Seoul",
    "LU": "Europe/Luxembourg", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur",
    "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "NZ": "Pacific/Auckland", "PH": "Asia/Manila",
    "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest", "RU": "Europe/Moscow",
    "SE": "Europe/Stockholm", "SG": "Asia/Singapore", "TH": "Asia/Bangkok", "TR": "Europe/Istanbul",
    "TW": "Asia/Taipei", "UA": "Europe/Kyiv", "US": "America/New_York", "VN": "Asia/Ho_Chi_Minh",
    "ZA": "Africa/Johannesburg",
}  # fmt: skip
"""A zone in which many people of a country live. Source: the IANA time zone database's zone.tab."""

_HALF_DAY, _DAY = 43_200, 86_400


class Hours:
    """The habits of a world's people, in one IANA zone."""

    def __init__(self, time: Time, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        hours = [time.hours.shares.get(str(hour), 0.0) for hour in range(24)]
        weekend = float(time.weekend)
        most = max(hours) * max(1.0, weekend)
        self._weekday = [each / most for each in hours]
        self._weekend = [each * weekend / most for each in hours]

    def at(self, moment: int) -> float:
        """How active people are at a moment (Unix seconds), from 0 to 1."""
        local = datetime.fromtimestamp(moment, self._zone)
        return (self._weekend if local.weekday() >= 5 else self._weekday)[local.hour]

    def pick(self, dice: Dice, draw: Callable[[], int]) -> int:
        """A moment out of those that ``draw`` gives, by how active people are at each."""
        for _ in range(1000):
            moment = draw()
            if dice.happens(self.at(moment)):
                return moment
        return draw()

    def after(self, dice: Dice, moment: int) -> int:
        """A moment soon after, when people are awake."""
        for _ in range(100):
            if dice.happens(self.at(moment)):
                return moment
            moment += dice.below(2 * 3600)
        return moment


def place(country: str) -> str | None:
    """An IANA zone of a country (two letters), or None if it is not known here."""
    return _PLACES.get(country)


def nearest_zone(time: Time, zone: str) -> int:
    """The number of the world's zone whose clocks are nearest to those of an IANA zone."""
    mine = _offset(zone, time.start.year)
    apart = [
        abs((_offset(each.zone, time.start.year) - mine + _HALF_DAY) % _DAY - _HALF_DAY)
        for each in time.zones
    ]
    return apart.index(min(apart))


@cache
def _offset(zone: str, year: int) -> int:
    """Seconds by which a zone's clocks are ahead of UTC, at the start of a year."""
    there = ZoneInfo(zone).utcoffset(datetime(year, 1, 15, tzinfo=UTC).replace(tzinfo=None))
    return 0 if there is None else round(there.total_seconds())
