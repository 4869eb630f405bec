"""Days as precisely as they are known, and terms of years, months or days."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

ONE_DAY = timedelta(days=1)
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_TERM = re.compile(r"(\d{1,4}) (year|month|day)s?")
_SIDE = re.compile(r"(before|after) (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Day:
    """A day that is known to lie between two days, both included; one day where it is known exactly.

    Written ``2020-06-02``, ``2020-06``, ``2020``, ``before 2020-06-02`` or ``after 2020-06-02``; a computed
    one may be any span, and is shown as ``2020-06-02 to 2020-07-01``.
    """

    first: date
    last: date

    @property
    def is_exact(self) -> bool:
        """Whether it is one day."""
        return self.first == self.last

    def __str__(self) -> str:
        first, last = self.first, self.last
        if self.is_exact:
            return first.isoformat()
        if (first, last) == (date.min, date.max):
            return "any day"
        if first == date.min:
            return f"before {last + ONE_DAY}"
        if last == date.max:
            return f"after {first - ONE_DAY}"
        if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
            return f"{first.year:04}"
        if (first, last) == (first.replace(day=1), first.replace(day=_month_end(first))):
            return first.isoformat()[:7]
        return f"{first} to {last}"

    def surely_before(self, other: Day) -> bool:
        """Whether it lies before the other whatever the exact days are."""
        return self.last < other.first

    def maybe_before(self, other: Day) -> bool:
        """Whether it can lie before the other."""
        return self.first < other.last


def _month_end(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def exactly(day: date) -> Day:
    """A day that is known."""
    return Day(day, day)


def day_of(value: Any) -> Day:
    """A day as it is written in a file; a year may be a number. Raises ValueError for anything else."""
    if isinstance(value, Day):
        return value
    if isinstance(value, date):
        return exactly(value)
    text = f"{value:04}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if side := _SIDE.fullmatch(text):
        known = date.fromisoformat(side[2])
        if known == (date.min if side[1] == "before" else date.max):
            raise ValueError("a day within the calendar")
        if side[1] == "before":
            return Day(date.min, known - ONE_DAY)
        return Day(known + ONE_DAY, date.max)
    found = _DAY.fullmatch(text)
    if not found or not isinstance(value, int | str):
        raise ValueError("a day as in 2020-06-02, 2020-06, 2020, before 2020-06-02 or after 2020-06-02")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    if month is None:
        return Day(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return Day(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    return exactly(date(year, month, day))


@dataclass(frozen=True)
class Term:
    """How long something lasts at most or at least: years, months and days of the calendar, or life."""

    months: int = 0
    days: int = 0
    is_life: bool = False

    def __str__(self) -> str:
        if self.is_life:
            return "life"
        if self.days:
            return _counted(self.days, "day")
        if self.months % 12:
            return _counted(self.months, "month")
        return _counted(self.months // 12, "year")

    @property
    def years(self) -> float | None:
        """In years; None for life."""
        return None if self.is_life else self.months / 12 + self.days / 365.25

    @property
    def rank(self) -> tuple[bool, int]:
        """What terms are ordered by; a month counts as 30 days against a term in days alone."""
        return self.is_life, self.months * 30 + self.days

    def after(self, day: date) -> date:
        """The same day of the month, years and months later; the month's last where it has no such day.

        Raises OverflowError for life and beyond the calendar.
        """
        if self.is_life:
            raise OverflowError("a term of life has no last day")
        month = day.month - 1 + self.months
        year = day.year + month // 12
        if year > date.max.year:
            raise OverflowError(f"the year {year} lies beyond the calendar")
        last = calendar.monthrange(year, month % 12 + 1)[1]
        return date(year, month % 12 + 1, min(day.day, last)) + timedelta(days=self.days)

    def times(self, factor: float) -> Term:
        """The term multiplied; months are rounded down, since a maximum is never rounded up."""
        if self.is_life:
            return self
        exact = Fraction(str(factor))
        return Term(months=int(self.months * exact), days=int(self.days * exact))

    def plus(self, other: Term) -> Term:
        """Both after another."""
        if self.is_life or other.is_life:
            return Term(is_life=True)
        return Term(months=self.months + other.months, days=self.days + other.days)


LIFE = Term(is_life=True)


def term_of(value: Any) -> Term:
    """A term as it is written in a file. Raises ValueError for anything else."""
    if isinstance(value, Term):
        return value
    if value == "life":
        return LIFE
    found = _TERM.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError("a term as in 5 years, 18 months, 60 days, or life")
    number = int(found[1])
    return {
        "year": Term(months=12 * number),
        "month": Term(months=number),
        "day": Term(days=number),
    }[found[2]]


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


WrittenDay = Annotated[
    Day,
    BeforeValidator(day_of),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "pattern": r"^(\d{4}(-\d{2}(-\d{2})?)?|(before|after) \d{4}-\d{2}-\d{2})$",
            "minimum": 1,
            "maximum": 9999,
            "description": "A day: 2020-06-02, 2020-06, 2020, before 2020-06-02 or after 2020-06-02",
        }
    ),
]
"""A day in a file."""

WrittenTerm = Annotated[
    Term,
    BeforeValidator(term_of),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": r"^(life|\d{1,4} (year|month|day)s?)$"}),
]
"""A term in a file."""


def _lasting(term: Term) -> Term:
    if term.is_life or not (term.months or term.days):
        raise ValueError("a term with a last day, as in 5 years, 18 months or 60 days")
    return term


LastingTerm = Annotated[WrittenTerm, AfterValidator(_lasting)]
"""A term in a file that has a last day: neither life nor nothing."""
