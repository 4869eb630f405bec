"""Multi-input: who signs together is one."""

from __future__ import annotations

import numpy as np

from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CONTROL, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import ANCHOR, NO, NONSTANDARD, UNKNOWN, WITNESS_UNKNOWN, YES

KEYLESS_TYPES = frozenset({ANCHOR, WITNESS_UNKNOWN, NONSTANDARD})
"""Script types that anyone may be able to spend, so that an input of one proves no key."""


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    if len({each.address for each in transaction.inputs}) < 2:
        return NO
    if KEYLESS_TYPES.intersection(each.script_type for each in transaction.inputs):
        return UNKNOWN
    return YES


@heuristic("common_input", 1, kind=CONTROL, plain=plain, code=["clew.kernels.rules"])
def common_input(transactions: Transactions) -> Answers:
    """All inputs of a transaction are signed by somebody who holds all their keys.

    Yes: at least two different addresses pay the inputs. No: one address alone, or a coinbase.
    Unknown: an input needs no key or has a script that is not understood (pay-to-anchor, unknown
    witness versions, non-standard scripts), so that strangers may stand side by side.

    Wrong where several owners sign one transaction: coinjoins (left out by their own rules),
    PayJoin, exchange orders, jointly funded channels. Alone it finds about 69 % of a wallet on
    average (Nick 2015), so that every entity is a lower bound. First described by Nakamoto (2008).
    """
    from clew.kernels import rules

    answers = np.empty(len(transactions), np.int8)
    rules.common_input(rules.inputs_of(transactions), answers)
    return answers
