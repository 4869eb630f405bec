"""Sums that are kept just under a threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from clew.analysis.patterns.pattern import DAY, Finding, Measures, Pattern
from clew.analysis.patterns.scene import Scene
from clew.ledger.columns import Array
from clew.ledger.ledger import expand
from clew.schema import NO_ADDRESS

LEAST_PARTS = 3
NEAR = 2
"""A sum is near the threshold from one part in so many of it on."""
WITHIN_DAYS = 7


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """Splitting under a threshold: within seven days three or more coins are paid that are each worth at
    least half of the threshold and less than all of it, at three or more addresses, none of them an address
    that the same transaction spends from.

    ``--threshold`` says how much, in coins (0.5 BTC) or in money (10000 USD) at the price of the block's
    time, as tables of prices beside the ledger say; a coin of a time without a price is left out. Without it
    the threshold is one bitcoin, which is no country's: give the one that applied. Each such coin
    that lies with two others, at three addresses, within seven days is in a finding. Where these days
    overlap, they are one finding, whose ``threshold`` is that of its first coin.
    """
    ledger, acts = scene.ledger, scene.acts
    starts, ends = ledger.output_ranges(acts)
    coins, by = expand(starts, ends - starts), np.repeat(acts, ends - starts)
    values = ledger.column("outputs.value")[coins].astype(np.int64)
    addresses = ledger.column("outputs.address")[coins]
    threshold = measures.threshold.at(scene.header_times_of(by))
    near = (values * NEAR >= threshold) & (values < threshold) & (addresses != NO_ADDRESS)
    coins, by, values, addresses = coins[near], by[near], values[near], addresses[near].astype(np.int64)
    threshold = threshold[near]
    kept = ~_back(scene, by, addresses)
    coins, by, values, addresses = coins[kept], by[kept], values[kept], addresses[kept]
    threshold = threshold[kept]
    times = scene.times_of(by)
    for first, last in _runs(times.tolist(), addresses.tolist()):
        span = slice(first, last)
        yield Finding(
            tuple(dict.fromkeys(by[span].tolist())),
            int(values[span].sum()),
            {
                "threshold": int(threshold[first]),
                "parts": last - first,
                "addresses": len(np.unique(addresses[span])),
                "to services": int(scene.is_service(coins[span]).sum()),
                "seconds": int(times[last - 1] - times[first]),
            },
        )


def _runs(times: list[int], addresses: list[int]) -> Iterator[tuple[int, int]]:
    """First and last (excluded) of what lies in spans of the days with enough addresses; spans that have some
    in common are one run. ``times`` ascend."""
    inside: Counter[int] = Counter()
    begins = ends = last = 0
    for first, time in enumerate(times):
        while last < len(times) and times[last] - time <= WITHIN_DAYS * DAY:
            inside[addresses[last]] += 1
            last += 1
        if len(inside) >= LEAST_PARTS:
            if first >= ends:
                if ends > begins:
                    yield begins, ends
                begins = first
            ends = last
        inside[addresses[first]] -= 1
        if not inside[addresses[first]]:
            del inside[addresses[first]]
    if ends > begins:
        yield begins, ends


def _back(scene: Scene, by: Array, addresses: Array) -> Array:
    """Which addresses are among those that the transaction paying each, ``by`` (ascending), spends from."""
    found = np.zeros(len(by), bool)
    firsts = np.append(np.flatnonzero(np.diff(by, prepend=-1)), len(by))
    for first, last in pairwise(firsts.tolist()):
        spent = scene.ledger.column("outputs.address")[scene.spent(int(by[first]))].astype(np.int64)
        found[first:last] = np.isin(addresses[first:last], spent)
    return found


under_threshold = Pattern(
    "splitting under a threshold",
    2,
    f"within {WITHIN_DAYS} days {LEAST_PARTS} or more coins, each from half of the threshold to less than "
    "all of it, are paid at different addresses",
    (
        "prices, wages and rents are often like sums, too, and often of one size",
        "a service may limit what can be paid in or out at once, for reasons of its own",
    ),
    _find,
    {"threshold": "satoshi", "parts": "coins", "addresses": "addresses", "to services": "coins",
     "seconds": "seconds"},
)  # fmt: skip

__all__ = ["under_threshold"]
