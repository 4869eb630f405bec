"""What becomes of the operator's coins: they rest, are peeled, split, mixed or swapped, and cashed out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from clew.kernels.economy_state import (
    A_WALLET,
    ADDRESS,
    MIX_ROLE,
    MIXED,
    PEEL_ROLE,
    PEELED,
    PEELING,
    PURPOSE,
    REST,
    SPENT,
    SPLIT,
    SPLIT_ROLE,
    SPLITTING,
    SWAP,
    T_INPUT,
    TXS,
)
from clew.simulate.dice import Dice
from clew.simulate.economy.actors.cashouts import CashOuts
from clew.simulate.economy.actors.mixing import Mixing
from clew.simulate.economy.actors.people import is_spent, ripe
from clew.simulate.economy.actors.ways import mixed
from clew.simulate.economy.concealment import Diary, Kind
from clew.simulate.economy.course import Course
from clew.simulate.economy.errands import Agenda, Errand, until, withdrawn
from clew.simulate.economy.hours import Hours
from clew.simulate.economy.settings import DAY, draw_from, table
from clew.simulate.economy.state import Order
from clew.simulate.worlds.figures import Figure

Way = Callable[[Course, int], Errand[None]]
"""What becomes of a coin."""

_COUNTS_AS_REST = 2 * DAY
"""What rests for less has not been left to rest."""
_BETWEEN_PEELS = 8
"""A coin that is peeled rests for this part of the usual time."""
_MOST_PEELED = 95
"""Percent of a coin that leave it at a hop, at the most."""
_TOGETHER, _MOST_TOGETHER = 0.3, 4
"""Chance that other coins of the wallet are cashed out along with one, and how many at most."""
_PART_PEELED = 0.2
"""Chance that a part of a split coin is peeled, and not cashed out at once."""
LEAST_DIVIDED = 200_000
"""Satoshi below which nothing is divided any further."""
_SWAP_FEE = 100
"""A swap service keeps a part of this size: one in a hundred."""


class Fates:
    """Leads coins of the operator out; ``actor`` is the operator."""

    def __init__(
        self,
        course: Course,
        agenda: Agenda,
        diary: Diary,
        cashouts: CashOuts,
        actor: int,
        mixing: Mixing | None,
    ) -> None:
        society, model = course.society, course.world.operator
        software, script = course.world.service.wallet, course.world.service.later_script.value
        self._agenda, self._diary, self._cashouts = agenda, diary, cashouts
        self._actor, self._mixing = actor, mixing
        self._dice: Dice = course.dice.separate("operator's fates")
        self.hours = Hours(course.world.time, model.zone)
        self._peels, self._splits, self._mixes = (society.wallet(actor, software, script) for _ in range(3))
        self._waits = table(model.waits, DAY)
        swaps = [
            each for kind in ("swap", "web-wallet") for each in society.custodians if each.model.kind == kind
        ]
        self._swap = swaps[0] if swaps else None
        besides = [model.layering, model.structuring, model.round_trips]
        others = sum(float(each.share) for each in besides if each is not None)
        rest = max(0.0, 1 - float(model.peels) - float(model.splits) - float(model.mixes) - others)
        self._chances: list[tuple[Way, int]] = [
            (self.peel, round(float(model.peels) * 1e6)),
            (self.split, round(float(model.splits) * 1e6)),
            (self.mix, round(float(model.mixes) * 1e6)),
            (self.cash, round(rest * 1e6)),
        ]

    def take_up(self, habits: Sequence[tuple[Way, Figure]]) -> None:
        """Take up ways besides, each with the share of coins that take it."""
        self._chances += [(way, round(float(share) * 1e6)) for way, share in habits]

    def begin(self, course: Course, coin: int) -> None:
        """Let a coin that was just made go its way."""
        self._agenda.add(course.height + 1, self._lead(course, coin))

    def _lead(self, course: Course, coin: int) -> Errand[None]:
        yield from self.rest(course, coin)
        if not is_spent(course, coin):
            yield from self._dice.pick_weighted(self._chances)(course, coin)

    def rest(self, course: Course, coin: int, part: int = 1) -> Errand[None]:
        """Let a coin rest: the usual time, or so small a part of it; till the operator is awake."""
        since = course.now
        wait = draw_from(self._dice, self._waits) // part
        yield from until(course, max(self.hours.after(self._dice, since + wait), since + 1))
        if course.now - since >= _COUNTS_AS_REST and not is_spent(course, coin):
            self._diary.rested(coin, since)

    def cash(self, course: Course, coin: int) -> Errand[None]:
        """Pay a coin into an account; now and then with others of its wallet."""
        yield from ()
        state, held = course.society.state, self._cashouts.pick()
        coins, wallet = [coin], wallet_of(course, coin)
        # What is being peeled is left to its own way.
        if wallet != self._peels and self._dice.happens(_TOGETHER):
            coins += [each for each in ripe(course, wallet) if each != coin][:_MOST_TOGETHER]
        made = state.send(wallet, coins, self._cashouts.order(course, held))
        if made is not None:
            self.cashed(made.tx, made.coins[0], held.own, held.holder, held.custodian.number)

    def cashed(self, tx: int, coin: int, own: bool, holder: int, custodian: int, *, rest: bool = True) -> int:
        """Enter a payment into an account."""
        kind: Kind = "own cash-out" if own else "nominee cash-out"
        return self._diary.moved(kind, tx, [coin], rest=rest, holder=holder, custodian=custodian)

    def peel(self, course: Course, coin: int) -> Errand[None]:
        """Send slices of a coin into accounts, one by one; the rest goes to a fresh address each time."""
        state, model = course.society.state, course.world.operator
        usual = int(model.peel_hops)
        for _ in range(self._dice.between(max(1, usual // 2), usual + usual // 2)):
            if state.value(coin) < LEAST_DIVIDED:
                break
            held = self._cashouts.pick()
            share = min(_MOST_PEELED, round(float(model.peel_share) * self._dice.between(50, 150)))
            order = self._cashouts.order(course, held, state.value(coin) * max(1, share) // 100)
            onward = state.address(self._peels, PEEL_ROLE)
            made = state.pay(wallet_of(course, coin), [order], coins=[coin], change=onward, form=PEELING)
            if made is None:
                break
            rest = [each for each in state.outputs(made.tx) if each not in made.coins]
            if rest:
                state.e.coin[rest[0], PURPOSE] = PEELED
                self._diary.moved("peel", made.tx, rest, rest=False)
            self.cashed(made.tx, made.coins[0], held.own, held.holder, held.custodian.number, rest=False)
            if not rest:
                return
            coin = rest[0]
            yield course.height + 1
            yield from self.rest(course, coin, _BETWEEN_PEELS)
        yield from self.cash(course, coin)

    def split(self, course: Course, coin: int) -> Errand[None]:
        """Divide a coin over fresh addresses; each part goes out by itself."""
        yield from ()
        state = course.society.state
        parts = max(2, int(course.world.operator.split_parts) + self._dice.between(-1, 1))
        if state.value(coin) < parts * LEAST_DIVIDED:
            yield from self.cash(course, coin)
            return
        shares = [self._dice.between(60, 140) for _ in range(parts)]
        whole = state.value(coin) * 95 // 100
        orders = [
            Order(
                whole * share // sum(shares),
                SPLIT,
                address=state.address(self._splits, SPLIT_ROLE),
                who=self._actor,
            )
            for share in shares
        ]
        orders[-1] = orders[-1]._replace(value=REST)
        made = state.pay(wallet_of(course, coin), orders, coins=[coin], form=SPLITTING)
        if made is None:
            yield from self.cash(course, coin)
            return
        self._diary.moved("split", made.tx, made.coins)
        for part in made.coins:
            self._agenda.add(course.height + 1, self._after(course, part, _PART_PEELED))

    def mix(self, course: Course, coin: int) -> Errand[None]:
        """Send a coin into coinjoins, or through a swap service where there are none for it."""
        state = course.society.state
        passage = None
        if self._mixing is not None:
            passage = self._mixing.enter(
                course, wallet_of(course, coin), state.value(coin) * 4 // 5, who=self._actor, coins=[coin],
                purpose=MIXED,
            )  # fmt: skip
        if passage is None:
            yield from self.swap(course, coin)
            return
        tx = _spender(course, coin)
        act = self._diary.moved("mix", tx, list(state.outputs(tx)))
        # The change of the rounds comes back too, and is not mixed.
        coins = [*(yield from mixed(course, passage)), *passage.rest()]
        self._diary.came_back(coins, act)
        for each in sorted(set(coins)):
            self._agenda.add(course.height + 1, self._after(course, each, 0.0))

    def swap(self, course: Course, coin: int) -> Errand[None]:
        """Pay a coin in at a swap service, and be paid other coins."""
        state, society = course.society.state, course.society
        if self._swap is None:
            yield from self.cash(course, coin)
            return
        address = society.deposit_address(self._swap, self._actor)
        order = Order(REST, SWAP, address=address, who=self._actor)
        made = state.send(wallet_of(course, coin), [coin], order)
        if made is None:
            return
        act = self._diary.moved("swap", made.tx, made.coins, custodian=self._swap.number)
        yield course.height + 1
        value = state.value(made.coins[0])
        fresh = state.address(self._mixes, MIX_ROLE)
        back = Order(value - value // _SWAP_FEE, SWAP, address=fresh, who=self._actor)
        other = yield from withdrawn(course, self._swap, back)
        self._diary.came_back([other], act)
        yield from self._after(course, other, 0.0)

    def _after(self, course: Course, coin: int, peeled: float) -> Errand[None]:
        """What becomes of a coin that was split off or mixed."""
        yield from self.rest(course, coin)
        if is_spent(course, coin):
            return
        if self._dice.happens(peeled):
            yield from self.peel(course, coin)
        else:
            yield from self.cash(course, coin)


def wallet_of(course: Course, coin: int) -> int:
    """The wallet that a coin lies in."""
    e = course.society.state.e
    return int(e.address[e.coin[coin, ADDRESS], A_WALLET])


def _spender(course: Course, coin: int) -> int:
    """The transaction that spends a coin."""
    e = course.society.state.e
    firsts = e.tx[: e.count[TXS], T_INPUT]
    return int(np.searchsorted(firsts, e.coin[coin, SPENT], side="right")) - 1
