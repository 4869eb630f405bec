"""Coins that are passed on quickly, again and again."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clew.analysis.amounts import grouped_sums
from clew.analysis.flows import contains
from clew.analysis.patterns.pattern import Finding, Measures, Pattern
from clew.analysis.patterns.scene import Scene
from clew.ledger.columns import Array
from clew.ledger.ledger import expand
from clew.schema import NO_ADDRESS

LEAST_STEPS = 3
LEAST_PERCENT = 90


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """Layering in short time: three or more transactions in a row, each of which passes on at least 90 % of
    what it pays: as one coin at an address that never got anything before, or as several such coins that stay
    where nobody else's are, each of which is passed on in turn.

    Each transaction is one of three in a row of which the first and the last lie within 24 hours
    (``--within-hours``) by the median time past. Rows that hang together are one finding. The sum is what
    they pass on and none of them spends.
    """
    passed = _passed(scene)
    if not passed:
        return
    makers, spenders = _quick(scene, passed, measures.within_hours * 3600)
    for places in _groups(makers, spenders):
        numbers = scene.acts[places]
        mine = np.concatenate([passed[place] for place in places])
        spent = np.concatenate([scene.spent(number) for number in numbers.tolist()])
        left = mine[~np.isin(mine, spent)]
        entered = spent[~contains(numbers, scene.ledger.transactions_of_outputs(spent))]
        seconds = int(np.diff(scene.times_of(numbers[[0, -1]]))[0])
        yield Finding(
            tuple(numbers.tolist()),
            scene.value(left),
            {"steps": len(numbers), "started with": scene.value(entered), "seconds": seconds},
        )


def _passed(scene: Scene) -> dict[int, list[int]]:
    """The coins by which each act that does passes on nearly all; by its place, ascending."""
    starts, ends = scene.ledger.output_ranges(scene.acts)
    coins, by = expand(starts, ends - starts), np.repeat(np.arange(len(scene.acts)), ends - starts)
    values = scene.ledger.column("outputs.value")[coins].astype(np.int64)
    enough = -(-grouped_sums(by, values, len(scene.acts)) * LEAST_PERCENT // 100)
    paid = (scene.ledger.column("outputs.address")[coins] != NO_ADDRESS) & (values > 0)
    coins, by, values = coins[paid], by[paid], values[paid]
    large = values >= enough[by]
    found = {
        place: [coin]
        for coin, place in zip(coins[large].tolist(), by[large].tolist(), strict=True)
        if scene.is_fresh(coin)
    }
    # A part is passed on by a later transaction: the last ones first.
    for place, parts in reversed(_divided(scene, coins, by, values, enough)):
        if place in found:
            continue
        kept = [(coin, value) for coin, value, after in parts if after in found and scene.is_fresh(coin)]
        if kept and sum(value for _, value in kept) >= enough[place]:
            found[place] = [coin for coin, _ in kept]
    return dict(sorted(found.items()))


def _divided(
    scene: Scene, coins: Array, by: Array, values: Array, enough: Array
) -> list[tuple[int, list[tuple[int, int, int]]]]:
    """Acts whose own coins that acts spend are enough together, ascending: place, and of each coin itself,
    satoshi and the place of the act that spends it."""
    spenders = scene.ledger.column("spends.spent_by")[coins].astype(np.int64)
    goes_on = contains(scene.acts, spenders)
    goes_on[goes_on] = scene.is_own(coins[goes_on])
    coins, by, values, spenders = (each[goes_on] for each in (coins, by, values, spenders))
    whole = grouped_sums(by, values, len(scene.acts)) >= enough
    kept = whole[by]
    parts: dict[int, list[tuple[int, int, int]]] = {}
    after = np.searchsorted(scene.acts, spenders[kept])
    for place, *part in zip(
        by[kept].tolist(), coins[kept].tolist(), values[kept].tolist(), after.tolist(), strict=True
    ):
        parts.setdefault(place, []).append((part[0], part[1], part[2]))
    return list(parts.items())


def _quick(scene: Scene, passed: dict[int, list[int]], seconds: int) -> tuple[Array, Array]:
    """Places of acts that pass a coin on, and of those that pass it on next, where the two are among three
    in a row within so many seconds."""
    coins = np.array([coin for some in passed.values() for coin in some], np.int64)
    makers = np.repeat(np.array(list(passed), np.int64), [len(some) for some in passed.values()])
    by = scene.ledger.column("spends.spent_by")[coins].astype(np.int64)
    places = np.minimum(np.searchsorted(scene.acts, by), len(scene.acts) - 1)
    goes_on = contains(scene.acts, by) & contains(np.array(list(passed), np.int64), places)
    makers, spenders = makers[goes_on], places[goes_on]
    times = scene.times_of(scene.acts)
    never = np.iinfo(np.int64).max // 2
    latest_before, earliest_after = np.full(len(times), -never), np.full(len(times), never)
    np.maximum.at(latest_before, spenders, times[makers])
    np.minimum.at(earliest_after, makers, times[spenders])
    begins = earliest_after[spenders] - times[makers] <= seconds
    ends = times[spenders] - latest_before[makers] <= seconds
    return makers[begins | ends], spenders[begins | ends]


def _groups(ones: Array, others: Array) -> list[Array]:
    """Places that pairs join, each group ascending; the groups by their first."""
    group: dict[int, list[int]] = {}
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        small, large = sorted((group.get(one, [one]), group.get(other, [other])), key=len)
        if small is not large:
            large.extend(small)
            group.update(dict.fromkeys(large[-len(small) :], large))
            group[one] = group[other] = large
    found = {id(some): some for some in group.values()}
    return sorted(
        (np.array(sorted(some), np.int64) for some in found.values()), key=lambda each: int(each[0])
    )


layering = Pattern(
    "layering in short time",
    2,
    f"{LEAST_STEPS} or more transactions in a row each pass {LEAST_PERCENT} % or more of what they pay on to "
    f"new addresses, and each is one of {LEAST_STEPS} in a row within the hours set",
    (
        "moving to a new wallet in several tries, or a wallet's upkeep of its coins, looks the same",
        "a large coin that pays several small bills in a day passes nearly all of itself on each time",
    ),
    _find,
    {"steps": "transactions", "started with": "satoshi", "seconds": "seconds"},
)

__all__ = ["layering"]
