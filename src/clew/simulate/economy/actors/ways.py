"""The ways that a payment takes from somebody's exchange to the service; each is an errand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clew.kernels.economy_state import (
    CASH,
    FRIEND,
    NONE,
    OWN,
    PURCHASE,
    REST,
    TRADED,
    WITHDRAWAL,
)
from clew.simulate.economy.actors.mixing import Mixing, Passage
from clew.simulate.economy.actors.payers import Payer, Payers
from clew.simulate.economy.actors.paying import Paying
from clew.simulate.economy.actors.purchases import Purchase
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.course import Course
from clew.simulate.economy.errands import Errand, until, withdrawn
from clew.simulate.economy.payments import Funding
from clew.simulate.economy.settings import draw_from, table, weights
from clew.simulate.economy.state import Made, Order

Way = Callable[[Course, Purchase], Errand[None]]

_PATIENCE = 60
"""Blocks that somebody waits for a coinjoin."""
_HAS_COINS = 0.3
"""Chance that somebody whose wallet holds enough pays from that, and buys nothing."""
_ONE_WALLET = 0.4
"""Share of those with several hops who use addresses of one wallet, instead of a wallet for each."""
_LEAVES_SOME = 0.25
"""Chance that something is left behind at a hop."""
_SWAP_TO_SELF = 0.3
"""Chance that coins from an unnamed service go to one's own wallet first."""
_CASH_TO_SELF = 0.4
"""Chance that a trader sends coins to the payer's wallet, instead of paying the account."""
_FRIENDS_ASKED = 12
_ROUNDS = [(1, 3), (2, 1)]
"""Coinjoins that coins go through, and how many people want so many."""


def mixed(course: Course, passage: Passage) -> Errand[list[int]]:
    """Wait for coins that were sent into coinjoins; what there is of them if it takes too long."""
    patience = course.height + _PATIENCE
    while course.height < patience:
        yield course.height + 1
        coins = passage.coins()
        if coins is not None:
            return coins
    return passage.give_up()


