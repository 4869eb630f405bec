"""Flows between two sets of entities: the one of fewest transactions, and the widest.

A flow is a chain of transactions: the first spends coins of A, each next one spends coins that the one
before it made, and the last pays B. Its *width* is the smallest sum of coins on the way: those of A that
the first spends, those that pass from one transaction to the next, and those that reach B. No more than
this can have gone that way; how much did is a matter of convention (``clew trace``).

A flow never passes a coin that a service or an unknown holder held, nor a coinjoin, since both hold other
people's coins too: a chain through them connects nobody.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from clew.analysis.answer import COMPLETE, CUT, NONE_FOUND, NOTICE, Answer
from clew.analysis.caveats import BLOCK_TIME, LOWER_BOUND
from clew.analysis.detectors import coinjoin_rule
from clew.analysis.holders import PLAIN, Holders
from clew.analysis.roads import HOPS, MOST, MOST_HOPS, Limits, Roads, roads, routes
from clew.analysis.rows import Rows, answer
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger

MOST_COINS = 50
"""Coins of a step that are shown; how many there are is stated."""

SEVERAL = (
    "Entities of one side are taken together because they were named together: no rule joins them, and they "
    "may belong to different people."
)
FLOW = (
    "A flow is a chain of coins, each spent in the next transaction. Other coins join and leave at each of "
    "them: that the chain exists does not show that the same money went along it, nor that anybody meant "
    "it to."
)
THROUGH = (
    "Flows were let through services, unknown holders or coinjoins: these hold many people's coins "
    "together, so such a flow connects nobody. Each is marked."
)
SERVICE_ENDS = (
    "One side is a service, or looks like one: what it pays out is not what those who paid it put in, so a "
    "flow from it is nobody else's, and a flow to it ends with whoever has the account there."
)
UNTAGGED = (
    "A service that nobody has tagged, and that does not look like one, may stand between: the flow then "
    "connects nobody, and nothing here shows it."
)

HOLDERS = (None, "service", "unknown holder")
"""Kinds of holders in words, by number."""


def paths(
    ledger: Ledger, a: Array, b: Array, *, parameters: dict[str, Any], limits: Limits | None = None
) -> Answer:
    """The flows from entities ``a`` to entities ``b`` and back (distinct ascending ids).

    ``a_to_b`` and ``b_to_a`` each hold ``shortest`` (fewest transactions; of several the widest, then the
    earliest) and ``widest`` (of several the shortest, then the earliest); None where there is none within
    the limits. ``status`` is complete, none found, or cut, and ``cut_by`` says by what; ``is_exact`` says of
    a flow whether a shorter (a wider) one is excluded. ``not_followed`` counts what was left out because
    it is nobody's flow. Raises UsageError where the sets share an entity, or for impossible limits.
    """
    limits = limits or Limits()
    limits.check()
    shared = np.intersect1d(a, b)
    if len(shared):
        raise UsageError(
            f"expected two sets without an entity in common, found entity {shared[0]} in both; no flow leads "
            "from an entity to itself (clew explain tells why two addresses are one entity)"
        )
    rows, holders = Rows(ledger), Holders(ledger)
    there, back = (roads(ledger, holders, *each, limits) for each in ((a, b), (b, a)))
    result: dict[str, Any] = {
        "a": rows.cards(a),
        "b": rows.cards(b),
        "a_to_b": _direction(rows, holders, there, limits),
        "b_to_a": _direction(rows, holders, back, limits),
        "notice": NOTICE,
    }
    stated = {
        **parameters,
        "hops": limits.hops,
        "most": limits.most,
        "since": limits.since,
        "until": limits.until,
        "through_services": limits.through_services,
    }
    caveats = (
        *((SEVERAL,) if max(len(a), len(b)) > 1 else ()),
        LOWER_BOUND,
        FLOW,
        *((SERVICE_ENDS,) if (holders.kinds(np.concatenate([a, b])) != PLAIN).any() else ()),
        UNTAGGED,
        *((THROUGH,) if limits.through_services else ()),
        *rows.tags.caveats,
        BLOCK_TIME,
    )
    return answer(ledger, "paths", stated, result, caveats)


def _direction(rows: Rows, holders: Holders, found: Roads, limits: Limits) -> dict[str, Any]:
    """One direction of an answer."""
    best = routes(found, limits.hops)
    status = CUT if found.cut_by else COMPLETE if best.shortest else NONE_FOUND
    exact = best.shortest is not None and len(best.shortest) <= found.whole
    return {
        "status": status,
        "cut_by": list(found.cut_by),
        "looked_at": found.looked,
        "searched_whole": found.whole,
        "not_followed": dict(found.left_out),
        "arrivals": best.arrivals,
        "shortest": _flow(rows, holders, found, best.shortest, exact),
        "widest": _flow(rows, holders, found, best.widest, not found.cut_by),
    }


def _flow(
    rows: Rows, holders: Holders, found: Roads, chain: list[int] | None, exact: bool
) -> dict[str, Any] | None:
    """A flow as it is shown: ``chain`` is its transactions, as places in ``found.transactions``."""
    if chain is None:
        return None
    numbers = [int(found.transactions[each]) for each in chain]
    coins = [found.entry_coins(chain[0])]
    coins += [found.passing(*pair) for pair in pairwise(chain)]
    coins.append(found.exit_coins(chain[-1]))
    values = [int(rows.ledger.column("outputs.value")[each].sum()) for each in coins]
    width = min(values)
    steps = [
        _step(rows, holders if number != numbers[-1] else None, number, spent, made)
        for number, spent, made in zip(numbers, coins, coins[1:], strict=False)
    ]
    first, last = steps[0], steps[-1]
    return {
        "transactions": len(steps),
        "width": width,
        "narrowest": values.index(width),
        "seconds": last["median_time"] - first["median_time"],
        "is_exact": exact,
        "is_marked": any(step["coinjoin_rule"] or step["held_by"] for step in steps),
        "start": _coins(rows, coins[0]),
        "steps": steps,
    }


def _step(rows: Rows, holders: Holders | None, number: int, spent: Array, made: Array) -> dict[str, Any]:
    """One transaction of a flow: what it passes on, from whom to whom; ``holders`` unless it is the last."""
    ledger = rows.ledger
    inputs = ledger.column("inputs.spent_output")[np.array(ledger.inputs_in(number))]
    to = _owners(ledger, made)
    kinds = holders.kinds(to).tolist() if holders else []
    held = [HOLDERS[kind] for kind in kinds if kind != PLAIN]
    return {
        **rows.place(number),
        "from": [rows.card(each) for each in _owners(ledger, spent).tolist()],
        "to": [rows.card(each) for each in to.tolist()],
        **_coins(rows, made),
        "mixed": len(_owners(ledger, inputs)) > 1,
        "coinjoin_rule": coinjoin_rule(ledger, number),
        "held_by": held[0] if held else None,
    }


def _owners(ledger: Ledger, coins: Array) -> Array:
    """The entities whose coins these are; distinct, ascending."""
    addresses = ledger.column("outputs.address")[coins]
    return np.unique(ledger.column("entities.entity")[addresses]).astype(np.int64)


def _coins(rows: Rows, coins: Array) -> dict[str, Any]:
    """Coins with their sum, the first ones by name."""
    ledger = rows.ledger
    shown = coins[:MOST_COINS]
    made_in = ledger.transactions_of_outputs(shown).tolist()
    return {
        "value": int(ledger.column("outputs.value")[coins].sum()),
        "coins_found": len(coins),
        "coins": [
            {
                "coin": f"{ledger.txid(transaction)}:{rows.index(coin, transaction)}",
                "value": int(ledger.column("outputs.value")[coin]),
                "address": rows.address(int(ledger.column("outputs.address")[coin])),
                "entity": rows.entity_of(int(ledger.column("outputs.address")[coin])),
            }
            for coin, transaction in zip(shown.tolist(), made_in, strict=True)
        ],
    }


__all__ = ["HOLDERS", "HOPS", "MOST", "MOST_HOPS", "Limits", "paths"]
