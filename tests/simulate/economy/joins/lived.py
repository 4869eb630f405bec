"""Economies for tests of shared transactions, and how such tests look at them.

What is looked at are scripts, amounts, owners and places, as a reader of the ledger would see them; who owns
an address comes from the wallet it was made in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clew.kernels.economy_state import (
    A_KEY,
    A_KIND,
    A_WALLET,
    ACTOR,
    ADDRESS,
    FORMS,
    I_HASH_TYPE,
    KINDS,
    PURPOSE,
    PURPOSES,
    SPENT,
    T_FORM,
    T_HEIGHT,
    T_INPUT,
    TX,
    TXS,
)
from clew.simulate.economy.actors.business import found_businesses
from clew.simulate.economy.actors.joins import found_joins
from clew.simulate.economy.actors.mixing import Mixing
from clew.simulate.economy.actors.pools import found_pools
from clew.simulate.economy.course import Course, begin
from clew.simulate.economy.rounds import Part, Round
from clew.simulate.economy.state import State
from clew.simulate.worlds.load import load

PEOPLE, BLOCKS = 300, 400

EVERYTHING = """
based_on: "2025"
name: everything
people: {count: {is: 300, between: [20, 10000], from: guess}}
wallets:
  - {name: core, payjoin: {is: 0.3, between: [0, 1], from: guess}}
  - {name: phone, payjoin: {is: 0.3, between: [0, 1], from: guess}}
coinjoins:
  - {protocol: joinmarket, rounds: {is: 0.6, from: guess}}
  - protocol: wasabi-1
    rounds: {is: 0.2, from: guess}
    fewest: {is: 10, from: guess}
    most: {is: 40, from: guess}
    dollars: {quantiles: {0: 4000, 50: 12000, 100: 90000}, from: guess}
    remixes: {is: 0.4, from: guess}
  - {protocol: wasabi-1.1, rounds: {is: 0.4, from: guess}, fewest: {is: 20, from: guess}}
  - {protocol: whirlpool, rounds: {is: 1.2, between: [0, 9], from: guess}}
  - {protocol: wabisabi, rounds: {is: 0.4, from: guess}}
shared:
  exchange_orders: {is: 1, from: guess}
  channels: {is: 2, from: guess}
  dual_funded: {is: 0.4, from: guess}
  anchors: {is: 0.6, from: guess}
  escrows: {is: 1, from: guess}
  anyone_can_spend: {is: 0.4, from: guess}
  known_keys: {is: 0.3, from: guess}
  notes: {is: 3, from: guess}
  equal_payouts: {is: 0.5, from: guess}
  equal_sweeps: {is: 0.3, from: guess}
  dust_attacks: {is: 0.1, from: guess}
"""

NOTHING = """
based_on: everything.yaml
name: nothing
wallets:
  - {name: core, payjoin: {is: 0, from: guess}}
  - {name: phone, payjoin: {is: 0, from: guess}}
  - {name: electrum, payjoin: {is: 0, from: guess}}
  - {name: hardware, payjoin: {is: 0, from: guess}}
  - {name: web, payjoin: {is: 0, from: guess}}
  - {name: backend, payjoin: {is: 0, from: guess}}
  - {name: merchant, payjoin: {is: 0, from: guess}}
coinjoins:
  - {protocol: joinmarket, rounds: {is: 0, from: guess}}
  - {protocol: wasabi-1, rounds: {is: 0, from: guess}}
  - {protocol: wasabi-1.1, rounds: {is: 0, from: guess}}
  - {protocol: whirlpool, rounds: {is: 0, from: guess}}
  - {protocol: wabisabi, rounds: {is: 0, from: guess}}
payers: {routes: {shares: {exchange: 1}, from: guess}}
shared:
  exchange_orders: {is: 0, from: guess}
  channels: {is: 0, from: guess}
  escrows: {is: 0, from: guess}
  anyone_can_spend: {is: 0, from: guess}
  known_keys: {is: 0, from: guess}
  notes: {is: 0, from: guess}
  equal_payouts: {is: 0, from: guess}
  equal_sweeps: {is: 0, from: guess}
  dust_attacks: {is: 0, from: guess}
