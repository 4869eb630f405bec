"""Same form of keys: change is signed with keys written as here."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return bool(one.signed and other.signed) and one.long_key != other.long_key


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_key_form", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_key_form(transactions: Transactions) -> Answers:
    """Old software writes public keys in 65 bytes, newer in 33: a wallet hardly ever does both.

    Outputs are ruled out where one of the two transactions shows an uncompressed key and the other, with
    signatures that were understood, none. Yes: one output alone is left. No: ruled out, and another is
    left. Unknown: several are left, or none.

    It errs with wallets that hold imported keys of both forms. No rate is published.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_key_form")
