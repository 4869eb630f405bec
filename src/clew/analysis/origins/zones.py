"""The time zone of a country, where it has only one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

ZONES: dict[str, str] = {
    "AE": "Asia/Dubai", "AM": "Asia/Yerevan", "AT": "Europe/Vienna", "BE": "Europe/Brussels",
    "BG": "Europe/Sofia", "BM": "Atlantic/Bermuda", "BS": "America/Nassau", "BY": "Europe/Minsk",
    "CH": "Europe/Zurich", "CO": "America/Bogota", "CZ": "Europe/Prague", "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "EG": "Africa/Cairo", "FI": "Europe/Helsinki",
    "FR": "Europe/Paris", "GB": "Europe/London", "GE": "Asia/Tbilisi", "GI": "Europe/Gibraltar",
    "GR": "Europe/Athens", "HK": "Asia/Hong_Kong", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
    "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata", "IS": "Atlantic/Reykjavik",
    "IT": "Europe/Rome", "JP": "Asia/Tokyo", "KE": "Africa/Nairobi", "KR": "Asia/Seoul",
    "KY": "America/Cayman", "LI": "Europe/Vaduz", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg",
    "LV": "Europe/Riga", "MT": "Europe/Malta", "MU": "Indian/Mauritius", "NG": "Africa/Lagos",
    "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PA": "America/Panama", "PE": "America/Lima",
    "PH": "Asia/Manila", "PK": "Asia/Karachi", "PL": "Europe/Warsaw", "RO": "Europe/Bucharest",
    "RS": "Europe/Belgrade", "SC": "Indian/Mahe", "SE": "Europe/Stockholm", "SG": "Asia/Singapore",
    "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava", "SV": "America/El_Salvador", "TH": "Asia/Bangkok",
    "TR": "Europe/Istanbul", "TW": "Asia/Taipei", "UY": "America/Montevideo", "VE": "America/Caracas",
    "VG": "America/Tortola", "ZA": "Africa/Johannesburg",
}  # fmt: skip
"""Countries (ISO 3166) with one zone, and its name (IANA). Of those with several, such as the United States,
none stands here: which of them a service keeps its books in is not known."""


def zone_of(jurisdictions: Iterable[str]) -> str | None:
    """The zone of a service's country; None where it has several countries, or its country several zones."""
    found = {each.upper() for each in jurisdictions}
    return ZONES.get(found.pop()) if len(found) == 1 else None


def local(seconds: int, zone: str | None) -> str | None:
    """A time in a zone, ISO 8601 with its offset; None without a zone, or where the system knows none."""
    if zone is None:
        return None
    where = _zone(zone)
    return None if where is None else datetime.fromtimestamp(seconds, where).isoformat()


def utc(seconds: int) -> str:
    """A time in UTC, ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _zone(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


__all__ = ["ZONES", "local", "utc", "zone_of"]
