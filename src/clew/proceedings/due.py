"""Days that matter: periods of procedure that run, and until when each count can be prosecuted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from clew.proceedings.counts import dates_of
from clew.proceedings.days import Day
from clew.proceedings.deadlines import DeadlineAnswer, deadlines
from clew.proceedings.limitation import LimitationAnswer, limitation
from clew.proceedings.load import Law
from clew.proceedings.matter import Charge, Counterpart, Matter
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail

NO_PROVISION = "only the kind of the charge is known, and no provision"
NO_DATES = "no dated episode is entered"
CHARGED = (
    "{count}: proceedings on it were opened on {opened}, as entered; what that does to limitation is not "
    "computed, and the days given for it are those without them"
)


@dataclass(frozen=True)
class CountLimitation:
    """Limitation of one count, or of its counterpart in another state."""

    count: str
    counterpart: bool
    """Whether the provision is a counterpart that a person named."""
    provision: str | None
    """Null where only the kind of the charge is known."""
    found: LimitationAnswer | None
    """Until when it can be prosecuted, under stated assumptions; null where why says why not."""
    why: str | None
    """Why nothing is computed; null where something is."""


@dataclass(frozen=True)
class Due(Reasoned):
    """Periods and limitation of a matter, or of one rule or provision."""

    matter: str | None
    """Name of the matter; null where a rule or a provision was asked for."""
    today: Day | None
    """The day for which it is said what has passed."""
    periods: tuple[DeadlineAnswer, ...]
    """Periods of procedure, in the order of their last days."""
    limitation: tuple[CountLimitation, ...]
    """Limitation, count by count."""


def due(law: Law, matter: Matter, *, today: Day | None = None, holidays: Collection[date] = ()) -> Due:
    """All periods of a matter, and limitation of its counts and of their counterparts.

    Raises UsageError for a matter that refers to what the books do not have.
    """
    periods = deadlines(law, matter, today=today, holidays=holidays)
    rows = [_count(law, matter, each, today) for each in matter.charges]
    by_name = {each.name: each for each in matter.charges}
    rows += [_counterpart(law, matter, by_name[each.charge], each, today) for each in matter.counterparts]
    trail = Trail(law)
    trail.take(periods)
    for row in rows:
        if row.found is not None:
            trail.take(row.found)
            _say_charged(trail, matter, by_name[row.count])
    return Due(
        matter=matter.name, today=today, periods=periods.rows, limitation=tuple(rows), **trail.gathered
    )


def _count(law: Law, matter: Matter, charge: Charge, today: Day | None) -> CountLimitation:
    return _limited(law, matter, charge, charge.provision, False, today)


def _counterpart(
    law: Law, matter: Matter, charge: Charge, counterpart: Counterpart, today: Day | None
) -> CountLimitation:
    return _limited(law, matter, charge, counterpart.provision, True, today)


def _limited(
    law: Law, matter: Matter, charge: Charge, provision: str | None, is_other: bool, today: Day | None
) -> CountLimitation:
    dates = dates_of(matter, charge)
    if provision is None or dates is None:
        why = NO_PROVISION if provision is None else NO_DATES
        return CountLimitation(charge.name, is_other, provision, None, why)
    found = limitation(law, provision, *dates, asked_on=today)
    return CountLimitation(charge.name, is_other, provision, found, None)


def _say_charged(trail: Trail, matter: Matter, charge: Charge) -> None:
    """That a count was charged, since limitation is computed as if it had not been."""
    opened = next((each.opened for each in matter.proceedings if each.name == charge.proceeding), None)
    if opened is not None:
        trail.assume(CHARGED.format(count=charge.name, opened=opened))
