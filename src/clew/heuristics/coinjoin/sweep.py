"""Sweeps into a few equal outputs."""

from __future__ import annotations

from clew.heuristics.coinjoin.batch_payout import asked, both
from clew.heuristics.coinjoin.candidates import spread
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import LOOKALIKE, Answers, heuristic
from clew.heuristics.transactions import Transactions

_CODE = ["clew.heuristics.coinjoin.batch_payout", "clew.kernels.coinjoins"]


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    return both(transaction)[1]


@heuristic("sweep", 1, kind=LOOKALIKE, plain=plain, code=_CODE)
def sweep(transactions: Transactions) -> Answers:
    """A sweep of many coins into a few equal ones, as custodians fill their stores: it looks like a coinjoin.

    It is asked of transactions with at least two inputs and two equal outputs above 2,730 satoshi. Yes: at
    least three equal outputs, at least twice as many paying addresses, and at most one other output: in a
    coinjoin of so many coins there would be change for more than one. Unknown: the same with two equal
    outputs. No: otherwise.

    Errs: a join in which everybody brings several coins that make up the exact sum is taken for a sweep.
    """
    rows, _, sweeps = asked(transactions)
    return spread(transactions, rows, sweeps)
