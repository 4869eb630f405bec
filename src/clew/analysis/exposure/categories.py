"""What kind of counterparty an entity is, in one word."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from clew.analysis.holders import SERVICE, UNKNOWN_HOLDER, Holders
from clew.reference.attributions import Attributions
from clew.reference.concepts import is_within
from clew.reference.tags import plain

RETURNED = "those asked about"
UNKNOWN = "unknown holder"
COINJOIN = "coinjoin"
MINING = "mining"
FEES = "network fees"
MIXED = "mixed transactions"
SOME_SERVICE = "service"
UNATTRIBUTED = "unattributed"

OWN_WORDS = (UNKNOWN, COINJOIN, MINING, RETURNED, MIXED, FEES, UNATTRIBUTED)
"""Categories that are no service's, in the order in which they are told; all others come before."""

SAID = {
    UNKNOWN: "Holders that look like a service that nobody has tagged.",
    COINJOIN: "Coinjoins, where others' coins went in, too.",
    MINING: "New coins, and fees of the blocks that made them.",
    RETURNED: "Back to those asked about, or from them before.",
    MIXED: "Transactions with coins of others, no coinjoin by the rules: only the net counts.",
    FEES: "Fees of transactions on the way.",
    UNATTRIBUTED: "Everything that no service is named for; unattributed says where it stays.",
}

_HOLDERS = ("service", "organization", "miner")
"""Concepts of those who hold many people's coins."""


class Categories:
    """The categories of entities; each found once."""

    def __init__(self, holders: Holders, attributions: Attributions) -> None:
        self._holders, self._attributions = holders, attributions
        self._known: dict[int, str] = {}
        self._entities: dict[str, set[int]] = {}

    def service(self, entity: int) -> str | None:
        """Who the surest tag of a service says holds it, in plain form; None of others. It is remembered."""
        stated = self._holders.of(entity).stated
        if not stated or stated[0].holder is None:
            return None
        self._entities.setdefault(stated[0].holder, set()).add(entity)
        return stated[0].holder

    def known(self, service: str) -> dict[str, Any]:
        """A service that was met: its name, label, actor, category, and how many entities it was met as."""
        entities = sorted(self._entities[service])
        tag = self._holders.of(entities[0]).stated[0].tag
        return {
            "service": service,
            "label": tag.label,
            "actor": tag.actor,
            "category": self.of(entities[0]),
            "entities": len(entities),
            "entity": entities[0],
        }

    def of(self, entity: int) -> str:
        """A service's category: that of the surest tag which names one, else that of its actor, else
        ``service``; UNKNOWN of an unknown holder, UNATTRIBUTED of anybody else."""
        if entity not in self._known:
            self._known[entity] = self._found(entity)
        return self._known[entity]

    def _found(self, entity: int) -> str:
        holder = self._holders.of(entity)
        if holder.kind == UNKNOWN_HOLDER:
            return UNKNOWN
        if holder.kind != SERVICE:
            return UNATTRIBUTED
        for stated in holder.stated:
            if (category := _concept(stated.tag.told)) is not None:
                return category
        for stated in holder.stated:
            if stated.tag.actor and (category := _concept(self._of_actors.get(plain(stated.tag.actor), ()))):
                return category
        return SOME_SERVICE

    @cached_property
    def _of_actors(self) -> dict[str, tuple[str, ...]]:
        """The categories of each actor of actor packs in force."""
        found: dict[str, tuple[str, ...]] = {}
        for _, actor in self._attributions.store.actors():
            found.setdefault(plain(actor.id), actor.categories)
        return found


def _concept(told: Iterable[str]) -> str | None:
    """The first concept of those who hold many people's coins; a narrower one before ``service``."""
    fitting = [each for each in told if any(is_within(each, broader) for broader in _HOLDERS)]
    return next((each for each in fitting if each not in _HOLDERS), fitting[0] if fitting else None)


def order(category: str) -> tuple[int, str]:
    """Where a category stands: services by name, then the others."""
    return (OWN_WORDS.index(category) + 1 if category in OWN_WORDS else 0, category)


__all__ = ["COINJOIN", "FEES", "MINING", "MIXED", "OWN_WORDS", "RETURNED", "SAID", "SOME_SERVICE"]
__all__ += ["UNATTRIBUTED", "UNKNOWN", "Categories", "order"]
