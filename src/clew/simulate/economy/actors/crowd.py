"""The people who take part in one protocol's coinjoins: they bring coins, stay for some rounds, and leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clew.kernels.economy_state import (
    BALANCE,
    CHANGE_ROLE,
    DEPOSIT,
    GOODS,
    INVOICE_ROLE,
    MIX_ROLE,
    NONE,
    OWN,
    REST,
    WITHDRAWAL,
)
from clew.simulate.chain import COIN
from clew.simulate.economy.actors.people import some_model
from clew.simulate.economy.settings import draw_from, table
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.dice import Dice
    from clew.simulate.economy.course import Course
    from clew.simulate.worlds.model import Coinjoins

FORGOTTEN = 50
"""Blocks after which nobody waits for coins that were asked for."""

_ON_THE_WAY = 4
"""Blocks in which coins that were asked for may still arrive."""


@dataclass(slots=True, eq=False)
class Mixer:
    """Somebody with mixing software.

    ``home``: the usual wallet, or NONE; ``person``: the row, NONE for guests.
    ``wallets``: the software's accounts; what they are for, the protocol says.
    """

    actor: int
    home: int
    person: int
    wallets: list[int]
    asked: int = -_ON_THE_WAY
    """Height at which coins were last asked for."""
    leaves: bool = False


class Crowd:
    """Who takes part in one protocol, persons by number and guests by actor.

    ``kinds``: the kind of script of each account that newcomers get.
    """

    def __init__(self, dice: Dice, model: Coinjoins, kinds: Sequence[str]) -> None:
        self.dice = dice
        self.kinds = list(kinds)
        self.people: dict[int, Mixer] = {}
        self._guests: dict[int, Mixer] = {}
        self._asked: list[Mixer] = []
        self._cents = table(model.dollars)

    def amount(self, course: Course) -> int:
        """Satoshi that somebody brings."""
        return course.society.state.satoshi(draw_from(self.dice, self._cents) / 100)

    def guest(self, course: Course, actor: int, home: int) -> Mixer:
        """Somebody who comes through ``Mixing.enter``; comes again with the same software."""
        if actor not in self._guests:
            self._guests[actor] = Mixer(actor, home, NONE, self._open(course, actor))
        return self._guests[actor]

    def recruit(self, course: Course, least: int, coins: int = 1) -> None:
        """Let somebody bring coins, each of at least ``least`` satoshi, to the first account.

        They come from the own wallet, or from an exchange, and are there in a later block.
        """
        society = course.society
        person = self.dice.pick(society.people)
        mixer = self.people.get(person.number)
        if mixer is None:
            mixer = Mixer(person.actor, person.wallet, person.number, self._open(course, person.actor))
            self.people[person.number] = mixer
        elif course.height - mixer.asked < _ON_THE_WAY or mixer.leaves:
            return
        mixer.asked = course.height
        self._asked.append(mixer)
        for _ in range(coins):
            self._fund(course, mixer, person.custodian, least)

    def coming(self, course: Course) -> int:
        """How many were asked whose coins may still be under way."""
        return sum(course.height - each.asked < _ON_THE_WAY for each in self.expected(course))

    def expected(self, course: Course) -> list[Mixer]:
        """Who was asked for coins, and not too long ago for them to arrive."""
        self._asked = [each for each in self._asked if course.height - each.asked <= FORGOTTEN]
        return self._asked

    def holders(self, course: Course, least: int) -> list[Mixer]:
        """People who hold so many satoshi or more in the first account."""
        people = list(self.people.values())
        wallets = np.array([each.wallets[0] for each in people], np.int64)
        enough = course.society.state.e.wallet[wallets, BALANCE] >= least
        return [people[at] for at in np.flatnonzero(enough)]

    def spend(self, course: Course, mixer: Mixer, wallet: int, coins: Sequence[int]) -> None:
        """Let one of the people spend coins of an account: sell, shop, or put them into the usual wallet."""
        society, state = course.society, course.society.state
        value, what = sum(map(state.value, coins)), self.dice.below(100)
        if what < 25 and society.merchants and value > 50_000:
            shop = self.dice.pick(society.merchants)
            address = state.address(shop, INVOICE_ROLE, mixer.actor)
            part = value * self.dice.between(20, 85) // 100
            order = Order(part, GOODS, address=address, who=mixer.actor)
            # Mixing software knows no other scripts than its own.
            state.pay(wallet, [order], coins=coins, change=state.address(wallet, CHANGE_ROLE))
        elif what < 60 and mixer.home != NONE:
            state.send(wallet, coins, Order(REST, OWN, wallet=mixer.home, who=mixer.actor))
        else:
            address = society.person_deposit(mixer.person)
            state.send(wallet, coins, Order(REST, DEPOSIT, address=address, who=mixer.actor))

    def _fund(self, course: Course, mixer: Mixer, custodian: int, least: int) -> None:
        state = course.society.state
        value = max(self.amount(course), least + self.dice.below(least // 8 + 1))
        if self.dice.happens(0.3):
            value = -(-value // (COIN // 100)) * (COIN // 100)
        address = state.address(mixer.wallets[0], MIX_ROLE, mixer.actor)
        if mixer.home != NONE and self.dice.happens(0.6) and state.balance(mixer.home) > value + value // 3:
            order = Order(value, OWN, address=address, who=mixer.actor)
            if state.pay(mixer.home, [order]) is not None:
                return
        order = Order(value, WITHDRAWAL, address=address, who=mixer.actor)
        state.ask(custodian, order, due=course.height)

    def _open(self, course: Course, actor: int) -> list[int]:
        model = some_model(course.world, self.dice)
        return [course.society.wallet(actor, model, kind) for kind in self.kinds]
