"""How wallets choose coins, written to be read: lists of (coin, worth) in order of age."""

from __future__ import annotations

from itertools import combinations

Coins = list[tuple[int, int]]


def oldest_first(coins: Coins, target: int) -> list[int]:
    """Coins in order of age until they are enough; empty if all are not."""
    taken, total = [], 0
    for coin, worth in coins:
        if total >= target:
            break
        taken.append(coin)
        total += worth
    return taken if total >= target else []


def largest_first(coins: Coins, target: int) -> list[int]:
    """The largest until they are enough; of equal ones the older."""
    return oldest_first(sorted(coins, key=lambda each: -each[1]), target)


def by_address(coins: Coins, target: int, addresses: dict[int, int]) -> list[int]:
    """All coins of an address together: the smallest address that is enough, else the largest, again."""
    left = list(coins)
    taken: list[int] = []
    while target > 0:
        sums: dict[int, int] = {}
        for coin, worth in left:
            sums[addresses[coin]] = sums.get(addresses[coin], 0) + worth
        if not sums:
            return []
        enough = {address: total for address, total in sums.items() if total >= target}
        pick = (
            min(enough, key=lambda each: enough[each]) if enough else max(sums, key=lambda each: sums[each])
        )
        taken += [coin for coin, _ in left if addresses[coin] == pick]
        left = [each for each in left if addresses[each[0]] != pick]
        target -= sums[pick]
    return taken


def without_change(coins: Coins, target: int, slack: int) -> int | None:
    """The smallest sum of any of the coins from ``target`` to ``target + slack``; None if there is none."""
    sums = {
        sum(worth for _, worth in some)
        for size in range(1, len(coins) + 1)
        for some in combinations(coins, size)
    }
    fitting = [total for total in sums if target <= total <= target + slack]
    return min(fitting, default=None)
