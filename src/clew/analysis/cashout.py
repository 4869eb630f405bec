"""Where the money of entities went, by destination: in one step, and followed under each policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.answer import NOTICE, Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, COINJOIN, CONTROL
from clew.analysis.flows import NO_ROW, Flows, contains, flows_of
from clew.analysis.holders import PLAIN, SERVICE, UNKNOWN_HOLDER, Holders
from clew.analysis.hours import CLOCK, hours
from clew.analysis.months import time_zone, times_of, zone_name
from clew.analysis.prices import Values
from clew.analysis.rows import Rows, answer, page
from clew.analysis.together import about, between, mixed
from clew.analysis.trace.policies import ENDS, FEE
from clew.analysis.trace.sources import find_coins
from clew.analysis.trace.stops import Stops
from clew.analysis.trace.traced import Traced, follow
from clew.analysis.trace.traces import Question, limit_of
from clew.analysis.trace.walk import Limits, Progress
from clew.analysis.trace.words import CHANGED, CONVENTIONS, LEDGER_ONLY, SET
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS

KINDS = {PLAIN: "plain", SERVICE: "service", UNKNOWN_HOLDER: "holder"}
"""What a receiving entity is: an attributed service, an unknown holder that looks like one, or neither."""

NOBODY, UNNAMED, OWN = "nobody", "mixed", "own"
"""Who is no entity: an output that pays nobody, a mixed transaction, which names no recipient, and the
entities asked about themselves."""

DIRECT = (
    "direct is what left the entities in one step, without a policy. A plain entity may be theirs too: "
    "change that no rule knows as such, or a wallet of their own that no rule joins with them."
)
_NAMED = ("service", "holder")
_BY_OWNER = (*_NAMED, "unspent")
_UNTAGGED: dict[str, Any] = {"tags": [], "tags_found": 0, "conflict": False}


@dataclass
class _Place:
    """One destination: what it is and whose, and what it got under each policy."""

    end: str
    kind: str | None
    entity: int | None
    under: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """The most that a policy gives it; of sets only, the number of coins."""
        amounts = [int(each["taint"]) for each in self.under.values() if each["taint"] is not None]
        return max(amounts) if amounts else max(int(each["coins"]) for each in self.under.values())


def cashout(
    ledger: Ledger,
    entities: Array,
    question: Question,
    *,
    parameters: dict[str, Any],
    limit: int = 0,
    offset: int = 0,
    tz: str | tzinfo = "UTC",
    values: Values | None = None,
    memory: int | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Answer:
    """Where what ``entities`` (distinct ascending ids) received from outside went, taken as one.

    ``direct``: what they paid out, by receiving entity, which is exact and rests on no policy; with fees and
    what is held it adds up to all they received. ``destinations``: the same money followed on by each policy
    of ``question``, by where it ended: services and unknown holders each by itself, entities that hold it
    unspent each by itself, and one row for each other end. ``services`` sums both by the name of the
    service. ``hours``: when they signed. ``limit`` and ``offset`` choose among direct receivers and
    destinations. Raises UsageError, NotFoundError.
    """
    zone = time_zone(tz)
    rows, flows = Rows(ledger), flows_of(ledger, entities)
    # They are no stop on their own way.
    stops = Stops(ledger, never=entities.tolist())
    holders = stops.holders or Holders(ledger)
    direct = _direct(rows, holders, flows, values)
    coins = find_coins(ledger, [f"entity:{each}" for each in entities.tolist()])
    limits = Limits(question.hops, limit_of(ledger, question), question.least)
    traces = [
        follow(ledger, coins, policy, backward=False, limits=limits, stops=stops, memory=memory, tell=tell)
        for policy in question.policies
    ]
    found = sorted(
        _destinations(ledger, entities, traces, values),
        key=lambda each: (-each.most, each.end, each.entity or 0),
    )
    shown = found[page(len(found), limit, offset)]
    receivers = direct[page(len(direct), limit, offset)]
    result: dict[str, Any] = {
        "entities": rows.cards(entities),
        "direct": [_named(rows, holders, each) for each in receivers],
        "destinations": [
            _named(rows, holders, {"end": each.end, "kind": each.kind, "entity": each.entity})
            | {
                "under": [each.under[policy] for policy in question.policies],
                "range": _span(each.under.values()),
            }
            for each in shown
        ],
        "services": _services(holders, direct, found, question.policies),
        "total": {
            "received": flows.from_outside,
            "sent": flows.to_outside,
            "fee": flows.fee,
            "held": flows.held,
            "overwritten": flows.overwritten,
            "unspendable": flows.unspendable,
            "by_kind": _by_kind(direct),
            "coins": len(coins.outputs),
            "followed": coins.value,
        },
        "hours": hours(flows, zone),
        "between": between(flows),
        "notice": NOTICE,
        "lists": {
            "direct": list_status(len(receivers), len(direct)),
            "destinations": list_status(len(shown), len(found)),
        },
    }
    stated = {
        **parameters,
        "policies": list(question.policies),
        "hops": question.hops,
        "height": question.height,
        "least": question.least,
        "limit": limit,
        "offset": offset,
        "tz": zone_name(zone),
        **(values.parameters if values else {}),
    }
    sets = sum(trace.is_set for trace in traces)
    caveats = (
        *about(flows),
        DIRECT,
        *((CONVENTIONS,) if sets < len(traces) else ()),
        *((SET,) if sets else ()),
        CHANGED,
        LEDGER_ONLY,
        CONTROL,
        *((COINJOIN,) if any(each.end == "coinjoin" for each in found) else ()),
        *mixed(flows.kinds),
        CLOCK,
        *rows.tags.caveats,
        *(values.caveats if values else ()),
        BLOCK_TIME,
    )
    return answer(ledger, "cashout", stated, result, caveats)


def owners_of(ledger: Ledger, outputs: Array) -> Array:
    """The entity of each output (int64); -1 where it pays nobody."""
    addresses = ledger.column("outputs.address")[outputs]
    owners = np.full(len(outputs), NO_ROW, np.int64)
    paid = np.flatnonzero(addresses != NO_ADDRESS)
    owners[paid] = ledger.column("entities.entity")[addresses[paid].astype(np.int64)]
    return owners


def _direct(rows: Rows, holders: Holders, flows: Flows, values: Values | None) -> list[dict[str, Any]]:
    """What went to each receiving entity in one step, the largest sum first."""
    places, outputs, amounts = flows.outflows
    times = times_of(flows.ledger, flows.transactions[places])
    named = outputs != NO_ROW
    owners = np.full(len(outputs), NO_ROW, np.int64)
    owners[named] = owners_of(flows.ledger, outputs[named])
    holders.find(np.unique(owners[owners != NO_ROW]))
    found = []
    for is_named in (True, False):
        these = np.flatnonzero(named == is_named)
        for entity, rows_of in _groups(owners[these]):
            chosen = these[rows_of]
            kind = KINDS[holders.of(entity).kind] if entity != NO_ROW else NOBODY if is_named else UNNAMED
            row: dict[str, Any] = {
                "kind": kind,
                "entity": None if entity == NO_ROW else entity,
                "value": exact_sum(amounts[chosen]),
                "payments": len(np.unique(places[chosen])),
                "first": int(times[chosen].min()),
                "last": int(times[chosen].max()),
            }
            if values:
                row["values"] = values.totals(_pairs(times[chosen], amounts[chosen]))
            found.append(row)
    return sorted(found, key=lambda row: (-row["value"], row["kind"], row["entity"] or 0))


def _groups(keys: Array) -> Iterator[tuple[int, Array]]:
    """Each key once, ascending, with the places at which it stands, ascending."""
    order = np.argsort(keys, kind="stable")
    firsts = np.flatnonzero(np.diff(keys[order], prepend=keys[order[:1]] - 1))
    for part in np.split(order, firsts[1:]) if len(order) else ():
        yield int(keys[part[0]]), part


def _by_kind(direct: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums of what went out in one step, by what the receiver is."""
    sums: dict[str, list[int]] = {}
    for row in direct:
        known = sums.setdefault(row["kind"], [0, 0])
        known[0] += 1
        known[1] += row["value"]
    return [
        {"kind": kind, "receivers": sums[kind][0], "value": sums[kind][1]}
        for kind in (*KINDS.values(), UNNAMED, NOBODY)
        if kind in sums
    ]


