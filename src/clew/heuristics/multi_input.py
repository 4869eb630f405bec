"""Multi-input: who signs together is one."""

from __future__ import annotations

import numpy as np

from clew.heuristics.known_keys import TABLE
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CONTROL, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import (
    ANCHOR,
    EXECUTED_MULTISIG,
    NO,
    NONSTANDARD,
    SIGNED_ALL,
    SIGNED_ANYONECANPAY,
    SIGNED_NONE,
    SIGNED_OTHER,
    SIGNED_SINGLE,
    UNKNOWN,
    WITNESS_UNKNOWN,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
    YES,
)

KEYLESS_TYPES = frozenset({ANCHOR, WITNESS_UNKNOWN, NONSTANDARD})
"""Script types that anyone may be able to spend, so that an input of one proves no key."""

HASH_TYPES = SIGNED_ALL | SIGNED_NONE | SIGNED_SINGLE | SIGNED_ANYONECANPAY | SIGNED_OTHER

ONE_KEY = frozenset({WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT})
"""What two who fund a channel together spend and take their change to: native witness programs."""

LAST_REPLACEABLE = 0xFFFFFFFD
CHANNEL_VERSION, MOST_CHANNEL_OUTPUTS = 2, 3


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    inputs = transaction.inputs
    if len({each.address for each in inputs}) < 2:
        return NO
    for each in inputs:
        if each.script_type in KEYLESS_TYPES or each.is_known_key or each.signing & HASH_TYPES != SIGNED_ALL:
            return UNKNOWN
    if len({each.signing & EXECUTED_MULTISIG for each in inputs}) > 1:
        return UNKNOWN
    return UNKNOWN if is_joint_funding(transaction) else YES


def is_joint_funding(transaction: Transaction) -> bool:
    """Whether it has the form in which two fund a channel together (BOLT 2, interactive construction)."""
    types = [each.script_type for each in transaction.outputs]
    spent = {each.script_type for each in transaction.inputs}
    if transaction.version != CHANNEL_VERSION or len(types) > MOST_CHANNEL_OUTPUTS or not spent <= ONE_KEY:
        return False
    if not all(each.is_fresh for each in transaction.outputs):
        return False
    if any(each.sequence > LAST_REPLACEABLE for each in transaction.inputs):
        return False
    funding = types.count(WITNESS_V0_SCRIPTHASH)
    if funding:
        return funding == 1 and ONE_KEY.issuperset(set(types) - {WITNESS_V0_SCRIPTHASH})
    changes = types.count(WITNESS_V0_KEYHASH)
    return changes == 2 and types.count(WITNESS_V1_TAPROOT) == 1 and WITNESS_V1_TAPROOT not in spent


@heuristic(
    "multi_input",
    1,
    kind=CONTROL,
    plain=plain,
    code=["clew.kernels.rules", "clew.heuristics.known_keys", str(TABLE)],
)
def multi_input(transactions: Transactions) -> Answers:
    """All inputs of a transaction are signed by somebody who holds all their keys.

    Yes: at least two different addresses pay the inputs, each input shows a signature, and every signature
    is over all inputs and outputs (ALL, or taproot's DEFAULT). No: one address alone, or a coinbase.

    Unknown, since strangers may stand side by side:
    - an input needs no key, or has a script that is not understood (pay-to-anchor, unknown witness
      versions, non-standard scripts), or shows no signature (scripts that anyone can spend);
    - a signature is SINGLE, NONE or ANYONECANPAY, as in orders that a stranger completes on an exchange of
      tokens, or of another form;
    - everybody knows the private key of an address that pays (small numbers, phrases in use as passwords);
    - some inputs run a script of several keys and others do not: escrows, channels, splices;
    - it has the form in which two fund a channel together (BOLT 2): version 2, only native witness inputs of
      one key, all of them replaceable, at most three outputs, all to new addresses, of which one is a
      witness script hash (or, beside two witness key hashes, taproot) and the others can be change.

    Wrong where several owners sign one transaction all the same: coinjoins (left out by their own rules),
    PayJoin, keys that were sold or handed on. Alone it finds about 69 % of a wallet on average (Nick 2015),
    so that every entity is a lower bound. First described by Nakamoto (2008).
    """
    from clew.kernels import rules

    answers = np.empty(len(transactions), np.int8)
    rules.multi_input(rules.signed_of(transactions), rules.known_of(transactions.known_keys), answers)
    rows = np.flatnonzero(answers == rules.PERHAPS_CHANNEL)
    if len(rows):
        answers[rows] = np.where(_is_replaceable_and_fresh(transactions.some(rows)), UNKNOWN, YES)
    return answers


def _is_replaceable_and_fresh(some: Transactions) -> Answers:
    """What of the form of a joint funding the kernel does not look at; bool."""
    found: Answers = some.version == CHANNEL_VERSION
    found &= np.maximum.reduceat(some.sequence, some.first_input[:-1]) <= LAST_REPLACEABLE
    found &= np.logical_and.reduceat(some.is_fresh, some.first_output[:-1])
    return found
