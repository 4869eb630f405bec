"""What entities received from outside, and what they sent there.

Taken together, the entities are E. A transaction without inputs of E that pays E is *receiving*. One
whose inputs are all E's is *own*: what it pays to E moves inside, the rest goes outside, and the fee
is E's. Anything between is *mixed*: only its net counts. So, over all transactions,
received - spent - fee = held + overwritten + unspendable.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clew.analysis.amounts import exact_sum, grouped_sums
from clew.ledger.columns import Array, distinct
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS, NO_OUTPUT, OVERWRITTEN, UNSPENDABLE, UNSPENT

RECEIVING, OWN, MIXED = range(3)

NO_ROW = -1
"""Stands for the output of an outflow through a mixed transaction, where none can be named."""


@dataclass(frozen=True)
class Flows:
    """The movements of some entities: E's outputs, and the transactions that touch E.

    Arrays of one length each: ``addresses`` (u4); by output of E, ascending, ``outputs`` (int64),
    ``values`` (satoshi), ``made_in`` (transaction), ``spent_by`` (as in the schema); by transaction,
    ascending, ``transactions``, ``kinds``, ``received`` and ``spent`` (gross satoshi to and from E)
    and ``fees`` (satoshi, own transactions only, else 0).
    """

    ledger: Ledger
    entities: Array
    addresses: Array
    outputs: Array
    values: Array
    made_in: Array
    spent_by: Array
    transactions: Array
    kinds: Array
    received: Array
    spent: Array
    fees: Array

    @cached_property
    def net(self) -> Array:
        """What each transaction added to E, in satoshi."""
        net: Array = self.received - self.spent
        return net

    @cached_property
    def payment_rows(self) -> Array:
        """Rows of ``transactions`` that are payments from outside; ascending."""
        return np.flatnonzero((self.kinds == RECEIVING) | ((self.kinds == MIXED) & (self.net > 0)))

    @cached_property
    def outflows(self) -> tuple[Array, Array, Array]:
        """Row of ``transactions``, output id and satoshi of each outflow, in chain order.

        For a mixed transaction the output is NO_ROW and the amount the net.
        """
        rows = np.flatnonzero(self.kinds == OWN)
        starts, ends = self.ledger.output_ranges(self.transactions[rows])
        outputs, rows = expand(starts, ends - starts), np.repeat(rows, ends - starts)
        foreign = ~contains(self.outputs, outputs)
        outputs, rows = outputs[foreign], rows[foreign]
        values = self.ledger.column("outputs.value")[outputs]
        mixed = np.flatnonzero((self.kinds == MIXED) & (self.net < 0))
        rows = np.concatenate([rows, mixed])
        order = np.argsort(rows, kind="stable")
        outputs = np.concatenate([outputs, np.full(len(mixed), NO_ROW)])
        values = np.concatenate([values, -self.net[mixed]])
        return rows[order], outputs[order], values[order]

    @cached_property
    def between(self) -> tuple[Array, Array]:
        """Row of ``transactions`` and satoshi of each output that one of several entities paid another.

        These are the outputs of own transactions to an entity of E that funded none of the inputs.
        They move inside E, so nothing else counts them. A mixed transaction has none: who paid whom
        there cannot be known.
        """
        count = len(self.entities)
        if count == 1:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        owners = self.ledger.column("entities.entity")[self.ledger.column("outputs.address")[self.outputs]]
        places = np.searchsorted(self.entities, owners)
        is_spent = self.spent_by < MAX_TRANSACTIONS
        spenders = self.spent_by[is_spent].astype(np.int64)
        # A transaction and an entity as one number.
        funded = np.unique(np.searchsorted(self.transactions, spenders) * count + places[is_spent])
        rows = np.searchsorted(self.transactions, self.made_in)
        found = (self.kinds[rows] == OWN) & ~contains(funded, rows * count + places)
        return rows[found], self.values[found]

    def total(self, kept: Array) -> int:
        """Sum of those values whose place in ``spent_by`` is chosen by the mask ``kept``."""
        return exact_sum(self.values[kept])

    @property
    def from_outside(self) -> int:
        """Satoshi that payments brought in."""
        return exact_sum(self.net[self.payment_rows])

    @property
    def to_outside(self) -> int:
        """Satoshi that went out, without fees."""
        return exact_sum(self.outflows[2])

    @property
    def fee(self) -> int:
        """Satoshi of fees of own transactions."""
        return exact_sum(self.fees)

    @property
    def held(self) -> int:
        """Satoshi unspent at the tip."""
        return self.total(self.spent_by == UNSPENT)

    @property
    def overwritten(self) -> int:
        """Satoshi lost to a later coinbase of the same id."""
        return self.total(self.spent_by == OVERWRITTEN)

    @property
    def unspendable(self) -> int:
        """Satoshi in outputs of E that nobody can spend."""
        return self.total(self.spent_by == UNSPENDABLE)


def flows_of(ledger: Ledger, entities: Array) -> Flows:
    """All movements of ``entities``, distinct and ascending ids. Raises NotFoundError."""
    addresses = ledger.members_of(entities)
    outputs = ledger.outputs_of_addresses(addresses)
    values = ledger.column("outputs.value")[outputs]
    made_in = ledger.transactions_of_outputs(outputs)
    spent_by = ledger.column("spends.spent_by")[outputs]
    is_spent = spent_by < MAX_TRANSACTIONS
    spenders = spent_by[is_spent].astype(np.int64)
    transactions = distinct(np.concatenate([made_in, spenders]))
    count = len(transactions)
    spender_rows = np.searchsorted(transactions, spenders)
    spent = grouped_sums(spender_rows, values[is_spent], count)
    own_inputs = np.bincount(spender_rows, minlength=count)
    starts, ends = ledger.input_ranges(transactions)
    kinds = np.where(own_inputs == 0, RECEIVING, np.where(own_inputs == ends - starts, OWN, MIXED))
    return Flows(
        ledger=ledger,
        entities=entities,
        addresses=addresses,
        outputs=outputs,
        values=values,
        made_in=made_in,
        spent_by=spent_by,
        transactions=transactions,
        kinds=kinds,
        received=grouped_sums(np.searchsorted(transactions, made_in), values, count),
        spent=spent,
        fees=_fees(ledger, transactions, kinds, spent),
    )


def _fees(ledger: Ledger, transactions: Array, kinds: Array, spent: Array) -> Array:
    own = np.flatnonzero(kinds == OWN)
    starts, ends = ledger.output_ranges(transactions[own])
    rows = np.repeat(own, ends - starts)
    values = ledger.column("outputs.value")[expand(starts, ends - starts)]
    fees: Array = np.where(kinds == OWN, spent, 0) - grouped_sums(rows, values, len(kinds))
    return fees


def contains(ordered: Array, values: Array) -> Array:
    """Which of ``values`` occur in ``ordered``, which ascends; a mask."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    places = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    mask: Array = ordered[places] == values
    return mask


def input_addresses(ledger: Ledger, transactions: Array) -> tuple[Array, Array]:
    """Which of ``transactions`` (by place) each input belongs to, and whose output it spends.

    int64 and u4, in chain order; the inputs of coinbases, which spend nothing, are left out.
    """
    starts, ends = ledger.input_ranges(transactions)
    spent = ledger.column("inputs.spent_output")[expand(starts, ends - starts)]
    places = np.repeat(np.arange(len(transactions)), ends - starts)
    real = spent != NO_OUTPUT
    return places[real], ledger.column("outputs.address")[spent[real]]


__all__ = ["MIXED", "NO_ROW", "OWN", "RECEIVING", "Flows", "contains", "flows_of", "input_addresses"]
