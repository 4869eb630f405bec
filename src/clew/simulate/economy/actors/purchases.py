"""Purchases as they are meant: by whom, for which account, when, how much, and by which way."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from clew.errors import UsageError
from clew.kernels.economy_state import PURCHASE
from clew.simulate.chain import COIN
from clew.simulate.dice import Dice
from clew.simulate.economy.actors.payers import Payer, Payers
from clew.simulate.economy.actors.service import Account, Service
from clew.simulate.economy.course import Course
from clew.simulate.economy.hours import Hours
from clew.simulate.economy.settings import DAY, draw_from, table, weights

EXACT, STALE, ROUNDED, ANY = range(4)
"""How an amount is off the price: not at all; quoted days ago; rounded in bitcoin; whatever one likes."""

_OFF = [(STALE, 4), (ROUNDED, 4), (ANY, 2)]
_OLDEST_QUOTE = 5
_SAME_WAY = 0.8
"""Chance that a payer pays by the same way again."""
_SIGNED_UP_BEFORE = 3 * DAY
_WITHOUT_WALLET = ("exchange", "second-exchange", "unnamed-service", "friend")


@dataclass(frozen=True, slots=True)
class Purchase:
    """One payment that somebody means to make at ``time`` (Unix seconds)."""

    payer: Payer
    account: Account
    time: int
    dollars: float
    off: int
    route: str
    purpose: int = PURCHASE


class Tariff:
    """What is paid: the world's prices, and how people depart from them."""

    def __init__(self, course: Course, dice: Dice) -> None:
        model = course.world.service
        self._prices = [(float(price), weight) for price, weight in weights(model.prices)]
        self._exact = float(model.exact)
        self._dice = dice

    def draw(self) -> tuple[float, int]:
        """Dollars, and how the amount will be off."""
        dollars = self._dice.pick_weighted(self._prices)
        if self._dice.happens(self._exact):
            return dollars, EXACT
        off = self._dice.pick_weighted(_OFF)
        if off == ANY:
            dollars = float(max(1, round(dollars * self._dice.between(40, 160) / 100)))
        return dollars, off

    def satoshi(self, course: Course, dollars: float, off: int) -> int:
        """The amount as it is paid in the block that is being made.

        The price's worth at the day's price, to the satoshi; or at that of some days before; or rounded
        to two or three digits of bitcoin.
        """
        exact = course.society.state.satoshi(dollars)
        if off == STALE:
            day = course.calendar.day(course.height) - self._dice.between(1, _OLDEST_QUOTE)
            return round(dollars * 100) * COIN // course.calendar.prices[max(0, day)]
        if off == ROUNDED:
            scale = 1
            digits = 10 ** self._dice.between(2, 3)
            while exact // scale >= digits:
                scale *= 10
            return (exact + scale // 2) // scale * scale
        return exact


class Plans:
    """Draws when people pay: more and more of them, at the hours at which they are awake."""

    def __init__(self, course: Course, service: Service, dice: Dice) -> None:
        self._service, self._dice = service, dice
        self._growth = float(course.world.service.growth)

    def time(self, hours: Hours) -> int:
        """When somebody with these habits pays."""
        return hours.pick(self._dice, self._moment)

    def _moment(self) -> int:
        """A moment while the service is open, growing linearly likelier."""
        opens, span = self._service.opens, self._service.closes - self._service.opens
        most = max(1.0, self._growth)
        while True:
            at = self._dice.below(span)
            if self._dice.happens((1 + (self._growth - 1) * at / span) / most):
                return opens + at


def plan_purchases(
    course: Course, service: Service, payers: Payers, number: int, of: int, plans: Plans, tariff: Tariff
) -> list[Purchase]:
    """``number`` purchases of ``of`` payers, in no order of time; each account is signed up for."""
    dice = course.dice.separate("purchases")
    routes = weights(course.world.payers.routes)
    purchases = []
    for payments in _shares(course, dice, number, of):
        route = dice.pick_weighted(routes)
        payer = payers.find(wallet=route not in _WITHOUT_WALLET)
        times = sorted(plans.time(payer.hours) for _ in range(payments))
        account = service.sign_up(payer.actor, times[0] - dice.below(_SIGNED_UP_BEFORE))
        for time in times:
            if time != times[0] and not dice.happens(_SAME_WAY):
                route = dice.pick_weighted(routes)
            purchases.append(Purchase(payer, account, time, *tariff.draw(), route))
    return purchases


def _shares(course: Course, dice: Dice, number: int, of: int) -> list[int]:
    """How many of the payments each payer makes: one at least, the rest by their weights."""
    rows = table(course.world.payers.payments_each)
    further = list(accumulate(draw_from(dice, rows) - 99 for _ in range(of)))
    counts = [1] * of
    for _ in range(number - of):
        counts[bisect_right(further, dice.below(further[-1]))] += 1
    return counts


def how_many(course: Course, payments: int | None, payers: int | None) -> tuple[int, int]:
    """Numbers of payments and payers; the world's where none is given. Raises UsageError.

    If only the payments are given, the payers are as many in proportion.
    """
    model = course.world.service
    if payments is None:
        payments = int(model.payments)
    if payers is None:
        payers = max(1, min(payments, round(payments * int(model.payers) / int(model.payments))))
    if payments < 1 or not 1 <= payers <= payments:
        raise UsageError(
            f"numbers that cannot be: expected at least one payment, and from one payer to as many as there"
            f" are payments, found {payments} payments of {payers} payers; change one of them"
        )
    return payments, payers
