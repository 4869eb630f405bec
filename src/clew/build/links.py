"""The links that the rules find in a range of transactions."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from clew.build.spends import starts_of
from clew.heuristics.rulesets import STRICT, STRICT_RULES
from clew.kernels import rules
from clew.ledger.columns import Array
from clew.schema import NO_ADDRESS, NO_OUTPUT


def links_of(
    columns: Mapping[str, Any], counts: Mapping[str, int], first: int, last: int
) -> dict[str, Array]:
    """Rows of ``links`` of transactions ``first`` to ``last``.

    ``columns``: rows, by name; ``counts``: how many there are of each.
    """
    whole = counts["transactions"]
    starts_in = starts_of(columns["transactions.first_input"], first, last, whole, counts["inputs"])
    starts_out = starts_of(columns["transactions.first_output"], first, last, whole, counts["outputs"])
    outputs = slice(int(starts_out[0]), int(starts_out[-1]))
    spent = columns["inputs.spent_output"][int(starts_in[0]) : int(starts_in[-1])]
    none = spent == NO_OUTPUT
    spent[none] = 0
    payers = columns["outputs.address"][spent]
    payers[none] = NO_ADDRESS
    return links_between(
        rules.Transactions(
            starts_in - starts_in[0],
            starts_out - starts_out[0],
            payers,
            columns["outputs.script_type"][spent],
            columns["outputs.value"][outputs],
            np.array(columns["outputs.address"][outputs]),
        ),
        first,
    )


def links_between(range_: rules.Transactions, first: int) -> dict[str, Array]:
    """Rows of ``links`` of transactions numbered from ``first``."""
    a, b, where = (np.empty(len(range_.spent_address), np.uint32) for _ in range(3))
    count = rules.links(range_, STRICT(range_), first, (a, b, where))
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
