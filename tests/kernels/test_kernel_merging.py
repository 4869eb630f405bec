"""Constrained merging, and the numbering that it rests on, against sets."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernels import merging, unionfind
from clew.schema import CONSTRAINED, LARGE, NO_ADDRESS, SERVICES
from kernels.running import EXAMPLES
from naive import grouping
from naive import merging as naive

ITEMS = 12
items = st.integers(0, ITEMS - 1)
pairs = st.tuples(items, items)


def merged(
    sizes: list[int],
    labels: list[int],
    apart: list[tuple[int, int]],
    wanted: list[tuple[int, int]],
    large: int,
) -> tuple[list[int], list[int]]:
    """The kernel's word: roots, and reasons."""

    def sides(of: list[tuple[int, int]]) -> Any:
        return np.array(of, np.uint32).reshape(-1, 2).T.copy()

    forest, following, other = merging.forest_of(
        np.array(sizes, np.int64), np.array(labels, np.int32), len(apart)
    )
    merging.constrain(forest, following, other, *sides(apart))
    reasons = np.empty(len(wanted), np.uint8)
    merging.merge(forest, following, other, *sides(wanted), large, reasons)
    unionfind.flatten(forest.parents)
    return forest.parents.tolist(), reasons.tolist()


@settings(max_examples=EXAMPLES)
@given(
    st.lists(st.integers(1, 4), min_size=ITEMS, max_size=ITEMS),
    st.lists(st.sampled_from([-1, -1, -1, 0, 1]), min_size=ITEMS, max_size=ITEMS),
    st.lists(pairs.filter(lambda pair: pair[0] != pair[1]), max_size=12),
    st.lists(pairs, max_size=30),
    st.integers(1, 10),
)
def test_merging_is_as_by_whole_sets(
    sizes: list[int], labels: list[int], apart: list[Any], wanted: list[Any], large: int
) -> None:
    assert merged(sizes, labels, apart, wanted, large) == naive.merge(sizes, labels, apart, wanted, large)


def test_a_constraint_binds_what_is_joined_later() -> None:
    # 0 and 3 may not be one; 0 joins 1, 3 joins 2, so 1 and 2 may not be one either.
    roots, reasons = merged([1] * 4, [-1] * 4, [(0, 3)], [(0, 1), (3, 2), (1, 2)], 10)
    assert reasons == [0, 0, CONSTRAINED]
    assert roots == [0, 0, 2, 2]


def test_two_services_stay_apart_whoever_stands_between() -> None:
    roots, reasons = merged([1] * 3, [7, -1, 9], [], [(0, 1), (1, 2)], 10)
    assert reasons == [0, SERVICES]
    assert roots == [0, 0, 2]


def test_two_large_entities_stay_apart_and_a_small_one_joins() -> None:
    roots, reasons = merged([5, 5, 1], [-1] * 3, [], [(0, 2), (1, 2), (0, 1)], 5)
    assert reasons == [0, LARGE, LARGE]
    assert roots == [0, 1, 0]


def test_what_is_one_already_is_no_reason_to_skip() -> None:
    assert merged([9, 9], [1, 1], [], [(0, 1), (1, 0)], 100)[1] == [0, 0]


@settings(max_examples=EXAMPLES)
@given(st.sets(st.integers(0, 299), min_size=1), st.lists(st.integers(0, 299), max_size=50))
def test_marked_items_are_numbered_in_order(marked: set[int], asked: list[int]) -> None:
    bits = np.zeros(5, np.uint64)
    merging.mark(bits, np.array(sorted(marked)[::-1], np.uint32))
    before = np.empty(5, np.uint32)
    assert merging.count_marks(bits, before) == len(marked)
    listed = np.empty(len(marked), np.uint32)
    merging.list_marks(bits, listed)
    assert listed.tolist() == sorted(marked)
    mine = [item for item in asked if item in marked]
    numbers = np.empty(len(mine), np.uint32)
    merging.number(bits, before, np.array(mine, np.uint32), numbers)
    assert numbers.tolist() == [sorted(marked).index(item) for item in mine]


@settings(max_examples=EXAMPLES)
@given(st.lists(pairs, max_size=12), st.lists(pairs, max_size=12))
def test_roots_joined_afterwards_are_as_all_pairs_at_once(first: list[Any], second: list[Any]) -> None:
    parents = np.array(grouping.merge(ITEMS, first), np.uint32)
    bits = np.zeros(1, np.uint64)
    ends = np.array(second, np.uint32).reshape(-1, 2)
    for side in ends.T.copy():
        merging.mark(bits, parents[side])
    before = np.empty(1, np.uint32)
    marked = np.empty(int(merging.count_marks(bits, before)), np.uint32)
    merging.list_marks(bits, marked)
    sizes = np.zeros(len(marked), np.int64)
    merging.size_of_items(parents, bits, before, sizes)
    assert sizes.tolist() == [parents.tolist().count(item) for item in marked.tolist()]
    roots = np.arange(len(marked), dtype=np.uint32)
    numbered = [np.empty(len(ends), np.uint32) for _ in range(2)]
    for side, out in zip(ends.T.copy(), numbered, strict=True):
        merging.number(bits, before, parents[side], out)
    unionfind.union(roots, *numbered)
    unionfind.flatten(roots)
    merging.join_roots(parents, marked, roots)
    assert parents.tolist() == grouping.merge(ITEMS, [*first, *second])


@given(st.lists(st.sampled_from([0, 1, 2, 3, NO_ADDRESS]), max_size=20))
def test_outputs_are_counted_by_entity(paid: list[int]) -> None:
    entities = np.array([0, 0, 2, 2], np.uint32)
    counts = np.zeros(4, np.uint32)
    merging.count_outputs(np.array(paid, np.uint32), entities, counts)
    assert counts.tolist() == [paid.count(0) + paid.count(1), 0, paid.count(2) + paid.count(3), 0]
