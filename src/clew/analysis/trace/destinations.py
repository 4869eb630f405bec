"""Where the money went, or came from: which service got how much under each policy, and of which source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clew.analysis.answer import list_status
from clew.analysis.rows import Rows, page
from clew.analysis.trace.policies import ENDS, FEE, NAMED
from clew.analysis.trace.traced import Traced
from clew.analysis.trace.traces import Traces, sums_by_end
from clew.ledger.columns import Array


def destinations(found: Traces, rows: Rows, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Services at which coins end, by the most that a policy gives them; and how many there are.

    ``range`` is the least and the most under the policies that state amounts: a range of conventions.
    """
    coins = found.reached("service")
    entities = np.unique(found.owners(coins))
    places = {trace.policy: _by_entity(found, trace) for trace in found.traces}
    known = []
    for entity in entities.tolist():
        under = [_under(trace, places[trace.policy].get(entity)) for trace in found.traces]
        known.append((entity, under, _range(each["taint"] for each in under)))
    known.sort(key=lambda each: (-(each[2]["most"] if each[2] else 0), each[0]))
    shown = known[page(len(known), limit, offset)]
    cards = rows.cards(np.array([each[0] for each in shown], np.int64))
    told = [
        {**card, "under": under, "range": span} for card, (_, under, span) in zip(cards, shown, strict=True)
    ]
    return told, len(known)


def _by_entity(found: Traces, trace: Traced) -> dict[int, Array]:
    """The rows that end at each service."""
    ended = trace.ended("service")
    owners = found.owners(trace.coin[ended])
    order = np.argsort(owners, kind="stable")
    ended, owners = ended[order], owners[order]
    each, firsts = np.unique(owners, return_index=True)
    return dict(zip(each.tolist(), np.split(ended, firsts[1:]), strict=True)) if len(each) else {}


def _under(trace: Traced, coins: Array | None) -> dict[str, Any]:
    coins = np.empty(0, np.int64) if coins is None else coins
    if trace.is_set:
        return {"policy": trace.policy, "coins": len(coins), "taint": None, "sources": None}
    of = None
    if trace.is_apart:
        of = [{"source": source, "taint": taint} for source, taint in trace.owned.together(coins).items()]
    return {
        "policy": trace.policy,
        "coins": len(coins),
        "taint": sum(trace.taint[coins].tolist()),
        "sources": of,
    }


def _range(amounts: Iterable[int | None]) -> dict[str, int] | None:
    stated = [each for each in amounts if each is not None]
    return {"least": min(stated), "most": max(stated)} if stated else None


def unattributed(trace: Traced) -> dict[str, Any]:
    """What no service is named for, and where it stays."""
    ends = [row for row in sums_by_end(trace) if row["end"] not in NAMED]
    return {
        "coins": sum(row["coins"] for row in ends if row["end"] != FEE),
        "taint": None if trace.is_set else sum(row["taint"] for row in ends),
        "ends": ends,
    }


def branches(
    found: Traces, trace: Traced, rows: Rows, limit: int, offset: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every coin that ends, the most taint first (of a set: the most value), why, and how much of the list
    is shown."""
    ended = np.flatnonzero(trace.end)
    values = found.ledger.column("outputs.value")[trace.coin[ended]]
    ended = ended[np.lexsort((trace.coin[ended], -(values if trace.is_set else trace.taint[ended])))]
    shown = ended[page(len(ended), limit, offset)]
    coins = trace.coin[shown]
    names = found.names.coins(coins)
    owners = found.owners(coins).tolist()
    addresses = found.ledger.column("outputs.address")[coins].tolist()
    worth = found.ledger.column("outputs.value")[coins].tolist()
    told = [
        {
            "coin": names[place],
            "address": rows.address(addresses[place]),
            "entity": owners[place] if owners[place] >= 0 else None,
            "value": worth[place],
            "taint": None if trace.is_set else int(trace.taint[row]),
            "hop": int(trace.hop[row]),
            "end": ENDS[int(trace.end[row])],
            "by": trace.owned.of(row) if trace.is_apart else None,
        }
        for place, row in enumerate(shown.tolist())
    ]
    return told, list_status(len(told), len(ended))


__all__ = ["branches", "destinations", "unattributed"]
