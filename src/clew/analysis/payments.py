"""The register of every payment into entities from outside them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.answer import NOTICE, Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, COINJOIN, PAYERS
from clew.analysis.chosen import BY_TIME, EVERY, SORTS, Choice
from clew.analysis.detectors import any_coinjoin, coinjoin_rule
from clew.analysis.flows import MIXED as MIXED_KIND
from clew.analysis.flows import Flows, contains, flows_of, input_addresses
from clew.analysis.months import calendar, time_zone, times_of, zone_name
from clew.analysis.prices import Values
from clew.analysis.rows import Rows, answer, page
from clew.analysis.together import about, between, mixed
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, expand
from clew.schema import FLAG_COINBASE


def payments(
    ledger: Ledger,
    entities: Array,
    *,
    parameters: dict[str, Any],
    limit: int = 0,
    offset: int = 0,
    tz: str | tzinfo = "UTC",
    choice: Choice = EVERY,
    values: Values | None = None,
    sort: str = BY_TIME,
) -> Answer:
    """All payments into ``entities`` (distinct ascending ids), taken as one, in chain order.

    A payment is a transaction without inputs of theirs that pays them; ``value`` is what it pays
    them, ``outputs`` where. A mixed one has inputs of theirs too and pays them net. ``payers`` are
    the other entities whose addresses stand among the inputs: none for a coinbase, perhaps several
    for a coinjoin. ``total`` is over all payments chosen, shown or not: how many, satoshi, how many from
    coinbases, how many mixed, how many distinct paying entities; ``months`` is the same by month of block
    time in the zone ``tz``, and ``all`` counts payments whether chosen or not. With ``values``, each
    payment has its value at its time, and totals add them. ``sort``: of SORTS. ``between`` is what moved
    from one of the entities to another; see ``clew.analysis.together``. Raises UsageError.
    """
    zone = time_zone(tz)
    rows = Rows(ledger)
    flows = flows_of(ledger, entities)
    listed = choice.of(flows, zone)
    paying = flows.transactions[listed]
    part = _order(flows.net[listed], sort)[page(len(paying), limit, offset)]
    payers = _Payers(rows, paying, entities)
    rows.tags.fetch(payers.within(part))
    shown = [_payment(rows, flows, int(listed[place]), payers.of(place), values) for place in part.tolist()]
    flags = ledger.column("transactions.flags")[paying]
    moves = [*zip(times_of(ledger, paying).tolist(), flows.net[listed].tolist(), strict=True)]
    result: dict[str, Any] = {
        "entities": rows.cards(entities),
        "payments": shown,
        "total": {
            "payments": len(paying),
            "value": exact_sum(flows.net[listed]),
            "coinbase": int(np.count_nonzero(flags & FLAG_COINBASE)),
            "mixed": int(np.count_nonzero(flows.kinds[listed] == MIXED_KIND)),
            "payers": payers.count,
        },
        "values": values.totals(moves) if values else [],
        "months": _months(moves, zone, values),
        "all": {"payments": len(flows.payment_rows), "value": flows.from_outside},
        "between": between(flows),
        "notice": NOTICE,
        **list_status(len(shown), len(paying)),
    }
    stated = {
        **parameters,
        "limit": limit,
        "offset": offset,
        "tz": zone_name(zone),
        **choice.parameters,
        **({"sort": sort} if sort != BY_TIME else {}),
        **(values.parameters if values else {}),
    }
    caveats = (
        *about(flows),
        *((_chosen(len(listed), len(flows.payment_rows)),) if choice.parameters else ()),
        *((PAYERS,) if payers.count else ()),
        *mixed(flows.kinds[listed]),
        *((COINJOIN,) if any_coinjoin(ledger, paying) else ()),
        *rows.tags.caveats,
        *(values.caveats if values else ()),
        BLOCK_TIME,
    )
    return answer(ledger, "payments", stated, result, caveats)


def _order(amounts: Array, sort: str) -> Array:
    """Places of payments in the order to be shown. Raises UsageError."""
    if sort not in SORTS:
        raise UsageError(f"sort {sort!r}: expected one of {', '.join(SORTS)}")
    if sort == BY_TIME:
        return np.arange(len(amounts))
    order: Array = np.argsort(-amounts, kind="stable")
    return order


def _chosen(chosen: int, all_of_them: int) -> str:
    return (
        f"Only the payments that were asked for are listed and summed: {chosen:,} of {all_of_them:,} "
        "(see parameters)."
    )


def _months(moves: list[tuple[int, int]], zone: tzinfo, values: Values | None) -> list[dict[str, Any]]:
    """Payments by month: how many, satoshi, and what they were worth."""
    if not moves:
        return []
    times = np.array([time for time, _ in moves], np.int64)
    names, edges = calendar(times, zone)
    own: list[list[tuple[int, int]]] = [[] for _ in names]
    for place, move in zip((np.searchsorted(edges, times, "right") - 1).tolist(), moves, strict=True):
        own[place].append(move)
    return [
        {
            "month": name,
            "payments": len(each),
            "value": sum(satoshi for _, satoshi in each),
            **({"values": values.totals(each)} if values else {}),
        }
        for name, each in zip(names, own, strict=True)
    ]


class _Payers:
    """Who stands among the inputs of each paying transaction, without the paid entities."""

    def __init__(self, rows: Rows, paying: Array, paid: Array) -> None:
        self.rows = rows
        places, addresses = input_addresses(rows.ledger, paying)
        owners = rows.ledger.column("entities.entity")[addresses]
        outside = ~contains(paid, owners)
        self._addresses, self._owners = addresses[outside], owners[outside]
        self._starts = np.searchsorted(places[outside], np.arange(len(paying) + 1))
        self.count = len(np.unique(self._owners))

    def within(self, part: Array) -> Array:
        """Paying entities of some transactions (places), distinct and ascending."""
        starts = self._starts[part]
        return np.unique(self._owners[expand(starts, self._starts[part + 1] - starts)]).astype(np.int64)

    def of(self, place: int) -> list[dict[str, Any]]:
        """Paying entities with their paying addresses, by entity id, of one transaction."""
        span = slice(int(self._starts[place]), int(self._starts[place + 1]))
        pairs = sorted(set(zip(self._owners[span].tolist(), self._addresses[span].tolist(), strict=True)))
        return [self._payer(owner, [a for o, a in pairs if o == owner]) for owner in _distinct(pairs)]

    def _payer(self, owner: int, addresses: list[int]) -> dict[str, Any]:
        card = self.rows.card(owner)
        texts = [self.rows.address(each) for each in addresses]
        said = {key: card[key] for key in ("tags", "tags_found", "conflict")}
        return {"entity": owner, "size": card["size"], "addresses": texts, **said}


def _distinct(pairs: Iterable[tuple[int, int]]) -> list[int]:
    return list(dict.fromkeys(owner for owner, _ in pairs))


def _payment(
    rows: Rows, flows: Flows, row: int, payers: list[dict[str, Any]], values: Values | None
) -> dict[str, Any]:
    ledger = rows.ledger
    transaction = int(flows.transactions[row])
    span = np.searchsorted(flows.made_in, [transaction, transaction + 1])
    coinjoin = coinjoin_rule(ledger, transaction)
    own = flows.outputs[span[0] : span[1]].tolist()
    place = rows.place(transaction)
    return {
        **place,
        "value": int(flows.net[row]),
        **({"values": values.of(int(flows.net[row]), place["time"])} if values else {}),
        "mixed": bool(flows.kinds[row] == MIXED_KIND),
        "coinbase": bool(ledger.column("transactions.flags")[transaction] & FLAG_COINBASE),
        "coinjoin": coinjoin is not None,
        "coinjoin_rule": coinjoin,
        "outputs": [
            {
                "vout": rows.index(output, transaction),
                "address": rows.address(int(ledger.column("outputs.address")[output])),
                "value": int(ledger.column("outputs.value")[output]),
            }
            for output in own
        ],
        "payers": payers,
    }


__all__ = ["payments"]
