"""Coinjoins by the shape that their protocols give them, over whole ranges at once.

Answers are int8: NO, UNKNOWN and YES of the schema. Each kernel has the plain form of its rule beside it,
in ``clew.heuristics.coinjoin``, where the numbers are explained.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, kernel
from clew.kernels.sorting import longest, sort
from clew.schema import (
    NO,
    NO_ADDRESS,
    NULLDATA,
    UNKNOWN,
    WITNESS_V0_KEYHASH,
    WITNESS_V1_TAPROOT,
    YES,
)

DUST_LIMIT = 2_730
"""Satoshi: equal outputs up to this are no sign of a coinjoin."""


class Coins(NamedTuple):
    """What transactions spend and make: ``first_input``, ``first_output`` int64 (rows + 1), counted from 0;
    by input ``spent_address`` uint32, ``spent_type`` uint8, ``spent_value`` int64; by output ``value``
    int64, ``script_type`` uint8, ``address`` uint32."""

    first_input: Any
    first_output: Any
    spent_address: Any
    spent_type: Any
    spent_value: Any
    value: Any
    script_type: Any
    address: Any


def coins_of(transactions: Any) -> Coins:
    """What a range of transactions spends and makes."""
    return Coins(*(getattr(transactions, name) for name in Coins._fields))


@kernel
def repeats(first_input: Any, first_output: Any, value: Any, marks: Any) -> None:
    """Mark (uint8) transactions with two inputs or more and two equal outputs above the dust limit."""
    first_input, first_output, value = borrowed(first_input), borrowed(first_output), borrowed(value)
    room = np.empty(longest(first_output), np.int64)
    for row in range(len(marks)):
        marks[row] = 0
        first, last = first_output[row], first_output[row + 1]
        if first_input[row + 1] - first_input[row] < 2 or last - first < 2:
            continue
        if last - first <= 12:
            for i in range(first, last):
                for j in range(i + 1, last):
                    if value[i] == value[j] and value[i] > DUST_LIMIT:
                        marks[row] = 1
            continue
        for i in range(first, last):
            room[i - first] = value[i]
        sort(room, last - first)
        for i in range(1, last - first):
            if room[i] == room[i - 1] and room[i] > DUST_LIMIT:
                marks[row] = 1


@kernel
def stores(first_output: Any, script_type: Any, marks: Any) -> None:
    """Mark (uint8) transactions with three outputs or more, one of which is OP_RETURN."""
    first_output, script_type = borrowed(first_output), borrowed(script_type)
    for row in range(len(marks)):
        first, last = first_output[row], first_output[row + 1]
        count = 0
        if last - first >= 3:
            for i in range(first, last):
                count += script_type[i] == NULLDATA
        marks[row] = count == 1


@kernel
def distinct(column: Any, first: int, last: int, room: Any) -> int:
    """How many different addresses stand in rows of ``column``; 0 where one is NO_ADDRESS."""
    for i in range(first, last):
        if column[i] == NO_ADDRESS:
            return 0
        room[i - first] = column[i]
    sort(room, last - first)
    count = 1
    for i in range(1, last - first):
        count += room[i] != room[i - 1]
    return count


@kernel
def found(room: Any, count: int, wanted: int) -> bool:
    """Whether a number is among the first ``count`` (int64, ascending) of ``room``."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if room[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low < count and room[low] == wanted


@kernel
def most_equal(coins: Coins, row: int, room: Any) -> tuple[int, int]:
    """The most frequent value above the dust limit, the greatest of several; and how often it is there."""
    count = 0
    for i in range(coins.first_output[row], coins.first_output[row + 1]):
        if coins.value[i] > DUST_LIMIT:
            room[count] = coins.value[i]
            count += 1
    sort(room, count)
    value, most, run = 0, 0, 0
    for i in range(count):
        run = run + 1 if i and room[i] == room[i - 1] else 1
        if run >= most:
            value, most = room[i], run
    return value, most


@kernel
def all_of(types: Any, first: int, last: int, one: int, other: int) -> bool:
    """Whether rows of ``types`` are all of one of two script types."""
    for i in range(first, last):
        if types[i] != one and types[i] != other:
            return False
    return True


@kernel
def singles(coins: Coins, row: int, room: Any) -> int:
    """How many outputs have a value that no other one has."""
    first, last = coins.first_output[row], coins.first_output[row + 1]
    for i in range(first, last):
        room[i - first] = coins.value[i]
    count = last - first
    sort(room, count)
    many = 0
    for i in range(count):
        alone = (i == 0 or room[i - 1] != room[i]) and (i + 1 == count or room[i + 1] != room[i])
        many += alone
    return many


