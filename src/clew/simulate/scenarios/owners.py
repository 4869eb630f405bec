"""Who takes part in a scenario: owners, and the addresses they have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from clew.bitcoin.address import encode
from clew.bitcoin.networks import network
from clew.bitcoin.script import classify
from clew.errors import UsageError
from clew.simulate.chain import REPLACEABLE, Chain, Coin
from clew.simulate.locks import (
    SINGLE_KEY,
    Lock,
    pay_to_hashed_multisig,
    pay_to_multisig,
    pay_to_witness_multisig,
)

if TYPE_CHECKING:
    from clew.simulate.scenarios.story import Story


class Habit(NamedTuple):
    """What a wallet does alike in every transaction."""

    version: int = 2
    sequence: int = REPLACEABLE
    height_as_lock_time: bool = False
    """Against fee sniping, as Bitcoin Core and Electrum do."""
    reuses: bool = False
    """Change goes back to the address that was spent."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address of an owner, under the name that a scenario gives it."""

    owner: Owner
    name: str
    kind: str
    lock: Lock
    role: str
    user: str

    @property
    def address(self) -> str:
        """The address as people write it."""
        return encode(*classify(self.lock.script)[1:], network("regtest"))


class Owner:
    """A wallet, and who it belongs to. ``story.owner`` makes one; ``alice[1]`` is an address of it.

    ``kind`` is the usual kind of its addresses, a name of KINDS.
    """

    def __init__(self, story: Story, name: str, actor: str, kind: str, habit: Habit) -> None:
        self.story = story
        self.name = name
        self.actor = actor
        self.kind = kind
        self.habit = habit

    def __getitem__(self, name: int | str) -> Place:
        """The address of this name or number: the same whenever asked for."""
        return self.address(name)

    def __iter__(self) -> NoReturn:
        raise TypeError(f"{self.name} has no last address to stop at: name each, as in {self.name}[1]")

    def address(self, name: int | str, kind: str = "", *, role: str = "receive", user: str = "") -> Place:
        """The address of this name, made when first asked for.

        One name has one key, whatever the ``kind`` (a name of KINDS): two kinds are two addresses of
        that key. ``user`` is whom the owner gave it to. Raises UsageError for a kind that is none.
        """
        kind = kind or self.kind
        if kind not in KINDS:
            raise UsageError(f"expected a kind of address ({', '.join(KINDS)}), found {kind!r}")
        shown = f"{self.name} {name}" if kind == self.kind else f"{self.name} {name} ({kind})"
        lock = _lock(self.story.chain, kind, f"{self.story.name}/{self.name}/{name}")
        return self.story.keep(Place(self, shown, kind, lock, role, user))

    def account(self, user: str) -> Place:
        """The address that it gave to a customer or member."""
        return self.address(f"for {user}", role="account", user=user)

    def fresh(self, role: str = "receive") -> Place:
        """An address that it never used: the next number, of change ``change 1``."""
        named = {place.name for place in self.story.places if place.owner is self}
        for number in count(1):
            name = number if role == "receive" else f"{role} {number}"
            if f"{self.name} {name}" not in named:
                return self.address(name, role=role)
        raise AssertionError("numbers ended")

    def holds(self, name: str, lock: Lock, *, kind: str = "script", role: str = "receive") -> Place:
        """An address of any script at all."""
        return self.story.keep(Place(self, f"{self.name} {name}", kind, lock, role, ""))

    @property
    def coins(self) -> list[Coin]:
        """What it can spend in the next block, oldest first."""
        return self.story.coins_of(self)

    @property
    def balance(self) -> int:
        """Their sum in satoshi."""
        return sum(coin.value for coin in self.coins)


_OF_THREE: dict[str, Callable[[int, Sequence[bytes]], Lock]] = {
    "multisig": pay_to_multisig,
    "p2sh": pay_to_hashed_multisig,
    "p2wsh": pay_to_witness_multisig,
}

KINDS: tuple[str, ...] = (*SINGLE_KEY, *_OF_THREE)
"""Kinds of address: those of one key, and those of which two of three keys of one owner open."""


def _lock(chain: Chain, kind: str, seed: str) -> Lock:
    if kind in SINGLE_KEY:
        return chain.lock(seed, kind)
    return _OF_THREE[kind](2, [chain.key(f"{seed}/{number}") for number in (1, 2, 3)])
