"""What belongs to nobody: outputs that anyone can spend, and keys that everybody knows.

Such scripts are the same whoever makes them, so that an economy has one address for each, in the wallet
of an actor called *anyone*.
"""

from __future__ import annotations

from collections.abc import Iterable

from clew.kernels.economy_state import (
    ANCHOR,
    ANCHOR_ROLE,
    ANYONE,
    ANYONE_ROLE,
    KINDS,
    KNOWN_KEY_ROLE,
    SPENT,
    WITNESS_ANYONE,
)
from clew.kernels.economy_state import NONE as UNSPENT
from clew.simulate.dice import Dice
from clew.simulate.economy.actors.people import is_ripe, possible, some_model
from clew.simulate.economy.course import Course

_KEYS = 15


class Commons:
    """The wallet of nobody, and what lies in it."""

    def __init__(self, course: Course) -> None:
        self._dice = course.dice.separate("commons")
        self._wallet: int | None = None
        self._addresses: dict[tuple[int, int], int] = {}

    def anchor(self, course: Course) -> int:
        """The address of pay-to-anchor."""
        return self._address(course, ANCHOR, ANCHOR_ROLE)

    def anyone(self, course: Course, dice: Dice) -> int:
        """The address of OP_TRUE, bare or, where there are witnesses, in P2WSH."""
        kind = dice.pick((ANYONE, WITNESS_ANYONE)) if possible(course, "p2wpkh") else ANYONE
        return self._address(course, kind, ANYONE_ROLE)

    def known_key(self, course: Course, dice: Dice) -> int:
        """The address of one of the keys 1 to 15, mostly of the first ones."""
        kinds = [each for each in ("p2pkh", "p2pkh-uncompressed", "p2wpkh") if possible(course, each)]
        kind = KINDS.index(dice.pick(kinds or ["p2pkh"]))
        return self._address(course, kind, KNOWN_KEY_ROLE, min(1 + dice.below(_KEYS), 1 + dice.below(_KEYS)))

    def _address(self, course: Course, kind: int, role: int, key: int = 0) -> int:
        if (kind, key) not in self._addresses:
            society = course.society
            if self._wallet is None:
                model = some_model(course.world, self._dice)
                _, self._wallet = society.open("anyone", "nobody", model, "p2pkh")
            address = society.state.address(self._wallet, role, kind=kind, key=key or None)
            self._addresses[kind, key] = address
        return self._addresses[kind, key]


def lying(course: Course, coins: Iterable[int]) -> list[int]:
    """Those of some coins that are unspent and may be taken in this block."""
    return [each for each in coins if is_ripe(course, each)]


def unspent(course: Course, coins: Iterable[int]) -> list[int]:
    """Those of some coins that are unspent."""
    coin = course.society.state.e.coin
    return [each for each in coins if coin[each, SPENT] == UNSPENT]