@kernel
def count_of(coins: Coins, row: int, value: int) -> int:
    """How many outputs are worth ``value``."""
    many = 0
    for i in range(coins.first_output[row], coins.first_output[row + 1]):
        many += coins.value[i] == value
    return many


@kernel
def wasabi(coins: Coins, is_coordinator: Any, limits: Any, answers: Any, levels: Any) -> None:
    """Is each transaction a round of Wasabi 1, and (``levels``) one with levels?

    ``is_coordinator``: uint8, by output; ``limits``: as ``clew.heuristics.coinjoin.rounds`` gives them.
    """
    coins, is_coordinator = borrowed(coins), borrowed(is_coordinator)
    room = np.empty(max(longest(coins.first_input), longest(coins.first_output)), np.int64)
    native = WITNESS_V0_KEYHASH
    for row in range(len(answers)):
        answers[row], levels[row] = NO, NO
        begin, end = coins.first_input[row], coins.first_input[row + 1]
        first, last = coins.first_output[row], coins.first_output[row + 1]
        if not all_of(coins.spent_type, begin, end, native, native):
            continue
        known = False
        for i in range(first, last):
            known |= is_coordinator[i] != 0
        value, count = most_equal(coins, row, room)
        if count < (limits[1] if known else limits[0]):
            continue
        if not known and (
            not limits[2] <= value < limits[3] or not all_of(coins.script_type, first, last, native, native)
        ):
            continue
        if distinct(coins.spent_address, begin, end, room) < count:
            continue
        alone = singles(coins, row, room)
        if alone < 1 or (alone == 1 and not _is_bare(coins, row, value, count)):
            continue
        answers[row] = YES
        for i in range(first, last):
            if limits[4] <= coins.value[i] < limits[5] and count_of(coins, row, coins.value[i]) >= 2:
                levels[row] = YES


@kernel
def _is_bare(coins: Coins, row: int, value: int, count: int) -> bool:
    """Whether as many inputs as equal outputs each cover theirs, with one other output."""
    begin, end = coins.first_input[row], coins.first_input[row + 1]
    if end - begin != count or coins.first_output[row + 1] - coins.first_output[row] != count + 1:
        return False
    for i in range(begin, end):
        if coins.spent_value[i] < value:
            return False
    return True


@kernel
def wabisabi(coins: Coins, standard: Any, limits: Any, answers: Any) -> None:
    """Is each transaction a round of WabiSabi? ``standard``: its amounts (int64, ascending);
    ``limits``: the fewest inputs and payers."""
    coins, standard = borrowed(coins), borrowed(standard)
    room = np.empty(longest(coins.first_input), np.int64)
    for row in range(len(answers)):
        answers[row] = NO
        begin, end = coins.first_input[row], coins.first_input[row + 1]
        first, last = coins.first_output[row], coins.first_output[row + 1]
        if end - begin < limits[0]:
            continue
        if not all_of(coins.spent_type, begin, end, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT):
            continue
        if not _descends(coins.spent_value, begin, end) or not _descends(coins.value, first, last):
            continue
        known = 0
        for i in range(first, last):
            known += found(standard, len(standard), coins.value[i])
        if 5 * known > 4 * (last - first):
            answers[row] = YES if distinct(coins.spent_address, begin, end, room) >= limits[1] else NO


@kernel
def _descends(values: Any, first: int, last: int) -> bool:
    for i in range(first + 1, last):
        if values[i] > values[i - 1]:
            return False
    return True


@kernel
def whirlpool(coins: Coins, pools: Any, limits: Any, answers: Any) -> None:
    """Is each transaction a round of Whirlpool? ``pools``: amounts, int64; ``limits``: the most above a
    pool's amount, the fewest and the most outputs."""
    coins, pools = borrowed(coins), borrowed(pools)
    room = np.empty(max(longest(coins.first_input), longest(coins.first_output)), np.int64)
    native = WITNESS_V0_KEYHASH
    for row in range(len(answers)):
        answers[row] = NO
        begin, end = coins.first_input[row], coins.first_input[row + 1]
        first, last = coins.first_output[row], coins.first_output[row + 1]
        count = last - first
        if end - begin != count or not limits[1] <= count <= limits[2]:
            continue
        pool = coins.value[first]
        if not found(pools, len(pools), pool) or count_of(coins, row, pool) != count:
            continue
        if not all_of(coins.spent_type, begin, end, native, native):
            continue
        if not all_of(coins.script_type, first, last, native, native):
            continue
        newcomers, near = 0, True
        for i in range(begin, end):
            above = coins.spent_value[i] - pool
            near &= 0 <= above <= limits[0]
            newcomers += above > 0
        if not near or newcomers == 0:
            continue
        if distinct(coins.spent_address, begin, end, room) < count:
            continue
        if distinct(coins.address, first, last, room) == count:
            answers[row] = YES


