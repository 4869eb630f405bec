"""Ways to hide proceeds that an operator may have besides: layering, structuring and round trips.

A world's operator does these only where the world says so. They follow the definitions alone: funds that are
moved again and again to come away from their source; sums that are kept below a threshold so that nobody need
report them (31 CFR 1010.100(xx) calls it structuring); funds that go out and come back as if they were
somebody else's. How much, how often and how fast is for the world to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.kernels.economy_state import ACTOR, OWN, OWN_ROLE, PURPOSE, REFUND, REST, TRADED
from clew.simulate.economy.actors.fates import LEAST_DIVIDED, Way, wallet_of
from clew.simulate.economy.actors.people import is_spent
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.course import Course
from clew.simulate.economy.errands import Errand, until
from clew.simulate.economy.settings import draw_from, table
from clew.simulate.economy.state import Order
from clew.simulate.worlds.figures import Figure

if TYPE_CHECKING:
    from clew.simulate.economy.actors.operator import Operator

_PERCENT = (30, 70)
"""Of a coin that a hop divides, in the first part."""
_MILLION = 1_000_000


class Laundering:
    """What a world's operator does of it. ``habits``: each way with the share of coins that take it.

    Nothing is opened or drawn for a way that the world does not have, so that other worlds stay as they are.
    """

    def __init__(self, course: Course, operator: Operator, service: Service) -> None:
        society, model = course.society, course.world.operator
        software, script = course.world.service.wallet, course.world.service.later_script.value
        self._operator, self._service, self._fates = operator, service, operator.fates
        self._diary, self._actor = operator.diary, operator.actor
        self._dice = course.dice.separate("operator's laundering")
        self.habits: list[tuple[Way, Figure]] = []
        if model.layering is not None:
            self._layers = society.wallet(self._actor, software, script)
            self._minutes = table(model.layering.minutes, 60)
            self.habits.append((self.layer, model.layering.share))
        if model.structuring is not None:
            self._sums = society.wallet(self._actor, software, script)
            self._parts = table(model.structuring.part, _MILLION)
            self._between = table(model.structuring.hours, 3600)
            self.habits.append((self.structure, model.structuring.share))
        if model.round_trips is not None:
            nominees = [each for each in operator.cashouts.holders.values() if each != self._actor]
            holders = nominees or [society.actor("go-between", "nominee")]
            self._hands = [society.wallet(each, software, script) for each in holders]
            self._held = table(model.round_trips.hours, 3600)
            self.habits.append((self.round_trip, model.round_trips.share))

    # Layering

    def layer(self, course: Course, coin: int) -> Errand[None]:
        """Pass a coin on over fresh addresses, quickly, and cash out what comes of it."""
        model = course.world.operator.layering
        assert model is not None
        yield from self._pass_on(course, coin, self._about(int(model.hops)))

    def _pass_on(self, course: Course, coin: int, hops: int) -> Errand[None]:
        """So many hops, each after some minutes: several in a block where blocks are farther apart."""
        model = course.world.operator.layering
        assert model is not None
        state, moment = course.society.state, course.now
        for left in reversed(range(hops)):
            parts = [REST]
            if state.value(coin) >= 2 * LEAST_DIVIDED and self._dice.happens(float(model.divides)):
                parts = [state.value(coin) * self._dice.between(*_PERCENT) // 100, REST]
            orders = [
                Order(part, OWN, address=state.address(self._layers, OWN_ROLE), who=self._actor)
                for part in parts
            ]
            made = state.pay(wallet_of(course, coin), orders, coins=[coin])
            if made is None:
                break
            self._diary.moved("layer", made.tx, made.coins)
            for other in made.coins[:-1]:
                self._service.agenda.add(course.height + 1, self._pass_on(course, other, left))
            coin = made.coins[-1]
            moment += draw_from(self._dice, self._minutes)
            yield from until(course, moment)
        yield course.height + 1
        yield from self._fates.cash(course, coin)

    # Structuring

    def structure(self, course: Course, coin: int) -> Errand[None]:
        """Pay a coin into accounts in sums below the threshold; one worth less than that at once."""
        model = course.world.operator.structuring
        assert model is not None
        state, cashouts = course.society.state, self._operator.cashouts
        while True:
            threshold = state.satoshi(float(model.threshold))
            value = threshold * draw_from(self._dice, self._parts) // _MILLION
            held = cashouts.pick()
            if state.value(coin) < threshold:
                made = state.send(wallet_of(course, coin), [coin], cashouts.order(course, held))
            else:
                onward = state.address(self._sums, OWN_ROLE)
                order = cashouts.order(course, held, value)
                made = state.pay(wallet_of(course, coin), [order], coins=[coin], change=onward)
            if made is None:
                return
            rest = [each for each in state.outputs(made.tx) if each not in made.coins]
            if rest:
                state.e.coin[rest, PURPOSE] = OWN
                self._diary.moved("structure", made.tx, rest, rest=False)
            self._fates.cashed(
                made.tx, made.coins[0], held.own, held.holder, held.custodian.number, rest=False
            )
            if not rest:
                return
            [coin] = rest
            yield course.height + 1
            due = course.now + draw_from(self._dice, self._between)
            yield from until(course, self._fates.hours.after(self._dice, due))

    # Round trips

    def round_trip(self, course: Course, coin: int) -> Errand[None]:
        """Send a coin through other hands, and back to the service; then it rests, and is cashed out."""
        model = course.world.operator.round_trips
        assert model is not None
        state, hands = course.society.state, self._about(int(model.hands))
        out = Order(REST, TRADED, address=state.address(self._dice.pick(self._hands)), who=self._actor)
        made = state.send(wallet_of(course, coin), [coin], out)
        if made is None:
            return
        act = self._diary.moved("round trip", made.tx, made.coins)
        [coin] = made.coins
        for left in reversed(range(hands)):
            yield course.height + 1
            yield from until(course, course.now + draw_from(self._dice, self._held))
            hand = wallet_of(course, coin)
            holder = int(state.e.wallet[hand, ACTOR])
            address = (
                state.address(self._dice.pick(self._hands)) if left else self._operator.till_address(course)
            )
            kept = state.value(coin) * self._dice.below(1 + round(float(model.kept) * _MILLION)) // _MILLION
            order = Order(REST, TRADED if left else REFUND, address=address, who=holder)
            if kept > state.rate:
                order = order._replace(value=state.value(coin) - kept)
            passed = state.pay(hand, [order], coins=[coin])
            if passed is None:
                return
            coin = passed.coins[0]
        self._diary.came_back([coin], act)
        self._service.enter(
            course, coin, REFUND, payer=self._actor, source=holder, account=None, route="look-alike"
        )
        yield course.height + 1
        yield from self._fates.rest(course, coin)
        if not is_spent(course, coin):
            yield from self._fates.cash(course, coin)

    def _about(self, usual: int) -> int:
        """A number around the usual one, of 1 or more."""
        return self._dice.between(max(1, usual // 2), max(1, usual + usual // 2))
