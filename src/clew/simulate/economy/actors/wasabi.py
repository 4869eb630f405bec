"""Wasabi 1 and 1.1: one coordinator, many participants, a denomination of about a tenth of a bitcoin.

After the coordinator's own code (WalletWasabi/WalletWasabi, ``WalletWasabi/CoinJoin/Coordinator/Rounds/
CoordinatorRound.cs``): everybody has one output of the base denomination, which is the least that
anybody's inputs leave after the network's fee (``CalculateNewDenomination``). Version 1.1 has further
levels, each twice the one below (``MixingLevelCollection.AddNewLevel``), for those who can afford them,
if there are at least two. The coordinator takes 0.003 % of the denomination times the number of equal
outputs from each, as far as the change allows; change below 0.7 % of the denomination or 10,000 satoshi
is the coordinator's too; its output is left out below 30,000 satoshi. Inputs and outputs are shuffled,
then sorted by amount, smallest first. All scripts are P2WPKH; a participant registers up to seven
inputs. The coordinator of version 1 had one address; later it took a clean one each round
(``GetNextCleanCoordinatorScript``). The denomination sinks a little with each round, so that mixed coins
may come again without others; at times it was set back to a tenth (from memory).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clew.kernels.economy_state import (
    A_WALLET,
    ADDRESS,
    AS_GIVEN,
    CHANGE_ROLE,
    COINJOIN_ROLE,
    COORDINATOR_ROLE,
    EQUAL,
    JOIN_CHANGE,
    JOIN_FEE,
    NONE,
    SPENT,
    WASABI_1,
    WASABI_11,
)
from clew.simulate.chain import COIN
from clew.simulate.economy.actors.business import Business
from clew.simulate.economy.actors.crowd import Mixer
from clew.simulate.economy.actors.people import is_mixed, is_ripe, ripe, some_model, weight_fee
from clew.simulate.economy.actors.venue import Venue, input_weight, output_weight
from clew.simulate.economy.rounds import Kind, Part
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.actors.mixing import Passage
    from clew.simulate.economy.course import Course
    from clew.simulate.worlds.model import Coinjoins

BASE = COIN // 10
LOWEST = BASE * 88 // 100
"""Below this the coordinator sets the denomination back to a tenth."""

FEE = 30
"""Millionths of a denomination, for each of its equal outputs."""

MOST_INPUTS = 7
LEAST_CHANGE, LEAST_FEE = 10_000, 30_000
_LEVELS = 10


@dataclass(slots=True)
class Alice:
    """One participant, as the coordinator sees her: inputs, and what is left of them."""

    mixer: Mixer
    coins: list[int]
    total: int
    """Satoshi after the network's fee for the inputs and two outputs."""
    passage: Passage | None = None
    levels: int = 0
    left: int = 0


