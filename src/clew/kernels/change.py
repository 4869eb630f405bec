"""Which outputs may be change: all rules over a range of transactions in one pass.

Every rule rules outputs out. Rules are bits, in the order of BACK and AHEAD; the plain twins are the
rules' files in ``clew.heuristics.change``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, folded, inlined, kernel
from clew.kernels.traits import (
    COINBASE_AT,
    FEE_AT,
    INPUTS_AT,
    JOINT_AT,
    LOCK_TIME_AT,
    LONG_KEY_AT,
    LOW_R_AT,
    MULTISIG_AT,
    ORDER_AT,
    OUTPUTS_AT,
    PARTLY_AT,
    RATE_AT,
    RBF_AT,
    SEQUENCE_AT,
    SIGNED_AT,
    VERSION_AT,
    WITNESS_AT,
)
from clew.schema import ANCHOR, NO_ADDRESS

BACK: tuple[str, ...] = (
    "address_type",
    *(f"round_value_{digits}" for digits in range(2, 9)),
    "optimal_change",
    "optimal_change_fee",
    "address_reuse",
    "fresh",
)
"""Rules that look at the transaction alone, by bit from 0 on."""

AHEAD: tuple[str, ...] = (
    "same_version",
    "same_lock_time",
    "same_sequence",
    "same_rbf",
    "same_witness",
    "same_order",
    "same_fee_rate",
    "same_fee_form",
    "same_input_count",
    "same_output_count",
    "same_multisig",
    "same_low_r",
    "same_key_form",
    "fingerprint",
    "peeling_chain",
)
"""Rules that look at who spent the output, by bit from len(BACK) on."""

ADDRESS_TYPE = 0
ROUND_2 = 1
MOST_ZEROS = 8
OPTIMAL, OPTIMAL_FEE, REUSE, FRESH = 8, 9, 10, 11
(
    SAME_VERSION, SAME_LOCK_TIME, SAME_SEQUENCE, SAME_RBF, SAME_WITNESS, SAME_ORDER, SAME_FEE_RATE,
    SAME_FEE_FORM, SAME_INPUTS, SAME_OUTPUTS, SAME_MULTISIG, SAME_LOW_R, SAME_KEY_FORM, FINGERPRINT, PEELING,
) = range(len(BACK), len(BACK) + len(AHEAD))  # fmt: skip
ALL_BACK = (1 << len(BACK)) - 1
ALL_AHEAD = ((1 << len(AHEAD)) - 1) << len(BACK)
NEAR_RATE = 1


class Look(NamedTuple):
    """Transactions: ``first_input``, ``first_output`` int64 (rows + 1), counted from 0, ``trait`` uint64;
    by input ``spent_address`` uint32, ``spent_type`` uint8, ``spent_value`` int64; by output ``value``
    int64, ``script_type`` uint8, ``address`` uint32, ``is_fresh`` bool, ``later`` uint64 (its spender's
    trait, or 0; empty where no rule looks ahead)."""

    first_input: Any
    first_output: Any
    trait: Any
    spent_address: Any
    spent_type: Any
    spent_value: Any
    value: Any
    script_type: Any
    address: Any
    is_fresh: Any
    later: Any


def look(transactions: Any, trait: Any, later: Any) -> Look:
    """What rules look at in a range of transactions."""
    known = {"trait": trait, "later": later}
    names = (name for name in Look._fields if name not in known)
    return Look(**known, **{name: getattr(transactions, name) for name in names})


@inlined
def _field(trait: int, at: int, width: int) -> int:
    return (trait >> at) & ((1 << width) - 1)


@inlined
def _low_r_differs(one: int, other: int) -> bool:
    mine, theirs = _field(one, LOW_R_AT, 2), _field(other, LOW_R_AT, 2)
    return (mine == 1 and theirs == 3) or (mine == 3 and theirs == 1)


@inlined
def differing(own: int, later: int) -> int:
    """The rules by which a transaction and a later one have different makers, as bits."""
    change = own ^ later
    found = np.int64(0)
    found |= np.int64(_field(change, VERSION_AT, 2) != 0) << SAME_VERSION
    found |= np.int64(_field(change, LOCK_TIME_AT, 2) != 0) << SAME_LOCK_TIME
    found |= np.int64(_field(change, SEQUENCE_AT, 3) != 0) << SAME_SEQUENCE
    found |= np.int64(_field(change, RBF_AT, 1) != 0) << SAME_RBF
    found |= np.int64(_field(change, WITNESS_AT, 1) != 0) << SAME_WITNESS
    # Of the orders 0, 1 and 2, 0 says nothing.
    found |= np.int64(_field(change, ORDER_AT, 2) == 3) << SAME_ORDER
    rates = _field(own, RATE_AT, 8) - _field(later, RATE_AT, 8)
    found |= np.int64(rates > NEAR_RATE or rates < -NEAR_RATE) << SAME_FEE_RATE
    found |= np.int64(_field(change, FEE_AT, 2) != 0) << SAME_FEE_FORM
    found |= np.int64(_field(change, INPUTS_AT, 2) != 0) << SAME_INPUTS
    found |= np.int64(_field(change, OUTPUTS_AT, 2) != 0) << SAME_OUTPUTS
    found |= np.int64(_field(change, MULTISIG_AT, 1) != 0) << SAME_MULTISIG
    signed = _field(own & later, SIGNED_AT, 1) != 0
    keys = signed and _field(change, LONG_KEY_AT, 1) != 0
    partly = signed and _field(change, PARTLY_AT, 1) != 0
    short = _low_r_differs(own, later)
    found |= np.int64(short) << SAME_LOW_R
    found |= np.int64(keys) << SAME_KEY_FORM
    software = (1 << SAME_VERSION) | (1 << SAME_LOCK_TIME) | (1 << SAME_RBF)
    found |= np.int64(found & software != 0 or short or keys or partly) << FINGERPRINT
    return found


@inlined
def is_candidate(look: Look, i: int) -> bool:
    """Whether somebody can own the output."""
    look = borrowed(look)
    return bool(look.address[i] != NO_ADDRESS and look.script_type[i] != ANCHOR)


@inlined
def zeros(value: int) -> int:
    """How many zeros end a number, MOST_ZEROS at most."""
    count = 0
    while count < MOST_ZEROS and value % 10 == 0:
        value //= 10
        count += 1
    return count


@folded
def _paid_back(look: Look, row: int, address: int) -> bool:
    for i in range(look.first_input[row], look.first_input[row + 1]):
        if look.spent_address[i] == address:
            return True
    return False


@inlined
def _behind(look: Look, row: int, out: Any) -> None:
    """Write the rules by which what a transaction itself shows rules each output out, as bits."""
    look = borrowed(look)
    first, last = look.first_input[row], look.first_input[row + 1]
    least, kind, fee = look.spent_value[first], np.int64(look.spent_type[first]), np.int64(0)
    for i in range(first, last):
        least = min(least, look.spent_value[i])
        fee += look.spent_value[i]
        if look.spent_type[i] != kind:
            kind = np.int64(-1)
    for i in range(look.first_output[row], look.first_output[row + 1]):
        fee -= look.value[i]
    back_to_payer = False
    for i in range(look.first_output[row], look.first_output[row + 1]):
        if not is_candidate(look, i):
            continue
        value = look.value[i]
        found = np.int64(kind >= 0 and look.script_type[i] != kind) << ADDRESS_TYPE
        # A round value in one of these is round in all of those below.
        found |= ((np.int64(1) << max(zeros(value) - 1, 0)) - 1) << ROUND_2
        found |= np.int64(value >= least) << OPTIMAL
        found |= np.int64(value + fee >= least) << OPTIMAL_FEE
        found |= np.int64(not look.is_fresh[i]) << FRESH
        back = _paid_back(look, row, look.address[i])
        back_to_payer |= back
        found |= np.int64(not back) << REUSE
        out[i] |= found
    if back_to_payer:
        for i in range(look.first_output[row], look.first_output[row + 1]):
            out[i] |= np.int64(1) << FRESH


@inlined
def _peeled(look: Look, row: int, count: int, out: Any) -> None:
    """Rule out by the peeling chain, which says something of one shape only."""
    look = borrowed(look)
    first, last = look.first_output[row], look.first_output[row + 1]
    largest, ties = np.int64(-1), 0
    for i in range(first, last):
        if is_candidate(look, i):
            if largest < 0 or look.value[i] > look.value[largest]:
                largest, ties = np.int64(i), 0
            elif look.value[i] == look.value[largest]:
                ties += 1
    goes_on = False
    if count == 2 and ties == 0 and look.first_input[row + 1] - look.first_input[row] == 1:
        later = np.int64(look.later[largest])
        if later and not _field(later, JOINT_AT, 1):
            goes_on = _field(later, INPUTS_AT, 2) == 0 and _field(later, OUTPUTS_AT, 2) == 1
    for i in range(first, last):
        if not goes_on or i != largest:
            out[i] |= np.int64(1) << PEELING


@inlined
def _beyond(look: Look, row: int, count: int, out: Any, known: Any) -> None:
    """Write the rules by which each output's spender rules it out, as bits; ``known``: whether there is
    one that tells something."""
    look = borrowed(look)
    own = np.int64(look.trait[row])
    for i in range(look.first_output[row], look.first_output[row + 1]):
        later = np.int64(look.later[i])
        known[i] = later != 0 and not _field(later, JOINT_AT, 1)
        if known[i] and is_candidate(look, i):
            out[i] |= differing(own, later)
    _peeled(look, row, count, out)


@kernel
def vote(look: Look, back: bool, ahead: bool, yes: Any, no: Any) -> None:
    """Write for each output the rules that say yes and those that say no, as bits; int32.

    The others say unknown. ``back``, ``ahead``: whether to ask the rules of this kind.
    """
    look = borrowed(look)
    asked = (np.int64(ALL_BACK) if back else 0) | (np.int64(ALL_AHEAD) if ahead else 0)
    out, known = np.zeros(len(yes), np.int64), np.zeros(len(yes), np.bool_)
    for row in range(len(look.first_output) - 1):
        first, last = look.first_output[row], look.first_output[row + 1]
        trait = np.int64(look.trait[row])
        coinbase = _field(trait, COINBASE_AT, 1) != 0
        count = 0
        for i in range(first, last):
            candidate = is_candidate(look, i) and not coinbase
            count += candidate
            yes[i] = 0
            no[i] = 0 if candidate else asked
        if count < 2 or _field(trait, JOINT_AT, 1):
            continue
        if back:
            _behind(look, row, out)
        if ahead:
            _beyond(look, row, count, out, known)
        once, twice = np.int64(0), np.int64(0)
        for i in range(first, last):
            if is_candidate(look, i):
                left = ~out[i] & asked
                twice |= once & left
                once |= left
        for i in range(first, last):
            if is_candidate(look, i):
                told = asked if known[i] else asked & ALL_BACK
                yes[i] = ~out[i] & once & ~twice & told
                no[i] = out[i] & once


@kernel
def opened(yes: Any, no: Any, places: Any, answers: Any) -> None:
    """Write the answers (int8, outputs x rules) of the rules whose bits are ``places``."""
    for i in range(len(yes)):
        for column in range(len(places)):
            at = places[column]
            answers[i, column] = 1 + ((yes[i] >> at) & 1) - ((no[i] >> at) & 1)
