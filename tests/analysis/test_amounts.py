"""Sums that do not fit into 64 bits."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clew.analysis.amounts import exact_sum, grouped_sums
from clew.schema import MAX_MONEY

HIGH = (1 << 63) - 1


@given(st.lists(st.integers(-HIGH, HIGH)))
def test_a_sum_is_exact_however_large(values: list[int]) -> None:
    assert exact_sum(np.array(values, np.int64)) == sum(values)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, HIGH))))
def test_sums_by_group_are_exact_however_large(rows: list[tuple[int, int]]) -> None:
    groups = np.array([group for group, _ in rows], np.int64)
    sums = grouped_sums(groups, np.array([value for _, value in rows], np.int64), 4)
    assert sums.tolist() == [sum(value for group, value in rows if group == each) for each in range(4)]
    assert exact_sum(sums) == sum(value for _, value in rows)


def test_a_sum_beyond_64_bits_does_not_wrap() -> None:
    values = np.full(10_000, MAX_MONEY)
    assert exact_sum(values) == 10_000 * MAX_MONEY > 1 << 64
    assert grouped_sums(np.zeros(10_000, np.int64), values, 1).tolist() == [10_000 * MAX_MONEY]
