"""Chance that is the same on every machine and in every version."""

from __future__ import annotations

import pytest

from clew.simulate.dice import Dice

FROZEN_NUMBERS = [372, 631, 919, 20, 434, 0]
FROZEN_BYTES = "c199f5bd0a55b6ae"
FROZEN_ORDER = [3, 4, 7, 2, 1, 0, 5, 6]


def test_the_stream_is_frozen() -> None:
    dice = Dice("frozen")
    assert [dice.below(1000) for _ in range(6)] == FROZEN_NUMBERS
    assert dice.data(8).hex() == FROZEN_BYTES
    assert dice.shuffled(range(8)) == FROZEN_ORDER


def test_separate_dice_do_not_move_one_another() -> None:
    alone = Dice("seed").separate("a")
    beside = Dice("seed")
    other = beside.separate("b")
    other.below(100)
    beside.below(100)
    assert beside.separate("a").data(16) == alone.data(16)
    assert Dice("seed").separate("b").data(16) != Dice("seed").separate("a").data(16)


def test_every_number_below_is_drawn_about_as_often() -> None:
    dice = Dice("even")
    counts = [0] * 7
    for _ in range(7000):
        counts[dice.below(7)] += 1
    assert min(counts) > 850
    assert max(counts) < 1150


def test_weights_probabilities_and_spreads_hold() -> None:
    dice = Dice("weights")
    drawn = [dice.pick_weighted([("often", 9), ("seldom", 1)]) for _ in range(2000)]
    assert 120 < drawn.count("seldom") < 280
    assert 400 < sum(dice.happens(0.25) for _ in range(2000)) < 600
    assert all(100 <= dice.spread(100, 3) < 800 for _ in range(500))
    assert sorted(dice.shuffled(range(50))) == list(range(50))
    assert {dice.between(3, 4) for _ in range(50)} == {3, 4}


def test_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to choose from"):
        Dice("empty").pick([])


def test_items_drawn_one_by_one_are_all_of_them_in_random_order() -> None:
    dice = Dice("drawn")
    orders = [tuple(dice.drawn("abc")) for _ in range(6_000)]
    assert {"".join(sorted(order)) for order in orders} == {"abc"}
    assert all(800 < orders.count(order) < 1_200 for order in set(orders))
    assert len(set(orders)) == 6
    assert len(set(dice.some(range(50), 20))) == 20
    assert sorted(dice.some("abc", 5)) == ["a", "b", "c"]
