"""Coins that rest for long, and then move."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clew.analysis.amounts import grouped_sums
from clew.analysis.patterns.pattern import DAY, Finding, Measures, Pattern
from clew.analysis.patterns.scene import Scene
from clew.schema import MAX_TRANSACTIONS


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """Dormancy, then movement: a transaction spends coins that lay unspent for 180 days or more
    (``--dormant-days``), by the median time past of the blocks that made and spent them.

    The sum is that of these coins; ``days`` are those of the oldest.
    """
    flows = scene.flows
    spent = flows.spent_by < MAX_TRANSACTIONS
    made, by = flows.made_in[spent].astype(np.int64), flows.spent_by[spent].astype(np.int64)
    values = flows.values[spent].astype(np.int64)
    ages = scene.times_of(by) - scene.times_of(made)
    old = ages >= measures.dormant_days * DAY
    by, values, ages = by[old], values[old], ages[old]
    transactions, places, coins = np.unique(by, return_inverse=True, return_counts=True)
    sums = grouped_sums(places, values, len(transactions))
    oldest = np.zeros(len(transactions), np.int64)
    np.maximum.at(oldest, places, ages)
    for transaction, value, count, age in zip(
        transactions.tolist(), sums.tolist(), coins.tolist(), oldest.tolist(), strict=True
    ):
        yield Finding((transaction,), value, {"coins": count, "days": age // DAY})


dormancy = Pattern(
    "dormancy, then movement",
    1,
    "a transaction spends coins that lay for the days set or longer",
    (
        "savings lie still, and are spent when they are needed or when the price has risen",
        "a key may have been lost and found, seized, sold or inherited meanwhile",
    ),
    _find,
    {"coins": "coins", "days": "days"},
)

__all__ = ["dormancy"]
