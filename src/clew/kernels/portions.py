"""Satoshi shared out among parts: exactly, with sums kept, and ties to the lower index."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import kernel
from clew.kernels.sorting import sort
from clew.schema import HAIRCUT, JUNIORITY, POISON, TIHO

_EXACT = np.int64(1 << 51)
"""Below this, a product divided in floating point is off by a few units at most."""

_FEW = 24
"""Up to so many parts, looking for the largest takes less than sorting."""


@kernel
def part_of(amount: int, value: int, whole: int, ratio: float) -> Any:
    """``amount * value // whole`` and the remainder, exactly; ``0 <= amount <= whole < 2^62``, ``value`` too,
    and ``ratio`` is ``amount / whole`` in floating point.

    The product may pass 2^63, so the quotient is guessed and set right by the remainder, which is small
    enough for 64 bits that wrap; above 2^51 it is divided bit by bit.
    """
    if whole < _EXACT and value < _EXACT:
        quotient = np.int64(ratio * np.float64(value))
        # Plain Python's numbers do not wrap, and need not.
        rest = np.int64(int(amount) * int(value) - int(quotient) * int(whole))
        while rest < 0:
            rest += whole
            quotient -= 1
        while rest >= whole:
            rest -= whole
            quotient += 1
        return quotient, rest
    quotient, rest = np.int64(0), np.int64(0)
    for bit in range(62, -1, -1):
        quotient += quotient
        # Twice the rest may need one bit more than there is.
        if rest >= whole - rest:
            rest -= whole - rest
            quotient += 1
        else:
            rest += rest
        if (value >> bit) & 1:
            if rest >= whole - amount:
                rest -= whole - amount
                quotient += 1
            else:
                rest += amount
    return quotient, rest


@kernel
def in_proportion(amount: int, values: Any, count: int, whole: int, shares: Any, rests: Any) -> None:
    """Share ``amount`` among ``count`` parts by ``values`` (int64, satoshi), which sum to ``whole``.

    Each gets its proportion rounded down; what is left goes one each to the largest remainders, of equal ones
    to the lower index. ``shares`` (int64) is written, ``rests`` (int64, twice as long) is room.
    """
    left, ratio = amount, np.float64(amount) / np.float64(whole)
    for part in range(count):
        shares[part], rests[part] = part_of(amount, values[part], whole, ratio)
        left -= shares[part]
    if left == 0:
        return
    if count <= _FEW:
        for _ in range(left):
            largest = 0
            for part in range(1, count):
                if rests[part] > rests[largest]:
                    largest = part
            shares[largest] += 1
            rests[largest] = -1
        return
    ordered = rests[count : 2 * count]
    for part in range(count):
        ordered[part] = rests[part]
    sort(ordered, count)
    edge = ordered[count - left]
    for part in range(count):
        if rests[part] > edge:
            shares[part] += 1
            left -= 1
    for part in range(count):
        if left > 0 and rests[part] == edge:
            shares[part] += 1
            left -= 1


@kernel
def _largest_first(values: Any, count: int, order: Any) -> None:
    """The parts from the largest value to the smallest, of equal ones the lower index first, in ``order``."""
    for part in range(count):
        order[part] = part
    gap = np.int64(1)
    while 3 * gap + 1 < count:
        gap = 3 * gap + 1
    # Sorting by gaps that shrink; no two parts are equal, since the index decides.
    while gap > 0:
        for first in range(gap, count):
            part, at = order[first], first
            while at >= gap:
                other = order[at - gap]
                if values[other] > values[part] or (values[other] == values[part] and other < part):
                    break
                order[at] = other
                at -= gap
            order[at] = part
        gap //= 3


@kernel
def share_out(
    policy: int, amount: int, values: Any, order: Any, count: int, whole: int, shares: Any, room: Any
) -> None:
    """Share the taint ``amount`` of parts in among ``count`` parts out, by a policy that needs no segments.

    ``values`` and ``shares`` int64 by part; ``whole`` their sum; ``order`` int64: the parts in the order
    in which they are filled under SENIORITY (JUNIORITY: from its end); written under TIHO. Under POISON each
    share is 1, which only says that the part is tainted. ``room`` int64, twice as long.
    """
    if policy == POISON:
        for part in range(count):
            shares[part] = 1
        return
    if policy == HAIRCUT:
        in_proportion(amount, values, count, whole, shares, room)
        return
    if policy == TIHO:
        _largest_first(values, count, order)
    left = amount
    for at in range(count):
        part = order[count - 1 - at] if policy == JUNIORITY else order[at]
        shares[part] = min(left, values[part])
        left -= shares[part]
