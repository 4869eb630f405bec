"""Patrons of web wallets and swap services: they pay in and are paid, so that its coins are many people's."""

from __future__ import annotations

from clew.kernels.economy_state import DEPOSIT, HOT_ROLE, NONE, WITHDRAWAL
from clew.simulate.economy.actors.payers import Payers
from clew.simulate.economy.actors.paying import Paying
from clew.simulate.economy.course import Course
from clew.simulate.economy.settings import DAY, draw_from, table
from clew.simulate.economy.society import Custodian
from clew.simulate.economy.state import Order

_PATRONS = 0.05
"""Share of people who use each."""
_A_DAY = 2
"""Deposits in a day at each, and as many withdrawals, where the world has as many people as it says."""
_FLOAT = 4000
"""Dollars that its owner brings when it holds less than half of that."""
_OFTEN = 3 * DAY
"""Time between two looks at that."""


class Patrons:
    """Everybody who uses one web wallet or swap service, and its owner."""

    def __init__(self, course: Course, custodian: Custodian, payers: Payers, paying: Paying) -> None:
        people = [person for person in course.society.people if person.wallet != NONE]
        self._custodian, self._paying = custodian, paying
        self._dice = course.dice.separate(f"patrons of {custodian.model.name}")
        chosen = self._dice.some(people, max(1, round(_PATRONS * len(people))))
        self._patrons = [payers.known(person) for person in chosen]
        self._amounts = table(course.world.people.amounts.sell)
        self._bank = course.society.pick_custodian(dice=self._dice)
        self._looks = 0

    def step(self, course: Course) -> None:
        """Let some pay in and some be paid."""
        self._look(course)
        if not self._patrons:
            return
        for _ in range(course.happening(self._dice, _A_DAY)):
            self._pay_in(course)
        for _ in range(course.happening(self._dice, _A_DAY)):
            self._take_out(course)

    def _look(self, course: Course) -> None:
        """The owner brings coins when there are too few."""
        if course.now < self._looks:
            return
        self._looks = course.now + _OFTEN
        if not self._is_short(course):
            return
        state, here = course.society.state, self._custodian
        address = state.address(here.hot, HOT_ROLE)
        order = Order(state.satoshi(_FLOAT), WITHDRAWAL, address=address, who=here.actor)
        state.ask(self._bank.number, order, due=course.height)

    def _is_short(self, course: Course) -> bool:
        state, here = course.society.state, self._custodian
        held = sum(state.balance(wallet) for wallet in (here.hot, here.deposits, here.cold))
        return held < state.satoshi(_FLOAT) // 2

    def _pay_in(self, course: Course) -> None:
        patron = self._dice.pick(self._patrons)
        state = course.society.state
        value = min(self._amount(course), state.balance(patron.wallet) // 2)
        if value > self._paying.cushion(course):
            address = self._paying.deposit(course, patron, self._custodian)
            state.pay(patron.wallet, [Order(value, DEPOSIT, address=address, who=patron.actor)])

    def _take_out(self, course: Course) -> None:
        if self._is_short(course):
            return
        patron = self._dice.pick(self._patrons)
        order = Order(self._amount(course), WITHDRAWAL, wallet=patron.wallet, who=patron.actor)
        course.society.state.ask(self._custodian.number, order, due=course.height)

    def _amount(self, course: Course) -> int:
        return course.society.state.satoshi(draw_from(self._dice, self._amounts) / 100)
