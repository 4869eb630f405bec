"""Same form of fee: change is spent with a fee that is round in the same way."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return one.fee != other.fee


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_fee_form", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_fee_form(transactions: Transactions) -> Answers:
    """Old software pays whole thousands of satoshi, other whole satoshi per virtual byte, other neither.

    Compared are: no fee, whole thousands of satoshi, whole satoshi per virtual byte, and all others. Outputs
    whose spender has another form are ruled out. Yes: one output alone is left. No: ruled out, and
    another is left. Unknown: several are left, or none.

    It errs by chance with fees that happen to be round, and where a wallet estimates sizes a byte or two
    too high. No rate is published for it alone.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_fee_form")
