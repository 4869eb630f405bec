"""How anybody pays for an account: out of a wallet, or by a custodian; and how coins get into a wallet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clew.kernels.economy_state import DEPOSIT, NONE, WITHDRAWAL
from clew.simulate.economy.actors.payers import Payer, Payers
from clew.simulate.economy.actors.purchases import Purchase, Tariff
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.course import Course
from clew.simulate.economy.errands import Errand, withdrawn
from clew.simulate.economy.payments import Funding
from clew.simulate.economy.society import Custodian
from clew.simulate.economy.state import Made, Order

_TRIES = 4
"""How often somebody buys more coins, and tries again, before giving up."""
_ROOM = 800
"""Virtual bytes whose fee somebody allows for when buying coins to pay with."""
_SPARE = 60_000
"""Satoshi allowed for besides: some wallets' fees do not follow the market."""
_JUST_ENOUGH = 0.4
"""Chance that somebody buys what is needed, and not some more."""
_FROM_SECOND = 0.3
"""Chance that who has two accounts buys at the second."""


class Paying:
    """What payers do again and again."""

    def __init__(self, course: Course, service: Service, payers: Payers, tariff: Tariff) -> None:
        self._service, self._payers, self._tariff = service, payers, tariff
        self._dice = course.dice.separate("paying")

    # How much

    def value(self, course: Course, buy: Purchase) -> int:
        """Satoshi to pay now."""
        return self._tariff.satoshi(course, buy.dollars, buy.off)

    def cushion(self, course: Course) -> int:
        """Satoshi that a fee may come to, with room to spare."""
        return course.society.state.rate * _ROOM // 1000 + _SPARE

    def need(self, course: Course, buy: Purchase) -> int:
        """Satoshi that a wallet should hold to pay, as things stand; prices move."""
        value = course.society.state.satoshi(buy.dollars)
        return value + value // 20 + self.cushion(course)

    def bought(self, need: int) -> int:
        """How much somebody buys who needs so many satoshi: some round amount above."""
        if not self._dice.happens(_JUST_ENOUGH):
            need = need * self._dice.between(110, 400) // 100
        scale, digits = 1, 10 ** self._dice.between(1, 3)
        while need // scale >= digits:
            scale *= 10
        return -(-need // scale) * scale

    # Orders

    def order(self, course: Course, buy: Purchase, value: int, purpose: int) -> Order:
        """The payment of a purchase; the account's address is made now if it has none."""
        address = self._service.address(course, buy.account)
        return Order(value, purpose, address=address, who=buy.payer.actor)

    def enter(
        self,
        course: Course,
        buy: Purchase,
        coin: int,
        *,
        source: int,
        route: str,
        purpose: int,
        origin: Sequence[Funding] = (),
    ) -> None:
        """Record that a purchase was paid."""
        self._service.enter(
            course,
            coin,
            purpose,
            payer=buy.payer.actor,
            source=source,
            account=buy.account,
            route=route,
            dollars=buy.dollars,
            origin=tuple(origin),
        )

    # Errands

    def stock(self, course: Course, payer: Payer, need: int, hops: int) -> Errand[Funding]:
        """Buy coins into somebody's own wallet; ``hops``: own addresses between them and the payment."""
        society, custodian = course.society, payer.custodian
        if payer.second != NONE and self._dice.happens(_FROM_SECOND):
            custodian = society.custodians[payer.second]
        order = Order(self.bought(need), WITHDRAWAL, wallet=self._payers.wallet(payer), who=payer.actor)
        coin = yield from withdrawn(course, custodian, order)
        return Funding(coin, custodian.number, payer.actor, hops)

    def paid(
        self, course: Course, payer: Payer, order: Callable[[], Order], bought: list[Funding]
    ) -> Errand[Made | None]:
        """Pay out of somebody's wallet; more coins are bought while it holds too few.

        ``order`` is asked each time, since prices move meanwhile. ``bought`` grows by what was bought.
        """
        state = course.society.state
        for again in range(_TRIES):
            wallet, payment = self._payers.wallet(payer), order()
            made = state.pay(wallet, [payment])
            if made is not None:
                return made
            need = payment.value * (again + 2) // 2 + self.cushion(course)
            bought.append((yield from self.stock(course, payer, need, 1)))
        return None

    def pay_from(
        self,
        course: Course,
        buy: Purchase,
        whose: Payer,
        *,
        route: str,
        purpose: int,
        origin: Sequence[Funding] = (),
    ) -> Errand[None]:
        """Pay for an account out of somebody's wallet."""
        bought = list(origin)
        made = yield from self.paid(
            course, whose, lambda: self.order(course, buy, self.value(course, buy), purpose), bought
        )
        if made is not None:
            self.enter(
                course, buy, made.coins[0], source=whose.actor, route=route, purpose=purpose, origin=bought
            )

    def paid_by(
        self,
        course: Course,
        buy: Purchase,
        custodian: Custodian,
        customer: int,
        *,
        route: str,
        purpose: int,
        before: Sequence[Funding] = (),
    ) -> Errand[None]:
        """Let a custodian pay for an account: a withdrawal of a customer's."""
        order = self.order(course, buy, self.value(course, buy), purpose)._replace(who=customer)
        coin = yield from withdrawn(course, custodian, order)
        origin = (Funding(coin, custodian.number, customer, 0), *before)
        self.enter(course, buy, coin, source=custodian.actor, route=route, purpose=purpose, origin=origin)

    def carry(self, course: Course, buy: Purchase, other: Custodian) -> Errand[tuple[Funding, ...]]:
        """Withdraw coins into an account at another custodian, with which it pays later."""
        payer = buy.payer
        value = self.bought(self.need(course, buy))
        address = self.deposit(course, payer, other)
        order = Order(value, DEPOSIT, address=address, who=payer.actor)
        coin = yield from withdrawn(course, payer.custodian, order)
        return (Funding(coin, payer.custodian.number, payer.actor, 1, other.number),)

    def deposit(self, course: Course, payer: Payer, custodian: Custodian) -> int:
        """Where somebody pays in at a custodian."""
        society = course.society
        if payer.person != NONE:
            known = society.people[payer.person]
            if custodian.number in (known.custodian, known.second):
                return society.person_deposit(payer.person, second=custodian.number == known.second)
        return society.deposit_address(custodian, payer.actor)
