"""Sentences that were imposed, beside what the law threatens for their counts; no forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clew.proceedings.aggregate import aggregate
from clew.proceedings.counts import CountExposure, charge_exposure
from clew.proceedings.days import Day, Term
from clew.proceedings.facts import Facts, count_of, numbers
from clew.proceedings.load import Law
from clew.proceedings.matter import Matter, Outcome
from clew.proceedings.money import Money
from clew.proceedings.penalty import worded
from clew.proceedings.steps import Reasoned

State = Literal["within the range", "above the maximum", "below the minimum", "undetermined", "no term"]

NO_TERM = "No term of imprisonment was imposed"
NO_COUNTS = "The counts of the outcome are not entered"
OPEN = "What the law threatens is undetermined for {counts}"
ABOVE_ONE = (
    "The term is above the maximum of one offence, {maximum}, and within what several judged together can "
    "reach, {together}"
)
ABOVE = "A conflict: the term is above the maximum, {maximum}; to be looked at by a person"
BELOW = (
    "A conflict: the term is below the minimum, {minimum}; a court may go below it where the law lets it "
    "mitigate"
)
WITHIN = "The term lies within the range"
NOT_ABOVE = "The term is not above the maximum of {counts}, {maximum}"
FINE_ABOVE = (
    "A conflict: the fine is above the highest one of these counts, {fine}; to be looked at by a person"
)
FINE_OPEN = "For which count the fine was imposed is not entered"


@dataclass(frozen=True)
class SentenceRange(Reasoned):
    """One sentence and the range of its counts."""

    outcome: str
    proceeding: str
    date: Day
    counts: tuple[str, ...]
    imposed: Term | None
    suspended: Term | None
    fine: Money | None
    asked: Term | None
    minimum: Term | None
    """The highest minimum of the counts; None where there is none, or it is undetermined."""
    maximum: Term | None
    """The heaviest maximum of the counts of which it is determined."""
    together: Term | None
    """What the counts can reach judged together; None for one count, or where a maximum is undetermined."""
    state: State
    is_conflict: bool
    why: tuple[str, ...]


def sentence_ranges(law: Law, matter: Matter, judged: Day | None = None) -> tuple[SentenceRange, ...]:
    """Every outcome with a sentence, in the order of the matter.

    ``judged``: a day up to which milder versions are compared; without it, none is.
    """
    return tuple(_beside(law, matter, each, judged) for each in matter.outcomes if each.sentence is not None)


def _beside(law: Law, matter: Matter, outcome: Outcome, judged: Day | None) -> SentenceRange:
    assert outcome.sentence is not None
    sentence, facts = outcome.sentence, Facts(law, matter)
    facts.fact(outcome, f"Outcome of {outcome.date}", f"{outcome.result}, {outcome.date}")
    exposed = [charge_exposure(law, matter, count_of(matter, each), judged) for each in outcome.charges]
    for each in exposed:
        facts.take(each)
    known = [each for each in exposed if each.maximum is not None]
    maximum = max((each.maximum for each in known if each.maximum), key=lambda term: term.rank, default=None)
    minimum = max((each.minimum for each in known if each.minimum), key=lambda term: term.rank, default=None)
    together = _together(law, matter, outcome, exposed, facts)
    state, why = _state(matter, sentence.imprisonment, exposed, minimum, maximum, together)
    fines = [each.fine for each in known if each.fine is not None]
    said, is_above = _fine(sentence.fine, fines, len(exposed), len(known))
    return SentenceRange(
        outcome=outcome.name,
        proceeding=outcome.proceeding,
        date=outcome.date,
        counts=tuple(outcome.charges),
        imposed=sentence.imprisonment,
        suspended=sentence.suspended,
        fine=sentence.fine,
        asked=sentence.asked,
        minimum=minimum,
        maximum=maximum,
        together=together,
        state=state,
        is_conflict=is_above or state in ("above the maximum", "below the minimum"),
        why=(*why, *said),
        **facts.gathered,
    )


def _together(
    law: Law, matter: Matter, outcome: Outcome, exposed: Sequence[CountExposure], facts: Facts
) -> Term | None:
    maxima = [each.maximum for each in exposed if each.maximum is not None]
    court = next(each.court for each in matter.proceedings if each.name == outcome.proceeding)
    state = law.book_of(court).jurisdiction
    if len(maxima) < 2 or len(maxima) < len(exposed) or state is None:
        return None
    found = aggregate(law, state, maxima)
    facts.take(found)
    return found.concurrent


def _state(
    matter: Matter,
    imposed: Term | None,
    exposed: Sequence[CountExposure],
    minimum: Term | None,
    maximum: Term | None,
    together: Term | None,
) -> tuple[State, list[str]]:
    if imposed is None:
        return "no term", [NO_TERM]
    if not exposed:
        return "undetermined", [NO_COUNTS]
    unknown = [each.count for each in exposed if each.maximum is None]
    if unknown:
        why = [OPEN.format(counts=numbers(matter, unknown))]
        if maximum is not None and imposed.rank <= maximum.rank:
            known = [each.count for each in exposed if each.count not in unknown]
            why.append(NOT_ABOVE.format(counts=numbers(matter, known), maximum=worded(maximum)))
        return "undetermined", why
    assert maximum is not None
    reach = together or maximum
    if imposed.rank > reach.rank:
        return "above the maximum", [ABOVE.format(maximum=worded(reach))]
    if minimum is not None and imposed.rank < minimum.rank:
        return "below the minimum", [BELOW.format(minimum=worded(minimum))]
    if imposed.rank > maximum.rank:
        return "within the range", [ABOVE_ONE.format(maximum=worded(maximum), together=worded(reach))]
    return "within the range", [WITHIN]


def _fine(imposed: Money | None, fines: Sequence[Money], counts: int, known: int) -> tuple[list[str], bool]:
    """What is said of the fine, and whether it is above the highest one of a single count."""
    if imposed is None:
        return [], False
    said = [FINE_OPEN] if counts > 1 else []
    if known < counts or not fines or any(each.currency != imposed.currency for each in fines):
        return said, False
    highest = max(fines, key=lambda each: each.amount)
    if counts == 1 and imposed.amount > highest.amount:
        return [FINE_ABOVE.format(fine=highest)], True
    return said, False


__all__ = ["SentenceRange", "State", "sentence_ranges"]
