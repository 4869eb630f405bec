"""Where a trace stops whatever its policy: attributed services, unknown holders, coinjoins."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clew.analysis.detectors import coinjoins_among
from clew.analysis.holders import Holders
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS


class Stops:
    """What is given about coins and transactions; found once, and the same for every policy.

    With ``holders`` False no coin is a service's or holder's, with ``coinjoins`` False no transaction is a
    coinjoin: then the walk passes through them. Entities in ``never`` are no stop, whatever they look like or
    are tagged as; those in ``unless_tagged`` only where a tag says that they are a service.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        holders: bool = True,
        coinjoins: bool = True,
        never: Iterable[int] = (),
        unless_tagged: Iterable[int] = (),
    ) -> None:
        self.ledger = ledger
        self.holders = Holders(ledger, never, unless_tagged) if holders else None
        # Of each transaction 0 where it was not looked at, 1, or 2 for a coinjoin; what is not touched takes
        # no room.
        self._coinjoins = np.zeros(ledger.counts["transactions"], np.int8) if coinjoins else None

    @property
    def asks(self) -> bool:
        """Whether anything is given at all."""
        return self.holders is not None or self._coinjoins is not None

    def coinjoins(self, transactions: Array) -> Array:
        """Which of ``transactions`` (distinct, ascending, int64) are coinjoins; a mask."""
        if self._coinjoins is None:
            return np.zeros(len(transactions), np.bool_)
        known = self._coinjoins
        new = transactions[known[transactions] == 0]
        if len(new):
            known[new] = 1
            known[coinjoins_among(self.ledger, new)] = 2
        found: Array = known[transactions] == 2
        return found

    def kinds(self, outputs: Array) -> Array:
        """The kind of holder of each output (int64): PLAIN, SERVICE or UNKNOWN_HOLDER; int8."""
        kinds = np.zeros(len(outputs), np.int8)
        if self.holders is None or not len(outputs):
            return kinds
        addresses = self.ledger.column("outputs.address")[outputs]
        paid = np.flatnonzero(addresses != NO_ADDRESS)
        entities = self.ledger.column("entities.entity")[addresses[paid].astype(np.int64)].astype(np.int64)
        each, places = np.unique(entities, return_inverse=True)
        kinds[paid] = self.holders.kinds(each)[places]
        return kinds


__all__ = ["Stops"]
