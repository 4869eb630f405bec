"""What of an entity hangs on single transactions, seen from one of its addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clew.analysis.reasons import Reasons
from clew.ledger.columns import Array

MOST_SPLIT = 50_000_000
"""Links that are joined anew, at most, to judge transactions that make several joints."""


@dataclass(frozen=True)
class Part:
    """Addresses (places, int64) that fall away without a transaction, from those that hold the address."""

    transaction: int
    places: Array


class Hanging:
    """Parts of an entity that a single transaction holds to ``place``.

    ``reasons`` are those of whole transactions.
    """

    def __init__(self, reasons: Reasons, place: int) -> None:
        self._reasons = reasons
        self._place = place
        self.size = len(reasons.addresses)
        self.judged_all = True
        """False where transactions that make several joints were too many to judge each."""
        self._joint, self._first, self._last, self._order = self._search()
        several = set(reasons.several_in_one().tolist())
        where = reasons.transaction[self._joint]
        alone = ~np.isin(where, np.array(sorted(several), np.int64))
        self._rows = np.flatnonzero(alone)
        self._split = list(self._split_parts(sorted(several)))

    def _search(self) -> tuple[Array, Array, Array, Array]:
        from clew.kernels import graphs

        order = np.empty(self.size, np.int32)
        joint, first, last = (np.empty(len(self._reasons.graph.place_edges), np.int32) for _ in range(3))
        _, parts = graphs.hanging_parts(self._reasons.graph, self._place, order, (joint, first, last))
        return joint[:parts], first[:parts], last[:parts], order

    def _split_parts(self, several: list[int]) -> Iterator[Part]:
        """Parts that hang on transactions of several joints, each taken away whole."""
        if not several:
            return
        from clew.kernels import unionfind

        reasons = self._reasons
        joints = np.flatnonzero(np.isin(reasons.transaction, np.array(several)))
        rest = np.setdiff1d(np.arange(len(reasons.transaction)), joints)
        # What holds together without any of them is one from here on.
        parents = np.arange(self.size, dtype=np.uint32)
        unionfind.union(parents, *_pairs(reasons, rest))
        unionfind.flatten(parents)
        _, block = np.unique(parents, return_inverse=True)
        blocks = int(block.max()) + 1
        a, b = (block[side].astype(np.uint32) for side in _pairs(reasons, joints))
        edges = np.repeat(
            reasons.transaction[joints], np.diff(reasons.graph.joint_starts)[joints].clip(1) - 1
        )
        home = int(block[self._place])
        if len(several) * len(a) > MOST_SPLIT:
            self.judged_all = False
            several = several[: max(1, MOST_SPLIT // max(len(a), 1))]
        for transaction in several:
            kept = edges != transaction
            parents = np.arange(blocks, dtype=np.uint32)
            unionfind.union(parents, a[kept], b[kept])
            unionfind.flatten(parents)
            for root in np.unique(parents[parents != parents[home]]).tolist():
                yield Part(transaction, np.flatnonzero(parents[block] == root))

    @cached_property
    def parts(self) -> tuple[Array, Array, Array]:
        """Of each part: its transaction, how many addresses it has, and its number; int64."""
        transactions = np.concatenate(
            [
                self._reasons.transaction[self._joint[self._rows]],
                np.array([part.transaction for part in self._split], np.int64),
            ]
        )
        sizes = np.concatenate(
            [
                (self._last - self._first)[self._rows].astype(np.int64),
                np.array([len(part.places) for part in self._split], np.int64),
            ]
        )
        return transactions, sizes, np.concatenate([self._rows, -1 - np.arange(len(self._split))])

    @cached_property
    def _by_transaction(self) -> tuple[Array, Array, Array]:
        """Parts in order of their transactions, transactions, and where the parts of each begin."""
        order = np.argsort(self.parts[0], kind="stable")
        transactions, starts = np.unique(self.parts[0][order], return_index=True)
        return order, transactions, np.append(starts, len(order))

    @cached_property
    def bridges(self) -> Array:
        """Transactions on which something hangs, that of most addresses first, then the earliest; int64."""
        order, transactions, starts = self._by_transaction
        if not len(order):
            return transactions
        fallen = np.add.reduceat(self.parts[1][order], starts[:-1])
        bridges: Array = transactions[np.lexsort((transactions, -fallen))]
        return bridges

    def hanging_on(self, transaction: int) -> list[Array]:
        """The places of each part that hangs on a bridge, the largest first, then that of the first place."""
        order, transactions, starts = self._by_transaction
        at = int(np.searchsorted(transactions, transaction))
        places = [self.places_of(part) for part in self.parts[2][order[starts[at] : starts[at + 1]]].tolist()]
        return sorted(places, key=lambda each: (-len(each), int(each[0])))

    def places_of(self, part: int) -> Array:
        """The places of a part, ascending; int64."""
        if part < 0:
            return self._split[-1 - part].places
        places: Array = np.sort(self._order[self._first[part] : self._last[part]]).astype(np.int64)
        return places

    @cached_property
    def standing(self) -> Array:
        """Places that stay whichever single transaction is taken away, ascending; int64."""
        return np.flatnonzero(self._stands)

    @cached_property
    def falling(self) -> Array:
        """All others; int64."""
        return np.flatnonzero(~self._stands)

    @cached_property
    def _stands(self) -> Array:
        hangs = np.zeros(self.size + 1, np.int64)
        np.add.at(hangs, self._first[self._rows], 1)
        np.add.at(hangs, self._last[self._rows], -1)
        stands = np.zeros(self.size, np.bool_)
        stands[self._order[np.cumsum(hangs)[:-1] == 0]] = True
        for part in self._split:
            stands[part.places] = False
        return stands


def _pairs(reasons: Reasons, joints: Array) -> tuple[Array, Array]:
    """Pairs of places that join all places of each joint, one after the other; u4."""
    starts, edges = reasons.graph.joint_starts, reasons.graph.joint_edges
    follows = np.zeros(len(edges) + 1, np.bool_)
    for_all = np.ones(len(reasons.transaction), np.bool_)
    if len(joints) < len(for_all):
        for_all[:] = False
        for_all[joints] = True
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    follows[1:-1] = (owner[1:] == owner[:-1]) & for_all[owner[1:]] if len(owner) else False
    at = np.flatnonzero(follows)
    return edges[at - 1].astype(np.uint32), edges[at].astype(np.uint32)


__all__ = ["Hanging", "Part"]
