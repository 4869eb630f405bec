"""Payments of an economy's wallets: books that balance, and each habit as its model has it."""

from __future__ import annotations

import numpy as np
import pytest

from clew.kernels import economy_state as fields
from clew.kernels.economy_pay import mint, ripen
from clew.kernels.economy_state import (
    ADDRESS,
    AS_GIVEN,
    BALANCE,
    BIP69,
    CHANGE,
    CHANGE_FIRST,
    CHANGE_LAST,
    COINBASE,
    FACTOR,
    FAILED,
    HEIGHT,
    HELD,
    I_HASH_TYPE,
    INPUT_WEIGHT,
    KINDS,
    MODEL_FIELDS,
    ONE,
    ORDER_FORM,
    OUTPUT_BYTES,
    P2PKH,
    P2TR,
    P2WPKH,
    PURPOSE,
    RATE,
    REST,
    REWARD,
    REWARD_ROLE,
    SHUFFLED,
    SMALLEST_CHANGE,
    T_LOCK,
    T_LOW_R,
    T_SEQUENCE,
    T_VERSION,
    TRADED,
    TX_VERSION,
)
from clew.simulate.dice import Dice
from clew.simulate.economy.state import COIN, Made, Order, State


def economy(*, kind: int = P2WPKH, coins: int = 3, **habits: int) -> tuple[State, int, int]:
    """A payer with some coins of 1 BTC, of a model with these habits, and a payee."""
    models = np.zeros((2, MODEL_FIELDS), np.int64)
    models[:, FACTOR : FACTOR + 17] = 1024
    models[:, TX_VERSION], models[:, SMALLEST_CHANGE] = 2, 1_000
    for name, value in habits.items():
        models[0, getattr(fields, name)] = value
    state = State(models, Dice("pay"))
    payer, payee = state.wallet(0, 0, kind), state.wallet(1, 1, P2PKH)
    state.e.count[RATE] = 20_000
    for _ in range(coins):
        state.e.count[HEIGHT] += 1
        state.spare(64)
        ripen(state.e, mint(state.e, payer, REWARD_ROLE, REWARD, COIN, COINBASE))
    state.e.count[HEIGHT] += 120
    return state, payer, payee


