"""Which coins a wallet spends: the ways in which wallet software chooses them.

Each choice fills ``chosen`` from ``candidate`` and says how many; a coin's *effective* value is what
it is worth after the fee for its own input. Definitions: Erhardt, *An Evaluation of Coin Selection
Strategies* (2016), and what the wallets' documentation says of them.
"""

from __future__ import annotations

import numpy as np

from clew.kernels.economy_state import (
    A_KIND,
    ADDRESS,
    ANY_COIN,
    BRANCH_AND_BOUND,
    BY_ADDRESS,
    CHANGE,
    FIRST,
    HEIGHT,
    INPUT_WEIGHT,
    LARGEST,
    NEXT,
    NONE,
    OLDEST,
    OLDEST_VALUE,
    PURPOSE,
    SUBSET_SUM,
    T_HEIGHT,
    TX,
    VALUE,
    Economy,
    below,
)
from clew.kernels.jit import folded, kernel

MOST_CANDIDATES = 400
"""Coins that a wallet looks at, oldest first; nobody but custodians has more."""

BNB_TRIES = 2_000
SUBSET_TRIES = 24

C_COIN, C_WORTH, C_MARK = range(3)


@folded
def gather(e: Economy, wallet: int, rate: int) -> int:
    """List a wallet's coins that are worth more than they cost to spend; returns how many.

    What others paid in the block that is being made is not known yet; own change is.

    ``rate``: thousandths of a satoshi per virtual byte.
    """
    coin, candidate, address = e.coin, e.candidate, e.address
    number = 0
    at = e.wallet[wallet, FIRST]
    while at != NONE and number < MOST_CANDIDATES:
        cost = INPUT_WEIGHT[address[coin[at, ADDRESS], A_KIND]] * rate // 4000
        known = coin[at, PURPOSE] == CHANGE or e.tx[coin[at, TX], T_HEIGHT] < e.count[HEIGHT]
        if known and coin[at, VALUE] > cost:
            candidate[number, C_COIN] = at
            candidate[number, C_WORTH] = coin[at, VALUE] - cost
            candidate[number, C_MARK] = 0
            number += 1
        at = coin[at, NEXT]
    return number


@kernel
def _take(e: Economy, number: int, taken: int) -> int:
    e.chosen[taken] = e.candidate[number, C_COIN]
    e.candidate[number, C_MARK] = 1
    return taken + 1


@folded
def _ranked(e: Economy, candidates: int, target: int, by_age: bool) -> int:
    """The largest coins first, or those of most value times age."""
    coin, candidate = e.coin, e.candidate
    taken, total = np.int64(0), np.int64(0)
    while total < target:
        best, most = -1, -1
        for number in range(candidates):
            if candidate[number, C_MARK]:
                continue
            rank = candidate[number, C_WORTH]
            if by_age:
                at = candidate[number, C_COIN]
                # Halved bits keep the product small; ties go to the older coin.
                rank = (rank >> 10) * (1 + e.count[HEIGHT] - e.tx[coin[at, TX], T_HEIGHT])
            if rank > most:
                best, most = number, rank
        if best < 0:
            return 0
        total += candidate[best, C_WORTH]
        taken = _take(e, best, taken)
    return taken


@kernel
def _in_turn(e: Economy, candidates: int, target: int) -> int:
    taken, total = np.int64(0), np.int64(0)
    for number in range(candidates):
        if total >= target:
            break
        total += e.candidate[number, C_WORTH]
        taken = _take(e, number, taken)
    return taken if total >= target else 0


@folded
def _by_chance(e: Economy, candidates: int, target: int) -> int:
    candidate = e.candidate
    for number in range(candidates - 1, 0, -1):
        other = below(e.count, number + 1)
        for field in (C_COIN, C_WORTH):
            here, there = candidate[number, field], candidate[other, field]
            candidate[number, field], candidate[other, field] = there, here
    return int(_in_turn(e, candidates, target))


@folded
def _by_address(e: Economy, candidates: int, target: int) -> int:
    """All coins of an address together: the smallest address that is enough, else the largest ones."""
    coin, candidate = e.coin, e.candidate
    taken, left = np.int64(0), target
    while left > 0:
        best, best_sum, enough = -1, 0, False
        for number in range(candidates):
            if candidate[number, C_MARK]:
                continue
            address = coin[candidate[number, C_COIN], ADDRESS]
            total, first = 0, True
            for other in range(candidates):
                if coin[candidate[other, C_COIN], ADDRESS] == address and not candidate[other, C_MARK]:
                    first = first and other >= number
                    total += candidate[other, C_WORTH]
            if not first:
                continue
            better = total > best_sum if not enough and total < left else total >= left
            if better and enough:
                better = total < best_sum
            if better:
                best, best_sum, enough = address, total, total >= left
        if best < 0:
            return 0
        for number in range(candidates):
            if coin[candidate[number, C_COIN], ADDRESS] == best and not candidate[number, C_MARK]:
                taken = _take(e, number, taken)
        left -= best_sum
    return taken


@kernel
def _sort(e: Economy, candidates: int) -> None:
    """Largest worth first; equal ones stay in order."""
    candidate = e.candidate
    for number in range(1, candidates):
        at, worth = candidate[number, C_COIN], candidate[number, C_WORTH]
        place = number - 1
        while place >= 0 and candidate[place, C_WORTH] < worth:
            candidate[place + 1, C_COIN] = candidate[place, C_COIN]
            candidate[place + 1, C_WORTH] = candidate[place, C_WORTH]
            place -= 1
        candidate[place + 1, C_COIN], candidate[place + 1, C_WORTH] = at, worth


