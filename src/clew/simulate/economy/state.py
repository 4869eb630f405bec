"""The state of an economy while it runs, and what actors do to it: open wallets, pay, put coins together.

The numbers are those of ``kernels.economy_state``; arrays grow as needed. Wallets, addresses, coins
and transactions are ids. A call that makes a transaction gives back ``Made``, or None if the coins
did not suffice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clew.kernels import economy_pay as kernels
from clew.kernels.economy_pay import ALL
from clew.kernels.economy_state import (
    A_KEY,
    ACTOR,
    ADDRESSES,
    AS_GIVEN,
    BALANCE,
    CHOSEN,
    COINS,
    COUNTS,
    CURRENT,
    FIRST,
    HEIGHT,
    INPUTS,
    KEYS,
    KIND,
    LAST,
    MODEL,
    NEXT,
    NONE,
    O_COIN,
    PLAIN,
    PRICE,
    RANDOM,
    RATE,
    RECEIVE_ROLE,
    REQUESTS,
    REST,
    STREAM,
    T_FEE,
    T_INPUT,
    T_OUTPUT,
    TICKETS,
    TX_FIELDS,
    TXS,
    VALUE,
    WALLETS,
    Economy,
)
from clew.simulate.chain import COIN
from clew.simulate.dice import Dice
from clew.simulate.keyring import KNOWN_KEYS

Ints = npt.NDArray[np.int64]

_WALLETS = 16
"""Wallets that may be opened before ``State.spare`` is asked again."""

_LARGEST = 20_000
"""Coins that one transaction may spend, and payments that it may make."""


class Order(NamedTuple):
    """One payment: satoshi (REST for all that is left), why, to which address or whose wallet.

    ``who``: the actor who means to pay; ``role`` and ``user``: of the address that the wallet makes.
    """

    value: int
    purpose: int
    address: int = NONE
    wallet: int = NONE
    who: int = NONE
    role: int = RECEIVE_ROLE
    user: int = NONE


class Made(NamedTuple):
    """A transaction, and the coin of each of its orders, in the orders' order."""

    tx: int
    coins: tuple[int, ...]


