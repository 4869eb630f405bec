"""Escrow: a buyer, a seller and an arbiter, of whom any two can move the coins.

The output is a script of 2 of 3 keys: in P2SH (BIP 16), in P2WSH (BIP 141) where wallets have it, bare
before there was P2SH. Most are released to the seller, who signs with the buyer; in a dispute the arbiter
signs with one of them, and takes a fee. The coins are nobody's alone: each escrow has an actor of its own.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from clew.kernels.economy_state import (
    ESCROW,
    ESCROW_FORM,
    ESCROW_RELEASE,
    ESCROW_ROLE,
    GOODS,
    RELEASE_FORM,
    REST,
)
from clew.simulate.economy.actors.business import Business
from clew.simulate.economy.actors.people import is_ripe, possible, some_model, somebody
from clew.simulate.economy.arrivals import arrivals
from clew.simulate.economy.settings import DAY, draw_from, table
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course
    from clew.simulate.economy.society import Person

_LEAST = 20_000
_ARBITERS = 3


class Escrows:
    """Everybody's escrows."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("escrows")
        self._arrivals = arrivals(course, self._dice, course.world.shared.escrows)
        self._amounts = table(course.world.people.amounts.trade)
        self._arbiters: list[int] = []
        self._incomes: list[Business] = []
        self._held: list[tuple[int, int, int, Person, Person]] = []
        self._number = 0

    def step(self, course: Course) -> None:
        """Begin escrows, and release those whose time has come."""
        for _ in range(self._arrivals.due(course.now)):
            self._begin(course)
        while self._held and self._held[0][0] <= course.now:
            until, coin, wallet, buyer, seller = heapq.heappop(self._held)
            if is_ripe(course, coin):
                self._release(course, coin, wallet, buyer, seller)
            else:
                heapq.heappush(self._held, (until + DAY, coin, wallet, buyer, seller))
        for income in self._incomes:
            income.step(course)

    def _begin(self, course: Course) -> None:
        dice, state = self._dice, course.society.state
        value = max(_LEAST, state.satoshi(draw_from(dice, self._amounts) / 100))
        buyer = somebody(course, dice, value + value // 4)
        seller = somebody(course, dice, 0, unlike=buyer.actor) if buyer is not None else None
        if buyer is None or seller is None:
            return
        self._number += 1
        kind, model = _kind_on(course), some_model(course.world, dice)
        joint, wallet = course.society.open(f"escrow-{self._number}", "shared", model, kind)
        course.joint[joint] = buyer.actor, seller.actor
        address = state.address(wallet, ESCROW_ROLE, buyer.actor)
        order = Order(value, ESCROW, address=address, who=buyer.actor)
        made = state.pay(buyer.wallet, [order], form=ESCROW_FORM)
        if made is not None:
            until = course.now + dice.spread(2, 4) * DAY
            heapq.heappush(self._held, (until, made.coins[0], wallet, buyer, seller))

    def _release(self, course: Course, coin: int, wallet: int, buyer: Person, seller: Person) -> None:
        state, what = course.society.state, self._dice.below(100)
        value = state.value(coin)
        winner = buyer if what < 8 else seller
        orders = [Order(REST, ESCROW_RELEASE, wallet=winner.wallet, who=buyer.actor)]
        if what < 15 and value > 5 * _LEAST:
            arbiter = self._arbiter(course)
            orders.insert(0, Order(value // 50, GOODS, wallet=arbiter, who=winner.actor))
        elif what > 95:
            # They agree on a part.
            part = value * self._dice.between(10, 60) // 100
            orders.insert(0, Order(part, ESCROW_RELEASE, wallet=buyer.wallet, who=buyer.actor))
        state.pay(wallet, orders, coins=[coin], form=RELEASE_FORM)

    def _arbiter(self, course: Course) -> int:
        if not self._arbiters:
            for number in range(_ARBITERS):
                model = some_model(course.world, self._dice)
                _, wallet = course.society.open(f"arbiter-{number}", "arbiter", model)
                self._arbiters.append(wallet)
                self._incomes.append(Business(course, wallet, days=30))
        return self._dice.pick(self._arbiters)


def _kind_on(course: Course) -> str:
    """The script of escrows on the day of the block that is being made."""
    for kind in ("p2wsh-multisig", "p2sh-multisig"):
        if possible(course, kind):
            return kind
    return "multisig"
