"""Intervals: by their definition, by loops, and where nothing can be said."""

from __future__ import annotations

from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.accuracy.intervals import SEED, Z, draws, resampled, wilson
from naive import accuracy as naive


@given(st.integers(1, 10_000), st.data())
def test_wilson_holds_the_shares_from_which_the_hits_are_not_too_far(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    found = wilson(hits, of)
    assert found is not None
    low, high = found
    share = hits / of
    assert 0 <= low <= share <= high <= 1
    # At either end the hits are just 1.96 standard deviations away (Wilson 1927).
    for end in (low, high):
        if 0 < end < 1:
            assert isclose(abs(share - end), Z * sqrt(end * (1 - end) / of), rel_tol=1e-6, abs_tol=1e-9)


def test_wilson_by_hand() -> None:
    assert wilson(0, 0) is None
    low, high = wilson(0, 10) or (1, 0)
    assert (low, round(high, 4)) == (0, 0.2775)
    low, high = wilson(985, 1000) or (1, 0)
    assert (round(low, 4), round(high, 4)) == (0.9754, 0.9909)


@pytest.mark.parametrize(
    "worlds", [["a"], ["a", "a", "a"], ["a", "b"], ["a", "a", "b", "c", "c", "c"], ["b", "a", "b"]]
)
def test_resamples_are_those_of_the_plain_loop(worlds: list[str]) -> None:
    count = 50
    needed = count * len(set(worlds)) * (1 + max(worlds.count(each) for each in worlds))
    numbers = [int(each) for each in np.random.PCG64(SEED).random_raw(needed)]
    assert draws(worlds, count).tolist() == naive.draws(worlds, count, numbers)


def test_a_resample_takes_whole_worlds() -> None:
    weights = draws(["a", "a", "b"], 500)
    sums = {(int(row[0] + row[1]), int(row[2])) for row in weights}
    assert sums == {(4, 0), (2, 1), (0, 2)}


def test_errors_that_come_with_a_world_widen_the_interval() -> None:
    worlds = ["a", "a", "b", "b"]
    weights = draws(worlds)
    low, high = resampled([100, 100, 80, 80], [100, 100, 100, 100], weights) or (1, 0)
    assert (low, high) == (0.8, 1.0)
    exact = wilson(360, 400)
    assert exact is not None
    assert low < exact[0]
    assert high > exact[1]


def test_one_economy_cannot_be_resampled() -> None:
    assert resampled([5], [10], draws(["a"])) is None
    assert resampled([5, 0], [10, 0], draws(["a", "b"])) is None
