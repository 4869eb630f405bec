"""Tx0: one owner's coins made ready for Whirlpool."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.heuristics.coinjoin import whirlpool
from clew.heuristics.coinjoin.candidates import spread, with_stored_data
from clew.heuristics.coinjoin.whirlpool import MOST_ABOVE, POOLS
from clew.heuristics.plain import Output, Transaction
from clew.heuristics.registry import COINJOIN, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, NULLDATA, UNKNOWN, WITNESS_V0_KEYHASH, YES

LEAST_FEE_SHARE, FEE_SHARE = 100, 20
"""The pool's fee is at least one part in the first number of its amount, at most one in the second."""

MOST_OTHERS = 2


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    outputs = transaction.outputs
    data = [each for each in outputs if each.script_type == NULLDATA]
    if transaction.is_coinbase or len(outputs) < 3 or len(data) != 1 or data[0].value:
        return NO
    found = NO
    for pool in POOLS:
        for each in outputs:
            if each.script_type == WITNESS_V0_KEYHASH and pool < each.value <= pool + MOST_ABOVE:
                found = max(found, _premix(outputs, each, pool))
    return found


def _premix(outputs: tuple[Output, ...], premix: Output, pool: int) -> int:
    """The rule, if this output is one that is to be mixed."""
    same = sum(each.value == premix.value and each.script_type == WITNESS_V0_KEYHASH for each in outputs)
    small = sum(FEE_SHARE * each.value <= pool <= LEAST_FEE_SHARE * each.value for each in outputs)
    if small < 1 or len(outputs) - 1 - same - 1 > MOST_OTHERS:
        return NO
    if same >= 2:
        return YES
    if premix.spender is None:
        return UNKNOWN
    return YES if whirlpool.plain(premix.spender) == YES else NO


@heuristic(
    "tx0",
    1,
    kind=COINJOIN,
    plain=plain,
    code=["clew.heuristics.coinjoin.whirlpool", "clew.kernels.coinjoins"],
    looks_ahead=True,
)
def tx0(transactions: Transactions) -> Answers:
    """A transaction that cuts one owner's coins to a pool's size before Whirlpool: its *Tx0*.

    It is no coinjoin: one owner signs it, so it is not left out of multi-input. It is here because it shows
    that its owner mixes, and because its change is still the owner's.

    Yes: one OP_RETURN of no value; an output of 1 % to 5 % of a pool's amount, the pool's fee; at least two
    equal P2WPKH outputs of the pool's amount and up to 110,000 satoshi more, to be mixed; and at most two
    others. With only one output to be mixed, yes where a round of Whirlpool spends it, no where something
    else does, and unknown while it is unspent: then the answer depends on the height of the ledger.
    No: otherwise.

    Errs: with the smallest pool (0.001 BTC) the room above is as large as the pool itself, so a payment of
    two equal sums with a note and a small third output is taken for a Tx0. Discounts that leave no fee
    output are missed.

    On the main chain from height 570,000 (2019). Source: Samourai's description of pools and their fees
    (0.0005, 0.0025 and 0.025 BTC for 0.01, 0.05 and 0.5, and less later).
    """
    from clew.kernels import coinjoins

    rows, some = with_stored_data(transactions)
    found = _asked(some, np.full(some.outputs, UNKNOWN, np.int8), coinjoins)
    open_ones = np.flatnonzero(found == UNKNOWN)
    if len(open_ones):
        few = some.some(open_ones)
        mixed = np.append(whirlpool.judged(few.spenders, coinjoins), UNKNOWN)
        found[open_ones] = _asked(few, mixed[few.spender_row].astype(np.int8), coinjoins)
    return spread(transactions, rows, found)


def _asked(some: Transactions, spent_in: Answers, coinjoins: Any) -> Answers:
    """The rule over candidates; ``spent_in``: by output, whether a round of Whirlpool spends it."""
    found: Answers = np.empty(len(some), np.int8)
    limits = np.array([MOST_ABOVE, FEE_SHARE, LEAST_FEE_SHARE, MOST_OTHERS], np.int64)
    coinjoins.tx0(coinjoins.coins_of(some), spent_in, np.array(POOLS, np.int64), limits, found)
    return found
