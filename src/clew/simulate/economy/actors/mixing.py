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
- The coins that come out, together, are meant to be worth at least ``value``; fees that rise meanwhile may
  make it less. They are the passage's until the caller spends them, and nobody else does. Pay from
  ``passage.wallet`` only with ``coins=``: its other coins are what other passages of the actor brought.
- They may be spent from the block after the one in which ``coins()`` first lists them, as all coins.
- Passages come first in the next rounds, so the wait is about one round's time (a day or so); after
  two days of waiting a round is held for them if enough others are there.
- Change of a round is listed by ``rest()``. To spend it with mixed coins undoes the mixing: some do.
- Who cannot wait calls ``give_up()``, which lists all coins as they lie then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from clew.kernels.economy_state import A_WALLET, ADDRESS, MIX_ROLE, MIXED, NONE, REST, SPENT
from clew.simulate.economy.actors.people import weight_fee
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.actors.crowd import Mixer
    from clew.simulate.economy.course import Course


_MOST_FEE = 3
"""How many times the day's fee level a wallet may pay."""


class Passage:
    """Somebody's coins on their way through coinjoins.

    ``protocol``: ``joinmarket``, ``wasabi-1``, ``wasabi-1.1``, ``wabisabi`` or ``whirlpool``; ``wallet``:
    the wallet that holds the coins that come out; ``target``: satoshi that should.
    """

    def __init__(self, course: Course, protocol: str, mixer: Mixer, target: int, rounds: int) -> None:
        self.actor, self.protocol, self.mixer = mixer.actor, protocol, mixer
        self.wallet = mixer.wallets[0]
        self.target, self.rounds = target, rounds
        self.waiting: dict[int, int] = {}
        """Coins that wait for a round, and how many they still have to go through."""
        self.mixed: list[int] = []
        self.change: list[int] = []
        self.since = course.now
        self.open = True
        self._state = course.society.state

    def coins(self) -> list[int] | None:
        """The mixed coins that are not spent yet, once every round is over; None until then."""
        return None if self.waiting else self._unspent(self.mixed)

    def rest(self) -> list[int]:
        """Unspent change of the rounds so far."""
        return self._unspent(self.change)

    def give_up(self) -> list[int]:
        """End the passage; all its coins that are not spent yet, mixed or not."""
        self.open = False
        left = self._unspent([*self.waiting, *self.mixed, *self.change])
        self.waiting.clear()
        return left

    def passed(self, spent: Iterable[int], equal: Iterable[int], change: Iterable[int]) -> None:
        """Note what a round made of the passage's coins.

        Others of the same actor may have taken part, as one of the crowd: what came to them is theirs.
        """
        equal, change = self._own(equal), self._own(change)
        left = min(self.waiting.pop(each) for each in spent) - 1
        for each in equal:
            if left > 0:
                self.waiting[each] = left
            else:
                self.mixed.append(each)
        self.change.extend(change)

    def worth(self) -> int:
        """Satoshi of mixed coins so far, and of those that wait."""
        return sum(map(self._state.value, [*self.mixed, *self.waiting]))

    def _own(self, coins: Iterable[int]) -> list[int]:
        """Those of some coins that lie in the wallets of the passage's software."""
        e = self._state.e
        return [
            each for each in coins if int(e.address[e.coin[each, ADDRESS], A_WALLET]) in self.mixer.wallets
        ]

    def _unspent(self, coins: Iterable[int]) -> list[int]:
        return [each for each in coins if self._state.e.coin[each, SPENT] == NONE]


class Taking(Protocol):
    """A protocol's rounds, as an actor, that take passages in."""

    protocol: str

    def step(self, course: Course) -> None:
        """Hold the rounds that are due."""

    def weight(self) -> int:
        """How much of the world's mixing is done here."""

    def bring(self, course: Course, value: int, rounds: int) -> int | None:
        """Satoshi that must come in so that ``value`` comes out, mixed; None if it is no amount for here."""

    def guest(self, course: Course, actor: int, home: int) -> Mixer:
        """The software of somebody who wants to enter."""

    def admit(self, passage: Passage) -> None:
        """Take a passage, whose coins wait, into the next rounds."""


class Mixing:
    """The coinjoins of a world, and the way into them."""

    def __init__(self, course: Course, venues: Sequence[Taking]) -> None:
        self.venues = list(venues)
        self._dice = course.dice.separate("mixing")

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
        state = course.society.state
        held = state.balance(wallet)
        if coins is not None:
            # All of them are spent, at a fee that the wallet's software takes.
            held = sum(map(state.value, coins)) - _MOST_FEE * weight_fee(course, 800 * len(coins) + 300)
        left = [(venue, venue.weight()) for venue in self.venues]
        while left:
            venue = self._dice.pick_weighted(left)
            left = [each for each in left if each[0] is not venue]
            bring = venue.bring(course, value, rounds)
            if bring is None or bring > held:
                continue
            mixer = venue.guest(course, who, wallet)
            address = state.address(mixer.wallets[0], MIX_ROLE, who)
            order = Order(bring if coins is None else REST, purpose, address=address, who=who)
            made = state.pay(wallet, [order], coins=coins)
            if made is None:
                continue
            passage = Passage(course, venue.protocol, mixer, value, rounds)
            passage.waiting[made.coins[0]] = rounds
            venue.admit(passage)
            return passage
        return None

    def step(self, course: Course) -> None:
        """Hold the rounds that are due."""
        for venue in self.venues:
            venue.step(course)