class State:
    """All wallets, addresses, coins and transactions so far. ``models``: rows of wallet behaviour."""

    def __init__(self, models: Ints, dice: Dice) -> None:
        count = np.zeros(COUNTS, np.int64)
        count[RANDOM], count[STREAM] = dice.below(1 << 32), dice.below(1 << 32) | 1
        count[KEYS] = KNOWN_KEYS
        self.e = Economy(
            count=count,
            model=models,
            wallet=np.zeros((1 << 10, 8), np.int64),
            address=np.zeros((1 << 12, 8), np.int32),
            coin=np.zeros((1 << 12, 8), np.int64),
            tx=np.zeros((1 << 12, TX_FIELDS), np.int64),
            input=np.zeros((1 << 12, 2), np.int32),
            order=np.zeros((_LARGEST, 8), np.int64),
            request=np.zeros((1 << 14, 8), np.int64),
            ticket=np.full(1 << 10, NONE, np.int64),
            chosen=np.zeros(4 * _LARGEST, np.int64),
            candidate=np.zeros((1 << 10, 3), np.int64),
        )

        self._room: tuple[int, ...] = (0, 0, 0, 0, 0)
        self.spare(0)

    # Numbers

    @property
    def height(self) -> int:
        """Height of the block that is being made."""
        return int(self.e.count[HEIGHT])

    @property
    def price(self) -> int:
        """Cents for a coin now."""
        return int(self.e.count[PRICE])

    @property
    def rate(self) -> int:
        """Thousandths of a satoshi per virtual byte that get a transaction into the next blocks."""
        return int(self.e.count[RATE])

    def satoshi(self, dollars: float) -> int:
        """What an amount in dollars is worth now."""
        return round(dollars * 100) * COIN // self.price

    # Room

    def spare(self, rows: int) -> None:
        """See to room for so many more coins, addresses, transactions and tickets, and some wallets."""
        count = self.e.count
        if (
            count[COINS] + rows <= self._room[0]
            and count[ADDRESSES] + rows <= self._room[1]
            and count[TXS] + rows <= self._room[2]
            and count[TICKETS] + rows <= self._room[3]
            and count[WALLETS] + _WALLETS <= self._room[4]
        ):
            return
        grown = {
            name: longer(getattr(self.e, name), int(count[used]) + more)
            for name, used, more in (
                ("coin", COINS, rows),
                ("address", ADDRESSES, rows),
                ("tx", TXS, rows),
                ("ticket", TICKETS, rows),
                ("wallet", WALLETS, _WALLETS),
            )
        }
        grown["ticket"][count[TICKETS] :] = NONE
        # A coin is spent once: there are no more inputs than coins.
        grown["input"] = longer(self.e.input, len(grown["coin"]))
        self.e = self.e._replace(**grown)
        self._room = tuple(len(grown[name]) for name in ("coin", "address", "tx", "ticket", "wallet"))

    def spare_requests(self, rows: int) -> None:
        """See to room for so many more withdrawals to be asked for."""
        e = self.e
        rows += int(e.count[REQUESTS])
        if rows > len(e.request):
            self.e = e._replace(request=longer(e.request, rows))

    # Wallets and addresses

    def wallet(self, model: int, actor: int, kind: int) -> int:
        """A new wallet of an actor, with a model's habits and one kind of addresses."""
        self.spare(64)
        count, wallets = self.e.count, self.e.wallet
        at = int(count[WALLETS])
        count[WALLETS] += 1
        wallets[at] = 0
        wallets[at, [MODEL, ACTOR, KIND]] = model, actor, kind
        wallets[at, [FIRST, LAST, CURRENT]] = NONE
        return at

    def address(
        self,
        wallet: int,
        role: int = RECEIVE_ROLE,
        user: int = NONE,
        *,
        kind: int | None = None,
        key: int | None = None,
    ) -> int:
        """A fresh address of a wallet; ``kind``: other than the wallet's; ``key``: a key used before."""
        self.spare(64)
        kind = int(self.e.wallet[wallet, KIND]) if kind is None else kind
        made = int(kernels.make_address(self.e, wallet, kind, role, user))
        if key is not None:
            self.e.address[made, A_KEY] = key
        return made

    def receive(self, wallet: int, role: int = RECEIVE_ROLE, user: int = NONE) -> int:
        """The address at which a wallet wants to be paid now: by its habit a fresh one or the last."""
        self.spare(64)
        return int(kernels.ask_address(self.e, wallet, role, user))

    def key(self, address: int) -> int:
        """The number of an address's (first) key."""
        return int(self.e.address[address, A_KEY])

    def balance(self, wallet: int) -> int:
        """Satoshi in a wallet."""
        return int(self.e.wallet[wallet, BALANCE])

    def coins(self, wallet: int, most: int = 1 << 30) -> list[int]:
        """A wallet's coins, oldest first."""
        found: list[int] = []
        at = int(self.e.wallet[wallet, FIRST])
        while at != NONE and len(found) < most:
            found.append(at)
            at = int(self.e.coin[at, NEXT])
        return found

    def value(self, coin: int) -> int:
        """Satoshi of a coin."""
        return int(self.e.coin[coin, VALUE])

    # Transactions

    def pay(
        self,
        wallet: int,
        orders: Sequence[Order],
        *,
        coins: Sequence[int] | None = None,
        change: int | None = None,
        rate: int = 0,
        form: int = PLAIN,
    ) -> Made | None:
        """Pay by the wallet's habits. ``coins``: spend just these, whosever; ``change``: to this address.

        The last order may be worth REST: all that is left.
        """
        e = self._put(orders, coins or ())
        if coins is not None and not coins:
            return None
        at = kernels.pay(
            e, wallet, 0, len(orders), NONE if change is None else change,
            rate, form,
        )  # fmt: skip
        return self._made(int(at), len(orders))

    def send(self, wallet: int, coins: Sequence[int], order: Order, form: int = PLAIN) -> Made | None:
        """Send coins, less the fee, to one payee."""
        return self.pay(wallet, [order._replace(value=REST)], coins=coins, form=form)

    def compose(
        self,
        wallet: int,
        coins: Sequence[int],
        orders: Sequence[Order],
        *,
        form: int,
        order: int = AS_GIVEN,
        hash_types: Sequence[int] | None = None,
        version: int | None = None,
        lock_time: int | None = None,
        sequence: int | None = None,
    ) -> Made | None:
        """A transaction of one's own making: these coins, whosever, into these outputs; the rest is the fee.

        ``wallet``: whose software makes it. ``order``: SHUFFLED, BIP69, AS_GIVEN or DESCENDING.
        ``hash_types``: of each coin's signatures (SHUFFLED keeps no order, so ALL only).
        None if outputs are worth more than the coins, or a coin is spent.
        """
        e = self._put(orders, coins)
        e.count[CHOSEN] = 0
        if hash_types is not None:
            e.chosen[len(coins) : 2 * len(coins)] = hash_types
        at = int(
            kernels.compose(
                e,
                wallet,
                len(coins),
                0,
                len(orders),
                form,
                order,
                ALL if hash_types is None else 0,
            )
        )
        if at != NONE and (version, lock_time, sequence) != (None, None, None):
            row = e.tx[at]
            fields = [
                int(row[place]) if given is None else given
                for place, given in ((3, version), (4, lock_time), (5, sequence))
            ]
            kernels.dress(e, at, *fields)
        return self._made(at, len(orders))

    def inputs(self, tx: int) -> list[int]:
        """The coins that a transaction spends, in order of making."""
        e = self.e
        end = e.tx[tx + 1, T_INPUT] if tx + 1 < e.count[TXS] else e.count[INPUTS]
        return [int(each) for each in e.input[e.tx[tx, T_INPUT] : end, 0]]

    def outputs(self, tx: int) -> range:
        """The coins that a transaction made, in order of making."""
        e = self.e
        end = e.tx[tx + 1, T_OUTPUT] if tx + 1 < e.count[TXS] else e.count[COINS]
        return range(int(e.tx[tx, T_OUTPUT]), int(end))

    def fee(self, tx: int) -> int:
        """Satoshi that a transaction leaves to the miner."""
        return int(self.e.tx[tx, T_FEE])

    # Withdrawals that are asked for, and made when the custodian gets to it

    def ticket(self) -> int:
        """A new ticket, for a withdrawal whose coin one wants to know."""
        self.spare(64)
        at = int(self.e.count[TICKETS])
        self.e.count[TICKETS] += 1
        return at

    def collected(self, ticket: int) -> int | None:
        """The coin of a withdrawal, once it is made."""
        at = int(self.e.ticket[ticket])
        return None if at == NONE else at

    def ask(self, custodian: int, order: Order, *, due: int, ticket: int = NONE) -> None:
        """Ask a custodian to make a withdrawal in the block at height ``due`` or later."""
        self.spare_requests(1)
        e = self.e
        at = int(e.count[REQUESTS])
        e.count[REQUESTS] += 1
        e.request[at] = (
            custodian,
            order.address,
            order.wallet,
            order.value,
            order.purpose,
            order.who,
            due,
            ticket,
        )

    def _put(self, orders: Sequence[Order], coins: Sequence[int]) -> Economy:
        self.spare(3 * len(orders) + 64)
        e = self.e
        for row, order in enumerate(orders):
            value, purpose, address, wallet, who, role, user = order
            e.order[row] = address, wallet, value, purpose, who, role, user, NONE
        e.chosen[: len(coins)] = coins
        e.count[CHOSEN] = len(coins)
        return e

    def _made(self, at: int, orders: int) -> Made | None:
        if at == NONE:
            return None
        return Made(at, tuple(int(each) for each in self.e.order[:orders, O_COIN]))


def longer(array: Any, rows: int) -> Any:
    """The array, or a longer one that begins with it, of ``rows`` rows at least."""
    if rows <= len(array):
        return array
    grown = np.zeros((max(rows, 2 * len(array)), *array.shape[1:]), array.dtype)
    grown[: len(array)] = array
    return grown
