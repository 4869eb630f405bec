"""Coinjoins: several owners put coins into one transaction and take out outputs that look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, chain
from typing import NamedTuple

from clew.simulate.chain import Coin
from clew.simulate.scenarios.amount import Amount, satoshi
from clew.simulate.scenarios.story import FEE, Pay, Story


class Share(NamedTuple):
    """What one participant puts in and takes out; what is left over is change.

    ``takes`` are amounts, each to a fresh address, or payments to somebody else. ``fee`` is below
    zero for who is paid for taking part.
    """

    coins: Sequence[Coin]
    takes: Sequence[Amount | Pay]
    fee: int = FEE


def coinjoin(
    story: Story, shares: Sequence[Share], *, extra: Sequence[Pay] = (), descending: bool = False
) -> list[list[Coin]]:
    """One round; returns what each participant took out, change not included.

    ``extra`` are further outputs, such as the coordinator's fee. Inputs and outputs are shuffled, or
    sorted by value with the largest first.
    """
    parts = [_outputs(story, share) for share in shares]
    pays = [*chain.from_iterable(parts), *extra]
    coins = story.dice.shuffled([coin for share in shares for coin in share.coins])
    order = story.dice.shuffled(range(len(pays)))
    if descending:
        coins.sort(key=lambda coin: -coin.value)
        order.sort(key=lambda number: -satoshi(pays[number].amount))
    made = dict(zip(order, story.join(coins, [pays[number] for number in order]), strict=True))
    starts = accumulate((len(part) for part in parts), initial=0)
    return [
        [made[start + number] for number in range(len(share.takes))]
        for start, share in zip(starts, shares, strict=False)
    ]


def _outputs(story: Story, share: Share) -> list[Pay]:
    """The outputs of one participant; change, if there is any, is the last."""
    owner = story.place_of(share.coins[0]).owner
    made = [
        replace(each, source=owner.actor)
        if isinstance(each, Pay)
        else Pay(owner.fresh("coinjoin"), each, "coinjoin", source=owner.actor)
        for each in share.takes
    ]
    left = sum(coin.value for coin in share.coins) - sum(satoshi(each.amount) for each in made) - share.fee
    if left:
        made.append(Pay(owner.fresh("change"), left, "change", source=owner.actor))
    return made


WABISABI_LEAST = 5_000
"""Satoshi: the smallest output of Wasabi 2."""


def _denominations(most: int) -> list[int]:
    found = {
        base * power**n
        for base, power in ((1, 2), (1, 3), (2, 3), (1, 10), (2, 10), (5, 10))
        for n in range(40)
    }
    return sorted((each for each in found if WABISABI_LEAST <= each <= most), reverse=True)


WABISABI_AMOUNTS: tuple[int, ...] = tuple(_denominations(137_438_953_472))
"""Amounts of outputs in Wasabi 2, the largest first: 2^n, 3^n, 2*3^n, 10^n, 2*10^n and 5*10^n satoshi."""


def wabisabi_takes(value: int, most: int = 8) -> list[int]:
    """``value`` satoshi as at most so many standard amounts, the largest that fit first."""
    takes: list[int] = []
    for each in WABISABI_AMOUNTS:
        while each <= value and len(takes) < most:
            takes.append(each)
            value -= each
    return takes
