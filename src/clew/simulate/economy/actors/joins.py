"""Coinjoins of a world, each protocol where it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clew.simulate.economy.actors.crowd import allows
from clew.simulate.economy.actors.joinmarket import JoinMarket
from clew.simulate.economy.actors.mixing import Mixing, Taking
from clew.simulate.economy.actors.wabisabi import WabiSabi
from clew.simulate.economy.actors.wasabi import Wasabi
from clew.simulate.economy.actors.whirlpool import Whirlpool

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course
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
