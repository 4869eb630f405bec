"""Which real blocks stand for which part of which world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from likeness.chains import Scene, Seen, prices, real_block
from likeness.scripts import has_note

SINGLE = "blocks/single/mainnet-{}.raw"
KNOWN = "blocks/with-prevouts/mainnet-{}.raw"
SPENT = "blocks/with-prevouts/mainnet-{}.spent-outputs.json.zst"
PRICES = "prices/btc-usd-daily.csv"

FILES = {540_107: 574_200, 574_200: 540_107}
"""Heights of the shared blocks whose files bear another's name; their coinbases tell."""

FROM_MEMORY = {date(2024, 10, 19): 68_400.0}
"""Dollars for a bitcoin on days after the shared prices end; from memory, to be verified."""

WITH_COINS = frozenset({367_891, 866_342})
"""Blocks whose spent outputs are known."""


@dataclass(frozen=True)
class Era:
    """``blocks``: heights of the real blocks that stand for the simulated ones of ``world`` from ``start`` up
    to ``end``, days. ``kept``: which transactions are compared, where not all."""

    name: str
    world: str
    blocks: tuple[int, ...]
    start: date
    end: date
    about: str
    kept: Callable[[Seen], bool] | None = field(default=None)

    def of(self, scenes: Iterable[Scene]) -> Iterator[Scene]:
        """The simulated scenes of this era."""
        for scene in scenes:
            if self.start <= scene.day < self.end:
                yield self.keep(scene)

    def keep(self, scene: Scene) -> Scene:
        """A scene with the transactions that are compared."""
        if self.kept is None:
            return scene
        seen = tuple(filter(self.kept, scene.seen))
        return Scene(scene.height, scene.time, seen, scene.dollars, scene.scale)


def _no_note(seen: Seen) -> bool:
    return not has_note(seen)


ERAS = (
    Era(
        "2012", "2012", (169_482, 227_835, 227_836), date(2012, 3, 1), date(2013, 1, 1),
        "3 March 2012 and 24 March 2013; small blocks, the first before the gambling house opened",
    ),
    Era(
        "2015-16", "2015", (363_703, 367_891, 370_661, 383_616, 413_567, 426_884), date(2015, 12, 1),
        date(2017, 1, 1),
        "July 2015 to August 2016; 367891 is full of the flood of that July, one of its transactions spends "
        "20,000 of its outputs",
    ),
    Era(
        "2017-18", "2015", (481_815, 481_829, 482_683, 540_107), date(2017, 1, 1), date(2018, 4, 1),
        "three blocks of the week in August 2017 in which segregated witness began, and one of September "
        "2018 (file 574200) that is mostly sweeps",
    ),
    Era(
        "2021", "2021", (702_861,), date(2021, 3, 1), date(2022, 1, 1),
        "30 September 2021; one block",
    ),
    Era(
        "2025", "2025", (866_342,), date(2025, 3, 1), date(2026, 1, 1),
        "19 October 2024, the price of that day from memory; one block, four fifths of which mint tokens by "
        "OP_RETURN",
    ),
    Era(
        "2025 without notes", "2025", (866_342,), date(2025, 3, 1), date(2026, 1, 1),
        "the same block and world, without transactions that have an OP_RETURN output",
        _no_note,
    ),
)  # fmt: skip
"""What is compared. Block 574200 of May 2019 and block 300025 of May 2014 fall between the worlds."""


def read(data: Path, height: int) -> Scene:
    """A shared block by its height. Raises OSError where it is missing."""
    dollars = FROM_MEMORY | prices(data / PRICES)
    if height in WITH_COINS:
        return real_block(data / KNOWN.format(height), dollars, data / SPENT.format(height))
    return real_block(data / SINGLE.format(FILES.get(height, height)), dollars)
