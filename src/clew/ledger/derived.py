"""What follows from the rows, as it is read: the base, and what the segments change in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from clew.errors import NotFoundError
from clew.ledger.columns import Array, Numbers, distinct, search
from clew.ledger.keys import bucket_bits, bucket_of
from clew.ledger.segments import Counts, Segment
from clew.schema import MAX_TRANSACTIONS, NULLDATA, OVERWRITTEN, UNSPENDABLE, UNSPENT

_ROWS_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class AddressSums:
    """Outputs of an address and their sums in satoshi.

    ``last`` is the last transaction that spent one, or -1.
    """

    outputs: int
    received: int
    balance: int
    overwritten: int
    unspendable: int
    last: int

    @property
    def sent(self) -> int:
        """Sum of those spent."""
        return self.received - self.balance - self.overwritten - self.unspendable


_BUSY = ("outputs", "received", "received_high", "balance", "overwritten", "unspendable", "last")


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
        for first, last in self._overwritten_in(0, self.end.outputs):
            found[(outputs >= first) & (outputs < last) & (found == UNSPENT)] = OVERWRITTEN

    def _overwritten_in(self, first: int, last: int) -> list[tuple[int, int]]:
        """Outputs ``first`` to ``last`` that blocks after the base overwrote, as ranges."""
        by = np.asarray(self.column("overwritten.by"))
        ranges = []
        for row in np.flatnonzero((by >= self.base.transactions) & (by < self.end.transactions)).tolist():
            lost = int(self.column("overwritten.transaction")[row])
            start, end = self.column("transactions.first_output")[lost : lost + 2].tolist()
            if start < last and first < end:
                ranges.append((max(start, first), min(end, last)))
        return ranges

    def spent_by_span(self, first: int, last: int) -> Array:
        """Who spent outputs ``first`` to ``last``; u4. Costs what the segments changed among them."""
        edge = min(max(self.base.outputs, first), last)
        found: Array = self.column("spends.spent_by")[first:edge]
        if not self.segments:
            return found
        if edge < last:
            dead = self._is_dead(np.arange(edge, last))
            found = np.concatenate([found, np.where(dead, np.uint32(UNSPENDABLE), np.uint32(UNSPENT))])
        for segment in self.segments:
            start, end = np.searchsorted(segment.spent_output, [first, last]).tolist()
            if start < end:
                found = _own(found)
                found[segment.spent_output[start:end] - first] = segment.spent_by[start:end]
        lost = self._overwritten_in(first, last)
        if lost:
            found = _own(found)
        for start, end in lost:
            part = found[start - first : end - first]
            part[part == UNSPENT] = OVERWRITTEN
        return found

    # Addresses and transactions

    def _entries(self, subject: str) -> int:
        """By how many entries the base's look-up of a ``transaction``, ``address`` or ``nested`` key has
        its buckets."""
        return self.base.transactions if subject == "transaction" else self.base.addresses

    def candidates(self, subject: str, key: int) -> list[int]:
        """Ids that may be of a ``transaction``, an ``address`` or a ``nested`` key with this, ascending."""
        count = self._entries(subject)
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
        count = self._entries(subject)
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

    def outputs_each(self, addresses: Array) -> Array:
        """How many outputs pay to each of some addresses, without reading which; int64."""
        addresses = addresses.astype(np.int64)
        counts = np.zeros(len(addresses), np.int64)
        old = addresses < self.base.addresses
        if old.any():
            starts = self.column("posting_starts.start")
            counts[old] = starts[addresses[old] + 1].astype(np.int64) - starts[addresses[old]]
        for segment in self.segments:
            places, hit = _find(segment.posted_address, addresses)
            at = places[hit]
            counts[hit] += segment.posted_start[at + 1] - segment.posted_start[at]
        return counts

    def count_outputs(self, addresses: Array) -> int:
        """How many outputs pay to any of some distinct addresses; without reading which."""
        return int(self.outputs_each(addresses).sum())

    def sums_of_address(self, address: int, outputs: Array) -> AddressSums:
        """What the ``outputs`` of an address add up to; quick where it has many."""
        rows, hit = _find(self.column("busy_addresses.address"), np.array([address]))
        by = self.column("overwritten.by")
        if hit[0] and not (len(by) and int(by[-1]) >= self.base.transactions):
            return self._kept_sums(address, int(rows[0]))
        values, spent_by = self.column("outputs.value")[outputs], self.spent_by(outputs)
        spent = spent_by[spent_by < MAX_TRANSACTIONS]

        def left(mark: int) -> int:
            return exact_sum(values[np.flatnonzero(spent_by == mark)])

        last = int(spent.max()) if len(spent) else -1
        received = exact_sum(values)
        return AddressSums(len(outputs), received, left(UNSPENT), left(OVERWRITTEN), left(UNSPENDABLE), last)

    def _kept_sums(self, address: int, row: int) -> AddressSums:
        base = {name: int(self.column(f"busy_addresses.{name}")[row]) for name in _BUSY}
        values = self.column("outputs.value")
        received = base["received"] + (base["received_high"] << 64)
        outputs, balance, dead = base["outputs"], base["balance"], base["unspendable"]
        last = -1 if base["last"] == UNSPENT else base["last"]
        for segment in self.segments:
            new = _listed(segment.posted_address, segment.posted_start, segment.posted_output, address)
            gone = _listed(segment.leaving_address, segment.leaving_start, segment.leaving_output, address)
            none = self._is_dead(new)
            outputs += len(new)
            received += exact_sum(values[new])
            dead += exact_sum(values[new[none]])
            balance += exact_sum(values[new[~none]]) - exact_sum(values[gone])
            if len(gone):
                last = max(last, int(segment.spent_by[_find(segment.spent_output, gone)[0]].max()))
        return AddressSums(outputs, received, balance, base["overwritten"], dead, last)

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
        """Entity of addresses ``first`` to ``last``; u4. Costs what the segments changed among them."""
        edge = min(max(self.base.addresses, first), last)
        found: Array = self.column("entities.entity")[first:edge]
        if not self.segments:
            return found
        addresses, entities = self._moved
        start, end = np.searchsorted(addresses, [first, edge]).tolist()
        if start < end:
            found = _own(found)
            found[addresses[start:end] - first] = entities[start:end]
        return np.concatenate([found, self.entity_of(np.arange(edge, last))]) if edge < last else found

    @cached_property
    def _moved(self) -> tuple[Array, Array]:
        """Addresses of the base whose entity became part of another, ascending; and the one it is now."""
        absorbed = self.absorbed_entities()
        addresses = np.union1d(absorbed, self.base_members(absorbed).astype(np.int64))
        return addresses, self.entity_of(addresses)

    def require_entities(self, entities: Array) -> None:
        """Raise NotFoundError where one of ``entities`` is the id of none."""
        known = entities < self.end.addresses
        wrong = ~known
        wrong[known] = self.entity_of(entities[known]) != entities[known]
        if wrong.any():
            raise NotFoundError(f"entity {int(entities[wrong][0])}: no entity has this id at this tip")

    def _levels(self, entities: Array) -> tuple[Array, list[Array]]:
        """What distinct entities were before the first segment, and at the end of each; ids, int64."""
        ids = entities.astype(np.int64)
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
        roots, levels = self._levels(entities)
        found = [roots.astype(np.uint32), self.base_members(roots)]
        for segment, ids in zip(self.segments, levels, strict=True):
            places, hit = _find(segment.grown_entity, ids)
            at = places[hit]
            start = segment.grown_start[at]
            found.append(segment.grown_address[expand(start, segment.grown_start[at + 1] - start)])
        return distinct(np.concatenate(found))

    def base_members(self, roots: Array) -> Array:
        """Addresses that entities of several had in the base, by entity; u4. Others have none here."""
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
            roots, levels = self._levels(entities[row : row + 1])
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
        roots, levels = self._levels(np.array([entity]))
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
            members = distinct(np.concatenate([small.astype(np.uint32), self.base_members(small)]))
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


def _own(found: Array) -> Array:
    """An array that may be written to: what lies in a file is copied."""
    return found if found.flags.writeable else found.copy()


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


def _listed(addresses: Array, starts: Array, outputs: Array, address: int) -> Array:
    """The outputs that a segment lists for an address."""
    places, hit = _find(addresses, np.array([address]))
    at = int(places[0])
    found: Array = outputs[int(starts[at]) : int(starts[at + 1])] if hit[0] else outputs[:0]
    return found


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
