"""The links that the rules find in a range of transactions."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np

from clew.build.payers import Payers
from clew.build.same_keys import Same, known_among, of_new
from clew.build.soundness import damaged
from clew.heuristics.registry import Heuristic
from clew.heuristics.rulesets import MULTI_INPUT, SAME_KEY, STRICT, STRICT_RULES
from clew.heuristics.transactions import Transactions
from clew.kernels import rules
from clew.ledger.columns import Array
from clew.ledger.derived import Derived
from clew.schema import NO_ADDRESS

Rows: TypeAlias = dict[str, Array]
"""Columns by name."""


def links_of(
    columns: Mapping[str, Any],
    counts: Mapping[str, int],
    span: tuple[int, int],
    same: Same,
    payers: Payers | None = None,
) -> dict[str, Array]:
    """Rows of ``links`` of transactions ``span[0]`` to ``span[1]``.

    ``columns``: rows and known keys, by name; ``counts``: how many there are of each. ``same``: addresses
    that have the key of an older one, those at least that these transactions pay first. ``payers``: whose
    outputs inputs spend, where that is not looked up one by one.
    """
    range_ = Transactions(columns.__getitem__, counts, range(*span))
    if payers:
        range_.know_spent(*payers.of(*range_.input_span))
    return links_between(range_, span[0], first_paid(columns, range_, same))


def links_behind(
    columns: Mapping[str, Any], counts: Mapping[str, int], before: Derived, known: Array | None = None
) -> tuple[dict[str, Array], Array]:
    """Rows of ``links`` of the transactions behind a state, and its new addresses of known keys (uint32).

    ``known``: those of the state, where ``columns`` do not have them.
    """
    first, last = before.end.addresses, counts["addresses"]
    new = known_among(columns, first, last)
    old = np.asarray(columns["known_keys.address"][:]) if known is None else known
    whole = np.concatenate([old, new]).astype(np.uint32)
    same = of_new(columns, before, first, last, whole)
    span = before.end.transactions, counts["transactions"]
    return links_of({**columns, "known_keys.address": whole}, counts, span, same), new


def links_between(range_: Transactions, first: int, same: Rows | None = None) -> dict[str, Array]:
    """Rows of ``links`` of transactions numbered from ``first``; ``same``: those of one key, in order."""
    a, b, where = (np.empty(range_.inputs, np.uint32) for _ in range(3))
    count = rules.links(rules.inputs_of(range_), STRICT(range_), first, (a, b, where))
    rows = {"a": a[:count], "b": b[:count], "transaction": where[:count]}
    found: Rows = {**rows, "rule": np.full(count, MULTI_INPUT, np.uint8)}
    if same is None or not len(same["a"]):
        return found
    both = {name: np.concatenate([found[name], same[name]]) for name in found}
    order = np.lexsort((both["b"], both["transaction"]))
    return {name: data[order] for name, data in both.items()}


def first_paid(columns: Mapping[str, Any], range_: Transactions, same: Same) -> Rows | None:
    """Links of addresses of one key whose newer one these transactions are the first to pay."""
    if not len(same.newer) or not len(range_):
        return None
    paid = range_.address.astype(np.int64)
    paid[paid == NO_ADDRESS] = -1
    before = _addresses_before(columns, range_)
    end = max(before, int(paid.max(initial=-1)) + 1)
    rows = slice(*np.searchsorted(same.newer, [before, end]).tolist())
    newer = same.newer[rows].astype(np.int64)
    if not len(newer):
        return None
    # Addresses are numbered as they first appear, so that each new one is larger than all before.
    most = np.maximum.accumulate(np.append(before - 1, paid))[:-1]
    fresh = np.flatnonzero(paid > most)
    if len(fresh) != end - before:
        raise damaged("outputs.address", f"{end - before:,} new ones from {before:,} on", len(fresh))
    where = np.searchsorted(range_.first_output, fresh[newer - before], "right") - 1
    return {
        "a": same.older[rows],
        "b": same.newer[rows],
        "transaction": range_.number[where].astype(np.uint32),
        "rule": np.full(len(newer), SAME_KEY, np.uint8),
    }


def _addresses_before(columns: Mapping[str, Any], range_: Transactions) -> int:
    """How many addresses there are before a range's first transaction."""
    height = int(range_.height[0])
    known = int(columns["blocks.first_address"][height])
    outputs = slice(int(columns["blocks.first_output"][height]), int(range_.output[0]))
    paid = np.asarray(columns["outputs.address"][outputs])
    return max(known, int(paid[paid != NO_ADDRESS].max(initial=0)) + 1 if len(paid) else 0)


def rules_in_force() -> list[dict[str, Any]]:
    """The rules that links and entities rest on, as a manifest states them."""
    return [stated(STRICT.name, rule) for rule in STRICT_RULES]


def stated(combined: str, rule: Heuristic) -> dict[str, Any]:
    """A rule as manifests state it. How the rules combine decides as much as what each of them says."""
    source = sha256(f"{combined} {rule.source}".encode()).hexdigest()
    return {"name": rule.name, "version": rule.version, "source": source}
