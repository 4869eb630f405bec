"""Whirlpool: pools of one denomination, a Tx0 that cuts coins to it, and mixes of five or a few more.

After the protocol's own code and pages: Samourai-Wallet/whirlpool-client ``tx0/Tx0Service.java`` (outputs:
premixes of the pool's denomination and a share of the mix's fee, the coordinator's fee, change, an
OP_RETURN; in BIP 69 order), whirlpool-server's README and ``beans/Pool.java`` (*mustMix* inputs bring
denomination plus fee, *liquidity* inputs the denomination; of one transaction only one output may join a
mix), blog.samourai.is "Introducing Whirlpool Surge Cycles" (five and five; since May 2023 up to eight and
ten, the further inputs remixes, new entrants pay the fee), samourai.kayako.com article 81 (pools, flat
fees of about 5 % of the denomination). The pool of 0.001 came at the end of 2020; Samourai's coordinator
was shut down in April 2024, and later ones have pools of 0.025 and 0.25 (from memory). The first mix of a
pool has nothing to remix. A real mix (of block 574,682) has version 1, lock time 0 and final sequences.
The OP_RETURN's 64 and more bytes are 32 here, since an economy's notes are of that length.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from clew.kernels.economy_state import (
    A_WALLET,
    ADDRESS,
    BIP69,
    CHANGE_ROLE,
    COINJOIN_ROLE,
    COORDINATOR_ROLE,
    DATA,
    DATA_ROLE,
    EQUAL,
    JOIN_CHANGE,
    JOIN_FEE,
    MIX_ROLE,
    NOTE,
    PREMIX,
    TX,
    TX0,
    WHIRLPOOL,
)
from clew.simulate.economy.actors.business import Business
from clew.simulate.economy.actors.crowd import Mixer
from clew.simulate.economy.actors.people import is_mixed, is_ripe, ripe, some_model, weight_fee
from clew.simulate.economy.actors.venue import Venue, input_weight, output_weight
from clew.simulate.economy.rounds import Kind, Part, Round
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.actors.mixing import Passage
    from clew.simulate.economy.course import Course
    from clew.simulate.worlds.model import Coinjoins

DEPOSITED, PREMIXED, POSTMIXED, LEFT_OVER = range(4)
"""Accounts of the software: what comes in, what waits for its first mix, what is mixed, change of Tx0."""

MOST_PREMIXES = 70
MOST_FEE = 100_000
"""Satoshi that a premix may bring for the miner at most."""

LARGEST = 10
_SMALL_POOL, _SECOND = date(2020, 12, 1), date(2024, 5, 1)


def pools(today: date) -> dict[int, int]:
    """Denominations of a day, and the coordinator's fee for a Tx0, in satoshi."""
    if today >= _SECOND:
        return {2_500_000: 125_000, 25_000_000: 1_250_000}
    found = {1_000_000: 50_000, 5_000_000: 175_000, 50_000_000: 1_750_000}
    return {100_000: 5_000, **found} if today >= _SMALL_POOL else found


class Stake(NamedTuple):
    """A coin that stands by for a mix."""

    coin: int
    mixer: Mixer
    passage: Passage | None