class Ways:
    """Every route of the world's payers."""

    def __init__(
        self, course: Course, service: Service, payers: Payers, paying: Paying, mixing: Mixing | None
    ) -> None:
        society, model = course.society, course.world.payers
        self._service, self._payers, self._paying, self._mixing = service, payers, paying, mixing
        self._dice = course.dice.separate("ways")
        self._waits = table(model.wait_hours, 3600)
        self._hops = [(int(name), weight) for name, weight in weights(model.hops)]
        self.unnamed = [each for each in society.custodians if each.model.kind != "exchange"]
        """Custodians that are no exchanges, and that no tag names as a rule."""
        walleted = self._dice.shuffled([each for each in society.people if each.wallet != NONE])
        self._friends = [payers.known(each) for each in walleted]
        self._traders = self._friends[: int(course.world.trade.traders)]
        self._ways: dict[str, Way] = {
            "exchange": self.exchange,
            "wallet": self.wallet,
            "hops": self.hops,
            "coinjoin": self.coinjoin,
            "second-exchange": self.second_exchange,
            "unnamed-service": self.unnamed_service,
            "friend": self.friend,
            "cash": self.cash,
        }

    def plan(self, course: Course, buy: Purchase) -> None:
        """Enter a purchase, which begins some time before the payment where coins are bought first."""
        begins = buy.time
        if buy.route != "exchange":
            begins = max(self._service.opens, begins - draw_from(self._dice, self._waits))
        self._service.agenda.add(course.calendar.height_at(begins), self._ways[buy.route](course, buy))

    def exchange(self, course: Course, buy: Purchase) -> Errand[None]:
        """The exchange pays the account: the withdrawal is the payment."""
        payer = buy.payer
        yield from self._paying.paid_by(
            course, buy, payer.custodian, payer.actor, route="exchange", purpose=buy.purpose
        )

    def wallet(self, course: Course, buy: Purchase) -> Errand[None]:
        """Coins are bought into one's own wallet, and lie there until it pays."""
        bought = yield from self._ready(course, buy)
        yield from until(course, buy.time)
        yield from self._pay(course, buy, "wallet", bought)

    def hops(self, course: Course, buy: Purchase) -> Errand[None]:
        """Coins go through several addresses of one's own before they pay."""
        state, payer, paying = course.society.state, buy.payer, self._paying
        hops = self._dice.pick_weighted(self._hops)
        one = self._dice.happens(_ONE_WALLET)
        wallet, begun = self._payers.fresh_wallet(payer.actor), course.now
        need = paying.need(course, buy) + hops * paying.cushion(course) // 2
        order = Order(paying.bought(need), WITHDRAWAL, address=state.address(wallet), who=payer.actor)
        coin = yield from withdrawn(course, payer.custodian, order)
        origin = (Funding(coin, payer.custodian.number, payer.actor, hops),)
        for hop in range(1, hops):
            yield from until(course, begun + (buy.time - begun) * hop // hops)
            onward = wallet if one else self._payers.fresh_wallet(payer.actor)
            made = self._move(course, buy, wallet, coin, onward)
            if made is None:
                break
            wallet, coin = onward, made.coins[0]
            yield course.height + 1
        yield from until(course, buy.time)
        payment = paying.order(course, buy, paying.value(course, buy), buy.purpose)
        made = state.pay(wallet, [payment], coins=[coin])
        if made is None:
            yield from self._pay(course, buy, "wallet")
        else:
            self._entered(course, buy, made, "hops", origin)

    def coinjoin(self, course: Course, buy: Purchase) -> Errand[None]:
        """Coins go through a coinjoin before they pay; through hops where there is none for them."""
        state, payer, paying = course.society.state, buy.payer, self._paying
        if self._mixing is None:
            yield from self.hops(course, buy)
            return
        need = paying.need(course, buy)
        funding = yield from paying.stock(course, payer, 2 * need, hops=2)
        passage = self._mixing.enter(
            course, payer.wallet, need, who=payer.actor, rounds=self._dice.pick_weighted(_ROUNDS)
        )
        if passage is None:
            yield from self.hops(course, buy)
            return
        coins = yield from mixed(course, passage)
        yield course.height + 1
        yield from until(course, buy.time)
        value = paying.value(course, buy)
        enough = _enough(course, coins, value + paying.cushion(course))
        payment = paying.order(course, buy, value, buy.purpose)
        made = state.pay(passage.wallet, [payment], coins=enough)
        if made is None:
            yield from self._pay(course, buy, "wallet")
        else:
            self._entered(course, buy, made, "coinjoin", (funding,))

    def second_exchange(self, course: Course, buy: Purchase) -> Errand[None]:
        """Coins go from one exchange to another, which pays later."""
        other = self._payers.account_elsewhere(buy.payer, self._dice)
        before = yield from self._paying.carry(course, buy, other)
        yield from until(course, buy.time)
        yield from self._paying.paid_by(
            course, buy, other, buy.payer.actor, route="second-exchange", purpose=buy.purpose, before=before
        )

    def unnamed_service(self, course: Course, buy: Purchase) -> Errand[None]:
        """Coins go to a service that no tag names, and it pays out of what all its users hold."""
        if not self.unnamed:
            yield from self.wallet(course, buy)
            return
        other, payer = self._dice.pick(self.unnamed), buy.payer
        before = yield from self._paying.carry(course, buy, other)
        if not self._dice.happens(_SWAP_TO_SELF):
            yield from until(course, buy.time)
            yield from self._paying.paid_by(
                course, buy, other, payer.actor, route="unnamed-service", purpose=buy.purpose, before=before
            )
            return
        value, wallet = self._paying.need(course, buy), self._payers.wallet(payer)
        coin = yield from withdrawn(course, other, Order(value, WITHDRAWAL, wallet=wallet, who=payer.actor))
        origin = [Funding(coin, other.number, payer.actor, 1), *(each._replace(hops=2) for each in before)]
        yield from until(course, buy.time)
        yield from self._pay(course, buy, "unnamed-service", origin)

    def friend(self, course: Course, buy: Purchase) -> Errand[None]:
        """Somebody else pays, from a wallet of his or her own."""
        friend = self._friend(course, buy)
        yield from until(course, buy.time)
        purpose = FRIEND if buy.purpose == PURCHASE else buy.purpose
        yield from self._paying.pay_from(course, buy, friend, route="friend", purpose=purpose)

    def cash(self, course: Course, buy: Purchase) -> Errand[None]:
        """A trader is given cash, and pays the account or sends coins to the payer's wallet."""
        traders = [each for each in self._traders if each.actor != buy.payer.actor]
        if not traders:
            yield from self.wallet(course, buy)
            return
        trader, paying = self._dice.pick(traders), self._paying
        if not self._dice.happens(_CASH_TO_SELF):
            yield from until(course, buy.time)
            purpose = CASH if buy.purpose == PURCHASE else buy.purpose
            yield from paying.pay_from(course, buy, trader, route="cash", purpose=purpose)
            return
        value, wallet = paying.bought(paying.need(course, buy)), self._payers.wallet(buy.payer)
        sale = Order(value, TRADED, wallet=wallet, who=trader.actor)
        yield from paying.paid(course, trader, lambda: sale, [])
        yield course.height + 1
        yield from until(course, buy.time)
        yield from self._pay(course, buy, "cash")

    # Steps

    def _ready(self, course: Course, buy: Purchase) -> Errand[list[Funding]]:
        """See to it that the payer's own wallet can pay."""
        need = self._paying.need(course, buy)
        enough = course.society.state.balance(self._payers.wallet(buy.payer)) >= need
        if enough and self._dice.happens(_HAS_COINS):
            return []
        return [(yield from self._paying.stock(course, buy.payer, need, hops=1))]

    def _pay(self, course: Course, buy: Purchase, route: str, origin: Sequence[Funding] = ()) -> Errand[None]:
        """Pay from the payer's own wallet."""
        yield from self._paying.pay_from(
            course, buy, buy.payer, route=route, purpose=buy.purpose, origin=origin
        )

    def _entered(
        self, course: Course, buy: Purchase, made: Made, route: str, origin: Sequence[Funding]
    ) -> None:
        self._paying.enter(
            course,
            buy,
            made.coins[0],
            source=buy.payer.actor,
            route=route,
            purpose=buy.purpose,
            origin=origin,
        )

    def _move(self, course: Course, buy: Purchase, wallet: int, coin: int, onward: int) -> Made | None:
        """Move a coin to another of one's own addresses; now and then something is left behind."""
        state = course.society.state
        order = Order(REST, OWN, address=state.address(onward), who=buy.payer.actor)
        need = self._paying.need(course, buy) + self._paying.cushion(course)
        if state.value(coin) > 2 * need and self._dice.happens(_LEAVES_SOME):
            order = order._replace(value=state.value(coin) // 2)
        return state.pay(wallet, [order], coins=[coin])

    def _friend(self, course: Course, buy: Purchase) -> Payer:
        """Somebody who holds enough; if there is none among those asked, the last one buys coins."""
        friend = None
        need = self._paying.need(course, buy)
        for _ in range(_FRIENDS_ASKED):
            asked = self._dice.pick(self._friends) if self._friends else None
            if asked is not None and asked.actor != buy.payer.actor:
                friend = asked
                if course.society.state.balance(friend.wallet) >= need:
                    break
        return friend or self._payers.newcomer()


def _enough(course: Course, coins: list[int], value: int) -> list[int]:
    """The largest of these coins, as many as it takes; all if they are too few."""
    state = course.society.state
    taken, total = [], 0
    for coin in sorted(coins, key=lambda each: (-state.value(each), each)):
        if total >= value:
            break
        taken.append(coin)
        total += state.value(coin)
    return taken
