"""People who pay the service: when, by what way, and for whom; and all those who never do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clew.simulate.actors.people import Person
from clew.simulate.actors.service import Service
from clew.simulate.chain import COIN, Coin
from clew.simulate.locks import Lock
from clew.simulate.wallets import Order
from clew.simulate.world import World

PRICES = [(15, 30), (30, 40), (60, 20), (150, 10)]
"""What an account costs, in made-up dollars, and how often that is bought."""

PAYMENTS = [(1, 55), (2, 24), (3, 12), (5, 9)]
"""How often an account is paid for, and the weight of each: a guess."""

ROUTES = [("exchange", 45), ("wallet", 55)]

_UNPAID_PER_BLOCK = 5
_PAYERS_PER_HUNDRED_BLOCKS = 75
_LAST_CALL = 4
_TRIES_AGAIN_AFTER = 4


@dataclass(frozen=True, slots=True)
class _Purchase:
    """One payment that somebody means to make."""

    height: int
    person: Person
    account: Lock | None
    member: str
    dollars: int
    route: str


class Members:
    """Plans every purchase at the start and makes it when its time has come."""

    def __init__(self, world: World, service: Service, opening: int, people: list[Person]) -> None:
        self.paid_accounts: list[Lock] = []
        """Accounts that have been paid or are about to be, in that order."""
        self._world = world
        self._service = service
        self._opening = opening
        self._dice = world.dice.separate("members")
        self._last = world.last_height - _LAST_CALL
        self._planned: dict[int, list[_Purchase]] = {}
        self._further: dict[Person, list[tuple[int, int, str]]] = {}
        self._strangers = 0
        count = (self._last - opening) * _PAYERS_PER_HUNDRED_BLOCKS // 100
        for person in self._dice.some(people, count):
            self._plan(person, people)

    def visit(self, person: Person, height: int) -> Lock:
        """Opens an account for a person now, to be paid from their wallet at ``height``."""
        account = self._service.open_account(person.name)
        self._enter(_Purchase(height, person, account, person.name, PRICES[0][0], "wallet"))
        return account

    def spend_joined(self, person: Person, coin: Coin) -> None:
        """A coin fresh from a coinjoin pays for an account."""
        value = self._value(PRICES[0][0])
        if coin.outpoint in person.wallet.coins and coin.value > 2 * value:
            account = self._service.open_account(person.name)
            order = Order(account, value, "purchase", person.name, person.name, "coinjoin")
            if self._world.pay(person.wallet, [order], coins=[coin]) is not None:
                self.paid_accounts.append(account)

    def step(self) -> None:
        """Accounts are opened, most of them for nothing, and some are paid."""
        if self._world.height < self._opening:
            return
        for _ in range(self._dice.below(2 * _UNPAID_PER_BLOCK + 1)):
            self._strangers += 1
            self._service.open_account(f"stranger-{self._strangers:05d}")
        for purchase in self._planned.pop(self._world.height, []):
            self._make(purchase)

    def _plan(self, person: Person, people: list[Person]) -> None:
        """One account, paid for once or several times; now and then for somebody else."""
        friend = self._dice.pick(people) if self._dice.happens(0.04) else person
        height = self._dice.between(self._opening, self._last)
        dollars = self._dice.pick_weighted(PRICES)
        later = [
            (height + self._dice.between(8, 90), dollars, self._dice.pick_weighted(ROUTES))
            for _ in range(self._dice.pick_weighted(PAYMENTS) - 1)
        ]
        self._further[person] = later
        route = self._dice.pick_weighted(ROUTES)
        self._enter(_Purchase(height, person, None, friend.name, dollars, route))

    def _enter(self, purchase: _Purchase) -> None:
        if purchase.height <= self._last:
            self._planned.setdefault(purchase.height, []).append(purchase)

    def _make(self, purchase: _Purchase) -> None:
        if purchase.account is None:
            account = self._service.open_account(purchase.member)
            purchase = replace(purchase, account=account)
            for height, dollars, route in self._further.pop(purchase.person, []):
                self._enter(replace(purchase, height=height, dollars=dollars, route=route))
        assert purchase.account is not None
        person = purchase.person
        purpose = "purchase" if purchase.member == person.name else "gift"
        value = self._value(purchase.dollars)
        order = Order(purchase.account, value, purpose, person.name, purchase.member, purchase.route)
        if purchase.route == "exchange":
            person.exchange.withdraw(order)
        elif self._world.pay(person.wallet, [order]) is None:
            person.buy(2 * value + COIN // 10)
            self._enter(replace(purchase, height=self._world.height + _TRIES_AGAIN_AFTER))
            return
        self.paid_accounts.append(purchase.account)

    def _value(self, dollars: int) -> int:
        """The price in satoshi at today's rate, as a person types it: four decimals of a bitcoin."""
        return (dollars * COIN // self._world.price + 5_000) // 10_000 * 10_000
