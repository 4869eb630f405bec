"""A schedule of acts: what was done with the money, transaction by transaction, in order.

An act is what one transaction did towards one kind of destination. It says what can be read off the ledger:
that coins were brought together or moved on, not who did it, or why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from clew.analysis.flows import contains
from clew.analysis.holders import PLAIN, SERVICE, UNKNOWN_HOLDER
from clew.analysis.patterns.pattern import Finding
from clew.analysis.patterns.scene import NOBODY, Scene
from clew.ledger.columns import Array, distinct
from clew.ledger.ledger import expand

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
    joined, shared = set(scene.coinjoins.tolist()), set(scene.shared.tolist())
    alone = _alone(scene, peels)
    found: list[Act] = []
    for transaction in np.union1d(scene.acts, scene.shared).tolist():
        acts = list(next(alone)) if transaction not in shared else []
        if transaction in joined or transaction in shared:
            acts = [_shared(scene, transaction, COINJOIN if transaction in joined else MIXED)]
        within = tuple(dict.fromkeys(marked.get(transaction, ())))
        found += [replace(each, findings=within) for each in acts] if within else acts
    return found


def _shared(scene: Scene, transaction: int, kind: str) -> Act:
    """What was put in where several owners' coins went in: where it went cannot be known."""
    spent = scene.spent(transaction)
    return Act(transaction, kind, scene.value(spent[scene.is_own(spent)]), NOBODY, spent[:0])


def _alone(scene: Scene, peels: set[int]) -> Iterator[Iterator[Act]]:
    """The acts of each transaction that spends their coins alone."""
    starts, ends = scene.ledger.output_ranges(scene.acts)
    coins = expand(starts, ends - starts)
    owners, values = scene.owners(coins), scene.ledger.column("outputs.value")[coins]
    is_own = contains(scene.own, owners)
    # All at once: one by one is slow.
    scene.holders.find(distinct(owners[~is_own & (owners != NOBODY)]))
    spends, _ = scene.counts
    edges = np.append(0, np.cumsum(ends - starts)).tolist()
    for place, transaction in enumerate(scene.acts.tolist()):
        part = slice(edges[place], edges[place + 1])
        made = zip(coins[part].tolist(), owners[part].tolist(), values[part].tolist(), strict=True)
        own: dict[int, list[tuple[int, int]]] = {}
        outside: dict[int, list[tuple[int, int]]] = {}
        for (coin, owner, value), stays in zip(made, is_own[part].tolist(), strict=True):
            (own if stays else outside).setdefault(owner, []).append((coin, value))
        yield _acts(scene, transaction, own, outside, int(spends[place]), transaction in peels)


def _acts(
    scene: Scene,
    transaction: int,
    own: dict[int, list[tuple[int, int]]],
    outside: dict[int, list[tuple[int, int]]],
    spends: int,
    is_peel: bool,
) -> Iterator[Act]:
    """The acts of a transaction: one for each destination. ``own`` and ``outside`` are the coins (and
    satoshi) that it makes, by whom they pay; ``spends`` how many it spends."""
    if own:
        made = sorted(each for some in own.values() for each in some)
        entity = next(iter(own)) if len(own) == 1 else NOBODY
        yield _act(transaction, _inside(spends, len(made), is_peel), entity, made)
    words = {SERVICE: PAID_IN, UNKNOWN_HOLDER: PAID_UNKNOWN, PLAIN: PAID}
    for entity, made in outside.items():
        kind = BURNT if entity == NOBODY else words[scene.holders.of(entity).kind]
        yield _act(transaction, kind, entity, made)


def _act(transaction: int, kind: str, entity: int, made: list[tuple[int, int]]) -> Act:
    coins = np.array([coin for coin, _ in made], np.int64)
    return Act(transaction, kind, sum(value for _, value in made), entity, coins)


def _inside(spends: int, makes: int, is_peel: bool) -> str:
    """What is done with coins that stay where nobody else's are: so many spent, so many made."""
    if is_peel:
        return PEELED
    if spends >= LEAST_COINS and makes < LEAST_PARTS:
        return TOGETHER
    return DIVIDED if makes >= LEAST_PARTS else MOVED


__all__ = ["Act", "schedule"]
