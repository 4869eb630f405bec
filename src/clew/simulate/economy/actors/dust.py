"""Dust attacks: a few hundred satoshi to each of many addresses, in the hope that their owners join them.

An attacker reads addresses off the ledger. Attacks came in batches of hundreds of outputs, or as chains of
transactions with one victim each (as one of block 545,760: 555 satoshi and change). Some victims later
spend the dust together with other coins: some by their wallet's choice, if fees are low, some on purpose.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from clew.kernels.economy_state import (
    A_KIND,
    A_PAID,
    A_ROLE,
    A_WALLET,
    ADDRESSES,
    ANYONE_ROLE,
    DUST,
    DUSTING,
    KNOWN_KEY_ROLE,
    MERGING,
    NONE,
    OWN,
    P2TR,
    REST,
    WITHDRAWAL,
)
from clew.simulate.economy.actors.people import is_ripe, ripe, some_model
from clew.simulate.economy.arrivals import arrivals
from clew.simulate.economy.settings import DAY
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

_VALUES = (546, 547, 555, 600, 888, 1_000)
_SWEPT = 0.15
"""Victims among the people who clean up."""

_LONGEST = 24
_FUNDS = 4
_PATIENCE = 20
"""Blocks until the attacker asks for coins again."""


class DustAttacks:
    """One attacker, who comes again and again."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("dust")
        self._arrivals = arrivals(course, self._dice, course.world.shared.dust_attacks)
        self._wallet, self._actor = NONE, NONE
        self._bank = NONE
        self._asked = -_PATIENCE
        self._due = 0
        self._wallets: dict[int, int] = {}
        self._sweeps: list[tuple[int, int, int]] = []

    def step(self, course: Course) -> None:
        """Attack, if it is time; let some victims clean up."""
        self._due += self._arrivals.due(course.now)
        if self._due:
            self._attack(course)
        while self._sweeps and self._sweeps[0][0] <= course.now:
            _, coin, wallet = heapq.heappop(self._sweeps)
            self._clean(course, coin, wallet)

    def _attack(self, course: Course) -> None:
        state, dice = course.society.state, self._dice
        if self._wallet == NONE:
            model = some_model(course.world, dice)
            self._actor, self._wallet = course.society.open("duster", "attacker", model)
            self._bank = course.society.pick_custodian(dice=dice).number
            self._wallets = {each.wallet: each.actor for each in course.society.people}
        value = dice.pick(_VALUES)
        chain = dice.happens(0.3)
        number = dice.between(8, _LONGEST) if chain else dice.between(100, 500)
        cost = number * (value + state.rate * (230 if chain else 36) // 1000) + 10 * state.rate
        if state.balance(self._wallet) < 2 * cost:
            if course.height >= self._asked + _PATIENCE:
                self._asked = course.height
                order = Order(_FUNDS * cost, WITHDRAWAL, wallet=self._wallet, who=self._actor)
                state.ask(self._bank, order, due=course.height)
            return
        self._due -= 1
        victims = self._victims(course, number)
        if not chain:
            self._send(course, victims, value)
        for victim in victims if chain else ():
            if not self._send(course, [victim], value):
                break

    def _victims(self, course: Course, number: int) -> list[int]:
        """Addresses that were paid, of strangers."""
        e = course.society.state.e
        known = int(e.count[ADDRESSES])
        found: list[int] = []
        for _ in range(3 * number):
            at = self._dice.below(known)
            address = e.address[at]
            if len(found) == number:
                break
            public = address[A_KIND] <= P2TR and address[A_ROLE] not in (ANYONE_ROLE, KNOWN_KEY_ROLE)
            if address[A_PAID] and public and address[A_WALLET] != self._wallet and at not in found:
                found.append(at)
        return found

    def _send(self, course: Course, victims: list[int], value: int) -> bool:
        state = course.society.state
        orders = [Order(value, DUST, address=each, who=self._actor) for each in victims]
        made = state.pay(self._wallet, orders, form=DUSTING)
        if made is None:
            return False
        for victim, coin in zip(victims, made.coins, strict=True):
            wallet = int(state.e.address[victim, A_WALLET])
            if wallet in self._wallets and self._dice.happens(_SWEPT):
                until = course.now + self._dice.spread(1, 6) * DAY
                heapq.heappush(self._sweeps, (until, coin, wallet))
        return True

    def _clean(self, course: Course, coin: int, wallet: int) -> None:
        """Spend dust with other coins, into one of the wallet's own."""
        if not is_ripe(course, coin):
            return
        state = course.society.state
        others = [each for each in ripe(course, wallet) if each != coin]
        if others:
            others = [max(others, key=state.value), *self._dice.some(others, self._dice.below(4))]
            others = list(dict.fromkeys(others))
            order = Order(REST, OWN, wallet=wallet, who=self._wallets[wallet])
            state.pay(wallet, [order], coins=[coin, *others], form=MERGING)
