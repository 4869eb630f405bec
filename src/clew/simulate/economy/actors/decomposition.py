"""How a WabiSabi wallet splits what it has into standard denominations.

After what the wallet's code does (WalletWasabi/WalletWasabi, ``WabiSabi/Client/CoinJoin/Client/Decomposer``:
``DenominationBuilder.cs``, ``AmountDecomposer.cs``): denominations are powers of two, powers of three and
their doubles, and 1, 2 and 5 times powers of ten; only those count that occur twice or more when
everybody's inputs are broken down greedily; neighbours that lie close together are dropped; a wallet tries
random ways to split its sum, into at most ten outputs, and prefers those that leave no change.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache

from clew.simulate.dice import Dice

LEAST, MOST = 5_000, 134_375_000_000
"""Satoshi of the smallest and largest output that rounds allow."""

MOST_OUTPUTS = 10
_TRIES = 10


@cache
def denominations() -> tuple[int, ...]:
    """The standard denominations in satoshi, largest first."""
    found = {times * base**power for base, times, power in _series()}
    return tuple(sorted((each for each in found if LEAST <= each <= MOST), reverse=True))


def _series() -> list[tuple[int, int, int]]:
    return [
        (base, times, power)
        for base, factors in ((2, (1,)), (3, (1, 2)), (10, (1, 2, 5)))
        for times in factors
        for power in range(40)
    ]


def frequent(effective: Sequence[int], output_fee: int) -> list[int]:
    """The denominations of a round, largest first, from what everybody's inputs are worth after fees."""
    if len(effective) < 2:
        return []
    second = sorted(effective)[-2]
    usable = [each for each in denominations() if each + output_fee <= second]
    times: dict[int, int] = {}
    for value in effective:
        for each in usable:
            if value < LEAST + output_fee:
                break
            while each + output_fee <= value:
                times[each] = times.get(each, 0) + 1
                value -= each + output_fee
    found = [each for each in usable if times.get(each, 0) > 1]
    kept: list[int] = []
    for number, each in enumerate(found):
        # From one and a half at the top down to one: neighbours must lie so many times apart.
        apart = 2 * len(found) + len(found) - number
        if not kept or each * apart <= kept[-1] * 2 * len(found):
            kept.append(each)
    return kept


def decompose(total: int, chosen: Sequence[int], output_fee: int, dice: Dice) -> tuple[list[int], int]:
    """Split ``total`` satoshi, of which each output costs ``output_fee``; returns outputs and change.

    ``chosen``: the round's denominations, largest first. Change of 0: there is none, and what is left
    goes to the miner.
    """
    costs = [each + output_fee for each in reversed(chosen)]
    best: list[tuple[int, list[int]]] = []
    for _ in range(_TRIES):
        outputs, left = _try(total, costs, dice)
        change = left - output_fee if left >= LEAST + output_fee else 0
        best.append((change, outputs))
    least = min(change for change, _ in best)
    if least == 0:
        # Each output costs now and when it is spent: about the cheapest ways are as good as another.
        best = [each for each in best if each[0] == 0]
        few = min(len(outputs) for _, outputs in best)
        best = [each for each in best if 5 * len(each[1]) <= 6 * few]
    limit = max(least + least // 5, total // 10, 100_000)
    change, outputs = dice.pick([each for each in best if each[0] <= limit])
    return [each - output_fee for each in outputs], change


def _try(total: int, costs: Sequence[int], dice: Dice) -> tuple[list[int], int]:
    """A random way to split ``total``: what outputs cost, with their fees, and what is left."""
    outputs: list[int] = []
    while len(outputs) < MOST_OUTPUTS - 1:
        end = bisect_right(costs, total)
        if end == 0:
            break
        # Of those that are a third of what is left or more, else the largest that fits.
        start = min(bisect_left(costs, -(-total // 3)), end - 1)
        outputs.append(costs[start + dice.below(end - start)])
        total -= outputs[-1]
    return outputs, total