@kernel
def tx0(coins: Coins, spent_in: Any, pools: Any, limits: Any, answers: Any) -> None:
    """Does each transaction, one of whose outputs is OP_RETURN, prepare for Whirlpool?

    ``spent_in``: int8, by output, whether a round of Whirlpool spends it; ``pools``: amounts, int64;
    ``limits``: the most above a pool's amount, the shares of it that a fee is at most and at least, the
    most others.
    """
    coins, spent_in, pools = borrowed(coins), borrowed(spent_in), borrowed(pools)
    for row in range(len(answers)):
        answers[row] = NO
        if coins.spent_address[coins.first_input[row]] == NO_ADDRESS:
            continue
        for i in range(coins.first_output[row], coins.first_output[row + 1]):
            if coins.script_type[i] != WITNESS_V0_KEYHASH:
                continue
            for pool in pools:
                if pool < coins.value[i] <= pool + limits[0]:
                    said = _premix(coins, row, i, pool, limits)
                    answers[row] = max(answers[row], spent_in[i] if said == UNKNOWN else said)


@kernel
def _premix(coins: Coins, row: int, at: int, pool: int, limits: Any) -> int:
    """The same, if output ``at`` is one that is to be mixed; UNKNOWN where it alone is."""
    first, last = coins.first_output[row], coins.first_output[row + 1]
    same, small = 0, 0
    for i in range(first, last):
        if coins.script_type[i] == NULLDATA:
            if coins.value[i] != 0:
                return NO
        elif coins.value[i] == coins.value[at] and coins.script_type[i] == WITNESS_V0_KEYHASH:
            same += 1
        elif limits[1] * coins.value[i] <= pool <= limits[2] * coins.value[i]:
            small += 1
    if small < 1 or last - first - 2 - same > limits[3]:
        return NO
    return YES if same >= 2 else UNKNOWN


@kernel
def payjoin(coins: Coins, answers: Any) -> None:
    """Does each transaction of two outputs have an input that it does not need?"""
    coins = borrowed(coins)
    room = np.empty(max(longest(coins.first_input), longest(coins.first_output)), np.int64)
    for row in range(len(answers)):
        answers[row] = NO
        begin, end = coins.first_input[row], coins.first_input[row + 1]
        first, last = coins.first_output[row], coins.first_output[row + 1]
        total, least = np.int64(0), coins.spent_value[begin]
        for i in range(begin, end):
            total += coins.spent_value[i]
            least = min(least, coins.spent_value[i])
        fee = total - coins.value[first] - coins.value[first + 1]
        if total - least < max(coins.value[first], coins.value[first + 1]) + fee:
            continue
        kind = coins.spent_type[begin]
        if not all_of(coins.spent_type, begin, end, kind, kind):
            continue
        if distinct(coins.address, first, last, room) == 2:
            answers[row] = UNKNOWN if distinct(coins.spent_address, begin, end, room) >= 2 else NO


@kernel
def lookalikes(coins: Coins, payouts: Any, sweeps: Any) -> None:
    """Does each transaction with equal outputs look like a payout in a batch, or like a sweep?"""
    coins = borrowed(coins)
    room = np.empty(max(longest(coins.first_input), longest(coins.first_output)), np.int64)
    for row in range(len(payouts)):
        payouts[row], sweeps[row] = NO, NO
        _, count = most_equal(coins, row, room)
        payers = distinct(coins.spent_address, coins.first_input[row], coins.first_input[row + 1], room)
        others = coins.first_output[row + 1] - coins.first_output[row] - count
        if payers == 0:
            continue
        if payers < count:
            payouts[row] = YES
        elif others == 1 or (others == 0 and payers >= 2 * count):
            answer = UNKNOWN if count == 2 else YES
            if payers >= 2 * count:
                sweeps[row] = answer
            else:
                payouts[row] = answer
