"""What the law threatens for one count, under every version that can apply to its dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from clew.proceedings.days import Day, Term
from clew.proceedings.load import Law
from clew.proceedings.matter import Charge, Matter
from clew.proceedings.money import Money
from clew.proceedings.penalty import Penalty, penalty, worded
from clew.proceedings.provisions import FineRelation
from clew.proceedings.span import textless
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail, doubts
from clew.proceedings.versions import Reason as VersionReason
from clew.proceedings.versions import applicable

MAXIMUM = "Maximum of {provision}: {maximum}"
SAME_IN_ALL = "Every version that can apply threatens the same, so that it need not be decided which one does"
DIFFER = "The versions that can apply threaten different penalties; none is chosen"
NO_MAXIMUM = "The version that counts has no maximum entered"
NO_PROVISION = "{count}: only the kind of the charge is known, and no provision"
NO_DATES = "{count}: no dated episode is entered, so that it is undetermined which version counts"
NO_LIMB = "{count}: which limb of the provision is charged is not known; the maximum is that of the provision"
TOO_EARLY = (
    "{count}: the day of judgment, {judged}, lies before the end of the act, {ends}; no later version is "
    "compared, and one of the two days is to be corrected"
)
CHARGE = "{count}: the charge itself"
EPISODE = "{count}: the dates of {episode}"

Reason = VersionReason | Literal["no provision", "no dates", "no maximum"]
"""Why the figures of a count are undetermined."""


@dataclass(frozen=True)
class CountExposure(Reasoned):
    """What the law threatens for one count, under every version that can apply."""

    count: str
    provision: str | None
    begins: Day | None
    ends: Day | None
    versions: tuple[Penalty, ...]
    minimum: Term | None
    maximum: Term | None
    """None where it is undetermined."""
    fine: Money | None
    fine_times_value: int | None
    fine_relation: FineRelation | None
    state: Literal["determined", "undetermined"]
    reason: Reason | None
    is_same_in_all: bool = False
    """Whether several versions can apply, all with the same penalty."""
    limb: str | None = None
    """Which limb of the provision is charged; None where it is not known."""


def count_exposure(
    law: Law, provision: str, begins: Day, ends: Day, *, judged: Day | None = None, count: str = ""
) -> CountExposure:
    """What a provision threatens for an act from one day to another.

    Where several versions can apply, the figures are given only if they are the same in all of them.
    Raises UsageError for an unknown provision and for days in the wrong order.
    """
    trail = Trail(law)
    found = applicable(law, provision, begins, ends, judged)
    trail.take(found)
    can_apply = (found.counts,) if found.counts else (*found.versions, *found.later)
    texts = [each for each in can_apply if textless(each) is None]
    penalties = tuple(penalty(law, provision, each, trail) for each in texts)
    is_closed = found.reason in {"spans an amendment", "imprecise days", "milder undetermined"}
    is_same = (
        found.counts is None
        and is_closed
        and len(texts) == len(can_apply) > 0
        and len({each.figures for each in penalties}) == 1
    )
    reason: Reason | None = found.reason
    if is_same:
        trail.say(SAME_IN_ALL)
        reason = None
    elif len(penalties) > 1 and found.counts is None:
        trail.say(DIFFER)
    chosen = penalties[0] if reason is None and penalties else None
    if chosen is not None and chosen.maximum is None:
        trail.say(NO_MAXIMUM)
        reason = "no maximum"
    elif chosen is not None:
        trail.say(MAXIMUM.format(provision=law.provision(provision).cited, maximum=worded(chosen.maximum)))
    return CountExposure(
        count=count,
        provision=provision,
        begins=begins,
        ends=ends,
        versions=penalties,
        minimum=chosen.minimum if chosen else None,
        maximum=chosen.maximum if chosen else None,
        fine=chosen.fine if chosen else None,
        fine_times_value=chosen.fine_times_value if chosen else None,
        fine_relation=chosen.fine_relation if chosen else None,
        state="undetermined" if reason else "determined",
        reason=reason,
        is_same_in_all=is_same,
        **trail.gathered,
    )


def charge_exposure(
    law: Law, matter: Matter, charge: Charge, judged: Day | None = None, *, provision: str | None = None
) -> CountExposure:
    """What the law threatens for one count of a matter; said where provision, limb or dates are missing.

    ``provision``: another one than the charge's own, for the same dates, as a person named it.
    """
    trail = Trail(law)
    for said in doubts(charge, CHARGE.format(count=charge.name)):
        trail.doubt(said)
    for each in matter.episodes:
        if each.name in charge.episodes:
            for said in doubts(each, EPISODE.format(count=charge.name, episode=each.name)):
                trail.doubt(said)
    name, dates = provision or charge.provision, dates_of(matter, charge)
    if name is None or dates is None:
        said = NO_PROVISION if name is None else NO_DATES
        trail.say(said.format(count=charge.name))
        return _without_figures(charge, name, dates, trail)
    if provision is None and charge.limb is None:
        trail.assume(NO_LIMB.format(count=charge.name))
    if judged is not None and judged.surely_before(dates[1]):
        trail.say(TOO_EARLY.format(count=charge.name, judged=judged, ends=dates[1]))
        judged = None
    found = count_exposure(law, name, *dates, judged=judged, count=charge.name)
    trail.take(found)
    return replace(found, limb=charge.limb if provision is None else None, **trail.gathered)


def dates_of(matter: Matter, charge: Charge) -> tuple[Day, Day] | None:
    """From the earliest beginning to the latest end of a count's episodes; None without episodes."""
    episodes = [each for each in matter.episodes if each.name in charge.episodes]
    if not episodes:
        return None
    begins = Day(min(each.begins.first for each in episodes), min(each.begins.last for each in episodes))
    ends = Day(max(each.ends.first for each in episodes), max(each.ends.last for each in episodes))
    return begins, ends


def _without_figures(
    charge: Charge, provision: str | None, dates: tuple[Day, Day] | None, trail: Trail
) -> CountExposure:
    return CountExposure(
        count=charge.name,
        provision=provision,
        begins=dates[0] if dates else None,
        ends=dates[1] if dates else None,
        versions=(),
        minimum=None,
        maximum=None,
        fine=None,
        fine_times_value=None,
        fine_relation=None,
        state="undetermined",
        reason="no provision" if provision is None else "no dates",
        limb=charge.limb,
        **trail.gathered,
    )
