"""How far a figure may be from what it is measured for, by chance alone."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

Z = 1.959963984540054
"""Quantile of the normal distribution that leaves 2.5 % above it: intervals hold 95 %."""

DRAWS = 2_000
SEED = 20_130_703
LOW, HIGH = 2.5, 97.5


def wilson(hits: int, of: int, z: float = Z) -> tuple[float, float] | None:
    """The score interval of a share of independent items (Wilson 1927); None of nothing.

    Items of one economy are not quite independent, since few wallets and services make many of them:
    where several economies were measured, ``resampled`` says more.
    """
    if of <= 0:
        return None
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == of else min(1.0, middle + half)
    return low, high


def draws(worlds: Sequence[Hashable], count: int = DRAWS, seed: int = SEED) -> npt.NDArray[np.int64]:
    """How often each economy stands in each of ``count`` resamples; int64 of shape (count, economies).

    ``worlds``: the world of each economy. As many worlds as there are, are drawn with replacement, and
    from each draw as many of its economies (seeds) as it has, with replacement: errors that come with a
    world stay together (two-stage cluster bootstrap, Davison and Hinkley 1997, 3.8). Random bits are
    those of PCG64, the same on any machine.
    """
    order = list(dict.fromkeys(worlds))
    members = [[i for i, world in enumerate(worlds) if world == each] for each in order]
    sizes = np.array([len(each) for each in members], np.int64)
    longest = int(sizes.max()) if len(sizes) else 0
    places = np.zeros((len(order), longest), np.int64)
    for row, each in enumerate(members):
        places[row, : len(each)] = each
    bits = np.random.PCG64(seed)
    chosen = (_raw(bits, (count, len(order))) % np.uint64(max(len(order), 1))).astype(np.int64)
    # Every draw of a world takes as many numbers as the largest world needs.
    within = _raw(bits, (count, len(order), longest))
    size = sizes[chosen][:, :, None]
    taken = places[chosen[:, :, None], (within % size.astype(np.uint64)).astype(np.int64)]
    counts = np.arange(longest) < size
    weights = np.zeros((count, len(worlds)), np.int64)
    rows = np.broadcast_to(np.arange(count)[:, None, None], taken.shape)
    np.add.at(weights, (rows[counts], taken[counts]), 1)
    return weights


def _raw(bits: np.random.PCG64, shape: tuple[int, ...]) -> Any:
    return np.asarray(bits.random_raw(int(np.prod(shape))), np.uint64).reshape(shape)


def resampled(
    hits: Sequence[float], of: Sequence[float], weights: npt.NDArray[np.int64]
) -> tuple[float, float] | None:
    """The 95 % interval of a rate over economies, by ``weights`` of ``draws``.

    ``hits`` and ``of``: one each per economy. None where fewer than two economies have anything to
    count, or where no resample has.
    """
    if sum(each > 0 for each in of) < 2:
        return None
    below = weights @ np.asarray(of, np.float64)
    above = weights @ np.asarray(hits, np.float64)
    rates = above[below > 0] / below[below > 0]
    if not len(rates):
        return None
    low, high = np.percentile(rates, [LOW, HIGH])
    return float(low), float(high)
