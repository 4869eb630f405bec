"""Which version of a provision was in force on a day, and which one an act is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clew.errors import UsageError
from clew.proceedings.days import Day
from clew.proceedings.load import Law
from clew.proceedings.milder import Mildest, mildest
from clew.proceedings.provisions import Several, Version
from clew.proceedings.span import Outside, Span, textless
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail

CERTAIN = "On {day} the version from {begins} to {ends} was in force"
POSSIBLE = "On {day} the version from {begins} to {ends} may have been in force"
LATER = "The version from {begins} to {ends} came, or may have come, into force up to the judgment on {day}"
NOT_ENDED = "the end of the book"
BEFORE = "{day} lies, or may lie, before the first version entered, which begins on {begins}"
AFTER = "{day} lies, or may lie, after the last version entered, which ends on {ends}"
BEYOND = "{day} lies, or may lie, after {as_of}, up to which the law was looked at; it may have been amended"
UNREAD = "Nothing is entered of the version from {begins}: {why}"
ABSENT = "There was no such offence under the version from {begins}: {why}"
SPANS = "The act spans an amendment; every version that was in force during it is shown"
TEXTLESS = {"unread": UNREAD, "absent": ABSENT}
IMPRECISE = "The days of the act are not known well enough to say under which version it falls"
CONTINUING = "Judged by the version at the end of the act, from {begins}"
ONE_ACT = "That the conduct is one continuing act, which ended on {ends}"
STAYS = "No later version came into force up to the judgment on {judged}"
APPLIES = "A milder later version applies to acts before it"
APPLIES_NOT = "A milder later version does not apply to acts before it; the version at the act counts"
APPLIES_UNKNOWN = "Whether a milder later version applies to acts before it is undetermined"
APPLIES_UNSAID = "The book says nothing on whether a milder later version applies to acts before it"
FLOOR = "Where a text sets a maximum and no minimum, the lowest term of any imprisonment counts: {floor}"
CAP = "Where a text sets a minimum and no maximum, the highest term of years counts: {cap}"
NOT_JUDGED = "That no milder version came later: no day of judgment is given, and none is compared"

Reason = Literal[
    "before the first version",
    "after the last version",
    "after the book",
    "unread",
    "absent",
    "spans an amendment",
    "imprecise days",
    "milder undetermined",
]
"""Why it is undetermined which version counts."""


@dataclass(frozen=True)
class InForce(Reasoned):
    """The version of a provision on a day, or all that may have been in force on it."""

    provision: str
    day: Day
    certain: Version | None
    """The version, where it was in force on that day without doubt; it may be unread or absent."""
    possible: tuple[Version, ...]
    """Every version that may have been in force, in the order of time."""
    reason: Reason | None
    """Why none is certain; or that the certain one is unread or absent."""


@dataclass(frozen=True)
class Applicable(Reasoned):
    """The versions in force during an act, and the one it is judged by where that is determined."""

    provision: str
    begins: Day
    ends: Day
    judged: Day | None
    versions: tuple[Version, ...]
    """Every version that was, or may have been, in force during the act."""
    at_the_act: Version | None
    """The version at the act; None where several can be meant."""
    later: tuple[Version, ...]
    """Versions compared because they were in force, or may have been, after the act up to the judgment."""
    milder: Version | None
    """A later version that is milder and applies to the act; None where the one at the act stays."""
    counts: Version | None
    """The version that the act is judged by; None where that is undetermined."""
    spans_amendment: bool
    """Whether the act certainly lasted from one version into another."""
    state: Literal["determined", "undetermined"]
    reason: Reason | None


def in_force(law: Law, provision: str, day: Day) -> InForce:
    """The version of a provision that was in force on a day.

    An imprecise day, or an imprecise boundary between versions, leaves several possible. Days after the
    day up to which the book was looked at are never certain. Raises UsageError for an unknown provision.
    """
    trail = Trail(law)
    span = Span.of(law, provision)
    possible = span.possible(day)
    outside = span.outside(day)
    certain = possible[0] if len(possible) == 1 and outside is None else None
    for each in possible:
        _say_version(trail, provision, each, str(day), certain is not None)
    _say_outside(trail, span, day)
    reason: Reason | None = outside or (None if certain else "imprecise days")
    if certain is not None and not certain.has_text:
        reason = _say_textless(trail, provision, certain)
    return InForce(
        provision=provision, day=day, certain=certain, possible=possible, reason=reason, **trail.gathered
    )


def applicable(law: Law, provision: str, begins: Day, ends: Day, judged: Day | None = None) -> Applicable:
    """The version that an act from one day to another is judged by.

    An act that spans an amendment leaves both versions standing, unless the book has a rule on continuing
    offences. A milder later version counts only where the book says so, and only where it is milder in
    every respect. Raises UsageError for days in the wrong order and for an unknown provision.
    """
    _in_order(begins, ends, judged)
    trail = Trail(law)
    span = Span.of(law, provision)
    act = Day(begins.first, ends.last)
    versions = span.possible(act)
    for each in versions:
        sure = len(versions) == 1 and span.outside(act) is None
        _say_version(trail, provision, each, _worded(begins, ends), sure)
    _say_outside(trail, span, act)
    at_the_act, reason = _at_the_act(law, trail, span, begins, ends)
    compared: Mildest | None = None
    if at_the_act is not None and reason is None:
        if judged is None:
            trail.assume(NOT_JUDGED)
        else:
            compared, reason = _compared(law, trail, span, at_the_act, ends, judged)
    milder_one = compared.milder if compared else None
    counts = None if reason else milder_one or at_the_act
    return Applicable(
        provision=provision,
        begins=begins,
        ends=ends,
        judged=judged,
        versions=versions,
        at_the_act=at_the_act,
        later=compared.later if compared else (),
        milder=milder_one,
        counts=counts,
        spans_amendment=span.surely_spanned(begins, ends),
        state="determined" if counts is not None else "undetermined",
        reason=reason,
        **trail.gathered,
    )


def _at_the_act(
    law: Law, trail: Trail, span: Span, begins: Day, ends: Day
) -> tuple[Version | None, Reason | None]:
    """The version at the act, and why none counts."""
    act = Day(begins.first, ends.last)
    versions = span.possible(act)
    if len(versions) > 1 and _is_continuing(law, trail, span, ends):
        versions, act = span.possible(ends), ends
        trail.say(CONTINUING.format(begins=versions[0].in_force_from))
        trail.assume(ONE_ACT.format(ends=ends))
    outside = span.outside(act)
    if outside is not None or not versions:
        return None, outside or "before the first version"
    if len(versions) > 1:
        spans = span.surely_spanned(begins, ends)
        trail.say(SPANS if spans else IMPRECISE)
        return None, "spans an amendment" if spans else "imprecise days"
    return versions[0], _say_textless(trail, span.name, versions[0])


def _is_continuing(law: Law, trail: Trail, span: Span, ends: Day) -> bool:
    """Whether the book has a rule, in force at the end of the act, that one version counts for all of it."""
    if len(span.possible(ends)) != 1 or span.outside(ends):
        return False
    for each in law.book_of(span.name).continuing:
        if span.name in each.offences and each.in_force_from.last <= ends.first:
            trail.rule(each.rule)
            return True
    return False


def _compared(
    law: Law, trail: Trail, span: Span, at_the_act: Version, ends: Day, judged: Day
) -> tuple[Mildest, Reason | None]:
    """The version at the act and those after it up to the judgment, and why none of them counts."""
    rule = law.book_of(span.name).milder
    if rule is not None and rule.applies == "no":
        trail.rule(rule.rule, APPLIES_NOT)
        return Mildest((), None, ()), None
    later = tuple(each for each in span.between(ends, judged) if each is not at_the_act)
    sure = tuple(each for each in span.surely_between(ends, judged) if each in later)
    for each in later:
        _say_version(trail, span.name, each, str(judged), False, LATER)
    if (outside := _say_outside(trail, span, judged)) is not None:
        return Mildest(later, None, ()), outside
    if not later:
        trail.say(STAYS.format(judged=judged))
        return Mildest((), None, ()), None
    if rule is None or rule.applies == "undetermined":
        if rule is None:
            trail.say(APPLIES_UNSAID)
        else:
            trail.rule(rule.rule, APPLIES_UNKNOWN)
        return Mildest(later, None, ()), "milder undetermined"
    trail.rule(rule.rule, APPLIES)
    several = law.book_of(span.name).several
    _say_ends(trail, several, (at_the_act, *later))
    found = mildest(at_the_act, sure, later, several)
    for said in found.said:
        trail.say(said)
    return found, None if found.is_determined else "milder undetermined"


def _say_ends(trail: Trail, several: Several | None, versions: Sequence[Version]) -> None:
    """The general floor and cap, where they stand in for an end that a text does not set."""
    if several is None:
        return
    texts = [each for each in versions if textless(each) is None]
    if several.floor and any(each.maximum and not each.minimum for each in texts):
        trail.rule(several.floor.rule, FLOOR.format(floor=several.floor.term))
    if several.cap and any(each.minimum and not each.maximum for each in texts):
        for rule in several.rules:
            trail.rule(rule)
        trail.say(CAP.format(cap=several.cap))


def _say_version(
    trail: Trail, provision: str, version: Version, day: str, is_certain: bool, worded: str = ""
) -> None:
    said = worded or (CERTAIN if is_certain else POSSIBLE)
    ends = NOT_ENDED if version.in_force_to is None else version.in_force_to
    trail.version(provision, version, said.format(day=day, begins=version.in_force_from, ends=ends))


def _say_outside(trail: Trail, span: Span, day: Day) -> Outside | None:
    outside = span.outside(day)
    if outside == "before the first version":
        trail.say(BEFORE.format(day=day, begins=span.versions[0].in_force_from))
    elif outside == "after the last version":
        trail.say(AFTER.format(day=day, ends=span.versions[-1].in_force_to))
    elif outside is not None:
        trail.say(BEYOND.format(day=day, as_of=span.as_of))
    return outside


def _say_textless(trail: Trail, provision: str, version: Version) -> Literal["unread", "absent"] | None:
    why = textless(version)
    if why is not None:
        said = TEXTLESS[why].format(begins=version.in_force_from, why=version.unread or version.absent)
        trail.version(provision, version, said)
    return why


def _worded(begins: Day, ends: Day) -> str:
    return str(begins) if begins == ends else f"{begins} to {ends}"


def _in_order(begins: Day, ends: Day, judged: Day | None) -> None:
    if ends.surely_before(begins):
        raise UsageError(
            f"expected the end of the act on or after {begins}, when it begins, found {ends}; "
            "correct one of the two"
        )
    if judged is not None and judged.surely_before(ends):
        raise UsageError(
            f"expected a day of judgment on or after {ends}, when the act ends, found {judged}; "
            "correct one of the two"
        )
