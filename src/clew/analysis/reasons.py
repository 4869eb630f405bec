"""Links as a graph: addresses, and the joints that put several of them under one control.

A joint is one transaction, or one rule in one transaction, with all addresses that its links connect to
each other. A transaction whose links leave two groups apart makes two joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.ledger.columns import Array, distinct
from clew.ledger.control import Links
from clew.ledger.ledger import expand


@dataclass(frozen=True)
class Reasons:
    """``addresses`` (u4, ascending) are the places of ``graph`` (a ``kernels.graphs.Graph``).

    ``transaction`` and ``rule`` (int64) say where each joint stands; rule is -1 where joints are whole
    transactions. Joints are by transaction, then rule, then smallest address.
    """

    addresses: Array
    transaction: Array
    rule: Array
    graph: Any

    def place(self, address: int) -> int:
        """The place of an address; -1 where no link names it."""
        at = int(np.searchsorted(self.addresses, np.uint32(address)))
        return at if at < len(self.addresses) and int(self.addresses[at]) == address else -1

    def joints_of(self, places: Array) -> Array:
        """All joints of places, each once, ascending."""
        starts = self.graph.place_starts
        return distinct(self.graph.place_edges[expand(starts[places], starts[places + 1] - starts[places])])

    def places_of(self, joints: Array) -> Array:
        """All places of joints, each once, ascending."""
        starts = self.graph.joint_starts
        return distinct(self.graph.joint_edges[expand(starts[joints], starts[joints + 1] - starts[joints])])

    def several_in_one(self) -> Array:
        """Transactions that make more than one joint, ascending."""
        return distinct(self.transaction[1:][self.transaction[1:] == self.transaction[:-1]])


def reasons_of(links: Links, *, by_rule: bool = False) -> Reasons:
    """The graph of some links; ``by_rule`` keeps apart what several rules say of one transaction."""
    from clew.kernels import graphs

    keys = links.transaction.astype(np.int64) << 9
    keys |= links.rule.astype(np.int64) + 1 if by_rule else 0
    if (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
        links, keys = links.some(order), keys[order]
    addresses = distinct(np.concatenate([links.a, links.b]))
    a, b = (np.searchsorted(addresses, side).astype(np.int32) for side in (links.a, links.b))
    ends = graphs.Ends(
        *(np.empty(2 * len(a), dtype) for dtype in (np.int32, np.int64, np.uint32)),
        *(np.full(len(addresses), -1, dtype) for dtype in (np.int64, np.int32)),
    )
    count = graphs.ends_of(keys, a, b, ends)
    place, key, joint = (column[:count] for column in (ends.place, ends.key, ends.joint))
    # Within one transaction and rule by the smallest address, whatever the order of links was.
    roots = joint == np.arange(count)
    least = np.full(count, len(addresses), np.int64)
    np.minimum.at(least, joint, place)
    first = np.flatnonzero(roots)
    order = np.lexsort((least[first], key[first]))
    number = np.empty(count, np.int32)
    number[first[order]] = np.arange(len(first), dtype=np.int32)
    joint, standing = number[joint], key[first[order]]
    graph = graphs.Graph(*_by_place(joint, place, len(addresses)), *_grouped(joint, place, len(first)))
    return Reasons(addresses, standing >> 9, (standing & 0x1FF) - 1, graph)


def _by_place(joint: Array, place: Array, count: int) -> tuple[Array, Array]:
    """Joints of each place, ascending."""
    order = np.argsort(joint, kind="stable")
    return _grouped(place[order], joint[order], count)


def _grouped(own: Array, other: Array, count: int) -> tuple[Array, Array]:
    from clew.kernels import graphs

    starts, edges = np.zeros(count + 1, np.int64), np.empty(len(own), np.int32)
    graphs.adjacency(own, other, starts, edges)
    return starts, edges


__all__ = ["Reasons", "reasons_of"]
