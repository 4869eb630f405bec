"""Links as a graph: addresses, and the joints that put several of them under one control.

A joint is one transaction, or one rule in one transaction, with all addresses that its links connect to
each other. A transaction whose links leave two groups apart makes two joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.ledger.columns import Array
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
        found: Array = np.unique(
            self.graph.place_edges[expand(starts[places], starts[places + 1] - starts[places])]
        )
        return found

    def places_of(self, joints: Array) -> Array:
        """All places of joints, each once, ascending."""
        starts = self.graph.joint_starts
        found: Array = np.unique(
            self.graph.joint_edges[expand(starts[joints], starts[joints + 1] - starts[joints])]
        )
        return found

    def several_in_one(self) -> Array:
        """Transactions that make more than one joint, ascending."""
        found, counts = np.unique(self.transaction, return_counts=True)
        several: Array = found[counts > 1]
        return several


def reasons_of(links: Links, *, by_rule: bool = False) -> Reasons:
    """The graph of some links; ``by_rule`` keeps apart what several rules say of one transaction."""
    from clew.kernels import graphs, unionfind

    count = len(links.a)
    addresses, where = np.unique(np.concatenate([links.a, links.b]), return_inverse=True)
    keys = links.transaction.astype(np.int64) << 9
    keys |= links.rule.astype(np.int64) + 1 if by_rule else 0
    keys, key = np.unique(keys, return_inverse=True)
    # An address in a transaction is one end of links there; ends that links connect are one joint.
    ends, end = np.unique(np.tile(key, 2) * max(len(addresses), 1) + where, return_inverse=True)
    parents = np.arange(len(ends), dtype=np.uint32)
    unionfind.union(parents, end[:count].astype(np.uint32), end[count:].astype(np.uint32))
    unionfind.flatten(parents)
    roots, joint = np.unique(parents, return_inverse=True)
    standing = keys[ends[roots] // max(len(addresses), 1)] if len(roots) else np.empty(0, np.int64)
    place, joint = (ends % max(len(addresses), 1)).astype(np.int32), joint.astype(np.int32)
    graph = graphs.Graph(*_grouped(place, joint, len(addresses)), *_grouped(joint, place, len(roots)))
    return Reasons(addresses, standing >> 9, (standing & 0x1FF) - 1, graph)


def _grouped(own: Array, other: Array, count: int) -> tuple[Array, Array]:
    from clew.kernels import graphs

    starts, edges = np.zeros(count + 1, np.int64), np.empty(len(own), np.int32)
    graphs.adjacency(own, other, starts, edges)
    return starts, edges


__all__ = ["Reasons", "reasons_of"]
