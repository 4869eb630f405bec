"""Optimal change: change that is smaller than every input, since no wallet adds a needless one."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, settled
from clew.heuristics.change.ruled import answers
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def _least(transaction: Transaction) -> int:
    return min((each.value for each in transaction.inputs), default=0)


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction."""
    return settled(transaction, lambda output: output.value >= _least(transaction))


def plain_fee(transaction: Transaction) -> list[int]:
    """The rule before the fee is taken off, for one transaction."""
    most = _least(transaction) - transaction.fee
    return settled(transaction, lambda output: output.value >= most)


@heuristic("optimal_change", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE)
def optimal_change(transactions: Transactions) -> Answers:
    """Change is smaller than the smallest input: with larger change, that input was needless.

    Outputs worth at least as much as the smallest input are ruled out. Yes: one output alone is
    smaller. No: it is not, and another is. Unknown: several are smaller, as always with one input,
    or none is.

    Möser and Narayanan (2022) found precision 0.921 and recall 0.306 on two-output transactions of the
    real chain whose change is known. It errs where a wallet adds inputs on purpose: to gather small
    coins, to spend an address whole, or by picking coins at random.
    """
    return answers(transactions, "optimal_change")


@heuristic("optimal_change_fee", 1, about=OUTPUT, kind=CHANGE, plain=plain_fee, code=CODE)
def optimal_change_fee(transactions: Transactions) -> Answers:
    """Change and fee together are smaller than the smallest input: they are what that input was for.

    As ``optimal_change``, for wallets that pick coins first and take the fee off the change then.
    An output is ruled out if it and the fee add up to the smallest input or more. It therefore
    speaks in some cases where both outputs are smaller than every input, and keeps silent in some where
    ``optimal_change`` speaks. Möser and Narayanan (2022) use a variant with the fee, too; no rate of
    this one is published. It errs as ``optimal_change`` does.
    """
    return answers(transactions, "optimal_change_fee")
