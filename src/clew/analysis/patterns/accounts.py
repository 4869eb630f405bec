"""Several accounts that one flow feeds."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clew.analysis.patterns.pattern import Finding, Measures, Pattern
from clew.analysis.patterns.scene import Scene
from clew.ledger.columns import Array
from clew.ledger.ledger import expand
from clew.reference.concepts import is_within

LEAST_ADDRESSES = 3
SELLERS = ("shop", "payment_processor", "hosting", "vpn", "filesharing", "faucet", "nameservice")
"""Concepts of services that are paid for goods, at a new address each time, and keep no accounts of coins."""


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """Several accounts fed by one flow: transactions of theirs pay attributed services at three or more
    different addresses; shops and the like, where every purchase has an address of its own, are left out.

    One finding for all of it; ``services`` counts entities. Whether the addresses are different accounts,
    and in whose names, only the services can say. The sum is what was paid in.
    """
    coins, by = _deposits(scene)
    addresses = np.unique(scene.ledger.column("outputs.address")[coins])
    if len(addresses) < LEAST_ADDRESSES:
        return
    seconds = int(np.diff(scene.times_of(np.array([by[0], by[-1]])))[0])
    yield Finding(
        tuple(dict.fromkeys(by.tolist())),
        scene.value(coins),
        {
            "addresses": len(addresses),
            "services": len(np.unique(scene.owners(coins))),
            "coins": len(coins),
            "seconds": seconds,
        },
    )


def _deposits(scene: Scene) -> tuple[Array, Array]:
    """Coins by which services that keep accounts were paid, and the transactions that did."""
    starts, ends = scene.ledger.output_ranges(scene.acts)
    coins, by = expand(starts, ends - starts), np.repeat(scene.acts, ends - starts)
    paid = scene.is_service(coins)
    coins, by = coins[paid], by[paid]
    entities = scene.owners(coins)
    keeps = {each: _keeps_accounts(scene, each) for each in np.unique(entities).tolist()}
    kept = np.array([keeps[each] for each in entities.tolist()], bool)
    return coins[kept], by[kept]


def _keeps_accounts(scene: Scene, entity: int) -> bool:
    stated = scene.holders.of(entity).stated
    told = {concept for each in stated for concept in each.tag.told}
    return not any(is_within(each, seller) for each in told for seller in SELLERS)


accounts = Pattern(
    "several accounts fed by one flow",
    1,
    f"attributed services that keep accounts are paid at {LEAST_ADDRESSES} or more addresses",
    (
        "a service may give one customer a new address for every deposit",
        "people have accounts at several services, and pay those of friends and sellers",
    ),
    _find,
    {"addresses": "addresses", "services": "entities", "coins": "coins", "seconds": "seconds"},
)

__all__ = ["accounts"]
