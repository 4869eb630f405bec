"""Merchants, charities and gambling houses: they turn what they took into money at an exchange."""

from __future__ import annotations

from clew.kernels.economy_state import (
    ACTOR,
    ADDRESS,
    DEPOSIT,
    GOODS,
    PURPOSE,
    REFUND,
    SWEEPING,
    TX,
    WITHDRAWAL,
)
from clew.simulate.chain import COIN
from clew.simulate.economy.course import Course
from clew.simulate.economy.settings import DAY
from clew.simulate.economy.society import Custodian
from clew.simulate.economy.state import Order, State

_MOST_INPUTS = 120
_BANKROLL = 4
"""A house keeps so many days' stakes."""


class Business:
    """One wallet that takes payments and sells them at an exchange, every so many days.

    A share of sales is paid back first (``refunds``), to the address that the money came from: often
    an exchange's, since who paid from there has no other.
    """

    def __init__(self, course: Course, wallet: int, *, days: float, refunds: float = 0.0) -> None:
        self._wallet = wallet
        self._refunds = refunds
        self._every = max(1, round(days * DAY))
        self._dice = course.dice.separate(f"business {wallet}")
        self._bank: Custodian = course.society.pick_custodian(dice=self._dice)
        self._actor = int(course.society.state.e.wallet[wallet, ACTOR])
        self._next = 0

    def step(self, course: Course) -> None:
        """Sell what came in, if it is time."""
        if course.now < self._next:
            return
        self._next = course.now + (self._every if self._next else self._dice.below(self._every))
        state = course.society.state
        coins = [coin for coin in state.coins(self._wallet, _MOST_INPUTS) if not self._pay_back(state, coin)]
        value = sum(map(state.value, coins))
        if value < COIN // 500:
            return
        address = course.society.deposit_address(self._bank, self._actor)
        order = Order(value, DEPOSIT, address=address, who=self._actor)
        state.send(self._wallet, coins, order, SWEEPING)

    def _pay_back(self, state: State, coin: int) -> bool:
        """Whether a sale is paid back, in a transaction of its own."""
        row = state.e.coin[coin]
        if row[PURPOSE] != GOODS or not self._dice.happens(self._refunds):
            return False
        first, *_ = state.inputs(int(row[TX]))
        back = int(state.e.coin[first, ADDRESS])
        return state.send(self._wallet, [coin], Order(0, REFUND, back, who=self._actor)) is not None


class House:
    """A gambling house's owner: puts coins in when they run short, and takes profits out."""

    def __init__(self, course: Course, wallet: int) -> None:
        self._wallet = wallet
        self._dice = course.dice.separate(f"house {wallet}")
        self._bank = course.society.pick_custodian(dice=self._dice)
        self._actor = int(course.society.state.e.wallet[wallet, ACTOR])
        houses = max(1, int(course.world.trade.houses))
        stakes = course.world.people.amounts.bet.quantiles
        middle = sorted(stakes.values())[len(stakes) // 2]
        self._roll_dollars = _BANKROLL * float(course.world.trade.bets) / houses * middle + 500

    def step(self, course: Course) -> None:
        """Look at the bankroll once a day."""
        if course.now // DAY == (course.now - course.passed) // DAY:
            return
        state = course.society.state
        roll, held = state.satoshi(self._roll_dollars), state.balance(self._wallet)
        if held < roll // 2:
            order = Order(roll - held, WITHDRAWAL, wallet=self._wallet, who=self._actor)
            state.ask(self._bank.number, order, due=course.height)
        elif held > 3 * roll:
            address = course.society.deposit_address(self._bank, self._actor)
            state.pay(self._wallet, [Order(held - 2 * roll, DEPOSIT, address=address, who=self._actor)])


def found_businesses(course: Course) -> list[Business | House]:
    """Every merchant, charity and house of the world."""
    society, trade = course.society, course.world.trade
    found: list[Business | House] = [
        Business(course, wallet, days=float(trade.merchant_days), refunds=float(trade.refunds))
        for wallet in society.merchants
    ]
    found += [Business(course, wallet, days=30 * float(trade.merchant_days)) for wallet in society.charities]
    found += [House(course, int(wallet)) for wallet in society.life.house[:, 0]]
    return found