def _destinations(
    ledger: Ledger, own: Array, traces: Sequence[Traced], values: Values | None
) -> list[_Place]:
    """Where the money ended under each policy."""
    found: dict[tuple[str, int | None], _Place] = {}
    for trace in traces:
        for number, end in enumerate(ENDS):
            ended = np.flatnonzero(trace.end == number)
            if end is None or not len(ended):
                continue
            owners = owners_of(ledger, trace.coin[ended])
            keys = owners if end in _BY_OWNER else np.full(len(ended), NO_ROW, np.int64)
            keys[contains(own, owners) & (keys != NO_ROW)] = own[0]
            times = times_of(ledger, ledger.transactions_of_outputs(trace.coin[ended]))
            for key, coins in _groups(keys):
                entity = None if key == NO_ROW else key
                place = found.setdefault((end, entity), _Place(end, _kind(end, entity, own), entity))
                place.under[trace.policy] = _under(trace, trace.taint[ended[coins]], times[coins], values)
        fees = np.flatnonzero(trace.fee)
        if len(fees):
            times = times_of(ledger, trace.transactions[fees])
            place = found.setdefault((FEE, None), _Place(FEE, None, None))
            place.under[trace.policy] = _under(trace, trace.fee[fees], times, values)
    for place in found.values():
        for trace in traces:
            if trace.policy not in place.under:
                none = np.empty(0, np.int64)
                place.under[trace.policy] = _under(trace, none, none, values)
    return [*found.values()]


