"""The tags in force on what an answer shows, side by side, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from clew.analysis.prices import prices_of
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.reference.attributions import Attributions, Stated
from clew.reference.confidence import level
from clew.schema import NO_ADDRESS

MOST_ON_CARD = 5
"""Tags that an entity shows where it is one of many; how many there are is stated."""

TAGS = (
    "A tag is what its source says about one address, and may be wrong or out of date; for the other "
    "addresses of an entity it stands only as far as the entity is right (through: entity)."
)
CONFLICT = (
    "Tags of one entity name different holders (conflict): the sources contradict each other, the entity "
    "joins strangers, or one name has several spellings."
)
DERIVED = (
    "A tag marked derived was itself carried over from a cluster of addresses; it does not confirm that the "
    "addresses of this entity belong together."
)

_OPENED: WeakKeyDictionary[Ledger, Attributions] = WeakKeyDictionary()


def attributions_of(ledger: Ledger) -> Attributions:
    """The attributions in a ledger's folder, as they were when first asked for.

    Raises NotALedgerError where their file is damaged.
    """
    if ledger not in _OPENED:
        _OPENED[ledger] = Attributions(ledger.path)
    return _OPENED[ledger]


def snapshot_of(ledger: Ledger) -> str:
    """SHA-256 over everything an answer depends on, tags and prices in force among it, as hex."""
    return ledger.snapshot(attributions_of(ledger).digest, prices_of(ledger).digest)


class Tags:
    """The tags on a ledger's entities and addresses; remembers which kinds it has shown."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.attributions = attributions_of(ledger)
        self._caveats: set[str] = set()
        self._fetched: dict[int, list[Stated]] = {}

    @property
    def caveats(self) -> tuple[str, ...]:
        """What must be kept in mind with the tags that were shown."""
        return tuple(each for each in (TAGS, CONFLICT, DERIVED) if each in self._caveats)

    def of_entity(self, entity: int) -> list[Stated]:
        """Every tag on an entity's addresses, the surest first."""
        if entity not in self._fetched:
            self.fetch(np.array([entity]))
        return self._fetched[entity]

    def fetch(self, entities: Array) -> None:
        """Read the tags of several entities at once; ``of_entity`` then has them."""
        owner_of: dict[int, int] = {}
        for entity in entities.tolist():
            if entity not in self._fetched:
                self._fetched[entity] = []
                owner_of |= dict.fromkeys(self._tagged_of(entity).tolist(), entity)
        if not owner_of:
            return
        for each in sorted(self.attributions.on(self.ledger, owner_of), key=_surest):
            self._fetched[owner_of[each.address]].append(each)

    def may_have(self, entities: Array) -> Array:
        """Which of ``entities`` can have a tag, so that it is worth fetching them; bool."""
        if not self._tagged.size or self.ledger.is_past:
            return np.full(len(entities), bool(self._tagged.size))
        return np.isin(entities, self._owners)

    def _tagged_of(self, entity: int) -> Array:
        """The addresses of an entity that have a tag."""
        if not self._tagged.size:
            return self._tagged
        if self.ledger.is_past:
            members = self.ledger.members(entity)
            return self._tagged[np.isin(self._tagged, members, assume_unique=True)]
        first, last = np.searchsorted(self._owners, [entity, entity + 1]).tolist()
        return self._by_owner[first:last]

    @cached_property
    def _tagged(self) -> Array:
        return self.attributions.placed(self.ledger).addresses

    @cached_property
    def _owned(self) -> tuple[Array, Array]:
        """Entities of all tagged addresses, ascending, and these addresses in the same order."""
        owners = self.ledger.control.entity_of(self._tagged)
        order = np.argsort(owners, kind="stable")
        return owners[order].astype(np.int64), self._tagged[order]

    @property
    def _owners(self) -> Array:
        return self._owned[0]

    @property
    def _by_owner(self) -> Array:
        return self._owned[1]

    def card(self, entity: int | None) -> dict[str, Any]:
        """A few tags of an entity, how many it has, and whether they contradict each other."""
        stated = [] if entity is None else self.of_entity(entity)
        return self.said(_varied(stated)[:MOST_ON_CARD], stated)

    def said(self, shown: list[Stated], stated: list[Stated], address: int | None = None) -> dict[str, Any]:
        """The keys ``tags``, ``tags_found`` and ``conflict``: tags ``shown`` of those ``stated``.

        ``address`` is the one asked about; for the others a tag stands through the entity.
        """
        conflict = contradict(stated)
        if shown:
            told = {TAGS, *([CONFLICT] if conflict else [])}
            self._caveats |= told | ({DERIVED} if any(each.tag.is_derived for each in shown) else set())
        return {
            "tags": [tag_row(self.ledger, each, address) for each in shown],
            "tags_found": len(stated),
            "conflict": conflict,
        }


def contradict(stated: Iterable[Stated]) -> bool:
    """Whether some tags name different holders."""
    return len({each.holder for each in stated if each.holder}) > 1


def tag_row(ledger: Ledger, stated: Stated, address: int | None = None) -> dict[str, Any]:
    """A tag as an answer shows it; ``through`` says whether it names the ``address`` asked about."""
    tag = stated.tag
    on_chain = stated.address != NO_ADDRESS
    return {
        "tag": stated.id,
        "address": ledger.address_text(stated.address) if on_chain else tag.subject,
        "through": "address" if address == stated.address and on_chain else "entity" if on_chain else None,
        "label": tag.label,
        "actor": tag.actor,
        "category": tag.category,
        "abuse": tag.abuse,
        "concepts": [*tag.concepts],
        "confidence": tag.confidence,
        "confidence_level": level(tag.confidence),
        "derived": tag.is_derived,
        "source": tag.source,
        "lastmod": tag.lastmod,
        "import": stated.source.id,
        "file": stated.source.file,
        "line": tag.line,
    }


def _surest(stated: Stated) -> tuple[Any, ...]:
    tag = stated.tag
    return tag.is_derived, -stated.level, tag.label.casefold(), tag.subject, stated.source.content, tag.number


def _varied(stated: list[Stated]) -> list[Stated]:
    """The same tags, the first of each holder and label before the others."""
    seen: set[tuple[str | None, str]] = set()
    first: list[Stated] = []
    rest: list[Stated] = []
    for each in stated:
        key = (each.holder, each.tag.label.casefold())
        (rest if key in seen else first).append(each)
        seen.add(key)
    return first + rest


__all__ = ["Tags", "attributions_of", "contradict", "snapshot_of", "tag_row"]
