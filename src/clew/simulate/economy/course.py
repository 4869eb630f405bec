"""The course of an economy: block after block, everybody acts, and a miner finds the block."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from clew.kernels.economy_custody import serve
from clew.kernels.economy_life import live_through
from clew.kernels.economy_pay import mint, ripen
from clew.kernels.economy_state import (
    BETS,
    COINBASE,
    FEES,
    HEIGHT,
    ONE,
    PRICE,
    RATE,
    REQUESTS,
    REWARD,
    REWARD_ROLE,
    TXS,
)
from clew.simulate.chain import MATURITY, subsidy
from clew.simulate.dice import Dice
from clew.simulate.economy.concealment import ConcealmentAct
from clew.simulate.economy.payments import ServicePayment
from clew.simulate.economy.rounds import Round
from clew.simulate.economy.settings import DAY, Calendar, Clock, calendar, happening
from clew.simulate.economy.society import Society

if TYPE_CHECKING:
    from clew.simulate.worlds.model import World


class Acting(Protocol):
    """An actor, or a group of them, that does something in each block."""

    def step(self, course: Course) -> None:
        """Act in the block at ``course.height``, which is being made."""


@dataclass
class Course:
    """An economy under way. What has happened lies in ``society.state``; ``actors`` act in their order."""

    world: World
    society: Society
    calendar: Calendar
    dice: Dice
    blocks: int
    """Blocks in all, the genesis block included."""
    actors: list[Acting] = field(default_factory=list)
    pools: list[int] = field(default_factory=list)
    """Wallets that find blocks."""
    payments: list[ServicePayment] = field(default_factory=list)
    """What reached the service's addresses, and why; in order of recording."""
    acts: list[ConcealmentAct] = field(default_factory=list)
    """What the service's operator did to hide where the proceeds went, in order."""
    ends: list[int] = field(default_factory=list)
    """For each height, how many transactions there are up to its block's end; the coinbase is its last."""
    height: int = 0
    """Height of the block that is being made."""
    now: int = 0
    """When that block is found, in Unix seconds."""
    passed: int = 0
    """Seconds since the block before."""
    rounds: list[Round] = field(default_factory=list)
    """Coinjoins so far, and who was in them."""
    joint: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Whose keys a joint actor's addresses have, where several must sign: actors by joint actor."""
    _immature: deque[int] = field(default_factory=deque)

    @property
    def scale(self) -> float:
        """How many people there are, as a part of those of the world; its daily rates shrink with them."""
        return len(self.society.people) / float(self.world.people.count)

    def happening(self, dice: Dice, per_day: float) -> int:
        """How often something of this daily rate of the world happens in the block that is being made."""
        return happening(dice, per_day * self.scale * self.passed / DAY)

    def run(self) -> Iterator[int]:
        """Make all blocks; yields each height when it is done."""
        clock, life = Clock(self.world.time), self.society.life
        miners = self.dice.separate("miners")
        for height in range(1, self.blocks):
            count = self.society.state.e.count
            count[HEIGHT], count[FEES] = height, 0
            before, self.now = self.calendar.times[height - 1 : height + 1]
            self.height, self.passed = height, self.now - before
            day = self.calendar.day(height)
            count[PRICE] = self.calendar.prices[day]
            count[RATE] = max(1000, round(self.calendar.fees[day] * 1000))
            if len(self._immature) == MATURITY:
                ripen(self.society.state.e, self._immature.popleft())
            if height > MATURITY:
                awake = clock.awake(before, self.now)
                most = max(awake)
                # Where nobody does anything at weekends, all may sleep from one block to the next.
                life.awake[:] = [round(each / (most or 1) * ONE) for each in awake]
                self._act(most)
            self._find(miners, height)
            yield height

    def _act(self, most: float) -> None:
        people = self.world.people
        daily = float(people.count) * float(people.acts) * most
        acts = self.happening(self.dice, daily)
        bets = self.happening(self.dice, float(self.world.trade.bets) * most)
        state, life = self.society.state, self.society.life
        if not len(life.house):
            bets = 0
        earlier = int(state.e.count[BETS])
        state.spare(6 * (acts + bets) + 4 * earlier + 1024)
        state.spare_requests(2 * (acts + bets))
        life = self.society.spare_bets(acts + bets)
        live_through(state.e, life, earlier, acts, bets)
        for each in self.actors:
            each.step(self)
        self._serve()

    def _serve(self) -> None:
        """Let custodians do what is due."""
        state, now, before = self.society.state, self.now, self.now - self.passed
        models = [each.model for each in self.society.custodians]
        pays = [_is_due(float(each.payout_minutes) * 60, before, now) for each in models]
        sweeps = [_is_due(float(each.sweep_hours) * 3600, before, now) for each in models]
        # A batch that cannot be paid has taken addresses, and is tried again by halves, then one by one.
        state.spare(5 * int(state.e.count[REQUESTS]) + 80 * len(models) + 1024)
        serve(state.e, self.society.life, np.array(pays, np.uint8), np.array(sweeps, np.uint8))

    def _find(self, miners: Dice, height: int) -> None:
        state = self.society.state
        state.spare(64)
        wallet = miners.pick(self.pools)
        value = subsidy(height) + int(state.e.count[FEES])
        self._immature.append(int(mint(state.e, wallet, REWARD_ROLE, REWARD, value, COINBASE)))
        self.ends.append(int(state.e.count[TXS]))


def _is_due(every: float, before: int, now: int) -> bool:
    """Whether something that is done every so many seconds is done between two moments."""
    return every <= now - before or before // every != now // every


Progress = Callable[[int, int], None]


def begin(world: World, seed: int, blocks: int, *, people: int | None = None) -> Course:
    """An economy in which nothing has happened yet."""
    dice = Dice(f"economy {seed}")
    society = Society(world, dice.separate("society"), people=people or int(world.people.count))
    when = calendar(world, blocks, dice.separate("calendar"))
    course = Course(world, society, when, dice.separate("course"), blocks)
    course.ends.append(0)
    return course
