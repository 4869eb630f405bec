"""The way back of each payment to the withdrawal that funded it, as it really was.

The walk knows who owns what, so it needs no guess: it goes back through the transactions of whoever's
coins paid, as long as they are his or her own, and ends at each coin that somebody else sent. Within
a transaction of one's own, what goes in is in what comes out by its share (haircut).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.kernels.economy_state import (
    A_WALLET,
    ACTOR,
    ADDRESS,
    COINS,
    I_COIN,
    INPUTS,
    JOINMARKET,
    NONE,
    PURPOSE,
    T_FORM,
    T_INPUT,
    T_OUTPUT,
    T_WALLET,
    TX,
    TXS,
    VALUE,
    WHIRLPOOL,
    WHO,
)
from clew.simulate.economy.course import Course
from clew.simulate.economy.payments import ServicePayment

Ints = npt.NDArray[np.int64]

_JOINS = range(JOINMARKET, WHIRLPOOL + 1)


@dataclass(frozen=True, slots=True)
class Origin:
    """One coin at which the way back of a payment leaves the hands of whoever paid.

    The values of a payment's origins with ``through`` NONE add up to the payment. Those with a custodian in
    ``through`` say what had been paid in there for it: that custodian held the coins between, together
    with other people's, and no coin leads on; their values add up to what came of that custodian.
    """

    payment: int
    """The payment's coin."""
    coin: int
    """The coin that somebody else sent; the payment itself if that was no coin of the payer's."""
    value: int
    """Satoshi of the payment that come of it."""
    sender: int
    """The actor whose transaction made it."""
    purpose: int
    """Why it was sent, by its place in ``PURPOSES``."""
    custodian: int
    """The custodian, if it is a withdrawal; otherwise NONE, and nobody knows a customer here."""
    customer: int
    """The actor for whom the custodian made it, or NONE."""
    hops: int
    """Coins of the payer's own between, by the shortest way; 0: it is the payment."""
    coinjoin: bool
    """Whether a coinjoin lies on some way between."""
    through: int = NONE


def origins(course: Course) -> list[Origin]:
    """Every payment's origins, in the payments' order; of each by coin, those with ``through`` last."""
    walk = _Walk(course)
    return [origin for payment in course.payments for origin in _of(walk, payment)]


def _of(walk: _Walk, payment: ServicePayment) -> Iterator[Origin]:
    """The origins of one payment."""
    came: dict[int, int] = {}
    for coin, (value, hops, joined) in sorted(walk.back(payment.coin).items()):
        origin = walk.origin(payment.coin, coin, value, hops, joined)
        came[origin.custodian] = came.get(origin.custodian, 0) + value
        yield origin
    behind = [each for each in payment.origin if each.through != NONE and each.through in came]
    for place, each in enumerate(behind):
        # What a custodian paid was funded by what had been paid in for it, in equal parts if often.
        value, left = divmod(came[each.through], len(behind))
        yield Origin(
            payment=payment.coin,
            coin=each.coin,
            value=value + (left if place == 0 else 0),
            sender=walk.sender(each.coin),
            purpose=walk.purpose(each.coin),
            custodian=each.custodian,
            customer=each.customer,
            hops=each.hops,
            coinjoin=False,
            through=each.through,
        )


Share = tuple[int, int, bool]
"""Satoshi, own coins between, whether through a coinjoin."""


