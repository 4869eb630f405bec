"""Up to which day a prosecution can begin, under assumptions that are stated; pauses are not computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from clew.proceedings.counting import last_day, other_last_day
from clew.proceedings.days import Day, Term, day_of
from clew.proceedings.load import Law
from clew.proceedings.penalty import penalty, worded
from clew.proceedings.provisions import Limitation, LimitationException, Version
from clew.proceedings.span import textless
from clew.proceedings.steps import Reasoned
from clew.proceedings.threshold import order
from clew.proceedings.trail import Trail
from clew.proceedings.versions import NOT_JUDGED, Applicable, applicable

OWN = "The version from {begins} has a limitation of its own: {term}"
BY_MAXIMUM = "By its maximum of {maximum}, an act under the version from {begins} has a limitation of {term}"
FALLBACK = "An act under the version from {begins} has the general limitation: {term}"
NO_TERM = "No limitation is entered for an act under the version from {begins}"
NO_RULE = "The book has no rules on limitation"
OF_THE_ACT = "That the maximum of the version at the act counts, not that of a later one"
SAME_TERM = "Every version that can apply leads to the same limitation"
DIFFER = "The versions that can apply lead to different limitations"
COUNTED = "{term} from {day}, the end of the act; the first day {counts}"
LAST = "The last day on which a prosecution can begin, under the assumptions stated: {day}"
NONE = "There is no limitation"
APPLIES = "Holds for this act, from {begins} on: {says}"
APPLIES_NOT = "Does not hold for this act: {says}"
APPLIES_MAYBE = "Whether it holds for this act is undetermined: {says}"
NOT_YET = "Not in force on {day}: {says}"
MAJORITY = "Time runs from a majority, and nothing about persons harmed is held here"
WITHOUT = "Without that rule the last day would be {day}"
PASSED = "That day had passed on {asked}"
NOT_PASSED = "That day had not passed on {asked}"
EITHER = "Whether that day had passed on {asked} is undetermined"
MONTHS = "Months are counted to the day of the same number; a law that counts whole months ends on {day}"

Reason = Literal[
    "no rule", "version undetermined", "maximum undetermined", "from majority", "exception undetermined"
]


@dataclass(frozen=True)
class VersionLimitation:
    """How long an act under one version can be prosecuted."""

    in_force_from: Day
    maximum: Term | None
    term: Term | Literal["none"] | None
    """``none``: for ever; None: not entered."""


@dataclass(frozen=True)
class LimitationAnswer(Reasoned):
    """The last day on which a prosecution for an act can begin, under stated assumptions."""

    provision: str
    begins: Day
    ends: Day
    state: Literal["ends", "none", "undetermined"]
    """``none``: there is no limitation."""
    last_day: Day | None
    """A span of days where the end of the act is imprecise."""
    term: Term | None
    versions: tuple[VersionLimitation, ...]
    first_day_counts: bool | None
    exceptions: tuple[str, ...]
    """Rules of exception that hold, or may hold, for the act."""
    without_exceptions: Day | None
    """The last day by the term alone."""
    asked_on: Day | None
    has_passed: Literal["yes", "no", "undetermined"] | None
    """On ``asked_on``; None where no such day was given."""
    reason: Reason | None


def limitation(
    law: Law, provision: str, begins: Day, ends: Day, *, asked_on: Day | date | None = None
) -> LimitationAnswer:
    """Until when a prosecution for an act from one day to another can begin.

    The term is the version's own, else that of the general table by the maximum of the act. Pauses, absence
    and accomplices are the book's assumptions and are not computed. Raises UsageError for an unknown
    provision and for days in the wrong order.
    """
    trail = Trail(law)
    asked = None if asked_on is None else day_of(asked_on)
    rules = law.book_of(provision).limitation
    found = applicable(law, provision, begins, ends)
    # The milder version concerns the penalty; limitation is counted by the version at the act.
    trail.take(_without_milder(found))
    terms, basic_term, reason = _term(law, trail, found, rules)
    if rules is None:
        trail.say(NO_RULE)
    first_counts = rules.first_day_counts if rules else False
    basic = None
    if isinstance(basic_term, Term):
        basic = last_day(basic_term, ends, first_counts)
        _say_counted(trail, basic_term, ends, first_counts)
    for rule in rules.rules if rules else ():
        trail.rule(rule)
    for assumed in rules.assumptions if rules else ():
        trail.assume(assumed)
    held = _exceptions(law, trail, rules, found, basic, asked)
    state, reason = _state(basic_term, held, reason)
    ended = basic if state == "ends" else None
    _say_end(trail, state, basic, held)
    return LimitationAnswer(
        provision=provision,
        begins=begins,
        ends=ends,
        state=state,
        last_day=ended,
        term=basic_term if isinstance(basic_term, Term) else None,
        versions=terms,
        first_day_counts=rules.first_day_counts if rules else None,
        exceptions=tuple(each.rule for each, _ in held),
        without_exceptions=basic,
        asked_on=asked,
        has_passed=None if asked is None else _passed(trail, state, ended, asked),
        reason=reason,
        **trail.gathered,
    )


_Held = Sequence[tuple[LimitationException, bool | None]]


def _without_milder(found: Applicable) -> Reasoned:
    kept = tuple(each for each in found.assumptions if each != NOT_JUDGED)
    return Reasoned(found.steps, kept, found.unverified)


def _term(
    law: Law, trail: Trail, found: Applicable, rules: Limitation | None
) -> tuple[tuple[VersionLimitation, ...], Term | Literal["none"] | None, Reason | None]:
    """The terms by version, and the one that all of them have."""
    can_apply = (found.counts,) if found.counts else found.versions
    terms = tuple(_of_version(law, trail, found.provision, each, rules) for each in can_apply)
    is_open = found.reason not in {None, "spans an amendment", "imprecise days"}
    if is_open or not terms or any(textless(each) for each in can_apply):
        return terms, None, "version undetermined"
    if any(each.term is None for each in terms):
        return terms, None, "maximum undetermined" if rules else "no rule"
    if len({each.term for each in terms}) > 1:
        trail.say(DIFFER)
        return terms, None, "version undetermined"
    if len(terms) > 1:
        trail.say(SAME_TERM)
    return terms, terms[0].term, None


def _of_version(
    law: Law, trail: Trail, provision: str, version: Version, rules: Limitation | None
) -> VersionLimitation:
    begins, maximum = version.in_force_from, penalty(law, provision, version).maximum
    if version.limitation is not None:
        trail.version(provision, version, OWN.format(begins=begins, term=_said(version.limitation)))
        return VersionLimitation(begins, maximum, version.limitation)
    term: Term | Literal["none"] | None = None
    if rules is not None and rules.general and textless(version) is None:
        term = _by_maximum(rules, maximum)
        if term is not None:
            penalty(law, provision, version, trail)
            trail.assume(OF_THE_ACT)
            trail.say(BY_MAXIMUM.format(maximum=worded(maximum), begins=begins, term=_said(term)))
    if term is None and rules is not None and not rules.general and rules.fallback is not None:
        term = rules.fallback
        trail.say(FALLBACK.format(begins=begins, term=_said(term)))
    if term is None:
        trail.say(NO_TERM.format(begins=begins))
    return VersionLimitation(begins, maximum, term)


def _by_maximum(rules: Limitation, maximum: Term | None) -> Term | None:
    """The row of the general table; None where no maximum is entered or it cannot be compared."""
    for each in rules.general:
        if maximum is None:
            return None
        if each.maximum_at_least is None:
            return each.term
        sign = order(maximum, each.maximum_at_least)
        if sign is None:
            return None
        if sign >= 0:
            return each.term
    return None


def _exceptions(
    law: Law, trail: Trail, rules: Limitation | None, found: Applicable, basic: Day | None, asked: Day | None
) -> _Held:
    """Exceptions that hold (True) or may hold (None); those from majority first, since they may lengthen."""
    mine = [each for each in (rules.exceptions if rules else ()) if found.provision in each.offences]
    held: list[tuple[LimitationException, bool | None]] = []
    for each in sorted(mine, key=lambda one: one.effect == "none"):
        says = law.rule(each.rule).says
        if asked is not None and asked.last < each.in_force_from.first:
            trail.rule(each.rule, NOT_YET.format(day=asked, says=says))
            continue
        holds = _holds(each, found, basic, is_longer=bool(held))
        if holds and asked is not None and asked.first < each.in_force_from.last:
            holds = None
        said = {True: APPLIES, False: APPLIES_NOT, None: APPLIES_MAYBE}[holds]
        trail.rule(each.rule, said.format(begins=each.in_force_from, says=says))
        if holds is not False:
            held.append((each, holds))
    return held


def _holds(
    exception: LimitationException, found: Applicable, basic: Day | None, *, is_longer: bool
) -> bool | None:
    """Whether an exception holds for an act; ``is_longer``: another one may have kept time from ending."""
    since = exception.in_force_from
    if found.begins.first >= since.last:
        return True
    if not exception.reaches_back:
        return False if found.ends.last < since.first else None
    if found.ends.first >= since.last:
        return True
    if basic is not None and basic.first >= since.last:
        return True
    if basic is not None and basic.last < since.first and not is_longer:
        return False
    return None


def _state(
    term: Term | Literal["none"] | None, held: _Held, reason: Reason | None
) -> tuple[Literal["ends", "none", "undetermined"], Reason | None]:
    if term == "none" or any(each.effect == "none" and holds for each, holds in held):
        return "none", None
    if any(each.effect == "from majority" and holds for each, holds in held):
        return "undetermined", "from majority"
    if held:
        return "undetermined", "exception undetermined"
    return ("ends", None) if term is not None else ("undetermined", reason)


def _say_counted(trail: Trail, term: Term, ends: Day, first_counts: bool) -> None:
    counts = "counts" if first_counts else "does not count"
    trail.say(COUNTED.format(term=worded(term), day=ends, counts=counts))
    other = other_last_day(term, ends, first_counts)
    if other is not None:
        trail.assume(MONTHS.format(day=other))


def _say_end(trail: Trail, state: str, basic: Day | None, held: _Held) -> None:
    if state == "ends":
        trail.say(LAST.format(day=basic))
        return
    if state == "none":
        trail.say(NONE)
    elif any(each.effect == "from majority" for each, _ in held):
        trail.say(MAJORITY)
    if held and basic is not None:
        trail.say(WITHOUT.format(day=basic))


def _passed(trail: Trail, state: str, ended: Day | None, asked: Day) -> Literal["yes", "no", "undetermined"]:
    if state == "none":
        return "no"
    if ended is not None and ended.last < asked.first:
        trail.say(PASSED.format(asked=asked))
        return "yes"
    if ended is not None and asked.last <= ended.first:
        trail.say(NOT_PASSED.format(asked=asked))
        return "no"
    trail.say(EITHER.format(asked=asked))
    return "undetermined"


def _said(term: Term | str) -> str:
    return str(term) if isinstance(term, Term) else "no limitation"
