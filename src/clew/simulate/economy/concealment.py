"""Acts by which the operator of the service hides where the proceeds went, or turns them into money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from clew.kernels.economy_state import NONE

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

Kind = Literal[
    "sweep", "forward", "peel", "split", "wait", "mix", "swap", "own transfer", "own cash-out",
    "nominee cash-out", "expense", "layer", "structure", "round trip",
]  # fmt: skip

KINDS: dict[Kind, str] = {
    "sweep": "coins of many accounts are brought together",
    "forward": "one payment is moved by itself, to a fresh address",
    "peel": "a slice leaves a coin, and the rest goes to a fresh address",
    "split": "a coin is divided over several fresh addresses",
    "wait": "a coin rests",
    "mix": "a coin is sent into coinjoins",
    "swap": "a coin is sent to a service that pays other coins back",
    "own transfer": "coins move between the operator's wallets",
    "own cash-out": "coins are paid into the operator's own account",
    "nominee cash-out": "coins are paid into an account in somebody else's name",
    "expense": "something is bought",
    "layer": "a coin is passed on to a fresh address, soon after the last such act",
    "structure": "a sum below a threshold leaves a coin, and the rest waits for the next",
    "round trip": "a coin goes to somebody through whose hands, and perhaps others', it comes back",
}


@dataclass(frozen=True, slots=True)
class ConcealmentAct:
    """One act. Two acts share a transaction where a slice is cashed out while the rest is peeled on.

    Over all acts of a transaction, ``made`` and ``rest`` are its outputs, each once; ``spent`` are its
    inputs, the same for each.
    """

    kind: Kind
    tx: int
    """The transaction, or NONE: a coin rests without one."""
    spent: tuple[int, ...]
    """Coins of the operator that it spends; of a wait none."""
    made: tuple[int, ...]
    """Coins that it is about: what was moved, cashed out, bought with; of a wait the coin that rested."""
    rest: tuple[int, ...]
    """Coins that stay with the operator besides."""
    amount: int
    """Satoshi of ``made``."""
    height: int
    time: int
    """Unix seconds of its block; of a wait, of its end."""
    since: int
    """Of a wait, when it began; otherwise as ``time``."""
    holder: int = NONE
    """In whose name the account is that was paid into: an actor."""
    custodian: int = NONE
    """The number of the custodian that was paid."""
    earlier: tuple[int, ...] = ()
    """Places in the course's list of the acts that made what it spends; coins of a payer have none."""


class Diary:
    """Enters acts in the course's list, and knows which act made which coin."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._maker: dict[int, int] = {}

    def moved(
        self,
        kind: Kind,
        tx: int,
        made: Sequence[int],
        *,
        rest: bool = True,
        holder: int = NONE,
        custodian: int = NONE,
    ) -> int:
        """Enter an act that is a transaction; returns its place in the list.

        ``made``: the coins it is about. ``rest``: whether all other outputs are its rest; if not, another
        act of the same transaction is about them.
        """
        course, state = self._course, self._course.society.state
        spent = tuple(state.inputs(tx))
        others = tuple(coin for coin in state.outputs(tx) if coin not in made) if rest else ()
        act = ConcealmentAct(
            kind=kind,
            tx=tx,
            spent=spent,
            made=tuple(made),
            rest=others,
            amount=sum(map(state.value, made)),
            height=course.height,
            time=course.now,
            since=course.now,
            holder=holder,
            custodian=custodian,
            earlier=tuple(sorted({self._maker[coin] for coin in spent if coin in self._maker})),
        )
        return self._enter(act, (*made, *others))

    def rested(self, coin: int, since: int) -> int:
        """Enter that a coin rested since a moment until now."""
        course = self._course
        act = ConcealmentAct(
            kind="wait",
            tx=NONE,
            spent=(),
            made=(coin,),
            rest=(),
            amount=course.society.state.value(coin),
            height=course.height,
            time=course.now,
            since=since,
            earlier=(self._maker[coin],) if coin in self._maker else (),
        )
        return self._enter(act, (coin,))

    def came_back(self, coins: Sequence[int], act: int) -> None:
        """Enter that coins are what came of an act, though no transaction of the operator made them."""
        for coin in coins:
            self._maker[coin] = act

    def _enter(self, act: ConcealmentAct, coins: Sequence[int]) -> int:
        place = len(self._course.acts)
        self._course.acts.append(act)
        for coin in coins:
            self._maker[coin] = place
        return place
