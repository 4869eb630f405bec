"""One entity and the reasons for it; all entities by size."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum, grouped_sums
from clew.analysis.answer import Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, ENTITY_ERROR, LOWER_BOUND
from clew.analysis.flows import RECEIVING, Flows, flows_of
from clew.analysis.rows import Rows, answer, page
from clew.analysis.together import about, mixed
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS, UNSPENT

_ROWS_AT_ONCE = 1 << 22


def entity(ledger: Ledger, number: int, *, limit: int = 0, offset: int = 0) -> Answer:
    """The entity ``number`` (an id): its addresses, the links that join them, and what it moved.

    ``received`` and ``sent`` are gross sums over its addresses, what moved inside included;
    ``from_outside``, ``to_outside`` and ``fee`` are not. ``balance`` is what is unspent at the tip.
    ``links`` are all reasons on record, in chain order, also those that say nothing new. ``limit``
    and ``offset`` choose among addresses and among links; ``lists`` says how much of each is shown.
    """
    rows = Rows(ledger)
    flows = flows_of(ledger, np.array([number]))
    addresses = _addresses(rows, flows, page(len(flows.addresses), limit, offset))
    found = _link_rows(ledger, flows)
    links = [_link(rows, row) for row in found[page(len(found), limit, offset)].tolist()]
    result: dict[str, Any] = {
        **rows.card(number),
        "lower_bound": True,
        "received": exact_sum(flows.values),
        "sent": flows.total(flows.spent_by < MAX_TRANSACTIONS),
        "balance": flows.held,
        "overwritten": flows.overwritten,
        "unspendable": flows.unspendable,
        "from_outside": flows.from_outside,
        "to_outside": flows.to_outside,
        "fee": flows.fee,
        "first": rows.moment(int(flows.transactions[0])),
        "last": rows.moment(int(flows.transactions[-1])),
        "addresses": addresses,
        "links": links,
        "lists": {
            "addresses": list_status(len(addresses), len(flows.addresses)),
            "links": list_status(len(links), len(found)),
        },
    }
    parameters = {"entity": number, "address": result["address"], "limit": limit, "offset": offset}
    caveats = (*about(flows), *mixed(flows.kinds), BLOCK_TIME)
    return answer(ledger, "entity", parameters, result, caveats, ENTITY_ERROR)


def _addresses(rows: Rows, flows: Flows, shown: slice) -> list[dict[str, Any]]:
    owners = np.searchsorted(flows.addresses, rows.ledger.column("outputs.address")[flows.outputs])
    count = len(flows.addresses)
    received = grouped_sums(owners, flows.values, count)
    unspent = flows.spent_by == UNSPENT
    balance = grouped_sums(owners[unspent], flows.values[unspent], count)
    columns = (flows.addresses[shown].tolist(), received[shown].tolist(), balance[shown].tolist())
    return [
        {"address": rows.address(number), "id": number, "received": paid, "balance": left}
        for number, paid, left in zip(*columns, strict=True)
    ]


def _link_rows(ledger: Ledger, flows: Flows) -> Array:
    """Rows of the links between addresses of one entity: they stand in transactions it signed."""
    linked = ledger.column("links.transaction")
    signed = flows.transactions[flows.kinds != RECEIVING].astype(linked.dtype)
    starts = np.searchsorted(linked, signed)
    return expand(starts, np.searchsorted(linked, signed, "right") - starts)


def _link(rows: Rows, row: int) -> dict[str, Any]:
    ledger = rows.ledger
    rule = ledger.manifest.rules[int(ledger.column("links.rule")[row])]
    place = rows.place(int(ledger.column("links.transaction")[row]))
    return {
        "a": rows.address(int(ledger.column("links.a")[row])),
        "b": rows.address(int(ledger.column("links.b")[row])),
        "txid": place["txid"],
        "height": place["height"],
        "time": place["time"],
        "rule": rule.name,
        "version": rule.version,
    }


def entities(ledger: Ledger, *, limit: int = 10, offset: int = 0) -> Answer:
    """How many entities there are, by size, and the largest ones with their balances."""
    sizes = ledger.column("entity_list.size")
    rows = Rows(ledger)
    shown = page(len(sizes), limit, offset)
    chosen = ledger.column("entity_list.entity")[_largest(sizes, shown.stop)[shown.start :]]
    result: dict[str, Any] = {
        "entities": len(sizes),
        "largest": [{**rows.card(number), "balance": _balance(ledger, number)} for number in chosen.tolist()],
        "by_size": _by_size(sizes),
        **list_status(len(chosen), len(sizes)),
    }
    parameters = {"limit": limit, "offset": offset}
    return answer(ledger, "entities", parameters, result, (LOWER_BOUND,), ENTITY_ERROR)


def _largest(sizes: Array, count: int) -> Array:
    """Rows of the ``count`` largest entities, the larger first, then the smaller id."""
    best = np.empty(0, np.int64)
    for start in range(0, len(sizes) if count else 0, _ROWS_AT_ONCE):
        part = sizes[start : start + _ROWS_AT_ONCE]
        least = sizes[best[-1]] if len(best) == count else 0
        best = np.concatenate([best, start + np.flatnonzero(part > least)])
        best = best[np.lexsort((best, -sizes[best].astype(np.int64)))][:count]
    return best


def _by_size(sizes: Array) -> list[dict[str, int]]:
    """How many entities of 1 address, of 2 to 9, of 10 to 99 and so on, and their addresses."""
    most = int(sizes.max()) if len(sizes) else 0
    edges = [1, 2]
    while edges[-1] <= most:
        edges.append(edges[-1] * 10 if edges[-1] > 2 else 10)
    counts, members = np.zeros(len(edges), np.int64), np.zeros(len(edges), np.int64)
    for start in range(0, len(sizes), _ROWS_AT_ONCE):
        part = sizes[start : start + _ROWS_AT_ONCE].astype(np.int64)
        bins = np.searchsorted(edges, part, "right") - 1
        counts += np.bincount(bins, minlength=len(edges))
        np.add.at(members, bins, part)
    return [
        {"size_from": low, "size_to": high - 1, "entities": int(count), "addresses": int(held)}
        for low, high, count, held in zip(edges, edges[1:], counts, members, strict=False)
    ]


def _balance(ledger: Ledger, number: int) -> int:
    outputs = ledger.outputs_of_addresses(ledger.members(number))
    unspent = ledger.column("spends.spent_by")[outputs] == UNSPENT
    return exact_sum(ledger.column("outputs.value")[outputs[unspent]])


__all__ = ["entities", "entity"]
