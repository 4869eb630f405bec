"""People with wallets, merchants who are paid, and miners who sell what they mine."""

from __future__ import annotations

from clew.simulate.actors.exchange import Exchange
from clew.simulate.chain import COIN, MATURITY
from clew.simulate.locks import Lock
from clew.simulate.wallets import Order
from clew.simulate.world import World

KINDS: list[tuple[str, int]] = [("p2pkh", 25), ("p2sh-p2wpkh", 25), ("p2wpkh", 35), ("p2tr", 15)]
"""Kinds of personal wallets and their weights: a guess."""

_POOR = COIN * 3 // 10
_WAIT_BLOCKS = 6
_CENT = COIN // 100


class Person:
    """Somebody with a wallet and an account at an exchange."""

    def __init__(self, world: World, name: str, exchange: Exchange) -> None:
        self.name = name
        self.exchange = exchange
        self._world = world
        self._dice = world.dice.separate(name)
        reuse = self._dice.happens(0.15)
        self.wallet = world.wallet(name, name, self._dice.pick_weighted(KINDS), reuse=reuse)
        self._asked_at = -_WAIT_BLOCKS

    def buy(self, value: int) -> None:
        """Withdraws from the exchange to the own wallet, unless that was asked for just before."""
        if self._world.height - self._asked_at >= _WAIT_BLOCKS:
            self._asked_at = self._world.height
            self.exchange.withdraw(Order(self.wallet.address(), value))

    def step(self, others: list[Person], merchants: list[Merchant]) -> None:
        """Something that people do with bitcoin."""
        balance = self.wallet.balance(self._world.chain)
        if balance < _POOR:
            self.buy(self._dice.spread(COIN // 2, 4))
            return
        what = self._dice.below(100)
        if what < 50:
            merchant = self._dice.pick(merchants)
            self._world.pay(self.wallet, [Order(merchant.invoice(self.name), self._price())])
        elif what < 80:
            other = self._dice.pick(others)
            if other is not self:
                self._world.pay(self.wallet, [Order(other.wallet.address(), self._price())])
        elif what < 92:
            lock = self.exchange.deposit_lock(self.name)
            self._world.pay(self.wallet, [Order(lock, balance * self._dice.between(20, 80) // 100)])

    def _price(self) -> int:
        """What something costs: a round number of cents of a bitcoin, or any number."""
        value = self._dice.spread(_CENT // 2, 5)
        return value // 100_000 * 100_000 if self._dice.happens(0.4) else value


class Merchant:
    """Gives an address per invoice, and takes the proceeds to an exchange from time to time."""

    def __init__(self, world: World, name: str, exchange: Exchange, kind: str) -> None:
        self.name = name
        self._world = world
        self._exchange = exchange
        self._wallet = world.wallet(name, name, kind)
        self._every = world.dice.separate(name).between(15, 40)

    def invoice(self, customer: str) -> Lock:
        """A fresh address for this customer."""
        return self._wallet.address("invoice", customer)

    def step(self) -> None:
        """Sells everything, every so many blocks."""
        if self._world.height % self._every == 0:
            coins = list(self._wallet.coins.values())
            if len(coins) > 1:
                self._world.sweep(self._wallet, coins, self._exchange.deposit_lock(self.name))


class Miner:
    """Sells its coins at an exchange once they may be spent."""

    def __init__(self, world: World, name: str, exchange: Exchange, kind: str, *, reuse: bool) -> None:
        self.name = name
        self._world = world
        self._exchange = exchange
        self._wallet = world.wallet(name, name, kind, reuse=reuse)

    def reward_lock(self) -> Lock:
        """Where the next block's reward goes."""
        return self._wallet.address("reward")

    def step(self) -> None:
        """Sells what has ripened; a coin or two at a time."""
        if self._world.height <= MATURITY:
            return
        ripe = [coin for coin in self._wallet.coins.values() if self._world.chain.is_ripe(coin)]
        if len(ripe) >= 2 or self._world.height < MATURITY + 20:
            self._world.sweep(self._wallet, ripe, self._exchange.deposit_lock(self.name))
