"""Why two addresses are one entity: the shortest chain of transactions that joins them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from clew.analysis import nearby
from clew.analysis.answer import Answer
from clew.analysis.caveats import BLOCK_TIME, LOWER_BOUND
from clew.analysis.nearby import Nearby
from clew.analysis.reasons import Reasons, reasons_of
from clew.analysis.rows import Rows, answer
from clew.errors import UsageError
from clew.heuristics.registry import CHANGE, CONTROL, Heuristic
from clew.heuristics.shelf import shipped
from clew.ledger.columns import Array
from clew.ledger.control import CHANGE_MODEL, Links
from clew.ledger.ledger import Ledger

MOST_PATHS = 32
"""Disjoint paths are counted up to here."""

EXACT, AT_LEAST, AT_MOST = "exact", "at least", "at most"

_NO_PRODUCT = (
    "The steps do not fail independently of each other, so no number is multiplied along the path: it is "
    "at most as sound as its weakest step."
)
_SAME_KEY = "same_key"
_SOFTNESS = {CONTROL: 1, CHANGE: 2}
_MODEL_SAYS = (
    "A model of change gives this output to who paid, with a chance of at least the set's threshold."
)


def explain(ledger: Ledger, a: int, b: int) -> Answer:
    """The shortest path of transactions that joins addresses ``a`` and ``b`` (ids), and how firmly.

    Each step puts two addresses under one control by one rule in one transaction. Of equally short paths
    it is the one of the earliest transactions, seen from ``a``. ``disjoint`` says how many paths share no
    transaction: so many would all have to be wrong. Raises UsageError where both are one address.
    """
    rows = Rows(ledger)
    if a == b:
        raise UsageError(f"expected two different addresses, found {rows.address(a)} twice")
    ends = [rows.card(entity) for entity in map(ledger.entity_of, (a, b))]
    is_one = ends[0]["entity"] == ends[1]["entity"]
    result: dict[str, Any] = {
        "joined": is_one,
        "a": {"address": rows.address(a), **_named(ends[0])},
        "b": {"address": rows.address(b), **_named(ends[1])},
        "steps": [],
        "weakest": None,
        "disjoint": {"paths": 0, "bound": EXACT, "counted_up_to": MOST_PATHS, "cut": []},
    }
    said: tuple[str, ...] = ()
    if is_one:
        result["steps"], near = _path(rows, a, b, ends[0]["entity"])
        result["weakest"] = _weakest(result["steps"])
        result["disjoint"] = _disjoint(rows, near, a, b)
        said = (_NO_PRODUCT,)
    caveats = (LOWER_BOUND, *said, *rows.tags.caveats, BLOCK_TIME)
    parameters = {"a": result["a"]["address"], "b": result["b"]["address"]}
    return answer(ledger, "explain", parameters, result, caveats)


def _named(card: dict[str, Any]) -> dict[str, Any]:
    return {("first_address" if key == "address" else key): value for key, value in card.items()}


def _path(rows: Rows, a: int, b: int, entity: int) -> tuple[list[dict[str, Any]], Nearby]:
    near = Nearby(rows.ledger, a, b)
    while not near.has_met:
        if near.is_far or near.is_whole:
            near.take_whole(rows.ledger.members(entity))
        else:
            near.grow()
    links = near.links()
    reasons = reasons_of(links, by_rule=True)
    return [_step(rows, links, reasons, *each) for each in _shortest(reasons, a, b)], near


def _shortest(reasons: Reasons, a: int, b: int) -> list[tuple[int, int, int]]:
    """Joint, address before and address after of each step."""
    from clew.kernels import graphs

    count = len(reasons.addresses)
    distance, queue = np.full(count, -1, np.int32), np.empty(count, np.int32)
    graphs.distances(reasons.graph, reasons.place(b), distance, queue)
    place, steps = reasons.place(a), []
    while distance[place] > 0:
        for joint in reasons.joints_of(np.array([place])).tolist():
            others = reasons.places_of(np.array([joint]))
            nearer = others[distance[others] == distance[place] - 1]
            if len(nearer):
                break
        following = int(nearer[0])
        steps.append((joint, int(reasons.addresses[place]), int(reasons.addresses[following])))
        place = following
    return steps


def _step(rows: Rows, links: Links, reasons: Reasons, joint: int, before: int, after: int) -> dict[str, Any]:
    number = int(reasons.rule[joint])
    rule = rows.ledger.rules[number]
    transaction = int(reasons.transaction[joint])
    place = rows.place(transaction)
    return {
        "from": rows.address(before),
        "to": rows.address(after),
        **{name: place[name] for name in ("txid", "height", "time")},
        "rule": rule.name,
        "version": rule.version,
        "says": says(rule.name),
        "joins": len(reasons.places_of(np.array([joint]))),
        "chance": _chance(links, transaction, number, before, after),
    }


def _chance(links: Links, transaction: int, rule: int, a: int, b: int) -> float | None:
    """The stated probability of a step: its own link's, or the least of those that make it."""
    if links.chance is None:
        return None
    mine = (links.transaction == transaction) & (links.rule == rule)
    own = mine & np.isin(links.a, (a, b)) & np.isin(links.b, (a, b))
    found = float(links.chance[own if own.any() else mine].min())
    # A set may state it for some rules only.
    return None if np.isnan(found) else found


