"""The service and its operator: an address per account, sweeps, peels, waits, cash-outs.

Only the flow of money is modelled. What the service sells is no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from clew.simulate.actors.exchange import Exchange
from clew.simulate.actors.people import Merchant
from clew.simulate.chain import COIN, Coin
from clew.simulate.locks import Lock
from clew.simulate.wallets import Order, Wallet
from clew.simulate.world import World

OPERATOR = "operator"
ACCOUNT = "account"
TILL = "till"

_NAMES_AT_EXCHANGE = ("operator", "nominee-1", "nominee-2", "nominee-3")
_SWEPT_AT_ONCE = 45
_FORWARDED_FROM = COIN // 3
_SEASONS = 3
_CAREFUL_BLOCKS = 12
"""At first the operator moves each payment by itself."""


@dataclass(slots=True)
class _Peel:
    """A coin on its way out, a slice at a time."""

    coin: Coin
    due: int
    hops_left: int
    wallet: Wallet


class Service:
    """Gives an account address to every member; the operator takes what is paid there."""

    def __init__(self, world: World, opening: int, near: Exchange, far: Exchange, host: Merchant) -> None:
        self._world = world
        self._dice = world.dice.separate(OPERATOR)
        self._opening = opening
        self._near, self._far, self._host = near, far, host
        # The service moves to cheaper addresses halfway, as many did.
        self._old = world.wallet(f"{OPERATOR}/accounts-1", OPERATOR, "p2pkh")
        self._new = world.wallet(f"{OPERATOR}/accounts-2", OPERATOR, "p2sh-p2wpkh")
        self._till = world.wallet(f"{OPERATOR}/till", OPERATOR, "p2pkh")
        self._forward = world.wallet(f"{OPERATOR}/forward", OPERATOR, "p2wpkh")
        self._peel = world.wallet(f"{OPERATOR}/peel", OPERATOR, "p2wpkh")
        self._private = world.wallet(f"{OPERATOR}/private", OPERATOR, "p2wpkh")
        self._tills: list[Lock] = []
        self._moving: list[_Peel] = []
        self._next_sweep = opening + _CAREFUL_BLOCKS + 8
        self._next_peel = opening + 40
        self._sweeps = 0

    def open_account(self, member: str) -> Lock:
        """The address of a new account."""
        half = (self._opening + self._world.last_height) // 2
        return (self._old if self._world.height < half else self._new).address(ACCOUNT, member)

    def step(self) -> None:
        """What the operator does in one block; nothing before the service opens."""
        if self._world.height < self._opening:
            return
        self._forward_alone()
        self._go_on()
        if self._world.height >= self._next_sweep:
            self._sweep()
            self._next_sweep = self._world.height + self._dice.between(9, 17)
        if self._world.height >= self._next_peel:
            self._start_peel()
            self._next_peel = self._world.height + self._dice.between(14, 26)
        self._live()

    def _account_coins(self) -> list[Coin]:
        """Coins at the accounts, of earlier blocks, oldest first."""
        coins = [*self._old.coins.values(), *self._new.coins.values()]
        return sorted((coin for coin in coins if coin.height < self._world.height), key=_age)

    def _till_lock(self) -> Lock:
        """Where sweeps go: one address for a third of the service's life."""
        life = self._world.last_height + 1 - self._opening
        season = (self._world.height - self._opening) * _SEASONS // life
        while len(self._tills) <= season:
            self._tills.append(self._till.address(TILL))
        return self._tills[season]

    def _name(self) -> str:
        return self._dice.pick(_NAMES_AT_EXCHANGE)

    def _deposit(self, value: int, route: str, exchange: Exchange | None = None) -> Order:
        """A payment into an account at an exchange, under some name."""
        name = self._name()
        bank = exchange or (self._near if self._dice.happens(0.75) else self._far)
        return Order(bank.deposit_lock(name), value, "cash-out", OPERATOR, name, route)

    def _forward_alone(self) -> None:
        """The first payments, and some large ones, are moved at once, each by itself."""
        careful = self._world.height < self._opening + _CAREFUL_BLOCKS
        for coin in self._account_coins():
            fresh = coin.height == self._world.height - 1
            if careful or (fresh and coin.value >= _FORWARDED_FROM and self._dice.happens(0.3)):
                made = self._world.sweep(self._old, [coin], self._forward.address("forward"))
                if made is not None:
                    due = self._world.height + self._dice.between(5, 20)
                    self._moving.append(_Peel(made.outputs[0], due, 0, self._forward))

    def _sweep(self) -> None:
        """Takes everything from the accounts: into the till, or with the till's coins to an exchange."""
        coins = self._account_coins()
        if self._world.rate > 30 or not coins:
            return
        for start in range(0, len(coins), _SWEPT_AT_ONCE):
            batch = coins[start : start + _SWEPT_AT_ONCE]
            self._sweeps += 1
            if self._sweeps % 3 == 0:
                self._cash_out_directly(batch + list(self._till.coins.values()))
            else:
                self._world.sweep(self._till, batch, self._till_lock())

    def _cash_out_directly(self, coins: list[Coin]) -> None:
        total = sum(coin.value for coin in coins)
        order = self._deposit(total * self._dice.between(30, 60) // 100, "direct", self._near)
        made = self._world.pay(self._till, [order], coins=coins, change=self._till_lock())
        if made is not None and self._dice.happens(0.3):
            # Deposits are rejected now and then, and go back to where they came from.
            back = Order(self._till_lock(), order.value // 50, "refund", self._near.name, route="exchange")
            self._near.withdraw(back)

    def _start_peel(self) -> None:
        """Breaks the till's largest coin up: a slice to an exchange, the rest to a fresh address."""
        coins = sorted(self._till.coins.values(), key=lambda coin: (coin.value, coin.outpoint))
        if coins:
            peel = _Peel(coins[-1], self._world.height, self._dice.between(3, 6), self._till)
            self._moving.append(peel)

    def _go_on(self) -> None:
        """Moves each coin on its way that has waited long enough."""
        waiting, self._moving = self._moving, []
        for peel in waiting:
            if peel.due > self._world.height:
                self._moving.append(peel)
            elif peel.coin.outpoint in peel.wallet.coins:
                self._slice(peel)

    def _slice(self, peel: _Peel) -> None:
        route = {self._till: "direct", self._forward: "forward"}.get(peel.wallet, "peel")
        if not peel.hops_left or peel.coin.value < COIN // 20:
            self._world.send_whole(peel.wallet, peel.coin, self._deposit(0, route))
            return
        orders = [self._deposit(peel.coin.value * self._dice.between(15, 35) // 100, route)]
        onward = self._peel.address("peel")
        made = self._world.pay(peel.wallet, orders, coins=[peel.coin], change=onward)
        if made is not None:
            rest = next(coin for coin in made.outputs if coin.lock == onward)
            due = self._world.height + self._dice.between(2, 9)
            self._moving.append(_Peel(rest, due, peel.hops_left - 1, self._peel))

    def _live(self) -> None:
        """The operator's own purse: bought coins that pay the host; the change goes to the till."""
        since = self._world.height - self._opening
        if since % 80 == 30:
            self._near.withdraw(Order(self._private.address(), COIN // 2))
        elif since % 80 == 45:
            order = Order(self._host.invoice(OPERATOR), COIN // 10)
            self._world.pay(self._private, [order], change=self._till_lock())


def _age(coin: Coin) -> tuple[int, bytes, int]:
    return coin.height, coin.txid, coin.vout
