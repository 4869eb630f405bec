"""Same RBF: change is spent with the same signal of replacement."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return one.rbf != other.rbf


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_rbf", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_rbf(transactions: Transactions) -> Answers:
    """A wallet signals that its transactions may be replaced (BIP 125), or it does not.

    Outputs whose spender signals differently are ruled out. Yes: one output alone is left. No: ruled out,
    and another is left. Unknown: several are left, or none.

    Möser and Narayanan (2022) found precision 0.965 and recall 0.075 on two-output transactions of the
    real chain whose change is known; few wallets signalled then. It errs where users choose it payment by
    payment.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_rbf")
