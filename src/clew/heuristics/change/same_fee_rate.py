"""Same fee rate: change is spent at a fee rate like that of the payment."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions

NEAR = 1
"""Steps by which rates may differ."""


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return abs(one.rate - other.rate) > NEAR


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_fee_rate", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_fee_rate(transactions: Transactions) -> Answers:
    """Software chooses its fee rate in one way: change is spent at a similar rate.

    Rates in satoshi per virtual byte are compared by steps of a quarter of a doubling; outputs whose spender
    is more than one step away are ruled out. Yes: one output alone is left. No: ruled out, and another is
    left. Unknown: several are left, or none.

    It errs wherever rates moved between the two, which is the more likely the longer the output lay. No
    rate is published for it alone.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_fee_rate")
