"""A schedule of acts: what was done with the money, transaction by transaction, in order.

An act is what one transaction did towards one kind of destination. It says what can be read off the ledger:
that coins were brought together or moved on, not who did it, or why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from clew.analysis.flows import contains
from clew.analysis.holders import PLAIN, SERVICE, UNKNOWN_HOLDER
from clew.analysis.patterns.pattern import Finding
from clew.analysis.patterns.scene import NOBODY, Scene
from clew.ledger.columns import Array

COINJOIN, TOGETHER, DIVIDED, PEELED, MOVED, PAID_IN, PAID_UNKNOWN, PAID, BURNT, MIXED = (
    "into a coinjoin",
    "brought together",
    "divided",
    "peeled on",
    "moved on",
    "paid into a service",
    "paid to an unknown holder",
    "paid to others",
    "paid to nobody",
    "paid with others",
)
"""What an act is called."""

LEAST_COINS, LEAST_PARTS = 5, 3
"""Coins that are brought together, and parts that something is divided into, at least."""


@dataclass(frozen=True)
class Act:
    """What a transaction did towards one destination.

    ``coins`` (int64) are its outputs there, none where they cannot be told from others'; ``amount`` is their
    sum, or what was put in. ``entity`` is NOBODY where several, or nobody, got them.
    """

    transaction: int
    kind: str
    amount: int
    entity: int
    coins: Array
    findings: tuple[int, ...] = ()


def schedule(scene: Scene, findings: list[tuple[str, Finding]]) -> list[Act]:
    """Every act of the scene's entities, in chain order; ``findings`` by the names of their patterns."""
    marked: dict[int, list[int]] = {}
    peels: set[int] = set()
    for number, (name, finding) in enumerate(findings):
        for transaction in finding.transactions:
            marked.setdefault(transaction, []).append(number)
        if name == "peeling chain":
            peels.update(finding.transactions)
    joined = set(scene.coinjoins.tolist())
    found: list[Act] = []
    for transaction in np.union1d(scene.acts, scene.shared).tolist():
        if transaction in joined or contains(scene.shared, np.array([transaction]))[0]:
            acts = iter([_shared(scene, transaction, COINJOIN if transaction in joined else MIXED)])
        else:
            acts = _acts(scene, transaction, transaction in peels)
        within = tuple(dict.fromkeys(marked.get(transaction, ())))
        found += [
            Act(each.transaction, each.kind, each.amount, each.entity, each.coins, within) for each in acts
        ]
    return found


def _shared(scene: Scene, transaction: int, kind: str) -> Act:
    """What was put in where several owners' coins went in: where it went cannot be known."""
    spent = scene.spent(transaction)
    return Act(transaction, kind, scene.value(spent[scene.is_own(spent)]), NOBODY, spent[:0])


def _acts(scene: Scene, transaction: int, is_peel: bool) -> Iterator[Act]:
    """The acts of a transaction that spends their coins alone: one for each destination."""
    coins = np.array(scene.ledger.outputs_in(transaction), np.int64)
    owners = scene.owners(coins)
    own = coins[contains(scene.own, owners)]
    if len(own):
        kind = _inside(scene, transaction, own, is_peel)
        entities = np.unique(owners[contains(scene.own, owners)])
        entity = int(entities[0]) if len(entities) == 1 else NOBODY
        yield Act(transaction, kind, scene.value(own), entity, own)
    outside = [
        each for each in dict.fromkeys(owners.tolist()) if not contains(scene.own, np.array([each]))[0]
    ]
    words = {SERVICE: PAID_IN, UNKNOWN_HOLDER: PAID_UNKNOWN, PLAIN: PAID}
    for entity in outside:
        there = coins[owners == entity]
        kind = BURNT if entity == NOBODY else words[scene.holders.of(entity).kind]
        yield Act(transaction, kind, scene.value(there), entity, there)


def _inside(scene: Scene, transaction: int, own: Array, is_peel: bool) -> str:
    """What is done with coins that stay where nobody else's are."""
    if is_peel:
        return PEELED
    if len(scene.spent(transaction)) >= LEAST_COINS and len(own) < LEAST_PARTS:
        return TOGETHER
    return DIVIDED if len(own) >= LEAST_PARTS else MOVED


__all__ = ["Act", "schedule"]
