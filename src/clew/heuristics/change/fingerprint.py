"""Fingerprint: change is spent by software with all the same habits."""

from __future__ import annotations

from clew.heuristics.change import same_key_form, same_lock_time, same_low_r, same_rbf, same_version
from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    parts = (same_version, same_lock_time, same_rbf, same_low_r, same_key_form)
    partly = bool(one.signed and other.signed) and one.partly != other.partly
    return partly or any(part.differ(one, other) for part in parts)


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("fingerprint", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def fingerprint(transactions: Transactions) -> Answers:
    """What software decides taken together: version, lock time, replacement, signatures and keys.

    An output is ruled out if its spender differs in any of: version, way of setting lock times, signal of
    replacement, grinding for a low r, form of keys, signatures that cover only a part. Yes: one output
    alone is left. No: ruled out, and another is left. Unknown: several are left, or none.

    Sure where payer and payee have different software, silent where they have the same. It errs where
    the wallet was updated or its owner changed wallets between the two: then the payee may look more like
    the payer than the payer does. No rate is published for this form; of its parts see the rules of their
    names.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "fingerprint")
