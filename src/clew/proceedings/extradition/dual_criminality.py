"""The threshold of dual criminality for one count: its maximum there, and its counterpart's maximum here.

Only the threshold is computed. Whether conduct is punishable in both states is compared by a court.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clew.proceedings.counts import charge_exposure, dates_of
from clew.proceedings.days import Term
from clew.proceedings.facts import Facts
from clew.proceedings.load import Law
from clew.proceedings.matter import Charge, Matter, Request
from clew.proceedings.provisions import Regime
from clew.proceedings.steps import Reasoned
from clew.proceedings.threshold import IN_ONE, meets_threshold

State = Literal["met", "not met", "undetermined"]

_CLOSED = frozenset({"spans an amendment", "imprecise days", "milder undetermined"})
"""Why no version was chosen although every one that can apply is entered."""

NO_PROVISION = "The provision of the count in the requesting state is not entered"
NO_COUNTERPART = "Nobody has said which offence of the requested state the conduct would be"
NO_ACT = "No episode is entered for the count, so that the version in force at the act is not known"
COUNTERPART = "{by} states that the conduct would be examined as {cited}: {why}"
COMPARES = "Whether the conduct is punishable in both states is for the court to compare"


@dataclass(frozen=True)
class Side:
    """One state's side: its provision, and the maxima of the versions that may count at the act."""

    provision: str
    cited: str
    maxima: tuple[Term | None, ...]
    state: State


@dataclass(frozen=True)
class DualCriminality(Reasoned):
    """Whether a count reaches a regime's threshold in both states."""

    count: str
    number: int
    regime: str
    needs: str
    """Such as at least 1 year."""
    requesting: Side | None
    """None where the count's provision is not entered."""
    requested: tuple[Side, ...]
    """One for each counterpart that a person stated."""
    state: State
    why: tuple[str, ...]


def dual_criminality(
    law: Law, matter: Matter, request: Request, charge: Charge, regime: Regime
) -> DualCriminality:
    """Tests the threshold of a regime for one count, in the versions in force at the act.

    It is met only where both states' maxima reach it, and not met where one surely does not. Without a
    provision, a counterpart or the days of the act it is undetermined.
    """
    facts = Facts(law, matter)
    why: list[str] = []
    if dates_of(matter, charge) is None:
        why.append(NO_ACT)
    there: Side | None = None
    if charge.provision is None:
        why.append(NO_PROVISION)
    else:
        facts.fact(
            charge,
            f"Count {charge.number}",
            f"Count {charge.number} is charged under {law.provision(charge.provision).cited}",
        )
        there = _side(law, facts, matter, charge, charge.provision, regime)
    here = []
    for each in matter.counterparts:
        if each.charge == charge.name and law.book_of(each.provision).jurisdiction == request.requested:
            cited = law.provision(each.provision).cited
            facts.fact(
                each,
                f"Counterpart of count {charge.number}",
                COUNTERPART.format(by=each.by, cited=cited, why=each.why),
            )
            here.append(_side(law, facts, matter, charge, each.provision, regime))
    if not here:
        why.append(NO_COUNTERPART)
    state = _state(there, here, regime.dual_criminality.in_both)
    asked = regime.dual_criminality
    return DualCriminality(
        count=charge.name,
        number=charge.number,
        regime=regime.name,
        needs=f"{'more than' if asked.strictly_more else 'at least'} {asked.maximum}",
        requesting=there,
        requested=tuple(here),
        state=state,
        why=tuple(why),
        **facts.gathered,
    )


def _side(law: Law, facts: Facts, matter: Matter, charge: Charge, provision: str, regime: Regime) -> Side:
    cited = law.provision(provision).cited
    found = charge_exposure(law, matter, charge, provision=provision)
    facts.take(found)
    maxima: tuple[Term | None, ...] = (found.maximum,)
    if found.maximum is None and found.reason in _CLOSED:
        maxima = tuple(dict.fromkeys(each.maximum for each in found.versions)) or (None,)
    tested = meets_threshold(law, regime.name, *maxima)
    facts.take(tested)
    # Both states are tested here.
    facts.forget(IN_ONE)
    return Side(provision, cited, maxima, tested.state)


def _state(there: Side | None, here: list[Side], in_both: bool) -> State:
    """Of both states. Several counterparts must agree; without ``in_both`` the requested state counts."""
    stated = {each.state for each in here}
    requested: State = stated.pop() if len(stated) == 1 else "undetermined"
    if not in_both:
        return requested
    both = {requested, there.state if there else "undetermined"}
    if "not met" in both:
        return "not met"
    return "met" if both == {"met"} else "undetermined"


__all__ = ["COMPARES", "DualCriminality", "Side", "dual_criminality"]
