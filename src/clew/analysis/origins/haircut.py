"""Haircut, backward: what a transaction made is made of what it spent, in proportion; exact in satoshi."""

from __future__ import annotations

import numpy as np

from clew.ledger.columns import Array


def shares(values: Array, groups: Array, parts: Array) -> Array:
    """How ``values`` (satoshi, int64) are shared among the coins that their transactions spend.

    ``parts``: satoshi of the coins spent, by value in order; ``groups``: which value each of them is a part
    of, ascending. A share is the value times the part over the sum of the parts, rounded down; what is left
    goes one satoshi each to the largest remainders, of equal ones to the first. Shares of a value sum to it.
    A transaction that spends nothing of worth gives its value to the first coin.
    """
    count = len(values)
    whole = np.zeros(count, np.int64)
    np.add.at(whole, groups, parts)
    first = np.searchsorted(groups, np.arange(count))
    weights = parts.astype(np.int64).copy()
    empty = np.flatnonzero(whole == 0)
    weights[first[empty]], whole[empty] = 1, 1
    found, rests = _divided(values[groups], weights, whole[groups])
    left = values.astype(np.int64).copy()
    np.subtract.at(left, groups, found)
    order = np.lexsort((-rests, groups))
    rank = np.arange(len(groups)) - first[groups[order]]
    found[order[rank < left[groups[order]]]] += 1
    return found


def _divided(value: Array, part: Array, whole: Array) -> tuple[Array, Array]:
    """Quotient and remainder of value times part by whole, each below 2^51, part no more than whole.

    The product may pass 2^63. A quotient in floating point is off by a few at most, so the remainder that
    is left of it is small, and right though product and subtraction wrap around.
    """
    guess = (value.astype(np.float64) * part.astype(np.float64) / whole.astype(np.float64)).astype(np.int64)
    with np.errstate(over="ignore"):
        rest = value * part - guess * whole
    off = rest // whole
    found: Array = guess + off
    return found, rest - off * whole


__all__ = ["shares"]
