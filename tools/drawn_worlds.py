"""Worlds that nobody has looked at: drawn by a seed from the ranges that the figures of shipped worlds state.

The number of a world says which shipped one it varies, each in turn. Each of its figures that has a range is
drawn anew: fees, habits of wallets, change and reuse, what people do, batches, sweeps and hot wallets of
custodians, coinjoins, routes, look-alikes. Beyond the ranges, some of the exchanges are left without a tag.
"""

from __future__ import annotations

from clew.simulate.dice import Dice
from clew.simulate.worlds.load import load
from clew.simulate.worlds.model import World
from clew.simulate.worlds.search import Drawn, sample

BASES = ("2012", "2015", "2021", "2025", "2015-custodial", "2015-private", "2021-merging", "2025-shared")
UNTAGGED = 8
"""An exchange has no tag with up to half this, in sixteenths: 0, 1, ... 8 of 16, drawn for each world."""


def drawn(number: int, seed: int) -> Drawn:
    """World ``number`` (from 0) of the draw ``seed``; the same world whatever else is drawn."""
    base = load(BASES[number % len(BASES)])
    dice = Dice(f"clew drawn worlds {seed}/{number}")
    return sample(_untagged(base, dice.separate("tags")), dice.separate("figures"), f"drawn-{seed}-{number}")


def _untagged(world: World, dice: Dice) -> World:
    """The world with some of its tagged custodians untagged, though never the last."""
    dumped = world.model_dump(by_alias=True)
    sixteenths = dice.between(0, UNTAGGED)
    tagged = [each for each in dumped["custodians"] if each["tagged"]]
    for each in dice.shuffled(tagged)[1:]:
        each["tagged"] = dice.below(16) >= sixteenths
    return World.model_validate(dumped)


__all__ = ["BASES", "drawn"]
