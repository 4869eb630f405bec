"""Money that leaves and comes back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clew.analysis.amounts import grouped_sums
from clew.analysis.patterns.pattern import Finding, Measures, Pattern
from clew.analysis.patterns.scene import Scene
from clew.analysis.roads import Limits, loops, roads

NAME = "round trip"
HOPS, MOST = 6, 20_000
LEAST_PERCENT = 20


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """A round trip: coins leave the entities asked about and come back to them by two to six transactions,
    through others' hands, but no service, unknown holder or coinjoin; and at least 20 % of what the first
    transaction spends can have come back that way (see ``clew paths`` for the width of a flow).

    For each transaction by which something comes back the widest way is told, and of these the shortest. The
    sum is its width. Up to 20,000 transactions are looked at; ``cut_by`` of the pattern says when there were
    more.
    """
    found = roads(scene.ledger, scene.holders, scene.asked, scene.asked, Limits(HOPS, MOST))
    if "most" in found.cut_by:
        scene.cuts[NAME] = ("most",)
    entries = scene.ledger.column("outputs.value")[found.entries].astype(np.int64)
    spent = grouped_sums(found.entry_places, entries, len(found.transactions))
    for width, chain in loops(found, HOPS):
        entered = int(spent[chain[0]])
        if not width or width * 100 < LEAST_PERCENT * entered:
            continue
        numbers = [int(found.transactions[each]) for each in chain]
        seconds = int(np.diff(scene.times_of(np.array([numbers[0], numbers[-1]])))[0])
        yield Finding(
            tuple(numbers), width, {"steps": len(numbers), "started with": entered, "seconds": seconds}
        )


round_trip = Pattern(
    NAME,
    1,
    f"at least {LEAST_PERCENT} % of what a transaction spends can come back within {HOPS} transactions, "
    "through others' hands and no service",
    (
        "an address between may be the same owner's, since an entity is a lower bound: then nothing left",
        "a refund, a loan that is paid back, and trade among the same people come back, too",
    ),
    _find,
    {"steps": "transactions", "started with": "satoshi", "seconds": "seconds"},
)

__all__ = ["round_trip"]
