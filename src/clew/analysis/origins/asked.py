"""Whom a question about origins is about: the entities paid, and those that tags call by the same name."""

from __future__ import annotations

import numpy as np

from clew.analysis.flows import RECEIVING, Flows, contains, flows_of
from clew.analysis.holders import SERVICE, Holders
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger


class Asked:
    """The paid entities (distinct, ascending), their flows, and the holders of everybody else.

    They are never a stop on their own way, whatever they look like or are tagged as.
    """

    def __init__(self, ledger: Ledger, entities: Array) -> None:
        self.ledger = ledger
        self.entities = entities.astype(np.int64)
        self.flows: Flows = flows_of(ledger, entities)
        self.holders = Holders(ledger, never=self.entities.tolist())
        tags = self.holders.tags
        self.names = {each.holder for one in self.entities.tolist() for each in tags.of_entity(one)} - {None}
        """Holders that their own tags name."""

    def is_own(self, owners: Array) -> Array:
        """Which of some entities are theirs, or tagged with one of their names; bool, same shape."""
        own = contains(self.entities, owners)
        if not self.names or not len(owners):
            return own
        whose, places = np.unique(owners, return_inverse=True)
        named = np.array([self.name_of(each) in self.names for each in whose.tolist()])
        result: Array = own | named[places]
        return result

    def name_of(self, entity: int) -> str | None:
        """The holder that the surest tag of a service's entity names; None for nobody's."""
        holder = self.holders.of(entity) if entity >= 0 else None
        return holder.stated[0].holder if holder is not None and holder.kind == SERVICE else None

    def payments(self) -> tuple[Array, Array, Array]:
        """Row of ``flows.transactions``, output and satoshi of each payment, in chain order.

        One for each output that a receiving transaction pays them, since each may be another customer's; one
        for each mixed transaction that pays them net, whose output is -1.
        """
        flows = self.flows
        rows = np.searchsorted(flows.transactions, flows.made_in)
        simple = flows.kinds[rows] == RECEIVING
        mixed = flows.payment_rows[flows.kinds[flows.payment_rows] != RECEIVING]
        where = np.concatenate([rows[simple], mixed])
        outputs = np.concatenate([flows.outputs[simple], np.full(len(mixed), -1)])
        values = np.concatenate([flows.values[simple], flows.net[mixed]])
        order = np.lexsort((outputs, where))
        return where[order], outputs[order], values[order]


__all__ = ["Asked"]
