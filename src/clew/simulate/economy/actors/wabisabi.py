"""WabiSabi: rounds of many inputs and of many standard denominations, such as Wasabi 2 joins.

After the protocol's own code (WalletWasabi/WalletWasabi, ``WabiSabi``): inputs and outputs are sorted by
amount, largest first (``MultipartyTransactionState``: ``SortedInputs``, ``SortedOutputs``); each input
pays for its own weight, and each output; a wallet registers up to ten inputs, and its outputs are
P2WPKH or P2TR at random (``decomposition``). The coordinator takes 0.3 % of inputs above a million
satoshi that were not mixed before (``CoordinationFeeRate``, ``PlebsDontPayThreshold``); the large one shut
down on 1 June 2024, and those that came after mostly take nothing. A round is held with a smallest and a
largest number of inputs: the world's *participants* are inputs here, as they are to the coordinator,
who cannot tell whose they are. A real round (block 824,299) has version 1, lock time 0, final sequences.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from clew.kernels.economy_state import (
    A_KIND,
    ADDRESS,
    CHANGE_ROLE,
    COINJOIN_ROLE,
    COORDINATOR_ROLE,
    DESCENDING,
    EQUAL,
    INPUT_WEIGHT,
    JOIN_CHANGE,
    JOIN_FEE,
    KINDS,
    WABISABI,
)
from clew.simulate.economy.actors.business import Business
from clew.simulate.economy.actors.crowd import Mixer
from clew.simulate.economy.actors.decomposition import LEAST, decompose, frequent
from clew.simulate.economy.actors.people import is_mixed, possible, ripe, some_model, weight_fee
from clew.simulate.economy.actors.venue import Venue, input_weight, output_weight
from clew.simulate.economy.rounds import Kind, Part
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.actors.mixing import Passage
    from clew.simulate.economy.course import Course
    from clew.simulate.worlds.model import Coinjoins

MOST_INPUTS = 10
FREE = 1_000_000
"""Satoshi up to which an input pays nothing to the coordinator."""

_FREE_SINCE = date(2024, 6, 1)
_LEAST = 50_000
_LEAST_FEE = 10_000


@dataclass(slots=True)
class Client:
    """One wallet in a round."""

    mixer: Mixer
    coins: list[int]
    passage: Passage | None = None
    values: list[int] = field(default_factory=list)
    """What each input is worth after its fees."""


class WabiSabi(Venue):
    """The coordinator and its rounds."""

    def __init__(self, course: Course, model: Coinjoins) -> None:
        super().__init__(course, model, ["p2wpkh"])
        software = some_model(course.world, self.dice)
        self.coordinator, self.wallet = course.society.open(
            "coordinator-wabisabi", "coordinator", software, "p2wpkh"
        )
        self._income = Business(course, self.wallet, days=10)

    def step(self, course: Course) -> None:
        """Hold the rounds that are due; the coordinator sells what it earned."""
        super().step(course)
        self._income.step(course)

    def bring(self, course: Course, value: int, rounds: int) -> int | None:
        """What comes out as standard denominations is a little less than what goes in."""
        if value < _LEAST:
            return None
        each = weight_fee(course, input_weight("p2wpkh") + MOST_INPUTS * output_weight("p2tr"))
        return value + value // 8 + rounds * (each + weight_fee(course, MOST_INPUTS * input_weight("p2wpkh")))

    def hold(self, course: Course) -> bool:
        """One round."""
        wanted = self.dice.between(self.fewest, self.most)
        clients = self._clients(course, wanted)
        if sum(len(each.coins) for each in clients) < self.fewest or len(clients) < 3:
            return False
        return self._join(course, clients)

    def prepare(self, course: Course) -> None:
        """Let newcomers join, with some coins each."""
        value = course.society.state.value
        fresh = sum(
            value(coin) >= _LEAST and not is_mixed(course, coin)
            for mixer in self.crowd.holders(course, _LEAST)
            for coin in ripe(course, mixer.wallets[0])
        )
        rounds = 1 + self.rounds_a_block(course)
        needed = round(self.most * (1 - self.remixes) * rounds) - fresh
        people = needed // 3 + (needed > 0) - self.crowd.coming(course)
        for _ in range(people):
            self.crowd.recruit(course, _LEAST, self.dice.between(1, 5))

    def thin(self, course: Course) -> None:
        """Let mixed coins be spent that are more than coming rounds need."""
        need = self.remixes * (self.fewest + self.most) / 2
        stay = round(need * (1 + 2 * self.rounds_a_block(course)))
        mixed = [
            (mixer, [each for each in ripe(course, mixer.wallets[0]) if is_mixed(course, each)])
            for mixer in self.crowd.holders(course, LEAST)
        ]
        surplus = sum(len(coins) for _, coins in mixed) - stay
        for mixer, held in self.dice.drawn(mixed):
            if surplus <= 0:
                return
            coins = self.dice.shuffled(held)
            while coins and surplus > 0:
                some = coins[: self.dice.between(1, 3)]
                del coins[: len(some)]
                surplus -= len(some)
                self.crowd.spend(course, mixer, mixer.wallets[0], some)

    def _clients(self, course: Course, wanted: int) -> list[Client]:
        """Passages first; then people in random order, until there are inputs enough."""
        clients = [
            Client(passage.mixer, coins[:MOST_INPUTS], passage)
            for passage, coins in self.waiting(course)
            if sum(map(course.society.state.value, coins[:MOST_INPUTS])) >= _LEAST
        ]
        guests = {each.mixer.actor for each in clients}
        places = wanted - sum(len(each.coins) for each in clients)
        again = sum(self.dice.happens(self.remixes) for _ in range(max(0, places)))
        left = {True: again, False: max(0, places) - again}
        for mixer in self.dice.drawn(self.crowd.holders(course, _LEAST)):
            if left[True] + left[False] <= 0:
                break
            if mixer.actor in guests:
                continue
            coins = self.dice.shuffled(self._worth_it(course, mixer))
            # New coins are fewer, and come first.
            coins.sort(key=lambda coin: is_mixed(course, coin))
            room, chosen = dict(left), []
            for coin in coins[: self.dice.between(1, MOST_INPUTS)]:
                mixed = is_mixed(course, coin)
                if room[mixed] > 0:
                    room[mixed] -= 1
                    chosen.append(coin)
            if sum(map(course.society.state.value, chosen)) >= _LEAST:
                clients.append(Client(mixer, chosen))
                left = room
        return clients

    def _worth_it(self, course: Course, mixer: Mixer) -> list[int]:
        """Coins that rounds allow, and that are worth more than twice what they cost to spend."""
        least = max(LEAST, 2 * weight_fee(course, input_weight("p2wpkh")))
        return [each for each in ripe(course, mixer.wallets[0]) if course.society.state.value(each) > least]

    def _join(self, course: Course, clients: list[Client]) -> bool:
        state = course.society.state
        e, coordinator = state.e, 0
        for client in clients:
            for coin in client.coins:
                value = state.value(coin)
                taken = self._fee(course, coin, value)
                coordinator += taken
                weight = int(INPUT_WEIGHT[e.address[e.coin[coin, ADDRESS], A_KIND]])
                client.values.append(value - taken - weight_fee(course, weight))
        output = weight_fee(course, output_weight("p2tr"))
        chosen = frequent([value for each in clients for value in each.values], output)
        if not chosen:
            return False
        outputs: list[tuple[Order, int, Kind]] = []
        for client in clients:
            outputs += self._outputs(course, client, chosen, output)
        if coordinator >= _LEAST_FEE:
            address = state.address(self.wallet, COORDINATOR_ROLE)
            order = Order(coordinator, JOIN_FEE, address=address, who=self.coordinator)
            outputs.append((order, self.coordinator, "fee"))
        return self._make(course, clients, outputs)

    def _fee(self, course: Course, coin: int, value: int) -> int:
        if value <= FREE or is_mixed(course, coin) or course.calendar.date(course.height) >= _FREE_SINCE:
            return 0
        return value * 3 // 1_000

    def _outputs(
        self, course: Course, client: Client, chosen: list[int], output: int
    ) -> list[tuple[Order, int, Kind]]:
        state, mixer = course.society.state, client.mixer
        values, change = decompose(sum(client.values), chosen, output, self.dice)
        kinds = ["p2wpkh", "p2tr"] if possible(course, "p2tr") else ["p2wpkh"]
        found: list[tuple[Order, int, Kind]] = []
        for value in values:
            kind = KINDS.index(self.dice.pick(kinds))
            address = state.address(mixer.wallets[0], COINJOIN_ROLE, kind=kind)
            found.append((Order(value, EQUAL, address=address, who=mixer.actor), mixer.actor, "equal"))
        if change:
            kind = KINDS.index(self.dice.pick(kinds))
            address = state.address(mixer.wallets[0], CHANGE_ROLE, kind=kind)
            order = Order(change, JOIN_CHANGE, address=address, who=mixer.actor)
            found.append((order, mixer.actor, "change"))
        return found

    def _make(self, course: Course, clients: list[Client], outputs: list[tuple[Order, int, Kind]]) -> bool:
        state = course.society.state
        inputs = [(coin, client.mixer.actor) for client in clients for coin in client.coins]
        inputs = sorted(self.dice.shuffled(inputs), key=lambda each: -state.value(each[0]))
        outputs = sorted(self.dice.shuffled(outputs), key=lambda each: -each[0].value)
        made = state.compose(
            self.wallet,
            [coin for coin, _ in inputs],
            [order for order, _, _ in outputs],
            form=WABISABI,
            order=DESCENDING,
            version=1,
            lock_time=0,
            sequence=0xFFFFFFFF,
        )
        if made is None:
            return False
        parts = [Part(coin, actor, kind) for coin, (_, actor, kind) in zip(made.coins, outputs, strict=True)]
        self.record(course, made.tx, inputs, parts)
        for client in clients:
            if client.passage is not None:
                mine = self.of_passage(course, client.passage, parts)
                equal = [each.coin for each in mine if each.kind == "equal"]
                change = [each.coin for each in mine if each.kind == "change"]
                client.passage.passed(client.coins, equal, change)
        return True
