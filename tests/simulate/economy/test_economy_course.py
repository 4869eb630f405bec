"""An economy as it is lived: money is conserved, wallets are right, days have nights, seeds decide all."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from clew.kernels.economy_state import (
    A_PAID,
    A_SPENT,
    A_WALLET,
    ADDRESS,
    ADDRESSES,
    BALANCE,
    CHANGE,
    COINBASE,
    COINS,
    DATA,
    FORMS,
    GOODS,
    HELD,
    I_COIN,
    INPUTS,
    NONE,
    PURPOSE,
    REFUND,
    REWARD,
    SPENT,
    T_FEE,
    T_FORM,
    T_HEIGHT,
    T_INPUT,
    T_LOCK,
    T_OUTPUT,
    T_SEQUENCE,
    T_WALLET,
    TX,
    TXS,
    VALUE,
    WALLETS,
)
from clew.simulate.chain import MATURITY, subsidy
from clew.simulate.economy.course import Course
from clew.simulate.economy.make import Size, run
from clew.simulate.economy.settings import Clock, happening
from clew.simulate.worlds.load import load
from cli.process import PROJECT
from simulate.economy.conftest import SMALL, lived


def tables(course: Course) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Coins, transactions, inputs and addresses that there are."""
    e = course.society.state.e
    return (
        e.coin[: e.count[COINS]],
        e.tx[: e.count[TXS]],
        e.input[: e.count[INPUTS]],
        e.address[: e.count[ADDRESSES]],
    )


def test_every_satoshi_is_minted_held_or_paid_as_fee(course: Course) -> None:
    coin, tx, inputs, _ = tables(course)
    minted = sum(subsidy(height) for height in range(1, course.blocks))
    assert coin[coin[:, SPENT] == NONE, VALUE].sum() == minted
    ends = np.append(tx[1:, T_OUTPUT], len(coin))
    made = np.add.reduceat(coin[:, VALUE], tx[:, T_OUTPUT])
    assert (ends > tx[:, T_OUTPUT]).all()
    spent = np.zeros(len(tx), np.int64)
    places = np.searchsorted(tx[:, T_INPUT], np.arange(len(inputs)), side="right") - 1
    np.add.at(spent, places, coin[inputs[:, I_COIN], VALUE])
    common = tx[:, T_FORM] != COINBASE
    np.testing.assert_array_equal((spent - made)[common], tx[common, T_FEE])
    assert (tx[common, T_FEE] >= 0).all()
    fees = np.bincount(tx[common, T_HEIGHT], tx[common, T_FEE], minlength=course.blocks).astype(np.int64)
    for at in np.flatnonzero(~common):
        height = int(tx[at, T_HEIGHT])
        assert made[at] == subsidy(height) + fees[height]


def test_a_coin_is_spent_once_and_after_it_was_made(course: Course) -> None:
    coin, tx, inputs, _ = tables(course)
    assert len(np.unique(inputs[:, I_COIN])) == len(inputs)
    places = np.searchsorted(tx[:, T_INPUT], np.arange(len(inputs)), side="right") - 1
    makers = coin[inputs[:, I_COIN], TX]
    assert (makers < places).all()
    np.testing.assert_array_equal(coin[inputs[:, I_COIN], SPENT], np.arange(len(inputs)))
    ages = tx[places, T_HEIGHT] - tx[makers, T_HEIGHT]
    assert (ages[tx[makers, T_FORM] == COINBASE] >= MATURITY).all()
    assert (ages >= 0).all()


def test_wallets_hold_what_is_theirs_and_unspent(course: Course) -> None:
    coin, tx, _, address = tables(course)
    state = course.society.state
    free = (coin[:, SPENT] == NONE) & (address[coin[:, ADDRESS], 1] != DATA)
    young = (coin[:, PURPOSE] == REWARD) & (tx[coin[:, TX], T_HEIGHT] > course.blocks - 1 - MATURITY)
    held = free & ~young
    owners = address[coin[held, ADDRESS], A_WALLET]
    count = int(state.e.count[WALLETS])
    wallets = state.e.wallet[:count]
    np.testing.assert_array_equal(np.bincount(owners, minlength=count), wallets[:, HELD])
    sums = np.zeros(count, np.int64)
    np.add.at(sums, owners, coin[held, VALUE])
    np.testing.assert_array_equal(sums, wallets[:, BALANCE])
    paid = np.bincount(coin[:, ADDRESS], minlength=len(address))
    np.testing.assert_array_equal(paid, address[:, A_PAID])
    spent = np.bincount(coin[coin[:, SPENT] != NONE, ADDRESS], minlength=len(address))
    np.testing.assert_array_equal(spent, address[:, A_SPENT])


def test_change_goes_back_to_who_paid(course: Course) -> None:
    coin, _, _, address = tables(course)
    state = course.society.state
    owner_of = state.e.wallet[address[coin[:, ADDRESS], A_WALLET], 1]
    for at in np.flatnonzero(coin[:, PURPOSE] == CHANGE)[:3_000]:
        assert owner_of[at] in {owner_of[each] for each in state.inputs(int(coin[at, TX]))}