class Whirlpool(Venue):
    """The coordinator, its pools and mixes."""

    def __init__(self, course: Course, model: Coinjoins) -> None:
        super().__init__(course, model, ["p2wpkh"] * 4)
        software = some_model(course.world, self.dice)
        self.coordinator, self.wallet = course.society.open(
            "coordinator-whirlpool", "coordinator", software, "p2wpkh"
        )
        self._income = Business(course, self.wallet, days=10)
        self._premixes: dict[int, list[Stake]] = {}
        self._mixed: dict[int, list[Stake]] = {}
        self._left_over: list[Mixer] = []

    def step(self, course: Course) -> None:
        """Make the Tx0 of those who enter, and hold the mixes that are due."""
        for passage, coins in self.waiting(course) if self.passages else ():
            self._cut_for(course, passage, coins)
        super().step(course)
        self._income.step(course)

    def bring(self, course: Course, value: int, rounds: int) -> int | None:
        """As many premixes as are worth it, in the largest pool that fits, and the fees."""
        known = pools(course.calendar.date(course.height))
        pool = self._pool_for(known, value)
        number = -(-value // pool)
        if number > MOST_PREMIXES:
            return None
        return number * (pool + self._share(course)) + known[pool] + self._tx0_fee(course, 3, number)

    def prepare(self, course: Course) -> None:
        """Let newcomers deposit, and cut what they deposited."""
        known = pools(course.calendar.date(course.height))
        for mixer in dict.fromkeys(self.crowd.expected(course)):
            if course.society.state.balance(mixer.wallets[DEPOSITED]):
                coins = ripe(course, mixer.wallets[DEPOSITED])
                if coins:
                    self._cut(course, mixer, coins, known)
        entrants = max(
            (len({each.mixer.actor for each in waiting}) for waiting in self._premixes.values()), default=0
        )
        needed = 2 * self.most + round(2 * self.rounds_a_block(course) * self.most * (1 - self.remixes))
        for _ in range(min(needed - entrants - self.crowd.coming(course), self.most)):
            least = min(known) * 11 // 10 + 2 * self._share(course) + self._tx0_fee(course, 1, 3)
            self.crowd.recruit(course, least + known[min(known)])

    def hold(self, course: Course) -> bool:
        """One mix, in the pool where most passages and premixes wait."""
        guests: dict[int, list[Stake]] = {}
        for passage, coins in self.waiting(course):
            for coin in coins:
                if passage.mixer.wallets.index(self._wallet_of(course, coin)) != DEPOSITED:
                    pool = max(each for each in self._all(course) if each <= course.society.state.value(coin))
                    guests.setdefault(pool, []).append(Stake(coin, passage.mixer, passage))
        first = [(each, 1 + len(self._premixes.get(each, []))) for each in self._all(course)]
        order = sorted(guests, key=lambda each: -len(guests[each]))
        while first:
            pool = self.dice.pick_weighted(first)
            first = [each for each in first if each[0] != pool]
            order.append(pool)
        return any(self._mix(course, pool, guests.get(pool, [])) for pool in order)

    def thin(self, course: Course) -> None:
        """Let mixed coins be spent that are more than coming mixes need, and change of Tx0."""
        stay = self.most * 2 + round(2 * self.rounds_a_block(course) * self.most)
        for held in self._mixed.values():
            while len(held) > stay:
                stake = self.dice.pick(held)
                mine = [each for each in held if each.mixer is stake.mixer]
                mine = [each for each in mine if is_ripe(course, each.coin)]
                some = mine[: self.dice.between(1, 3)] if self.dice.happens(0.3) else mine[:1]
                if not some:
                    break
                self.crowd.spend(course, stake.mixer, stake.mixer.wallets[POSTMIXED], [s.coin for s in some])
                held[:] = [each for each in held if each not in some]
        while len(self._left_over) > self.most:
            mixer = self._left_over.pop(self.dice.below(len(self._left_over)))
            coins = ripe(course, mixer.wallets[LEFT_OVER])
            if coins:
                self.crowd.spend(course, mixer, mixer.wallets[LEFT_OVER], coins)

    # Tx0

    def _cut_for(self, course: Course, passage: Passage, coins: Sequence[int]) -> None:
        """The Tx0 of a passage whose coins came in."""
        wallet = passage.mixer.wallets[DEPOSITED]
        coins = [each for each in coins if self._wallet_of(course, each) == wallet]
        if not coins:
            return
        known = pools(course.calendar.date(course.height))
        pool = self._pool_for(known, passage.target)
        made = self._tx0(course, passage.mixer, coins, pool, -(-passage.target // pool), known[pool])
        if made is None:
            return
        for coin in coins:
            del passage.waiting[coin]
        premixes, change = made
        passage.waiting.update(dict.fromkeys(premixes, passage.rounds))
        passage.change.extend(change)
        passage.wallet = passage.mixer.wallets[POSTMIXED]

    def _cut(self, course: Course, mixer: Mixer, coins: Sequence[int], known: dict[int, int]) -> None:
        """The Tx0 of one of the people: into the largest pool that fits, or a smaller one."""
        value = sum(map(course.society.state.value, coins))
        share = self._share(course)
        fitting = [
            each
            for each in known
            if value > each + share + known[each] + self._tx0_fee(course, len(coins), 1)
            and value < MOST_PREMIXES * each
        ]
        if not fitting:
            self.crowd.spend(course, mixer, mixer.wallets[DEPOSITED], coins)
            return
        pool = max(fitting) if self.dice.happens(0.7) else self.dice.pick(fitting)
        left = value - known[pool] - self._tx0_fee(course, len(coins), 1)
        number = left // (pool + share + weight_fee(course, output_weight("p2wpkh")))
        made = self._tx0(course, mixer, coins, pool, min(max(1, number), MOST_PREMIXES), known[pool])
        if made is None:
            return
        for coin in made[0]:
            self._premixes.setdefault(pool, []).append(Stake(coin, mixer, None))
        if made[1]:
            self._left_over.append(mixer)

    def _tx0(
        self, course: Course, mixer: Mixer, coins: Sequence[int], pool: int, number: int, fee: int
    ) -> tuple[list[int], list[int]] | None:
        """Make a Tx0; returns premixes and change."""
        state, actor = course.society.state, mixer.actor
        premix = pool + self._share(course)
        total = sum(map(state.value, coins))
        left = total - number * premix - fee - self._tx0_fee(course, len(coins), number)
        if left < 0:
            return None
        outputs: list[tuple[Order, int, Kind]] = []
        for _ in range(number):
            address = state.address(mixer.wallets[PREMIXED], MIX_ROLE)
            outputs.append((Order(premix, PREMIX, address=address, who=actor), actor, "premix"))
        address = state.address(self.wallet, COORDINATOR_ROLE)
        outputs.append((Order(fee, JOIN_FEE, address=address, who=self.coordinator), self.coordinator, "fee"))
        if left > 1_000:
            address = state.address(mixer.wallets[LEFT_OVER], CHANGE_ROLE)
            outputs.append((Order(left, JOIN_CHANGE, address=address, who=actor), actor, "change"))
        note = state.address(mixer.wallets[DEPOSITED], DATA_ROLE, kind=DATA)
        made = state.compose(
            mixer.wallets[DEPOSITED],
            coins,
            [*(order for order, _, _ in outputs), Order(0, NOTE, address=note, who=actor)],
            form=TX0,
            order=BIP69,
            version=1,
            lock_time=0,
            sequence=0xFFFFFFFF,
        )
        if made is None:
            return None
        parts = [Part(coin, who, kind) for coin, (_, who, kind) in zip(made.coins[:-1], outputs, strict=True)]
        inputs = tuple(Part(coin, actor, "input") for coin in coins)
        course.rounds.append(Round(made.tx, "tx0", inputs, tuple(parts)))
        premixes = [each.coin for each in parts if each.kind == "premix"]
        return premixes, [each.coin for each in parts if each.kind == "change"]

    # Mixes

    def _mix(self, course: Course, pool: int, guests: Sequence[Stake]) -> bool:
        size = min(max(5, self.dice.between(self.fewest, self.most)), LARGEST)
        held = self._mixed.setdefault(pool, [])
        waiting = self._premixes.setdefault(pool, [])
        new = [each for each in guests if not is_mixed(course, each.coin)] + self.dice.shuffled(waiting)
        again = [each for each in guests if is_mixed(course, each.coin)] + self.dice.shuffled(held)
        entrants = min(max(1, sum(not self.dice.happens(self.remixes) for _ in range(5))), 4)
        chosen: list[Stake] = []
        # The first mix of a pool has nothing to remix; after it at least one coin is.
        entrants = entrants if held else size
        self._take(course, chosen, new, entrants)
        if not chosen:
            return False
        self._take(course, chosen, again, size)
        if len(chosen) < size:
            self._take(course, chosen, new, size)
        if len(chosen) < 5 or (held and not any(is_mixed(course, each.coin) for each in chosen)):
            return False
        return self._join(course, pool, chosen)

    def _take(self, course: Course, chosen: list[Stake], stakes: Sequence[Stake], size: int) -> None:
        """Choose stakes up to a number: one of each person, and one of each transaction."""
        coin = course.society.state.e.coin
        actors = {each.mixer.actor for each in chosen}
        origins = {int(coin[each.coin, TX]) for each in chosen}
        for each in stakes:
            if len(chosen) >= size:
                return
            origin = int(coin[each.coin, TX])
            if each.mixer.actor in actors or origin in origins or not is_ripe(course, each.coin):
                continue
            chosen.append(each)
            actors.add(each.mixer.actor)
            origins.add(origin)

    def _join(self, course: Course, pool: int, chosen: list[Stake]) -> bool:
        state = course.society.state
        places = self.dice.shuffled(chosen)
        orders = []
        for stake in places:
            address = state.address(stake.mixer.wallets[POSTMIXED], COINJOIN_ROLE)
            orders.append(Order(pool, EQUAL, address=address, who=stake.mixer.actor))
        made = state.compose(
            self.wallet,
            [each.coin for each in chosen],
            orders,
            form=WHIRLPOOL,
            order=BIP69,
            version=1,
            lock_time=0,
            sequence=0xFFFFFFFF,
        )
        if made is None:
            return False
        parts = [Part(coin, each.mixer.actor, "equal") for coin, each in zip(made.coins, places, strict=True)]
        self.record(course, made.tx, [(each.coin, each.mixer.actor) for each in chosen], parts)
        gone = {each.coin for each in chosen}
        for stakes in (self._premixes[pool], self._mixed[pool]):
            stakes[:] = [each for each in stakes if each.coin not in gone]
        for coin, stake in zip(made.coins, places, strict=True):
            if stake.passage is not None:
                stake.passage.passed([stake.coin], [coin], [])
            else:
                self._mixed[pool].append(Stake(coin, stake.mixer, None))
        return True

    def _all(self, course: Course) -> list[int]:
        """Every pool that is open, or in which coins still lie."""
        known = set(pools(course.calendar.date(course.height)))
        return sorted(known | set(self._premixes) | set(self._mixed))

    def _pool_for(self, known: dict[int, int], value: int) -> int:
        """The largest pool of at most ``value``, or the smallest."""
        return max([each for each in known if each <= value], default=min(known))

    def _share(self, course: Course) -> int:
        """What a premix brings for the miner: half of what a mix of five costs."""
        weight = 42 + 5 * (input_weight("p2wpkh") + output_weight("p2wpkh"))
        return min(-(-weight_fee(course, weight) // 2), MOST_FEE)

    def _tx0_fee(self, course: Course, inputs: int, premixes: int) -> int:
        weight = 42 + inputs * input_weight("p2wpkh") + (premixes + 2) * output_weight("p2wpkh")
        return weight_fee(course, weight + output_weight("data"))

    def _wallet_of(self, course: Course, coin: int) -> int:
        e = course.society.state.e
        return int(e.address[e.coin[coin, ADDRESS], A_WALLET])
