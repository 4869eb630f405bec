"""Payments that bring back what the paid address had sent out."""

from __future__ import annotations

import numpy as np

from clew.analysis.flows import OWN
from clew.analysis.origins.asked import Asked
from clew.ledger.columns import Array, distinct_pairs
from clew.ledger.ledger import expand
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS

KEPT = 10
"""A refund is less by a fee: by one part in so many of what was sent at most."""

WITHIN = 60 * 86_400
"""Seconds within which a refund comes; who pays the same price again later is met more often."""


def are_returned(asked: Asked, transactions: Array, outputs: Array, values: Array) -> Array:
    """Which payments (their transactions, outputs, satoshi) look like refunds; bool.

    One does where the paid address had signed a transaction before that sent away an amount of which this is
    the whole, or all but one part in KEPT, WITHIN so many seconds. That the payer is a service to which the
    address had sent money says little: operators cash out where their customers buy.
    """
    flows, ledger = asked.flows, asked.ledger
    result = np.zeros(len(outputs), bool)
    signed = flows.spent_by < MAX_TRANSACTIONS
    addresses = ledger.column("outputs.address")[flows.outputs[signed]].astype(np.int64)
    pairs, _ = distinct_pairs(addresses, flows.spent_by[signed])
    own = flows.kinds[np.searchsorted(flows.transactions, pairs[1])] == OWN
    paid = ledger.column("outputs.address")[outputs].astype(np.int64)
    pairs = pairs[:, own & np.isin(pairs[0], paid)]
    if not pairs.shape[1]:
        return result
    starts, ends = ledger.output_ranges(pairs[1])
    sent = expand(starts, ends - starts)
    whose, when = (np.repeat(each, ends - starts) for each in pairs)
    to = ledger.column("outputs.address")[sent]
    outside = ~np.isin(sent, flows.outputs) & (to != NO_ADDRESS)
    sent, whose, when, to = sent[outside], whose[outside], when[outside], to[outside]
    if not len(sent):
        return result
    amounts = ledger.column("outputs.value")[sent]
    times = ledger.column("blocks.time")
    sent_at = times[ledger.blocks_of_transactions(when)].astype(np.int64)
    came_at = times[ledger.blocks_of_transactions(transactions)].astype(np.int64)
    return _same_amount((whose, amounts, when, sent_at), (paid, values, transactions, came_at))


_Four = tuple[Array, Array, Array, Array]


def _same_amount(sent: _Four, came: _Four) -> Array:
    """Whether as much had been sent lately, but for a fee: address, satoshi, transaction, time of each."""
    order = np.lexsort((sent[1], sent[0]))
    address, value, when, at = (each[order] for each in sent)
    first, last = np.searchsorted(address, came[0]), np.searchsorted(address, came[0], "right")
    found = np.zeros(len(came[0]), bool)
    for row in np.flatnonzero(first < last).tolist():
        part = slice(int(first[row]), int(last[row]))
        low = int(came[1][row])
        span = np.searchsorted(value[part], [low, low * KEPT // (KEPT - 1) + 1])
        lately = slice(part.start + int(span[0]), part.start + int(span[1]))
        found[row] = bool(((when[lately] < came[2][row]) & (at[lately] >= came[3][row] - WITHIN)).any())
    return found


__all__ = ["KEPT", "are_returned"]