def _services(
    holders: Holders, direct: Sequence[dict[str, Any]], found: Sequence[_Place], policies: Sequence[str]
) -> list[dict[str, Any]]:
    """What each attributed service got, in one step and under each policy, over all its entities."""
    services: dict[str, dict[str, Any]] = {}

    def of(entity: int) -> dict[str, Any]:
        surest = holders.of(entity).stated[0]
        name = str(surest.holder)
        if name not in services:
            under = [{"policy": policy, "coins": 0, "taint": 0} for policy in policies]
            row = {"service": name, "label": surest.tag.label, "entities": set(), "direct": 0, "under": under}
            services[name] = row
        services[name]["entities"].add(entity)
        return services[name]

    for row in direct:
        if row["kind"] == KINDS[SERVICE]:
            of(row["entity"])["direct"] += row["value"]
    for place in found:
        if place.end != "service" or place.entity is None:
            continue
        for sums in of(place.entity)["under"]:
            got = place.under[sums["policy"]]
            sums["coins"] += got["coins"]
            sums["taint"] = None if got["taint"] is None else sums["taint"] + got["taint"]
    rows = [
        {**row, "entities": len(row["entities"]), "range": _span(row["under"])} for row in services.values()
    ]
    return sorted(
        rows, key=lambda row: (-row["direct"], -(row["range"] or {"most": 0})["most"], row["service"])
    )


def _kind(end: str, entity: int | None, own: Array) -> str | None:
    if entity is None:
        return None
    if bool(contains(own, np.array([entity]))[0]):
        return OWN
    return end if end in _NAMED else KINDS[PLAIN]


def _under(trace: Traced, taint: Array, times: Array, values: Values | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "policy": trace.policy,
        "coins": len(taint),
        "taint": None if trace.is_set else exact_sum(taint),
    }
    if values:
        row["values"] = [] if trace.is_set else values.totals(_pairs(times, taint))
    return row


def _pairs(times: Array, amounts: Array) -> list[tuple[int, int]]:
    return [*zip(times.tolist(), amounts.tolist(), strict=True)]


def _span(under: Iterable[dict[str, Any]]) -> dict[str, int] | None:
    """The least and the most under the policies that state amounts: a range of conventions, not bounds."""
    stated = [each["taint"] for each in under if each["taint"] is not None]
    return {"least": min(stated), "most": max(stated)} if stated else None


def _named(rows: Rows, holders: Holders, row: dict[str, Any]) -> dict[str, Any]:
    """A row with the card of its entity, and for an unknown holder what it looks like."""
    entity = row["entity"]
    if entity is None:
        return {**row, "size": None, "address": None, **_UNTAGGED, "why": []}
    card = rows.card(entity)
    why = holders.of(entity).why if row["kind"] == KINDS[UNKNOWN_HOLDER] else ()
    return {**row, **card, "why": [*why]}


__all__ = ["CLOCK", "DIRECT", "cashout", "owners_of"]
