"""Addresses of one key behind different scripts, and those of keys that everybody knows.

Pay-to-pubkey and pay-to-pubkey-hash of a key are one address already. What is left are its witness key
hash, and the script hash in which that is nested. For a whole chain the look-ups are gone through side by
side; for new blocks each new address is looked up in the state before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from clew.heuristics import known_keys
from clew.kernels import nested, samekeys
from clew.kernels.lookup import SEED, payload_keys
from clew.ledger.columns import Array
from clew.ledger.derived import Derived
from clew.ledger.disk import storage, write_all
from clew.schema import HEAD_BYTES, PAYLOAD_STRIDE, PUBKEYHASH, SCRIPTHASH, WITNESS_V0_KEYHASH

_ROOM = 1 << 16
"""Candidates of a step, unless one bucket has more."""
_MARKS = 1 << 16


class Same(NamedTuple):
    """Addresses that have the key of an older one: ``newer`` (ascending) and ``older``; uint32."""

    older: Array
    newer: Array


NONE = Same(np.empty(0, np.uint32), np.empty(0, np.uint32))


def nested_of(heads: Array) -> Array:
    """Payloads (uint8, rows x 20) of the script hash addresses that may nest key hashes ``heads``."""
    words = np.empty(5 * len(heads), np.uint32)
    nested.nested_hashes(np.ascontiguousarray(heads).reshape(-1), words)
    return words.view(np.uint8).reshape(-1, HEAD_BYTES)


def nested_keys(columns: Mapping[str, Any], first: int, last: int) -> tuple[Array, Array]:
    """Which of addresses ``first`` to ``last`` are hashes of keys (int64), and their nested look-up keys."""
    types = np.ascontiguousarray(columns["addresses.type"][first:last])
    rows = np.empty(len(types), np.int64)
    rows = rows[: int(samekeys.key_hashes(types, first, rows))]
    heads = np.ascontiguousarray(columns["addresses.head"][first:last])[rows - first]
    words = np.empty(5 * len(rows), np.uint32)
    nested.nested_hashes(heads.reshape(-1), words)
    keys = np.empty(len(rows), np.uint64)
    nested.hash_keys(words, SEED, keys)
    return rows, keys


def known_among(columns: Mapping[str, Any], first: int, last: int) -> Array:
    """Those of addresses ``first`` to ``last`` whose private key everybody knows; uint32."""
    wanted = known_keys.heads()
    marks = np.zeros(_MARKS, np.uint8)
    marks[(wanted.word & np.uint64(_MARKS - 1)).astype(np.int64)] = 1
    types = np.ascontiguousarray(columns["addresses.type"][first:last])
    heads = np.ascontiguousarray(columns["addresses.head"][first:last])
    rows = np.empty(len(types), np.int64)
    count = int(
        samekeys.known(types, heads.reshape(-1), (wanted.word, wanted.head, wanted.type), marks, rows)
    )
    return (rows[:count] + first).astype(np.uint32)


def _same(columns: Mapping[str, Any], a: Array, b: Array) -> Array:
    """Which pairs are of one key: both hashes of it, or ``a`` one and ``b`` the script hash around it."""
    types = columns["addresses.type"]
    kinds = types[a], types[b]
    is_hash = (kinds[0] == PUBKEYHASH) | (kinds[0] == WITNESS_V0_KEYHASH)
    both = is_hash & ((kinds[1] == PUBKEYHASH) | (kinds[1] == WITNESS_V0_KEYHASH)) & (kinds[0] != kinds[1])
    around = is_hash & (kinds[1] == SCRIPTHASH)
    same: Array = np.zeros(len(a), np.bool_)
    heads = columns["addresses.head"]
    for rows, seen in ((np.flatnonzero(both), lambda found: found), (np.flatnonzero(around), nested_of)):
        same[rows] = (seen(heads[a[rows]]) == heads[b[rows]]).all(axis=1)
    return same


def oldest(a: Array, b: Array, known: Array) -> Same:
    """Each address of some pairs with the oldest one that it is paired with; known keys are left out."""
    kept = ~(np.isin(a, known) | np.isin(b, known))
    older, newer = np.minimum(a, b)[kept], np.maximum(a, b)[kept]
    order = np.lexsort((older, newer))
    older, newer = older[order], newer[order]
    first = np.append(True, newer[1:] != newer[:-1]) if len(newer) else np.empty(0, np.bool_)
    return Same(older[first].astype(np.uint32), newer[first].astype(np.uint32))


# A whole chain


class KeyHashes:
    """Addresses that are hashes of keys, and their nested look-up keys, set aside in two files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Any] = []
        self.rows = 0

    def add(self, ids: Array, keys: Array) -> None:
        """Append some (int64, uint64), in order of ids. Raises StorageError."""
        with storage(self._folder):
            if not self._files:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._files = [open(self._folder / name, "w+b", buffering=0) for name in FILES]  # noqa: SIM115
            for file, data in zip(self._files, (ids.astype(np.uint32), keys), strict=True):
                write_all(file, data.data.cast("B"))
        self.rows += len(ids)

    def read(self) -> Iterator[tuple[Array, Array]]:
        """All of them, some at a time."""
        for first in range(0, self.rows, _ROWS_AT_ONCE):
            count = min(_ROWS_AT_ONCE, self.rows - first)
            ids = np.fromfile(self._folder / FILES[0], np.uint32, count, offset=4 * first)
            yield ids, np.fromfile(self._folder / FILES[1], np.uint64, count, offset=8 * first)

    def close(self) -> None:
        """Take the files away."""
        for file, name in zip(self._files, FILES, strict=False):
            file.close()
            (self._folder / name).unlink(missing_ok=True)
        self._files = []


