"""Wallets that hold coins and choose which to spend, and the register of who owns what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clew.simulate.chain import Chain, Coin, Transfer
from clew.simulate.dice import Dice
from clew.simulate.locks import (
    SINGLE_KEY,
    Lock,
    input_vsize,
    key,
    output_vsize,
    pay_to_witness_multisig,
)

VAULT = "p2wsh"
"""Kind of a wallet whose coins take two of three keys."""

_OVERHEAD_VSIZE = 11
_LEAST_CHANGE = 1_000
"""Satoshi; less than this is left to the miner."""


@dataclass(frozen=True, slots=True)
class Order:
    """A payment to be made, and why; ``purpose`` is empty when nobody needs to know."""

    lock: Lock
    value: int
    purpose: str = ""
    payer: str = ""
    account: str = ""
    """Whose account is credited where the payee keeps accounts."""
    route: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose a lock is, and what for."""

    lock: Lock
    wallet: Wallet
    role: str
    user: str


class Register:
    """Who owns each lock; hands every coin to its owner."""

    def __init__(self) -> None:
        self.owned: dict[bytes, Owned] = {}

    def deliver(self, made: Transfer) -> None:
        """Takes the spent coins out of their wallets and puts the new ones in."""
        for coin in made.inputs:
            self.owned[coin.lock.script].wallet.coins.pop(coin.outpoint, None)
        for coin in made.outputs:
            owned = self.owned.get(coin.lock.script)
            if owned is not None:
                owned.wallet.coins[coin.outpoint] = coin

    def owner(self, lock: Lock) -> Owned:
        """Whose the lock is. Raises KeyError if nobody's."""
        return self.owned[lock.script]


class Wallet:
    """The keys and coins of one actor, or some of them.

    ``kind`` is a name of ``locks.SINGLE_KEY``, or ``VAULT``. A wallet that reuses has one address
    for receiving and change.
    """

    def __init__(
        self, register: Register, name: str, actor: str, kind: str, dice: Dice, *, reuse: bool = False
    ) -> None:
        self.name = name
        self.actor = actor
        self.kind = kind
        self.coins: dict[tuple[bytes, int], Coin] = {}
        self._register = register
        self._dice = dice.separate(f"wallet {name}")
        self._reuse = reuse
        self._only: Lock | None = None

    def address(self, role: str = "receive", user: str = "") -> Lock:
        """A lock to be paid to: a fresh one, unless the wallet reuses."""
        if self._reuse and self._only is not None:
            return self._only
        made = self._make()
        self.adopt(made, role, user)
        self._only = made
        return made

    def adopt(self, lock: Lock, role: str, user: str = "") -> None:
        """Enters a lock as this wallet's."""
        self._register.owned[lock.script] = Owned(lock, self, role, user)

    def balance(self, chain: Chain) -> int:
        """Satoshi that the next block may spend."""
        return sum(coin.value for coin in self.coins.values() if chain.is_ripe(coin))

    def choose(
        self, candidates: Iterable[Coin], value: int, orders: Sequence[Order], rate: int
    ) -> list[Coin]:
        """Coins that pay ``value`` and the fee: the smallest that does alone, else the largest few.

        Empty if all together do not.
        """
        base = value + rate * vsize((), orders, change=True)
        ranked = sorted(candidates, key=lambda coin: (coin.value, coin.outpoint))
        for coin in ranked:
            if coin.value >= base + rate * input_vsize(coin.lock):
                return [coin]
        chosen: list[Coin] = []
        left = base
        for coin in reversed(ranked):
            chosen.append(coin)
            left -= coin.value - rate * input_vsize(coin.lock)
            if left <= 0:
                return self._dice.shuffled(chosen)
        return []

    def pay(
        self,
        chain: Chain,
        orders: Sequence[Order],
        rate: int,
        *,
        coins: Sequence[Coin] | None = None,
        change: Lock | None = None,
    ) -> Transfer | None:
        """Makes the payments at ``rate`` satoshi per virtual byte; None if the coins do not suffice.

        ``coins`` are spent all of them, when given; ``change`` is a fresh address of this wallet's
        unless given. Where the change stands among the outputs is chance.
        """
        value = sum(order.value for order in orders)
        if coins is None:
            ripe = [coin for coin in self.coins.values() if chain.is_ripe(coin)]
            coins = self.choose(ripe, value, orders, rate)
        left = sum(coin.value for coin in coins) - value - rate * vsize(coins, orders, change=True)
        if not coins or left < 0:
            return None
        outputs: list[tuple[Lock | bytes, int]] = [(order.lock, order.value) for order in orders]
        if left >= _LEAST_CHANGE:
            target = self.address("change") if change is None else change
            outputs.insert(self._dice.below(len(outputs) + 1), (target, left))
        made = chain.pay(coins, outputs)
        self._register.deliver(made)
        return made

    def pay_all(self, chain: Chain, coins: Sequence[Coin], to: Lock, rate: int) -> Transfer | None:
        """Sends the coins, less the fee, to one lock; None if the fee would eat them."""
        value = sum(coin.value for coin in coins) - rate * vsize(coins, (Order(to, 0),), change=False)
        if value < _LEAST_CHANGE:
            return None
        made = chain.pay(coins, [(to, value)])
        self._register.deliver(made)
        return made

    def _make(self) -> Lock:
        if self.kind == VAULT:
            return pay_to_witness_multisig(2, [key(self._dice.data(32)) for _ in range(3)])
        return SINGLE_KEY[self.kind](key(self._dice.data(32)))


def vsize(coins: Sequence[Coin], orders: Sequence[Order], *, change: bool) -> int:
    """About how many virtual bytes the transaction will have."""
    inputs = sum(input_vsize(coin.lock) for coin in coins)
    outputs = sum(output_vsize(order.lock) for order in orders)
    return _OVERHEAD_VSIZE + inputs + outputs + (34 if change else 0)
