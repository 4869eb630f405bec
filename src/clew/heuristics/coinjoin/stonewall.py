"""Stonewall: a payment that is made to look like a coinjoin of two."""

from __future__ import annotations

import numpy as np

from clew.heuristics.coinjoin.candidates import spread, with_equal_outputs
from clew.heuristics.coinjoin.joining import MOST_LOOKS, MOST_STEPS, Looks, share_out
from clew.heuristics.coinjoin.shape import distinct, most_equal
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import LOOKALIKE, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO

_CODE = ["clew.kernels.joining", "clew.kernels.coinjoins", "clew.heuristics.coinjoin.joining"]


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    inputs, outputs = transaction.inputs, transaction.outputs
    value, count = most_equal(transaction)
    if count != 2 or len(outputs) != 4 or distinct(inputs) < 2 or distinct(outputs) < 4:
        return NO
    if {each.address for each in inputs} & {each.address for each in outputs}:
        return NO
    spent = sorted((each.value for each in inputs), reverse=True)
    least = value + min(each.value for each in outputs if each.value != value)
    return share_out(spent, [(least, least + transaction.fee)], Looks())


@heuristic("stonewall", 1, kind=LOOKALIKE, plain=plain, code=_CODE)
def stonewall(transactions: Transactions) -> Answers:
    """A payment in the shape of a coinjoin of two people, as Samourai's Stonewall makes it.

    Yes: four outputs to four addresses, none of which pays, two of them equal; and the inputs can be shared
    out in two parts, each of which pays one of the equal outputs, one of change, and a part of the fee.
    Nobody gains by it, which tells it from a round of JoinMarket. No: otherwise. Unknown: so many inputs
    that not all ways to share them out were tried (20,000 steps).

    It is reported apart because nothing tells whether one owner made it (Stonewall), who sends one of the
    equal outputs to a wallet of his own, or two (StonewallX2). So it neither counts as a coinjoin, nor may
    its inputs be joined.

    Errs: payments of one sum to two people that fit by chance. Seen on the main chain since 2018.
    Source: Samourai Wallet's descriptions of Stonewall.
    """
    from clew.kernels import coinjoins, joining

    rows, some = with_equal_outputs(transactions)
    found = np.empty(len(rows), np.int8)
    joining.stonewall(coinjoins.coins_of(some), np.array([MOST_STEPS, MOST_LOOKS], np.int64), found)
    return spread(transactions, rows, found)
