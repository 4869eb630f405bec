"""The operator's books: what came in, what went out, what is left, to the satoshi."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clew.kernels.economy_state import (
    A_WALLET,
    ACTOR,
    ADDRESS,
    COINS,
    I_COIN,
    INPUTS,
    SPENT,
    T_FEE,
    T_INPUT,
    TX,
    TXS,
    VALUE,
)
from clew.simulate.economy.course import Course


@dataclass(frozen=True, slots=True)
class Books:
    """Satoshi of one actor. ``received`` + ``mixed_out`` = ``paid`` + ``fees`` + ``mixed_in`` + ``held``."""

    received: int
    """In transactions that others made alone."""
    paid: int
    """To others, in transactions that the actor made alone."""
    fees: int
    """Of those transactions."""
    mixed_in: int
    """Brought into transactions that several people signed."""
    mixed_out: int
    """Taken out of them."""
    held: int
    """Unspent at the end."""


def books(course: Course, actor: int) -> Books:
    """The books of an actor over the whole course."""
    e = course.society.state.e
    coins, txs, inputs = int(e.count[COINS]), int(e.count[TXS]), int(e.count[INPUTS])
    coin = e.coin[:coins]
    own = e.wallet[e.address[coin[:, ADDRESS], A_WALLET], ACTOR] == actor
    spent = e.input[:inputs, I_COIN]
    spender = np.searchsorted(e.tx[:txs, T_INPUT], np.arange(inputs), side="right") - 1
    # A coinbase has no input, and shares its first with the transaction after it: side="right" skips it.
    signed = np.bincount(spender, minlength=txs)
    mine = np.bincount(spender, weights=own[spent], minlength=txs).astype(np.int64)
    alone = (mine > 0) & (mine == signed)
    shared = (mine > 0) & (mine < signed)
    value = coin[:, VALUE]
    return Books(
        received=int(value[own & (mine[coin[:, TX]] == 0)].sum()),
        paid=int(value[~own & alone[coin[:, TX]]].sum()),
        fees=int(e.tx[:txs][alone, T_FEE].sum()),
        mixed_in=int(value[spent[own[spent] & shared[spender]]].sum()),
        mixed_out=int(value[own & shared[coin[:, TX]]].sum()),
        held=int(value[own & (coin[:, SPENT] < 0)].sum()),
    )