def test_lock_times_are_met(course: Course) -> None:
    _, tx, _, _ = tables(course)
    locked = (tx[:, T_LOCK] > 0) & (tx[:, T_SEQUENCE] != 0xFFFFFFFF)
    heights = locked & (tx[:, T_LOCK] < 500_000_000)
    assert (tx[heights, T_LOCK] < tx[heights, T_HEIGHT]).all()
    # Commitment transactions of channels are locked to a time, of 1987, in which they hide a number.
    assert (tx[locked & ~heights, T_LOCK] < course.calendar.times[0]).all()


def test_what_usual_people_do_is_done(course: Course) -> None:
    _, tx, _, _ = tables(course)
    seen = {FORMS[form] for form in np.unique(tx[:, T_FORM])}
    assert {"payment", "batch", "sweep", "coinbase", "pool payout", "merge"} <= seen
    assert len(tx) > 3 * course.blocks


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_merchants_pay_a_share_of_their_sales_back(share: float) -> None:
    world = load("2015")
    refunds = world.trade.refunds.model_copy(update={"value": share, "between": None})
    trade = world.trade.model_copy(update={"refunds": refunds})
    *_, course = run(world.model_copy(update={"trade": trade}), 1, SMALL)
    coin, tx, _, _ = tables(course)
    merchants = set(course.society.merchants)
    paid_back = np.flatnonzero(coin[:, PURPOSE] == REFUND)
    backs = [at for at in paid_back if tx[coin[at, TX], T_WALLET] in merchants]
    sold = coin[(coin[:, PURPOSE] == GOODS) & (coin[:, SPENT] != NONE)]
    assert len(sold) > 100
    assert len(backs) == pytest.approx(share * len(sold), rel=0.25)
    for at in backs:
        [sale] = course.society.state.inputs(int(coin[at, TX]))
        first, *_ = course.society.state.inputs(int(coin[sale, TX]))
        assert coin[at, ADDRESS] == coin[first, ADDRESS]


def test_exchanges_do_not_run_dry(course: Course) -> None:
    state = course.society.state
    held = sum(state.balance(wallet) for each in course.society.exchanges for wallet in (each.hot, each.cold))
    minted = sum(subsidy(height) for height in range(1, course.blocks - MATURITY))
    assert held > minted // 100


def test_the_same_seed_lives_the_same_and_another_another(course: Course) -> None:
    again, other = lived(course.world.name), lived(course.world.name, seed=2)
    for here, there in zip(tables(course), tables(again), strict=True):
        np.testing.assert_array_equal(here, there)
    assert course.calendar == again.calendar
    assert len(tables(other)[0]) != len(tables(course)[0])


def test_days_have_nights_and_weeks_have_ends() -> None:
    course = lived("2015", size=Size(blocks=6_000, people=150, payments=50, payers=30, accounts=10))
    _, tx, _, _ = tables(course)
    clock = Clock(course.world.time)
    common = tx[tx[:, T_HEIGHT] > 500]
    counts = np.bincount(common[:, T_HEIGHT], minlength=course.blocks)
    times = np.array(course.calendar.times)
    awake = np.array([np.mean(clock.awake(*times[at - 1 : at + 1])) for at in range(501, course.blocks)])
    made, passed = counts[501:] - 1, np.diff(times)[500:]
    lively, quiet = awake > np.quantile(awake, 0.8), awake < np.quantile(awake, 0.2)
    assert made[lively].sum() / passed[lively].sum() > 1.2 * made[quiet].sum() / passed[quiet].sum()


def test_all_may_be_asleep_between_two_blocks() -> None:
    # Blocks minutes apart, in a world with hours in which nobody does anything.
    world = str(PROJECT / "docs" / "small-world.yaml")
    course = lived(world, size=Size(blocks=1_000))
    clock, times = Clock(course.world.time), course.calendar.times
    assert any(max(clock.awake(*times[at - 1 : at + 1])) == 0 for at in range(MATURITY + 1, course.blocks))
    assert len(tables(course)[1]) > course.blocks


def test_a_clock_is_one_on_average() -> None:
    time = load("2015").time
    clock = Clock(time)
    start = int(datetime(2016, 2, 1, tzinfo=UTC).timestamp())
    for zone in range(len(time.zones)):
        week = [clock.awake(start + 3600 * hour, start + 3600 * (hour + 1))[zone] for hour in range(7 * 24)]
        assert np.mean(week) == pytest.approx(1, abs=0.01)
        assert min(week) < 0.7 < 1.3 < max(week)


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.7, 3.9, 6.0, 16.0, 400.0])
def test_how_often_something_happens(rate: float) -> None:
    from clew.simulate.dice import Dice

    dice = Dice("rates")
    counts = np.array([happening(dice, rate) for _ in range(4_000)])
    assert np.mean(counts) == pytest.approx(rate, abs=4 * (rate / 4_000) ** 0.5 + 0.02)
    assert np.var(counts) == pytest.approx(rate, rel=0.25, abs=0.02)
