"""An exchange: a deposit address per customer, a hot wallet, a vault, batched withdrawals."""

from __future__ import annotations

from clew.simulate.chain import COIN, Transfer
from clew.simulate.locks import Lock
from clew.simulate.wallets import VAULT, Order
from clew.simulate.world import World

_SWEPT_AT_ONCE = 60
_PAID_AT_ONCE = 25
_HOT_MOST = 400 * COIN
_HOT_LEAST = 40 * COIN
_SWEEP_EVERY = 7


class Exchange:
    """Holds its customers' coins as its own, as custodians do; customers buy with money off the ledger."""

    def __init__(self, world: World, name: str, *, hot_kind: str, deposit_kind: str, pays_every: int) -> None:
        self.name = name
        self._world = world
        self._dice = world.dice.separate(name)
        self._hot = world.wallet(f"{name}/hot", name, hot_kind)
        self._deposits = world.wallet(f"{name}/deposits", name, deposit_kind)
        self._vault = world.wallet(f"{name}/vault", name, VAULT)
        self._given: dict[str, Lock] = {}
        self._queue: list[Order] = []
        self._pays_every = pays_every
        self._phase = self._dice.below(_SWEEP_EVERY)

    def deposit_lock(self, customer: str) -> Lock:
        """The customer's deposit address, always the same."""
        if customer not in self._given:
            self._given[customer] = self._deposits.address("deposit", customer)
        return self._given[customer]

    def withdraw(self, order: Order) -> None:
        """Puts a customer's withdrawal into the next batch."""
        self._queue.append(order)

    def step(self) -> None:
        """One block of business."""
        if self._world.height % _SWEEP_EVERY == self._phase:
            self._sweep_deposits()
            self._move_vault()
        if self._world.height % self._pays_every == 0:
            self._pay_withdrawals()

    def _sweep_deposits(self) -> None:
        coins = list(self._deposits.coins.values())
        for start in range(0, len(coins), _SWEPT_AT_ONCE):
            self._world.sweep(self._deposits, coins[start : start + _SWEPT_AT_ONCE], self._hot.address("hot"))

    def _move_vault(self) -> None:
        balance = self._hot.balance(self._world.chain)
        if balance > _HOT_MOST:
            self._world.pay(self._hot, [Order(self._vault.address("vault"), balance - _HOT_MOST // 2)])
        elif balance < _HOT_LEAST:
            amount = min(_HOT_MOST // 2, self._vault.balance(self._world.chain) // 2)
            if amount > COIN:
                self._world.pay(self._vault, [Order(self._hot.address("hot"), amount)])

    def _pay_withdrawals(self) -> None:
        while self._queue:
            batch = self._queue[:_PAID_AT_ONCE]
            # Too poor for the whole batch: fewer of them, the oldest first.
            while batch and self._pay_batch(batch) is None:
                batch = batch[: len(batch) // 2]
            if not batch:
                return
            del self._queue[: len(batch)]

    def _pay_batch(self, batch: list[Order]) -> Transfer | None:
        return self._world.pay(self._hot, self._dice.shuffled(batch))
