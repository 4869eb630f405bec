"""The addresses seen so far, while a build runs: in memory, with room made batch by batch."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import numpy as np

from clew.build.soundness import require_starts
from clew.engine.local import LocalEngine
from clew.kernels import addresses as kernel
from clew.kernels.lookup import address_keys, partition
from clew.kernels.parse import Columns
from clew.ledger.tables import Array
from clew.schema import HEAD_BYTES, NO_ADDRESS, PAYLOAD_BYTES, PAYLOAD_STRIDE, TAIL_BYTES, WITNESS_UNKNOWN

SHARDS = kernel.SHARDS
ADDRESS_SEED = np.uint64(secrets.randbits(64))
"""Keys the table of this process, so that nobody can make addresses that share a slot in it. No id
depends on it."""

_SHARD_SHIFT = np.uint64(64 - kernel.SHARD_BITS)
_FULLEST = 0.7
_CHUNK = 1 << 20


class Growing:
    """An array that is appended to; ``view()`` is what it holds."""

    def __init__(self, dtype: Any, width: int = 1) -> None:
        self._shape = () if width == 1 else (width,)
        self._data: Array = np.zeros((1024, *self._shape), dtype)
        self.length = 0

    def extend(self, rows: Array) -> None:
        """Append rows."""
        need = self.length + len(rows)
        if need > len(self._data):
            larger = np.zeros((max(need, len(self._data) * 3 // 2), *self._shape), self._data.dtype)
            larger[: self.length] = self._data[: self.length]
            self._data = larger
        self._data[self.length : need] = rows
        self.length = need

    def view(self) -> Array:
        """The rows so far."""
        return self._data[: self.length]


class AddressBook:
    """Gives each output its address id, and each new address the next one."""

    def __init__(self) -> None:
        self._types = Growing(np.uint8)
        self._heads = Growing(np.uint8, HEAD_BYTES)
        self._tail_rows = Growing(np.uint32)
        self._lengths = Growing(np.uint8)
        self._tails = Growing(np.uint8, TAIL_BYTES)
        self._table = _empty(1 << 10)
        self._held = np.zeros(SHARDS, np.int64)

    def __len__(self) -> int:
        return self._types.length

    def resolve(
        self, columns: Columns, engine: LocalEngine
    ) -> tuple[Array, Array, dict[str, dict[str, Array]]]:
        """Address ids of a batch's outputs (uint32); where new ones first appear (output rows, int64);
        and the new rows of ``addresses`` and ``address_tails``."""
        rows = len(columns.key)
        order, starts = np.empty(rows, np.int64), np.empty(SHARDS + 1, np.int64)
        partition(columns.key, 64 - kernel.SHARD_BITS, starts, order)
        self._make_room(np.diff(starts), lambda: _by_shard(_distinct_keys(columns)))
        base = len(self)
        known = kernel.Known(
            *(part.view() for part in (self._types, self._heads, self._tail_rows, self._lengths, self._tails))
        )
        paid = kernel.Paid(columns.address_type, columns.payload_length, columns.payload, columns.key)
        found = kernel.Found(np.empty(rows, np.uint32), np.empty(rows, np.uint8), np.empty(rows, np.int64))
        engine.over(
            lambda first, last: kernel.find(self._table, known, paid, order, starts, (first, last), found),
            SHARDS,
        )
        kernel.settle(self._table, found, base)
        firsts = np.flatnonzero(found.is_new)
        self._held += _by_shard(columns.key[firsts])
        return found.addresses, firsts, self._add(columns, firsts)

    def _add(self, columns: Columns, firsts: Array) -> dict[str, dict[str, Array]]:
        base = len(self)
        payload = columns.payload.reshape(-1, PAYLOAD_STRIDE)[firsts]
        types, lengths = columns.address_type[firsts], columns.payload_length[firsts]
        with_tail = np.flatnonzero((lengths > HEAD_BYTES) | (types == WITNESS_UNKNOWN))
        tails = {
            "address": (base + with_tail).astype(np.uint32),
            "length": lengths[with_tail],
            "tail": payload[with_tail, HEAD_BYTES:PAYLOAD_BYTES],
        }
        heads = payload[:, :HEAD_BYTES]
        self._remember(types, heads, with_tail, tails)
        return {"addresses": {"type": types, "head": heads}, "address_tails": tails}

    def _remember(self, types: Array, heads: Array, with_tail: Array, tails: dict[str, Array]) -> None:
        tail_rows = np.full(len(types), NO_ADDRESS, np.uint32)
        tail_rows[with_tail] = self._lengths.length + np.arange(len(with_tail))
        self._types.extend(types)
        self._heads.extend(heads)
        self._tail_rows.extend(tail_rows)
        self._lengths.extend(tails["length"])
        self._tails.extend(tails["tail"])

    def _make_room(self, coming: Array, recount: Callable[[], Array] | None = None) -> None:
        """Grow the table until no shard could fill up, were all that comes new.

        ``recount`` gives a closer count, where that would make it grow.
        """
        per = len(self._table.ids) // SHARDS
        if recount and (self._held + coming).max(initial=0) > _FULLEST * per:
            coming = recount()
        while (self._held + coming).max(initial=0) > _FULLEST * per:
            per *= 2
        if per * SHARDS > len(self._table.ids):
            larger = _empty(per)
            kernel.rehash(self._table, larger)
            self._table = larger

    def restore(self, types: Array, heads: Array, tails: dict[str, Array]) -> None:
        """Take up the addresses of an earlier run, from their columns."""
        for first in range(0, len(types), _CHUNK):
            last = min(first + _CHUNK, len(types))
            keys = np.empty(last - first, np.uint64)
            address_keys(types, heads, tails["address"], tails["tail"], first, last, ADDRESS_SEED, keys)
            coming = _by_shard(keys)
            self._make_room(coming)
            kernel.insert(self._table, keys, first)
            self._held += coming
        with_tail = tails["address"].astype(np.int64)
        require_starts(with_tail, len(types) - 1, "address_tails.address")
        self._remember(types, heads, with_tail, tails)


def _distinct_keys(columns: Columns) -> Array:
    """Keys of the different addresses of a batch: a million outputs to one address need one slot."""
    order = np.argsort(columns.key, kind="stable")
    keys: Array = columns.key[order]
    payload = columns.payload.reshape(-1, PAYLOAD_STRIDE)
    again = np.flatnonzero(keys[1:] == keys[:-1])
    one, other = order[again], order[again + 1]
    # Different addresses may share a key; where two neighbours do, count each address of the run.
    same = (payload[one] == payload[other]).all(axis=1)
    same &= columns.address_type[one] == columns.address_type[other]
    distinct = np.ones(len(keys), np.bool_)
    distinct[again[same] + 1] = False
    return keys[distinct]


def _by_shard(keys: Array) -> Array:
    """How many keys fall into each shard; int64."""
    return np.bincount((keys >> _SHARD_SHIFT).astype(np.int64), minlength=SHARDS)


def _empty(per: int) -> kernel.AddressTable:
    return kernel.AddressTable(
        np.zeros(SHARDS * per, np.uint64), np.full(SHARDS * per, kernel.EMPTY, np.uint32)
    )
