"""Where the money of a watched entity stands: coins that it reached, as a walk remembers them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from clew.ledger.columns import Array

MOST_COINS = 100_000
"""Coins that one watch remembers at most; beyond that its walk is cut, and says so."""


class Coin(NamedTuple):
    """A coin that money reached: its output, how many hops from the entity, how much of its value (satoshi)
    may be the entity's at most, and the height of the block that made it."""

    output: int
    hop: int
    most: int
    height: int


class Reached:
    """Coins by output. ``fresh`` are those added since it was loaded."""

    def __init__(self, coins: Iterable[Coin] = ()) -> None:
        self._coins = {coin.output: coin for coin in coins}
        self.fresh: list[Coin] = []

    def __len__(self) -> int:
        return len(self._coins)

    @property
    def is_cut(self) -> bool:
        """Whether there are more coins than are remembered."""
        return len(self._coins) >= MOST_COINS

    def get(self, output: int) -> Coin | None:
        """The coin of an output; None if it is none of them."""
        return self._coins.get(output)

    def add(self, coin: Coin) -> bool:
        """Remember a coin; False where there is no more room."""
        if self.is_cut:
            return False
        self._coins[coin.output] = coin
        self.fresh.append(coin)
        return True

    def keep(self, outputs: Iterable[int]) -> None:
        """Forget all coins but these."""
        self._coins = {output: self._coins[output] for output in outputs}
        self.fresh = [*self._coins.values()]

    def outputs(self) -> Array:
        """The outputs of all coins; int64."""
        return np.fromiter(self._coins, np.int64, len(self._coins))

    def among(self, outputs: Array) -> Array:
        """Which of ``outputs`` are such coins; a mask."""
        if not self._coins:
            return np.zeros(len(outputs), np.bool_)
        mask: Array = np.isin(outputs, self.outputs())
        return mask


__all__ = ["MOST_COINS", "Coin", "Reached"]
