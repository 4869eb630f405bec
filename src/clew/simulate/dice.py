"""Chance that is the same everywhere: everything is drawn from raw Mersenne Twister words.

Only ``getrandbits`` is used, whose stream Python has kept since 3.2. Floating-point functions
and the library's own ``shuffle`` and ``sample`` may change between versions or machines; a
simulated world must not.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

_SCALE = 1 << 30


class Dice:
    """A seeded source of integers, choices and bytes."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        digest = hashlib.sha256(seed.encode()).digest()
        self._bits = random.Random(int.from_bytes(digest, "big")).getrandbits

    def separate(self, name: str) -> Dice:
        """Other dice, so that what one actor draws does not move what another draws."""
        return Dice(f"{self._seed}/{name}")

    def below(self, stop: int) -> int:
        """A number from 0 to ``stop - 1``, all equally likely. Raises ValueError for none to choose."""
        if stop < 1:
            raise ValueError(f"nothing to choose from: {stop}")
        bits = stop.bit_length()
        while True:
            number = self._bits(bits)
            if number < stop:
                return number

    def between(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def happens(self, probability: float) -> bool:
        """True with this probability (a multiple of 2^-30)."""
        return self._bits(30) < int(probability * _SCALE)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, all equally likely."""
        return items[self.below(len(items))]

    def pick_weighted(self, items: Sequence[tuple[T, int]]) -> T:
        """One of the ``(item, weight)`` items, by weight."""
        left = self.below(sum(weight for _, weight in items))
        for item, weight in items:
            left -= weight
            if left < 0:
                return item
        raise AssertionError("weights do not sum up")

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in random order (Fisher and Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """``count`` different items, in random order; all of them if there are fewer."""
        return list(islice(self.drawn(items), count))

    def drawn(self, items: Iterable[T]) -> Iterator[T]:
        """The items in random order, each drawn when it is asked for: for who stops early."""
        order = list(items)
        for first in range(len(order)):
            other = first + self.below(len(order) - first)
            order[first], order[other] = order[other], order[first]
            yield order[first]

    def spread(self, low: int, doublings: int) -> int:
        """An amount that is as likely in each doubling from ``low`` to ``low * 2**doublings``."""
        start = low << self.below(doublings)
        return start + self.below(start)

    def data(self, length: int) -> bytes:
        """``length`` random bytes."""
        return self._bits(8 * length).to_bytes(length, "little") if length else b""