@kernel
def _subset_sum(e: Economy, candidates: int, target: int, change: int) -> int:
    """Bitcoin Core's older way: an exact coin, else a chance subset near the target, else one larger coin.

    ``change``: what it wants to have left over when it cannot be exact.
    """
    candidate = e.candidate
    _sort(e, candidates)
    smaller, total, larger = candidates, 0, -1
    for number in range(candidates):
        worth = candidate[number, C_WORTH]
        if worth == target:
            return int(_take(e, number, np.int64(0)))
        if worth >= target + change:
            larger = number
        elif smaller == candidates:
            smaller = number
    for number in range(smaller, candidates):
        total += candidate[number, C_WORTH]
    best = np.int64(-1)
    if total >= target:
        best = _best_subset(e, smaller, candidates, target, total)
        if best > target and best < target + change and total >= target + change:
            best = _best_subset(e, smaller, candidates, target + change, total)
    if larger >= 0 and (best < 0 or (best != target and candidate[larger, C_WORTH] <= best)):
        return int(_take(e, larger, np.int64(0)))
    if best < 0:
        return 0
    taken = np.int64(0)
    for number in range(smaller, candidates):
        if candidate[number, C_MARK] & 2:
            e.chosen[taken] = candidate[number, C_COIN]
            taken += 1
    return taken


@kernel
def _best_subset(e: Economy, first: int, candidates: int, target: int, total: int) -> int:
    """The smallest sum found that reaches ``target``; its coins have bit 2 of their mark set."""
    candidate = e.candidate
    best = total
    for number in range(first, candidates):
        candidate[number, C_MARK] = 2
    for _ in range(SUBSET_TRIES):
        if best == target:
            break
        for number in range(first, candidates):
            candidate[number, C_MARK] &= ~1
        running, reached = 0, False
        for turn in range(2):
            if reached:
                break
            for number in range(first, candidates):
                mark = candidate[number, C_MARK]
                wanted = below(e.count, 2) == 1 if turn == 0 else mark & 1 == 0
                if not wanted:
                    continue
                running += candidate[number, C_WORTH]
                candidate[number, C_MARK] |= 1
                if running >= target:
                    reached = True
                    if running < best:
                        best = running
                        for each in range(first, candidates):
                            bit = candidate[each, C_MARK] & 1
                            candidate[each, C_MARK] = bit | (bit << 1)
                    running -= candidate[number, C_WORTH]
                    candidate[number, C_MARK] &= ~1
    return int(best)


@folded
def _branch_and_bound(e: Economy, candidates: int, target: int, slack: int) -> int:
    """Coins that need no change: a sum from ``target`` to ``target`` + ``slack``; 0 if none is found."""
    candidate = e.candidate
    _sort(e, candidates)
    left = 0
    for number in range(candidates):
        left += candidate[number, C_WORTH]
        candidate[number, C_MARK] = 0
    if left < target:
        return 0
    total, depth, best, found = np.int64(0), np.int64(0), target + slack + 1, False
    for _ in range(BNB_TRIES):
        back = total + left < target or total > target + slack
        if not back and total >= target:
            if total < best:
                best, found = total, True
                for number in range(candidates):
                    bit = candidate[number, C_MARK] & 1 if number < depth else 0
                    candidate[number, C_MARK] = (candidate[number, C_MARK] & 1) | (bit << 1)
                if total == target:
                    break
            back = True
        if not back and depth == candidates:
            back = True
        if back:
            depth -= 1
            while depth >= 0 and candidate[depth, C_MARK] & 1 == 0:
                left += candidate[depth, C_WORTH]
                depth -= 1
            if depth < 0:
                break
            candidate[depth, C_MARK] &= ~1
            total -= candidate[depth, C_WORTH]
            depth += 1
        else:
            left -= candidate[depth, C_WORTH]
            candidate[depth, C_MARK] |= 1
            total += candidate[depth, C_WORTH]
            depth += 1
    if not found:
        return 0
    taken = np.int64(0)
    for number in range(candidates):
        if candidate[number, C_MARK] & 2:
            e.chosen[taken] = candidate[number, C_COIN]
            taken += 1
    return taken


@kernel
def choose(e: Economy, wallet: int, selection: int, target: int, change: int, rate: int) -> int:
    """Fill ``chosen`` with coins of ``wallet`` whose effective worth reaches ``target``; 0 if it cannot.

    ``change``: satoshi that a change output should have at least, and that may be given up to have none.
    """
    candidates = gather(e, wallet, rate)
    if selection == BRANCH_AND_BOUND:
        taken = _branch_and_bound(e, candidates, target, change)
        if taken:
            return int(taken)
        for number in range(candidates):
            e.candidate[number, C_MARK] = 0
        return int(_subset_sum(e, candidates, target, change))
    if selection == SUBSET_SUM:
        return int(_subset_sum(e, candidates, target, change))
    if selection == LARGEST or selection == OLDEST_VALUE:
        return int(_ranked(e, candidates, target, selection == OLDEST_VALUE))
    if selection == ANY_COIN:
        return int(_by_chance(e, candidates, target))
    if selection == BY_ADDRESS:
        return int(_by_address(e, candidates, target))
    assert selection == OLDEST
    return int(_in_turn(e, candidates, target))
