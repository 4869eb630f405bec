"""When periods of procedure end: counted by the rule entered, as precisely as their start is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from clew.proceedings.counting import last_day, other_last_day, working_day
from clew.proceedings.days import Day, Term, day_of
from clew.proceedings.load import Law
from clew.proceedings.matter import Matter, PeriodStart, Proceeding
from clew.proceedings.penalty import worded
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail, doubts

RULE = "{title}: {term} from the {starts}; whose period it is: {who}"
FIRST_COUNTS = "The first day, {day}, counts"
FIRST_NOT = "The first day, {day}, does not count"
ENDS = "The last day is {day}"
MOVED = "{day} is a Saturday, a Sunday or a public holiday; the last day moves to {moved}"
FIXED = "The last day does not move from a Saturday, a Sunday or a public holiday"
NO_CALENDAR = "No calendar of public holidays was given: only Saturdays and Sundays move the last day"
CALENDAR = "That the public holidays given, {number} days, are all that fall into the time"
PASSED = "The period had ended on {today}"
RUNNING = "The period was running on {today}"
EITHER = "Whether the period had ended on {today} is undetermined"
MONTHS = "Months are counted to the day of the same number; a law that counts whole months ends on {day}"
START = "{name}: the day on which the period began"
NOT_KNOWN = "That nothing stopped, extended or restored the period"


@dataclass(frozen=True)
class DeadlineAnswer(Reasoned):
    """The last day of one period."""

    rule: str
    title: str
    who: str
    starts: str
    """What starts the period."""
    day: Day
    """The day on which it began."""
    term: Term
    first_day_counts: bool
    counted_to: Day
    """The last day as counted, before it moves from a holiday."""
    last_day: Day
    is_moved: bool
    has_calendar: bool
    """Whether public holidays were given."""
    today: Day | None
    state: Literal["passed", "running", "undetermined"] | None
    """On ``today``; None where no such day was given."""
    proceeding: str | None = None
    case_number: str | None = None


@dataclass(frozen=True)
class Deadlines(Reasoned):
    """The periods of a matter, in the order of their last days."""

    matter: str
    today: Day | None
    rows: tuple[DeadlineAnswer, ...]


def deadline(
    law: Law, rule: str, day: Day, *, holidays: Collection[date] = (), today: Day | date | None = None
) -> DeadlineAnswer:
    """The last day of a period that began on a day.

    ``holidays`` are public holidays besides Saturdays and Sundays; without any it is said that none were
    given. ``today`` is the day for which it is said whether the period has passed. Raises UsageError for an
    unknown period.
    """
    known = law.deadline(rule)
    trail = Trail(law)
    said = RULE.format(title=known.title, term=worded(known.term), starts=known.starts, who=known.who)
    trail.entry(rule, known, known.rule, said)
    trail.say((FIRST_COUNTS if known.first_day_counts else FIRST_NOT).format(day=day))
    counted = last_day(known.term, day, known.first_day_counts)
    other = other_last_day(known.term, day, known.first_day_counts)
    if other is not None:
        trail.assume(MONTHS.format(day=other))
    ends = counted
    if known.moves_from_holidays:
        ends = _moved(trail, counted, frozenset(holidays))
    else:
        trail.say(FIXED)
    trail.say(ENDS.format(day=ends))
    trail.assume(NOT_KNOWN)
    asked = None if today is None else day_of(today)
    return DeadlineAnswer(
        rule=rule,
        title=known.title,
        who=known.who,
        starts=known.starts,
        day=day,
        term=known.term,
        first_day_counts=known.first_day_counts,
        counted_to=counted,
        last_day=ends,
        is_moved=ends != counted,
        has_calendar=bool(holidays),
        today=asked,
        state=None if asked is None else _state(trail, ends, asked),
        **trail.gathered,
    )


def deadlines(
    law: Law, matter: Matter, *, today: Day | date | None = None, holidays: Collection[date] = ()
) -> Deadlines:
    """Every period that a matter says has begun, in the order of their last days."""
    proceedings = {each.name: each for each in matter.proceedings}
    rows = [_of_period(law, each, proceedings[each.proceeding], holidays, today) for each in matter.periods]
    rows.sort(key=lambda each: (each.last_day.first, each.last_day.last))
    trail = Trail(law)
    for row in rows:
        trail.take(row)
    asked = None if today is None else day_of(today)
    return Deadlines(matter=matter.name, today=asked, rows=tuple(rows), **trail.gathered)


def _of_period(
    law: Law,
    period: PeriodStart,
    proceeding: Proceeding,
    holidays: Collection[date],
    today: Day | date | None,
) -> DeadlineAnswer:
    found = deadline(law, period.rule, period.day, holidays=holidays, today=today)
    trail = Trail(law)
    for said in doubts(period, START.format(name=period.proceeding)):
        trail.doubt(said)
    trail.take(found)
    return replace(found, proceeding=period.proceeding, case_number=proceeding.case_number, **trail.gathered)


def _moved(trail: Trail, counted: Day, holidays: frozenset[date]) -> Day:
    ends = Day(working_day(counted.first, holidays), working_day(counted.last, holidays))
    if ends != counted:
        trail.say(MOVED.format(day=counted, moved=ends))
    trail.assume(CALENDAR.format(number=len(holidays)) if holidays else NO_CALENDAR)
    return ends


def _state(trail: Trail, ends: Day, today: Day) -> Literal["passed", "running", "undetermined"]:
    if ends.surely_before(today):
        trail.say(PASSED.format(today=today))
        return "passed"
    if today.last <= ends.first:
        trail.say(RUNNING.format(today=today))
        return "running"
    trail.say(EITHER.format(today=today))
    return "undetermined"
