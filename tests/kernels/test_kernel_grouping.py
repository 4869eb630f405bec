"""Keys, groups, look-ups, postings and entities, against sorting, sets and dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernels import lookup, postings, unionfind
from clew.kernels.jit import JIT
from clew.kernels.spends import transactions_of, txid_keys
from clew.ledger import keys as plain
from clew.schema import (
    NO_ADDRESS,
    NO_OUTPUT,
    NULLDATA,
    PAYLOAD_LENGTH,
    PUBKEYHASH,
    UNSPENDABLE,
    UNSPENT,
    WITNESS_UNKNOWN,
)
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


def column_keys(some: Sequence[tuple[int, bytes]], first: int, last: int) -> list[int]:
    """Keys of addresses ``first`` to ``last``, from the columns of all."""
    types = np.array([kind for kind, _ in some], np.uint8)
    heads = np.frombuffer(b"".join(payload[:20].ljust(20, b"\0") for _, payload in some), np.uint8)
    tailed = [row for row, (kind, payload) in enumerate(some) if len(payload) > 20 or kind == WITNESS_UNKNOWN]
    tails = np.frombuffer(b"".join(some[row][1][20:].ljust(21, b"\0") for row in tailed), np.uint8)
    keys = np.zeros(last - first, np.uint64)
    owners = np.array(tailed, np.uint32)
    lookup.address_keys(
        types, heads.reshape(-1, 20), owners, tails.reshape(-1, 21), first, last, lookup.SEED, keys
    )
    return keys.tolist()  # type: ignore[no-any-return]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(payments(), max_size=12), st.data())
def test_keys_of_addresses_from_their_columns(some: list[tuple[int, bytes]], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(some)))
    last = data.draw(st.integers(first, len(some)))
    assert column_keys(some, first, last) == [plain.address_key(*each) for each in some[first:last]]


def test_every_byte_of_an_address_is_in_its_key() -> None:
    full = [(WITNESS_UNKNOWN, bytes(range(1, length + 1))) for length in range(3, 42)]
    assert column_keys(full, 0, len(full)) == [plain.address_key(*each) for each in full]
    longest = full[-1][1]
    changed = [(WITNESS_UNKNOWN, longest[:at] + b"\0" + longest[at + 1 :]) for at in range(len(longest))]
    assert len(set(column_keys([full[-1], *changed], 0, 42))) == 42


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), max_size=9))
def test_key_of_a_transaction(txids: list[bytes]) -> None:
    keys = np.zeros(len(txids), np.uint64)
    txid_keys(np.frombuffer(b"".join(txids), np.uint8), keys)
    assert keys.tolist() == [plain.transaction_key(txid) for txid in txids]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(words, max_size=60), st.sampled_from([1, 2, 6, 11]))
def test_partition(keys: list[int], bits: int) -> None:
    starts, order = np.full((1 << bits) + 1, -7, np.int64), np.full(len(keys), -7, np.int64)
    lookup.partition(unsigned(keys), 64 - bits, starts, order)
    expected = grouping.partition([key >> (64 - bits) for key in keys], 1 << bits)
    assert (order.tolist(), starts.tolist()) == expected


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(words, max_size=60), st.integers(0, 9))
def test_look_up(keys: list[int], bits: int) -> None:
    starts = np.full((1 << bits) + 1, 7, np.uint32)
    ids, fingerprints = np.full(len(keys), 7, np.uint32), np.full(len(keys), 7, np.uint8)
    lookup.fill_buckets(unsigned(keys), bits, starts, ids, fingerprints)
    assert (starts.tolist(), ids.tolist(), fingerprints.tolist()) == grouping.buckets(keys, bits)


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 16, 17, 1_000])
def test_a_reader_finds_every_key(rows: int) -> None:
    keys = [plain.address_key(PUBKEYHASH, row.to_bytes(20, "little")) for row in range(rows)]
    bits = plain.bucket_bits(rows)
    starts = np.empty((1 << bits) + 1, np.uint32)
    ids, fingerprints = np.empty(rows, np.uint32), np.empty(rows, np.uint8)
    lookup.fill_buckets(unsigned(keys), bits, starts, ids, fingerprints)
    for row, key in enumerate(keys):
        bucket, fingerprint = plain.bucket_of(key, bits)
        candidates = slice(int(starts[bucket]), int(starts[bucket + 1]))
        found = [
            int(id_)
            for id_, print_ in zip(ids[candidates], fingerprints[candidates], strict=True)
            if print_ == fingerprint
        ]
        assert row in found
    assert int(starts[-1]) == rows


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=10))
def test_rows_of_their_transaction(counts: list[int]) -> None:
    first = np.cumsum([0, *counts], dtype=np.int64)
    owners = np.full(int(first[-1]), 77, np.uint32)
    transactions_of(first, owners)
    assert owners.tolist() == [row for row, count in enumerate(counts) for _ in range(count)]


# Entities

pairs = st.integers(1, 40).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=50),
        st.integers(0, 50),
    )
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(pairs)
def test_union(case: tuple[int, list[tuple[int, int]], int]) -> None:
    count, some, cut = case
    parents = np.arange(count, dtype=np.uint32)
    for part in (some[:cut], some[cut:]):
        a, b = (np.array([pair[side] for pair in part], np.uint32) for side in (0, 1))
        unionfind.union(parents, a, b)
        assert (parents <= np.arange(count)).all()
    expected = grouping.merge(count, some)
    assert unionfind.flatten(parents) == len(set(expected))
    assert parents.tolist() == expected
    require_members(parents)


def require_members(roots: Any) -> None:
    expected = grouping.members(roots.tolist())
    entities, starts, sizes, grouped = (np.full(len(roots), 0xEEEE, np.uint32) for _ in range(4))
    unionfind.members(roots, entities, starts, sizes, grouped)
    count = len(expected)
    assert entities[:count].tolist() == list(expected)
    assert sizes[:count].tolist() == [len(each) for each in expected.values()]
    found = [
        grouped[start : start + size].tolist()
        for start, size in zip(starts[:count].tolist(), sizes[:count].tolist(), strict=True)
    ]
    assert found == list(expected.values())
    assert set(entities[count:].tolist()) <= {0xEEEE}


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


# Postings

owners = st.lists(st.one_of(st.integers(0, 6), st.just(NO_ADDRESS)), max_size=40)


@settings(max_examples=EXAMPLES, deadline=None)
@given(owners, st.integers(0, 40))
def test_postings_in_two_parts(some: list[int], cut: int) -> None:
    addresses = np.array(some, np.uint32)
    parts = [(0, addresses[:cut]), (min(cut, len(some)), addresses[cut:])]
    starts = np.zeros(8, np.int64)
    for _, part in parts:
        postings.count_by_address(part, starts)
    postings.accumulate(starts)
    listed, following = np.full(int(starts[-1]), -7, np.int64), starts[:-1].copy()
    for first, part in parts:
        postings.place_by_address(part, first, following, listed)
    expected = [[output for output, owner in enumerate(some) if owner == address] for address in range(7)]
    assert [listed[starts[i] : starts[i + 1]].tolist() for i in range(7)] == expected


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.integers(0, 10), min_size=1, max_size=30),
    st.lists(st.integers(0, 3), min_size=1, max_size=9),
    st.randoms(use_true_random=False),
    st.integers(0, 1 << 20),
)
def test_spenders(types: list[int], inputs: list[int], rng: Any, first: int) -> None:
    free = [output for output, kind in enumerate(types) if kind != NULLDATA]
    rng.shuffle(free)
    spent, expected = [], [UNSPENDABLE if kind == NULLDATA else UNSPENT for kind in types]
    for row, count in enumerate(inputs):
        for _ in range(count):
            spent.append(free.pop() if free and rng.random() < 0.8 else NO_OUTPUT)
            if spent[-1] != NO_OUTPUT:
                expected[spent[-1]] = first + row
    spent_by = np.full(len(types), UNSPENT, np.uint32)
    half = len(types) // 2
    for start, end in ((0, half), (half, len(types))):
        postings.mark_types(np.array(types[start:end], np.uint8), start, spent_by)
    starts = np.cumsum([0, *inputs], dtype=np.int64)
    postings.place_spenders(np.array(spent, np.int64), starts, first, spent_by)
    assert spent_by.tolist() == expected
