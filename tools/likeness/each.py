"""Measures that count each input or output, as published figures do; they are not compared with blocks.

One transaction of a real block may spend thousands of coins, so a few blocks tell little of them.
"""

from __future__ import annotations

from likeness.chains import Scene, Seen
from likeness.measure import BINARY, of_each, yes
from likeness.relations import AGES, age_in_days
from likeness.scripts import KEYS, input_kinds, keys, paid
from likeness.tally import Marks
from likeness.unlock import KINDS


def _exact(_: Scene, seen: Seen) -> Marks:
    """Whether a value is exact to the satoshi: no multiple of ten."""
    for value in paid(seen):
        if value:
            yield from yes(value % 10 != 0)


MEASURES = (
    of_each("each input", "Kinds of inputs", "inputs", KINDS, input_kinds),
    of_each("each key", "ECDSA keys shown", "keys", KEYS, keys),
    of_each("each age", "Age of spent coins, days", "inputs", AGES, age_in_days, coins=True),
    of_each("exact", "Values that are no multiple of ten satoshi", "outputs", BINARY, _exact),
)
