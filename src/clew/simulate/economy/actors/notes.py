"""Notes: outputs of OP_RETURN, which carry a few bytes and no value.

Time stamps stand alone beside change; tokens built on notes move with a small payment to their new owner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.kernels.economy_state import DATA, DATA_ROLE, NOTE, NOTE_FORM, TRADED
from clew.simulate.economy.actors.people import somebody
from clew.simulate.economy.arrivals import arrivals
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

_WITH_TOKEN = 0.3
_TOKEN = 546
_MOST_AT_ONCE = 400


class Notes:
    """Everybody's notes."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("notes")
        self._arrivals = arrivals(course, self._dice, course.world.shared.notes)

    def step(self, course: Course) -> None:
        """Write the notes that are due."""
        for _ in range(min(self._arrivals.due(course.now), _MOST_AT_ONCE)):
            self._write(course)

    def _write(self, course: Course) -> None:
        dice, state = self._dice, course.society.state
        writer = somebody(course, dice, 20_000)
        if writer is None:
            return
        address = state.address(writer.wallet, DATA_ROLE, writer.actor, kind=DATA)
        orders = [Order(0, NOTE, address=address, who=writer.actor)]
        if dice.happens(_WITH_TOKEN):
            other = somebody(course, dice, 0, unlike=writer.actor)
            if other is not None:
                orders.insert(0, Order(_TOKEN, TRADED, wallet=other.wallet, who=writer.actor))
        state.pay(writer.wallet, orders, form=NOTE_FORM)
