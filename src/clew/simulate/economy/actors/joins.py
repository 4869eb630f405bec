"""Coinjoins of a world, each protocol where it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clew.simulate.economy.actors.alike import EqualPayouts, EqualSweeps
from clew.simulate.economy.actors.channels import Channels
from clew.simulate.economy.actors.commons import Commons
from clew.simulate.economy.actors.dust import DustAttacks
from clew.simulate.economy.actors.escrow import Escrows
from clew.simulate.economy.actors.joinmarket import JoinMarket
from clew.simulate.economy.actors.mixing import Mixing, Taking
from clew.simulate.economy.actors.notes import Notes
from clew.simulate.economy.actors.oddities import Giveaways
from clew.simulate.economy.actors.orders import Orders
from clew.simulate.economy.actors.payjoin import PayJoins
from clew.simulate.economy.actors.people import allows
from clew.simulate.economy.actors.same_keys import SameKeys
from clew.simulate.economy.actors.wabisabi import WabiSabi
from clew.simulate.economy.actors.wasabi import Wasabi
from clew.simulate.economy.actors.whirlpool import Whirlpool

if TYPE_CHECKING:
    from clew.simulate.economy.course import Acting, Course
    from clew.simulate.worlds.model import Coinjoins


def found_mixing(course: Course) -> Mixing:
    """The coinjoins of the world, for ``course.actors``, and for whoever wants coins mixed."""
    found: dict[str, Callable[[Course, Coinjoins], Taking]] = {
        "joinmarket": JoinMarket,
        "wasabi-1": Wasabi,
        "wasabi-1.1": Wasabi,
        "wabisabi": WabiSabi,
        "whirlpool": Whirlpool,
    }
    segwit = allows(course.world, "p2wpkh")
    venues = [
        found[model.protocol](course, model)
        for model in course.world.coinjoins
        if float(model.rounds) > 0 and (segwit or model.protocol == "joinmarket")
    ]
    return Mixing(course, venues)


def found_shared(course: Course) -> list[Acting]:
    """Transactions of several owners, coins that belong to nobody, and shapes that look like coinjoins."""
    commons = Commons(course)
    return [
        Orders(course),
        Channels(course, commons),
        Escrows(course),
        Giveaways(course, commons, known=False),
        Giveaways(course, commons, known=True),
        Notes(course),
        DustAttacks(course),
        EqualPayouts(course),
        EqualSweeps(course),
        PayJoins(course),
        SameKeys(course),
    ]


def found_joins(course: Course) -> list[Acting]:
    """All of them, to be appended to ``course.actors``; the first is the world's ``Mixing``."""
    return [found_mixing(course), *found_shared(course)]
