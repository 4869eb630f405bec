"""One key under several kinds of scripts: its owner took it along into another kind of wallet.

Who imports a key, or restores a wallet with other software, has the addresses of the same key as P2PK,
P2PKH, P2SH-P2WPKH and P2WPKH. No figure is known; one person in fifty does so here, a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.kernels.economy_state import A_KIND, ADDRESS, KINDS, OWN, OWN_ROLE
from clew.simulate.economy.actors.people import possible, ripe, somebody
from clew.simulate.economy.arrivals import Arrivals
from clew.simulate.economy.settings import DAY
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

_SHARE = 0.02
_KINDS = ("p2pk", "p2pkh", "p2sh-p2wpkh", "p2wpkh")


class SameKeys:
    """People who take keys along."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("keys taken along")
        days = max(1, (course.calendar.times[-1] - course.calendar.times[0]) // DAY)
        self._arrivals = Arrivals(self._dice.separate("when"), len(course.society.people) * _SHARE / days)

    def step(self, course: Course) -> None:
        """Let those whose time it is move a coin to another address of its own key."""
        for _ in range(self._arrivals.due(course.now)):
            self._move(course)

    def _move(self, course: Course) -> None:
        state, kinds = course.society.state, [each for each in _KINDS if possible(course, each)]
        person = somebody(course, self._dice, 20_000, kinds=kinds)
        if person is None or len(kinds) < 2:
            return
        coins = ripe(course, person.wallet)
        if not coins:
            return
        e = state.e
        address = int(e.coin[max(coins, key=state.value), ADDRESS])
        kind = KINDS[e.address[address, A_KIND]]
        if kind not in kinds:
            return
        other = KINDS.index(self._dice.pick([each for each in kinds if each != kind]))
        twin = state.address(person.wallet, OWN_ROLE, kind=other, key=state.key(address))
        part = max(map(state.value, coins)) // 2
        state.pay(person.wallet, [Order(part, OWN, address=twin, who=person.actor)])
