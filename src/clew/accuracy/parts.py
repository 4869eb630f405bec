"""Figures of a whole and of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clew.accuracy.figures import Figure, Key, Tally
from clew.ledger.columns import Array


@dataclass(frozen=True)
class Parting:
    """A way to part things: its name, the class of each (int), and the classes' names."""

    by: str
    of: Array
    names: Sequence[str]


def figures(
    key: Key, right: Array, among: Array, partings: Sequence[Parting] = (), base: Tally | None = None
) -> Iterator[Figure]:
    """How many of ``among`` (bool) are ``right`` (bool, or float64 to be summed), whole and by each parting.

    A class in which nothing is counted has no figure.
    """
    chosen = np.flatnonzero(among)
    value = right[chosen]
    yield Figure(key, Tally(_sum(value), len(chosen)), base)
    for parting in partings:
        of = parting.of[chosen]
        number = np.bincount(of, minlength=len(parting.names))
        total = np.bincount(of, weights=value, minlength=len(parting.names))
        for i in np.flatnonzero(number).tolist():
            part = replace(key, by=parting.by, group=parting.names[i])
            yield Figure(part, Tally(float(total[i]), int(number[i])))


def _sum(value: Array) -> float:
    return float(value.sum())


__all__ = ["Parting", "figures"]
