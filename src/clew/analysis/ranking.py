"""All entities by size: how many there are of each, and any page of the list from the largest on.

Whole columns are read in chunks, since a chain has hundreds of millions of entities.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate, pairwise

import numpy as np

from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger

_ROWS_AT_ONCE = 1 << 22
_COUNTED = 1 << 16
"""Sizes below it are counted at their place in an array."""


class Ranking:
    """Entities, the larger first, then the smaller id.

    ``sizes`` (ascending, int64) are those that there are; ``numbers`` (int64) how many entities have each.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._total = ledger.counts["entities"]
        self._addresses = ledger.counts["addresses"]
        self.sizes, self.numbers = self._counted()

    def _counted(self) -> tuple[Array, Array]:
        small, large = np.zeros(_COUNTED, np.int64), np.empty(0, np.int64)
        for _, sizes in self._several():
            few = sizes < _COUNTED
            small += np.bincount(sizes[few], minlength=_COUNTED)
            large = np.concatenate([large, sizes[~few]])
        small[1] = self._total - int(small.sum()) - len(large)
        distinct, numbers = np.unique(large, return_counts=True)
        held = np.flatnonzero(small)
        return np.concatenate([held, distinct]), np.concatenate([small[held], numbers])

    def by_size(self) -> list[dict[str, int]]:
        """How many entities of 1 address, of 2 to 9, of 10 to 99 and so on, and their addresses."""
        edges = [1, 2]
        while edges[-1] <= int(self.sizes.max(initial=0)):
            edges.append(edges[-1] * 10 if edges[-1] > 2 else 10)
        found = []
        for low, high in pairwise(edges):
            mine = slice(*np.searchsorted(self.sizes, [low, high]).tolist())
            numbers = self.numbers[mine]
            entities, addresses = int(numbers.sum()), int((numbers * self.sizes[mine]).sum())
            found.append(
                {"size_from": low, "size_to": high - 1, "entities": entities, "addresses": addresses}
            )
        return found

    def page(self, start: int, stop: int) -> Array:
        """Entities number ``start`` to ``stop`` of the list; int64."""
        stop = min(stop, self._total)
        if start >= stop:
            return np.empty(0, np.int64)
        # Sizes from the largest on, and how many entities come before each.
        sizes, numbers = self.sizes[::-1].tolist(), self.numbers[::-1].tolist()
        before = [0, *accumulate(numbers)]
        first, last = bisect_left(before, start + 1) - 1, bisect_left(before, stop) - 1
        kept, held = self._of_sizes(sizes[last], sizes[first], before[last], stop)
        order = np.lexsort((kept, -held))
        skipped = start - before[first]
        found: Array = kept[order][skipped : skipped + stop - start]
        return found

    def _of_sizes(self, least: int, most: int, before: int, stop: int) -> tuple[Array, Array]:
        """All entities of sizes from ``least`` to ``most``, and their sizes; of those of the least only
        as many as ``stop`` leaves room for, ``before`` being larger."""
        room = stop - before
        kept: list[tuple[Array, Array]] = []
        for ids, sizes in self._several() if most > 1 else ():
            smallest = np.flatnonzero(sizes == least)[:room]
            room -= len(smallest)
            rows = np.concatenate([np.flatnonzero((sizes > least) & (sizes <= most)), smallest])
            kept.append((ids[rows], sizes[rows]))
        for ids in self._singles() if least == 1 else ():
            kept.append((ids[:room], np.ones(min(room, len(ids)), np.int64)))
            room -= len(kept[-1][0])
            if not room:
                break
        return np.concatenate([ids for ids, _ in kept]), np.concatenate([sizes for _, sizes in kept])

    def _several(self) -> Iterator[tuple[Array, Array]]:
        """Entities of several addresses, ascending, and their sizes; int64, in chunks."""
        return self._ledger.control.several()

    def _singles(self) -> Iterator[Array]:
        """Entities of one address, ascending; int64, in chunks."""
        entities, several = self._ledger.column("entities.entity"), self._several()
        listed, more = np.empty(0, np.int64), True
        for first in range(0, self._addresses, _ROWS_AT_ONCE):
            last = min(first + _ROWS_AT_ONCE, self._addresses)
            while more and (not len(listed) or int(listed[-1]) < last):
                following = next(several, None)
                more = following is not None
                listed = np.concatenate([listed, following[0]]) if following else listed
            alone = entities[first:last] == np.arange(first, last)
            edge = bisect_left(listed, last)
            alone[listed[:edge] - first] = False
            listed = listed[edge:]
            yield np.flatnonzero(alone) + first


__all__ = ["Ranking"]
