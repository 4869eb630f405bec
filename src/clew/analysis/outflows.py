"""Where the money of entities went."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.analysis.amounts import grouped_sums
from clew.analysis.answer import NOTICE, Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, CONTROL
from clew.analysis.flows import MIXED as MIXED_KIND
from clew.analysis.flows import NO_ROW, Flows, flows_of
from clew.analysis.rows import Rows, answer, page
from clew.analysis.together import about, between, mixed
from clew.ledger.columns import Array, distinct_pairs
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS

_UNTAGGED: dict[str, Any] = {"tags": [], "tags_found": 0, "conflict": False}
_NOBODY: dict[str, Any] = {"address": None, "script_type": None, "entity": None, "size": None, **_UNTAGGED}


def outflows(
    ledger: Ledger,
    entities: Array,
    *,
    parameters: dict[str, Any],
    limit: int = 0,
    offset: int = 0,
) -> Answer:
    """All payments out of ``entities`` (distinct ascending ids), taken as one, in chain order.

    One row for each output to outside of a transaction whose inputs are all theirs; and one for each
    mixed transaction that cost them more than it paid them, with the net as value and no output or
    recipient, since these cannot be known. ``by_entity`` sums all outflows, shown or not, by the
    receiving entity, the largest sum first; ``payments`` counts transactions there. Entity None
    stands for those without a known recipient: mixed, and OP_RETURN. ``limit`` and ``offset`` choose
    among outflows and among receiving entities; ``lists`` says how much of each is shown. ``total.fee``
    is what own transactions left to miners. ``between`` is what moved from one of the entities to
    another; see ``clew.analysis.together``.
    """
    rows = Rows(ledger)
    flows = flows_of(ledger, entities)
    places, outputs, values = flows.outflows
    part = page(len(outputs), limit, offset)
    receivers = _by_entity(ledger, places, outputs, values)
    listed = receivers[page(len(receivers), limit, offset)]
    rows.tags.fetch(_receivers(ledger, outputs[part], [entity for entity, *_ in listed]))
    shown = [
        _outflow(rows, flows, *each)
        for each in zip(places[part].tolist(), outputs[part].tolist(), values[part].tolist(), strict=True)
    ]
    receivers_shown = [
        {**_card(rows, entity), "value": value, "payments": count} for entity, value, count in listed
    ]
    result: dict[str, Any] = {
        "entities": rows.cards(entities),
        "outflows": shown,
        "by_entity": receivers_shown,
        "total": {
            "outflows": len(outputs),
            "value": flows.to_outside,
            "fee": flows.fee,
            "mixed": int(np.count_nonzero(outputs == NO_ROW)),
        },
        "between": between(flows),
        "notice": NOTICE,
        "lists": {
            "outflows": list_status(len(shown), len(outputs)),
            "by_entity": list_status(len(receivers_shown), len(receivers)),
        },
        **list_status(len(shown), len(outputs)),
    }
    stated = {**parameters, "limit": limit, "offset": offset}
    caveats = (*about(flows), CONTROL, *mixed(flows.kinds[places]), *rows.tags.caveats, BLOCK_TIME)
    return answer(ledger, "outflows", stated, result, caveats)


def _outflow(rows: Rows, flows: Flows, row: int, output: int, value: int) -> dict[str, Any]:
    transaction = int(flows.transactions[row])
    found = {
        **rows.place(transaction),
        "vout": None,
        "value": value,
        "mixed": bool(flows.kinds[row] == MIXED_KIND),
        **_NOBODY,
    }
    if output == NO_ROW:
        return found
    address = int(rows.ledger.column("outputs.address")[output])
    owner = rows.entity_of(address)
    return found | {
        "vout": rows.index(output, transaction),
        "address": rows.address(address),
        "script_type": rows.script_type(output),
        "entity": owner,
        **({} if owner is None else {key: rows.card(owner)[key] for key in ("size", *_UNTAGGED)}),
    }


def _receivers(ledger: Ledger, outputs: Array, listed: list[int]) -> Array:
    """The entities that the answer shows, distinct and ascending."""
    addresses = ledger.column("outputs.address")[outputs[outputs != NO_ROW]]
    paid = ledger.column("entities.entity")[addresses[addresses != NO_ADDRESS]].astype(np.int64)
    return np.union1d(paid, np.array([each for each in listed if each != NO_ROW], np.int64))


def _by_entity(ledger: Ledger, places: Array, outputs: Array, values: Array) -> list[tuple[int, int, int]]:
    """Receiving entity (or NO_ROW), value and number of transactions, the largest value first."""
    owners = np.full(len(outputs), NO_ROW)
    named = np.flatnonzero(outputs != NO_ROW)
    addresses = ledger.column("outputs.address")[outputs[named]]
    named, addresses = named[addresses != NO_ADDRESS], addresses[addresses != NO_ADDRESS]
    owners[named] = ledger.column("entities.entity")[addresses]
    entities, groups = np.unique(owners, return_inverse=True)
    sums = grouped_sums(groups, values, len(entities))
    # Each transaction counts once for an entity, however many outputs pay it.
    pairs, _ = distinct_pairs(groups, places)
    counts = np.bincount(pairs[0], minlength=len(entities))
    found = zip(entities.tolist(), sums.tolist(), counts.tolist(), strict=True)
    return sorted(found, key=lambda each: -each[1])


def _card(rows: Rows, entity: int) -> dict[str, Any]:
    return (
        {"entity": None, "size": None, "address": None, **_UNTAGGED}
        if entity == NO_ROW
        else rows.card(entity)
    )


__all__ = ["outflows"]
