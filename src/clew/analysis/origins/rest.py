"""What was left of a payment: where the other output of its transaction went, and what became of it."""

from __future__ import annotations

import numpy as np

from clew.analysis.holders import PLAIN
from clew.analysis.origins.asked import Asked
from clew.analysis.origins.doubts import (
    RECENT,
    REST_HELD,
    REST_MOVED,
    REST_STRANGE,
    SEVERAL_PAID,
    SWEPT,
)
from clew.analysis.signs import signs_of
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS

SETTLES = 20 * 86_400
"""Seconds after which a service has moved what was left: it sweeps, and pays again, within days. What one
person has left lies longer, as a rule."""


def rest_doubts(asked: Asked, transactions: Array, payers: Array) -> Array:
    """Doubts about payments, from the outputs of their transactions to others than those asked about.

    ``transactions``, ``payers``: of each payment, its transaction and the one entity that signed it. One
    person pays one bill, and gets the rest back. int64.
    """
    ledger = asked.ledger
    starts, ends = ledger.output_ranges(transactions)
    outputs = expand(starts, ends - starts)
    places = np.repeat(np.arange(len(transactions)), ends - starts)
    addresses = ledger.column("outputs.address")[outputs]
    left = (addresses != NO_ADDRESS) & ~np.isin(outputs, asked.flows.outputs)
    outputs, places, addresses = outputs[left], places[left], addresses[left]
    owners = ledger.column("entities.entity")[addresses].astype(np.int64)
    counts = np.bincount(places, minlength=len(transactions))
    found = np.zeros(len(transactions), np.int64)
    found[counts == 0] = SWEPT
    found[counts > 1] = SEVERAL_PAID
    one = counts[places] == 1
    outputs, places, owners = outputs[one], places[one], owners[one]
    found[places[asked.holders.kinds(owners) != PLAIN]] |= REST_HELD
    whose, which = np.unique(owners, return_inverse=True)
    strange = signs_of(ledger, whose).payers[which] > 1
    found[places[strange & (owners != payers[places])]] |= REST_STRANGE
    made = _times(ledger, transactions[places])
    spent_by = ledger.column("spends.spent_by")[outputs]
    moved = spent_by < MAX_TRANSACTIONS
    until = np.full(len(outputs), int(ledger.column("blocks.time")[ledger.tip.height]))
    until[moved] = _times(ledger, spent_by[moved].astype(np.int64))
    early = until - made < SETTLES
    found[places[moved & early]] |= REST_MOVED
    found[places[~moved & early]] |= RECENT
    return found


def _times(ledger: Ledger, transactions: Array) -> Array:
    """Header times of the blocks of transactions; int64."""
    times: Array = ledger.column("blocks.time")[ledger.blocks_of_transactions(transactions)].astype(np.int64)
    return times


__all__ = ["SETTLES", "rest_doubts"]
