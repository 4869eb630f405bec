"""A sentence of the register beside the range that the law threatens: shown, and never a reason to refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clew.proceedings.days import Term
from clew.proceedings.load import Law
from clew.proceedings.provisions import Provision, Version
from clew.proceedings.registered import Registered
from clew.proceedings.steps import MARKS, Reasoned, Step

State = Literal["within the range", "above the maximum", "below the minimum", "undetermined", "no term"]


@dataclass(frozen=True)
class AgainstRange(Reasoned):
    """One proceeding's sentence beside the range of its heaviest offence."""

    proceeding: str
    imposed: Term | None
    minimum: Term | None
    maximum: Term | None
    """Of one offence; None where it differs between the versions that can apply, or is not entered."""
    aggregate: Term | None
    """What several offences judged together can reach by statute, where the law has such a rule."""
    state: State
    why: str

    @property
    def is_conflict(self) -> bool:
        """Whether a person has to look at it."""
        return self.state in {"above the maximum", "below the minimum"}


def against_range(law: Law, entry: Registered) -> AgainstRange:
    """Whether the term imposed lies within what the versions that can apply threaten.

    Undetermined where the versions differ in the answer, or one of them is not entered. The days of the acts
    decide which versions can apply; where they are not known, every version up to the opening can.
    """
    imposed = entry.sentence.imprisonment if entry.sentence else None
    steps: list[Step] = []
    found: list[list[Version]] = []
    for name in entry.offences:
        versions = _possible(law.provision(name), entry)
        found.append(versions)
        steps += [_step(law.provision(name), each, law) for each in versions]
    maxima = [{each.maximum for each in versions} for versions in found]
    minima = [{each.minimum for each in versions} for versions in found]
    maximum = _heaviest(maxima)
    minimum = _heaviest(minima, none_is_least=True)
    aggregate = _aggregate(law, entry, maximum)
    state, why = _judged(imposed, found, aggregate)
    unverified = tuple(dict.fromkeys(step.said for step in steps if step.mark not in {None, "read"}))
    return AgainstRange(
        steps=tuple(steps),
        assumptions=() if entry.acts_from and entry.acts_to else ("The days of the acts are not entered.",),
        unverified=unverified,
        proceeding=entry.id,
        imposed=imposed,
        minimum=minimum,
        maximum=maximum,
        aggregate=aggregate,
        state=state,
        why=why,
    )


def _possible(provision: Provision, entry: Registered) -> list[Version]:
    """Versions that can have been in force at some moment of the acts."""
    last = (entry.acts_to or entry.opened).last
    first = entry.acts_from.first if entry.acts_from else None
    return [
        each
        for each in provision.versions
        if each.in_force_from.first <= last
        and (first is None or each.in_force_to is None or each.in_force_to.last >= first)
        and not each.absent
    ]


def _judged(imposed: Term | None, found: list[list[Version]], aggregate: Term | None) -> tuple[State, str]:
    if imposed is None:
        return "no term", "No term of imprisonment is entered."
    states = set()
    for choice in _choices(found):
        states.add(_against(imposed, choice))
    if not states or "undetermined" in states or len(states) > 1:
        why = "The versions that can apply differ in the answer." if len(states) > 1 else ""
        return "undetermined", why or "A version that can apply, or its range, is not entered."
    state = states.pop()
    if state == "above the maximum":
        reach = (
            f" Several offences judged together can reach {aggregate} by statute."
            if aggregate and imposed.rank <= aggregate.rank
            else ""
        )
        return state, f"The term is above the maximum of one offence.{reach} To be looked at by a person."
    if state == "below the minimum":
        return state, "The term is below the minimum; a court may go below it where the law lets it mitigate."
    return "within the range", "The term lies within the range in every version that can apply."


def _choices(found: list[list[Version]]) -> list[tuple[Version, ...]]:
    choices: list[tuple[Version, ...]] = [()]
    for versions in found:
        choices = [(*each, version) for each in choices for version in versions][:10_000]
    return choices


def _against(imposed: Term, choice: tuple[Version, ...]) -> State:
    if any(each.maximum is None or not each.has_text for each in choice):
        return "undetermined"
    highest = max((each.maximum for each in choice if each.maximum), key=lambda term: term.rank)
    least = max((each.minimum.rank for each in choice if each.minimum), default=(False, 0))
    if imposed.rank > highest.rank:
        return "above the maximum"
    return "below the minimum" if imposed.rank < least else "within the range"


def _heaviest(sets: list[set[Term | None]], *, none_is_least: bool = False) -> Term | None:
    """The heaviest of terms that are each certain; None where one is not."""
    if any(len(some) != 1 for some in sets):
        return None
    terms = [next(iter(some)) for some in sets]
    known = [each for each in terms if each is not None]
    if not known or (len(known) < len(terms) and not none_is_least):
        return None
    return max(known, key=lambda term: term.rank)


def _aggregate(law: Law, entry: Registered, heaviest: Term | None) -> Term | None:
    """Where the law multiplies the heaviest maximum; the number of counts is not known here."""
    several = next((book.several for book in law.books if book.jurisdiction == entry.jurisdiction), None)
    if several is None or heaviest is None or several.method != "heaviest times factor":
        return None
    return heaviest.times(several.factor or 1)


def _step(provision: Provision, version: Version, law: Law) -> Step:
    until = f" to {version.in_force_to}" if version.in_force_to else " on"
    if not version.has_text:
        return Step(
            f"{provision.cited}, from {version.in_force_from}{until}: {version.unread}", provision.cited
        )
    least = f"from {version.minimum} " if version.minimum else ""
    most = f"up to {version.maximum}" if version.maximum else "without a maximum entered"
    mark = version.mark if version.is_verified else "memory" if version.mark == "read" else version.mark
    said = f" ({MARKS[mark]})" if MARKS[mark] else ""
    return Step(
        f"{provision.cited}, from {version.in_force_from}{until}: {least}{most}{said}",
        provision.cited,
        law.source(provision.name, version.source).title,
        mark,
    )


__all__ = ["AgainstRange", "State", "against_range"]
