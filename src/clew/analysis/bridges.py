"""Single transactions on which parts of an entity hang."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum, grouped_sums
from clew.analysis.answer import Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, LOWER_BOUND
from clew.analysis.entity import own_links
from clew.analysis.hanging import Hanging
from clew.analysis.reasons import Reasons, reasons_of
from clew.analysis.rows import Rows, answer, page
from clew.errors import NotALedgerError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import UNSPENT

MOST_PATHS = 16
"""Transactions that would all have to be wrong are counted up to here."""

MOST_WORK = 20_000_000
"""Edges times addresses up to which they are counted exactly."""

_BOUNDS = ("exact", "at most", "at least", "not counted")
_EXACT, _AT_MOST, _AT_LEAST, _NOT_COUNTED = range(4)

_WRONG = (
    "Without a transaction means: as if it had been made by several owners. Whether it was, no rule can say "
    "for certain."
)


def bridges(ledger: Ledger, address: int, *, limit: int = 0, offset: int = 0) -> Answer:
    """On which single transactions parts of the entity of ``address`` (an id) hang.

    ``bridges`` are transactions without which ``parts`` fall away from what holds the address, the most
    addresses first, then the earliest; a part of a part is counted for both. ``standing`` addresses stay,
    whichever single transaction is taken away. ``strength`` says of all others how many transactions would
    all have to be wrong for them to leave. An address that hangs itself sees all others fall away: ``core``
    says how many stand together with the entity's busiest address.
    """
    rows = Rows(ledger)
    entity = ledger.entity_of(address)
    addresses = ledger.members(entity)
    reasons = reasons_of(own_links(ledger, addresses))
    if 1 < len(addresses) != len(reasons.addresses):
        raise NotALedgerError(
            f"entity {entity}: expected links that join {len(addresses)} addresses, found some for "
            f"{len(reasons.addresses)}; the ledger is damaged, build it again"
        )
    sums = _Sums(ledger, addresses)
    card = rows.card(entity)
    found: list[dict[str, Any]] = []
    count, standing, strength, whole = 0, len(addresses), [], True
    core: dict[str, Any] = {"address": rows.address(address), "standing": standing, "holds_address": True}
    if len(addresses) > 1:
        hanging = Hanging(reasons, reasons.place(address))
        whole = hanging.judged_all
        count, standing = len(hanging.bridges), len(hanging.standing)
        core = _core(rows, reasons, hanging, reasons.place(address))
        shown = hanging.bridges[page(count, limit, offset)].tolist()
        found = [_bridge(rows, reasons, hanging, sums, each) for each in shown]
        strength = _strength(reasons, reasons.place(address), hanging)
        sums.hanging = hanging.falling
    at_risk = sums.of(sums.hanging)
    result: dict[str, Any] = {
        **card,
        "seen_from": rows.address(address),
        "standing": standing,
        "hanging": len(addresses) - standing,
        "hanging_received": at_risk["received"],
        "hanging_balance": at_risk["balance"],
        "core": core,
        "says": _sentence(len(addresses), core, count),
        "judged_all": whole,
        "bridges": found,
        "strength": strength,
        **list_status(len(found), count),
    }
    parameters = {"address": result["seen_from"], "limit": limit, "offset": offset}
    return answer(
        ledger, "bridges", parameters, result, (LOWER_BOUND, _WRONG, *rows.tags.caveats, BLOCK_TIME)
    )


def _core(rows: Rows, reasons: Reasons, hanging: Hanging, place: int) -> dict[str, Any]:
    """Which addresses stand together with the one that most transactions join to others."""
    busiest = int(np.argmax(np.diff(reasons.graph.place_starts)))
    seen = hanging if busiest in hanging.standing else Hanging(reasons, busiest)
    return {
        "address": rows.address(int(reasons.addresses[busiest])),
        "standing": len(seen.standing),
        "holds_address": bool((seen.standing == place).any()),
    }


def _sentence(size: int, core: dict[str, Any], count: int) -> str:
    if size == 1:
        return "One address alone: nothing joins it, and nothing can fall away."
    if not count:
        return f"Of {size:,} addresses, all stand without any one transaction."
    stand = "stands" if core["standing"] == 1 else "stand"
    said = f"Of {size:,} addresses, {core['standing']:,} {stand} without any one transaction"
    if core["holds_address"]:
        return f"{said}."
    return f"{said}, seen from the busiest, {core['address']}; the address asked about hangs itself on one."


class _Sums:
    """What addresses of an entity received and hold."""

    def __init__(self, ledger: Ledger, addresses: Array) -> None:
        outputs = ledger.outputs_of_addresses(addresses)
        values = ledger.column("outputs.value")[outputs]
        owners = np.searchsorted(addresses, ledger.column("outputs.address")[outputs])
        unspent = ledger.column("spends.spent_by")[outputs] == UNSPENT
        self._received = grouped_sums(owners, values, len(addresses))
        self._balance = grouped_sums(owners[unspent], values[unspent], len(addresses))
        self.hanging: Array = np.empty(0, np.int64)

    def of(self, places: Array) -> dict[str, int]:
        """Satoshi that the addresses at some places received, and hold."""
        return {
            "received": exact_sum(self._received[places]),
            "balance": exact_sum(self._balance[places]),
        }


def _bridge(rows: Rows, reasons: Reasons, hanging: Hanging, sums: _Sums, transaction: int) -> dict[str, Any]:
    places = hanging.hanging_on(transaction)
    every = np.concatenate(places)
    return {
        **rows.moment(transaction),
        "addresses": len(every),
        **sums.of(every),
        "parts": [
            {
                "addresses": len(each),
                "first_address": rows.address(int(reasons.addresses[each[0]])),
                **sums.of(each),
            }
            for each in places
        ],
    }


def _strength(reasons: Reasons, place: int, hanging: Hanging) -> list[dict[str, Any]]:
    """How many addresses leave only where so many transactions are all wrong: a minimum cut each."""
    own = np.diff(reasons.graph.place_starts)
    # Without all transactions of one end nothing joins it to the other.
    needed = np.minimum(own, own[place])
    bound = np.full(hanging.size, _AT_MOST)
    standing = hanging.standing[hanging.standing != place]
    is_split = len(reasons.several_in_one()) > 0
    if len(standing) * len(reasons.graph.place_edges) <= MOST_WORK:
        found = _cuts(reasons, place, standing)
        needed[standing] = np.where(is_split, np.minimum(found, needed[standing]), found)
        # A transaction of several joints is one that is wrong, but counts as several here.
        bound[standing] = _AT_MOST if is_split else np.where(found < MOST_PATHS, _EXACT, _AT_LEAST)
    elif hanging.judged_all:
        # No single one takes them away; so where there are two at most, it is two.
        bound[standing[needed[standing] == 2]] = _EXACT
    needed[hanging.falling], bound[hanging.falling] = 1, _EXACT
    bound[(bound == _AT_MOST) & (needed >= MOST_PATHS)] = _NOT_COUNTED
    kinds = np.delete(np.minimum(needed, MOST_PATHS) * len(_BOUNDS) + bound, place)
    counts = np.bincount(kinds)
    return [
        {"transactions": kind // len(_BOUNDS), "bound": _BOUNDS[kind % len(_BOUNDS)], "addresses": count}
        for kind, count in enumerate(counts.tolist())
        if count
    ]


def _cuts(reasons: Reasons, place: int, asked: Array) -> Array:
    """How many joints cut each of some places off from ``place``, counted up to MOST_PATHS; int32."""
    from clew.kernels import graphs

    places, joints = len(reasons.addresses), len(reasons.transaction)
    flow = graphs.Flow(
        *(np.empty(joints, np.int32) for _ in range(2)),
        *(np.empty(places + 2 * joints, np.int32) for _ in range(2)),
    )
    found = np.empty(len(asked), np.int32)
    graphs.strengths(reasons.graph, place, asked.astype(np.int32), MOST_PATHS, flow, found)
    return found


__all__ = ["bridges"]
