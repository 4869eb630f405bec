"""The last day of a period: months by the calendar, the first day counted or not."""

from __future__ import annotations

import calendar
from collections.abc import Set
from datetime import date

from clew.proceedings.days import ONE_DAY, Day, Term

_SATURDAY = 5


def last_day(term: Term, start: Day, first_day_counts: bool) -> Day:
    """The last day of a period that starts on a day; as imprecise as the start is.

    Years and months end on the day of the same number, or on the month's last where it has no such day; the
    day before it, where the first day counts. Beyond the calendar it is the calendar's last day. Raises
    ValueError for a term of life, which has no last day, and for an empty one.
    """
    if term.is_life or not (term.months or term.days):
        raise ValueError(f"expected a term with a last day, found {term}")
    return Day(_end(term, start.first, first_day_counts), _end(term, start.last, first_day_counts))


def other_last_day(term: Term, start: Day, first_day_counts: bool) -> Day | None:
    """The last day by the other way to count months; None where both give the same.

    A period of months that starts after the last day of a month ends, by some laws, with the last day of a
    month (Korea: Civil Act, Art. 160), by others on the day of the same number (England: Dodds v Walker
    [1981] 1 WLR 1027). ``last_day`` does the latter.
    """
    if first_day_counts or not term.months or not start.is_exact or not _ends_month(start.first):
        return None
    usual = last_day(term, start, first_day_counts).first
    last = Term(months=term.months).after(start.first)
    whole = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    other = Term(days=term.days).after(whole)
    return None if other == usual else Day(other, other)


def working_day(day: date, holidays: Set[date]) -> date:
    """The day itself, or the next that is no Saturday, no Sunday and none of the holidays."""
    while day.weekday() >= _SATURDAY or day in holidays:
        if day == date.max:
            return day
        day += ONE_DAY
    return day


def _end(term: Term, start: date, first_day_counts: bool) -> date:
    try:
        ends = term.after(start)
    except OverflowError:
        return date.max
    is_cut = not term.days and ends.day != start.day
    return ends - ONE_DAY if first_day_counts and not is_cut else ends


def _ends_month(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]
