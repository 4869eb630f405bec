"""Entities as they would be if something were otherwise: some of them anew, all others as they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clew.errors import NotFoundError, UsageError
from clew.ledger.columns import Array
from clew.ledger.control import Control, Links
from clew.ledger.ledger import Ledger
from clew.ledger.past import Pieces


class Supposed:
    """Another control's view, in which the members of some entities are put together by other ``links``.

    ``addresses`` (u4, ascending) are all members of those entities; ``links`` join only among them.
    """

    def __init__(self, real: Control, addresses: Array, links: Links) -> None:
        from clew.kernels import unionfind

        self.name, self.rules, self.height, self.digest = real.name, real.rules, real.height, real.digest
        self._real = real
        self._links = links
        self.addresses = addresses
        parents = np.arange(len(addresses), dtype=np.uint32)
        ends = [np.searchsorted(addresses, side).astype(np.uint32) for side in (links.a, links.b)]
        unionfind.union(parents, *ends)
        unionfind.flatten(parents)
        self.entities = addresses[parents]
        self._known = Pieces()
        self._known.add(addresses, self.entities)

    @property
    def count(self) -> int:
        """How many entities there would be."""
        gone = np.unique(self._real.entity_of(self.addresses))
        return self._real.count - len(gone) + len(np.unique(self.entities))

    def entity_of(self, addresses: Array) -> Array:
        """Entity of each address."""
        flat = addresses.ravel()
        found, known = self._known.entity_of(flat.astype(np.uint32))
        found[~known] = self._real.entity_of(flat[~known])
        return found.reshape(addresses.shape)

    def members_of(self, entities: Array) -> Array:
        """Addresses of distinct entities."""
        self._require(entities)
        _, known = self._known.entity_of(entities.astype(np.uint32))
        found = [self._known.members_of(entity) for entity in entities[known].tolist()]
        members: Array = np.sort(np.concatenate([*found, self._real.members_of(entities[~known])]))
        return members

    def sizes_of(self, entities: Array) -> Array:
        """How many addresses entities would have."""
        self._require(entities)
        flat = entities.ravel()
        sizes = self._known.sizes_of(flat.astype(np.uint32))
        sizes[sizes == 0] = self._real.sizes_of(flat[sizes == 0])
        return sizes.reshape(entities.shape)

    def _require(self, entities: Array) -> None:
        wrong = entities[self.entity_of(entities) != entities]
        if len(wrong):
            raise NotFoundError(f"entity {int(wrong[0])}: no entity would have this id")

    def totals_of(self, entity: int) -> tuple[int, int, int] | None:
        """Nothing is kept of what is only supposed; None."""
        self._require(np.array([entity]))
        return None

    def several(self) -> Iterator[tuple[Array, Array]]:
        """Not listed: what is supposed is asked about some entities, not all."""
        raise UsageError("expected a question about some entities; all of them are not supposed anew")

    def links_in(self, transactions: Array) -> Links:
        """The links that hold all the same in some transactions."""
        return self._links.some(np.isin(self._links.transaction, transactions))

    def links_of(self, addresses: Array) -> Links:
        """The links that hold all the same of some addresses."""
        return self._links.some(np.isin(self._links.a, addresses) | np.isin(self._links.b, addresses))

    def at(self, then: Ledger) -> Control:
        """Not of the past: take the past first, then suppose."""
        raise UsageError("expected a height to be given first; ask at that height, and suppose there")


__all__ = ["Supposed"]
