"""Payers: who they are, where they live, which exchange they use, and their wallets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from clew.kernels.economy_life import P_ZONE
from clew.kernels.economy_state import NONE
from clew.simulate.dice import Dice
from clew.simulate.economy.course import Course
from clew.simulate.economy.hours import Hours, nearest_zone, place
from clew.simulate.economy.settings import kind, weights
from clew.simulate.economy.society import Custodian, Person

if TYPE_CHECKING:
    from clew.simulate.worlds.model import Later

_EXISTING_PAYERS = 0.5
"""Share of payers who also do innocent things with their wallets, if there are people enough."""
_MOST_OF_PEOPLE = 0.35
"""Share of all people who may be payers."""
_AT_HOME, _NEARBY = 12, 4
"""How many times likelier an exchange in one's own country, and in one's own zone, is than another."""


@dataclass(slots=True, eq=False)
class Payer:
    """Somebody who may pay: an actor with an account at a custodian and, if need be, a wallet."""

    actor: int
    custodian: Custodian
    hours: Hours
    wallet: int = NONE
    """NONE until one is needed."""
    second: int = NONE
    """Number of another custodian with an account, or NONE."""
    person: int = NONE
    """The row among the economy's people, or NONE for somebody who does nothing else."""


class Payers:
    """Finds payers among an economy's people, and enters new ones."""

    def __init__(self, course: Course, payers: int) -> None:
        society = course.society
        self._course = course
        self._dice = course.dice.separate("payers")
        self._wallets = course.dice.separate("payers' wallets")
        models = course.world.wallets
        self._models = weights({model.name: float(model.share) for model in models})
        self._scripts = {model.name: weights(model.scripts) for model in models}
        self._later = {model.name: _later(model.later) for model in models if model.later is not None}
        self._rows = {model.name: row for row, model in enumerate(models)}
        self._countries = weights(course.world.payers.countries)
        self._hours: dict[str, Hours] = {}
        self._zones = [nearest_zone(course.world.time, each.model.zone) for each in society.exchanges]
        self._existing = min(_EXISTING_PAYERS, _MOST_OF_PEOPLE * len(society.people) / max(1, payers))
        # People of each exchange, without a wallet and with one; each is taken once.
        self._free: dict[tuple[int, bool], list[Person]] = {}
        for person in self._dice.drawn(society.people):
            self._free.setdefault((person.custodian, person.wallet != NONE), []).append(person)
        self._strangers = 0

    def find(self, *, wallet: bool) -> Payer:
        """A payer as the world has them; ``wallet``: whether it must be somebody with a wallet."""
        country = self._dice.pick_weighted(self._countries)
        hours, zone = self._habits(country)
        custodian = self._exchange(country, zone)
        person = self._person(custodian, wallet) if self._dice.happens(self._existing) else None
        if person is None:
            return self.stranger(country, hours, zone, custodian)
        society = self._course.society
        society.actors[person.actor] = replace(society.actors[person.actor], country=country, zone=zone)
        society.life.person[person.number, P_ZONE] = zone
        return self.known(person, hours)

    def known(self, person: Person, hours: Hours | None = None) -> Payer:
        """One of the economy's people, as a payer."""
        society = self._course.society
        if hours is None:
            hours, _ = self._habits(society.actors[person.actor].country)
        return Payer(
            actor=person.actor,
            custodian=society.custodians[person.custodian],
            hours=hours,
            wallet=person.wallet,
            second=person.second,
            person=person.number,
        )

    def innocent(self, *, wallet: bool) -> Payer:
        """One of the economy's people who is no payer, nor will be; a newcomer if all are."""
        free = [people for (_, has), people in sorted(self._free.items()) if people and (has or not wallet)]
        if not free:
            return self.newcomer()
        people = self._dice.pick_weighted([(each, len(each)) for each in free])
        return self.known(people.pop())

    def newcomer(self, kind_of: str = "person", name: str | None = None) -> Payer:
        """Somebody new, whose country and exchange are drawn as a payer's."""
        country = self._dice.pick_weighted(self._countries)
        hours, zone = self._habits(country)
        return self.stranger(country, hours, zone, self._exchange(country, zone), kind_of, name)

    def stranger(
        self,
        country: str,
        hours: Hours,
        zone: int,
        custodian: Custodian,
        kind_of: str = "person",
        name: str | None = None,
    ) -> Payer:
        """Somebody new, who has no wallet yet."""
        if name is None:
            name = f"newcomer-{self._strangers}"
            self._strangers += 1
        return Payer(self._course.society.actor(name, kind_of, country, zone), custodian, hours)

    def wallet(self, payer: Payer) -> int:
        """A payer's own wallet, which is opened now if there is none."""
        if payer.wallet == NONE:
            payer.wallet = self.fresh_wallet(payer.actor)
        return payer.wallet

    def fresh_wallet(self, actor: int) -> int:
        """A wallet of a kind that people have, opened now."""
        model = self._wallets.pick_weighted(self._models)
        script = self._wallets.pick_weighted(self._scripts_now(model))
        return self._course.society.state.wallet(self._rows[model], actor, kind(script))

    def _scripts_now(self, model: str) -> list[tuple[str, int]]:
        """Kinds of addresses of a new wallet: what its software brought later is likelier with time."""
        times = self._course.calendar.times
        if model not in self._later:
            return self._scripts[model]
        first, share, scripts = self._later[model]
        passed = self._course.now - first
        if passed > 0 and self._wallets.happens(share * passed / max(1, times[-1] - first)):
            return scripts
        return self._scripts[model]

    def account_elsewhere(self, payer: Payer, dice: Dice) -> Custodian:
        """Another exchange at which somebody has an account, which is opened now if there is none."""
        society = self._course.society
        if payer.second == NONE:
            payer.second = society.pick_custodian(dice=dice, unlike=payer.custodian.number).number
        return society.custodians[payer.second]

    def _habits(self, country: str) -> tuple[Hours, int]:
        """The hours of a country's people, and the number of the world's zone nearest to theirs."""
        time = self._course.world.time
        zone = place(country)
        if zone is None:
            row = self._dice.pick_weighted(
                [(n, round(float(z.share) * 1e6)) for n, z in enumerate(time.zones)]
            )
            zone = time.zones[row].zone
        if zone not in self._hours:
            self._hours[zone] = Hours(time, zone)
        return self._hours[zone], nearest_zone(time, zone)

    def _exchange(self, country: str, zone: int) -> Custodian:
        """An exchange: one's own country's more often than others, by their shares of customers."""
        choice = []
        for each, there in zip(self._course.society.exchanges, self._zones, strict=True):
            nearness = _AT_HOME if each.model.country == country else _NEARBY if there == zone else 1
            choice.append((each, nearness * round(float(each.model.customers) * 1e6) + 1))
        return self._dice.pick_weighted(choice)

    def _person(self, custodian: Custodian, wallet: bool) -> Person | None:
        """Somebody of an exchange who pays for nothing here yet."""
        for has in (True,) if wallet else (False, True):
            people = self._free.get((custodian.number, has))
            if people:
                return people.pop()
        return None


def _later(later: Later) -> tuple[int, float, list[tuple[str, int]]]:
    """From when on, how many in the end, and which kinds of addresses."""
    first = int(datetime.combine(later.day, time(), UTC).timestamp())
    return first, float(later.share), weights(later.scripts)
