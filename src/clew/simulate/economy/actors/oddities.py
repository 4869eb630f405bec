"""Coins that anyone can spend, and coins locked by keys that everybody knows; strangers take them.

Both exist on the real ledger: outputs of a bare OP_TRUE and its P2WSH, left by tests and by mistake, and
the addresses of the secrets 1, 2, 3 and so on, which programs watch. Who takes them spends them with coins
of his or her own, so that one transaction joins people who never met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.kernels.economy_state import ANYONE_FORM, KNOWN_KEY_FORM, OWN, REST, TO_ANYONE, TO_KNOWN_KEY
from clew.simulate.economy.actors.commons import Commons, lying
from clew.simulate.economy.actors.people import ripe, somebody
from clew.simulate.economy.arrivals import arrivals
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course


class Giveaways:
    """Coins that people send where others can take them, of one sort."""

    def __init__(self, course: Course, commons: Commons, *, known: bool) -> None:
        shared, name = course.world.shared, "known keys" if known else "anyone can spend"
        self._dice = course.dice.separate(name)
        rate = shared.known_keys if known else shared.anyone_can_spend
        self._arrivals = arrivals(course, self._dice, rate)
        self._commons, self._known = commons, known
        self._form = KNOWN_KEY_FORM if known else ANYONE_FORM
        self._lying: list[int] = []
        self._enough = 1

    def step(self, course: Course) -> None:
        """Leave coins, and let a stranger take what lies there once it is enough."""
        for _ in range(self._arrivals.due(course.now)):
            self._leave(course)
        if len(self._lying) >= self._enough:
            self._take(course)

    def _leave(self, course: Course) -> None:
        dice, state = self._dice, course.society.state
        value = dice.spread(1_000, 8)
        giver = somebody(course, dice, 2 * value + 50_000)
        if giver is None:
            return
        if self._known:
            address, purpose = self._commons.known_key(course, dice), TO_KNOWN_KEY
        else:
            address, purpose = self._commons.anyone(course, dice), TO_ANYONE
        order = Order(value, purpose, address=address, who=giver.actor)
        made = state.pay(giver.wallet, [order], form=self._form)
        if made is not None:
            self._lying.append(made.coins[0])

    def _take(self, course: Course) -> None:
        dice, state = self._dice, course.society.state
        coins = lying(course, self._lying)
        taker = somebody(course, dice, 50_000)
        if len(coins) < self._enough or taker is None:
            return
        own = ripe(course, taker.wallet)
        if not own:
            return
        order = Order(REST, OWN, wallet=taker.wallet, who=taker.actor)
        taken = [*coins, *dice.some(own, dice.between(1, 2))]
        if state.pay(taker.wallet, [order], coins=taken, form=self._form) is not None:
            self._lying = [each for each in self._lying if each not in coins]
            # Programs take a known key's coins one by one; others lie until somebody looks.
            self._enough = 1 if self._known and dice.happens(0.7) else dice.between(2, 4)
