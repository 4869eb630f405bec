"""Bounds by turned flows, against a general program for maximum flows, and around every policy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from check.chains import Made
from clew.analysis.bounds import Bounds, Reach, bounds
from kernels.running import EXAMPLES
from naive import bounds as naive
from naive import trace as tracing

GROUPS = 3


def asked(coins: list[naive.Coin], fees: list[int], count: int, **limits: int) -> Bounds:
    value, maker, taker, group = (np.array([each[n] for each in coins], np.int64) for n in range(4))
    reach = Reach(value, maker, taker, np.array(fees, np.int64))
    return bounds(reach, group, count, **limits)


@st.composite
def reaches(draw: st.DrawFn) -> tuple[list[naive.Coin], list[int]]:
    """Sources, and steps that each make at least as much as they get."""
    steps = draw(st.integers(0, 7))
    amounts = st.integers(0, 9) | st.integers(0, 10**15)

    def coin(maker: int, value: int) -> naive.Coin:
        taker = draw(st.integers(maker + 1, steps))
        if taker < steps and draw(st.booleans()):
            return value, maker, taker, -1
        return value, maker, -1, draw(st.integers(0, GROUPS - 1))

    coins = [coin(-1, draw(amounts)) for _ in range(draw(st.integers(1, 4)))]
    fees = []
    for step in range(steps):
        left = sum(value for value, _, taker, _ in coins if taker == step) + draw(amounts)
        for _ in range(draw(st.integers(0, 3))):
            value = draw(st.integers(0, left))
            left -= value
            coins.append(coin(step, value))
        fees.append(left)
    return coins, fees


@settings(max_examples=EXAMPLES)
@given(reaches())
def test_they_are_maximum_flows(reach: tuple[list[naive.Coin], list[int]]) -> None:
    coins, fees = reach
    found = asked(coins, fees, GROUPS)
    most, least = naive.bounds(coins, fees, GROUPS)
    assert (list(found.most), list(found.least)) == (most, least)
    assert found.total == sum(value for value, maker, _, _ in coins if maker < 0)


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**32))
def test_every_policy_lies_between(seed: int) -> None:
    made = Made(seed)
    sources, question = made.question()
    question.hops, question.least = None, 0
    world = tracing.lay_out(made.blocks)
    told = tracing.trace(made.blocks, sources, question)
    values = {name: coins[-1].value for name, coins in world[1].items()}
    fees = {step.txid: step.fee if question.forward else 0 for step in world[0]}
    number = {end: place for place, end in enumerate(tracing.ORDER[:-1])}
    poison, *others = told["traces"]
    assert poison["policy"] == "poison"
    found = asked(*naive.reach_of(poison, values, fees, number), len(number))
    assert found.total == sum(row["value"] for row in told["sources"])
    for trace in others:
        sums = {row["end"]: row["taint"] for row in trace["ends"]}
        for end, place in (number | {"fee": len(number)}).items():
            most, least = found.most[place], found.least[place]
            assert most is not None
            assert least is not None
            # A source without value ends at once under every policy but poison.
            assert least <= sums.get(end, 0) <= most


def test_worked_by_hand() -> None:
    """A coin of 10, spent with one of 5 that is clean, into 9 for A, 4 for B and 2 of fee."""
    coins = [(10, -1, 0, -1), (9, 0, -1, 0), (4, 0, -1, 1)]
    found = asked(coins, [2], 2)
    # At most 9 of 10 fit into A, 4 into B, 2 into the fee; at least what the others cannot hold: 10 - 4 - 2.
    assert found == Bounds(10, (9, 4, 2), (4, 0, 0))


def test_what_was_turned_for_one_group_can_be_turned_for_another() -> None:
    """Two steps in a row: what goes to A in the first cannot go to B in the second, nor the other way."""
    coins = [(10, -1, 0, -1), (10, 0, -1, 0), (10, 0, 1, -1), (6, 1, -1, 1), (6, 1, -1, 0)]
    found = asked(coins, [0, 0], 2)
    assert (found.most, found.least) == ((10, 6, 0), (4, 0, 0))


def test_it_stops_where_it_would_take_too_long() -> None:
    coins = [(10, -1, 0, -1), (9, 0, -1, 0), (4, 0, -1, 1)]
    assert asked(coins, [2], 2, edges=3) == Bounds(10, (None,) * 3, (None,) * 3)
    found = asked(coins, [2], 2, looks=0)
    assert found.most == found.least == (None, None, None)
    some = asked(coins, [2], 2, looks=12)
    assert None in some.most
    whole = asked(coins, [2], 2)
    assert all(each in (None, right) for each, right in zip(some.most, whole.most, strict=True))


def test_sums_that_no_number_holds_are_not_searched() -> None:
    coins = [(1 << 62, -1, 0, -1), (1 << 62, 0, -1, 0), (1, 0, -1, 0)]
    assert asked(coins, [0], 1).most == (None, None)


@pytest.mark.parametrize(
    ("coins", "fees", "says"),
    [
        ([(10, -1, 0, -1), (5, 0, -1, 0)], [2], "gets more than it makes"),
        ([(10, -1, 1, -1), (5, 1, 0, -1)], [2, 9], "before it was made"),
        ([(10, -1, 4, -1)], [2], "above the last"),
        ([(10, -1, -1, 7)], [], "group outside"),
        ([(-1, -1, -1, 0)], [], "below 0"),
    ],
)
def test_what_is_no_reach(coins: list[naive.Coin], fees: list[int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        asked(coins, fees, 1)
