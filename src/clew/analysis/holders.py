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
        self._unless_tagged = np.fromiter(unless_tagged, np.int64)
        self.tags = Tags(ledger)
        # Nearly all are plain, and a question may reach millions: only the others have an object each. Of
        # each entity one more than its kind, 0 where it was not looked at; pages never touched take no room.
        self._known: dict[int, Holder] = {}
        self._marks = np.zeros(ledger.counts["addresses"], np.int8)
        self._marks[np.fromiter(never, np.int64)] = PLAIN + 1

    def of(self, entity: int) -> Holder:
        """The holder of one entity."""
        self.find(np.array([entity]))
        return self._known.get(entity) or Holder(entity, PLAIN)

    def kinds(self, entities: Array) -> Array:
        """The kind of each entity's holder; int8, same shape."""
        self.find(entities)
        kinds: Array = self._marks[entities] - np.int8(1)
        return kinds

    def find(self, entities: Array) -> None:
        """Find the holders of several entities at once."""
        new = distinct(entities.ravel().astype(np.int64))
        new = new[self._marks[new] == 0]
        if not len(new):
            return
        is_service = np.zeros(len(new), np.bool_)
        tagged = np.flatnonzero(self.tags.may_have(new))
        self.tags.fetch(new[tagged])
        for place in tagged.tolist():
            entity = int(new[place])
            if stated := self._stated(entity):
                self._known[entity] = Holder(entity, SERVICE, stated)
                is_service[place] = True
        judged = new[~is_service & ~np.isin(new, self._unless_tagged)]
        signs = signs_of(self.ledger, judged)
        shown = np.flatnonzero(signs.shown)
        for place in shown.tolist():
            entity = int(judged[place])
            self._known[entity] = Holder(entity, UNKNOWN_HOLDER, why=signs.why(place))
        self._marks[new] = PLAIN + 1
        self._marks[new[is_service]] = SERVICE + 1
        self._marks[judged[shown]] = UNKNOWN_HOLDER + 1

    def _stated(self, entity: int) -> tuple[Stated, ...]:
        return tuple(each for each in self.tags.of_entity(entity) if each.holder and is_service(each.tag))


__all__ = ["PLAIN", "SERVICE", "UNKNOWN_HOLDER", "Holder", "Holders"]
