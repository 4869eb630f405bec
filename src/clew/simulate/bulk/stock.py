"""The arrays that a bulk chain is made in, and how they grow."""

from __future__ import annotations

import numpy as np

from clew.kernels.made_blocks import FIRST_OWNERS
from clew.kernels.made_coins import (
    AGES,
    COUNTS,
    FIELDS,
    FREE,
    HELD,
    LIVE,
    NEXT_IN,
    NEXT_LETTER,
    NEXT_OUT,
    NONE,
    NUMBERS,
    ORDER,
    OWNERS,
    Coins,
    compact,
)
from clew.kernels.made_transactions import LARGEST_TRANSACTION, Room

RESERVED_NUMBERS = 128
"""Addresses of the busy ones and of the miners have the numbers below."""

REMEMBERED = 1 << 18
MOST_ROWS = 1 << 16
LARGEST_MADE = 3 << 20
MOST_AT_ONCE = 2_048
"""Inputs or outputs of one transaction, above the most there are."""


def new_coins(slots: int = 1 << 17) -> Coins:
    """No coins yet, and room for ``slots``."""
    coins = Coins(
        txid=np.zeros(32 * slots, np.uint8),
        coin=np.zeros((slots, FIELDS), np.int64),
        free=np.arange(slots - 1, -1, -1, dtype=np.int32),
        order=np.full(slots, NONE, np.int32),
        owners=np.full((slots, 3), NONE, np.int32),
        recall=np.zeros((REMEMBERED, 2), np.int64),
        count=np.zeros(COUNTS, np.int64),
        by_kind=np.zeros(32, np.int64),
        ages=np.zeros(AGES, np.int64),
    )
    coins.count[FREE] = slots
    coins.owners[:, HELD] = 0
    coins.count[OWNERS] = FIRST_OWNERS
    coins.count[NUMBERS] = RESERVED_NUMBERS
    coins.count[[NEXT_IN, NEXT_OUT, NEXT_LETTER]] = 8, 8, 500
    return coins


def with_room(coins: Coins, outputs: int) -> Coins:
    """The same coins, with room for ``outputs`` more coins and owners."""
    count = coins.count
    if count[ORDER] > 1.25 * count[LIVE] + 20_000:
        compact(coins)
    if count[FREE] < outputs:
        coins = _more_slots(coins, outputs)
    if count[ORDER] + outputs > len(coins.order):
        coins = coins._replace(order=_longer(coins.order, int(count[ORDER]) + outputs, NONE))
    if count[OWNERS] + outputs > len(coins.owners):
        known = len(coins.owners)
        coins = coins._replace(owners=_longer(coins.owners, int(count[OWNERS]) + outputs, NONE))
        coins.owners[known:, HELD] = 0
    return coins


def _more_slots(coins: Coins, outputs: int) -> Coins:
    old = len(coins.coin)
    coin = _longer(coins.coin, old + outputs, 0)
    slots = len(coin)
    txid = np.zeros(32 * slots, np.uint8)
    txid[: 32 * old] = coins.txid
    free = np.zeros(slots, np.int32)
    unused, added = coins.free[: coins.count[FREE]], slots - old
    free[:added] = np.arange(slots - 1, old - 1, -1)
    free[added : added + len(unused)] = unused
    coins.count[FREE] += added
    return coins._replace(txid=txid, free=free, coin=coin)


def _longer(array: np.ndarray, least: int, filler: int) -> np.ndarray:
    longer = np.full((max(len(array) * 3 // 2, least), *array.shape[1:]), filler, array.dtype)
    longer[: len(array)] = array
    return longer


def new_room(noise: np.ndarray, salts: np.ndarray) -> Room:
    """Room for one block."""
    return Room(
        out=np.zeros(LARGEST_MADE, np.uint8),
        starts=np.zeros(MOST_ROWS, np.int64),
        has_witness=np.zeros(MOST_ROWS, np.uint8),
        txids=np.zeros(32 * (MOST_ROWS + 1), np.uint8),
        taken=np.zeros(MOST_AT_ONCE, np.int64),
        paid=np.zeros((MOST_AT_ONCE, 3), np.int64),
        base=np.zeros(LARGEST_TRANSACTION, np.uint8),
        noise=noise,
        salts=salts,
    )
