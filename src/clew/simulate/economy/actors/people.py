"""People as others meet them: somebody with a wallet and coins in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from clew.kernels.economy_state import (
    A_KIND,
    ADDRESS,
    BASE_WEIGHT,
    EQUAL,
    INPUT_WEIGHT,
    KIND,
    KINDS,
    NONE,
    PURPOSE,
    SPENT,
    TX,
)
from clew.simulate.economy.settings import weights
from clew.simulate.worlds.script_days import FIRST_DAYS

if TYPE_CHECKING:
    from clew.simulate.dice import Dice
    from clew.simulate.economy.course import Course
    from clew.simulate.economy.society import Person
    from clew.simulate.worlds.model import World

_TRIES = 30

SEGWIT = ("p2sh-p2wpkh", "p2wpkh", "p2tr")


def some_model(world: World, dice: Dice) -> str:
    """The name of a wallet model that people use."""
    return dice.pick_weighted(weights({model.name: float(model.share) for model in world.wallets}))


def allows(world: World, *kinds: str) -> bool:
    """Whether anybody in a world has all these kinds of scripts, at once or later."""
    scripts = [model.scripts for model in world.wallets]
    scripts += [model.later.scripts for model in world.wallets if model.later is not None]
    return all(any(each.shares.get(kind, 0) > 0 for each in scripts) for kind in kinds)


def possible(course: Course, kind: str) -> bool:
    """Whether somebody may have this kind of script on the day of the block that is being made."""
    return allows(course.world, kind) and course.calendar.date(course.height) >= FIRST_DAYS.get(
        kind, date.min
    )


def ripe(course: Course, wallet: int) -> list[int]:
    """Coins of a wallet that earlier blocks made, oldest first."""
    coin, end = course.society.state.e.coin, course.ends[-1]
    return [each for each in course.society.state.coins(wallet) if coin[each, TX] < end]


def is_ripe(course: Course, coin: int) -> bool:
    """Whether a coin is unspent, and made in an earlier block."""
    row = course.society.state.e.coin[coin]
    return bool(row[SPENT] == NONE and row[TX] < course.ends[-1])


def is_spent(course: Course, coin: int) -> bool:
    """Whether a coin is spent."""
    return int(course.society.state.e.coin[coin, SPENT]) != NONE


def is_mixed(course: Course, coin: int) -> bool:
    """Whether a coin is the mixed output of a round."""
    return bool(course.society.state.e.coin[coin, PURPOSE] == EQUAL)


def somebody(
    course: Course, dice: Dice, least: int, *, unlike: int = NONE, kinds: Sequence[str] | None = None
) -> Person | None:
    """One of the people whose wallet holds ``least`` satoshi or more; None if one is hard to find.

    ``unlike``: not this actor. ``kinds``: of the wallet.
    """
    state, wallets = course.society.state, course.society.state.e.wallet
    for _ in range(_TRIES):
        person = dice.pick(course.society.people)
        if person.wallet == NONE or person.actor == unlike or state.balance(person.wallet) < least:
            continue
        if kinds is None or KINDS[wallets[person.wallet, KIND]] in kinds:
            return person
    return None


class Cover(NamedTuple):
    """Coins that pay for something put together by hand, and what is left of them after the fee."""

    coins: list[int]
    left: int


def cover(course: Course, wallet: int, value: int, weight: int) -> Cover | None:
    """A wallet's ripe coins, largest first, for ``value`` satoshi and the fee; None if they are too few.

    ``weight``: weight units of all but these coins' inputs and the transaction's frame.
    """
    state = course.society.state
    coins, left = [], -value - weight_fee(course, weight + BASE_WEIGHT)
    for coin in sorted(ripe(course, wallet), key=lambda each: -state.value(each)):
        coins.append(coin)
        left += state.value(coin) - weight_fee(course, spend_weight(course, coin))
        if left >= 0:
            return Cover(coins, left)
    return None


def spend_weight(course: Course, coin: int) -> int:
    """Weight units of an input that spends a coin."""
    e = course.society.state.e
    return int(INPUT_WEIGHT[e.address[e.coin[coin, ADDRESS], A_KIND]])


def weight_fee(course: Course, weight: int) -> int:
    """Satoshi for so many weight units at the day's fee level, rounded up."""
    return -(-weight * course.society.state.rate // 4000)
