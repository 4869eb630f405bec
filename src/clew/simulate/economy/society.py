"""Who lives in an economy, and with which wallets: people, custodians, merchants, houses, charities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from clew.kernels.economy_life import (
    CUSTODIAN_FIELDS,
    P_ACTOR,
    P_CUSTODIAN,
    P_DEPOSIT,
    P_OTHER_DEPOSIT,
    P_SECOND,
    P_WALLET,
    P_ZONE,
    Life,
    deposit_address,
)
from clew.kernels.economy_state import (
    BETS,
    DEPOSIT_ROLE,
    NONE,
    STAKE_ROLE,
    WALLETS,
)
from clew.simulate.dice import Dice
from clew.simulate.economy.settings import (
    ACTS,
    behaviour,
    chance,
    cumulative,
    kind,
    table,
    weights,
)
from clew.simulate.economy.state import State, longer

if TYPE_CHECKING:
    from clew.simulate.worlds.model import Custodian as CustodianModel
    from clew.simulate.worlds.model import World


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody: a name such as person-17, what kind, and in which country and zone (its number)."""

    name: str
    kind: str
    country: str = ""
    zone: int = 0


@dataclass(slots=True)
class Custodian:
    """An exchange, web wallet or swap service. ``number``: its row in ``Life.custodian``."""

    number: int
    actor: int
    model: CustodianModel
    hot: int
    deposits: int
    cold: int
    customers: dict[int, list[int]] = field(default_factory=dict)
    """Deposit addresses of customers who are not among ``people``, by actor."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a wallet (NONE: custodial), and accounts at a custodian or two. ``number``: the row."""

    number: int
    actor: int
    wallet: int
    custodian: int
    second: int


