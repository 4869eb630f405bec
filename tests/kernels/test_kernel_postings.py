"""Postings, spenders and sums by entity, whole and in parts, against lists and dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernels import postings
from clew.schema import MAX_MONEY, NO_ADDRESS, NO_OUTPUT, NULLDATA, UNSPENDABLE, UNSPENT
from kernels.running import EXAMPLES
from naive import grouping

ADDRESSES = 7
owners = st.lists(st.one_of(st.integers(0, ADDRESSES - 1), st.just(NO_ADDRESS)), max_size=40)
cuts = st.lists(st.integers(0, 40), max_size=3)


def parts_of(count: int, bounds: Sequence[int]) -> list[tuple[int, int]]:
    return list(pairwise([0, *sorted(min(bound, count) for bound in bounds), count]))


@settings(max_examples=EXAMPLES, deadline=None)
@given(owners, cuts, cuts, st.sampled_from([0, 5, (1 << 32) - 9, 1 << 39]))
def test_postings_in_parts(some: list[int], pieces: list[int], bounds: list[int], base: int) -> None:
    """``base``: the id of the first output, so that ids pass 32 bits."""
    addresses = np.array(some, np.uint32)
    expected = grouping.postings(some, ADDRESSES)
    counts = np.zeros(ADDRESSES, np.uint32)
    for first, last in parts_of(len(some), pieces):
        postings.count_by_address(addresses[first:last], counts)
    assert counts.tolist() == [len(each) for each in expected]
    total, listed, starts = 0, [], []
    for begin, end in parts_of(ADDRESSES, bounds):
        mine = np.full(end - begin, -7, np.int64)
        before, total = total, int(postings.starts_of(counts[begin:end], total, mine))
        low, high = np.full(total - before, 7, np.uint32), np.full(total - before, 7, np.uint8)
        following = (mine - before).astype(np.uint32)
        for first, last in parts_of(len(some), pieces):
            postings.place_by_address(addresses[first:last], base + first, begin, following, low, high)
        listed += [int(a) | int(b) << 32 for a, b in zip(low, high, strict=True)]
        starts += mine.tolist()
    assert listed == [base + output for each in expected for output in each]
    assert starts == [sum(len(each) for each in expected[:address]) for address in range(ADDRESSES)]


def test_starts_of_postings_pass_32_bits() -> None:
    starts = np.zeros(3, np.int64)
    counts = np.array([0xFFFFFFFF, 0xFFFFFFFF, 1], np.uint32)
    assert postings.starts_of(counts, 5, starts) == 2 * 0xFFFFFFFF + 6
    assert starts.tolist() == [5, 0xFFFFFFFF + 5, 2 * 0xFFFFFFFF + 5]


# Spenders


def split(numbers: Sequence[int]) -> tuple[Any, Any]:
    array = np.array(numbers, np.int64)
    return (array & 0xFFFFFFFF).astype(np.uint32), (array >> 32).astype(np.uint8)


def place(spent: Sequence[int], inputs: Sequence[int], types: Sequence[int], first: int, begin: int) -> Any:
    """Spenders of outputs from ``begin`` on; and the first input that is wrong."""
    spent_by = np.full(len(types), 7, np.uint32)
    postings.mark_types(np.array(types, np.uint8), spent_by)
    starts = np.cumsum([0, *inputs], dtype=np.int64)
    return spent_by, postings.place_spenders(*split(spent), starts, first, begin, spent_by)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.integers(0, 10), min_size=1, max_size=30),
    st.lists(st.integers(0, 3), min_size=1, max_size=9),
    st.randoms(use_true_random=False),
    st.integers(0, 1 << 20),
    cuts,
    st.sampled_from([0, (1 << 32) - 9, 1 << 39]),
)
def test_spenders(
    types: list[int], inputs: list[int], rng: Any, first: int, bounds: list[int], base: int
) -> None:
    free = [output for output, kind in enumerate(types) if kind != NULLDATA]
    rng.shuffle(free)
    spent, expected = [], [UNSPENDABLE if kind == NULLDATA else UNSPENT for kind in types]
    for row, count in enumerate(inputs):
        for _ in range(count):
            output = free.pop() if free and rng.random() < 0.8 else None
            spent.append(NO_OUTPUT if output is None else base + output)
            if output is not None:
                expected[output] = first + row
    found = []
    for begin, end in parts_of(len(types), bounds):
        spent_by, wrong = place(spent, inputs, types[begin:end], first, base + begin)
        assert wrong == -1
        found += spent_by.tolist()
    assert found == expected


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.sampled_from([0, 2, NULLDATA]), min_size=1, max_size=8),
    st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=9),
    cuts,
)
def test_what_is_spent_twice_or_cannot_be(
    types: list[int], inputs: list[list[int]], bounds: list[int]
) -> None:
    base = (1 << 32) - 3
    spent = [base + output for each in inputs for output in each]
    for begin, end in parts_of(len(types), bounds):
        expected = -1
        gone = {base + output for output in range(begin, end) if types[output] == NULLDATA}
        for row, output in enumerate(spent):
            if base + begin <= output < base + end:
                if output in gone:
                    expected = row
                    break
                gone.add(output)
        _, wrong = place(spent, [len(each) for each in inputs], types[begin:end], 100, base + begin)
        assert wrong == expected


# Sums by entity


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=ADDRESSES, max_size=ADDRESSES),
    owners,
    st.integers(1, 6),
    st.randoms(use_true_random=False),
    cuts,
)
def test_sums_of_entities_that_received_much(
    groups: list[int], some: list[int], least: int, rng: Any, pieces: list[int]
) -> None:
    # Of the addresses of a group the first is the entity, as union by smallest id has it.
    roots = [groups.index(group) for group in groups]
    values = [rng.choice([0, 1, 0xFFFFFFFF, 1 << 32, MAX_MONEY, (1 << 63) - 1]) for _ in some]
    unspent = [rng.random() < 0.5 for _ in some]
    every = grouping.sums(some, values, unspent, roots)
    expected = {entity: sums for entity, sums in sorted(every.items()) if sums[0] >= least}

    entities, addresses = np.array(roots, np.uint32), np.array(some, np.uint32)
    counts, numbers = np.zeros(ADDRESSES, np.uint32), np.zeros(ADDRESSES, np.uint32)
    postings.count_by_address(addresses, counts)
    postings.count_by_entity(entities, counts, numbers)
    assert numbers.tolist() == [every.get(address, (0,))[0] for address in range(ADDRESSES)]
    listed = np.full(len(expected), 77, np.uint32)
    assert postings.number_large(numbers, least, listed) == len(expected)
    assert listed.tolist() == list(expected)
    assert [numbers[entity] for entity in expected] == list(range(1, len(expected) + 1))
    assert np.count_nonzero(numbers) == len(expected)
    bits = np.zeros(1, np.uint8)
    postings.mark_large(entities, numbers, bits)
    assert [int(bits[0]) >> address & 1 for address in range(ADDRESSES)] == [
        root in expected for root in roots
    ]

    sums = np.zeros((len(expected), 5), np.int64)
    spent_by = np.array([UNSPENT if kept else rng.choice([7, UNSPENDABLE]) for kept in unspent], np.uint32)
    for first, last in parts_of(len(some), pieces):
        postings.add_up(
            addresses[first:last],
            np.array(values[first:last], np.int64),
            spent_by[first:last],
            bits,
            entities,
            numbers,
            sums,
        )
    found = [(int(row[0]), join(row[1], row[2]), join(row[3], row[4])) for row in sums]
    assert found == list(expected.values())


def join(low: int, high: int) -> int:
    return int(low) + (int(high) << 32)


@pytest.mark.parametrize("least", [1, 1_000])
def test_no_entities(least: int) -> None:
    none = np.empty(0, np.uint32)
    assert postings.number_large(none, least, none) == 0
