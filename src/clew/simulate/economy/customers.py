"""What custodians know of their customers: made-up identities, and what each paid in and took out.

No name here is anybody's: each is put together from syllables that belong to no language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.kernels.economy_state import (
    A_ROLE,
    A_USER,
    A_WALLET,
    ACTOR,
    ADDRESSES,
    COINS,
    DEPOSIT_ROLE,
    PURPOSE,
    REFILL,
    STORE,
    SWEEP,
    T_WALLET,
    TX,
    TXS,
    WHO,
)
from clew.kernels.economy_state import CHANGE as CHANGE_PURPOSE
from clew.simulate.economy.course import Course

Ints = npt.NDArray[np.int64]

_FIRST = ("bru", "dwo", "fli", "gwa", "klu", "mwe", "plo", "qui", "skra", "twi", "vlu", "zho")
_LAST = ("blix", "drumm", "fenk", "gropp", "jilk", "mazz", "norv", "pyx", "queb", "sturv", "vank", "wobb")
_HOUSEKEEPING = (CHANGE_PURPOSE, SWEEP, STORE, REFILL)
"""Purposes of a custodian's coins that no customer asked for."""


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer of one custodian; an actor with two accounts is two of them, of the same name."""

    custodian: int
    """The custodian's number."""
    number: str
    """What the custodian calls the customer."""
    actor: int
    name: str
    """A made-up name; empty where the custodian asks for no papers."""
    country: str
    deposits: tuple[int, ...]
    """Addresses at which the customer pays in."""
    withdrawals: tuple[int, ...]
    """Coins that the custodian paid out for the customer, to whomever."""


def customers(course: Course) -> list[Customer]:
    """Every customer of every custodian, by custodian and actor; also who has never paid in or out."""
    society = course.society
    deposits, withdrawals = _deposits(course), _withdrawals(course)
    known = set(deposits) | set(withdrawals)
    for person in society.people:
        known.update((at, person.actor) for at in (person.custodian, person.second) if at >= 0)
    names = _names(course, {actor for _, actor in known})
    numbers = [0] * len(society.custodians)
    found = []
    for custodian, actor in sorted(known):
        model = society.custodians[custodian].model
        numbers[custodian] += 1
        found.append(
            Customer(
                custodian=custodian,
                number=f"{model.name}-{numbers[custodian]:06d}",
                actor=actor,
                name=names[actor] if model.identifies else "",
                country=society.actors[actor].country,
                deposits=deposits.get((custodian, actor), ()),
                withdrawals=withdrawals.get((custodian, actor), ()),
            )
        )
    return found


Accounts = dict[tuple[int, int], tuple[int, ...]]
"""Addresses or coins by custodian and actor, ascending."""


def _deposits(course: Course) -> Accounts:
    """Addresses at which each customer pays in."""
    e = course.society.state.e
    address = e.address[: e.count[ADDRESSES]]
    given = np.flatnonzero((address[:, A_ROLE] == DEPOSIT_ROLE) & (address[:, A_USER] >= 0))
    owners = e.wallet[address[given, A_WALLET], ACTOR]
    return _by_account(course, given, owners, address[given, A_USER])


def _withdrawals(course: Course) -> Accounts:
    """Coins that were paid out for each customer."""
    e = course.society.state.e
    coin = e.coin[: e.count[COINS]]
    senders = e.wallet[e.tx[: e.count[TXS], T_WALLET], ACTOR][coin[:, TX]]
    own = [each.actor for each in course.society.custodians]
    asked = ~np.isin(coin[:, PURPOSE], _HOUSEKEEPING) & ~np.isin(coin[:, WHO], own)
    paid = np.flatnonzero(np.isin(senders, own) & asked & (coin[:, WHO] >= 0))
    return _by_account(course, paid, senders[paid], coin[paid, WHO])


def _by_account(course: Course, things: Ints, owners: Ints, actors: Ints) -> Accounts:
    numbers = {each.actor: each.number for each in course.society.custodians}
    found: dict[tuple[int, int], list[int]] = {}
    for thing, owner, actor in zip(things.tolist(), owners.tolist(), actors.tolist(), strict=True):
        number = numbers.get(owner)
        if number is not None:
            found.setdefault((number, actor), []).append(thing)
    return {account: tuple(each) for account, each in found.items()}


def _names(course: Course, actors: Iterable[int]) -> dict[int, str]:
    """A name for each actor, no two alike while there are names enough."""
    dice = course.dice.separate("names")
    firsts = dice.shuffled([a + b for a in _FIRST for b in _FIRST])
    lasts = dice.shuffled([a + b for a in _LAST for b in _LAST])
    names = {}
    for place, actor in enumerate(sorted(actors)):
        first = firsts[place % len(firsts)]
        last = lasts[(place // len(firsts) + place) % len(lasts)]
        names[actor] = f"{first.capitalize()} {last.capitalize()}"
    return names
