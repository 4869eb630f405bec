"""The register of every payment into entities from outside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clew.analysis.answer import NOTICE, Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, COINJOIN, PAYERS
from clew.analysis.detectors import any_coinjoin, coinjoin_rule
from clew.analysis.flows import MIXED as MIXED_KIND
from clew.analysis.flows import Flows, contains, flows_of, input_addresses
from clew.analysis.rows import Rows, answer, page
from clew.analysis.together import about, between, mixed
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import FLAG_COINBASE


def payments(
    ledger: Ledger,
    entities: Array,
    *,
    parameters: dict[str, Any],
    limit: int = 0,
    offset: int = 0,
) -> Answer:
    """All payments into ``entities`` (distinct ascending ids), taken as one, in chain order.

    A payment is a transaction without inputs of theirs that pays them; ``value`` is what it pays
    them, ``outputs`` where. A mixed one has inputs of theirs too and pays them net. ``payers`` are
    the other entities whose addresses stand among the inputs: none for a coinbase, perhaps several
    for a coinjoin. ``total`` is over all payments, shown or not: how many, satoshi, how many from
    coinbases, how many mixed, how many distinct paying entities. ``between`` is what moved from one
    of the entities to another; see ``clew.analysis.together``.
    """
    rows = Rows(ledger)
    flows = flows_of(ledger, entities)
    paying = flows.transactions[flows.payment_rows]
    part = page(len(paying), limit, offset)
    payers = _Payers(rows, paying, entities)
    rows.tags.fetch(payers.within(part))
    shown = [
        _payment(rows, flows, row, payers.of(place))
        for place, row in zip(range(len(paying))[part], flows.payment_rows[part].tolist(), strict=True)
    ]
    flags = ledger.column("transactions.flags")[paying]
    result: dict[str, Any] = {
        "entities": rows.cards(entities),
        "payments": shown,
        "total": {
            "payments": len(paying),
            "value": flows.from_outside,
            "coinbase": int(np.count_nonzero(flags & FLAG_COINBASE)),
            "mixed": int(np.count_nonzero(flows.kinds[flows.payment_rows] == MIXED_KIND)),
            "payers": payers.count,
        },
        "between": between(flows),
        "notice": NOTICE,
        **list_status(len(shown), len(paying)),
    }
    stated = {**parameters, "limit": limit, "offset": offset}
    caveats = (
        *about(flows),
        *((PAYERS,) if payers.count else ()),
        *mixed(flows.kinds[flows.payment_rows]),
        *((COINJOIN,) if any_coinjoin(ledger, paying) else ()),
        *rows.tags.caveats,
        BLOCK_TIME,
    )
    return answer(ledger, "payments", stated, result, caveats)


_NOBODY: Array = np.empty(0, np.int64)


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

    def within(self, part: slice) -> Array:
        """Paying entities of some transactions, distinct and ascending."""
        bounds = self._starts[:-1][part], self._starts[1:][part]
        return np.unique(self._owners[int(bounds[0][0]) : int(bounds[1][-1])]) if len(bounds[0]) else _NOBODY

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


def _payment(rows: Rows, flows: Flows, row: int, payers: list[dict[str, Any]]) -> dict[str, Any]:
    ledger = rows.ledger
    transaction = int(flows.transactions[row])
    span = np.searchsorted(flows.made_in, [transaction, transaction + 1])
    coinjoin = coinjoin_rule(ledger, transaction)
    own = flows.outputs[span[0] : span[1]].tolist()
    return {
        **rows.place(transaction),
        "value": int(flows.net[row]),
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
