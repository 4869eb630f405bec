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

SETTLES = 10 * 86_400
"""Seconds after which a service has moved what was left: it sweeps, and pays again, within days."""

STEPS = 2
"""Payments that one person may make of what was left, one after the other, without a doubt."""


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
    moved, unspent = _moved(ledger, outputs)
    found[places[moved]] |= REST_MOVED
    found[places[unspent & _is_late(ledger, transactions[places])]] |= RECENT
    return found


def _is_late(ledger: Ledger, transactions: Array) -> Array:
    """Which transactions stand so near the tip that what was left may still be moved."""
    times = ledger.column("blocks.time")
    made = times[ledger.blocks_of_transactions(transactions)].astype(np.int64)
    late: Array = made > int(times[ledger.tip.height]) - SETTLES
    return late


def _moved(ledger: Ledger, coins: Array) -> tuple[Array, Array]:
    """Which coins went on by more than STEPS payments, or by what is no plain payment; which are unspent.

    A plain payment spends one coin and pays two addresses; the larger output is taken for what was left.
    """
    moved = np.zeros(len(coins), bool)
    spent_by = ledger.column("spends.spent_by")[coins]
    unspent = spent_by >= MAX_TRANSACTIONS
    rows, at = np.flatnonzero(~unspent), coins[~unspent]
    for step in range(STEPS + 1):
        spent_by = ledger.column("spends.spent_by")[at]
        going = spent_by < MAX_TRANSACTIONS
        rows, spenders = rows[going], spent_by[going].astype(np.int64)
        if not len(rows):
            break
        starts, ends = ledger.input_ranges(spenders)
        first, last = ledger.output_ranges(spenders)
        plain = (ends - starts == 1) & (last - first == 2) & (step < STEPS)
        moved[rows[~plain]] = True
        rows, first = rows[plain], first[plain]
        values = ledger.column("outputs.value")
        at = np.where(values[first] >= values[first + 1], first, first + 1)
    return moved, unspent


__all__ = ["SETTLES", "STEPS", "rest_doubts"]
