"""Coins that are brought together, and then paid into a service."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clew.analysis.patterns.pattern import DAY, Finding, Measures, Pattern
from clew.analysis.patterns.scene import ANY, Scene

LEAST_COINS = 5
LEAST_ADDRESSES = 3
MOST_OUTPUTS = 2
MOST_STEPS = 2
WITHIN_DAYS = 30


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """Consolidation before cash-out: a transaction brings five or more coins from three or more addresses
    together into at most two, and within 30 days a coin of it reaches an attributed service, in that
    transaction or by at most two more.

    The sum is what reached the service. An untagged service is not seen: no finding does not mean none.
    """
    for transaction in scene.acts_of(inputs=(LEAST_COINS, ANY)):
        spent = scene.spent(transaction)
        if len(spent) < LEAST_COINS or len(scene.made(transaction)) > MOST_OUTPUTS:
            continue
        addresses = len(np.unique(scene.ledger.column("outputs.address")[spent]))
        if addresses < LEAST_ADDRESSES:
            continue
        found = _cashed(scene, transaction)
        if found is None:
            continue
        chain, value = found
        seconds = scene.time(chain[-1]) - scene.time(transaction)
        figures = {"coins": len(spent), "addresses": addresses, "steps": len(chain) - 1, "seconds": seconds}
        yield Finding(tuple(chain), value, figures)


def _cashed(scene: Scene, transaction: int) -> tuple[list[int], int] | None:
    """The shortest way from a transaction on that pays a service, and how much; the earliest of several."""
    ways = {transaction: [transaction]}
    latest = scene.time(transaction) + WITHIN_DAYS * DAY
    for _ in range(MOST_STEPS + 1):
        following: dict[int, list[int]] = {}
        for last, way in sorted(ways.items()):
            made = scene.made(last)
            services = made[scene.is_service(made)]
            if len(services):
                return way, scene.value(services)
            # What others' coins went into, too, paid for them.
            for after in scene.acts_after(made):
                if scene.time(after) <= latest:
                    following.setdefault(after, [*way, after])
        ways = following
    return None


consolidation = Pattern(
    "consolidation before cash-out",
    1,
    f"{LEAST_COINS} or more coins from {LEAST_ADDRESSES} or more addresses are brought together, and within "
    f"{WITHIN_DAYS} days an attributed service is paid from there",
    (
        "whoever is paid in many small sums, such as a shop, must bring them together to sell them",
        "wallets bring coins together by themselves, when fees are low or a payment needs several",
    ),
    _find,
    {"coins": "coins", "addresses": "addresses", "steps": "transactions", "seconds": "seconds"},
)

__all__ = ["consolidation"]