def paid(state: State, payer: int, payee: int, value: int = COIN // 3) -> Made:
    made = state.pay(payer, [Order(value, TRADED, wallet=payee)])
    assert made is not None
    return made


def purposes(state: State, made: Made) -> list[int]:
    return [int(state.e.coin[coin, PURPOSE]) for coin in state.outputs(made.tx)]


def test_every_satoshi_is_paid_kept_or_left_as_fee() -> None:
    state, payer, payee = economy()
    made = paid(state, payer, payee)
    spent = sum(map(state.value, state.inputs(made.tx)))
    assert spent == sum(map(state.value, state.outputs(made.tx))) + state.fee(made.tx)
    assert state.balance(payee) == COIN // 3
    assert state.balance(payer) == 3 * COIN - COIN // 3 - state.fee(made.tx)
    for wallet in (payer, payee):
        coins = state.coins(wallet)
        assert sum(map(state.value, coins)) == state.e.wallet[wallet, BALANCE]
        assert len(coins) == state.e.wallet[wallet, HELD]


@pytest.mark.parametrize("kind", [KINDS.index(name) for name in KINDS if name != "data"])
def test_the_fee_is_the_rate_times_the_size(kind: int) -> None:
    state, payer, payee = economy(kind=kind if kind < 8 else P2WPKH, coins=1)
    wallet = payer
    if kind >= 8:
        address = state.address(payer, kind=kind)
        state.pay(payer, [Order(REST, TRADED, address=address)])
        state.e.count[HEIGHT] += 1
    kind_of_change = int(state.e.wallet[wallet, 2])
    made = paid(state, wallet, payee, COIN // 2)
    weight = 42 + INPUT_WEIGHT[kind] + 4 * OUTPUT_BYTES[P2PKH] + 4 * OUTPUT_BYTES[kind_of_change]
    assert abs(state.fee(made.tx) - 20 * weight / 4) <= 60


def test_a_wallet_that_is_short_pays_nothing() -> None:
    state, payer, payee = economy(coins=1)
    assert state.pay(payer, [Order(COIN, TRADED, wallet=payee)]) is None
    assert state.e.count[FAILED] == 1
    assert state.balance(payer) == COIN
    assert state.pay(payee, [Order(1_000, TRADED, wallet=payer)]) is None


def test_a_spent_coin_is_not_spent_again() -> None:
    state, payer, payee = economy(coins=2)
    first, _ = state.coins(payer)
    order = Order(REST, TRADED, wallet=payee)
    assert state.send(payer, [first], order) is not None
    assert state.send(payer, [first], order) is None
    assert state.balance(payer) == COIN


def test_small_change_is_left_to_the_miner() -> None:
    state, payer, payee = economy(coins=1, SMALLEST_CHANGE=50_000)
    made = paid(state, payer, payee, COIN - 40_000)
    assert purposes(state, made) == [TRADED]
    assert state.fee(made.tx) == 40_000


@pytest.mark.parametrize(
    ("ordering", "places"), [(CHANGE_LAST, {1}), (CHANGE_FIRST, {0}), (SHUFFLED, {0, 1})]
)
def test_where_the_change_stands(ordering: int, places: set[int]) -> None:
    seen = set()
    state, payer, payee = economy(coins=20, ORDERING=ordering)
    for _ in range(16):
        seen.add(purposes(state, paid(state, payer, payee)).index(CHANGE))
        state.e.count[HEIGHT] += 1
    assert seen == places


def test_whose_address_the_change_takes() -> None:
    state, payer, payee = economy(coins=1, CHANGE_REUSE=ONE)
    made = paid(state, payer, payee)
    change = state.outputs(made.tx)[purposes(state, made).index(CHANGE)]
    assert state.e.coin[change, ADDRESS] == state.e.coin[state.inputs(made.tx)[0], ADDRESS]
    state, payer, payee = economy(coins=1, AS_PAID=ONE)
    made = state.pay(payer, [Order(COIN // 3, TRADED, address=state.address(payee, kind=P2TR))]) or made
    change = state.outputs(made.tx)[purposes(state, made).index(CHANGE)]
    assert state.e.address[state.e.coin[change, ADDRESS], 1] == P2TR


@pytest.mark.parametrize("kind", [fields.P2WSH_MULTISIG, fields.CHANNEL, fields.ANYONE, fields.ANCHOR])
def test_change_never_takes_a_script_that_is_not_the_payer_s_alone(kind: int) -> None:
    state, payer, payee = economy(coins=1, AS_PAID=ONE)
    made = state.pay(payer, [Order(COIN // 3, TRADED, address=state.address(payee, kind=kind))])
    assert made is not None
    change = state.outputs(made.tx)[purposes(state, made).index(CHANGE)]
    assert state.e.address[state.e.coin[change, ADDRESS], 1] == state.e.wallet[payer, fields.KIND]


def test_an_address_is_given_again_by_habit() -> None:
    state, payer, payee = economy()
    assert len({state.receive(payee) for _ in range(5)}) == 5
    state, payer, _ = economy(RECEIVE_REUSE=ONE)
    assert len({state.receive(payer) for _ in range(5)}) == 1


def test_lock_times_and_sequences() -> None:
    state, payer, payee = economy(coins=20, LOCK_TIME=ONE, LOCK_BACK=ONE // 3)
    rows = []
    for _ in range(16):
        rows.append(state.e.tx[paid(state, payer, payee).tx])
        state.e.count[HEIGHT] += 1
    backs = [int(row[2] - 1 - row[T_LOCK]) for row in rows]
    assert min(backs) == 0
    assert 0 < max(backs) < 100
    assert {int(row[T_SEQUENCE]) for row in rows} == {0xFFFFFFFE}
    state, payer, payee = economy(REPLACEABLE=ONE, TX_VERSION=1, LOW_R=1)
    row = state.e.tx[paid(state, payer, payee).tx]
    assert [int(row[field]) for field in (T_VERSION, T_LOCK, T_SEQUENCE, T_LOW_R)] == [1, 0, 0xFFFFFFFD, 1]


def test_a_fee_for_each_begun_thousand_bytes() -> None:
    state, payer, payee = economy(kind=P2PKH, coins=9, FIXED_FEE=10_000)
    assert state.fee(paid(state, payer, payee).tx) == 10_000
    state.e.count[HEIGHT] += 1
    assert state.fee(paid(state, payer, payee, 8 * COIN).tx) == 20_000


def test_coins_of_this_block_are_not_spent_unless_they_are_change() -> None:
    state, payer, payee = economy(coins=1)
    paid(state, payer, payee)
    assert state.pay(payee, [Order(COIN // 10, TRADED, wallet=payer)]) is None
    paid(state, payer, payee)
    state.e.count[HEIGHT] += 1
    assert state.pay(payee, [Order(COIN // 10, TRADED, wallet=payer)]) is not None


def test_a_transaction_put_together_by_hand() -> None:
    state, payer, payee = economy(coins=2)
    first, second = state.coins(payer)
    orders = [Order(COIN // 2, TRADED, wallet=payee), Order(COIN, TRADED, wallet=payer)]
    made = state.compose(
        payer, [first, second], orders, form=ORDER_FORM, order=AS_GIVEN, hash_types=[0x83, 1],
        version=1, lock_time=7, sequence=5,
    )  # fmt: skip
    assert made is not None
    assert state.inputs(made.tx) == [first, second]
    assert [state.value(coin) for coin in state.outputs(made.tx)] == [COIN // 2, COIN]
    assert state.fee(made.tx) == COIN // 2
    assert [int(state.e.input[int(state.e.coin[coin, 5]), I_HASH_TYPE]) for coin in (first, second)] == [
        0x83,
        1,
    ]
    row = state.e.tx[made.tx]
    assert [int(row[field]) for field in (T_VERSION, T_LOCK, T_SEQUENCE)] == [1, 7, 5]
    assert state.compose(payer, [first], orders[:1], form=ORDER_FORM) is None
    assert (
        state.compose(payer, [made.coins[1]], [Order(2 * COIN, TRADED, wallet=payee)], form=ORDER_FORM)
        is None
    )


@pytest.mark.parametrize("order", [SHUFFLED, BIP69, AS_GIVEN])
def test_orders_are_told_their_coins_however_outputs_stand(order: int) -> None:
    state, payer, payee = economy(coins=4)
    orders = [Order(1_000_000 + number, TRADED, wallet=payee) for number in range(30)]
    made = state.compose(payer, state.coins(payer), orders, form=ORDER_FORM, order=order)
    assert made is not None
    assert [state.value(coin) for coin in made.coins] == [each.value for each in orders]
    state, payer, payee = economy(coins=4, ORDERING=order if order != AS_GIVEN else CHANGE_LAST)
    made = state.pay(payer, orders)
    assert made is not None
    assert [state.value(coin) for coin in made.coins] == [each.value for each in orders]
