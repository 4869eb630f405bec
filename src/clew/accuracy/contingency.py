"""Entities beside true owners: counts of addresses by both, from which all figures of entities follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.ledger.columns import Array


@dataclass(frozen=True)
class Contingency:
    """How many addresses each entity shares with each owner; only cells that hold any.

    By cell, int64: ``entity`` and ``owner`` (both numbered from 0), ``count``. By entity and by owner,
    int64: ``entity_size``, ``owner_size``. ``cell``, int64: the cell of each address. ``entities``,
    ``owners``: their numbers as given.
    """

    entity: Array
    owner: Array
    count: Array
    entity_size: Array
    owner_size: Array
    cell: Array
    entities: Array
    owners: Array

    def pairs(self) -> tuple[int, int, int]:
        """Pairs of addresses: together in both, together in an entity, together in truth. Exact.

        Fewer than 2^32 addresses have fewer than 2^63 pairs, so that int64 holds them.
        """
        return _pairs(self.count), _pairs(self.entity_size), _pairs(self.owner_size)

    def precision(self) -> Array:
        """For each address, which part of its entity is its owner's (B-cubed, Bagga and Baldwin 1998)."""
        return (self.count / self.entity_size[self.entity])[self.cell]

    def recall(self) -> Array:
        """For each address, which part of its owner's addresses is in its entity."""
        return (self.count / self.owner_size[self.owner])[self.cell]

    def owners_in(self) -> Array:
        """How many owners each entity holds addresses of; int64."""
        return np.bincount(self.entity, minlength=len(self.entities))

    def pieces(self) -> Array:
        """Over how many entities each owner's addresses are spread; int64."""
        return np.bincount(self.owner, minlength=len(self.owners))

    def is_joined(self) -> Array:
        """For each owner, whether some entity holds addresses of another owner too; bool."""
        joined = np.zeros(len(self.owners), bool)
        joined[self.owner[self.owners_in()[self.entity] > 1]] = True
        return joined

    def is_mixed(self) -> Array:
        """For each address, whether its entity holds an address of another owner; bool."""
        return (self.owners_in()[self.entity] > 1)[self.cell]


def contingency(entities: Any, owners: Any) -> Contingency:
    """Count addresses by entity and owner; both are numbers, one of each per address."""
    names_e, entity = np.unique(np.asarray(entities), return_inverse=True)
    names_o, owner = np.unique(np.asarray(owners), return_inverse=True)
    both = entity.astype(np.int64) * max(len(names_o), 1) + owner
    cells, cell, count = np.unique(both, return_inverse=True, return_counts=True)
    return Contingency(
        entity=cells // max(len(names_o), 1),
        owner=cells % max(len(names_o), 1),
        count=count.astype(np.int64),
        entity_size=np.bincount(entity, minlength=len(names_e)),
        owner_size=np.bincount(owner, minlength=len(names_o)),
        cell=cell,
        entities=names_e,
        owners=names_o,
    )


def _pairs(counts: Array) -> int:
    return int((counts * (counts - 1) // 2).sum())
