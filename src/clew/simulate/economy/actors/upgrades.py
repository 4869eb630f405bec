"""Wallets that get a new kind of address when their software brings it: from then on, for what comes in."""

from __future__ import annotations

from datetime import UTC, datetime

from clew.kernels.economy_life import U_DEPOSIT_KIND
from clew.kernels.economy_state import CURRENT, KIND, MODEL, NONE
from clew.simulate.economy.course import Course
from clew.simulate.economy.settings import kind, weights


class Upgrades:
    """Everybody's upgrades: the day of each is drawn at the start."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("upgrades")
        society, calendar = course.society, course.calendar
        span = course.world.time
        later = {
            society.models[each.name]: each.later
            for each in course.world.wallets
            if each.later and span.start <= each.later.day < span.end
        }
        self._due: list[tuple[int, int, int]] = []
        wallets = society.state.e.wallet
        for wallet in range(society.wallets):
            change = later.get(int(wallets[wallet, MODEL]))
            if change is None or not self._dice.happens(float(change.share)):
                continue
            first = int(datetime.combine(change.day, datetime.min.time(), UTC).timestamp())
            time = self._dice.between(first, max(first, calendar.times[-1]))
            script = self._dice.pick_weighted(weights(change.scripts))
            self._due.append((time, wallet, kind(script)))
        self._due.sort(reverse=True)
        self._custodians = {each.deposits: each.number for each in society.custodians}

    def step(self, course: Course) -> None:
        """Change the wallets whose day has come."""
        while self._due and self._due[-1][0] <= course.now:
            _, wallet, script = self._due.pop()
            row = course.society.state.e.wallet[wallet]
            row[KIND], row[CURRENT] = script, NONE
            if wallet in self._custodians:
                course.society.life.custodian[self._custodians[wallet], U_DEPOSIT_KIND] = script
