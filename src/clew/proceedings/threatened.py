"""What the law threatens for acts of given dates, without a matter: one provision, one or several counts."""

from __future__ import annotations

from dataclasses import dataclass

from clew.proceedings.aggregate import Aggregate, aggregate
from clew.proceedings.counts import CountExposure, count_exposure
from clew.proceedings.days import Day
from clew.proceedings.exposure import Ceiling, ceiling
from clew.proceedings.load import Law
from clew.proceedings.predicates import Predicate, predicates_of
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail


@dataclass(frozen=True)
class Threatened(Reasoned):
    """Counts of one provision: maximum of each, arithmetic ceiling, hypothetical aggregate."""

    counts: tuple[CountExposure, ...]
    ceiling: Ceiling
    """The sum of the maxima."""
    aggregate: Aggregate | None
    """What the state's rule on several offences makes of them; null where a maximum is undetermined."""
    predicates: tuple[Predicate, ...]
    """Where it needs a predicate offence: which offences of the book were one on all days of the act."""


def threatened(
    law: Law, provision: str, begins: Day, ends: Day, *, times: int = 1, judged: Day | None = None
) -> Threatened:
    """``times`` counts of one provision for acts of the same dates.

    Raises UsageError for an unknown provision and for days in the wrong order.
    """
    counts = tuple(
        count_exposure(law, provision, begins, ends, judged=judged, count=f"count-{number}")
        for number in range(1, times + 1)
    )
    trail = Trail(law)
    top = ceiling(counts)
    country = law.book_of(provision).jurisdiction
    maxima = [each.maximum for each in counts if each.maximum is not None]
    together = aggregate(law, country, maxima) if country and len(maxima) == len(counts) else None
    for each in (*counts, top, *((together,) if together else ())):
        trail.take(each)
    found = predicates_of(law, provision, begins, ends)
    return Threatened(counts=counts, ceiling=top, aggregate=together, predicates=found, **trail.gathered)
