"""Whether an offence was, on the days of an act, one whose proceeds a provision is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from clew.errors import UsageError
from clew.proceedings.days import ONE_DAY, Day, exactly
from clew.proceedings.load import Law
from clew.proceedings.penalty import Penalty, penalty, worded
from clew.proceedings.provisions import Listed, PredicateList
from clew.proceedings.span import Span, textless
from clew.proceedings.steps import Reasoned
from clew.proceedings.threshold import order
from clew.proceedings.trail import Trail

LISTED = "{offence} is listed from {begins} to {ends}"
THRESHOLD = "Every offence with a maximum of at least {needs} is covered from {begins} to {ends}"
NOT_ENDED = "the end of the book"
ALL = "Proceeds of any offence are covered"
NO_LIST = "No list of predicate offences is entered for {provision}"
BEFORE = "{day} lies, or may lie, before {begins}, from which on the list is entered"
BEYOND = "{day} lies, or may lie, after {as_of}, up to which the law was looked at"
ON_ALL = "It was a predicate offence on every day from {first} to {last}"
ON_NONE = "It was a predicate offence on no day from {first} to {last}"
ON_SOME = "It was not one and the same on every day from {first} to {last}"
OPEN = "It is undetermined for at least one day from {first} to {last}"
ANOTHER_STATE = "The threshold is about offences of its own law, and {offence} stands in another state's"
IN_FULL = "That every offence on the list is entered"
ENTERED = "That every time in which the offence was listed is entered"
IN_PART = "The list is entered in part, and nothing of it about {offence}"
WAS_OFFENCE = "That the conduct was an offence on the day"

State = Literal["predicate", "not a predicate", "undetermined"]
Reason = Literal[
    "no list",
    "before the list",
    "after the book",
    "differs between the days",
    "a boundary is imprecise",
    "the maximum is undetermined",
    "another state's offence",
    "not entered",
    "unread",
    "absent",
]


@dataclass(frozen=True)
class Predicate(Reasoned):
    """Whether an offence was a predicate offence of a provision on every day that was asked for."""

    provision: str
    """The provision that needs a predicate offence."""
    offence: str
    begins: Day
    ends: Day
    list: str | None
    """Name of the list of predicate offences; None where none is entered."""
    state: State
    by: tuple[Literal["listed", "threshold", "all offences"], ...]
    """How it was covered, on any of the days."""
    reason: Reason | None
    """Why it is undetermined."""


@dataclass(frozen=True)
class _OnDay:
    state: State
    by: Literal["listed", "threshold", "all offences"] | None = None
    reason: Reason | None = None


def predicate_on(law: Law, provision: str, offence: str, day: Day, until: Day | None = None) -> Predicate:
    """Whether an offence was a predicate of a provision on a day, or on all days up to another.

    Listed by name, or covered by a threshold of the maximum that was in force on the day. An act, or an
    imprecise day, that reaches over a change is undetermined; so is every day before the list begins.
    Raises UsageError for an unknown provision and for days in the wrong order.
    """
    law.provision(provision)
    law.provision(offence)
    ends = until or day
    if ends.surely_before(day):
        raise UsageError(f"expected a last day on or after {day}, found {ends}; correct one of the two")
    trail = Trail(law)
    known = law.predicates(provision)
    if known is None:
        trail.say(NO_LIST.format(provision=law.provision(provision).cited))
        return _result(
            trail, provision, offence, day, ends, None, _OnDay("undetermined", None, "no list"), ()
        )
    asked = Day(day.first, ends.last)
    _say_entries(law, trail, known, offence)
    on_days = [_on(law, known, offence, each) for each in _turns(law, known, offence, asked)]
    by = tuple(dict.fromkeys(each.by for each in on_days if each.by is not None))
    together = _together(on_days)
    _say_result(law, trail, known, offence, asked, together)
    return _result(trail, provision, offence, day, ends, known.name, together, by)


def _result(
    trail: Trail,
    provision: str,
    offence: str,
    begins: Day,
    ends: Day,
    name: str | None,
    found: _OnDay,
    by: tuple[Literal["listed", "threshold", "all offences"], ...],
) -> Predicate:
    return Predicate(
        provision=provision,
        offence=offence,
        begins=begins,
        ends=ends,
        list=name,
        state=found.state,
        by=by,
        reason=found.reason,
        **trail.gathered,
    )


def _together(on_days: list[_OnDay]) -> _OnDay:
    """One answer for all days: only where it is the same on each of them."""
    states = {each.state for each in on_days}
    if states == {"undetermined"} or len(states) == 1:
        return on_days[0]
    if "undetermined" in states and len(states) == 2:
        first = next(each for each in on_days if each.state == "undetermined")
        return _OnDay("undetermined", None, first.reason)
    return _OnDay("undetermined", None, "differs between the days")


def _on(law: Law, known: PredicateList, offence: str, day: date) -> _OnDay:
    """The answer on one day that is known."""
    if day < known.begins.last:
        return _OnDay("undetermined", None, "before the list")
    if day > law.book_of(known.of).as_of.first:
        return _OnDay("undetermined", None, "after the book")
    if known.all_offences:
        return _OnDay("predicate", "all offences")
    found = [_covers(law, known, each, offence, day) for each in known.entries]
    sure = next((each for each in found if each.state == "predicate"), None)
    maybe = next((each for each in found if each.state == "undetermined"), None)
    unlisted = _OnDay("not a predicate")
    if not _is_entered(known, offence):
        unlisted = _OnDay("undetermined", None, "not entered")
    return sure or maybe or unlisted


def _is_entered(known: PredicateList, offence: str) -> bool:
    """Whether the list, as entered, can say that an offence was not on it."""
    return known.in_full or any(entry.offence == offence for entry in known.entries)


def _covers(law: Law, known: PredicateList, entry: Listed, offence: str, day: date) -> _OnDay:
    """Whether one entry of the list covers an offence on a day."""
    if entry.offence not in {None, offence}:
        return _OnDay("not a predicate")
    may_begin, begun = entry.in_force_from.first <= day, entry.in_force_from.last <= day
    may_last = entry.in_force_to is None or day <= entry.in_force_to.last
    lasts = entry.in_force_to is None or day <= entry.in_force_to.first
    if not (may_begin and may_last):
        return _OnDay("not a predicate")
    reached = _OnDay("predicate", "listed")
    if entry.maximum_at_least is not None:
        reached = _reaches(law, known, entry, offence, day)
    if reached.state == "predicate" and not (begun and lasts):
        return _OnDay("undetermined", None, "a boundary is imprecise")
    return reached


def _reaches(law: Law, known: PredicateList, entry: Listed, offence: str, day: date) -> _OnDay:
    """Whether the maximum of an offence on a day reaches the threshold of an entry."""
    if law.book_of(offence).jurisdiction != law.book_of(known.of).jurisdiction:
        return _OnDay("undetermined", None, "another state's offence")
    span = Span.of(law, offence)
    possible = span.possible(exactly(day))
    if span.outside(exactly(day)) or not possible:
        return _OnDay("undetermined", None, "the maximum is undetermined")
    answers = set()
    for version in possible:
        if (why := textless(version)) is not None:
            return _OnDay("undetermined", None, why)
        answers.add(_is_as_heavy(penalty(law, offence, version), entry))
    if answers == {True}:
        return _OnDay("predicate", "threshold")
    return (
        _OnDay("not a predicate")
        if answers == {False}
        else _OnDay("undetermined", None, "the maximum is undetermined")
    )


def _is_as_heavy(threatened: Penalty, entry: Listed) -> bool | None:
    needs = entry.maximum_at_least
    assert needs is not None
    # A maximum is never below the minimum, so that the minimum can tell where no maximum is entered.
    least = threatened.maximum or threatened.minimum
    sign = None if least is None else order(least, needs)
    if sign is None or (threatened.maximum is None and sign < 0):
        return None
    return sign >= 0


def _turns(law: Law, known: PredicateList, offence: str, asked: Day) -> Iterator[date]:
    """Days from which on the answer can be another one, within the days asked for, and the first of these."""
    turns = {known.begins.last, _after(law.book_of(known.of).as_of.first)}
    for entry in known.entries:
        turns |= {entry.in_force_from.first, entry.in_force_from.last}
        if entry.in_force_to is not None:
            turns |= {_after(entry.in_force_to.first), _after(entry.in_force_to.last)}
    span = Span.of(law, offence)
    for edge in span.edges:
        turns |= {edge.first, edge.last}
    turns.add(_after(span.as_of.first))
    yield asked.first
    yield from sorted(each for each in turns if asked.first < each <= asked.last)


def _after(day: date) -> date:
    return day if day == date.max else day + ONE_DAY


def _say_entries(law: Law, trail: Trail, known: PredicateList, offence: str) -> None:
    cited = law.provision(known.of).cited
    if known.all_offences:
        trail.say(ALL, cited)
        trail.assume(WAS_OFFENCE)
        return
    if known.in_full:
        trail.assume(IN_FULL)
    elif _is_entered(known, offence):
        trail.assume(ENTERED)
    for entry in known.entries:
        if entry.offence not in {None, offence}:
            continue
        said = THRESHOLD if entry.maximum_at_least else LISTED
        ends = NOT_ENDED if entry.in_force_to is None else entry.in_force_to
        trail.entry(
            known.of,
            entry,
            cited,
            said.format(
                offence=law.provision(offence).cited,
                needs=entry.maximum_at_least and worded(entry.maximum_at_least),
                begins=entry.in_force_from,
                ends=ends,
            ),
        )
        if entry.maximum_at_least:
            for version in law.provision(offence).versions:
                if textless(version) is None:
                    penalty(law, offence, version, trail)


def _say_result(
    law: Law, trail: Trail, known: PredicateList, offence: str, asked: Day, found: _OnDay
) -> None:
    if found.reason == "before the list":
        trail.say(BEFORE.format(day=asked, begins=known.begins))
    elif found.reason == "after the book":
        trail.say(BEYOND.format(day=asked, as_of=law.book_of(known.of).as_of))
    elif found.reason == "another state's offence":
        trail.say(ANOTHER_STATE.format(offence=law.provision(offence).cited))
    elif found.reason == "not entered":
        trail.say(IN_PART.format(offence=law.provision(offence).cited))
    said = {"predicate": ON_ALL, "not a predicate": ON_NONE, "undetermined": OPEN}[found.state]
    if found.reason == "differs between the days":
        said = ON_SOME
    trail.say(said.format(first=asked.first, last=asked.last))


def predicates_of(law: Law, provision: str, day: Day, until: Day | None = None) -> tuple[Predicate, ...]:
    """Every other offence of a provision's book: was it a predicate of it on these days?

    Empty for a provision that needs no predicate offence. Raises UsageError as ``predicate_on`` does.
    """
    if law.predicates(provision) is None:
        return ()
    others = [each.name for each in law.book_of(provision).provisions if each.name != provision]
    return tuple(predicate_on(law, provision, each, day, until) for each in others)
