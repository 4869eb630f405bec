"""Same order: change is spent with inputs and outputs sorted as here."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return {one.order, other.order} == {1, 2}


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_order", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_order(transactions: Transactions) -> Answers:
    """Some software sorts inputs and outputs as BIP 69 says, some mixes them.

    Outputs whose spender is sorted where the transaction is not, or the other way round, are ruled out. A
    transaction of one input and one output says nothing. Yes: one output alone is left. No: ruled out, and
    another is left. Unknown: several are left, or none.

    It errs often: of two outputs, every second pair is sorted by chance. It is of use together with
    other rules. No rate is published for it alone.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_order")
