"""What the law threatens for each count, the arithmetic ceiling of several, and a hypothetical aggregate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from clew.errors import UsageError
from clew.proceedings.aggregate import Aggregate, added, aggregate
from clew.proceedings.counts import CountExposure, charge_exposure, count_exposure
from clew.proceedings.days import LIFE, Day, Term
from clew.proceedings.load import Law
from clew.proceedings.matter import Charge, Matter, Request
from clew.proceedings.penalty import worded
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail, doubts
from clew.written.spelling import instead

CEILING = "Arithmetic ceiling of {number} counts: the sum of their maxima, {total}"
CEILING_LIFE = "Arithmetic ceiling of {number} counts: life, since the maximum of one of them is life"
CEILING_OPEN = "No arithmetic ceiling: the maximum is undetermined for {counts}"
NO_FORECAST = "An arithmetic ceiling only adds up maxima; it is no forecast of any sentence"
CONFINED = "{put} of {charged} counts were put to the court, confined by {by}"
ALL_PUT = "All {charged} counts were put to the court"
COUNTERPART = "{count}: the counterpart {provision} was named by {by}: {why}"
NOT_SAME = "A counterpart is a person's statement; whether offences correspond is not decided here"
NO_COUNTERPART = "{count}: no counterpart in {country} is entered"
SEVERAL_COUNTERPARTS = "{count}: several counterparts in {country} are entered with different maxima"
COUNTERPART_ITSELF = "{count}: that {provision} is its counterpart"
REQUEST = "{request}: the request and what of it was put to the court"
OPEN_AGGREGATE = "No aggregate: the maximum of a counterpart is undetermined for {counts}"


@dataclass(frozen=True)
class Ceiling(Reasoned):
    """The sum of the maxima of several counts: an arithmetic ceiling, no forecast."""

    counts: tuple[str, ...]
    total: Term | None
    """None where a maximum is undetermined, or where there are no counts."""
    undetermined: tuple[str, ...]
    """Counts without a maximum."""
    state: Literal["determined", "undetermined"]

    @property
    def years(self) -> float | None:
        """In years; None for life and where it is undetermined."""
        return None if self.total is None else self.total.years


@dataclass(frozen=True)
class RequestExposure(Reasoned):
    """What was put to the court of a requested state: its ceiling, and what the counts' counterparts make."""

    request: str
    requesting: str
    requested: str
    counts_charged: tuple[str, ...]
    put_to_court: tuple[str, ...]
    confined_by: str | None
    ceiling: Ceiling
    """Of the counts put to the court, by the requesting state's law."""
    counterparts: tuple[CountExposure, ...]
    """Of the counts put to the court, by the requested state's law, as a person named them."""
    aggregate: Aggregate | None
    """Of the counterparts; None where one is missing or undetermined."""


@dataclass(frozen=True)
class Exposure(Reasoned):
    """Every count of a matter, and the ceilings of those that stand together."""

    matter: str
    counts: tuple[CountExposure, ...]
    ceilings: tuple[Ceiling, ...]
    """One for each proceeding with counts, in the order of the file."""
    proceedings: tuple[str, ...]
    """The proceedings of ``ceilings``."""
    requests: tuple[RequestExposure, ...]

    @property
    def ceiling(self) -> Ceiling | None:
        """Of the counts put to the court of the first request; of the first proceeding without a request."""
        if self.requests:
            return self.requests[0].ceiling
        return self.ceilings[0] if self.ceilings else None

    @property
    def aggregate(self) -> Aggregate | None:
        """Of the counterparts in the first request."""
        return self.requests[0].aggregate if self.requests else None

    @property
    def put_to_court(self) -> tuple[str, ...]:
        """Counts put to the court of the first request."""
        return self.requests[0].put_to_court if self.requests else ()


def ceiling(counts: Sequence[CountExposure]) -> Ceiling:
    """The arithmetic ceiling of several counts: the sum of their maxima; life where one is life."""
    trail = Trail(Law(()))
    for each in counts:
        trail.take(each)
    names = tuple(each.count for each in counts)
    missing = tuple(each.count for each in counts if each.maximum is None)
    maxima = [each.maximum for each in counts if each.maximum is not None]
    total: Term | None = None
    if LIFE in maxima:
        total = LIFE
        trail.say(CEILING_LIFE.format(number=len(counts)))
    elif missing or not maxima:
        trail.say(CEILING_OPEN.format(counts=", ".join(missing) or "any count, since none is given"))
    else:
        total = added(maxima)
        trail.say(CEILING.format(number=len(counts), total=worded(total)))
    trail.assume(NO_FORECAST)
    return Ceiling(
        counts=names,
        total=total,
        undetermined=missing,
        state="undetermined" if total is None else "determined",
        **trail.gathered,
    )


