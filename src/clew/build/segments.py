"""Segments, from the rows of their blocks and the state before them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

import numpy as np

from clew.build.same_keys import nested_keys
from clew.kernels import lookup, postings, unionfind
from clew.ledger.columns import Array
from clew.ledger.derived import Derived, exact_sum
from clew.ledger.segments import Counts, Segment, Sums
from clew.schema import NO_ADDRESS, NO_OUTPUT, UNSPENT


def make_segment(
    columns: Mapping[str, Any],
    before: Derived,
    blocks: tuple[int, int],
    after: Counts,
    inputs: tuple[int, int],
) -> tuple[Segment, Sums]:
    """The segment of some blocks, and what it adds to the sums of the state before it.

    ``columns``: rows and links up to the last of them at least; ``before``: the state before the first;
    ``after``: counts at their end; ``inputs``: their first input, and one past their last.
    """
    return _Making(columns, before, after, inputs).run(blocks)


class _Making:
    def __init__(
        self, columns: Mapping[str, Any], before: Derived, after: Counts, inputs: tuple[int, int]
    ) -> None:
        self.columns = columns
        self.before = before
        self.start, self.end = before.end, after
        self.inputs = inputs
        self.paid = np.array(columns["outputs.address"][self.start.outputs : self.end.outputs])
        self.spent = columns["inputs.spent_output"][inputs[0] : inputs[1]]
        self.real = self.spent != NO_OUTPUT

    def run(self, blocks: tuple[int, int]) -> tuple[Segment, Sums]:
        arrays = {**self._spends(), **self._postings(), **self._lookups(), **self._entities()}
        lost = self._lost(arrays["spent_output"])
        arrays |= self._changes(arrays, lost)
        made, spent = self._spendable(), self.spent[self.real]
        value = self.columns["outputs.value"]
        sums = [exact_sum(value[outputs]) for outputs in (made, spent, lost)]
        joined = len(arrays["absorbed"]) + len(arrays["grown_address"])
        return Segment(*blocks, self.start, self.end, arrays), Sums(
            self.end.addresses - self.start.addresses - joined,
            len(made) - len(spent) - len(lost),
            sums[0] - sums[1] - sums[2],
        )

    def _spends(self) -> dict[str, Array]:
        rows = slice(self.start.transactions, self.end.transactions)
        first = np.asarray(self.columns["transactions.first_input"][rows])
        lengths = np.diff(np.append(first, self.inputs[1]))
        owner = np.repeat(np.arange(self.start.transactions, self.end.transactions), lengths)[self.real]
        outputs = self.spent[self.real]
        order = stable_order(outputs, 40)
        spent = outputs[order]
        addresses = self.columns["outputs.address"][spent]
        by_address = stable_order(addresses, 32)
        leaving, starts = _groups(addresses[by_address])
        return {
            "spent_output": spent,
            "spent_by": owner[order].astype(np.uint32),
            "leaving_address": leaving,
            "leaving_start": np.append(starts, len(spent)).astype(np.uint32),
            "leaving_output": spent[by_address],
        }

    def _spendable(self) -> Array:
        """Outputs of these blocks that can be spent; ids."""
        open_ = self.paid != NO_ADDRESS
        listed = self.columns["unspendable.output"]
        dead = listed[bisect_left(listed, self.start.outputs) : bisect_left(listed, self.end.outputs)]
        open_[dead - self.start.outputs] = False
        return np.flatnonzero(open_) + self.start.outputs

    def _lost(self, spent: Array) -> Array:
        """Outputs that a transaction of these blocks takes away, since it has the id of theirs; ids."""
        by = np.asarray(self.columns["overwritten.by"])
        rows = np.flatnonzero((by >= self.start.transactions) & (by < self.end.transactions))
        lost = [np.empty(0, np.int64)]
        for row in rows.tolist():
            each = int(self.columns["overwritten.transaction"][row])
            first, last = (int(at) for at in self.columns["transactions.first_output"][each : each + 2])
            outputs = np.arange(first, last)
            old = outputs < self.start.outputs
            unspent = np.isin(outputs, self._spendable())
            unspent[old] = self.before.spent_by(outputs[old]) == UNSPENT
            lost.append(outputs[unspent & ~np.isin(outputs, spent)])
        return np.concatenate(lost)

    def _postings(self) -> dict[str, Array]:
        outputs = np.flatnonzero(self.paid != NO_ADDRESS)
        order = outputs[stable_order(self.paid[outputs], 32)]
        addresses, starts = _groups(self.paid[order])
        return {
            "posted_address": addresses,
            "posted_start": np.append(starts, len(order)).astype(np.uint32),
            "posted_output": order + self.start.outputs,
        }

    def _lookups(self) -> dict[str, Array]:
        columns = self.columns
        txid = columns["transactions.txid"][self.start.transactions : self.end.transactions]
        keys = np.ascontiguousarray(txid).view(np.uint64)[:, 0]
        order = key_order(keys)
        new = address_keys(columns, self.start.addresses, self.end.addresses)
        by_key = key_order(new)
        hashes, around = nested_keys(columns, self.start.addresses, self.end.addresses)
        by_nested = key_order(around)
        return {
            "transaction_key": keys[order],
            "transaction_id": (order + self.start.transactions).astype(np.uint32),
            "address_key": new[by_key],
            "address_id": (by_key + self.start.addresses).astype(np.uint32),
            "nested_key": around[by_nested],
            "nested_id": hashes[by_nested].astype(np.uint32),
        }

    def _entities(self) -> dict[str, Array]:
        first, last = self.start.addresses, self.end.addresses
        where = self.columns["links.transaction"]
        rows = slice(bisect_left(where, self.start.transactions), bisect_left(where, self.end.transactions))
        a, b = (self._entity_before(np.array(self.columns[f"links.{name}"][rows])) for name in "ab")
        ids, places = _ranked(np.concatenate([a, b]))
        parents = np.arange(len(ids), dtype=np.uint32)
        unionfind.union(parents, places[: len(a)].astype(np.uint32), places[len(a) :].astype(np.uint32))
        unionfind.flatten(parents)
        heirs = ids[parents]
        new = ids >= first
        entities = np.arange(first, last, dtype=np.uint32)
        entities[ids[new] - first] = heirs[new]
        gone = ~new & (heirs != ids)
        absorbed, heir = ids[gone].astype(np.uint32), heirs[gone].astype(np.uint32)
        by_heir = np.lexsort((absorbed, heir))
        joined = np.flatnonzero(entities != np.arange(first, last))
        order = joined[stable_order(entities[joined], 32)]
        grown, starts = _groups(entities[order])
        return {
            "new_entity": entities,
            "grown_entity": grown,
            "grown_start": np.append(starts, len(order)).astype(np.uint32),
            "grown_address": (order + first).astype(np.uint32),
            "absorbed": absorbed,
            "heir": heir,
            "heirs": heir[by_heir],
            "absorbed_by": absorbed[by_heir],
        }

    def _entity_before(self, addresses: Array) -> Array:
        """Entities before these blocks; new addresses stand for themselves. int64."""
        found = addresses.astype(np.int64)
        old = addresses < self.start.addresses
        found[old] = self.before.entity_of(found[old])
        return found

    def _entity_after(self, addresses: Array, arrays: Mapping[str, Array]) -> Array:
        found = self._entity_before(addresses)
        new = found >= self.start.addresses
        found[new] = arrays["new_entity"][found[new] - self.start.addresses]
        absorbed = arrays["absorbed"]
        if len(absorbed):
            places = np.minimum(np.searchsorted(absorbed, found.astype(np.uint32)), len(absorbed) - 1)
            hit = (absorbed[places] == found) & ~new
            found[hit] = arrays["heir"][places[hit]]
        return found

    def _changes(self, arrays: Mapping[str, Array], lost: Array) -> dict[str, Array]:
        """What entities received, and what their balances gained."""
        value, address = self.columns["outputs.value"], self.columns["outputs.address"]
        received = np.flatnonzero(self.paid != NO_ADDRESS)
        alive = np.zeros(len(self.paid), np.uint8)
        alive[self._spendable() - self.start.outputs] = 1
        moved = np.concatenate([received + self.start.outputs, self.spent[self.real], lost])
        changed, places = _ranked(self._entity_after(address[moved], arrays))
        sums = np.zeros((len(changed), 5), np.int64)
        postings.add_changes(places, value[moved], alive[received], sums)
        names = ("outputs", "received_low", "received_high", "balance_low", "balance_high")
        return {"changed": changed.astype(np.uint32), **{name: sums[:, at] for at, name in enumerate(names)}}


def _groups(ordered: Array) -> tuple[Array, Array]:
    """The distinct numbers of an ascending array, and where each one begins."""
    starts = (
        np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        if len(ordered)
        else np.empty(0, np.int64)
    )
    return ordered[starts], starts


def _ranked(ids: Array) -> tuple[Array, Array]:
    """The distinct ones of some ids (below 2^32), ascending, and the place of each among them; int64."""
    order = stable_order(ids, 32)
    distinct, starts = _groups(ids[order])
    places = np.empty(len(ids), np.int64)
    places[order] = np.repeat(np.arange(len(distinct)), np.diff(np.append(starts, len(ids))))
    return distinct, places


def stable_order(keys: Array, bits: int) -> Array:
    """The order that sorts ``keys`` (integers of so many bits), equal ones as they stand; int64."""
    if len(keys) >> (64 - bits):
        return np.argsort(keys, kind="stable")
    # Sorting plain numbers is several times faster than sorting places by their numbers.
    packed = keys.astype(np.uint64) << np.uint64(64 - bits) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    order: Array = (packed & np.uint64((1 << (64 - bits)) - 1)).astype(np.int64)
    return order


def key_order(keys: Array) -> Array:
    """The order that sorts ``keys`` (uint64), equal ones as they stand; int64."""
    order = np.argsort(keys)
    ordered = keys[order]
    return np.argsort(keys, kind="stable") if (ordered[1:] == ordered[:-1]).any() else order


def address_keys(columns: Mapping[str, Any], first: int, last: int) -> Array:
    """Look-up keys of addresses ``first`` to ``last``; uint64."""

    def parts(table: str, part: str) -> tuple[Array, Array]:
        owners = columns[f"{table}.address"]
        rows = slice(bisect_left(owners, first), bisect_left(owners, last))
        held = columns[f"{table}.{part}"][rows]
        return np.ascontiguousarray(owners[rows]), np.ascontiguousarray(held)

    keys = np.empty(last - first, np.uint64)
    lookup.address_keys(
        np.ascontiguousarray(columns["addresses.type"][first:last]),
        np.ascontiguousarray(columns["addresses.head"][first:last]),
        parts("address_tails", "tail"),
        parts("address_ends", "end"),
        first,
        lookup.SEED,
        keys,
    )
    return keys
