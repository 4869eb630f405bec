"""Coins that are passed on quickly, again and again."""

from __future__ import annotations

from collections.abc import Iterable

from clew.analysis.patterns.pattern import Finding, Measures, Pattern
from clew.analysis.patterns.scene import Scene

LEAST_STEPS = 3
LEAST_PERCENT = 90


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """Layering in short time: three or more transactions in a row, each of which passes at least 90 % of
    what it spends on as one coin at an address that never got anything before, the first and the last
    within 24 hours (``--within-hours``) by the median time past.

    Of a longer row the longest part that is quick enough is taken, and then the rest looked at. The sum is
    what the last one passes on.
    """
    seen: set[int] = set()
    for transaction in scene.acts.tolist():
        if transaction in seen:
            continue
        chain = [transaction]
        coins = []
        while (coin := _passed(scene, chain[-1])) is not None:
            coins.append(coin)
            after = scene.spender(coin)
            if after is None or scene.time(after) - scene.time(chain[0]) > measures.within_hours * 3600:
                break
            chain.append(after)
        chain = chain[: len(coins)]
        if len(chain) < LEAST_STEPS:
            continue
        seen.update(chain)
        seconds = scene.time(chain[-1]) - scene.time(chain[0])
        value = int(scene.ledger.column("outputs.value")[coins[-1]])
        entered = scene.value(scene.spent(chain[0]))
        yield Finding(tuple(chain), value, {"steps": len(chain), "started with": entered, "seconds": seconds})


def _passed(scene: Scene, transaction: int) -> int | None:
    """The one coin that passes on nearly all that a transaction spends; None where there is none."""
    made = scene.made(transaction)
    if not len(made):
        return None
    values = scene.ledger.column("outputs.value")[made]
    place = int(values.argmax())
    coin = int(made[place])
    if int(values[place]) * 100 < LEAST_PERCENT * scene.value(scene.spent(transaction)):
        return None
    return coin if scene.is_fresh(coin) else None


layering = Pattern(
    "layering in short time",
    1,
    f"{LEAST_STEPS} or more transactions in a row each pass {LEAST_PERCENT} % or more on to one new address, "
    "within the hours set",
    (
        "moving to a new wallet in several tries, or a wallet's upkeep of its coins, looks the same",
        "a large coin that pays several small bills in a day passes nearly all of itself on each time",
    ),
    _find,
    {"steps": "transactions", "started with": "satoshi", "seconds": "seconds"},
)

__all__ = ["layering"]
