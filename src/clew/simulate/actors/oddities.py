"""Rare things: a notary's OP_RETURN, an escrow's bare multisig, and dust from a stranger."""

from __future__ import annotations

from clew.bitcoin.hashes import sha256
from clew.simulate.actors.exchange import Exchange
from clew.simulate.actors.people import Merchant, Person
from clew.simulate.chain import COIN, MATURITY
from clew.simulate.locks import Lock, key, pay_to_multisig, pay_to_nobody
from clew.simulate.wallets import Order
from clew.simulate.world import World

_NOTARISE_EVERY = 30
_ESCROW_EVERY = 55
_ESCROW_HELD = 12
_FIRST_BUSINESS = MATURITY + 20
_DUST = 700


class Notary:
    """Writes the hash of a document into the chain now and then."""

    def __init__(self, world: World, exchange: Exchange) -> None:
        self._world = world
        self._exchange = exchange
        self._wallet = world.wallet("notary", "notary", "p2wpkh")

    def step(self) -> None:
        """One document every so many blocks; the first time it buys coins for it."""
        if self._world.height == _FIRST_BUSINESS:
            self._exchange.withdraw(Order(self._wallet.address(), COIN // 10))
        elif self._world.height % _NOTARISE_EVERY == 0:
            document = sha256(b"document %d" % self._world.height)
            self._world.pay(self._wallet, [Order(pay_to_nobody(document), 0)])


class Escrow:
    """Holds a buyer's money in a bare two-of-three multisig until the goods are there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._dice = world.dice.separate("escrow")
        self._wallet = world.wallet("escrow", "escrow", "p2wpkh")

    def step(self, people: list[Person], merchants: list[Merchant]) -> None:
        """Takes one deal every so many blocks, and pays it out some blocks later."""
        if self._world.height < _FIRST_BUSINESS:
            return
        phase = self._world.height % _ESCROW_EVERY
        if phase == 0:
            self._take(self._dice.pick(people))
        elif phase == _ESCROW_HELD:
            for coin in list(self._wallet.coins.values()):
                self._world.sweep(self._wallet, [coin], self._dice.pick(merchants).invoice("escrow"))

    def _take(self, buyer: Person) -> None:
        lock = pay_to_multisig(2, [key(self._dice.data(32)) for _ in range(3)])
        self._wallet.adopt(lock, "escrow", buyer.name)
        self._world.pay(buyer.wallet, [Order(lock, self._dice.between(5, 25) * COIN // 100)])


class Duster:
    """Sends worthless amounts to addresses seen on the ledger, to see where they are spent."""

    def __init__(self, world: World, exchange: Exchange) -> None:
        self._world = world
        self._exchange = exchange
        self._dice = world.dice.separate("duster")
        self._wallet = world.wallet("duster", "duster", "p2wpkh")

    def fund(self) -> None:
        """Buys what it takes."""
        self._exchange.withdraw(Order(self._wallet.address(), COIN // 5))

    def strike(self, accounts: list[Lock], people: list[Person]) -> None:
        """One transaction with dust for accounts of the service and for people."""
        hit = [Order(lock, _DUST, "dust", "duster", route="wallet") for lock in self._dice.some(accounts, 12)]
        hit += [Order(person.wallet.address(), _DUST) for person in self._dice.some(people, 12)]
        self._world.pay(self._wallet, hit)
