"""Payouts of one sum to several people out of one wallet."""

from __future__ import annotations

import numpy as np

from clew.heuristics.coinjoin.candidates import Rows, spread, with_equal_outputs
from clew.heuristics.coinjoin.shape import distinct, may_join, most_equal
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import LOOKALIKE, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, UNKNOWN, YES


def both(transaction: Transaction) -> tuple[int, int]:
    """Whether it looks like a payout in a batch, and whether like a sweep."""
    if not may_join(transaction):
        return NO, NO
    _, count = most_equal(transaction)
    payers = distinct(transaction.inputs)
    others = len(transaction.outputs) - count
    if payers == 0:
        return NO, NO
    if payers < count:
        return YES, NO
    if others > 1 or (others == 0 and payers < 2 * count):
        return NO, NO
    answer = UNKNOWN if count == 2 else YES
    return (NO, answer) if payers >= 2 * count else (answer, NO)


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    return both(transaction)[0]


def asked(transactions: Transactions) -> tuple[Rows, Answers, Answers]:
    """Candidates' places, and of each what ``both`` says."""
    from clew.kernels import coinjoins

    rows, some = with_equal_outputs(transactions)
    kept = "lookalikes"
    if kept not in some.kept:
        payouts, sweeps = np.empty(len(rows), np.int8), np.empty(len(rows), np.int8)
        coinjoins.lookalikes(coinjoins.coins_of(some), payouts, sweeps)
        some.kept[kept] = payouts, sweeps
    return rows, *some.kept[kept]


@heuristic("batch_payout", 1, kind=LOOKALIKE, plain=plain, code=["clew.kernels.coinjoins"])
def batch_payout(transactions: Transactions) -> Answers:
    """A payout of one sum to several people from several coins: it looks like a coinjoin, and is none.

    It is asked of transactions with at least two inputs and two equal outputs above 2,730 satoshi. Yes: fewer
    addresses pay than there are equal outputs, so that not everybody who takes one can have paid; or at least
    three equal outputs, fewer than twice as many payers, and one other output alone: in a coinjoin each who
    takes an equal output has change of its own, or nobody has. Unknown: the same with two equal outputs,
    which may be a coinjoin of two. No: otherwise, and where nothing but equal outputs is there.

    Errs: a join in which all but one bring the exact sum is taken for a payout, as a bare round of Wasabi 1
    would be; detectors of coinjoins go first.
    """
    rows, payouts, _ = asked(transactions)
    return spread(transactions, rows, payouts)
