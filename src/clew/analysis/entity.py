"""One entity and the reasons for it; all entities by size."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum, grouped_sums
from clew.analysis.answer import Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, LOWER_BOUND
from clew.analysis.flows import Flows, contains, flows_of
from clew.analysis.ranking import Ranking
from clew.analysis.rows import Rows, answer, page
from clew.analysis.together import about, mixed
from clew.ledger.columns import Array
from clew.ledger.control import Links
from clew.ledger.ledger import Ledger
from clew.schema import MAX_TRANSACTIONS, UNSPENT


def entity(ledger: Ledger, number: int, *, limit: int = 0, offset: int = 0) -> Answer:
    """The entity ``number`` (an id): its addresses, the links that join them, and what it moved.

    ``received`` and ``sent`` are gross sums over its addresses, what moved inside included;
    ``from_outside``, ``to_outside`` and ``fee`` are not. ``balance`` is what is unspent at the tip.
    ``links`` are all reasons on record, in chain order, also those that say nothing new. ``limit``
    and ``offset`` choose among addresses, links and tags; ``lists`` says how much of each is shown.
    """
    rows = Rows(ledger)
    flows = flows_of(ledger, np.array([number]))
    addresses = _addresses(rows, flows, page(len(flows.addresses), limit, offset))
    found = own_links(ledger, flows.addresses)
    count = len(found.a)
    links = [link_row(rows, found, row) for row in range(count)[page(count, limit, offset)]]
    tags = rows.tags.of_entity(number)
    result: dict[str, Any] = {
        **rows.card(number),
        **rows.tags.said(tags[page(len(tags), limit, offset)], tags),
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
            "links": list_status(len(links), count),
            "tags": list_status(len(tags[page(len(tags), limit, offset)]), len(tags)),
        },
    }
    parameters = {"entity": number, "address": result["address"], "limit": limit, "offset": offset}
    caveats = (*about(flows), *mixed(flows.kinds), *rows.tags.caveats, BLOCK_TIME)
    return answer(ledger, "entity", parameters, result, caveats)


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


def own_links(ledger: Ledger, addresses: Array) -> Links:
    """The links between ``addresses``, all those of some entities (ascending), in chain order."""
    links = ledger.control.links_of(addresses)
    return links.some(contains(addresses, links.a))


def link_row(rows: Rows, links: Links, row: int) -> dict[str, Any]:
    """One link: its addresses, where it stands, and by which rule."""
    rule = rows.ledger.rules[int(links.rule[row])]
    place = rows.place(int(links.transaction[row]))
    return {
        "a": rows.address(int(links.a[row])),
        "b": rows.address(int(links.b[row])),
        "txid": place["txid"],
        "height": place["height"],
        "time": place["time"],
        "rule": rule.name,
        "version": rule.version,
    }


def entities(ledger: Ledger, *, limit: int = 10, offset: int = 0) -> Answer:
    """How many entities there are, by size, and the largest ones with their balances."""
    rows = Rows(ledger)
    ranking = Ranking(ledger)
    total = ledger.counts["entities"]
    shown = page(total, limit, offset)
    chosen = ranking.page(shown.start, shown.stop)
    cards = rows.cards(chosen)
    result: dict[str, Any] = {
        "entities": total,
        "largest": [{**card, "balance": ledger.entity_totals(card["entity"])[2]} for card in cards],
        "by_size": ranking.by_size(),
        **list_status(len(chosen), total),
    }
    parameters = {"limit": limit, "offset": offset}
    return answer(ledger, "entities", parameters, result, (LOWER_BOUND, *rows.tags.caveats))


__all__ = ["entities", "entity", "link_row", "own_links"]
