"""What follows from the rows, as it is read: the base, and what the segments change in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clew.errors import NotFoundError
from clew.ledger.columns import Array, Numbers, search
from clew.ledger.keys import bucket_bits, bucket_of
from clew.ledger.segments import Counts, Segment
from clew.schema import NULLDATA, OVERWRITTEN, UNSPENDABLE, UNSPENT

_ROWS_AT_ONCE = 1 << 22


class Derived:
    """The state of outputs, addresses and entities at the end of the last segment.

    ``columns``: those of rows and of the base, by name; ``base`` says how far the base goes.
    """

    def __init__(self, columns: Mapping[str, Any], base: Counts, segments: Sequence[Segment]) -> None:
        self.column = columns.__getitem__
        self.base = base
        self.segments = segments
        self.end = segments[-1].after if segments else base

    # Spends

    def spent_by(self, outputs: Array) -> Array:
        """Who spent each output, as in the schema; u4, same shape."""
        column = self.column("spends.spent_by")
        if not self.segments or outputs.max(initial=-1) < self.base.outputs:
            # A copy, since what the segments change is written into it.
            found: Array = np.array(column[outputs])
        else:
            found = np.full(outputs.shape, UNSPENT, np.uint32)
            old = outputs < self.base.outputs
            found[old] = column[outputs[old]]
            new = np.flatnonzero(~old)
            found[new[self._is_dead(outputs[new])]] = UNSPENDABLE
        ordered = bool(self.segments) and outputs.dtype == np.int64 and outputs.ndim == 1
        ordered = ordered and bool((outputs[1:] > outputs[:-1]).all())
        for segment in self.segments:
            if ordered and len(segment.spent_output) < len(outputs):
                places, hit = _find(outputs, segment.spent_output)
                found[places[hit]] = segment.spent_by[hit]
            else:
                places, hit = _find(segment.spent_output, outputs)
                found[hit] = segment.spent_by[places[hit]]
        if self.segments:
            self._mark_overwritten(outputs, found)
        return found

    def _is_dead(self, outputs: Array) -> Array:
        dead: Array = self.column("outputs.script_type")[outputs] == NULLDATA
        dead |= _find(self.column("unspendable.output"), outputs)[1]
        return dead

    def _mark_overwritten(self, outputs: Array, found: Array) -> None:
        by = np.asarray(self.column("overwritten.by"))
        for row in np.flatnonzero(by >= self.base.transactions).tolist():
            if by[row] >= self.end.transactions:
                continue
            lost = int(self.column("overwritten.transaction")[row])
            first, last = self.column("transactions.first_output")[lost : lost + 2].tolist()
            found[(outputs >= first) & (outputs < last) & (found == UNSPENT)] = OVERWRITTEN

    def spent_by_span(self, first: int, last: int) -> Array:
        """Who spent outputs ``first`` to ``last``; u4."""
        if last <= self.base.outputs and not self.segments:
            found: Array = self.column("spends.spent_by")[first:last]
            return found
        return self.spent_by(np.arange(first, last))

    # Addresses and transactions

    def candidates(self, subject: str, key: int) -> list[int]:
        """Ids that may be of a ``transaction`` or an ``address`` with this key, ascending."""
        count = self.base.transactions if subject == "transaction" else self.base.addresses
        found: list[int] = []
        if count:
            bucket, fingerprint = bucket_of(key, bucket_bits(count))
            starts = self.column(f"{subject}_buckets.start")
            span = slice(int(starts[bucket]), int(starts[bucket + 1]))
            same = self.column(f"{subject}_lookup.fingerprint")[span] == fingerprint
            found = self.column(f"{subject}_lookup.id")[span][same].tolist()
        for segment in self.segments:
            keys = segment.arrays[f"{subject}_key"]
            at = int(np.searchsorted(keys, np.uint64(key)))
            while at < len(keys) and int(keys[at]) == key:
                found.append(int(segment.arrays[f"{subject}_id"][at]))
                at += 1
        return found

    def candidates_of(self, subject: str, keys: Array) -> tuple[Array, Array]:
        """Candidates for many keys (u8): which key each belongs to, and the ids; int64, by key."""
        count = self.base.transactions if subject == "transaction" else self.base.addresses
        places, ids = [], []
        if count and len(keys):
            bits = bucket_bits(count)
            buckets = (
                (keys >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(keys), np.int64)
            )
            starts = self.column(f"{subject}_buckets.start")
            first = starts[buckets].astype(np.int64)
            lengths = starts[buckets + 1] - first
            rows = expand(first, lengths)
            place = np.repeat(np.arange(len(keys)), lengths)
            wanted = (keys >> np.uint64(56 - bits)).astype(np.uint8)
            same = self.column(f"{subject}_lookup.fingerprint")[rows] == wanted[place]
            places.append(place[same])
            ids.append(self.column(f"{subject}_lookup.id")[rows[same]].astype(np.int64))
        for segment in self.segments:
            held = segment.arrays[f"{subject}_key"]
            first = np.searchsorted(held, keys)
            lengths = np.searchsorted(held, keys, "right") - first
            places.append(np.repeat(np.arange(len(keys)), lengths))
            ids.append(segment.arrays[f"{subject}_id"][expand(first, lengths)].astype(np.int64))
        if not places:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        place, found = np.concatenate(places), np.concatenate(ids)
        order = np.lexsort((found, place))
        return place[order], found[order]

    def outputs_of(self, addresses: Array) -> Array:
        """Ids of all outputs that pay to any of some distinct addresses, ascending; int64."""
        addresses = addresses.astype(np.int64)
        old = addresses[addresses < self.base.addresses]
        found = []
        if len(old):
            starts = self.column("posting_starts.start")
            first, last = starts[old], starts[old + 1]
            if len(old) == 1:
                found.append(self.column("postings.output")[int(first[0]) : int(last[0])])
            else:
                found.append(self.column("postings.output")[expand(first, last - first)])
        for segment in self.segments:
            places, hit = _find(segment.posted_address, addresses)
            at = places[hit]
            start = segment.posted_start[at]
            found.append(segment.posted_output[expand(start, segment.posted_start[at + 1] - start)])
        outputs: Array = np.concatenate(found) if found else np.empty(0, np.int64)
        # Those of one address ascend already.
        return outputs if len(addresses) == 1 else np.sort(outputs)

    # Entities

    def entity_of(self, addresses: Array) -> Array:
        """Entity of each address; u4, same shape."""
        found = np.zeros(addresses.shape, np.uint32)
        old = addresses < self.base.addresses
        found[old] = self.column("entities.entity")[addresses[old]]
        for segment in self.segments:
            earlier = addresses < segment.before.addresses
            found[earlier] = _mapped(segment, found[earlier])
            mine = ~earlier & (addresses < segment.after.addresses)
            found[mine] = segment.new_entity[addresses[mine] - segment.before.addresses]
        return found

    def entity_span(self, first: int, last: int) -> Array:
        """Entity of addresses ``first`` to ``last``; u4."""
        if last <= self.base.addresses and not self.segments:
            found: Array = self.column("entities.entity")[first:last]
            return found
        return self.entity_of(np.arange(first, last))

    def require_entities(self, entities: Array) -> None:
        """Raise NotFoundError where one of ``entities`` is the id of none."""
        known = entities < self.end.addresses
        wrong = ~known
        wrong[known] = self.entity_of(entities[known]) != entities[known]
        if wrong.any():
            raise NotFoundError(f"entity {int(entities[wrong][0])}: no entity has this id at this tip")

    def _levels(self, entity: int) -> tuple[Array, list[Array]]:
        """What one entity was before the first segment, and at the end of each; ids, int64."""
        ids = np.array([entity], np.int64)
        levels = []
        for segment in reversed(self.segments):
            levels.append(ids)
            first = np.searchsorted(segment.heirs, ids)
            lengths = np.searchsorted(segment.heirs, ids, "right") - first
            ids = np.concatenate([ids, segment.absorbed_by[expand(first, lengths)].astype(np.int64)])
        return ids, levels[::-1]

    def members_of(self, entities: Array) -> Array:
        """Addresses of distinct entities, ascending; u4. Raises NotFoundError."""
        self.require_entities(entities)
        found = [entities.astype(np.uint32)]
        if not self.segments:
            found.append(self._base_members(entities))
        else:
            for entity in entities.tolist():
                roots, levels = self._levels(entity)
                found.append(roots.astype(np.uint32))
                found.append(self._base_members(roots))
                for segment, ids in zip(self.segments, levels, strict=True):
                    places, hit = _find(segment.grown_entity, ids)
                    at = places[hit]
                    start = segment.grown_start[at]
                    found.append(segment.grown_address[expand(start, segment.grown_start[at + 1] - start)])
        members: Array = np.unique(np.concatenate(found))
        return members

    def _base_members(self, roots: Array) -> Array:
        rows, hit = _find(self.column("entity_list.entity"), roots)
        at = rows[hit]
        spans = expand(self.column("entity_list.start")[at], self.column("entity_list.size")[at])
        found: Array = self.column("members.address")[spans]
        return found

    def _base_sizes(self, roots: Array) -> Array:
        """How many addresses of the base entities have, those of one included; int64."""
        rows, hit = _find(self.column("entity_list.entity"), roots)
        sizes = (roots < self.base.addresses).astype(np.int64)
        sizes[hit] = self.column("entity_list.size")[rows[hit]]
        return sizes

    def sizes_of(self, entities: Array) -> Array:
        """How many addresses entities have; int64, same shape. Raises NotFoundError."""
        self.require_entities(entities)
        sizes = self._base_sizes(entities)
        for row in np.flatnonzero(self._is_touched(entities)).tolist():
            roots, levels = self._levels(int(entities[row]))
            size = int(self._base_sizes(roots).sum()) + int((roots >= self.base.addresses).sum())
            for segment, ids in zip(self.segments, levels, strict=True):
                places, hit = _find(segment.grown_entity, ids)
                at = places[hit]
                size += int((segment.grown_start[at + 1] - segment.grown_start[at]).sum())
            sizes[row] = size
        return sizes

    def _is_touched(self, entities: Array) -> Array:
        """Which entities have other members than in the base."""
        touched: Array = entities >= self.base.addresses
        for segment in self.segments:
            touched = touched | _find(segment.heirs, entities)[1] | _find(segment.grown_entity, entities)[1]
        return touched

    def grown_entities(self) -> tuple[Array, Array]:
        """Entities of several addresses (at the end) that have other ones than in the base, ascending, and
        how many they have; int64."""
        absorbed = self.absorbed_entities()
        joined, heirs = self.entity_of(absorbed), []
        for first in range(self.base.addresses, self.end.addresses, _ROWS_AT_ONCE):
            new = np.arange(first, min(first + _ROWS_AT_ONCE, self.end.addresses))
            entities = self.entity_of(new)
            heirs.append(entities[entities != new])
        into = np.concatenate([joined, *heirs]).astype(np.int64)
        grown, places = np.unique(into, return_inverse=True)
        sizes = self._base_sizes(grown) + (grown >= self.base.addresses)
        gained = np.concatenate([self._base_sizes(absorbed), np.ones(len(into) - len(joined), np.int64)])
        np.add.at(sizes, places, gained)
        return grown, sizes

    def absorbed_entities(self) -> Array:
        """Entities of the base that are part of another at the end, ascending; int64."""
        named = [segment.absorbed for segment in self.segments]
        if not named:
            return np.empty(0, np.int64)
        ids = np.unique(np.concatenate(named)).astype(np.int64)
        return ids[ids < self.base.addresses]

    def totals_of(self, entity: int) -> tuple[int, int, int]:
        """Outputs that one entity received, their sum, and the sum of those unspent; satoshi.

        Raises NotFoundError.
        """
        self.require_entities(np.array([entity]))
        roots, levels = self._levels(entity)
        roots = roots[roots < self.base.addresses]
        rows, hit = _find(self.column("totals.entity"), roots)
        outputs = received = balance = 0
        for row in rows[hit].tolist():
            outputs += int(self.column("totals.outputs")[row])
            received += int(self.column("totals.received")[row])
            received += int(self.column("totals.received_high")[row]) << 64
            balance += int(self.column("totals.balance")[row])
        small = roots[~hit]
        if len(small):
            members = np.unique(np.concatenate([small.astype(np.uint32), self._base_members(small)]))
            starts = self.column("posting_starts.start")
            first, last = starts[members.astype(np.int64)], starts[members.astype(np.int64) + 1]
            paid = self.column("postings.output")[expand(first, last - first)]
            values = self.column("outputs.value")[paid]
            outputs += len(paid)
            received += exact_sum(values)
            balance += exact_sum(values[self.column("spends.spent_by")[paid] == UNSPENT])
        for segment, ids in zip(self.segments, levels, strict=True):
            places, hit = _find(segment.changed, ids)
            at = places[hit]
            outputs += int(segment.outputs[at].sum())
            received += int(segment.received_low[at].sum()) + (int(segment.received_high[at].sum()) << 32)
            balance += int(segment.balance_low[at].sum()) + (int(segment.balance_high[at].sum()) << 32)
        return outputs, received, balance


def exact_sum(values: Array) -> int:
    """Sum of satoshi (int64), which may be beyond 63 bits."""
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())


def _mapped(segment: Segment, entities: Array) -> Array:
    """Entities of before a segment as they are at its end."""
    places, hit = _find(segment.absorbed, entities)
    entities = entities.copy()
    entities[hit] = segment.heir[places[hit]]
    return entities


def _find(ordered: Any, values: Array) -> tuple[Array, Array]:
    """Where each of ``values`` stands in ``ordered``, which ascends without repeats; and whether it does."""
    if not len(ordered):
        return np.zeros(values.shape, np.int64), np.zeros(values.shape, np.bool_)
    places = np.minimum(search(ordered, values), len(ordered) - 1)
    return places, ordered[places] == values


def expand(starts: Array, lengths: Array) -> Array:
    """All numbers of the ranges that begin at ``starts`` and hold ``lengths`` numbers; int64."""
    lengths = lengths.astype(np.int64)
    ends = np.cumsum(lengths)
    offsets = starts.astype(np.int64) - (ends - lengths)
    numbers: Array = np.arange(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    numbers += np.repeat(offsets, lengths)
    return numbers


class SpentBy(Numbers):
    """``spends.spent_by`` of every output, at the end of the last segment."""

    dtype = np.dtype(np.uint32)

    def __init__(self, derived: Derived) -> None:
        self._derived = derived

    def __len__(self) -> int:
        return self._derived.end.outputs

    def some(self, rows: Array) -> Array:
        """Who spent the outputs ``rows``."""
        return self._derived.spent_by(rows)

    def span(self, first: int, last: int, step: int) -> Array:
        """Who spent outputs ``first`` to ``last``."""
        return self._derived.spent_by_span(first, max(first, last))[::step]


class EntityOf(Numbers):
    """``entities.entity`` of every address, at the end of the last segment."""

    dtype = np.dtype(np.uint32)

    def __init__(self, derived: Derived) -> None:
        self._derived = derived

    def __len__(self) -> int:
        return self._derived.end.addresses

    def some(self, rows: Array) -> Array:
        """The entities of the addresses ``rows``."""
        return self._derived.entity_of(rows)

    def span(self, first: int, last: int, step: int) -> Array:
        """The entities of addresses ``first`` to ``last``."""
        return self._derived.entity_span(first, max(first, last))[::step]


__all__ = ["Derived", "EntityOf", "SpentBy", "exact_sum", "expand"]
