"""What was left of a payment: where the other output of its transaction went, and what became of it."""

from __future__ import annotations

import numpy as np

from clew.analysis.flows import OWN, input_addresses
from clew.analysis.holders import PLAIN
from clew.analysis.origins.asked import Asked
from clew.analysis.origins.doubts import (
    MAY_BE_CHANGE,
    RECENT,
    REST_HELD,
    REST_MOVED,
    REST_STRANGE,
    SEVERAL_PAID,
    SWEPT,
    THEIR_OWN,
)
from clew.analysis.signs import signs_of
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS

SETTLES = 20 * 86_400
"""Seconds after which a service has moved what was left: it sweeps, and pays again, within days. What one
person has left lies longer, as a rule."""

WATCHED = 10 * 86_400
"""Seconds for which what was left must have been seen to lie, where the ledger ends before it moves."""

FAMILIAR = 2
"""Entities that paid the one which got what was left, at most, the payer among them."""


def rest_doubts(asked: Asked, transactions: Array, paid: Array, payers: Array) -> Array:
    """Doubts about payments, from the other outputs of their transactions. int64, bits.

    ``transactions``, ``paid``, ``payers``: of each payment, its transaction, its output, and the one entity
    that signed it. One person pays one bill, and gets the rest back; two outputs to those asked about are
    two bills.
    """
    ledger = asked.ledger
    starts, ends = ledger.output_ranges(transactions)
    outputs = expand(starts, ends - starts)
    places = np.repeat(np.arange(len(transactions)), ends - starts)
    addresses = ledger.column("outputs.address")[outputs]
    theirs = np.isin(outputs, asked.flows.outputs)
    again = places[theirs & (outputs != paid[places])]
    left = (addresses != NO_ADDRESS) & ~theirs
    outputs, places, addresses = outputs[left], places[left], addresses[left]
    owners = ledger.column("entities.entity")[addresses].astype(np.int64)
    counts = np.bincount(places, minlength=len(transactions))
    found = np.zeros(len(transactions), np.int64)
    found[counts == 0] = SWEPT
    found[counts > 1] = SEVERAL_PAID
    found[again] |= SEVERAL_PAID
    found[_are_their_own(asked, paid)] |= THEIR_OWN
    one = counts[places] == 1
    outputs, places, owners = outputs[one], places[one], owners[one]
    found[places[asked.holders.kinds(owners) != PLAIN]] |= REST_HELD
    whose, which = np.unique(owners, return_inverse=True)
    strange = signs_of(ledger, whose).payers[which] > FAMILIAR
    found[places[strange & (owners != payers[places])]] |= REST_STRANGE
    values = ledger.column("outputs.value")
    more = values[paid[places]] > values[outputs]
    known = _were_paid(asked, paid)[places]
    found[places[more & known & (owners != payers[places])]] |= MAY_BE_CHANGE
    made = _times(ledger, transactions[places])
    spent_by = ledger.column("spends.spent_by")[outputs]
    moved = spent_by < MAX_TRANSACTIONS
    until = np.full(len(outputs), int(ledger.column("blocks.time")[ledger.tip.height]))
    until[moved] = _times(ledger, spent_by[moved].astype(np.int64))
    found[places[moved & (until - made < SETTLES)]] |= REST_MOVED
    found[places[~moved & (until - made < WATCHED)]] |= RECENT
    return found


def _were_paid(asked: Asked, paid: Array) -> Array:
    """Whether the address of each of those outputs had been paid by an earlier transaction; bool."""
    ledger, flows = asked.ledger, asked.flows
    addresses = ledger.column("outputs.address")[flows.outputs]
    used, first = np.unique(addresses, return_index=True)
    mine = ledger.column("outputs.address")[paid]
    earliest = flows.made_in[first[np.searchsorted(used, mine)]]
    result: Array = earliest < ledger.transactions_of_outputs(paid)
    return result


def _are_their_own(asked: Asked, paid: Array) -> Array:
    """Whether those asked about pay the address of each of those outputs themselves; bool.

    Change that goes back to an address that signed is left out: whoever has one address takes both there.
    """
    ledger, flows = asked.ledger, asked.flows
    own = flows.transactions[flows.kinds == OWN]
    inside = np.isin(flows.made_in, own)
    made_in = np.searchsorted(own, flows.made_in[inside])
    addresses = ledger.column("outputs.address")[flows.outputs[inside]].astype(np.int64)
    signed_in, signers = input_addresses(ledger, own)
    both = np.isin(_pair(made_in, addresses), _pair(signed_in, signers.astype(np.int64)))
    mine = ledger.column("outputs.address")[paid].astype(np.int64)
    result: Array = np.isin(mine, addresses[~both])
    return result


def _pair(transactions: Array, addresses: Array) -> Array:
    """A place and an address (below 2^32) as one number."""
    pair: Array = (transactions << 32) | addresses
    return pair


def _times(ledger: Ledger, transactions: Array) -> Array:
    """Header times of the blocks of transactions; int64."""
    times: Array = ledger.column("blocks.time")[ledger.blocks_of_transactions(transactions)].astype(np.int64)
    return times


__all__ = ["SETTLES", "rest_doubts"]
