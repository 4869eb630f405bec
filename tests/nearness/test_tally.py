"""Shares and distances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.tally import Mark, Tally, distance, quantiles

LABELS = ("a", "b", "c")
weights = st.tuples(*(st.integers(0, 1000) for _ in LABELS)).filter(any)


def shares(counts: tuple[int, ...]) -> dict[str, float]:
    found = Tally(LABELS)
    found.add(Mark(label, float(count)) for label, count in zip(LABELS, counts, strict=True))
    assert found.shares is not None
    return found.shares


def test_shares_add_up_and_merge() -> None:
    one, other = Tally(LABELS), Tally(LABELS)
    one.add([Mark("a"), Mark("b"), Mark("a")])
    other.add([Mark("c")])
    assert one.shares == {"a": 2 / 3, "b": 1 / 3, "c": 0}
    assert (one + other).shares == {"a": 0.5, "b": 0.25, "c": 0.25}
    assert (one + other).things == 4


def test_nothing_counted_is_not_known() -> None:
    assert Tally(LABELS).shares is None


def test_a_label_that_is_not_declared_is_refused() -> None:
    with pytest.raises(KeyError):
        Tally(LABELS).add([Mark("d")])


def test_what_chance_took_below_nothing_is_nothing() -> None:
    found = Tally(LABELS)
    found.add([Mark("a", -0.5), Mark("b", 2.0, 0)])
    assert found.shares == {"a": 0, "b": 1, "c": 0}
    assert found.things == 1


def test_distances_of_the_same_and_of_strangers() -> None:
    assert distance({"a": 1.0}, {"a": 1.0}) == 0
    assert distance({"a": 1.0}, {"b": 1.0}) == 1
    assert distance({"a": 0.75, "b": 0.25}, {"a": 0.5, "b": 0.5}) == 0.25


@given(weights, weights, weights)
def test_distance_is_a_metric(one: tuple[int, ...], other: tuple[int, ...], third: tuple[int, ...]) -> None:
    a, b, c = map(shares, (one, other, third))
    assert distance(a, b) == pytest.approx(distance(b, a))
    assert 0 <= distance(a, b) <= 1 + 1e-9
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-9
    # What it means: the most that any set of labels differs by.
    widest = max(
        abs(sum(a[x] - b[x] for x in LABELS if x in some)) for some in ("a", "b", "c", "ab", "ac", "bc")
    )
    assert distance(a, b) == pytest.approx(widest)


def test_quantiles_are_values_that_occur() -> None:
    assert quantiles([5, 1, 4, 2, 3], (0, 0.25, 0.5, 1)) == [1, 2, 3, 5]
    assert quantiles([], (0.5,)) == []
