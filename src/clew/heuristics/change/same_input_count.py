"""Same number of inputs: change is spent by a transaction with as many inputs."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return one.inputs != other.inputs


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_input_count", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_input_count(transactions: Transactions) -> Answers:
    """Some owners gather many coins in one transaction, some spend one at a time.

    Compared are classes: 1, 2, up to 9, more. Outputs whose spender is of another class are ruled out. Yes:
    one output alone is left. No: ruled out, and another is left. Unknown: several are left, or none.

    Weak alone: how many inputs a payment needs depends on the amount. It tells custodians that sweep from
    people who pay. No rate is published for it alone.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_input_count")
