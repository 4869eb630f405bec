"""A sentence beside the range that the law threatens for its counts. A difference is shown, never judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from clew.errors import UsageError
from clew.proceedings.aggregate import added, aggregate
from clew.proceedings.counts import CountExposure, charge_exposure
from clew.proceedings.days import LIFE, Term
from clew.proceedings.load import Law
from clew.proceedings.matter import Charge, Matter, Outcome
from clew.proceedings.money import Money
from clew.proceedings.penalty import worded
from clew.proceedings.steps import Reasoned
from clew.proceedings.threshold import order
from clew.proceedings.trail import Trail, doubts
from clew.written.spelling import instead

IMPOSED = "Imposed, as entered: {said}"
NO_SENTENCE = "No sentence is entered for this outcome"
NO_COUNTS = "No count with a provision is entered for this outcome"
OPEN = "The maximum is undetermined for {counts}"
OF_ONE = "The maximum for the one count is {maximum}"
OF_SEVERAL = "The maximum for {number} counts together, by the rule on several offences, is {maximum}"
OF_SUM = "The arithmetic ceiling of {number} counts is {maximum}"
MINIMUM = "The highest minimum among the counts is {minimum}"
ABOVE = "The term imposed, {imposed}, is above the maximum, {maximum}: a conflict for a person to look at"
BELOW = "The term imposed, {imposed}, is below the minimum, {minimum}"
WITHIN = "The term imposed, {imposed}, lies within the range"
NOT_COMPARED = "The term imposed, {imposed}, cannot be compared with the range"
FINE_ABOVE = (
    "The fine imposed, {imposed}, is above the maximum, {maximum}: a conflict for a person to look at"
)
FINE_WITHIN = "The fine imposed, {imposed}, is not above the highest fine, {maximum}"
FINE_OPEN = "The fine imposed, {imposed}, cannot be compared: its highest amount is not determined here"
SUSPENDED = "The term was suspended for {suspended}; the term itself is compared"
ITSELF = "{outcome}: the outcome itself"

BELOW_MAY_BE_LAWFUL = (
    "mitigation by statute or by the court",
    "an attempt or assistance, where the law lowers the range",
    "a fine chosen instead, or a suspension",
    "counts or dates that are not entered as the court found them",
)
"""Why a term below the minimum can be lawful."""
ABOVE_MAY_BE_LAWFUL = (
    "aggravation by statute, as for repetition",
    "further counts judged together that are not entered",
    "counts or dates that are not entered as the court found them",
    "a figure reported wrongly",
)
"""Why a term above the maximum can be lawful, or no term above it at all."""

State = Literal["within", "below the minimum", "above the maximum", "undetermined"]
_OPEN: State = "undetermined"
Reason = Literal["no sentence", "no counts", "range undetermined", "not comparable"]


@dataclass(frozen=True)
class AgainstRange(Reasoned):
    """What was imposed beside the statutory range of the counts it was imposed for."""

    outcome: str
    counts: tuple[CountExposure, ...]
    imposed: Term | None
    suspended: Term | None
    fine: Money | None
    minimum: Term | None
    """The highest among the counts; None where none is set, or it is undetermined."""
    maximum: Term | None
    """Of the count; of several, what the rule on several offences makes of them, else their sum."""
    highest_fine: Money | None
    term_state: State | None
    """Of imprisonment; None where none was imposed."""
    fine_state: State | None
    """Of the fine; None where none was imposed."""
    state: State
    is_conflict: bool
    """Whether a person has to look at it: above the maximum."""
    may_be_lawful_by: tuple[str, ...]
    """Reasons for which a term outside of the range can be lawful; they are not examined here."""
    reason: Reason | None


def against_range(law: Law, matter: Matter, outcome: str | Outcome) -> AgainstRange:
    """What an outcome imposed, beside the range of its counts under the version that counts for each.

    Milder versions are compared up to the day of the outcome, where the book says that they apply.
    """
    known = _outcome(matter, outcome)
    trail = Trail(law)
    for said in doubts(known, ITSELF.format(outcome=known.name)):
        trail.doubt(said)
    counts = tuple(charge_exposure(law, matter, each, known.date) for each in charges_of(matter, known))
    for each in counts:
        trail.take(each)
    sentence = known.sentence
    imposed = sentence.imprisonment if sentence else None
    fine = sentence.fine if sentence else None
    if sentence is not None and sentence.suspended:
        trail.say(SUSPENDED.format(suspended=worded(sentence.suspended)))
    maximum, minimum = _range(law, trail, counts)
    highest_fine = _highest_fine(counts)
    term_state = None if imposed is None else _term_state(trail, imposed, minimum, maximum, counts)
    fine_state = None if fine is None else _fine_state(trail, fine, highest_fine)
    state = _state([each for each in (term_state, fine_state) if each is not None])
    if imposed is None and fine is None:
        trail.say(NO_SENTENCE)
    reasons = {"above the maximum": ABOVE_MAY_BE_LAWFUL, "below the minimum": BELOW_MAY_BE_LAWFUL}
    return AgainstRange(
        outcome=known.name,
        counts=counts,
        imposed=imposed,
        suspended=sentence.suspended if sentence else None,
        fine=fine,
        minimum=minimum,
        maximum=maximum,
        highest_fine=highest_fine,
        term_state=term_state,
        fine_state=fine_state,
        state=state,
        is_conflict=state == "above the maximum",
        may_be_lawful_by=reasons.get(state, ()),
        reason=_reason(state, imposed or fine, counts, maximum),
        **trail.gathered,
    )


def charges_of(matter: Matter, outcome: Outcome) -> list[Charge]:
    """The counts that an outcome is about: its own, else those of its proceeding and the instances below."""
    if outcome.charges:
        return [each for each in matter.charges if each.name in outcome.charges]
    below = {each.name: each.after for each in matter.proceedings}
    chain: list[str] = []
    name: str | None = outcome.proceeding
    while name is not None and name not in chain:
        chain.append(name)
        name = below.get(name)
    return [each for each in matter.charges if each.proceeding in chain]


def _outcome(matter: Matter, outcome: str | Outcome) -> Outcome:
    if isinstance(outcome, Outcome):
        return outcome
    known = [each.name for each in matter.outcomes]
    for each in matter.outcomes:
        if each.name == outcome:
            return each
    raise UsageError(f"expected an outcome of {matter.name}, found {outcome!r}; {instead(outcome, known)}")


def _range(law: Law, trail: Trail, counts: Sequence[CountExposure]) -> tuple[Term | None, Term | None]:
    """Maximum and minimum of all counts together; the maximum is None where it is undetermined."""
    missing = [each.count for each in counts if each.maximum is None]
    maxima = [each.maximum for each in counts if each.maximum is not None]
    minima = [each.minimum for each in counts if each.minimum is not None]
    minimum = max(minima, key=lambda each: each.rank) if minima else None
    if not counts:
        trail.say(NO_COUNTS)
        return None, None
    if minimum is not None:
        trail.say(MINIMUM.format(minimum=worded(minimum)))
    if missing and LIFE not in maxima:
        trail.say(OPEN.format(counts=", ".join(missing)))
        return None, minimum
    if len(maxima) == 1:
        trail.say(OF_ONE.format(maximum=worded(maxima[0])))
        return maxima[0], minimum
    return _of_several(law, trail, counts, maxima), minimum


def _of_several(law: Law, trail: Trail, counts: Sequence[CountExposure], maxima: Sequence[Term]) -> Term:
    """By the rule on several offences of the state whose provisions are charged, else the sum."""
    states = {law.book_of(each.provision).jurisdiction for each in counts if each.provision}
    state = states.pop() if len(states) == 1 else None
    if state is not None:
        together = aggregate(law, state, maxima)
        trail.take(together)
        if together.concurrent is not None:
            said = OF_SEVERAL.format(number=len(counts), maximum=worded(together.concurrent))
            trail.say(said)
            return together.concurrent
    total = added(maxima)
    trail.say(OF_SUM.format(number=len(counts), maximum=worded(total)))
    return total


def _term_state(
    trail: Trail, imposed: Term, minimum: Term | None, maximum: Term | None, counts: Sequence[CountExposure]
) -> State:
    above = None if maximum is None else order(imposed, maximum)
    below = order(imposed, minimum) if minimum is not None else 1
    said, found = NOT_COMPARED, _OPEN
    if above is not None and above > 0:
        said, found = ABOVE, "above the maximum"
    elif below is not None and below < 0:
        said, found = BELOW, "below the minimum"
    elif above is not None and below is not None and all(each.reason is None for each in counts):
        said, found = WITHIN, "within"
    trail.say(said.format(imposed=worded(imposed), minimum=worded(minimum), maximum=worded(maximum)))
    return found


def _highest_fine(counts: Sequence[CountExposure]) -> Money | None:
    """The sum of the highest fines; None where one is missing, in another currency, or by value."""
    fines = [each.fine for each in counts if each.fine is not None and each.fine_times_value is None]
    if not fines or len(fines) < len(counts) or len({each.currency for each in fines}) > 1:
        return None
    return Money(sum((each.amount for each in fines), Decimal(0)), fines[0].currency)


def _fine_state(trail: Trail, fine: Money, highest: Money | None) -> State:
    if highest is None or highest.currency != fine.currency:
        trail.say(FINE_OPEN.format(imposed=fine))
        return "undetermined"
    is_above = fine.amount > highest.amount
    trail.say((FINE_ABOVE if is_above else FINE_WITHIN).format(imposed=fine, maximum=highest))
    return "above the maximum" if is_above else "within"


def _state(states: Sequence[State]) -> State:
    """What is in conflict is said first, then what is below, then what is open."""
    order_of: tuple[State, ...] = ("above the maximum", "below the minimum", "undetermined", "within")
    return next((each for each in order_of if each in states), "undetermined")


def _reason(
    state: State, imposed: Term | Money | None, counts: Sequence[CountExposure], maximum: Term | None
) -> Reason | None:
    if state != "undetermined":
        return None
    if imposed is None:
        return "no sentence"
    if not counts:
        return "no counts"
    return "range undetermined" if maximum is None else "not comparable"
