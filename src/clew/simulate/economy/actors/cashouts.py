"""Accounts at custodians through which the operator cashes out, in his or her own name and in others'."""

from __future__ import annotations

from typing import NamedTuple

from clew.errors import UsageError
from clew.kernels.economy_state import CASH_OUT, REST
from clew.simulate.dice import Dice
from clew.simulate.economy.course import Course
from clew.simulate.economy.society import Custodian
from clew.simulate.economy.state import Order

OWN_NAME = "own"
"""Holder of an account that is in the operator's own name."""


class Held(NamedTuple):
    """An account: where, in whose name (an actor), and whether that is the operator."""

    custodian: Custodian
    holder: int
    own: bool


class CashOuts:
    """The operator's accounts. Each nominee is an actor of the country of his or her first custodian."""

    def __init__(self, course: Course, operator: int, dice: Dice) -> None:
        society = course.society
        self._operator, self._dice = operator, dice
        names = {each.model.name: each for each in society.custodians}
        holders = {OWN_NAME: operator}
        self._accounts: list[tuple[Held, int]] = []
        for account in course.world.operator.accounts:
            if account.custodian not in names:
                raise UsageError(
                    f"no custodian {account.custodian!r} for an account of the operator: expected one of"
                    f" {', '.join(names)}; correct operator.accounts in the world file"
                )
            custodian = names[account.custodian]
            if account.holder not in holders:
                holders[account.holder] = society.actor(account.holder, "nominee", custodian.model.country)
            held = Held(custodian, holders[account.holder], account.holder == OWN_NAME)
            self._accounts.append((held, round(float(account.share) * 1e6)))
        self.holders = holders

    def pick(self) -> Held:
        """An account, by the shares."""
        return self._dice.pick_weighted(self._accounts)

    def own(self) -> Held | None:
        """An account in the operator's own name, if there is one."""
        return next((held for held, _ in self._accounts if held.own), None)

    def order(self, course: Course, held: Held, value: int = REST) -> Order:
        """A payment into an account."""
        address = course.society.deposit_address(held.custodian, held.holder)
        return Order(value, CASH_OUT, address=address, who=self._operator)
