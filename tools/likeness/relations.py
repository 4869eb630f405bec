"""Measures of what transactions have to do with one another: reuse, chains, the age of what is spent."""

from __future__ import annotations

from likeness.chains import Scene, Seen
from likeness.measure import BINARY, Measure, between, labels, of_each, once, yes
from likeness.scripts import NOTE, script_type
from likeness.tally import Marks

DAY = 86_400

_BLOCKS = (
    (1, "same block"), (6, "1-5"), (144, "6-143"), (1008, "144-1,007"), (4320, "1,008-4,319"),
    (52_560, "4,320-"),
)  # fmt: skip
_ANCIENT = "52,560 and more"
_DAYS = ((1, "under 1 day"), (7, "1-6"), (30, "7-29"), (90, "30-89"), (365, "90-364"))
_OLD = "365 and more"
AGES = labels(_DAYS, _OLD)


def _reuse(scene: Scene) -> Marks:
    """Whether an output pays an address that was paid or spent in the scene before it."""
    met: set[bytes] = set()
    for seen in scene.seen:
        met.update(each for each in seen.sources if each is not None)
        for output in seen.tx.outputs:
            if script_type(output.script) != NOTE:
                yield from yes(output.script in met)
                met.add(output.script)


def _chains(scene: Scene) -> Marks:
    """Whether a transaction spends an output of the same scene."""
    made: set[bytes] = set()
    for seen in scene.seen:
        yield from yes(any(each.previous_txid in made for each in seen.tx.inputs))
        made.add(seen.tx.txid)


def _age_in_blocks(_: Scene, seen: Seen) -> Marks:
    for coin in seen.coins or ():
        yield from between(seen.height - coin.height, _BLOCKS, _ANCIENT)


def age_in_days(scene: Scene, seen: Seen) -> Marks:
    """How many days lie between the blocks that made and spent a coin."""
    for coin in seen.coins or ():
        yield from between((scene.time - coin.time) / DAY, _DAYS, _OLD)


MEASURES = (
    Measure("reuse", "Outputs to an address met before in the window", "outputs", BINARY, _reuse, whole=True),
    Measure("chains", "Spend an output of the same block", "transactions", BINARY, _chains),
    of_each(
        "age in days", "Age of spent coins, days", "transactions", AGES, once(age_in_days), coins=True
    ),
    of_each(
        "age in blocks", "Age of spent coins, blocks", "transactions", labels(_BLOCKS, _ANCIENT),
        once(_age_in_blocks), coins=True,
    ),
)  # fmt: skip
