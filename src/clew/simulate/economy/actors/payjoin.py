"""PayJoin: a payment to which the payee adds a coin of its own (BIP 78).

The payee's output grows by its coin; the payer's change pays for the further input; version, lock time and
sequence stay the payer's, and the order is random. How many there are follows from the wallets: each
payment of the people to a shop is one by the figure of the payer's wallet or of the shop's, whichever is
greater, since both must be able to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.kernels.economy_state import (
    ACTOR,
    CHANGE,
    CHANGE_ROLE,
    INVOICE_ROLE,
    OUTPUT_BYTES,
    PAYJOIN_FORM,
    PAYJOINED,
    SHUFFLED,
)
from clew.simulate.economy.actors.people import cover, ripe, somebody, spend_weight
from clew.simulate.economy.arrivals import Arrivals
from clew.simulate.economy.rounds import Part, Round
from clew.simulate.economy.settings import draw_from, table
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course
    from clew.simulate.worlds.model import World

_LEAST_CHANGE = 1_000
_MOST_DUE = 4


def payjoins_per_day(world: World, people: int) -> float:
    """How many PayJoins so many people make in a day."""
    shopping = world.people.doing.shares.get("shop", 0) / sum(world.people.doing.shares.values())
    payments = people * (1 - float(world.people.custodial)) * float(world.people.acts) * shopping
    shop = next(each for each in world.wallets if each.name == world.trade.merchant_wallet)
    shares = [(float(each.share), max(float(each.payjoin), float(shop.payjoin))) for each in world.wallets]
    whole = sum(share for share, _ in shares)
    return payments * sum(share * chance for share, chance in shares) / whole if whole else 0


class PayJoins:
    """Payments to shops that shops add to."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("payjoins")
        rate = payjoins_per_day(course.world, len(course.society.people)) if course.society.merchants else 0
        self._arrivals = Arrivals(self._dice.separate("when"), rate)
        self._amounts = table(course.world.people.amounts.shop)
        self._due = 0

    def step(self, course: Course) -> None:
        """Make the payments that are due."""
        self._due = min(self._due + self._arrivals.due(course.now), _MOST_DUE)
        while self._due and self._pay(course):
            self._due -= 1

    def _pay(self, course: Course) -> bool:
        dice, state = self._dice, course.society.state
        price = state.satoshi(draw_from(dice, self._amounts) / 100)
        payer = somebody(course, dice, price + price // 4 + 20_000)
        shops = [each for each in course.society.merchants if ripe(course, each)]
        if payer is None or not shops or price < _LEAST_CHANGE:
            return False
        shop = dice.pick(shops)
        added = dice.pick(ripe(course, shop))
        weight = 4 * 2 * int(OUTPUT_BYTES.max()) + spend_weight(course, added)
        paid = cover(course, payer.wallet, price, weight)
        if paid is None or paid.left < _LEAST_CHANGE:
            return False
        seller = int(state.e.wallet[shop, ACTOR])
        orders = [
            Order(
                price + state.value(added),
                PAYJOINED,
                address=state.address(shop, INVOICE_ROLE, payer.actor),
                who=payer.actor,
            ),
            Order(paid.left, CHANGE, address=state.address(payer.wallet, CHANGE_ROLE), who=payer.actor),
        ]
        coins = [*paid.coins, added]
        made = state.compose(payer.wallet, coins, orders, form=PAYJOIN_FORM, order=SHUFFLED)
        if made is None:
            return False
        inputs = [*(Part(each, payer.actor, "input") for each in paid.coins), Part(added, seller, "input")]
        outputs = (Part(made.coins[0], seller, "payment"), Part(made.coins[1], payer.actor, "change"))
        course.rounds.append(Round(made.tx, "payjoin", tuple(inputs), outputs))
        return True
