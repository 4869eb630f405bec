"""PayJoin: a payment in which the payee's own coin stands among the inputs."""

from __future__ import annotations

import numpy as np

from clew.heuristics.coinjoin.shape import distinct
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import OTHER, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, UNKNOWN


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    inputs, outputs = transaction.inputs, transaction.outputs
    if len(inputs) < 2 or len(outputs) != 2 or distinct(inputs) < 2 or distinct(outputs) < 2:
        return NO
    if any(each.script_type != inputs[0].script_type for each in inputs):
        return NO
    without = sum(each.value for each in inputs) - min(each.value for each in inputs)
    largest = max(each.value for each in outputs)
    return UNKNOWN if without >= largest + transaction.fee else NO


@heuristic("payjoin", 1, kind=OTHER, plain=plain, code=["clew.kernels.coinjoins"])
def payjoin(transactions: Transactions) -> Answers:
    """Whether a payment has an input that it does not need, as one in which the payee joins often has.

    Unknown: two outputs to two addresses; at least two addresses pay, with scripts of one type; and without
    the smallest input there would still be enough for the larger output and the fee. Wallets that pay from
    few coins would not have added it; a payee who joins his own coin (PayJoin) does. No: otherwise. It never
    says yes: PayJoin is made so that it cannot be told from a payment.

    A soft flag: ``strict`` does not ask it, and ``extended`` leaves out change where it does not say no. It
    is said of many ordinary payments, of wallets that spend small coins along or add one for the fee, and it
    misses a PayJoin whose added coin is needed to reach the larger output, as the payee's usually is where
    the coin is larger than the change.

    PayJoin is in use since 2018 (Stowaway), and 2020 (BIP 78). Source: BIP 78 (input types must be the
    same); the unnecessary-input heuristic (*UIH2*), Gibson, 2018.
    """
    from clew.kernels import coinjoins

    answers = np.zeros(len(transactions), np.int8)
    fit = (np.diff(transactions.first_output) == 2) & (np.diff(transactions.first_input) >= 2)
    rows = np.flatnonzero(fit)
    some = transactions.some(rows)
    found = np.empty(len(rows), np.int8)
    coinjoins.payjoin(coinjoins.coins_of(some), found)
    answers[rows] = found
    return answers
