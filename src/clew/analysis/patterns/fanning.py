"""A coin that is divided over new addresses."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clew.analysis.patterns.pattern import Finding, Measures, Pattern
from clew.analysis.patterns.scene import ANY, Scene

LEAST_PARTS = 3
MOST_COINS = 3
EVEN = 10
"""The largest part is at most so many times the smallest."""


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """A division: a transaction of at most three coins makes three or more at addresses that never got
    anything before and that nobody else ever paid, the largest at most ten times the smallest.

    The sum is that of the parts.
    """
    for transaction in scene.acts_of(inputs=(1, MOST_COINS), outputs=(LEAST_PARTS, ANY)):
        spent, made = scene.spent(transaction), scene.made(transaction)
        if len(spent) > MOST_COINS or len(made) < LEAST_PARTS:
            continue
        parts = made[scene.is_own(made)]
        parts = parts[[scene.is_fresh(each) for each in parts.tolist()]]
        if len(parts) < LEAST_PARTS:
            continue
        values = scene.ledger.column("outputs.value")[parts]
        if int(values.max()) > EVEN * max(int(values.min()), 1):
            continue
        figures = {"parts": len(parts), "smallest": int(values.min()), "largest": int(values.max())}
        others = len(made) - len(parts)
        yield Finding((transaction,), int(np.sum(values)), {**figures, "other outputs": others})


fanning = Pattern(
    "division",
    1,
    f"a transaction of at most {MOST_COINS} coins makes {LEAST_PARTS} or more of like size at new addresses "
    "that nobody else ever paid",
    (
        "a wallet may divide its coins to have some of each size, or for several purposes",
        "a payment to several people at once looks the same where none of them was paid by anybody else",
    ),
    _find,
    {"parts": "coins", "smallest": "satoshi", "largest": "satoshi", "other outputs": "coins"},
)

__all__ = ["fanning"]
