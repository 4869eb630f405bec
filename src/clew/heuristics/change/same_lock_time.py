"""Same lock time: change is spent with the same way of setting lock times."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return one.lock_time != other.lock_time


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_lock_time", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_lock_time(transactions: Transactions) -> Answers:
    """Software sets lock times in one way: none, the height of its tip, or something else.

    Compared are four ways: none; a height up to 250 blocks below the transaction's own block, as wallets
    set against fee sniping; another height; a time. Outputs whose spender has another way are ruled
    out. Yes: one output alone is left. No: ruled out, and another is left. Unknown: several are left, or
    none.

    Möser and Narayanan (2022) found precision 0.991 and recall 0.307 on two-output transactions of the
    real chain whose change is known; they compared with and without. It errs where a transaction waited
    for more than a day or two, and where the wallet was updated between the two.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_lock_time")