"""


@dataclass(frozen=True)
class Side:
    """An input or an output: coin, satoshi, kind of script, address, owner, and why it was made."""

    coin: int
    value: int
    kind: str
    address: int
    owner: int
    purpose: str


@dataclass(frozen=True)
class Transaction:
    """A transaction, its sides in the order of making."""

    at: int
    height: int
    version: int
    lock: int
    sequence: int
    inputs: tuple[Side, ...]
    outputs: tuple[Side, ...]
    hash_types: tuple[int, ...]

    @property
    def fee(self) -> int:
        return sum(each.value for each in self.inputs) - sum(each.value for each in self.outputs)

    @property
    def owners(self) -> set[int]:
        return {each.owner for each in self.inputs}


class Lived:
    """An economy that has run."""

    def __init__(self, course: Course, mixing: Mixing) -> None:
        self.course, self.mixing = course, mixing

    @property
    def state(self) -> State:
        return self.course.society.state

    def side(self, coin: int) -> Side:
        e = self.state.e
        address = int(e.coin[coin, ADDRESS])
        row = e.address[address]
        return Side(
            coin,
            self.state.value(coin),
            KINDS[row[A_KIND]],
            address,
            int(e.wallet[row[A_WALLET], ACTOR]),
            PURPOSES[e.coin[coin, PURPOSE]],
        )

    def transaction(self, at: int) -> Transaction:
        row = [int(each) for each in self.state.e.tx[at]]
        spent = self.state.inputs(at)
        first = row[T_INPUT]
        return Transaction(
            at,
            row[T_HEIGHT],
            *row[3:6],
            tuple(map(self.side, spent)),
            tuple(map(self.side, self.state.outputs(at))),
            tuple(int(each) for each in self.state.e.input[first : first + len(spent), I_HASH_TYPE]),
        )

    def of_form(self, form: str) -> list[Transaction]:
        e = self.state.e
        number = FORMS.index(form)
        return [self.transaction(at) for at in range(int(e.count[TXS])) if e.tx[at, T_FORM] == number]

    def rounds(self, *protocols: str) -> Iterator[tuple[Round, Transaction]]:
        for each in self.course.rounds:
            if each.protocol in protocols:
                yield each, self.transaction(each.tx)

    def made_by(self, coin: int) -> int:
        """The transaction that made a coin."""
        return int(self.state.e.coin[coin, TX])

    def is_spent(self, coin: int) -> bool:
        return bool(self.state.e.coin[coin, SPENT] >= 0)

    def key(self, address: int) -> int:
        return int(self.state.e.address[address, A_KEY])

    @cached_property
    def coinjoined(self) -> set[int]:
        """Transactions that are coinjoins."""
        return {each.tx for each in self.course.rounds if each.protocol not in ("tx0", "payjoin")}

    @cached_property
    def days(self) -> float:
        times = self.course.calendar.times
        return (times[-1] - times[101]) / 86_400


def books(lived: Lived, part: Round) -> dict[int, int]:
    """What each actor of a round has more after it than before, satoshi."""
    found: dict[int, int] = {}

    def add(parts: tuple[Part, ...], sign: int) -> None:
        for each in parts:
            found[each.actor] = found.get(each.actor, 0) + sign * lived.state.value(each.coin)

    add(part.inputs, -1)
    add(part.outputs, 1)
    return found


def start(path: Path, text: str, seed: int = 1, blocks: int = BLOCKS) -> tuple[Course, Mixing]:
    """An economy of a world file, with everybody in it, in which nothing has happened yet."""
    path.write_text(text, encoding="utf-8")
    course = begin(load(path), seed, blocks)
    course.actors.extend(found_pools(course))
    course.actors.extend(found_businesses(course))
    joins = found_joins(course)
    course.actors.extend(joins)
    mixing = joins[0]
    assert isinstance(mixing, Mixing)
    return course, mixing


def live(path: Path, text: str, seed: int = 1, blocks: int = BLOCKS) -> Lived:
    """An economy of a world file that has run."""
    course, mixing = start(path, text, seed, blocks)
    for _ in course.run():
        pass
    return Lived(course, mixing)
