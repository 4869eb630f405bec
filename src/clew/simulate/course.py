"""The course of a simulated economy: who is there, and who acts when."""

from __future__ import annotations

from clew.simulate.actors.exchange import Exchange
from clew.simulate.actors.joins import join
from clew.simulate.actors.members import Members
from clew.simulate.actors.oddities import Duster, Escrow, Notary
from clew.simulate.actors.people import Merchant, Miner, Person
from clew.simulate.actors.service import Service
from clew.simulate.chain import COIN, MATURITY, Coin
from clew.simulate.world import World

OPENING = MATURITY + 25
"""Height at which the service opens, when coins have spread a little."""

PEOPLE = 320
MERCHANTS = 12
_ACTS_PER_BLOCK = 9
_JOIN_EVERY = 17
_DUST_EVERY = 90
_DUST_AT = 50
_PREPARING = MATURITY + 10
_VISIT = OPENING + 40
_MERCHANT_KINDS = ("p2pkh", "p2sh-p2wpkh", "p2wpkh")


class Course:
    """Everybody in one economy."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._dice = world.dice.separate("course")
        self._exchanges = [
            Exchange(world, "exchange-a", hot_kind="p2wpkh", deposit_kind="p2pkh", pays_every=1),
            Exchange(world, "exchange-b", hot_kind="p2sh-p2wpkh", deposit_kind="p2sh-p2wpkh", pays_every=2),
            Exchange(world, "exchange-c", hot_kind="p2pkh", deposit_kind="p2wpkh", pays_every=3),
        ]
        home, near, far = self._exchanges
        self._miners = [
            (Miner(world, "miner-1", home, "p2wpkh", reuse=True), 4),
            (Miner(world, "miner-2", home, "p2pkh", reuse=False), 3),
            (Miner(world, "miner-3", near, "p2pk", reuse=True), 2),
            (Miner(world, "miner-4", far, "p2tr", reuse=False), 1),
        ]
        banks = [(home, 70), (near, 20), (far, 10)]
        self._people = [
            Person(world, f"person-{number:03d}", self._dice.pick_weighted(banks))
            for number in range(1, PEOPLE + 1)
        ]
        self._merchants = [
            Merchant(
                world,
                f"merchant-{number:02d}",
                self._dice.pick(self._exchanges),
                self._dice.pick(_MERCHANT_KINDS),
            )
            for number in range(1, MERCHANTS + 1)
        ]
        self._investigator = Person(world, "investigator", home)
        self._service = Service(world, OPENING, near, far, self._merchants[0])
        self._members = Members(world, self._service, OPENING, self._people)
        self._notary = Notary(world, home)
        self._escrow = Escrow(world)
        self._duster = Duster(world, home)
        self._joined: dict[int, list[tuple[Person, Coin]]] = {}

    def step(self) -> None:
        """Fills one block and mines it."""
        for miner, _ in self._miners:
            miner.step()
        if self._world.height == _PREPARING:
            self._duster.fund()
            self._investigator.buy(COIN)
        elif self._world.height == _VISIT:
            # One purchase to learn an address: what an inquiry starts from.
            self._members.visit(self._investigator, _VISIT)
        if self._world.height > MATURITY:
            self._live()
        self._members.step()
        self._join()
        self._service.step()
        self._notary.step()
        self._escrow.step(self._people, self._merchants)
        if (self._world.height - OPENING) % _DUST_EVERY == _DUST_AT and self._world.height > OPENING:
            self._duster.strike(self._members.paid_accounts, self._people)
        for exchange in self._exchanges:
            exchange.step()
        self._world.mine(self._dice.pick_weighted(self._miners).reward_lock())

    def _live(self) -> None:
        for person in self._dice.some(self._people, _ACTS_PER_BLOCK):
            person.step(self._people, self._merchants)
        for merchant in self._merchants:
            merchant.step()

    def _join(self) -> None:
        """A coinjoin round now and then; two who took part pay the service with what they got."""
        for person, coin in self._joined.pop(self._world.height, []):
            self._members.spend_joined(person, coin)
        if self._world.height >= OPENING and self._world.height % _JOIN_EVERY == 0:
            for part in join(self._world, self._people, self._dice)[:2]:
                due = self._world.height + self._dice.between(2, 10)
                self._joined.setdefault(due, []).append(part)


def run(seed: int, blocks: int) -> World:
    """Lets everybody act until the chain has ``blocks`` blocks; writes nothing."""
    world = World(seed, blocks)
    course = Course(world)
    while world.height < blocks:
        course.step()
    return world
