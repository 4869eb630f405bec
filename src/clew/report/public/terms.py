"""On what terms a page is published: who reviewed it, until when it counts, where errors are told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clew.errors import UsageError

MOST_AHEAD = timedelta(days=731)
"""Two years, whatever leap years lie in them."""
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f<>]")
_PHONE = re.compile(r"(?<!\d)\+?\d[\d\s().-]{6,}\d")
_LONGEST = 200


@dataclass(frozen=True)
class Terms:
    """What a person says of a publication. ``day`` is the day as of which it is made."""

    day: date
    reviewer: str
    """The legal reviewer's name: the only name that a page carries."""
    reviewed: date
    expires: date
    """The last day on which the page may be relied on."""
    correction: str
    """An e-mail address or a postal one."""

    def row(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "day": self.day.isoformat(),
            "reviewer": self.reviewer,
            "reviewed": self.reviewed.isoformat(),
            "expires": self.expires.isoformat(),
            "correction": self.correction,
        }


def required_terms(
    *, day: date, reviewer: str | None, reviewed: date | None, expires: date | None, correction: str | None
) -> Terms:
    """The terms, checked. Raises UsageError for the first that is missing or wrong."""
    if reviewer is None or not reviewer.strip():
        raise UsageError(
            "reviewer: expected the name of the legal reviewer who read the page, found none; name who did"
        )
    name = reviewer.strip()
    if _CONTROL.search(name) or EMAIL.search(name) or _PHONE.search(name) or len(name) > _LONGEST:
        raise UsageError(
            "reviewer: expected a name and an office, found an address, a number or signs that are in none; "
            "give the name alone"
        )
    if reviewed is None or reviewed > day:
        raise UsageError(
            f"reviewed: expected the day of the legal review, up to {day}, found {reviewed or 'none'}; "
            "name it"
        )
    if expires is None or expires <= day or expires > day + MOST_AHEAD:
        raise UsageError(
            f"expires: expected a day after {day} and at most two years ahead, found {expires or 'none'}; "
            "name another"
        )
    return Terms(day, name, reviewed, expires, _address(correction))


def _address(correction: str | None) -> str:
    """An e-mail address, or a postal one of several words with a number or a postal code."""
    text = " ".join((correction or "").split())
    found = EMAIL.findall(text)
    if found:
        if text != found[0]:
            raise UsageError(
                "correction: expected one e-mail address or a postal address, found an e-mail address with "
                "other text; give the address alone"
            )
        return text
    if not text or len(text) > _LONGEST or _CONTROL.search(text) or not _is_postal(text):
        raise UsageError(
            "correction: expected an address to which errors can be told, an e-mail address or a postal one "
            f"with a number, found {'none' if not text else 'another text'}; name one"
        )
    return text


def _is_postal(text: str) -> bool:
    return len(text.split()) >= 3 and any(each.isdigit() for each in text) and "@" not in text


__all__ = ["EMAIL", "MOST_AHEAD", "Terms", "required_terms"]
