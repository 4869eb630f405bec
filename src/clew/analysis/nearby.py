"""The links around two addresses, from both sides, as far as they must be followed to meet."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from clew.analysis.flows import contains
from clew.analysis.reasons import reasons_of
from clew.ledger.columns import Array, distinct
from clew.ledger.control import Links
from clew.ledger.ledger import Ledger

ENOUGH = 100_000
"""Links that are gathered step by step. An entity that needs more is read whole."""


MOST_STEPS = 100
"""Steps that are taken, likewise."""


@dataclass
class _Side:
    """What can be reached from one address: all of it, and what was reached last (u4, ascending)."""

    seen: Array
    edge: Array
    steps: int = 0
    cost: int = field(default=0)


class Nearby:
    """A search from two addresses of one entity towards each other, one step at a time.

    A step goes through one rule in one transaction. Where the sides have met, all shortest ways are
    among ``links``.
    """

    def __init__(self, ledger: Ledger, a: int, b: int) -> None:
        self._ledger = ledger
        self._found: list[Links] = []
        self._sides = [self._side(np.array([each], np.uint32)) for each in (a, b)]
        self.has_met = False
        self.rows = 0

    def _side(self, start: Array) -> _Side:
        return _Side(start, start, cost=self._ledger.derived.count_outputs(start))

    @property
    def is_far(self) -> bool:
        """Whether the entity had better be read whole than followed further."""
        return self.rows > ENOUGH or sum(side.steps for side in self._sides) > MOST_STEPS

    @property
    def next_cost(self) -> int:
        """Outputs that the next step reads."""
        return min((side.cost for side in self._sides if len(side.edge)), default=0)

    @property
    def is_whole(self) -> bool:
        """Whether everything that hangs together with either address was read."""
        return not any(len(side.edge) for side in self._sides)

    def knows_all_of(self, side: int) -> bool:
        """Whether all links of the first (0) or second (1) address are among ``links``."""
        return self._sides[side].steps > 0 or self.is_whole

    def grow(self) -> None:
        """One step more, on the side where it costs less."""
        one, other = self._sides
        if not len(one.edge) or (len(other.edge) and other.cost < one.cost):
            one, other = other, one
        links = self._ledger.control.links_of(one.edge)
        self._found.append(links)
        self.rows += len(links.a)
        near = _neighbours(links, one.edge)
        one.edge = near[~contains(one.seen, near)]
        one.seen = distinct(np.concatenate([one.seen, one.edge]))
        one.steps += 1
        one.cost = self._ledger.derived.count_outputs(one.edge) if len(one.edge) else 0
        self.has_met = self.has_met or bool(contains(other.seen, one.edge).any())

    def take_whole(self, addresses: Array) -> None:
        """Read all links of the entity, whose addresses these are."""
        self._found = [self._ledger.control.links_of(addresses)]
        self.rows = len(self._found[0].a)
        self.has_met = True
        for side in self._sides:
            side.edge = side.edge[:0]

    def links(self) -> Links:
        """What was read so far; some of it perhaps twice, some of it of others who stand beside."""
        return joined(self._found)


def _neighbours(links: Links, edge: Array) -> Array:
    """Addresses that a rule puts together with any of ``edge`` in one transaction; u4, ascending."""
    reasons = reasons_of(links, by_rule=True)
    places = np.flatnonzero(contains(edge, reasons.addresses))
    near: Array = reasons.addresses[reasons.places_of(reasons.joints_of(places))]
    return near


def joined(some: list[Links]) -> Links:
    """Several lists of links as one."""
    stated = [each.chance for each in some if each.chance is not None]
    names = ("a", "b", "transaction", "rule")
    a, b, transaction, rule = (np.concatenate([getattr(each, name) for each in some]) for name in names)
    return Links(a, b, transaction, rule, np.concatenate(stated) if len(stated) == len(some) > 0 else None)


__all__ = ["ENOUGH", "Nearby", "joined"]
