"""Mixing: how anybody sends coins through coinjoins.

``Mixing`` is an actor; there is one in an economy. Whoever wants coins mixed calls ``enter`` and gets a
``Passage``, or None at once where the world has no coinjoin that would take them (the caller then uses
a swap, or goes without). Some blocks later ``coins()`` lists what came out::

    passage = mixing.enter(course, wallet, value, who=actor)
    if passage is None:
        ...                                   # a swap instead
    ...                                       # in later blocks:
    coins = passage.coins()
    if coins is not None:
        state.pay(passage.wallet, orders, coins=coins)

Rules of the house:

- ``enter`` makes one transaction at once, from ``wallet`` to a wallet of the mixing software that the same
  actor has (``passage.wallet``); who enters again has the same one.
- The coins that come out, together, are worth at least ``value``. They are the passage's until the caller
  spends them, and nobody else does. Pay from ``passage.wallet`` only with ``coins=``: its other coins are
  what others of the actor's passages brought.
- Passages come first in the next rounds, so the wait is about one round's time (a day or so).
- Change of a round is listed by ``rest()``. To spend it with mixed coins undoes the mixing: some do.
- Who cannot wait calls ``give_up()``, which lists all coins as they lie then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clew.kernels.economy_state import MIXED

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course


class Passage:
    """Somebody's coins on their way through coinjoins."""

    actor: int
    protocol: str
    """``joinmarket``, ``wasabi-1``, ``wasabi-1.1``, ``wabisabi`` or ``whirlpool``."""
    wallet: int
    """The wallet that holds the coins that come out."""

    def coins(self) -> list[int] | None:
        """The mixed coins that are not spent yet, once every round is over; None until then."""
        raise NotImplementedError

    def rest(self) -> list[int]:
        """Unspent change of the rounds so far."""
        raise NotImplementedError

    def give_up(self) -> list[int]:
        """End the passage; all its coins that are not spent yet, mixed or not."""
        raise NotImplementedError


class Mixing:
    """The coinjoins of a world, and the way into them."""

    def enter(
        self,
        course: Course,
        wallet: int,
        value: int,
        *,
        who: int,
        coins: Sequence[int] | None = None,
        purpose: int = MIXED,
        rounds: int = 1,
    ) -> Passage | None:
        """Send coins of ``wallet``, which is ``who``'s, through coinjoins; None if it cannot be done.

        ``value``: satoshi that should come out, at least; the way in costs more. ``coins``: spend just
        these, all of them, on the way in; otherwise the wallet chooses. ``purpose``: of the payment to the
        mixing wallet. ``rounds``: how many rounds the coins go through one after another.
        """
        raise NotImplementedError

    def step(self, course: Course) -> None:
        """Hold the rounds that are due."""
