"""Coins that go into coinjoins."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clew.analysis.patterns.pattern import Finding, Measures, Pattern
from clew.analysis.patterns.scene import Scene


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """Coinjoin passage: a transaction that spends coins of theirs is a coinjoin by the rules (``clew rules``
    tells which, and ``clew tx`` which of them says so).

    The sum is what they put in. What comes out cannot be told from what others put in, so nothing is followed
    there.
    """
    for transaction in scene.coinjoins.tolist():
        spent = scene.spent(transaction)
        mine = spent[scene.is_own(spent)]
        made = np.array(scene.ledger.outputs_in(transaction), np.int64)
        values, counts = np.unique(scene.ledger.column("outputs.value")[made], return_counts=True)
        yield Finding(
            (transaction,),
            scene.value(mine),
            {
                "coins": len(mine),
                "other inputs": len(spent) - len(mine),
                "equal outputs": int(counts.max()),
                "each": int(values[int(counts.argmax())]),
            },
        )


coinjoin_passage = Pattern(
    "coinjoin passage",
    1,
    "a transaction that spends their coins is a coinjoin by the rules",
    (
        "people who want their purchases and savings to be nobody's business use coinjoins",
        "a rule may take another transaction of several owners, or a payout of equal sums, for a coinjoin",
    ),
    _find,
    {"coins": "coins", "other inputs": "coins", "equal outputs": "coins", "each": "satoshi"},
)

__all__ = ["coinjoin_passage"]
