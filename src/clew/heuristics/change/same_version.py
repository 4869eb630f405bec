"""Same version: change is spent by a transaction of the same version."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return one.version != other.version


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_version", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_version(transactions: Transactions) -> Answers:
    """Software writes one transaction version: change is spent by a transaction of the same.

    Outputs spent by a transaction of another version (1, 2, 3 or any other) are ruled out. Yes: one output
    alone is left. No: ruled out, and another is left. Unknown: several are left, or none.

    Möser and Narayanan (2022) found precision 0.985 and recall 0.245 on two-output transactions of the
    real chain whose change is known. It errs where the wallet was updated between the two, or where payee
    and payer share one software and the change was moved by another.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_version")
