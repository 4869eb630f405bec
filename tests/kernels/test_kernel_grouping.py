"""Keys, look-ups and entities, against sorting, sets and dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernels import lookup, unionfind
from clew.kernels.jit import JIT
from clew.ledger import keys as plain
from clew.schema import PAYLOAD_LENGTH, PUBKEYHASH, WITNESS_UNKNOWN
from kernels.running import EXAMPLES
from naive import grouping

words = st.one_of(
    st.integers(0, (1 << 64) - 1),
    st.integers(0, 255).map(lambda top: top << 56),
    st.sampled_from([0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]),
)


def unsigned(values: Sequence[int]) -> Any:
    return np.array(values, np.uint64)


@st.composite
def payments(draw: st.DrawFn) -> tuple[int, bytes]:
    """An address: type and payload."""
    kind = draw(st.sampled_from([*PAYLOAD_LENGTH, WITNESS_UNKNOWN]))
    if kind == WITNESS_UNKNOWN:
        length = draw(st.sampled_from([3, 20, 21, 40, 41]))
        return kind, draw(st.binary(min_size=length, max_size=length))
    length = PAYLOAD_LENGTH[kind]
    return kind, draw(st.binary(min_size=length, max_size=length))


@settings(max_examples=EXAMPLES, deadline=None)
@given(payments(), st.integers(0, 3))
def test_key_of_an_address(address: tuple[int, bytes], before: int) -> None:
    kind, payload = address
    row = np.full(lookup.STRIDE + before, 0xEE, np.uint8)
    row[before:] = np.frombuffer(payload.ljust(lookup.STRIDE, b"\0"), np.uint8)
    assert int(lookup.address_key(row, before, kind, lookup.SEED)) == plain.address_key(kind, payload)
    assert int(lookup._address_key_plain(row, before, kind, lookup.SEED)) == plain.address_key(kind, payload)


@pytest.mark.jit_only
def test_the_key_as_it_is_compiled_is_unsigned() -> None:
    row = np.zeros(lookup.STRIDE, np.uint8)
    assert {type(lookup.address_key(row, 0, kind, lookup.SEED)) for kind in range(11)} <= {int, np.uint64}
    assert all(lookup.address_key(row, 0, kind, lookup.SEED) >= 0 for kind in range(11))


def column_keys(some: Sequence[tuple[int, bytes]], first: int, last: int, all_tails: bool) -> list[int]:
    """Keys of addresses ``first`` to ``last``, from their columns; with the tails and ends of all, or of
    those alone."""
    mine = some[first:last]
    types = np.array([kind for kind, _ in mine], np.uint8)
    heads = np.frombuffer(b"".join(payload[:20].ljust(20, b"\0") for _, payload in mine), np.uint8)
    begin, end = (0, len(some)) if all_tails else (first, last)
    tailed = [row for row in range(begin, end) if len(some[row][1]) > 20]
    ended = [row for row in range(begin, end) if some[row][0] == WITNESS_UNKNOWN]
    tails = b"".join(some[row][1][20:32].ljust(12, b"\0") for row in tailed)
    ends = b"".join(some[row][1][32:].ljust(9, b"\0") for row in ended)
    keys = np.zeros(last - first, np.uint64)
    lookup.address_keys(
        types,
        heads.reshape(-1, 20),
        (np.array(tailed, np.uint32), np.frombuffer(tails, np.uint8).reshape(-1, 12)),
        (np.array(ended, np.uint32), np.frombuffer(ends, np.uint8).reshape(-1, 9)),
        first,
        lookup.SEED,
        keys,
    )
    return keys.tolist()  # type: ignore[no-any-return]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(payments(), max_size=12), st.data(), st.booleans())
def test_keys_of_addresses_from_their_columns(
    some: list[tuple[int, bytes]], data: st.DataObject, all_tails: bool
) -> None:
    first = data.draw(st.integers(0, len(some)))
    last = data.draw(st.integers(first, len(some)))
    assert column_keys(some, first, last, all_tails) == [
        plain.address_key(*each) for each in some[first:last]
    ]


def test_every_byte_of_an_address_is_in_its_key() -> None:
    full = [(WITNESS_UNKNOWN, bytes(range(1, length + 1))) for length in range(3, 42)]
    assert column_keys(full, 0, len(full), True) == [plain.address_key(*each) for each in full]
    longest = full[-1][1]
    changed = [(WITNESS_UNKNOWN, longest[:at] + b"\0" + longest[at + 1 :]) for at in range(len(longest))]
    assert len(set(column_keys([full[-1], *changed], 0, 42, True))) == 42


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(payments(), max_size=9))
def test_keys_of_addresses_from_their_payloads(some: list[tuple[int, bytes]]) -> None:
    payload = np.frombuffer(b"".join(each.ljust(lookup.STRIDE, b"\0") for _, each in some), np.uint8)
    keys = np.zeros(len(some), np.uint64)
    lookup.payload_keys(payload, np.array([kind for kind, _ in some], np.uint8), lookup.SEED, keys)
    assert keys.tolist() == [plain.address_key(*each) for each in some]


def look_up(
    keys: Sequence[int], bits: int, cuts: Sequence[int] = (), bounds: Sequence[int] = (), stride: int = 1
) -> tuple[list[int], list[int], list[int]]:
    """Bucket starts, ids and fingerprints: rows in pieces that end at ``cuts``, and the look-up filled in
    parts, of buckets that end at ``bounds``."""
    # Every stride-th word is a key.
    words = np.full((len(keys), stride), 0xEEEEEEEEEEEEEEEE, np.uint64)
    words[:, 0] = unsigned(keys)
    pieces = parts_of(len(keys), cuts)
    starts = np.zeros((1 << bits) + 1, np.uint32)
    for first, last in pieces:
        lookup.count_buckets(words[first:last].reshape(-1), stride, bits, starts)
    lookup.bucket_starts(starts)
    ids, fingerprints = np.full(len(keys), 7, np.uint32), np.full(len(keys), 7, np.uint8)
    for begin, end in parts_of(1 << bits, bounds):
        following = starts[begin:end] - starts[begin]
        mine = slice(int(starts[begin]), int(starts[end]))
        for first, last in pieces:
            lookup.place_in_buckets(
                words[first:last].reshape(-1),
                stride,
                bits,
                first,
                begin,
                following,
                ids[mine],
                fingerprints[mine],
            )
        assert following.tolist() == (starts[begin + 1 : end + 1] - starts[begin]).tolist()
    return starts.tolist(), ids.tolist(), fingerprints.tolist()


def parts_of(count: int, cuts: Sequence[int]) -> list[tuple[int, int]]:
    """``range(count)`` cut into ranges, of which some may be empty."""
    bounds = [0, *sorted(min(cut, count) for cut in cuts), count]
    return list(pairwise(bounds))


several_cuts = st.lists(st.integers(0, 60), max_size=3)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(words, max_size=60), st.integers(0, 9), several_cuts, several_cuts, st.sampled_from([1, 4]))
def test_look_up(keys: list[int], bits: int, cuts: list[int], bounds: list[int], stride: int) -> None:
    assert look_up(keys, bits, cuts, [8 * each for each in bounds], stride) == grouping.buckets(keys, bits)


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 16, 17, 1_000])
def test_a_reader_finds_every_key(rows: int) -> None:
    keys = [plain.address_key(PUBKEYHASH, row.to_bytes(20, "little")) for row in range(rows)]
    bits = plain.bucket_bits(rows)
    starts, ids, fingerprints = look_up(keys, bits, [rows // 3], [1])
    for row, key in enumerate(keys):
        bucket, fingerprint = plain.bucket_of(key, bits)
        candidates = slice(starts[bucket], starts[bucket + 1])
        found = [
            id_
            for id_, mark in zip(ids[candidates], fingerprints[candidates], strict=True)
            if mark == fingerprint
        ]
        assert row in found
    assert starts[-1] == rows


# Entities

pairs = st.integers(1, 40).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=50),
        st.integers(0, 50),
        st.lists(st.integers(0, 40), max_size=3),
    )
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(pairs)
def test_union(case: tuple[int, list[tuple[int, int]], int, list[int]]) -> None:
    count, some, cut, cuts = case
    parents = np.arange(count, dtype=np.uint32)
    for part in (some[:cut], some[cut:]):
        a, b = (np.array([pair[side] for pair in part], np.uint32) for side in (0, 1))
        unionfind.union(parents, a, b)
        assert (parents <= np.arange(count)).all()
    expected = grouping.merge(count, some)
    assert unionfind.flatten(parents) == len(set(expected))
    assert parents.tolist() == expected
    require_members(parents, cuts)


def require_members(roots: Any, cuts: Sequence[int] = ()) -> None:
    expected = {root: each for root, each in grouping.members(roots.tolist()).items() if len(each) > 1}
    counts = np.zeros(len(roots), np.uint32)
    several, items = (int(each) for each in unionfind.count_members(roots, counts))
    assert (several, items) == (len(expected), sum(len(each) for each in expected.values()))
    entities, starts, sizes = (np.full(several, 0xEEEE, np.uint32) for _ in range(3))
    unionfind.list_roots(counts, entities, starts, sizes)
    assert entities.tolist() == list(expected)
    assert sizes.tolist() == [len(each) for each in expected.values()]
    assert starts.tolist() == [sum(sizes[:row].tolist()) for row in range(several)]
    grouped = np.full(items, 0xEEEE, np.uint32)
    for first, last in parts_of(items, cuts):
        counts[entities] = starts
        unionfind.place_members(roots, counts, first, grouped[first:last])
    assert grouped.tolist() == [item for each in expected.values() for item in each]


def test_long_chains_of_unions() -> None:
    count = 20_000 if JIT else 300
    falling = np.arange(count - 1, 0, -1, dtype=np.uint32)
    parents = np.arange(count, dtype=np.uint32)
    unionfind.union(parents, falling, falling - np.uint32(1))
    assert unionfind.flatten(parents) == 1
    assert not parents.any()
    require_members(parents[:50])


def test_no_items() -> None:
    none = np.empty(0, np.uint32)
    unionfind.union(none, none, none)
    assert unionfind.flatten(none) == 0
    require_members(none)
