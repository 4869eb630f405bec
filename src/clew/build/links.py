"""The links that the rules find in a range of transactions."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from clew.build.payers import Payers
from clew.build.spends import starts_of
from clew.heuristics.rulesets import STRICT, STRICT_RULES
from clew.kernels import rules
from clew.ledger.columns import Array
from clew.schema import NO_ADDRESS, NO_OUTPUT


def links_of(
    columns: Mapping[str, Any], counts: Mapping[str, int], first: int, last: int, payers: Payers | None = None
) -> dict[str, Array]:
    """Rows of ``links`` of transactions ``first`` to ``last``.

    ``columns``: rows, by name; ``counts``: how many there are of each. ``payers``: whose outputs inputs
    spend, where that is not looked up one by one.
    """
    whole = counts["transactions"]
    starts_in = starts_of(columns["transactions.first_input"], first, last, whole, counts["inputs"])
    starts_out = starts_of(columns["transactions.first_output"], first, last, whole, counts["outputs"])
    outputs = slice(int(starts_out[0]), int(starts_out[-1]))
    inputs = int(starts_in[0]), int(starts_in[-1])
    owners, kinds = payers.of(*inputs) if payers else _looked_up(columns, *inputs)
    return links_between(
        rules.Transactions(
            starts_in - starts_in[0],
            starts_out - starts_out[0],
            owners,
            kinds,
            columns["outputs.value"][outputs],
            np.array(columns["outputs.address"][outputs]),
        ),
        first,
    )


def _looked_up(columns: Mapping[str, Any], first: int, last: int) -> tuple[Array, Array]:
    spent = columns["inputs.spent_output"][first:last]
    none = spent == NO_OUTPUT
    spent[none] = 0
    owners = columns["outputs.address"][spent]
    owners[none] = NO_ADDRESS
    return owners, columns["outputs.script_type"][spent]


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
