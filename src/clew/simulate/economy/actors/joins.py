"""Coinjoins of a world, each protocol where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.simulate.economy.actors.joinmarket import JoinMarket
from clew.simulate.economy.actors.mixing import Mixing, Taking

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course


def found_mixing(course: Course) -> Mixing:
    """The coinjoins of the world, for ``course.actors``, and for whoever wants coins mixed."""
    venues: list[Taking] = []
    for model in course.world.coinjoins:
        if float(model.rounds) > 0 and model.protocol == "joinmarket":
            venues.append(JoinMarket(course, model))
    return Mixing(course, venues)
