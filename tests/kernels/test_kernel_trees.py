"""Sums of trees in whole numbers, against walking down each."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernels import trees
from kernels.running import EXAMPLES
from naive import merging as naive

COLUMNS = 4


@st.composite
def forests(draw: st.DrawFn) -> dict[str, list[int]]:
    """Some trees, whose nodes come before their children."""
    parts: dict[str, list[int]] = {name: [] for name in trees.Trees._fields}

    def put(depth: int) -> int:
        if depth == 0 or draw(st.booleans()):
            parts["leaf"].append(draw(st.integers(-(1 << 31), (1 << 31) - 1)))
            return -len(parts["leaf"])
        at = len(parts["feature"])
        parts["feature"].append(draw(st.integers(0, COLUMNS - 1)))
        parts["threshold"].append(draw(st.integers(-1, 3)))
        for name in ("left", "right"):
            parts[name].append(0)
        for name in ("left", "right"):
            parts[name][at] = put(depth - 1)
        return at

    for _ in range(draw(st.integers(0, 4))):
        parts["roots"].append(put(3))
    return parts


rows_of = st.lists(st.lists(st.integers(-2, 5), min_size=COLUMNS, max_size=COLUMNS), max_size=8)


@settings(max_examples=EXAMPLES)
@given(forests(), rows_of)
def test_scores_are_sums_of_leaves(parts: dict[str, list[int]], rows: list[list[int]]) -> None:
    held = trees.Trees(*(np.array(parts[name], np.int32) for name in trees.Trees._fields))
    scores = np.empty(len(rows), np.int64)
    trees.score(held, np.array(rows, np.int16).reshape(-1, COLUMNS), scores)
    assert scores.tolist() == [naive.score(parts, row) for row in rows]


@given(st.lists(st.lists(st.tuples(st.integers(0, 1_000_000), st.booleans()), max_size=5), max_size=5))
def test_a_transaction_has_one_change_at_most(given_: list[list[tuple[int, bool]]]) -> None:
    outputs = [each for transaction in given_ for each in transaction]
    starts = np.cumsum([0, *map(len, given_)])
    candidate = np.array([is_one for _, is_one in outputs], bool)
    chances = np.array([chance for chance, _ in outputs], np.int64)
    trees.share(starts, candidate, chances, 1_000_000)
    expected = []
    for transaction in given_:
        total = sum(chance for chance, is_one in transaction if is_one)
        for chance, is_one in transaction:
            expected.append(chance * 1_000_000 // total if is_one and total > 1_000_000 else chance)
    assert chances.tolist() == expected