@cache
def _known(rule: str) -> Heuristic | None:
    return shipped().get(rule)


def says(rule: str) -> str | None:
    """The first line of what a rule's documentation says; None where Clew does not bring the rule."""
    if rule == CHANGE_MODEL:
        return _MODEL_SAYS
    known = _known(rule)
    return known.doc.partition("\n")[0].strip() if known is not None else None


def softness(rule: str) -> int:
    """How little a rule shows, next to others: 0 a shared key, 1 shared signing, 2 change, 3 the rest."""
    if rule == _SAME_KEY:
        return 0
    if rule == CHANGE_MODEL:
        return _SOFTNESS[CHANGE]
    known = _known(rule)
    return _SOFTNESS.get("" if known is None else known.kind, 3)


def _weakest(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Which step to doubt first: the least stated probability, else the softest rule, then most addresses."""
    order = [
        (-1.0 if each["chance"] is None else -each["chance"], softness(each["rule"]), each["joins"], -at)
        for at, each in enumerate(steps)
    ]
    # What states no probability is taken for certain next to what does.
    at = max(range(len(steps)), key=lambda at: order[at])
    by = "rule" if steps[at]["chance"] is None else "stated probability"
    return {"step": at + 1, "txid": steps[at]["txid"], "rule": steps[at]["rule"], "by": by}


def _disjoint(rows: Rows, near: Nearby, a: int, b: int) -> dict[str, Any]:
    """How many paths share no transaction, and the transactions that all would have to be wrong."""
    while True:
        reasons = reasons_of(near.links())
        own = [
            reasons.joints_of(np.array([reasons.place(each)]))
            for side, each in enumerate((a, b))
            if near.knows_all_of(side)
        ]
        fewest = min(own, key=len)
        most = min(len(fewest), MOST_PATHS)
        paths, cut, taken = _flow(reasons, a, b, most)
        if paths == len(fewest):
            cut = fewest
        if paths == most or near.is_whole or near.is_far or near.next_cost > nearby.ENOUGH:
            break
        near.grow()
    is_exact = paths == len(fewest) or (near.is_whole and paths < most)
    bound = EXACT if is_exact else AT_LEAST
    where = reasons.transaction[taken]
    if len(np.unique(where)) < len(where) or (is_exact and _is_split(reasons, cut)):
        # A transaction that joins two groups apart stands here as two, which are wrong together.
        bound = AT_MOST if is_exact else AT_LEAST
        paths = paths if is_exact else max(1, paths - (len(where) - len(np.unique(where))))
    named = np.unique(reasons.transaction[cut]).tolist() if is_exact else []
    return {
        "paths": paths,
        "bound": bound,
        "counted_up_to": MOST_PATHS,
        "cut": [rows.moment(transaction) for transaction in named],
    }


def _is_split(reasons: Reasons, joints: Array) -> bool:
    """Whether a transaction stands for several of some joints."""
    where = reasons.transaction[joints]
    return len(np.unique(where)) < len(where)


def _flow(reasons: Reasons, a: int, b: int, most: int) -> tuple[int, Array, Array]:
    """Disjoint paths found, joints that cut both apart if there are no more, and the joints taken."""
    from clew.kernels import graphs

    places, joints = len(reasons.addresses), len(reasons.transaction)
    flow = graphs.Flow(
        *(np.full(joints, -1, np.int32) for _ in range(2)),
        *(np.full(places + 2 * joints, -1, np.int32) for _ in range(2)),
    )
    paths = graphs.disjoint_paths(reasons.graph, reasons.place(a), reasons.place(b), most, flow)
    entered, left = flow.reached[places : places + joints], flow.reached[places + joints :]
    return int(paths), np.flatnonzero((entered >= 0) & (left < 0)), np.flatnonzero(flow.came >= 0)


__all__ = ["AT_LEAST", "AT_MOST", "EXACT", "MOST_PATHS", "explain", "says", "softness"]
