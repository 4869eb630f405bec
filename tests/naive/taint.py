"""The slow twin of the kernels of taint: one transaction, in plain Python, as ``docs/trace.md`` says.

A part is a list of segments ``(satoshi, source)``, clean ones with the source None; its value is their sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

Part = list[tuple[int, "int | None"]]

AMOUNTS = ("haircut", "seniority", "juniority", "tiho")
"""Policies that find amounts without regard to sources."""


def proportion(amount: int, values: Sequence[int]) -> list[int]:
    """``amount`` shared by ``values``: rounded down, what is left to the largest remainders in turn."""
    whole = sum(values)
    if not amount:
        return [0 for _ in values]
    shares = [amount * value // whole for value in values]
    by_rest = sorted(range(len(values)), key=lambda i: (-(amount * values[i] % whole), i))
    for i in by_rest[: amount - sum(shares)]:
        shares[i] += 1
    return shares


def amounts(policy: str, amount: int, values: Sequence[int]) -> list[int]:
    """The taint of each part out."""
    if policy == "haircut":
        return proportion(amount, values)
    order = list(range(len(values)))
    if policy == "juniority":
        order.reverse()
    if policy == "tiho":
        order.sort(key=lambda i: (-values[i], i))
    shares = [0] * len(values)
    for i in order:
        shares[i] = min(amount - sum(shares), values[i])
    return shares


def cut(policy: str, parts: Sequence[Part], values: Sequence[int]) -> list[Part]:
    """Parts in, end to end, cut at parts out of these ``values``, satoshi by satoshi."""
    line = [
        source
        for part in (parts if policy == "fifo" else reversed(parts))
        for length, source in part
        for _ in range(length)
    ]
    cuts: list[Part] = []
    for value in values:
        mine, line = line[:value], line[value:]
        cuts.append([(1, source) for source in mine])
    return cuts


def by(part: Part) -> dict[int, int]:
    """Satoshi of a part by source."""
    found: Counter[int] = Counter()
    for length, source in part:
        if source is not None:
            found[source] += length
    return dict(sorted(found.items()))


def shared(policy: str, sources: dict[int, int], values: Sequence[int]) -> list[dict[int, int]]:
    """What parts out get of each of the ``sources`` that are in, under a policy of AMOUNTS."""
    left = dict(sorted(sources.items()))
    told = []
    for share in amounts(policy, sum(left.values()), values):
        each = dict(zip(left, proportion(share, list(left.values())), strict=True))
        left = {source: left[source] - each[source] for source in left}
        told.append({source: taint for source, taint in each.items() if taint})
    return told
