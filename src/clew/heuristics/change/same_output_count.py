"""Same number of outputs: change is spent by a transaction with as many outputs."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return one.outputs != other.outputs


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_output_count", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_output_count(transactions: Transactions) -> Answers:
    """A person pays one payee at a time, an exchange many, a sweep makes one output.

    Compared are classes: 1, 2, up to 9, more; OP_RETURN is not counted. Outputs whose spender is of another
    class are ruled out. Yes: one output alone is left. No: ruled out, and another is left. Unknown:
    several are left, or none.

    It errs where a person empties a wallet, and where an exchange pays a single withdrawal. No rate is
    published for it alone.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_output_count")
