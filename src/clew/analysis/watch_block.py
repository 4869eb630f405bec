"""One block as a watch sees it, and what it may say of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, expand
from clew.schema import NO_OUTPUT


@dataclass(frozen=True)
class Event:
    """What a block says of a watch.

    ``txid``: the transaction, None where it is about a time and not one transaction. ``what``: amounts and
    numbers, as plain values. ``says``: the same in a sentence, without an address.
    """

    kind: str
    txid: str | None
    what: dict[str, Any]
    says: str
    caveats: tuple[str, ...] = ()


class Block:
    """A block and what its transactions spend.

    ``ledger`` is the ledger at its tip; ``view`` the ledger as of the block.
    """

    def __init__(self, ledger: Ledger, height: int) -> None:
        self.ledger, self.height = ledger, height

    @cached_property
    def view(self) -> Ledger:
        """The ledger as of this block."""
        return self.ledger.at(self.height)

    @property
    def median_time(self) -> int:
        """Median time of the eleven blocks that end here; Unix seconds."""
        return int(self.ledger.column("blocks.median_time")[self.height])

    @property
    def addresses(self) -> int:
        """How many addresses the chain had seen with this block."""
        if self.height == self.ledger.tip.height:
            return int(self.ledger.counts["addresses"])
        return int(self.ledger.column("blocks.first_address")[self.height + 1])

    @cached_property
    def _span(self) -> tuple[int, int]:
        first = self.ledger.column("blocks.first_transaction")
        is_last = self.height == self.ledger.tip.height
        end = self.ledger.counts["transactions"] if is_last else int(first[self.height + 1])
        return int(first[self.height]), end

    @cached_property
    def _spends(self) -> tuple[Array, Array]:
        transactions = np.arange(*self._span)
        starts, ends = self.ledger.input_ranges(transactions)
        spent = self.ledger.column("inputs.spent_output")[expand(starts, ends - starts)]
        real = spent != NO_OUTPUT
        return np.repeat(transactions, ends - starts)[real], spent[real]

    @property
    def spenders(self) -> Array:
        """The transaction of each input that spends something, in chain order; int64."""
        return self._spends[0]

    @property
    def spent(self) -> Array:
        """The output that each of them spends; int64."""
        return self._spends[1]

    def own(self, address: int) -> Array:
        """Which of ``spent`` belong to the entity of ``address`` as of this block; a mask."""
        addresses = self.ledger.column("outputs.address")[self.spent]
        # Entities only grow: what is not the entity's now was not then, and most blocks have nothing of it.
        mask: Array = self.ledger.column("entities.entity")[addresses] == self.ledger.entity_of(address)
        if mask.any() and self.view is not self.ledger:
            rows = np.flatnonzero(mask)
            then = self.view.column("entities.entity")[addresses[rows]]
            mask[rows] = then == self.view.entity_of(address)
        return mask


__all__ = ["Block", "Event"]
