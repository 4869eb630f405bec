"""What an entity would be if a rule, a transaction or a tag were taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.answer import Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, LOWER_BOUND
from clew.analysis.entity import own_links
from clew.analysis.flows import Flows, contains, flows_of
from clew.analysis.nearby import joined
from clew.analysis.rows import Rows, answer, page
from clew.analysis.supposed import Supposed
from clew.analysis.withdrawn import DETECTOR, RULE, TAG, Growth, Withdrawn, growth, is_taken, withdrawn
from clew.heuristics.rulesets import STRICT
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger

_SUPPOSED = "What would be is computed for this entity and what joins it; the ledger stays as it is."
_NO_TAGS = "The set strict uses no tags, so that without a tag nothing changes."


def whatif(
    ledger: Ledger, address: int, without: Sequence[str], *, limit: int = 0, offset: int = 0
) -> Answer:
    """The entity of ``address`` (an id) without rules, transactions or tags, next to what it is.

    Without a rule that makes links, or a transaction, parts leave; without a detector others join.
    ``before`` and ``after`` are of what holds the address; ``parts`` are what leaves, ``joins`` the entities
    that join it. ``limit`` and ``offset`` choose among parts and among joins. Raises UsageError and
    NotFoundError as ``withdrawn`` does.
    """
    taken = withdrawn(ledger, without)
    rows = Rows(ledger)
    entity = ledger.entity_of(address)
    addresses = ledger.members(entity)
    grown = _grown(ledger, addresses, taken)
    every = own_links(ledger, grown.addresses)
    links = every.some(contains(addresses, every.a))
    masks = [is_taken(links, each) for each in taken]
    fallen = np.any(masks, axis=0)
    kept = joined([every, grown.links])
    kept = kept.some(~np.any([is_taken(kept, each) for each in taken], axis=0))
    supposed = Supposed(ledger.control, grown.addresses, kept)
    view = ledger.seen_by(supposed)
    home = view.entity_of(address)
    before, after = flows_of(ledger, np.array([entity])), flows_of(view, np.array([home]))
    parts = _parts(view, addresses, home)
    others = np.setdiff1d(ledger.control.entity_of(after.addresses), [entity]).tolist()
    shown = [_part(rows, view, each) for each in parts[page(len(parts), limit, offset)]]
    others_shown = others[page(len(others), limit, offset)]
    rows.tags.fetch(np.array(others_shown, np.int64))
    joins = [_other(rows, view, each, home) for each in others_shown]
    result: dict[str, Any] = {
        **rows.card(entity),
        "seen_from": rows.address(address),
        "without": [
            {"what": each.text, "kind": each.kind, "links": int(mask.sum())}
            for each, mask in zip(taken, masks, strict=True)
        ],
        "changes": len(before.addresses) != len(after.addresses) or bool(parts),
        "says": _sentence(before, after, len(parts), len(others), int(fallen.sum())),
        "followed_all": grown.is_whole,
        "before": _sums(before),
        "after": _sums(after),
        "lost": _missing(before, after),
        "gained": _missing(after, before),
        "parts": shown,
        "joins": joins,
        "lists": {
            "parts": list_status(len(shown), len(parts)),
            "joins": list_status(len(joins), len(others)),
        },
    }
    stated = {"address": result["seen_from"], "without": [each.text for each in taken]}
    caveats: tuple[str, ...] = (LOWER_BOUND, _SUPPOSED, *rows.tags.caveats, BLOCK_TIME)
    if any(each.kind == TAG for each in taken):
        caveats = (_NO_TAGS, *caveats)
    parameters = {**stated, "limit": limit, "offset": offset}
    return answer(ledger, "whatif", parameters, result, caveats)


def _grown(ledger: Ledger, addresses: Array, taken: tuple[Withdrawn, ...]) -> Growth:
    detectors = [each.text for each in taken if each.kind == DETECTOR]
    # Without the rule that a detector restrains nothing more is joined.
    if {each.text for each in taken if each.kind == RULE} & {leaf.name for leaf in STRICT.leaves}:
        detectors = []
    return growth(ledger, addresses, detectors)


def _parts(view: Ledger, addresses: Array, home: int) -> list[int]:
    """Entities into which the rest falls, the one of most addresses first, then the smaller id."""
    entities, counts = np.unique(view.control.entity_of(addresses), return_counts=True)
    order = np.lexsort((entities, -counts))
    return [each for each in entities[order].tolist() if each != home]


def _part(rows: Rows, view: Ledger, entity: int) -> dict[str, Any]:
    _, received, balance = view.entity_totals(entity)
    return {
        "addresses": int(view.entity_sizes(np.array([entity]))[0]),
        "first_address": rows.address(entity),
        "received": received,
        "balance": balance,
    }


def _other(rows: Rows, view: Ledger, entity: int, home: int) -> dict[str, Any]:
    members = rows.ledger.members(entity)
    _, _, balance = rows.ledger.entity_totals(entity)
    return {
        **rows.card(entity),
        "joining": int((view.control.entity_of(members) == home).sum()),
        "balance": balance,
    }


def _sums(flows: Flows) -> dict[str, int]:
    return {
        "addresses": len(flows.addresses),
        "received": exact_sum(flows.values),
        "balance": flows.held,
        "payments": len(flows.payment_rows),
        "from_outside": flows.from_outside,
        "to_outside": flows.to_outside,
    }


def _missing(some: Flows, others: Flows) -> dict[str, int]:
    """Payments of the one that are none of the other, and what they brought."""
    rows = some.payment_rows
    gone = rows[~np.isin(some.transactions[rows], others.transactions[others.payment_rows])]
    return {"payments": len(gone), "value": exact_sum(some.net[gone])}


def _sentence(before: Flows, after: Flows, parts: int, others: int, fallen: int) -> str:
    size, rest = len(before.addresses), len(after.addresses)
    if not parts and not others:
        links = f", although {fallen:,} links fall" if fallen else ""
        return f"Nothing changes: all {size:,} addresses stay together{links}."
    said = []
    if parts:
        left = size - int(np.isin(before.addresses, after.addresses).sum())
        said.append(f"{left:,} of {size:,} addresses leave, in {parts:,} {'part' if parts == 1 else 'parts'}")
    if others:
        said.append(f"{others:,} {'entity joins' if others == 1 else 'entities join'}")
    return f"{'; '.join(said)}; {rest:,} {'address is' if rest == 1 else 'addresses are'} left together."


__all__ = ["whatif"]
