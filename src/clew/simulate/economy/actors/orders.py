"""Exchange orders: something is sold for bitcoin in one transaction that both sides sign.

The seller's input carries the thing sold (a token, an inscription) and is signed SINGLE|ANYONECANPAY,
which fixes just the output at the same place: the price. Whoever wants it adds inputs and outputs and
signs all (hash types of BIP 143; OpenOrdex README, "Transaction Mapping": payment and change stand at
the first place, the ask at the second; simpler listings have the ask at the first). Things sold lie in
a wallet of their own, as their owners' software keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.kernels.economy_state import (
    CHANGE,
    CHANGE_ROLE,
    KINDS,
    ORDER_FORM,
    OUTPUT_BYTES,
    OWN,
    OWN_ROLE,
    TO_ORDER,
)
from clew.simulate.economy.actors.people import (
    allows,
    cover,
    is_ripe,
    some_model,
    somebody,
    spend_weight,
)
from clew.simulate.economy.arrivals import arrivals
from clew.simulate.economy.settings import draw_from, table
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course
    from clew.simulate.economy.society import Person

ALL, SINGLE_ANYONECANPAY = 0x01, 0x83
_POSTAGES = (546, 600, 1_000, 10_000)
_STOCK = 6
_LEAST_CHANGE = 1_000
_MOST_DUE = 5


class Offer(NamedTuple):
    """A thing for sale: the coin that carries it, and its owner."""

    coin: int
    owner: Person


class Orders:
    """The market, with a stock of things for sale."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("orders")
        self._arrivals = arrivals(course, self._dice, course.world.shared.exchange_orders)
        self._prices = table(course.world.people.amounts.trade)
        self._kind = "p2tr" if allows(course.world, "p2tr") else "p2pkh"
        if self._kind == "p2pkh" and allows(course.world, "p2wpkh"):
            self._kind = "p2wpkh"
        self._wallets: dict[int, int] = {}
        self._offers: list[Offer] = []
        self._due = 0

    def step(self, course: Course) -> None:
        """Take the orders that are due; list new things when few are left."""
        self._due += self._arrivals.due(course.now)
        while self._due:
            if not self._sell(course):
                for _ in range(_STOCK):
                    self._list(course)
                break
            self._due -= 1
        self._due = min(self._due, _MOST_DUE)

    def _wallet(self, course: Course, person: Person) -> int:
        """The wallet in which somebody keeps such things."""
        if person.number not in self._wallets:
            model = some_model(course.world, self._dice)
            self._wallets[person.number] = course.society.wallet(person.actor, model, self._kind)
        return self._wallets[person.number]

    def _list(self, course: Course) -> None:
        """Let somebody make a thing: a small coin of one's own."""
        postage = self._dice.pick(_POSTAGES)
        maker = somebody(course, self._dice, 100_000)
        if maker is None:
            return
        state = course.society.state
        address = state.address(self._wallet(course, maker), OWN_ROLE)
        made = state.pay(maker.wallet, [Order(postage, OWN, address=address, who=maker.actor)])
        if made is not None:
            self._offers.append(Offer(made.coins[0], maker))

    def _sell(self, course: Course) -> bool:
        ripe = [each for each in self._offers if is_ripe(course, each.coin)]
        if not ripe:
            return False
        offer = self._dice.pick(ripe)
        state, price = course.society.state, course.society.state.satoshi(self._price())
        buyer = somebody(course, self._dice, price + price // 4, unlike=offer.owner.actor)
        if buyer is None or price < 2 * _LEAST_CHANGE:
            return False
        outputs = 4 * int(2 * OUTPUT_BYTES[KINDS.index(self._kind)] + OUTPUT_BYTES.max())
        bought = cover(course, buyer.wallet, price, outputs + spend_weight(course, offer.coin))
        if bought is None:
            return False
        seller = self._wallet(course, offer.owner)
        ask = Order(price, TO_ORDER, address=state.address(seller, OWN_ROLE, buyer.actor), who=buyer.actor)
        thing = Order(
            state.value(offer.coin),
            TO_ORDER,
            address=state.address(self._wallet(course, buyer), OWN_ROLE),
            who=offer.owner.actor,
        )
        orders = [ask, thing]
        if bought.left >= _LEAST_CHANGE:
            back = state.address(buyer.wallet, CHANGE_ROLE)
            orders.append(Order(bought.left, CHANGE, address=back, who=buyer.actor))
        coins, place = [offer.coin, *bought.coins], 0
        if len(orders) == 3 and self._dice.happens(0.6):
            orders = [orders[2], ask, thing]
            coins, place = [bought.coins[0], offer.coin, *bought.coins[1:]], 1
        hash_types = [ALL] * len(coins)
        hash_types[place] = SINGLE_ANYONECANPAY
        made = state.compose(buyer.wallet, coins, orders, form=ORDER_FORM, hash_types=hash_types)
        if made is None:
            return False
        self._offers.remove(offer)
        if self._dice.happens(0.5):
            self._offers.append(Offer(made.coins[orders.index(thing)], buyer))
        return True

    def _price(self) -> float:
        return draw_from(self._dice, self._prices) / 100