class Society:
    """Everybody, as rows for the kernels (``life``) and as objects."""

    def __init__(self, world: World, dice: Dice, *, people: int) -> None:
        self.world = world
        self.dice = dice
        self.actors: list[Actor] = []
        self.models = {model.name: row for row, model in enumerate(world.wallets)}
        self.state = State(np.stack([behaviour(model) for model in world.wallets]), dice.separate("state"))
        self.custodians = [self._custodian(row, each) for row, each in enumerate(world.custodians)]
        self.exchanges = [each for each in self.custodians if each.model.kind == "exchange"]
        self.people = self._people(people, dice.separate("people"))
        self.merchants = [
            self.open(f"merchant-{number}", "merchant", world.trade.merchant_wallet)[1]
            for number in range(int(world.trade.merchants))
        ]
        self.charities = [
            self.open(f"charity-{number}", "charity", world.trade.merchant_wallet)[1]
            for number in range(int(world.trade.charities))
        ]
        self.life = self._life()

    @property
    def wallets(self) -> int:
        """How many wallets there are so far."""
        return int(self.state.e.count[WALLETS])

    def spare_bets(self, rows: int) -> Life:
        """See to room for so many more bets that are not settled; returns ``life``."""
        rows += int(self.state.e.count[BETS])
        if rows > len(self.life.bet):
            self.life = self.life._replace(bet=longer(self.life.bet, rows))
        return self.life

    def actor(self, name: str, kind: str, country: str = "", zone: int = 0) -> int:
        """Enter somebody; returns the number."""
        self.actors.append(Actor(name, kind, country, zone))
        return len(self.actors) - 1

    def open(
        self, name: str, kind_of_actor: str, model: str, script: str | None = None, country: str = ""
    ) -> tuple[int, int]:
        """Enter somebody with a wallet of a model; returns actor and wallet."""
        actor = self.actor(name, kind_of_actor, country)
        return actor, self.wallet(actor, model, script)

    def wallet(self, actor: int, model: str, script: str | None = None) -> int:
        """A wallet of a model for an actor; ``script``: by the model's shares, unless given."""
        row = self.models[model]
        if script is None:
            script = self.dice.pick_weighted(weights(self.world.wallets[row].scripts))
        return self.state.wallet(row, actor, kind(script))

    def personal_wallet(self, actor: int) -> int:
        """A wallet such as people have: a model and a script by their shares."""
        shares = {model.name: float(model.share) for model in self.world.wallets}
        return self.wallet(actor, self.dice.pick_weighted(weights(shares)))

    def custodian(self, name: str) -> Custodian:
        """The custodian of this name."""
        return next(each for each in self.custodians if each.model.name == name)

    def pick_custodian(self, kind_of: str = "exchange", *, dice: Dice, unlike: int = NONE) -> Custodian:
        """A custodian of a kind, by its share of customers; not that of number ``unlike``."""
        found = [each for each in self.custodians if each.model.kind == kind_of and each.number != unlike]
        return dice.pick_weighted([(each, round(float(each.model.customers) * 1e6) + 1) for each in found])

    def deposit_address(self, custodian: Custodian, customer: int) -> int:
        """Where an actor pays in at a custodian. Of ``people``, the kernels give it themselves."""
        known = custodian.customers.setdefault(customer, [])
        fresh = self.dice.happens(float(custodian.model.fresh_deposit))
        if not known or fresh:
            known.append(self.state.address(custodian.deposits, DEPOSIT_ROLE, customer))
        return known[-1]

    def person_deposit(self, person: int, *, second: bool = False) -> int:
        """Where one of ``people`` pays in at the (second) exchange."""
        self.state.spare(64)
        return int(deposit_address(self.state.e, self.life, person, second))

    def _custodian(self, row: int, model: CustodianModel) -> Custodian:
        actor = self.actor(model.name, model.kind, model.country)
        hot, deposits, cold = (
            self.state.wallet(self.models[model.wallet], actor, kind(script.value))
            for script in (model.hot_script, model.deposit_script, model.cold_script)
        )
        return Custodian(row, actor, model, hot, deposits, cold)

    def _people(self, count: int, dice: Dice) -> list[Person]:
        world = self.world
        zones = [(row, round(float(each.share) * 1e6)) for row, each in enumerate(world.time.zones)]
        people = []
        for number in range(count):
            zone = dice.pick_weighted(zones)
            custodian = self.pick_custodian(dice=dice)
            second = NONE
            if dice.happens(float(world.people.second_account)):
                second = self.pick_custodian(dice=dice, unlike=custodian.number).number
            actor = self.actor(f"person-{number}", "person", custodian.model.country, zone)
            custodial = dice.happens(float(world.people.custodial))
            wallet = NONE if custodial else self.personal_wallet(actor)
            people.append(Person(number, actor, wallet, custodian.number, second))
        return people

    def _life(self) -> Life:
        world, state = self.world, self.state
        person = np.full((len(self.people), 8), NONE, np.int64)
        for each in self.people:
            row = person[each.number]
            row[[P_WALLET, P_CUSTODIAN, P_SECOND]] = each.wallet, each.custodian, each.second
            row[[P_ACTOR, P_ZONE]] = each.actor, self.actors[each.actor].zone
            row[[P_DEPOSIT, P_OTHER_DEPOSIT]] = NONE
        custodian = np.zeros((len(self.custodians), CUSTODIAN_FIELDS), np.int64)
        for known in self.custodians:
            model = known.model
            custodian[known.number, :10] = (
                known.actor, known.hot, known.deposits, known.cold, kind(model.deposit_script.value),
                chance(model.fresh_deposit), int(model.payout_outputs) if float(model.payout_minutes) else 1,
                chance(model.pays_from_deposits), int(model.sweep_inputs), chance(model.hot_share),
            )  # fmt: skip
        house = np.zeros((int(world.trade.houses), 9), np.int64)
        for number in range(len(house)):
            _, wallet = self.open(f"house-{number}", "gambling", world.trade.house_wallet)
            addresses = [state.address(wallet, STAKE_ROLE) for _ in range(8)]
            house[number] = wallet, *addresses
        amounts = world.people.amounts
        tables = {name: table(getattr(amounts, name)) for name in ACTS if name != "move"}
        return Life(
            person=person,
            custodian=custodian,
            doing=cumulative(world.people.doing, ACTS),
            amount=np.stack([tables.get(name, tables["buy"]) for name in ACTS]),
            awake=np.zeros(len(world.time.zones), np.int64),
            merchant=np.array(self.merchants, np.int64),
            charity=np.array(self.charities, np.int64),
            house=house,
            bet=np.zeros((1 << 16, 4), np.int64),
            habit=np.array(
                [
                    chance(world.people.round_bitcoin),
                    chance(world.people.round_dollars),
                    chance(world.trade.wins),
                ],
                np.int64,
            ),
        )
