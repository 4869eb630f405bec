"""From which source each coin's taint came, under policies that find amounts without regard to sources."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, kernel
from clew.kernels.portions import in_proportion
from clew.kernels.sorting import sort


class Steps(NamedTuple):
    """Steps in the order taken: ``coin_in`` (int64: which coins go in, rows from 0 on) from ``first_in`` on
    (int64, one more), ``first_out`` (int64, one more: the coins that each tainted, in order), ``taint``
    (int64, satoshi, by coin) and ``fee`` (int64, satoshi, by step)."""

    coin_in: Any
    first_in: Any
    first_out: Any
    taint: Any
    fee: Any


class Shares(NamedTuple):
    """What each coin has of each source: ``start`` (int64, by coin, then by step for its fee) and ``count``
    (int32) of rows in ``owner`` (int32: the source) and ``amount`` (int64, satoshi), by source. ``room``
    int64, five rows."""

    start: Any
    count: Any
    owner: Any
    amount: Any
    room: Any


@kernel
def _gather(steps: Steps, shares: Shares, step: int) -> int:
    """The sources of a step's coins in and what they sum to, in rows 0 and 1 of the room; how many."""
    room, found = shares.room, np.int64(0)
    for at in range(steps.first_in[step], steps.first_in[step + 1]):
        coin = steps.coin_in[at]
        for row in range(shares.start[coin], shares.start[coin] + shares.count[coin]):
            room[2, found] = shares.owner[row]
            found += 1
    sort(room[2], found)
    count = np.int64(0)
    for at in range(found):
        if count == 0 or room[0, count - 1] != room[2, at]:
            room[0, count] = room[2, at]
            room[1, count] = 0
            count += 1
    for at in range(steps.first_in[step], steps.first_in[step + 1]):
        coin = steps.coin_in[at]
        place = np.int64(0)
        for row in range(shares.start[coin], shares.start[coin] + shares.count[coin]):
            while room[0, place] != shares.owner[row]:
                place += 1
            room[1, place] += shares.amount[row]
    return count


@kernel
def _give(shares: Shares, row: int, taint: int, left: int, count: int, used: int) -> int:
    """Share a part's taint among what the sources have left; returns the rows used then."""
    room = shares.room
    shares.start[row] = used
    if taint:
        in_proportion(taint, room[1], count, left, room[2], room[3])
        for source in range(count):
            if room[2, source]:
                shares.owner[used] = room[0, source]
                shares.amount[used] = room[2, source]
                room[1, source] -= room[2, source]
                used += 1
    shares.count[row] = used - shares.start[row]
    return used


@kernel
def share(steps: Steps, shares: Shares, first: int, used: int) -> Any:
    """Share the taint of all parts from step ``first`` on, ``used`` rows being filled.

    Returns the step at which room ran out (or how many there are), the rows used, and how many more this
    step needs; 0: it is the width of ``room`` that is short.
    """
    steps, shares = borrowed(steps), borrowed(shares)
    coins = len(steps.taint)
    for step in range(first, len(steps.fee)):
        inside = np.int64(0)
        for at in range(steps.first_in[step], steps.first_in[step + 1]):
            inside += shares.count[steps.coin_in[at]]
        if 2 * inside > shares.room.shape[1]:
            return step, used, np.int64(0)
        count = _gather(steps, shares, step)
        outs = steps.first_out[step + 1] - steps.first_out[step]
        if used + count * (outs + 1) > len(shares.owner):
            return step, used, count * (outs + 1)
        left = np.int64(0)
        for source in range(count):
            left += shares.room[1, source]
        for coin in range(steps.first_out[step], steps.first_out[step + 1]):
            used = _give(shares, coin, steps.taint[coin], left, count, used)
            left -= steps.taint[coin]
        used = _give(shares, coins + step, steps.fee[step], left, count, used)
    return len(steps.fee), used, np.int64(0)