class Wasabi(Venue):
    """The coordinator and its rounds."""

    def __init__(self, course: Course, model: Coinjoins) -> None:
        super().__init__(course, model, ["p2wpkh"])
        self._has_levels = model.protocol == "wasabi-1.1"
        name, software = f"coordinator-{model.protocol}", some_model(course.world, self.dice)
        self.coordinator, self.wallet = course.society.open(name, "coordinator", software, "p2wpkh")
        self._address: int | None = None
        self._income = Business(course, self.wallet, days=10)
        self._mixed: list[tuple[Mixer, int]] = []
        self._last = BASE
        """The denomination of the round before."""

    def step(self, course: Course) -> None:
        """Hold the rounds that are due; the coordinator sells what it earned."""
        super().step(course)
        self._income.step(course)

    def bring(self, course: Course, value: int, rounds: int) -> int | None:
        """Whole denominations, and what they cost."""
        times = -(-value // LOWEST)
        if times > (40 if self._has_levels else 8):
            return None
        each = max(BASE, self._last) * 105 // 100 + self._network(course, 2)
        return times * (each + BASE * FEE * self.most // 1_000_000) + rounds * self._network(course, 4)

    def hold(self, course: Course) -> bool:
        """One round, at a denomination that last round's mixed coins can afford, if that is not too low."""
        lower = min(self._last - self._network(course, 1), BASE)
        floors = [lower] if lower >= LOWEST else [BASE, lower]
        wanted = self.dice.between(self.fewest, self.most)
        for floor in floors:
            alices = self._alices(course, floor, wanted)
            if len(alices) >= self.fewest:
                return self._join(course, alices, floor)
        for _ in range(wanted - self.crowd.coming(course)):
            self.crowd.recruit(course, BASE + BASE // 100 + self._network(course, 2))
        return False

    def thin(self, course: Course) -> None:
        """Let mixed coins be spent that are more than coming rounds need, and now and then change too."""
        need = self.remixes * (self.fewest + self.most) / 2
        stay = round(need * (1 + 2 * self.rounds_a_block(course)))
        self._mixed = [each for each in self.dice.shuffled(self._mixed) if self._unspent(course, each[1])]
        free = [each for each in self._mixed if is_ripe(course, each[1])]
        gone: set[int] = set()
        while free and len(self._mixed) - len(gone) > stay:
            mixer, coin = free.pop()
            coins = [coin]
            if self.dice.happens(0.3):
                # Some spend mixed coins together, which says that they are one owner's.
                more = [each for each in free if each[0] is mixer][: self.dice.between(1, 2)]
                coins += [each for _, each in more]
                free = [each for each in free if each not in more]
            gone.update(coins)
            wallet = mixer.wallets[0]
            if self.dice.happens(0.2):
                change = [each for each in ripe(course, wallet) if not is_mixed(course, each)]
                if change:
                    self.crowd.spend(course, mixer, wallet, change[:MOST_INPUTS])
            self.crowd.spend(course, mixer, wallet, coins)
        self._mixed = [each for each in self._mixed if each[1] not in gone]

    def _unspent(self, course: Course, coin: int) -> bool:
        return bool(course.society.state.e.coin[coin, SPENT] == NONE)

    def _alices(self, course: Course, floor: int, wanted: int) -> list[Alice]:
        """Who registers: passages first, then some with mixed coins, then those with new ones."""
        found: list[Alice] = []
        for passage, coins in self.waiting(course):
            alice = self._register(course, passage.mixer, coins, floor)
            if alice is not None and len(found) < wanted:
                alice.passage = passage
                found.append(alice)
        places = wanted - len(found)
        share = sum(self.dice.happens(self.remixes) for _ in range(places))
        again, fresh = self._ready(course, floor, {each.mixer.actor for each in found}, places)
        chosen = again[:share]
        for more in (fresh, again):
            taken = {each.mixer.actor for each in found + chosen}
            chosen += [each for each in more if each.mixer.actor not in taken][: places - len(chosen)]
        newcomers = sum(not is_mixed(course, each.coins[0]) for each in chosen)
        for _ in range(max(0, places - share - newcomers)):
            self.crowd.recruit(course, BASE + BASE // 100 + self._network(course, 2))
        return found + chosen

    def _ready(
        self, course: Course, floor: int, guests: set[int], places: int
    ) -> tuple[list[Alice], list[Alice]]:
        """Some of the people who can register: with a mixed coin first, and without any."""
        again: list[Alice] = []
        fresh: list[Alice] = []
        value = course.society.state.value
        for mixer in self.dice.drawn(self.crowd.holders(course, floor)):
            if mixer.actor in guests:
                continue
            if min(len(again), len(fresh)) >= places:
                break
            coins = [each for each in ripe(course, mixer.wallets[0]) if value(each) >= LEAST_CHANGE]
            mixed = [each for each in coins if is_mixed(course, each)]
            others = [each for each in coins if each not in mixed]
            once = self._register(course, mixer, mixed[:1] + others, floor) if mixed else None
            if once is not None:
                again.append(once)
            if once is None or self.dice.happens(1 - self.remixes):
                first = self._register(course, mixer, others, floor)
                if first is not None:
                    fresh.append(first)
        return again, fresh

    def _register(self, course: Course, mixer: Mixer, coins: list[int], floor: int) -> Alice | None:
        """Register coins in their order until they are enough; None if they never are."""
        value = course.society.state.value
        total = 0
        for number, coin in enumerate(coins[:MOST_INPUTS], 1):
            total += value(coin)
            left = total - self._network(course, number)
            if left >= floor:
                return Alice(mixer, coins[:number], left)
        return None

    def _network(self, course: Course, inputs: int) -> int:
        """The network's fee for a participant's inputs, one equal output and change."""
        return weight_fee(course, inputs * input_weight("p2wpkh") + 2 * output_weight("p2wpkh"))

    def _join(self, course: Course, alices: list[Alice], floor: int) -> bool:
        base = min(alice.total for alice in alices)
        fee = base * FEE * len(alices) // 1_000_000
        for alice in alices:
            alice.left = alice.total - base - fee
        if self._has_levels:
            self._climb(course, alices, floor)
        coordinator, least = 0, max(LEAST_CHANGE, base * 7 // 1_000)
        outputs: list[tuple[Order, int, Kind]] = []
        for alice in alices:
            coordinator += fee + self._level_fees(alices, alice, floor)
            wallet, actor = alice.mixer.wallets[0], alice.mixer.actor
            values = [base] + [floor << level for level in range(1, alice.levels + 1)]
            for value in values:
                address = course.society.state.address(wallet, COINJOIN_ROLE)
                outputs.append((Order(value, EQUAL, address=address, who=actor), actor, "equal"))
            if alice.left >= least:
                address = course.society.state.address(wallet, CHANGE_ROLE)
                outputs.append((Order(alice.left, JOIN_CHANGE, address=address, who=actor), actor, "change"))
            else:
                # Who has too little pays less to the coordinator; who has little over leaves it there.
                coordinator += alice.left
        if coordinator > LEAST_FEE:
            order = Order(coordinator, JOIN_FEE, address=self._clean_address(course), who=self.coordinator)
            outputs.append((order, self.coordinator, "fee"))
        if len({order.value for order, _, _ in outputs}) < 2:
            # Nobody has change, and the coordinator gets nothing: it would not have held such a round.
            return False
        return self._make(course, alices, base, outputs)

    def _climb(self, course: Course, alices: list[Alice], floor: int) -> None:
        """Give the higher levels, one after another, to those who can pay for them."""
        output = weight_fee(course, output_weight("p2wpkh"))
        climbing = alices
        for level in range(1, _LEVELS):
            value = floor << level
            cost = value + output + value * FEE * len(climbing) // 1_000_000
            climbing = [each for each in climbing if each.left >= cost]
            if len(climbing) < 2:
                return
            for alice in climbing:
                alice.left -= value + output + value * FEE * len(climbing) // 1_000_000
                alice.levels = level

    def _level_fees(self, alices: list[Alice], alice: Alice, floor: int) -> int:
        found = 0
        for level in range(1, alice.levels + 1):
            others = sum(each.levels >= level for each in alices)
            found += (floor << level) * FEE * others // 1_000_000
        return found

    def _make(
        self, course: Course, alices: list[Alice], base: int, outputs: list[tuple[Order, int, Kind]]
    ) -> bool:
        state = course.society.state
        inputs = [(coin, alice.mixer.actor) for alice in alices for coin in alice.coins]
        inputs = sorted(self.dice.shuffled(inputs), key=lambda each: state.value(each[0]))
        outputs = sorted(self.dice.shuffled(outputs), key=lambda each: each[0].value)
        made = state.compose(
            self.wallet,
            [coin for coin, _ in inputs],
            [order for order, _, _ in outputs],
            form=WASABI_11 if self._has_levels else WASABI_1,
            order=AS_GIVEN,
            version=1,
            lock_time=0,
            sequence=0xFFFFFFFF,
        )
        if made is None:
            return False
        self._last = base
        parts = [Part(coin, actor, kind) for coin, (_, actor, kind) in zip(made.coins, outputs, strict=True)]
        self.record(course, made.tx, inputs, parts)
        people = {alice.mixer.wallets[0]: alice.mixer for alice in alices if alice.passage is None}
        e = state.e
        for part in parts:
            wallet = int(e.address[e.coin[part.coin, ADDRESS], A_WALLET])
            if part.kind == "equal" and wallet in people:
                self._mixed.append((people[wallet], part.coin))
        for alice in alices:
            if alice.passage is not None:
                mine = self.of_passage(course, alice.passage, parts)
                self._note(course, alice.passage, alice, mine)
        return True

    def _note(self, course: Course, passage: Passage, alice: Alice, parts: list[Part]) -> None:
        change = [each.coin for each in parts if each.kind == "change"]
        passage.passed(alice.coins, [each.coin for each in parts if each.kind == "equal"], change)
        if passage.worth() < passage.target:
            # What is left goes through rounds of its own, once it is enough for one.
            left, value = passage.rest(), course.society.state.value
            if sum(map(value, left)) > self._last + self._network(course, len(left)):
                passage.waiting.update(dict.fromkeys(left, passage.rounds))
                passage.change.clear()

    def _clean_address(self, course: Course) -> int:
        if self._address is None or self._has_levels:
            self._address = course.society.state.address(self.wallet, COORDINATOR_ROLE)
        return self._address
