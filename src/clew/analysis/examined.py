"""Who asked, what for, and when: what every file that lists payments or origins must carry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Examined:
    """Who asked, what for, and when.

    ``examiner`` names whoever answers for the question, ``purpose`` says what for (a case number, not a
    person's name), ``made`` is the time as ISO 8601 in UTC to the second. An Answer holds none of them, so
    that the same question at the same snapshot gives the same bytes; what is written to a file does.
    """

    examiner: str
    purpose: str
    made: str


__all__ = ["Examined"]
