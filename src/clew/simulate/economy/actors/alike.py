"""Shapes that look like coinjoins and are not: one owner pays equal amounts to many, or sweeps into them.

Payers of wages, of prizes and of test coins make batches of equal outputs; an exchange that sweeps
deposits may cut them into equal coins, for its next payouts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.kernels.economy_state import (
    ACTOR,
    ADDRESS,
    EQUAL_PAYOUT,
    EQUAL_SWEEP,
    HOT_ROLE,
    NONE,
    PAYOUT,
    SWEEP,
)
from clew.simulate.economy.actors.people import ripe
from clew.simulate.economy.arrivals import arrivals
from clew.simulate.economy.settings import draw_from, table
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

_MOST_DUE = 4


class EqualPayouts:
    """Wages, prizes and the like: a shop's or an exchange's."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("equal payouts")
        self._arrivals = arrivals(course, self._dice, course.world.shared.equal_payouts)
        self._amounts = table(course.world.people.amounts.shop)
        self._due = 0

    def step(self, course: Course) -> None:
        """Make the payouts that are due."""
        self._due = min(self._due + self._arrivals.due(course.now), _MOST_DUE)
        while self._due and self._pay(course):
            self._due -= 1

    def _pay(self, course: Course) -> bool:
        dice, society, state = self._dice, course.society, course.society.state
        number = dice.spread(3, 5)
        value = state.satoshi(draw_from(dice, self._amounts) / 100)
        payers = [each for each in society.merchants if state.balance(each) > 2 * number * value]
        wallet = NONE
        if payers and dice.happens(0.6):
            wallet = dice.pick(payers)
        else:
            exchange = dice.pick(society.exchanges)
            if state.balance(exchange.hot) > 2 * number * value:
                wallet = exchange.hot
        if wallet == NONE:
            return False
        if dice.happens(0.5):
            value = max(1_000, value // 10_000 * 10_000)
        who = int(state.e.wallet[wallet, ACTOR])
        orders = []
        for person in dice.some(society.people, number):
            order = Order(max(value, 1_000), PAYOUT, who=who)
            if person.wallet == NONE:
                orders.append(order._replace(address=society.person_deposit(person.number)))
            else:
                # A fresh address: the payer asked everybody for one.
                orders.append(order._replace(address=state.address(person.wallet, user=who)))
        coins = None
        if dice.happens(0.3):
            # Some clear away small coins while they are at it.
            coins = self._many(course, wallet, number, number * max(value, 1_000) * 11 // 10)
        return state.pay(wallet, orders, coins=coins, form=EQUAL_PAYOUT) is not None

    def _many(self, course: Course, wallet: int, number: int, least: int) -> list[int] | None:
        """At least so many coins worth at least so much, smallest first; None if there are not."""
        state = course.society.state
        chosen: list[int] = []
        total = 0
        for coin in sorted(ripe(course, wallet), key=state.value):
            if len(chosen) >= number and total >= least:
                return chosen
            chosen.append(coin)
            total += state.value(coin)
        return None


class EqualSweeps:
    """Deposits that an exchange cuts into equal coins."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("equal sweeps")
        self._arrivals = arrivals(course, self._dice, course.world.shared.equal_sweeps)
        self._due = 0

    def step(self, course: Course) -> None:
        """Make the sweeps that are due."""
        self._due = min(self._due + self._arrivals.due(course.now), _MOST_DUE)
        if self._due:
            exchanges = self._dice.shuffled(course.society.exchanges)
            if any(self._sweep(course, each.deposits, each.hot, each.actor) for each in exchanges):
                self._due -= 1

    def _sweep(self, course: Course, deposits: int, hot: int, actor: int) -> bool:
        state, dice = course.society.state, self._dice
        coins = [each for each in ripe(course, deposits) if state.value(each) > 20_000][:60]
        different = len({int(state.e.coin[each, ADDRESS]) for each in coins})
        if different < 4:
            return False
        number = dice.between(3, min(10, different))
        value = sum(map(state.value, coins)) * dice.between(80, 98) // (100 * number)
        digits = 10 ** max(0, len(str(value)) - 2)
        value = value // digits * digits
        orders = [Order(value, SWEEP, address=state.address(hot, HOT_ROLE), who=actor) for _ in range(number)]
        rest = state.address(hot, HOT_ROLE)
        return state.pay(deposits, orders, coins=coins, change=rest, form=EQUAL_SWEEP) is not None