class _Walk:
    """Goes back through transactions; what a coin is made of is found once for each coin of an owner."""

    def __init__(self, course: Course) -> None:
        e = course.society.state.e
        coins, txs = int(e.count[COINS]), int(e.count[TXS])
        owner = e.wallet[e.address[e.coin[:coins, ADDRESS], A_WALLET], ACTOR]
        self._owner: Ints = owner
        self._coin, self._tx = e.coin, e.tx
        self._spent: Ints = e.input[: e.count[INPUTS], I_COIN]
        self._first = np.append(e.tx[:txs, T_INPUT], e.count[INPUTS])
        self._made = np.append(e.tx[:txs, T_OUTPUT], coins)
        self._sender: Ints = e.wallet[e.tx[:txs, T_WALLET], ACTOR]
        self._custodians = {each.actor: each.number for each in course.society.custodians}
        self._known: dict[int, dict[int, dict[int, Share]]] = {}

    def sender(self, coin: int) -> int:
        """The actor whose transaction made a coin."""
        return int(self._sender[self._coin[coin, TX]])

    def purpose(self, coin: int) -> int:
        """Why a coin was made."""
        return int(self._coin[coin, PURPOSE])

    def origin(self, payment: int, coin: int, value: int, hops: int, joined: bool) -> Origin:
        """An origin, where the way back ends at a coin."""
        sender = self.sender(coin)
        custodian = self._custodians.get(sender, NONE)
        customer = NONE if custodian == NONE else int(self._coin[coin, WHO])
        return Origin(payment, coin, value, sender, self.purpose(coin), custodian, customer, hops, joined)

    def back(self, payment: int) -> dict[int, Share]:
        """What a payment is made of, by coin that somebody else sent; itself, if a custodian paid."""
        payer = self.sender(payment)
        if payer in self._custodians:
            return {payment: (int(self._coin[payment, VALUE]), 0, False)}
        known = self._known.setdefault(payer, {})
        self._find(self._own_inputs(payment, payer), payer, known)
        parts = self._mixture(payment, payer, known)
        return {coin: (value, hops - 1, joined) for coin, (value, hops, joined) in parts.items()}

    def _find(self, coins: list[int], whose: int, known: dict[int, dict[int, Share]]) -> None:
        """Find what coins of ``whose`` are made of, and all that they come of."""
        waiting = list(coins)
        while waiting:
            at = waiting[-1]
            if at in known:
                waiting.pop()
                continue
            unknown = [each for each in self._own_inputs(at, whose) if each not in known]
            if unknown:
                waiting.extend(unknown)
            else:
                known[at] = self._mixture(at, whose, known)

    def _inputs(self, coin: int) -> list[int]:
        """Coins that the transaction which made a coin spends."""
        tx = self._coin[coin, TX]
        spent: list[int] = self._spent[self._first[tx] : self._first[tx + 1]].tolist()
        return spent

    def _own_inputs(self, coin: int, whose: int) -> list[int]:
        """Those of them that are of ``whose``."""
        return [each for each in self._inputs(coin) if self._owner[each] == whose]

    def _mixture(self, coin: int, whose: int, known: dict[int, dict[int, Share]]) -> dict[int, Share]:
        """What a coin is made of, when what its transaction spends is known."""
        tx, value = int(self._coin[coin, TX]), int(self._coin[coin, VALUE])
        own = self._own_inputs(coin, whose)
        brought = sum(int(self._coin[each, VALUE]) for each in own)
        mine = value
        if len(own) < len(self._inputs(coin)):
            # Others signed too: what one takes out beyond what one brought is theirs.
            made = range(int(self._made[tx]), int(self._made[tx + 1]))
            taken = sum(int(self._coin[each, VALUE]) for each in made if self._owner[each] == whose)
            mine = value * brought // max(brought, taken, value)
        parts: dict[int, Share] = {}
        if mine < value:
            parts[coin] = (value - mine, 1, False)
        if mine:
            _add(parts, _scaled(own, mine, brought, known), int(self._tx[tx, T_FORM]) in _JOINS)
        return parts


def _scaled(own: list[int], mine: int, brought: int, known: dict[int, dict[int, Share]]) -> dict[int, Share]:
    """``mine`` satoshi out of what all of ``own`` are made of, by largest remainder; one coin further on."""
    pool: dict[int, Share] = {}
    for each in own:
        _add(pool, known[each], False)
    parts, rests, left = {}, [], mine
    for coin, (value, hops, joined) in pool.items():
        part, rest = divmod(value * mine, brought)
        parts[coin] = (part, hops + 1, joined)
        rests.append((-rest, coin))
        left -= part
    for _, coin in sorted(rests)[:left]:
        value, hops, joined = parts[coin]
        parts[coin] = (value + 1, hops, joined)
    return parts


def _add(parts: dict[int, Share], more: dict[int, Share], joined: bool) -> None:
    """Add shares to others."""
    for coin, (value, hops, through) in more.items():
        before = parts.get(coin)
        through = through or joined
        if before is not None:
            value, hops, through = value + before[0], min(hops, before[1]), through or before[2]
        parts[coin] = (value, hops, through)
