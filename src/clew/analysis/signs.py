"""Signs on the ledger that an entity holds the coins of many: size, batches, payers, reuse, sweeps.

None is a proof. A shop, a pool, a wallet service and a busy trader all show some. A sign only ever ends a
route, so one too many costs a lead, and one too few may name the wrong source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from clew.ledger.columns import Array, distinct_pairs
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS, NO_OUTPUT

MANY_ADDRESSES = 300
"""Addresses of one entity. People who take a new address for each payment reach a few hundred in years;
services have one for each customer."""

MANY_TRANSACTIONS = 400
"""Transactions that touch one entity: one every other day for two years."""

MANY_PAYERS = 60
"""Entities that paid one entity. A person is paid by few; each customer of a service is one more."""

BATCH_OUTPUTS = 5
"""Outputs to others that make a transaction a batch. One payment has one, and two or three are met."""

MANY_BATCHES = 3
"""Batches of one entity. One can be a gift list; who pays many at once again and again pays for others."""

REUSED = 100
"""Outputs that paid one address. Someone's only address gets tens; a hot wallet's gets every change."""

SWEEP_INPUTS = 10
"""Inputs that make a transaction with one output a sweep."""

SWEEP_PAYERS = 8
"""Different entities that paid for the coins of one entity's sweeps, as a custodian's customers did."""

_AT_ONCE = 1 << 16
"""Addresses that are read together at most, unless one entity has more."""

_NOBODY = -1


@dataclass(frozen=True)
class Signs:
    """What is counted of some entities, distinct and ascending; int64 arrays of one length.

    ``transactions`` that touch them, ``payers`` (entities that paid them, themselves left out),
    ``batches`` (transactions all of whose inputs are theirs, and that pay BATCH_OUTPUTS outputs or more to
    others), ``reused`` (outputs of the address that got most), ``sweeps`` (transactions of SWEEP_INPUTS
    inputs or more, all theirs, and one output). An entity of MANY_ADDRESSES or more is not looked at any
    closer: everything but ``addresses`` is 0.
    """

    entities: Array
    addresses: Array
    transactions: Array
    payers: Array
    batches: Array
    reused: Array
    sweeps: Array

    @property
    def shown(self) -> Array:
        """Which entities show a sign: those of which ``why`` says something; bool."""
        many: Array = (
            (self.addresses >= MANY_ADDRESSES)
            | (self.transactions >= MANY_TRANSACTIONS)
            | (self.payers >= MANY_PAYERS)
            | (self.batches >= MANY_BATCHES)
            | (self.reused >= REUSED)
            | ((self.sweeps > 0) & (self.payers >= SWEEP_PAYERS))
        )
        return many

    def why(self, place: int) -> tuple[str, ...]:
        """Why the entity at ``place`` looks like a service, a sentence each; empty where it does not."""
        return tuple(self._why(place))

    def _why(self, place: int) -> Iterator[str]:
        counted = {name: int(getattr(self, name)[place]) for name in _COUNTED}
        if counted["addresses"] >= MANY_ADDRESSES:
            yield f"it has {counted['addresses']:,} addresses ({MANY_ADDRESSES:,} or more)"
        if counted["transactions"] >= MANY_TRANSACTIONS:
            yield f"{counted['transactions']:,} transactions touch it ({MANY_TRANSACTIONS:,} or more)"
        if counted["payers"] >= MANY_PAYERS:
            yield f"{counted['payers']:,} entities paid it ({MANY_PAYERS:,} or more)"
        if counted["batches"] >= MANY_BATCHES:
            yield (
                f"{counted['batches']:,} of its transactions paid {BATCH_OUTPUTS} or more outputs to others "
                f"({MANY_BATCHES} or more)"
            )
        if counted["reused"] >= REUSED:
            yield f"one of its addresses was paid {counted['reused']:,} times ({REUSED:,} or more)"
        if counted["sweeps"] and counted["payers"] >= SWEEP_PAYERS:
            yield (
                f"{counted['sweeps']:,} of its transactions brought {SWEEP_INPUTS} or more coins together, "
                f"and {counted['payers']:,} entities paid it ({SWEEP_PAYERS} or more)"
            )


_COUNTED = ("addresses", "transactions", "payers", "batches", "reused", "sweeps")


def signs_of(ledger: Ledger, entities: Array) -> Signs:
    """The signs of ``entities``, distinct and ascending ids."""
    entities = entities.astype(np.int64)
    sizes = ledger.entity_sizes(entities)
    counted = {name: np.zeros(len(entities), np.int64) for name in _COUNTED[1:]}
    close = np.flatnonzero(sizes < MANY_ADDRESSES)
    for part in _parts(close, sizes[close]):
        for name, values in _counted(ledger, entities[part]).items():
            counted[name][part] = values
    return Signs(entities, sizes, **counted)


def _parts(places: Array, sizes: Array) -> list[Array]:
    """Places in order, cut so that each part has some _AT_ONCE addresses at most."""
    if not len(places):
        return []
    edges = np.flatnonzero(np.diff(np.cumsum(sizes) // _AT_ONCE)) + 1
    return [part for part in np.split(places, edges) if len(part)]


def _counted(ledger: Ledger, entities: Array) -> dict[str, Array]:
    """Counts of entities that are read whole."""
    count = len(entities)
    outputs = ledger.outputs_of_addresses(ledger.members_of(entities))
    addresses = ledger.column("outputs.address")[outputs]
    whose = np.searchsorted(entities, ledger.column("entities.entity")[addresses].astype(np.int64))
    made_in = ledger.transactions_of_outputs(outputs)
    spent_by = ledger.column("spends.spent_by")[outputs]
    is_spent = spent_by < MAX_TRANSACTIONS
    paid = _pairs(whose, made_in)
    signed = _pairs(whose[is_spent], spent_by[is_spent].astype(np.int64))
    used, times = np.unique(addresses, return_counts=True)
    owners = np.searchsorted(entities, ledger.column("entities.entity")[used].astype(np.int64))
    reused = np.zeros(count, np.int64)
    np.maximum.at(reused, owners, times)
    touched = _pairs(*np.concatenate([paid, signed], axis=1))
    own = _own(ledger, entities, signed, whose[is_spent], spent_by[is_spent].astype(np.int64))
    return {
        "transactions": np.bincount(touched[0], minlength=count),
        "payers": np.bincount(_payers(ledger, entities, paid)[0], minlength=count),
        "reused": reused,
        **own,
    }


def _pairs(whose: Array, transactions: Array) -> Array:
    """Entity (its place) and transaction, each pair once; (2, n)."""
    return distinct_pairs(whose, transactions)[0]


def _payers(ledger: Ledger, entities: Array, paid: Array) -> Array:
    """Entity (its place) and who else paid it, each pair once; (2, n). Of new coins each block is one."""
    payers = first_payers(ledger, paid[1])
    other = (payers != entities[paid[0]]) & (payers != _NOBODY)
    return _pairs(paid[0][other], payers[other])


def first_payers(ledger: Ledger, transactions: Array) -> Array:
    """Entity of the first input of each transaction; int64, -1 for a coinbase."""
    spent = ledger.column("inputs.spent_output")[ledger.input_ranges(transactions)[0]]
    found = np.full(len(transactions), _NOBODY)
    real = spent != NO_OUTPUT
    addresses = ledger.column("outputs.address")[spent[real]]
    found[real] = ledger.column("entities.entity")[addresses]
    return found


def _own(ledger: Ledger, entities: Array, signed: Array, whose: Array, spenders: Array) -> dict[str, Array]:
    """Batches and sweeps, among transactions whose inputs are all one entity's."""
    count = len(entities)
    starts, ends = ledger.input_ranges(signed[1])
    inputs = distinct_pairs(whose, spenders)[1]
    alone = inputs == ends - starts
    signed, inputs = signed[:, alone], inputs[alone]
    starts, ends = ledger.output_ranges(signed[1])
    rows = np.repeat(np.arange(signed.shape[1]), ends - starts)
    paid = ledger.column("outputs.address")[expand(starts, ends - starts)]
    known = paid != NO_ADDRESS
    owners = np.full(len(paid), _NOBODY)
    owners[known] = ledger.column("entities.entity")[paid[known]]
    outside = (owners != _NOBODY) & (owners != entities[signed[0]][rows])
    batches = np.bincount(rows[outside], minlength=signed.shape[1]) >= BATCH_OUTPUTS
    sweeps = (inputs >= SWEEP_INPUTS) & (ends - starts == 1)
    return {
        "batches": np.bincount(signed[0][batches], minlength=count),
        "sweeps": np.bincount(signed[0][sweeps], minlength=count),
    }


__all__ = [
    "BATCH_OUTPUTS",
    "MANY_ADDRESSES",
    "MANY_BATCHES",
    "MANY_PAYERS",
    "MANY_TRANSACTIONS",
    "REUSED",
    "SWEEP_INPUTS",
    "SWEEP_PAYERS",
    "Signs",
    "first_payers",
    "signs_of",
]
