"""Coinjoins whose participants each keep their change: whose inputs and outputs add up."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.coinjoins import Coins, distinct, found, most_equal
from clew.kernels.jit import borrowed, kernel
from clew.kernels.sorting import longest, sort
from clew.schema import NO, PUBKEYHASH, SCRIPTHASH, UNKNOWN, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT, YES


class Search(NamedTuple):
    """Room for the search of one transaction: ``values`` (inputs, falling), ``least`` and ``most`` (what
    each participant brings), int64; ``used`` uint8; ``frames`` int64 (inputs and outputs and 2, FIELDS);
    ``looks`` int64 (1): how many more inputs may be looked at."""

    values: Any
    least: Any
    most: Any
    used: Any
    frames: Any
    looks: Any


FIELDS = TURN, AT, TOTAL, PICKED, CLOSED = range(5)
"""Of a frame: whose inputs are chosen, from which input on, their sum so far, which input was taken last (or
-1), and whether that sum was tried as it is."""


@kernel
def _push(frames: Any, depth: int, turn: int, at: int, total: int) -> None:
    frames[depth, TURN], frames[depth, AT], frames[depth, TOTAL] = turn, at, total
    frames[depth, PICKED], frames[depth, CLOSED] = -1, 0


@kernel
def share_out(room: Search, inputs: int, count: int, steps: int) -> int:
    """Can ``inputs`` be shared out so that each of ``count`` participants brings what it must?

    At least one input must be left over. UNKNOWN after ``steps`` inputs taken, or when ``room.looks`` are
    used up. Frames stand for calls, since Numba cannot keep a recursive function between runs.
    """
    frames = room.frames
    depth, left = 0, inputs
    _push(frames, np.int64(0), np.int64(0), np.int64(0), np.int64(0))
    for i in range(inputs):
        room.used[i] = 0
    while depth >= 0:
        turn, total = frames[depth, TURN], frames[depth, TOTAL]
        if turn == count:
            if left > 0:
                return YES
            depth -= 1
            continue
        if frames[depth, CLOSED] == 0:
            frames[depth, CLOSED] = 1
            if total >= room.least[turn]:
                depth += 1
                _push(frames, depth, turn + 1, np.int64(0), np.int64(0))
                continue
        if frames[depth, PICKED] >= 0:
            room.used[frames[depth, PICKED]] = 0
            frames[depth, PICKED] = -1
            left += 1
        i = frames[depth, AT]
        while i < inputs:
            room.looks[0] -= 1
            if room.looks[0] < 0:
                return UNKNOWN
            if room.used[i] == 0 and total + room.values[i] <= room.most[turn]:
                break
            i += 1
        if i == inputs:
            depth -= 1
            continue
        steps -= 1
        if steps < 0:
            return UNKNOWN
        room.used[i] = 1
        left -= 1
        frames[depth, AT], frames[depth, PICKED] = i + 1, i
        depth += 1
        _push(frames, depth, turn, i + 1, total + room.values[i])
    return NO


@kernel
def room_for(coins: Coins) -> Search:
    """Room for the largest of some transactions."""
    inputs, outputs = longest(coins.first_input), longest(coins.first_output)
    return Search(
        np.empty(inputs, np.int64),
        np.empty(outputs, np.int64),
        np.empty(outputs, np.int64),
        np.empty(inputs, np.uint8),
        np.empty((inputs + outputs + 2, 5), np.int64),
        np.zeros(1, np.int64),
    )


@kernel
def _inputs(coins: Coins, row: int, room: Search, ints: Any) -> int:
    """Put what a transaction spends into ``room``, falling; returns how many there are."""
    begin, end = coins.first_input[row], coins.first_input[row + 1]
    count: int = end - begin
    for i in range(count):
        ints[i] = coins.spent_value[begin + i]
    sort(ints, count)
    for i in range(count):
        room.values[i] = ints[count - 1 - i]
    return count


@kernel
def _change(coins: Coins, row: int, value: int, ints: Any) -> int:
    """Put the outputs that are not worth ``value`` into ``ints``, ascending; returns how many there are."""
    count = 0
    for i in range(coins.first_output[row], coins.first_output[row + 1]):
        if coins.value[i] != value:
            ints[count] = coins.value[i]
            count += 1
    sort(ints, count)
    return count


@kernel
def _fee(coins: Coins, row: int) -> int:
    fee = np.int64(0)
    for i in range(coins.first_input[row], coins.first_input[row + 1]):
        fee += coins.spent_value[i]
    for i in range(coins.first_output[row], coins.first_output[row + 1]):
        fee -= coins.value[i]
    return fee


@kernel
def _meets(coins: Coins, row: int, ints: Any) -> bool:
    """Whether an address stands on both sides."""
    begin, end = coins.first_input[row], coins.first_input[row + 1]
    for i in range(begin, end):
        ints[i - begin] = coins.spent_address[i]
    sort(ints, end - begin)
    for i in range(coins.first_output[row], coins.first_output[row + 1]):
        if found(ints, end - begin, np.int64(coins.address[i])):
            return True
    return False


@kernel
def _one_type(coins: Coins, row: int, whatever: bool) -> bool:
    """Whether all inputs have single-key scripts, and of one type unless ``whatever``."""
    begin, end = coins.first_input[row], coins.first_input[row + 1]
    for i in range(begin, end):
        kind = coins.spent_type[i]
        if (
            kind != PUBKEYHASH
            and kind != SCRIPTHASH
            and kind != WITNESS_V0_KEYHASH
            and kind != WITNESS_V1_TAPROOT
        ):
            return False
        if kind != coins.spent_type[begin] and not whatever:
            return False
    return True


@kernel
def joinmarket(coins: Coins, limits: Any, answers: Any) -> None:
    """Is each transaction a round of JoinMarket? ``limits``: as the rule's file gives them."""
    coins = borrowed(coins)
    room = room_for(coins)
    ints = np.empty(max(len(room.values), len(room.least)), np.int64)
    for row in range(len(answers)):
        answers[row] = NO
        begin, end = coins.first_input[row], coins.first_input[row + 1]
        first, last = coins.first_output[row], coins.first_output[row + 1]
        value, count = most_equal(coins, row, ints)
        others = last - first - count
        if count < 2 or (others != count and others != count - 1):
            continue
        if distinct(coins.spent_address, begin, end, ints) < count:
            continue
        if distinct(coins.address, first, last, ints) < last - first or _meets(coins, row, ints):
            continue
        if not _one_type(coins, row, count > 2):
            continue
        loss = np.int64(-1) if count == 2 else min(_fee(coins, row), limits[3])
        gain = max(limits[1] if count == 2 else limits[0], value // limits[2])
        inputs = _inputs(coins, row, room, ints)
        _change(coins, row, value, ints)
        answer = np.int64(NO)
        room.looks[0] = limits[5]
        for out in range(count if others == count else 1):
            makers = 0
            for i in range(others):
                if others == count and i == out:
                    continue
                room.least[makers] = ints[i] + value - gain
                room.most[makers] = ints[i] + value + loss
                makers += 1
            if answer != YES:
                answer = max(answer, share_out(room, inputs, makers, limits[4]))
        answers[row] = min(answer, UNKNOWN) if last - first == 3 else answer


@kernel
def stonewall(coins: Coins, limits: Any, answers: Any) -> None:
    """Is each transaction a payment in the shape of a coinjoin of two? ``limits``: the most steps, looks."""
    coins = borrowed(coins)
    room = room_for(coins)
    ints = np.empty(max(len(room.values), len(room.least)), np.int64)
    for row in range(len(answers)):
        answers[row] = NO
        first, last = coins.first_output[row], coins.first_output[row + 1]
        value, count = most_equal(coins, row, ints)
        if count != 2 or last - first != 4:
            continue
        if distinct(coins.spent_address, coins.first_input[row], coins.first_input[row + 1], ints) < 2:
            continue
        if distinct(coins.address, first, last, ints) < 4 or _meets(coins, row, ints):
            continue
        inputs = _inputs(coins, row, room, ints)
        _change(coins, row, value, ints)
        room.least[0] = value + ints[0]
        room.most[0] = room.least[0] + _fee(coins, row)
        room.looks[0] = limits[1]
        answers[row] = share_out(room, inputs, np.int64(1), limits[0])
