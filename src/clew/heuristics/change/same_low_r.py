"""Same signatures: change is signed by software that grinds for a low r, or does not."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return {one.low_r, other.low_r} == {1, 3}


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_low_r", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_low_r(transactions: Transactions) -> Answers:
    """Some software signs until r is short (Bitcoin Core since 0.17), other takes what comes.

    An r of 33 bytes shows software that does not grind; several short ones in a row show one that does.
    Outputs are ruled out where one of the two transactions has a long r and the other at least three inputs
    with short ones only (one in eight of those that do not grind, by chance). Yes: one output alone is left.
    No: ruled out, and another is left. Unknown: several are left, or none.

    Schnorr signatures say nothing. It errs by the chance named, and where a wallet was updated. No rate is
    published.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_low_r")
