"""What all actors share: the chain, its clock and fees, the register of owners, the record of truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clew.bitcoin.address import encode
from clew.bitcoin.script import classify
from clew.simulate.chain import Chain, Coin, Transfer
from clew.simulate.dice import Dice
from clew.simulate.locks import Lock
from clew.simulate.truth import JoinedCoin, Payment
from clew.simulate.wallets import Order, Register, Wallet

FIRST_TIME = 1_640_995_200
"""2022-01-01 00:00:00 UTC: about the time of block 1."""

BLOCK_SECONDS = 86_400
"""A block a day, so that some hundreds of them span more than a year."""

_JITTER_SECONDS = 28_800


class World:
    """The simulated world between two blocks."""

    def __init__(self, seed: int, blocks: int) -> None:
        self.seed = seed
        self.last_height = blocks - 1
        self.dice = Dice(f"clew economy {seed}")
        self.chain = Chain(seed=f"clew economy {seed}")
        self.register = Register()
        self.payments: list[Payment] = []
        self.joined: list[JoinedCoin] = []
        self.rate = 1
        """Satoshi per virtual byte that everybody pays at this height."""
        self._texts: dict[bytes, str] = {}
        self._weather = self.dice.separate("weather")

    @property
    def height(self) -> int:
        """Height of the block that is being filled."""
        return self.chain.height + 1

    @property
    def price(self) -> int:
        """Made-up dollars per bitcoin: swings slowly between 240 and 440."""
        phase = self.height % 320
        return 240 + (phase if phase < 160 else 320 - phase) * 5 // 4

    def wallet(self, name: str, actor: str, kind: str, *, reuse: bool = False) -> Wallet:
        """A new wallet of an actor."""
        return Wallet(self.register, name, actor, kind, self.dice, reuse=reuse)

    def pay(
        self,
        wallet: Wallet,
        orders: Sequence[Order],
        *,
        coins: Sequence[Coin] | None = None,
        change: Lock | None = None,
    ) -> Transfer | None:
        """Pays from a wallet and records what the orders say they are for. None: too poor."""
        made = wallet.pay(self.chain, orders, self.rate, coins=coins, change=change)
        if made is not None:
            self.record(made, orders)
        return made

    def sweep(self, wallet: Wallet, coins: Sequence[Coin], to: Lock) -> Transfer | None:
        """Sends coins whole to one lock. None: the fee would eat them, or there are none."""
        return wallet.pay_all(self.chain, coins, to, self.rate) if coins else None

    def send_whole(self, wallet: Wallet, coin: Coin, order: Order) -> None:
        """Sends one coin, less the fee, as the order says, and records what it was worth."""
        made = self.sweep(wallet, [coin], order.lock)
        if made is not None:
            self.record(made, [replace(order, value=made.outputs[0].value)])

    def record(self, made: Transfer, orders: Sequence[Order]) -> None:
        """Records the orders that have a purpose, as payments."""
        unmatched = list(made.outputs)
        source = self.register.owner(made.inputs[0].lock).wallet.actor
        for order in orders:
            coin = next(
                each
                for each in unmatched
                if each.lock.script == order.lock.script and each.value == order.value
            )
            unmatched.remove(coin)
            if order.purpose:
                self.payments.append(self._payment(coin, order, source))

    def address(self, lock: Lock) -> str:
        """The lock as people write it."""
        text = self._texts.get(lock.script)
        if text is None:
            _, address_type, payload = classify(lock.script)
            text = self._texts[lock.script] = encode(address_type, payload, self.chain.network)
        return text

    def mine(self, to: Lock) -> None:
        """Closes the block; its header time is around a day after the last one's, sometimes before."""
        planned = FIRST_TIME + self.height * BLOCK_SECONDS + self._weather.below(2 * _JITTER_SECONDS)
        # Miners' clocks disagree: one block in twenty claims to be older than its parent.
        if self.height > 1 and self._weather.happens(0.05):
            planned = self.chain.tip.header.time - self._weather.between(60, 7200)
        block = self.chain.mine(to, time=max(planned, self.chain.median_time + 1))
        self.register.deliver(block.transfers[0])
        self.rate = self._weather.pick_weighted([(1, 3), (2, 4), (5, 5), (12, 4), (30, 2), (80, 1)])

    def _payment(self, coin: Coin, order: Order, source: str) -> Payment:
        owned = self.register.owner(coin.lock)
        return Payment(
            txid=coin.txid[::-1].hex(),
            vout=coin.vout,
            value=coin.value,
            height=coin.height,
            purpose=order.purpose,
            payer=order.payer,
            source=source,
            payee=owned.wallet.actor,
            address=self.address(coin.lock),
            account=order.account or owned.user,
            route=order.route,
        )
