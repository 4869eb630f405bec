"""What became of an entity's id: when it was absorbed, into which other, and by which link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.analysis.entity import link_row, own_links
from clew.analysis.rows import Rows
from clew.errors import NotFoundError
from clew.ledger.ledger import Ledger


@dataclass(frozen=True)
class Absorbed:
    """An id that an entity had once. ``link`` is the one that ended it (keys as in ``entity``'s links); then
    it became part of ``into``, which is now ``heir``."""

    entity: int
    into: int
    heir: int
    link: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable keys."""
        told = {name: self.link[name] for name in ("txid", "height", "time", "rule", "version")}
        return {"entity": self.entity, "into": self.into, "heir": self.heir, **told}

    def sentence(self) -> str:
        """What happened, in a sentence."""
        link = self.link
        now = "" if self.into == self.heir else f", which is part of entity {self.heir} now"
        return (
            f"Entity {self.entity} was absorbed into entity {self.into} at height {link['height']:,} by "
            f"transaction {link['txid']} ({link['rule']} {link['version']}){now}; the answer names entity "
            f"{self.heir} for it."
        )


def absorbed(ledger: Ledger, entity: int) -> Absorbed | None:
    """What became of the id ``entity``; None where an entity has it still.

    Ids are those at the end of a block. Raises NotFoundError where no entity ever had it.
    """
    count = ledger.counts["addresses"]
    if not 0 <= entity < count:
        raise NotFoundError(
            f"entity {entity}: expected an id below {count}, as many addresses as the ledger has up to "
            f"height {ledger.tip.height}; no entity has had this one"
        )
    heir = ledger.entity_of(entity)
    if heir == entity:
        return None
    from clew.kernels import graphs, unionfind

    members = ledger.members(heir)
    links = own_links(ledger, members)
    a, b = (np.searchsorted(members, side).astype(np.uint32) for side in (links.a, links.b))
    item = int(np.searchsorted(members, entity))
    parents = np.arange(len(members), dtype=np.uint32)
    first = int(graphs.first_joined(parents, a, b, item))
    height = ledger.block_of_transaction(int(links.transaction[first]))
    heights = ledger.blocks_of_transactions(links.transaction)
    until = int(np.searchsorted(heights, height, "right"))
    unionfind.union(parents, a[first:until], b[first:until])
    unionfind.flatten(parents)
    into = int(members[parents[item]])
    born = int(np.searchsorted(np.asarray(ledger.column("blocks.first_address")), entity, "right")) - 1
    if born == height:
        raise NotFoundError(
            f"entity {entity}: no entity ever had this id; address {ledger.address_text(entity)} was joined "
            f"to entity {into} in the block in which it first appeared, height {height}"
        )
    return Absorbed(entity, into, heir, link_row(Rows(ledger), links, first))


__all__ = ["Absorbed", "absorbed"]