def exposure(
    law: Law, matter: Matter, *, charges: Collection[str] | None = None, judged: Day | None = None
) -> Exposure:
    """What the law threatens for the counts of a matter, and the ceilings of those that stand together.

    ``charges`` are names of counts; all without them. ``judged`` is a day up to which milder versions are
    compared. Raises UsageError for an unknown count.
    """
    chosen = _chosen(matter, charges)
    by_name = {each.name: charge_exposure(law, matter, each, judged) for each in chosen}
    groups: dict[str, list[CountExposure]] = {}
    for charge in chosen:
        groups.setdefault(charge.proceeding, []).append(by_name[charge.name])
    ceilings = tuple(ceiling(group) for group in groups.values())
    requests = tuple(
        _of_request(law, matter, each, by_name)
        for each in matter.requests
        if any(name in by_name for name in each.charges)
    )
    trail = Trail(law)
    for result in (*by_name.values(), *ceilings, *requests):
        trail.take(result)
    return Exposure(
        matter=matter.name,
        counts=tuple(by_name.values()),
        ceilings=ceilings,
        proceedings=tuple(groups),
        requests=requests,
        **trail.gathered,
    )


def _chosen(matter: Matter, charges: Collection[str] | None) -> list[Charge]:
    if charges is None:
        return list(matter.charges)
    known = [each.name for each in matter.charges]
    for name in charges:
        if name not in known:
            raise UsageError(f"expected a count of {matter.name}, found {name!r}; {instead(name, known)}")
    return [each for each in matter.charges if each.name in charges]


def _of_request(
    law: Law, matter: Matter, request: Request, by_name: Mapping[str, CountExposure]
) -> RequestExposure:
    trail = Trail(law)
    for said in doubts(request, REQUEST.format(request=request.name)):
        trail.doubt(said)
    put = [each for each in request.put_to_court if each in by_name]
    worded_put = ALL_PUT if len(request.put_to_court) == len(request.charges) else CONFINED
    trail.say(
        worded_put.format(
            put=len(request.put_to_court), charged=len(request.charges), by=request.confined_by or ""
        )
    )
    top = ceiling([by_name[each] for each in put])
    trail.take(top)
    counterparts, together = _counterparts(law, trail, matter, request, put)
    return RequestExposure(
        request=request.name,
        requesting=request.requesting,
        requested=request.requested,
        counts_charged=tuple(request.charges),
        put_to_court=tuple(request.put_to_court),
        confined_by=request.confined_by,
        ceiling=top,
        counterparts=counterparts,
        aggregate=together,
        **trail.gathered,
    )


def _counterparts(
    law: Law, trail: Trail, matter: Matter, request: Request, put: Sequence[str]
) -> tuple[tuple[CountExposure, ...], Aggregate | None]:
    """The counterparts of the counts put to the court, and what they make together."""
    found: list[CountExposure] = []
    maxima: list[Term] = []
    missing: list[str] = []
    for name in put:
        of_count = _counterparts_of(law, trail, matter, request, name)
        found.extend(of_count)
        heights = {each.maximum for each in of_count}
        only = heights.pop() if len(heights) == 1 else None
        if only is not None:
            maxima.append(only)
            continue
        missing.append(name)
        if not of_count:
            trail.say(NO_COUNTERPART.format(count=name, country=request.requested))
        elif heights:
            trail.say(SEVERAL_COUNTERPARTS.format(count=name, country=request.requested))
    if missing or not maxima:
        if found:
            trail.say(OPEN_AGGREGATE.format(counts=", ".join(missing)))
        return tuple(found), None
    together = aggregate(law, request.requested, maxima)
    trail.take(together)
    return tuple(found), together


def _counterparts_of(
    law: Law, trail: Trail, matter: Matter, request: Request, name: str
) -> list[CountExposure]:
    """What a person named as a count's offence in the requested state, with its figures there."""
    charge = next(each for each in matter.charges if each.name == name)
    found = []
    for each in matter.counterparts:
        if each.charge != name or law.book_of(each.provision).jurisdiction != request.requested:
            continue
        said = COUNTERPART.format(count=name, provision=each.provision, by=each.by, why=each.why)
        trail.say(said)
        trail.assume(NOT_SAME)
        for doubt in doubts(each, COUNTERPART_ITSELF.format(count=name, provision=each.provision)):
            trail.doubt(doubt)
        one = charge_exposure(law, matter, charge, provision=each.provision)
        trail.take(one)
        found.append(one)
    return found


__all__ = [
    "Ceiling", "CountExposure", "Exposure", "RequestExposure", "ceiling", "count_exposure", "exposure",
]  # fmt: skip
