"""The links that the rules find in a range of transactions."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from clew.build.payers import Payers
from clew.heuristics.rulesets import STRICT, STRICT_RULES
from clew.heuristics.transactions import Transactions
from clew.kernels import rules
from clew.ledger.columns import Array


def links_of(
    columns: Mapping[str, Any], counts: Mapping[str, int], first: int, last: int, payers: Payers | None = None
) -> dict[str, Array]:
    """Rows of ``links`` of transactions ``first`` to ``last``.

    ``columns``: rows, by name; ``counts``: how many there are of each. ``payers``: whose outputs inputs
    spend, where that is not looked up one by one.
    """
    range_ = Transactions(columns.__getitem__, counts, range(first, last))
    if payers:
        range_.know_spent(*payers.of(*range_.input_span))
    return links_between(range_, first)


def links_between(range_: Transactions, first: int) -> dict[str, Array]:
    """Rows of ``links`` of transactions numbered from ``first``."""
    a, b, where = (np.empty(range_.inputs, np.uint32) for _ in range(3))
    count = rules.links(rules.inputs_of(range_), STRICT(range_), first, (a, b, where))
    return {
        "a": a[:count],
        "b": b[:count],
        "transaction": where[:count],
        "rule": np.zeros(count, np.uint8),
    }


def rules_in_force() -> list[dict[str, Any]]:
    """The rules that links and entities rest on, as a manifest states them."""
    return [
        {
            "name": rule.name,
            "version": rule.version,
            # How the rules combine decides as much as what each of them says.
            "source": sha256(f"{STRICT.name} {rule.source}".encode()).hexdigest(),
        }
        for rule in STRICT_RULES
    ]
