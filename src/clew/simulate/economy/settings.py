"""A world's figures as the integers that an economy runs on: chances, tables, price and fee paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from clew.kernels.economy_life import BET, BUY, DONATE, MOVE, SELL, SHOP, TRADE
from clew.kernels.economy_state import (
    AS_PAID,
    BIP69,
    CHANGE_FIRST,
    CHANGE_LAST,
    CHANGE_REUSE,
    FACTOR,
    FIXED_FEE,
    KINDS,
    LOCK_BACK,
    LOCK_TIME,
    LOW_R,
    MERGE_AT,
    MODEL_FIELDS,
    ONE,
    ORDERING,
    RECEIVE_REUSE,
    REPLACEABLE,
    SELECTION,
    SHUFFLED,
    SMALLEST_CHANGE,
    TX_VERSION,
    WHOLE_RATE,
)
from clew.simulate.dice import Dice

if TYPE_CHECKING:
    from clew.simulate.worlds.figures import Figure, Quantiles, Shares
    from clew.simulate.worlds.model import Time, WalletModel, World

Ints = npt.NDArray[np.int64]

SELECTIONS = (
    "largest-first", "oldest-first", "oldest-value", "branch-and-bound", "subset-sum", "random", "by-address"
)  # fmt: skip
ORDERS = {"shuffled": SHUFFLED, "bip69": BIP69, "change-last": CHANGE_LAST, "change-first": CHANGE_FIRST}
ACTS = {
    "buy": BUY,
    "sell": SELL,
    "shop": SHOP,
    "trade": TRADE,
    "bet": BET,
    "donate": DONATE,
    "move": MOVE,
}
POINTS = 16
"""Most points of a table of quantiles."""

DAY = 86_400
_PERCENT = (1 << 20) / 100


def chance(figure: Figure | float) -> int:
    """A share as 65536ths."""
    return round(float(figure) * ONE)


def kind(name: str) -> int:
    """The number of a kind of script."""
    return KINDS.index(name)


def table(quantiles: Quantiles, unit: int = 100) -> Ints:
    """A distribution as (POINTS, 2): chance in 2^20ths and value times ``unit`` (dollars become cents)."""
    points = list(quantiles.quantiles.items())[:POINTS]
    rows = np.zeros((POINTS, 2), np.int64)
    for row in range(POINTS):
        percent, value = points[min(row, len(points) - 1)]
        rows[row] = round(percent * _PERCENT), round(value * unit)
    return rows


def draw_from(dice: Dice, rows: Ints) -> int:
    """A value of a distribution made by ``table``."""
    return _at(rows, dice.below(1 << 20))


def weights(shares: Shares | Mapping[str, float]) -> list[tuple[str, int]]:
    """Shares as whole weights, for ``Dice.pick_weighted``."""
    given = shares if isinstance(shares, Mapping) else shares.shares
    return [(name, round(share * 1_000_000)) for name, share in given.items()]


def cumulative(shares: Shares, names: Mapping[str, int]) -> Ints:
    """Chances of each name, added up, in 65536ths; the last is ONE."""
    whole = sum(shares.shares.values())
    sums, total = np.zeros(len(names), np.int64), 0.0
    for name, place in names.items():
        total += shares.shares.get(name, 0.0)
        sums[place] = round(total / whole * ONE)
    return sums


def behaviour(model: WalletModel) -> Ints:
    """A wallet model as a row of numbers."""
    row = np.zeros(MODEL_FIELDS, np.int64)
    row[SELECTION] = SELECTIONS.index(model.selection.value)
    row[ORDERING] = ORDERS[model.order.value]
    for place, figure in (
        (AS_PAID, model.change_as_paid),
        (CHANGE_REUSE, model.change_reuse),
        (RECEIVE_REUSE, model.receive_reuse),
        (LOCK_TIME, model.lock_time),
        (LOCK_BACK, model.lock_back),
        (REPLACEABLE, model.replaceable),
    ):
        row[place] = chance(figure)
    row[TX_VERSION] = model.version.value
    row[FIXED_FEE] = int(model.fixed_fee) if model.fee.value == "fixed" else 0
    row[WHOLE_RATE], row[LOW_R] = model.whole_rate.value, model.low_r.value
    row[SMALLEST_CHANGE], row[MERGE_AT] = int(model.smallest_change), int(model.consolidate_at)
    factors = table(model.fee_factor, 1024)
    for step in range(17):
        row[FACTOR + step] = _at(factors, step << 16)
    return row


def _at(rows: Ints, word: int) -> int:
    """The value of a distribution at a chance in 2^20ths."""
    word = min(word, (1 << 20) - 1)
    at = 0
    while at < POINTS - 2 and word >= rows[at + 1, 0]:
        at += 1
    low, high = int(rows[at, 0]), int(rows[at + 1, 0])
    if high <= low:
        return int(rows[at, 1])
    return int(rows[at, 1]) + int(rows[at + 1, 1] - rows[at, 1]) * (word - low) // (high - low)


@dataclass(frozen=True)
class Calendar:
    """When each block is found, and what holds then.

    ``times``: Unix seconds by height. ``prices``: cents for a coin, by day from ``start``;
    ``won``: won for a dollar, in hundredths, likewise. ``fees``: satoshi per virtual byte, likewise.
    """

    start: date
    times: tuple[int, ...]
    prices: tuple[int, ...]
    won: tuple[int, ...]
    fees: tuple[float, ...]

    def day(self, height: int) -> int:
        """Days since the start at a height."""
        return min((self.times[height] - self.times[0]) // DAY, len(self.prices) - 1)

    def date(self, height: int) -> date:
        """The day of a block, in UTC."""
        return datetime.fromtimestamp(self.times[height], UTC).date()

    def height_at(self, time: int) -> int:
        """The first height whose block is found at or after a time; the last one if there is none."""
        low, high = 0, len(self.times) - 1
        while low < high:
            middle = (low + high) // 2
            if self.times[middle] < time:
                low = middle + 1
            else:
                high = middle
        return low


def calendar(world: World, blocks: int, dice: Dice) -> Calendar:
    """The calendar of ``blocks`` blocks over a world's span.

    Times between blocks are spread as those of a Poisson process are, by a table of its quantiles, so
    that no library's logarithm decides a byte.
    """
    first = int(datetime.combine(world.time.start, datetime.min.time(), UTC).timestamp())
    last = int(datetime.combine(world.time.end, datetime.min.time(), UTC).timestamp())
    gaps = [interval(dice) for _ in range(blocks - 1)]
    whole = sum(gaps)
    times, passed = [first], 0
    for number, gap in enumerate(gaps, 1):
        passed += gap
        times.append(max(first + (last - first) * passed // whole, times[-1] + 1, first + number))
    days = (times[-1] - first) // DAY + 1
    prices, won, fees = [], [], []
    noise = float(world.money.noise)
    for number in range(days):
        day = world.time.start + timedelta(days=number)
        off = 1 + noise * (dice.below(2001) - 1000) / 1000
        prices.append(max(1, round(world.money.price.at(day) * float(world.money.scale) * off * 100)))
        won.append(round(world.money.won.at(day) * 100))
        fees.append(world.fees.level.at(day))
    return Calendar(world.time.start, tuple(times), tuple(prices), tuple(won), tuple(fees))


_EXPONENTIAL = (
    0, 65, 134, 208, 288, 375, 470, 575, 693, 827, 981, 1163, 1386, 1674, 2079, 2773, 5200
)  # fmt: skip
"""Quantiles of the exponential distribution at equal steps, in thousandths of its mean."""


def interval(dice: Dice) -> int:
    """The time until the next event of a Poisson process, in thousandths of the mean."""
    word = dice.below(1 << 20)
    step, rest = word >> 16, word & 65535
    return _EXPONENTIAL[step] + ((_EXPONENTIAL[step + 1] - _EXPONENTIAL[step]) * rest >> 16) + 1


class Clock:
    """How awake each zone is between two blocks: 1 on average over a week."""

    def __init__(self, time: Time) -> None:
        self._zones = [ZoneInfo(each.zone) for each in time.zones]
        hours = [time.hours.shares.get(str(hour), 0.0) for hour in range(24)]
        mean = sum(hours) / 24 * (5 + 2 * float(time.weekend)) / 7
        self._weekday = [each / mean for each in hours]
        self._weekend = [each / mean * float(time.weekend) for each in hours]

    def awake(self, start: int, end: int) -> list[float]:
        """Activity of each zone from ``start`` to ``end`` (Unix seconds), as a multiple of the mean."""
        steps = max(1, min(24 * 7, (end - start) // 3600))
        found = []
        for zone in self._zones:
            total = 0.0
            for step in range(steps):
                moment = datetime.fromtimestamp(start + (end - start) * (2 * step + 1) // (2 * steps), zone)
                total += (self._weekend if moment.weekday() >= 5 else self._weekday)[moment.hour]
            found.append(total / steps)
        return found


def happening(dice: Dice, rate: float) -> int:
    """How often something of this mean rate happens: near a Poisson distribution, by whole numbers."""
    if rate <= 0:
        return 0
    if rate < 4:
        # Knuth's way: draws are multiplied until they fall below e to the minus rate, here by squaring.
        limit = 1 - rate / (1 << 20)
        for _ in range(20):
            limit *= limit
        found, product = -1, 1.0
        while product > limit:
            product *= (dice.below(1 << 30) + 1) / (1 << 30)
            found += 1
        return found
    # The number of ones among 64 bits is near a normal distribution of mean 32 and deviation 4.
    ones = dice.below(1 << 62).bit_count() + dice.below(4).bit_count()
    return max(0, round(rate + _root(rate) * (ones - 32) / 4))


def _root(value: float) -> float:
    """The square root, which IEEE 754 rounds the same everywhere."""
    return float(np.sqrt(value))
