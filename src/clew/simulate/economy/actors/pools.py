"""Mining pools: they find blocks, and share the rewards out in payouts of many outputs."""

from __future__ import annotations

from clew.kernels.economy_state import NONE, POOL_FORM, POOL_PAYOUT
from clew.simulate.chain import COIN
from clew.simulate.economy.course import Course
from clew.simulate.economy.settings import DAY
from clew.simulate.economy.society import Person
from clew.simulate.economy.state import Order

_LEAST_SHARE = 20_000
"""Satoshi; less waits for the next payout."""


class Pool:
    """One pool and its members, each of whom has a share of its work."""

    def __init__(self, course: Course, number: int) -> None:
        world, society = course.world, course.society
        self._dice = course.dice.separate(f"pool {number}")
        self.actor, self.wallet = society.open(
            f"pool-{number}", "pool", world.mining.wallet, world.mining.script.value
        )
        members = min(max(1, int(world.mining.members)), len(society.people))
        chosen = self._dice.some(society.people, members)
        # Some work ten times as much as others.
        self._members = [(person, 1 + self._dice.spread(1, 5)) for person in chosen]
        # Who is paid at an exchange names one address once and for all.
        self._addresses = {
            person.number: society.person_deposit(person.number)
            for person in chosen
            if person.wallet == NONE or self._dice.happens(float(world.mining.at_exchange))
        }
        self._last = 0

    def step(self, course: Course) -> None:
        """Pay out what the pool holds, every so often; at first each block, or nobody has coins."""
        mining = course.world.mining
        if course.now - self._last < float(mining.payout_days) * DAY and course.height > 130:
            return
        self._last = course.now
        state = course.society.state
        held = state.balance(self.wallet)
        if held < COIN // 100:
            return
        most = int(mining.payout_outputs)
        for start in range(0, len(self._members), most):
            self._pay(course, self._members[start : start + most], held - held // 50)

    def _pay(self, course: Course, members: list[tuple[Person, int]], held: int) -> None:
        whole = sum(share for _, share in self._members)
        orders = []
        for person, share in members:
            value = held * share // whole
            if value < _LEAST_SHARE:
                continue
            address = self._addresses.get(person.number, NONE)
            orders.append(Order(value, POOL_PAYOUT, address, person.wallet, self.actor))
        if orders:
            course.society.state.pay(self.wallet, orders, form=POOL_FORM)


def found_pools(course: Course) -> list[Pool]:
    """Every pool of the world, entered among those that find blocks."""
    pools = [Pool(course, number) for number in range(int(course.world.mining.pools))]
    course.pools.extend(pool.wallet for pool in pools)
    return pools
