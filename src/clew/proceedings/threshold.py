"""Whether an offence is heavy enough for extradition: the threshold of dual criminality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clew.proceedings.days import Term
from clew.proceedings.load import Law
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail

AT_LEAST = "The threshold is a maximum of at least {needs}"
MORE_THAN = "The threshold is a maximum of more than {needs}"
MET = "A maximum of {maximum} meets it"
NOT_MET = "A maximum of {maximum} does not meet it"
NOT_COMPARED = "A maximum of {maximum} and a term of {needs} are in different units and too close to compare"
NO_MAXIMUM = "No maximum is determined, so that the threshold cannot be tested"
DIFFER = "The versions that can apply lead to different answers"
IN_ONE = "One state's maximum is tested here; the other state's must reach the threshold as well"

_MONTH = 28, 31
"""The fewest and the most days of a month."""


@dataclass(frozen=True)
class Threshold(Reasoned):
    """Whether a maximum reaches what an extradition act or treaty asks for."""

    regime: str
    maxima: tuple[Term | None, ...]
    """Of each version that can apply; None where none is determined."""
    needs: Term
    strictly_more: bool
    """More than the term; otherwise at least the term."""
    in_both: bool
    """Whether the law of both states must reach it."""
    state: Literal["met", "not met", "undetermined"]


def meets_threshold(law: Law, regime: str, maximum: Term | None, *others: Term | None) -> Threshold:
    """Whether a maximum meets the threshold of a regime; ``others`` are maxima of further versions.

    It is met, or not met, only where that is so of every maximum given; a missing one is undetermined.
    Raises UsageError for an unknown regime.
    """
    asked = law.regime(regime).dual_criminality
    trail = Trail(law)
    worded = MORE_THAN if asked.strictly_more else AT_LEAST
    trail.rule(asked.rule, worded.format(needs=asked.maximum))
    answers = []
    for each in (maximum, *others):
        answer = _meets(each, asked.maximum, asked.strictly_more)
        said = NO_MAXIMUM if each is None else {True: MET, False: NOT_MET, None: NOT_COMPARED}[answer]
        trail.say(said.format(maximum=each, needs=asked.maximum))
        answers.append(answer)
    if len(set(answers)) > 1:
        trail.say(DIFFER)
    if asked.in_both:
        trail.assume(IN_ONE)
    state: Literal["met", "not met", "undetermined"] = "undetermined"
    if set(answers) == {True}:
        state = "met"
    elif set(answers) == {False}:
        state = "not met"
    return Threshold(
        regime=regime,
        maxima=(maximum, *others),
        needs=asked.maximum,
        strictly_more=asked.strictly_more,
        in_both=asked.in_both,
        state=state,
        **trail.gathered,
    )


def order(one: Term, other: Term) -> int | None:
    """-1, 0 or 1 as the first term is shorter, as long or longer; None where units do not allow to say.

    A month has 28 to 31 days, so that 1 month and 30 days cannot be compared, 1 month and 40 days can.
    """
    if one.is_life or other.is_life:
        return int(one.is_life) - int(other.is_life)
    months, days = one.months - other.months, one.days - other.days
    fewest, most = (months * _MONTH[months < 0] + days, months * _MONTH[months >= 0] + days)
    if fewest > 0 or most < 0:
        return 1 if fewest > 0 else -1
    return 0 if fewest == most == 0 else None


def _meets(maximum: Term | None, needs: Term, strictly_more: bool) -> bool | None:
    if maximum is None:
        return None
    ordered = order(maximum, needs)
    if ordered is None:
        return None
    return ordered > 0 if strictly_more else ordered >= 0
