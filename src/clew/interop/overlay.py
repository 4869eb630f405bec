"""What the segments add to postings, members, entity lists and totals, each as one small batch.

The base is given row by row, without the rows that no longer hold; what holds instead is made here.
The work grows with what the segments changed, not with the chain.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import MANY_OUTPUTS

Batch = dict[str, Array]
Read = Callable[[int, int], Array]


class Overlay:
    """The changes of a ledger's segments; each is computed when it is first asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._derived = ledger.derived
        self._segments = ledger.derived.segments
        self._base = ledger.derived.base.addresses

    def postings(self) -> Batch:
        """Address and output of every output that a segment paid, by segment, then address."""
        owners = [np.repeat(each.posted_address, np.diff(each.posted_start)) for each in self._segments]
        outputs = [each.posted_output for each in self._segments]
        return {"address": _joined(owners, np.uint32), "output": _joined(outputs, np.int64)}

    def untouched(self, entity: Read) -> Read | None:
        """Tells which rows of the base are of entities that are as they were; None where all are."""
        return (
            None if not self._segments else lambda first, last: _without(entity(first, last), self._touched)
        )

    def unchanged(self, entity: Read) -> Read | None:
        """Tells which rows of the base are of entities whose sums are as they were; None where all are."""
        return (
            None if not self._segments else lambda first, last: _without(entity(first, last), self._changed)
        )

    @cached_property
    def _touched(self) -> Array:
        """Entities of the base that have other members now, or are part of another; ascending, int64."""
        touched = self._derived.grown_entities()[0]
        return np.union1d(touched[touched < self._base], self._derived.absorbed_entities())

    @cached_property
    def _grouped(self) -> tuple[Array, Array]:
        """Entity and address of all members of entities that segments touched, by entity, then address."""
        new = np.arange(self._base, self._derived.end.addresses)
        old = np.union1d(self._touched, self._derived.base_members(self._touched).astype(np.int64))
        addresses = np.concatenate([old, new])
        entities = self._derived.entity_of(addresses)
        order = np.lexsort((addresses, entities))
        return entities[order], addresses[order].astype(np.uint32)

    def members(self) -> Batch:
        """Entity and address of the members of touched entities of several."""
        if not self._segments:
            return {"entity": np.empty(0, np.uint32), "address": np.empty(0, np.uint32)}
        entities, addresses = self._grouped
        _, place, sizes = np.unique(entities, return_inverse=True, return_counts=True)
        several = sizes[place] > 1
        return {"entity": entities[several], "address": addresses[several]}

    def entity_list(self) -> Batch:
        """Touched entities of several, with their sizes."""
        entities, sizes = np.unique(self._grouped[0], return_counts=True)
        return {"entity": entities[sizes > 1], "size": sizes[sizes > 1]}

    @cached_property
    def _changed(self) -> Array:
        """Entities of before whose sums changed, or that became part of another or took another in."""
        named = [
            ids.astype(np.int64)
            for segment in self._segments
            for ids in (segment.changed, segment.absorbed, segment.heir)
        ]
        return np.unique(_joined(named, np.int64))

    def totals(self) -> Batch:
        """Sums of the changed entities that received many outputs."""
        return self._sums

    @cached_property
    def _sums(self) -> Batch:
        """Sums of the changed entities that received many outputs."""
        rows = []
        for entity in self._many().tolist():
            outputs, received, balance = self._ledger.entity_totals(entity)
            rows.append((entity, outputs, received & (1 << 64) - 1, received >> 64, balance))
        kinds = {"entity": np.uint32, "outputs": np.uint32, "received": np.uint64}
        kinds |= {"received_high": np.uint16, "balance": np.uint64}
        columns = zip(*rows, strict=True) if rows else [()] * len(kinds)
        return {
            name: np.array(values, kind) for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }

    def _many(self) -> Array:
        """Changed entities, as of the tip, that received many outputs; ascending, int64."""
        if not self._segments:
            return np.empty(0, np.int64)
        then = self._changed
        now = self._derived.entity_of(then).astype(np.int64)
        entities = np.unique(now)
        outputs = np.zeros(len(entities), np.int64)
        for segment in self._segments:
            ids = self._derived.entity_of(segment.changed.astype(np.int64)).astype(np.int64)
            np.add.at(outputs, np.searchsorted(entities, ids), segment.outputs)
        kept = np.asarray(self._ledger.column("totals.entity"), np.int64)
        roots = np.union1d(then, entities)
        roots = roots[roots < self._base]
        # Those with sums in the base received many already; the others have few members to count.
        has_many = np.isin(roots, kept)
        large = np.searchsorted(entities, self._derived.entity_of(roots[has_many]))
        outputs[large] += MANY_OUTPUTS
        small = roots[~has_many]
        members = np.union1d(small, self._derived.base_members(small).astype(np.int64))
        starts = self._ledger.column("posting_starts.start")
        owners = np.searchsorted(entities, self._derived.entity_of(members))
        np.add.at(outputs, owners, starts[members + 1] - starts[members])
        return entities[outputs >= MANY_OUTPUTS]


def _without(entities: Array, gone: Array) -> Array:
    """Which of ``entities`` are not in ``gone``, which ascends."""
    if not len(gone):
        return np.ones(len(entities), np.bool_)
    places = np.minimum(np.searchsorted(gone, entities), len(gone) - 1)
    kept: Array = gone[places] != entities
    return kept


def _joined(parts: list[Array], dtype: type) -> Array:
    return np.concatenate([np.empty(0, dtype), *(part.astype(dtype, copy=False) for part in parts)])


__all__ = ["Overlay"]
