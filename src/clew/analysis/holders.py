"""Who holds a coin: a service that somebody has tagged, one that looks like it, or nobody known.

A service holds the coins of many people together, so what went in there and what comes out belong to
different people: no route on the ledger leads through it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from clew.analysis.attribution import Tags
from clew.analysis.signs import signs_of
from clew.ledger.columns import Array, distinct
from clew.ledger.ledger import Ledger
from clew.reference.attributions import Stated
from clew.reference.tags import is_service

PLAIN, SERVICE, UNKNOWN_HOLDER = range(3)
"""Kinds of holders: nothing known, an attributed service, one that looks like a service nobody tagged."""


@dataclass(frozen=True)
class Holder:
    """Who holds an entity's coins, as far as it matters for a route.

    ``kind`` is PLAIN, SERVICE or UNKNOWN_HOLDER. Of a service ``stated`` are its tags, the surest first;
    of an unknown holder ``why`` says what it looks like, a sentence each.
    """

    entity: int
    kind: int
    stated: tuple[Stated, ...] = ()
    why: tuple[str, ...] = ()


class Holders:
    """The holders of a ledger's entities, each found once.

    ``never``: entities that are PLAIN whatever they look like, such as those that a question is about: they
    are no stop on their own way. ``unless_tagged``: entities that are not judged by what they look like.
    """

    def __init__(self, ledger: Ledger, never: Iterable[int] = (), unless_tagged: Iterable[int] = ()) -> None:
        self.ledger = ledger
        self._unless_tagged = frozenset(unless_tagged)
        self.tags = Tags(ledger)
        self._known: dict[int, Holder] = {entity: Holder(entity, PLAIN) for entity in never}

    def of(self, entity: int) -> Holder:
        """The holder of one entity."""
        if entity not in self._known:
            self.find(np.array([entity]))
        return self._known[entity]

    def kinds(self, entities: Array) -> Array:
        """The kind of each entity's holder; int8, same shape."""
        self.find(entities)
        kinds = [self._known[entity].kind for entity in entities.ravel().tolist()]
        return np.array(kinds, np.int8).reshape(entities.shape)

    def find(self, entities: Array) -> None:
        """Find the holders of several entities at once."""
        new = [
            each for each in distinct(entities.ravel().astype(np.int64)).tolist() if each not in self._known
        ]
        if not new:
            return
        self.tags.fetch(np.array(new, np.int64))
        untagged = []
        for entity in new:
            stated = self._stated(entity)
            if stated:
                self._known[entity] = Holder(entity, SERVICE, stated)
            elif entity in self._unless_tagged:
                self._known[entity] = Holder(entity, PLAIN)
            else:
                untagged.append(entity)
        signs = signs_of(self.ledger, np.array(untagged, np.int64))
        for place, entity in enumerate(untagged):
            why = signs.why(place)
            self._known[entity] = Holder(entity, UNKNOWN_HOLDER if why else PLAIN, why=why)

    def _stated(self, entity: int) -> tuple[Stated, ...]:
        return tuple(each for each in self.tags.of_entity(entity) if each.holder and is_service(each.tag))


__all__ = ["PLAIN", "SERVICE", "UNKNOWN_HOLDER", "Holder", "Holders"]
