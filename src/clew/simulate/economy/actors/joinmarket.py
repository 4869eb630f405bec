"""JoinMarket: a taker pays makers for a coinjoin with an amount of his or her choice.

After the protocol's own code (JoinMarket-Org/joinmarket-clientserver): ``jmclient/taker.py`` builds the
transaction from what each maker offers (``receive_utxos``: one output of the amount for everybody; a
maker's change is inputs - amount - contribution to the fee + reward; the taker pays the rest) and
shuffles inputs and outputs (``make_shuffled_tx``); ``jmclient/maker.py`` checks both of a maker's outputs.
A wallet has five *mixdepths*: inputs come from one, change stays there, and the amount moves on to the
next. Rewards: ``configure.py``, section YIELDGENERATOR, and its earlier defaults. Wallets had P2PKH until
late 2017, then P2SH-P2WPKH, and P2WPKH since release 0.8 of January 2021 (release notes, from memory);
version 2 and a lock time near the tip come with the later ones (a transaction of block 878,487 shows it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from clew.kernels.economy_state import (
    A_WALLET,
    ADDRESS,
    AS_GIVEN,
    CHANGE_ROLE,
    COINJOIN_ROLE,
    EQUAL,
    JOIN_CHANGE,
    JOINMARKET,
    NONE,
    OWN_ROLE,
)
from clew.simulate.economy.actors.crowd import FORGOTTEN, Mixer
from clew.simulate.economy.actors.people import is_mixed, possible, ripe, weight_fee
from clew.simulate.economy.actors.venue import Venue, input_weight, output_weight
from clew.simulate.economy.rounds import Kind, Part
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.actors.mixing import Passage
    from clew.simulate.economy.course import Course
    from clew.simulate.worlds.model import Coinjoins

DEPTHS = 5
MILLION = 1_000_000
LEAST = 27_300
"""Satoshi of the smallest amount and the smallest change that a maker accepts (``DUST_THRESHOLD``)."""

DUST = 2_730
"""Satoshi of change that a taker leaves to the miner instead (``BITCOIN_DUST_THRESHOLD``)."""

_SEGWIT, _NATIVE, _LOCKS = date(2017, 11, 1), date(2021, 1, 1), date(2020, 1, 1)
_SWEEPS = 20
"""Takers in a hundred who move the whole of a mixdepth and have no change."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a maker wants: millionths of the amount or satoshi, and what he or she adds to the fee."""

    relative: int
    absolute: int
    contribution: int

    def reward(self, amount: int) -> int:
        """Satoshi for an amount."""
        return self.absolute or amount * self.relative // MILLION


@dataclass(slots=True, eq=False)
class Seat:
    """One who takes part: coins of one mixdepth."""

    mixer: Mixer
    depth: int
    coins: list[int]
    total: int
    mixed: bool


