"""Same sequence: change is spent with the same sequence numbers."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return one.sequence != other.sequence


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_sequence", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_sequence(transactions: Transactions) -> Answers:
    """Software writes one sequence number into its inputs: change is spent with the same.

    Compared are: final, one less, two less, zero, others, and a mixture. Outputs whose spender has another
    are ruled out. Yes: one output alone is left. No: ruled out, and another is left. Unknown: several
    are left, or none.

    Finer than ``same_rbf``, which compares only whether replacement is signalled. No rate is published. It
    errs where a wallet lets its user switch replacement on and off, or was updated.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_sequence")
