"""How a transaction was made, as one number: what wallet software decides and hardly ever changes.

The plain twin, with the meaning of each field, is ``clew.heuristics.change.traits``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, inlined, kernel
from clew.schema import (
    EXECUTED_MULTISIG,
    FLAG_COINBASE,
    FLAG_SORTED_INPUTS,
    FLAG_SORTED_OUTPUTS,
    FLAG_WITNESS,
    MULTISIG,
    NO_ADDRESS,
    SHOWN_LONG_KEY,
    SIGNED_ANYONECANPAY,
    SIGNED_HIGH_R,
    SIGNED_NONE,
    SIGNED_OTHER,
    SIGNED_SINGLE,
    WITNESS_V1_TAPROOT,
)

(
    VERSION_AT, LOCK_TIME_AT, SEQUENCE_AT, RBF_AT, WITNESS_AT, ORDER_AT, INPUTS_AT, OUTPUTS_AT, RATE_AT,
    FEE_AT, MULTISIG_AT, LOW_R_AT, LONG_KEY_AT, SIGNED_AT, PARTLY_AT, COINBASE_AT, JOINT_AT, TOLD_AT,
) = 0, 2, 4, 7, 8, 9, 11, 13, 15, 23, 25, 26, 28, 29, 30, 31, 32, 33  # fmt: skip
"""Where each field begins, in bits."""

RECENT = 250
TIME_FROM = 500_000_000
PARTLY = SIGNED_NONE | SIGNED_SINGLE | SIGNED_ANYONECANPAY | SIGNED_OTHER
SEVERAL_LOW = 3
FINAL = 0xFFFFFFFF
MIXED = 5


class Made(NamedTuple):
    """Transactions: ``first_input``, ``first_output`` int64 (rows + 1), counted from 0; ``height``
    int64, ``version``, ``lock_time``, ``base_size``, ``size`` uint32, ``flags`` uint8, ``joint`` int8
    (not 0: several owners made it); by input ``spent_type`` uint8, ``spent_value`` int64, ``sequence``
    uint32, ``signing`` uint8; by output ``value`` int64, ``address`` uint32."""

    first_input: Any
    first_output: Any
    height: Any
    version: Any
    lock_time: Any
    base_size: Any
    size: Any
    flags: Any
    joint: Any
    spent_type: Any
    spent_value: Any
    sequence: Any
    signing: Any
    value: Any
    address: Any


def made(transactions: Any, joint: Any) -> Made:
    """What is known of how a range of transactions was made."""
    by_name = {name: getattr(transactions, name) for name in Made._fields if name != "joint"}
    return Made(joint=joint, **by_name)


@inlined
def _version(version: int) -> int:
    return version - 1 if 1 <= version <= 3 else 3


@inlined
def _lock_time(lock_time: int, height: int) -> int:
    if lock_time == 0:
        return 0
    if lock_time >= TIME_FROM:
        return 3
    return 1 if height - RECENT <= lock_time < height else 2


@inlined
def _sequence(sequence: int) -> int:
    if sequence >= FINAL - 2:
        return FINAL - sequence
    return 3 if sequence == 0 else 4


@inlined
def _number(count: int) -> int:
    if count <= 2:
        return max(count - 1, 0)
    return 2 if count < 10 else 3


@kernel
def rate_class(fee: int, weight: int) -> int:
    """A fee rate, in quarters of a doubling; 0 for none."""
    rate = 4_000 * fee // max(weight, 1)
    if rate < 4:
        return rate
    doublings = 0
    while rate >> doublings >= 8:
        doublings += 1
    return 4 * doublings + (rate >> doublings)


@inlined
def _fee_form(fee: int, weight: int) -> int:
    if fee <= 0:
        return 3
    if fee % 1_000 == 0:
        return 2
    return 1 if fee % max((weight + 3) // 4, 1) == 0 else 0


@inlined
def _signatures(made: Made, row: int) -> int:
    """What signatures show, as the bits of a trait."""
    made = borrowed(made)
    said, high, low, multisig = np.int64(0), False, 0, False
    for i in range(made.first_input[row], made.first_input[row + 1]):
        signing = np.int64(made.signing[i])
        said |= signing
        multisig |= made.spent_type[i] == MULTISIG
        high |= signing & SIGNED_HIGH_R != 0
        if signing and made.spent_type[i] != WITNESS_V1_TAPROOT:
            low += 1
    form = 1 if high else (0 if low == 0 else (2 if low < SEVERAL_LOW else 3))
    found = np.int64(form) << LOW_R_AT
    if multisig or said & EXECUTED_MULTISIG:
        found |= np.int64(1) << MULTISIG_AT
    if said & SHOWN_LONG_KEY:
        found |= np.int64(1) << LONG_KEY_AT
    if said:
        found |= np.int64(1) << SIGNED_AT
    if said & PARTLY:
        found |= np.int64(1) << PARTLY_AT
    return found


@inlined
def _trait(made: Made, row: int) -> int:
    made = borrowed(made)
    flags = np.int64(made.flags[row])
    found = np.int64(1) << TOLD_AT
    if flags & FLAG_COINBASE:
        return found | np.int64(1) << COINBASE_AT
    if made.joint[row]:
        found |= np.int64(1) << JOINT_AT
    first, last = made.first_input[row], made.first_input[row + 1]
    fee, kind, rbf = np.int64(0), _sequence(np.int64(made.sequence[first])), False
    for i in range(first, last):
        fee += made.spent_value[i]
        sequence = np.int64(made.sequence[i])
        rbf |= sequence < FINAL - 1
        if _sequence(sequence) != kind:
            kind = np.int64(MIXED)
    outputs = 0
    for i in range(made.first_output[row], made.first_output[row + 1]):
        fee -= made.value[i]
        outputs += made.address[i] != NO_ADDRESS
    fee = max(fee, 0)
    weight = 3 * np.int64(made.base_size[row]) + np.int64(made.size[row])
    found |= _version(np.int64(made.version[row])) << VERSION_AT
    found |= _lock_time(np.int64(made.lock_time[row]), np.int64(made.height[row])) << LOCK_TIME_AT
    found |= np.int64(kind) << SEQUENCE_AT
    if rbf:
        found |= np.int64(1) << RBF_AT
    if flags & FLAG_WITNESS:
        found |= np.int64(1) << WITNESS_AT
    if last - first > 1 or made.first_output[row + 1] - made.first_output[row] > 1:
        whole = FLAG_SORTED_INPUTS | FLAG_SORTED_OUTPUTS
        found |= np.int64(1 if flags & whole == whole else 2) << ORDER_AT
    found |= np.int64(_number(last - first)) << INPUTS_AT
    found |= np.int64(_number(outputs)) << OUTPUTS_AT
    found |= np.int64(rate_class(fee, weight)) << RATE_AT
    found |= np.int64(_fee_form(fee, weight)) << FEE_AT
    return np.int64(found | _signatures(made, row))


@kernel
def traits(made: Made, out: Any) -> None:
    """Write the trait of each transaction; uint64."""
    made = borrowed(made)
    for row in range(len(out)):
        out[row] = _trait(made, row)


@kernel
def gathered(traits: Any, spent_by: Any, out: Any) -> None:
    """Write the trait of each output's spender, out of those of all transactions; 0 where nobody spent
    it."""
    for i in range(len(spent_by)):
        out[i] = traits[spent_by[i]] if spent_by[i] < len(traits) else 0