class JoinMarket(Venue):
    """The market: makers who stand by, and takers."""

    def __init__(self, course: Course, model: Coinjoins) -> None:
        self._kind = _kind_on(course)
        super().__init__(course, model, [self._kind] * DEPTHS)
        self._terms: dict[int, Terms] = {}
        self._recent = course.world.time.start.year >= 2019

    def prepare(self, course: Course) -> None:
        """Let newcomers join, and those with the scripts of yesterday leave."""
        kind = _kind_on(course)
        if kind != self._kind:
            self._kind, self.crowd.kinds = kind, [kind] * DEPTHS
            for mixer in self.crowd.people.values():
                mixer.leaves = True
        _, fresh = self._staying(course)
        for _ in range(self.most + 1 + round(self.most * (1 - self.remixes)) - len(fresh)):
            # Makers put up more than what one of them moves at a time.
            self.crowd.recruit(course, 4 * LEAST, self.dice.between(1, 3))

    def bring(self, course: Course, value: int, rounds: int) -> int | None:
        """Amount, rewards and fees: all are the taker's. Makers must have offers of that size."""
        balance = course.society.state.balance
        offers = [max(map(balance, each.wallets)) for each in self.crowd.people.values() if not each.leaves]
        if value < LEAST or sum(offer > value + value // 4 for offer in offers) < self.fewest:
            return None
        return value + (rounds + 1) * self._costs(course, 2 * value)

    def hold(self, course: Course) -> bool:
        """One round: a passage's if one waits and there are makers for it, or one of the people's."""
        waiting = self.waiting(course)
        return any(self._hold_for(course, *each) for each in waiting[:1]) or self._hold_for(course)

    def _hold_for(self, course: Course, passage: Passage | None = None, coins: Sequence[int] = ()) -> bool:
        """The taker chooses the amount, and makers who can."""
        seats = self._seats(course)
        if passage is not None:
            taker = self._guest_seat(course, passage, coins)
            seats = [each for each in seats if each.mixer.actor != passage.actor]
        elif seats:
            taker = self._pick_taker(seats)
            seats.remove(taker)
        else:
            return False
        wanted = self.dice.between(self.fewest, self.most)
        found = self._amount(course, taker, seats, wanted, passage)
        if found is None:
            return False
        amount, makers, sweeps = found
        return self._join(course, taker, makers, amount, sweeps, passage)

    def thin(self, course: Course) -> None:
        """Let leave who has mixed enough; who leaves spends each mixdepth by itself."""
        state = course.society.state
        mixed, _ = self._staying(course)
        stay = 1 + round(2 * self.most * self.remixes)
        for mixer in self.dice.some(mixed, max(0, len(mixed) - stay)):
            mixer.leaves = True
        for mixer in list(self.crowd.people.values()):
            if mixer.leaves:
                for wallet in mixer.wallets:
                    coins = ripe(course, wallet)[:10]
                    if coins:
                        self.crowd.spend(course, mixer, wallet, coins)
            empty = all(state.balance(wallet) < LEAST for wallet in mixer.wallets)
            if empty and course.height - mixer.asked > FORGOTTEN:
                del self.crowd.people[mixer.person]

    def _staying(self, course: Course) -> tuple[list[Mixer], list[Mixer]]:
        """Who does not leave: those who were in a round, and those who were not yet."""
        balance = course.society.state.balance
        staying = [each for each in self.crowd.people.values() if not each.leaves]
        mixed = [each for each in staying if any(map(balance, each.wallets[1:]))]
        return mixed, [each for each in staying if each not in mixed]

    def _seats(self, course: Course) -> list[Seat]:
        """For each of the people a mixdepth: mostly the one that holds most; in random order."""
        seats = []
        for mixer in self.dice.drawn(self.crowd.people.values()):
            if mixer.leaves:
                continue
            depths = [each for each in self._depths(course, mixer) if each.total >= 2 * LEAST]
            mixed = [each for each in depths if each.mixed]
            if mixed and self.dice.happens(self.remixes):
                depths = mixed
            if depths:
                seats.append(max(depths, key=lambda seat: seat.total))
        return seats

    def _depths(self, course: Course, mixer: Mixer) -> list[Seat]:
        state, found = course.society.state, []
        for depth, wallet in enumerate(mixer.wallets):
            if state.balance(wallet) >= LEAST:
                coins = [each for each in ripe(course, wallet) if state.value(each) >= DUST]
                mixed = any(is_mixed(course, coin) for coin in coins)
                found.append(Seat(mixer, depth, coins, sum(map(state.value, coins)), mixed))
        return found

    def _guest_seat(self, course: Course, passage: Passage, coins: Sequence[int]) -> Seat:
        """The passage's coins of one mixdepth."""
        e, value = course.society.state.e, course.society.state.value
        places = [passage.mixer.wallets.index(e.address[e.coin[each, ADDRESS], A_WALLET]) for each in coins]
        mine = [each for each, place in zip(coins, places, strict=True) if place == places[0]]
        return Seat(passage.mixer, places[0], mine, sum(map(value, mine)), False)

    def _pick_taker(self, seats: list[Seat]) -> Seat:
        """A taker is mostly somebody who came for it, with coins that were never mixed."""
        mixed = self.dice.happens(self.remixes)
        return next((each for each in seats if each.mixed == mixed), seats[0])

    def _amount(
        self, course: Course, taker: Seat, seats: list[Seat], wanted: int, passage: Passage | None
    ) -> tuple[int, list[Seat], bool] | None:
        """The amount, the makers, and whether the taker sweeps; None if there are too few."""
        most = taker.total - self._costs(course, taker.total)
        sweeps = passage is None and self.dice.below(100) < _SWEEPS
        if passage is not None:
            left = max(passage.waiting.values())
            amount = min(most, passage.target + (left - 1) * self._costs(course, 2 * passage.target))
        else:
            amount = taker.total if sweeps else min(most, self.crowd.amount(course))
        room = sorted((each.total - LEAST for each in seats), reverse=True)
        if len(room) < self.fewest - 1:
            return None
        able = sum(each >= amount for each in room)
        if able < wanted - 1 and passage is None:
            # The taker sees what makers offer, and asks for no more.
            amount = min(most, room[min(len(room), wanted - 1) - 1])
            sweeps = False
        elif able < self.fewest - 1:
            return None
        if amount < LEAST:
            return None
        able_seats = [each for each in seats if each.total - LEAST >= amount]
        return amount, self._makers(able_seats, wanted - 1), sweeps

    def _makers(self, seats: list[Seat], wanted: int) -> list[Seat]:
        """As many of those who come from an earlier round as the world says."""
        again = sum(self.dice.happens(self.remixes) for _ in range(wanted))
        mixed = [each for each in seats if each.mixed]
        fresh = [each for each in seats if not each.mixed]
        chosen = mixed[:again] + fresh[: wanted - min(again, len(mixed))]
        return (chosen + mixed[again:])[:wanted]

    def _join(
        self,
        course: Course,
        taker: Seat,
        makers: list[Seat],
        amount: int,
        sweeps: bool,
        passage: Passage | None,
    ) -> bool:
        state = course.society.state
        for maker in makers:
            self._choose(course, maker, amount + LEAST)
        terms = [self._terms_of(each.mixer) for each in makers]
        added = sum(each.contribution for each in terms)
        if not sweeps:
            self._choose(course, taker, amount + self._costs(course, amount))
        weight = 42 + input_weight(self._kind) * (len(taker.coins) + sum(len(each.coins) for each in makers))
        weight += output_weight(self._kind) * 2 * (len(makers) + 1)
        fee = max(weight_fee(course, weight), added)
        if sweeps:
            # Amount and rewards together are all that the fee leaves.
            left = taker.total - fee + added - sum(each.absolute for each in terms)
            shares = sum(0 if each.absolute else each.relative for each in terms)
            amount = left * MILLION // (MILLION + shares)
        rewards = [each.reward(amount) for each in terms]
        change = taker.total - amount - sum(rewards) - fee + added
        if change < 0 or amount < LEAST:
            return False
        books = [(taker, change if change >= DUST else 0)]
        for maker, each, reward in zip(makers, terms, rewards, strict=True):
            books.append((maker, maker.total - amount + reward - each.contribution))
        return self._make(course, books, amount, passage, state.height)

    def _make(
        self,
        course: Course,
        books: list[tuple[Seat, int]],
        amount: int,
        passage: Passage | None,
        height: int,
    ) -> bool:
        """``books``: who takes part, the taker first, and the change of each."""
        state = course.society.state
        orders: list[Order] = []
        parts: list[tuple[int, Kind]] = []
        for seat, change in books:
            mixer, after = seat.mixer, seat.mixer.wallets[(seat.depth + 1) % DEPTHS]
            to = state.address(after, COINJOIN_ROLE)
            pays = seat is books[0][0] and passage is None and mixer.home != NONE
            if pays and self.dice.happens(0.3):
                to = state.receive(mixer.home, OWN_ROLE)
            orders.append(Order(amount, EQUAL, address=to, who=mixer.actor))
            parts.append((mixer.actor, "equal"))
            if change:
                back = state.address(mixer.wallets[seat.depth], CHANGE_ROLE)
                orders.append(Order(change, JOIN_CHANGE, address=back, who=mixer.actor))
                parts.append((mixer.actor, "change"))
        shuffle = self.dice.shuffled(range(len(orders)))
        coins = [(coin, seat.mixer.actor) for seat, _ in books for coin in seat.coins]
        coins = self.dice.shuffled(coins)
        lock = 0
        if course.calendar.date(height) >= _LOCKS:
            lock = height - 1 if self.dice.below(10) else max(0, height - 1 - self.dice.below(100))
        made = state.compose(
            books[0][0].mixer.wallets[0],
            [coin for coin, _ in coins],
            [orders[each] for each in shuffle],
            form=JOINMARKET,
            order=AS_GIVEN,
            version=2 if lock else 1,
            lock_time=lock,
            sequence=0xFFFFFFFE if lock else 0xFFFFFFFF,
        )
        if made is None:
            return False
        outputs = [Part(coin, *parts[each]) for coin, each in zip(made.coins, shuffle, strict=True)]
        self.record(course, made.tx, coins, outputs)
        if passage is not None:
            self._note(course, passage, books[0][0], outputs)
        return True

    def _note(self, course: Course, passage: Passage, seat: Seat, outputs: list[Part]) -> None:
        mine = self.of_passage(course, passage, outputs)
        equal = [each.coin for each in mine if each.kind == "equal"]
        passage.passed(seat.coins, equal, [each.coin for each in mine if each.kind == "change"])
        passage.wallet = passage.mixer.wallets[(seat.depth + 1) % DEPTHS]

    def _choose(self, course: Course, seat: Seat, needed: int) -> None:
        """Reduce a seat to coins that are enough: the smallest one that is, or the largest ones."""
        value = course.society.state.value
        enough = [each for each in seat.coins if value(each) >= needed]
        if enough and self.dice.happens(0.6):
            seat.coins = [min(enough, key=value)]
        else:
            chosen, total = [], 0
            for coin in self.dice.shuffled(seat.coins):
                if total >= needed:
                    break
                chosen.append(coin)
                total += value(coin)
            seat.coins = chosen
        seat.total = sum(map(value, seat.coins))

    def _costs(self, course: Course, amount: int) -> int:
        """Satoshi that a taker reckons with for fee and rewards."""
        weight = 42 + self.most * (2 * input_weight(self._kind) + 2 * output_weight(self._kind))
        return weight_fee(course, weight) + self.most * max(1_000, amount * 2 // 1_000)

    def _terms_of(self, mixer: Mixer) -> Terms:
        if mixer.actor not in self._terms:
            recent = self._recent
            relative = self.dice.spread(10 if recent else 100, 4)
            absolute = self.dice.between(100, 1_000) if self.dice.happens(0.4) else 0
            contribution = 0 if recent else self.dice.below(3) * 500
            self._terms[mixer.actor] = Terms(relative, absolute, contribution)
        return self._terms[mixer.actor]


def _kind_on(course: Course) -> str:
    """The script of JoinMarket's wallets on the day of the block that is being made."""
    today = course.calendar.date(course.height)
    if today >= _NATIVE and possible(course, "p2wpkh"):
        return "p2wpkh"
    if today >= _SEGWIT and possible(course, "p2sh-p2wpkh"):
        return "p2sh-p2wpkh"
    return "p2pkh"