FILES = ("nested.id", "nested.key")
_ROWS_AT_ONCE = 1 << 19


def of_chain(
    columns: Mapping[str, Any],
    folder: Path,
    buckets: int,
    known: Array,
    parts: Callable[[Array], Iterator[tuple[int, int]]],
) -> Same:
    """All of a chain, from the look-ups in ``folder``, which have so many ``buckets``.

    ``parts`` cuts the starts of buckets into ranges that fit into memory.
    """
    own, others = (
        np.fromfile(folder / f"{name}_buckets.start", np.uint32, buckets + 1)
        for name in ("nested", "address")
    )
    found: list[tuple[Array, Array]] = []
    for begin, end in parts(others):
        here = _read(folder, "nested", own, begin, end), _read(folder, "address", others, begin, end)
        found += _pairs(columns, *here)
    a, b = (np.concatenate([each[side] for each in found] or [NONE.older]) for side in (0, 1))
    return oldest(a, b, known)


def _read(folder: Path, name: str, starts: Array, begin: int, end: int) -> samekeys.Buckets:
    first, count = int(starts[begin]), int(starts[end]) - int(starts[begin])
    ids = np.fromfile(folder / f"{name}_lookup.id", np.uint32, count, offset=4 * first)
    fingerprints = np.fromfile(folder / f"{name}_lookup.fingerprint", np.uint8, count, offset=first)
    return samekeys.Buckets(starts[begin : end + 1], ids, fingerprints)


def _pairs(
    columns: Mapping[str, Any], own: samekeys.Buckets, others: samekeys.Buckets
) -> Iterator[tuple[Array, Array]]:
    bucket, size = 0, _ROOM
    while bucket < len(own.starts) - 1:
        room = [(np.empty(size, np.uint32), np.empty(size, np.uint32)) for _ in range(2)]
        before = bucket
        two, one, bucket = (int(each) for each in samekeys.candidates(own, others, bucket, *room))
        for (a, b), count in zip(room, (two, one), strict=True):
            same = _same(columns, a[:count], b[:count])
            yield a[:count][same], b[:count][same]
        size = _ROOM if bucket > before else 4 * size


# New blocks


def of_new(columns: Mapping[str, Any], before: Derived, first: int, last: int, known: Array) -> Same:
    """Those among addresses ``first`` to ``last``, which come behind all that ``before`` knows.

    ``columns``: rows up to the last of them at least.
    """
    if first == last:
        return NONE
    types = np.asarray(columns["addresses.type"][first:last])
    heads = np.ascontiguousarray(columns["addresses.head"][first:last])
    ids = np.arange(first, last)
    hashes = np.flatnonzero((types == PUBKEYHASH) | (types == WITNESS_V0_KEYHASH))
    scripts = np.flatnonzero(types == SCRIPTHASH)
    around = nested_of(heads[hashes])
    other = np.where(types[hashes] == PUBKEYHASH, WITNESS_V0_KEYHASH, PUBKEYHASH).astype(np.uint8)
    nesting = np.full(len(hashes), SCRIPTHASH, np.uint8)
    pairs = [
        _looked_up(before, "address", heads[hashes], other, ids[hashes]),
        _looked_up(before, "address", around, nesting, ids[hashes]),
        _looked_up(before, "nested", heads[scripts], types[scripts], ids[scripts])[::-1],
    ]
    found = []
    for a, b in pairs:
        same = _same(columns, a, b)
        found.append((a[same], b[same]))
    found.append(
        _among(np.concatenate([around, heads[scripts]]), np.concatenate([ids[hashes], ids[scripts]]))
    )
    a, b = (np.concatenate([each[side] for each in found]) for side in (0, 1))
    return oldest(a, b, known)


def _looked_up(
    before: Derived, subject: str, payloads: Array, types: Array, ids: Array
) -> tuple[Array, Array]:
    """Each of ``ids`` with what a look-up has for its payload and type; int64. Candidates only."""
    rows = np.zeros((len(payloads), PAYLOAD_STRIDE), np.uint8)
    rows[:, :HEAD_BYTES] = payloads
    keys = np.empty(len(payloads), np.uint64)
    payload_keys(rows.reshape(-1), types, SEED, keys)
    places, found = before.candidates_of(subject, keys)
    return ids[places], found


def _among(around: Array, ids: Array) -> tuple[Array, Array]:
    """Pairs of new addresses that have, or are, the same script hash; int64."""
    whole = np.ascontiguousarray(around).view(f"V{HEAD_BYTES}").reshape(-1)
    _, groups, counts = np.unique(whole, return_inverse=True, return_counts=True)
    several = np.flatnonzero(counts[groups] > 1)
    order = several[np.lexsort((ids[several], groups[several]))]
    group, ordered = groups[order], ids[order]
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])) if len(group) else group
    sizes = np.diff(np.append(starts, len(group)))
    heads = np.repeat(ordered[starts], sizes)
    apart = heads != ordered
    return heads[apart], ordered[apart]


__all__ = ["NONE", "KeyHashes", "Same", "known_among", "nested_keys", "of_chain", "of_new", "oldest"]
