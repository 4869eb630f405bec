"""How wallets of an economy choose coins, against lists that one can read."""

from __future__ import annotations

import random

import numpy as np
import pytest

from clew.kernels.economy_coins import choose
from clew.kernels.economy_pay import mint, ripen
from clew.kernels.economy_state import (
    ADDRESS,
    ANY_COIN,
    BRANCH_AND_BOUND,
    BY_ADDRESS,
    COINBASE,
    FACTOR,
    HEIGHT,
    INPUT_WEIGHT,
    LARGEST,
    MODEL_FIELDS,
    OLDEST,
    OLDEST_VALUE,
    P2WPKH,
    RECEIVE_REUSE,
    REWARD,
    REWARD_ROLE,
    SUBSET_SUM,
)
from clew.simulate.dice import Dice
from clew.simulate.economy.state import State
from naive import coins as naive

RATE = 5_000
COST = int(INPUT_WEIGHT[P2WPKH]) * RATE // 4000
EVERY = [LARGEST, OLDEST, OLDEST_VALUE, BRANCH_AND_BOUND, SUBSET_SUM, ANY_COIN, BY_ADDRESS]


def holding(values: list[int], *, reuse: int = 0) -> tuple[State, int]:
    """A wallet with coins of these values, one a block."""
    models = np.zeros((1, MODEL_FIELDS), np.int64)
    models[0, FACTOR : FACTOR + 17] = 1024
    models[0, RECEIVE_REUSE] = reuse
    state = State(models, Dice("coins"))
    wallet = state.wallet(0, 0, P2WPKH)
    for value in values:
        state.e.count[HEIGHT] += 1
        state.spare(64)
        ripen(state.e, mint(state.e, wallet, REWARD_ROLE, REWARD, value, COINBASE))
    state.e.count[HEIGHT] += 1
    return state, wallet


def chosen(state: State, wallet: int, selection: int, target: int, slack: int = 0) -> list[int]:
    taken = int(choose(state.e, wallet, selection, target, slack, RATE))
    return [int(each) for each in state.e.chosen[:taken]]


def worths(state: State, wallet: int) -> naive.Coins:
    return [(coin, state.value(coin) - COST) for coin in state.coins(wallet) if state.value(coin) > COST]


def some_values(dice: random.Random, count: int) -> list[int]:
    return [dice.choice([dice.randint(300, 4_000), dice.randint(10_000, 500_000)]) for _ in range(count)]


@pytest.mark.parametrize("selection", EVERY)
def test_what_is_chosen_is_enough_and_the_wallets_own(selection: int) -> None:
    dice = random.Random(selection)
    for _ in range(40):
        state, wallet = holding(some_values(dice, dice.randint(1, 14)))
        held = dict(worths(state, wallet))
        target = dice.randint(1, sum(held.values()) * 5 // 4 + 1)
        taken = chosen(state, wallet, selection, target, 600)
        assert len(set(taken)) == len(taken)
        assert set(taken) <= set(held)
        if target > sum(held.values()):
            assert not taken
        else:
            assert sum(held[coin] for coin in taken) >= target


def test_oldest_and_largest_first() -> None:
    dice = random.Random(1)
    for _ in range(40):
        state, wallet = holding(some_values(dice, 12))
        coins = worths(state, wallet)
        target = dice.randint(1, sum(worth for _, worth in coins))
        assert chosen(state, wallet, OLDEST, target) == naive.oldest_first(coins, target)
        assert chosen(state, wallet, LARGEST, target) == naive.largest_first(coins, target)


def test_all_coins_of_an_address_together() -> None:
    dice = random.Random(2)
    for _ in range(40):
        state, wallet = holding(some_values(dice, 12), reuse=40_000)
        coins = worths(state, wallet)
        addresses = {coin: int(state.e.coin[coin, ADDRESS]) for coin, _ in coins}
        target = dice.randint(1, sum(worth for _, worth in coins))
        taken = chosen(state, wallet, BY_ADDRESS, target)
        assert sorted(taken) == sorted(naive.by_address(coins, target, addresses))


def test_branch_and_bound_finds_what_needs_no_change() -> None:
    dice, found = random.Random(3), 0
    for _ in range(60):
        state, wallet = holding(some_values(dice, 8))
        coins = worths(state, wallet)
        some = [worth for _, worth in coins if dice.random() < 0.5] or [coins[0][1]]
        target = max(1, sum(some) - dice.choice([0, 100, 5_000]))
        slack = dice.choice([0, 500, 20_000])
        best = naive.without_change(coins, target, slack)
        taken = chosen(state, wallet, BRANCH_AND_BOUND, target, slack)
        held = dict(coins)
        if best is not None:
            found += 1
            assert sum(held[coin] for coin in taken) == best
    assert found > 30


def test_a_coin_of_just_the_sum_is_taken_alone() -> None:
    state, wallet = holding([1_000 + COST, 70_000 + COST, 500_000])
    [coin] = chosen(state, wallet, SUBSET_SUM, 70_000)
    assert state.value(coin) == 70_000 + COST


def test_an_old_coin_goes_before_a_larger_young_one() -> None:
    state, wallet = holding([400_000, 500_000])
    state.e.count[HEIGHT] += 1
    first, second = state.coins(wallet)
    assert chosen(state, wallet, OLDEST_VALUE, 1_000) == [first]
    assert chosen(state, wallet, LARGEST, 1_000) == [second]


def test_dust_stays() -> None:
    state, wallet = holding([COST, COST - 1, 5_000])
    assert chosen(state, wallet, OLDEST, 4_000) == [state.coins(wallet)[2]]
