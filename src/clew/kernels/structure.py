"""The structure of blocks: checked and counted, before anything is made of them.

What this pass finds sound, ``clew.kernels.parse`` trusts. The plain twin is ``clew.bitcoin.block``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import folded, kernel
from clew.kernels.words import i64, u16, u32, u64

FAULTS: tuple[str, ...] = (
    "",
    "the block ends in the middle of a field",
    "a length is written longer than it need be",
    "a length is over 33,554,432",
    "a transaction has no inputs",
    "a transaction has no outputs",
    "a witness flag is not 1",
    "a transaction has the witness form but no witness",
    "the block has no transactions",
    "the first transaction is not a coinbase",
    "a transaction after the first spends the null output",
    "an output value is negative or over what the network has",
    "bytes are left over after the last transaction",
    "the Merkle root of the transactions differs from the header's",
    "the transactions are duplicated in pairs under an unchanged Merkle root (CVE-2012-2459)",
    "the witness commitment differs from the witnesses",
    "there are witnesses but no commitment to them",
    "the coinbase lacks the 32-byte reserved value that the witness commitment needs",
    "there are witnesses below the height at which they began",
)
"""What is wrong with a block, by fault code; 0 is nothing."""

(
    SOUND, CUT, LONG_LENGTH, HUGE_LENGTH, NO_INPUTS, NO_OUTPUTS, BAD_FLAG, NO_WITNESS, NO_TRANSACTIONS,
    NO_COINBASE, NULL_INPUT, BAD_VALUE, LEFT_OVER, BAD_ROOT, MUTATED, BAD_COMMITMENT, NO_COMMITMENT,
    NO_RESERVED, EARLY_WITNESS,
) = range(len(FAULTS))  # fmt: skip


LATER, FIRST, PARENT = range(3)
"""Where a transaction stands: after the first of a block, first, or in an AuxPoW."""

WITNESS_FLAG = 1
MWEB_FLAG = 8


class Form(NamedTuple):
    """How a network writes its blocks: ``max_money`` satoshi of an output at most, and whether it has
    witness programs, an AuxPoW after some headers, an MWEB extension, token prefixes, and signatures
    whose hash types carry a FORKID."""

    max_money: int
    witness: bool
    auxpow: bool
    mweb: bool
    tokens: bool
    forkid: bool


@kernel
def _length(data: Any, at: int, end: int) -> tuple[int, int, int]:
    """A compact size: value, where it ends, fault. Bitcoin Core's limits."""
    if at + 1 > end:
        return 0, at, CUT
    first = np.int64(data[at])
    if first < 253:
        return first, at + 1, SOUND
    if first == 253:
        if at + 3 > end:
            return 0, at, CUT
        value = u16(data, at + 1)
        return value, at + 3, SOUND if value >= 253 else LONG_LENGTH
    if first == 254:
        if at + 5 > end:
            return 0, at, CUT
        value = u32(data, at + 1)
        if value < 0x10000:
            return 0, at, LONG_LENGTH
        return value, at + 5, SOUND if value <= 0x02000000 else HUGE_LENGTH
    if at + 9 > end:
        return 0, at, CUT
    # A 64-bit length is either not minimal or far over the limit.
    return 0, at, LONG_LENGTH if u32(data, at + 5) == 0 else HUGE_LENGTH


@kernel
def _is_null(data: Any, at: int) -> bool:
    if u32(data, at + 32) != 0xFFFFFFFF:
        return False
    some = u64(data, at) | u64(data, at + 8) | u64(data, at + 16) | u64(data, at + 24)
    return bool(some == 0)


@folded
def _count_inputs(data: Any, at: int, end: int, count: int, place: int) -> tuple[int, int]:
    nulls = 0
    for _ in range(count):
        if at + 36 > end:
            return at, CUT
        nulls += _is_null(data, at)
        size, at, fault = _length(data, at + 36, end)
        if fault:
            return at, fault
        at += size + 4
        if at > end:
            return at, CUT
    if place == FIRST and (count != 1 or nulls != 1):
        return at, NO_COINBASE
    if place == LATER and nulls:
        return at, NULL_INPUT
    return at, SOUND


@folded
def _count_outputs(data: Any, at: int, end: int, count: int, max_money: int) -> tuple[int, int]:
    for _ in range(count):
        if at + 8 > end:
            return at, CUT
        if not 0 <= i64(data, at) <= max_money:
            return at, BAD_VALUE
        size, at, fault = _length(data, at + 8, end)
        if fault:
            return at, fault
        at += size
        if at > end:
            return at, CUT
    return at, SOUND


@folded
def _count_witness(data: Any, at: int, end: int, inputs: int) -> tuple[int, int]:
    used = False
    for _ in range(inputs):
        items, at, fault = _length(data, at, end)
        if fault:
            return at, fault
        used |= items > 0
        for _ in range(items):
            size, at, fault = _length(data, at, end)
            if fault:
                return at, fault
            at += size
            if at > end:
                return at, CUT
    return at, SOUND if used else NO_WITNESS


@kernel
def _count_transaction(
    data: Any, at: int, end: int, place: int, max_money: int, mweb: bool
) -> tuple[int, int, int, int]:
    """Where a transaction ends, its inputs and outputs, and the fault found.

    ``mweb``: it may be marked as the one that the MWEB extension follows.
    """
    if at + 4 > end:
        return at, 0, 0, CUT
    inputs, after, fault = _length(data, at + 4, end)
    if fault:
        return at, 0, 0, fault
    flag = np.int64(0)
    if inputs == 0:
        if after >= end:
            return at, 0, 0, CUT
        flag = np.int64(data[after])
        if flag != WITNESS_FLAG and not (mweb and (flag & ~WITNESS_FLAG) == MWEB_FLAG):
            # Without the marker's flag this is a transaction of no inputs.
            return at, 0, 0, NO_INPUTS if flag == 0 else BAD_FLAG
        inputs, after, fault = _length(data, after + 1, end)
        if fault:
            return at, 0, 0, fault
    if inputs == 0:
        return at, 0, 0, NO_INPUTS
    after, fault = _count_inputs(data, after, end, inputs, place)
    if fault:
        return after, 0, 0, fault
    outputs, after, fault = _length(data, after, end)
    if fault:
        return after, 0, 0, fault
    if outputs == 0:
        return after, 0, 0, NO_OUTPUTS
    after, fault = _count_outputs(data, after, end, outputs, max_money)
    if fault:
        return after, 0, 0, fault
    if flag & WITNESS_FLAG:
        after, fault = _count_witness(data, after, end, inputs)
        if fault:
            return after, 0, 0, fault
    if flag & MWEB_FLAG:
        if after >= end:
            return after, 0, 0, CUT
        if data[after] != 0:
            return after, 0, 0, BAD_FLAG
        after += 1
    if after + 4 > end:
        return after, 0, 0, CUT
    return after + 4, inputs, outputs, SOUND


@folded
def _skip_branch(data: Any, at: int, end: int) -> tuple[int, int]:
    """Where a Merkle branch and the place after it end, and the fault found."""
    size, at, fault = _length(data, at, end)
    if fault:
        return at, fault
    at += 32 * size + 4
    return at, SOUND if at <= end else CUT


@kernel
def _skip_auxpow(data: Any, at: int, end: int) -> tuple[int, int]:
    """Where the AuxPoW at ``at`` ends, and the fault found."""
    # What its chain's amounts may be is not ours to judge.
    at, _, _, fault = _count_transaction(data, at, end, PARENT, np.int64(0x7FFFFFFFFFFFFFFF), False)
    if fault:
        return at, fault
    at, fault = _skip_branch(data, at + 32, end)
    if fault:
        return at, fault
    at, fault = _skip_branch(data, at, end)
    if fault:
        return at, fault
    return at + 80, SOUND if at + 80 <= end else CUT


@folded
def body(data: Any, start: int, end: int, auxpow: bool) -> tuple[int, int]:
    """Where a block goes on after its header and AuxPoW, and the fault found."""
    at, fault = start + 80, SOUND
    # Bit 8 of the version says that an AuxPoW follows.
    if auxpow and data[start + 1] & 1:
        at, fault = _skip_auxpow(data, at, end)
    return at, fault


@folded
def _extension(data: Any, at: int, end: int) -> tuple[int, int]:
    """Where a block ends whose last transaction says that an extension follows, and the fault found."""
    if at >= end:
        return at, CUT
    if data[at] > 1 or (data[at] == 1) != (at + 1 < end):
        return at, LEFT_OVER
    return end, SOUND


@kernel
def count(
    data: Any, starts: Any, ends: Any, first: int, last: int, form: Form, counts: Any, faults: Any
) -> None:
    """Check the structure of blocks ``first`` to ``last`` and count what is in them.

    Writes ``counts`` (int64, blocks x 3: transactions, outputs, inputs) and ``faults`` (int64,
    blocks x 2: fault code, byte in the block where it shows).
    """
    for block in range(first, last):
        start, end = starts[block], ends[block]
        counts[block, :] = 0
        faults[block, 0] = CUT
        faults[block, 1] = end - start
        if end - start < 81:
            continue
        transactions = np.int64(0)
        at, fault = body(data, start, end, form.auxpow)
        if fault == SOUND:
            transactions, at, fault = _length(data, at, end)
        if fault == SOUND and transactions == 0:
            fault = NO_TRANSACTIONS
        for number in range(transactions):
            if fault:
                break
            begin = at
            place = FIRST if number == 0 else LATER
            mweb = form.mweb and 0 < number == transactions - 1
            at, inputs, outputs, fault = _count_transaction(data, at, end, place, form.max_money, mweb)
            if fault == SOUND and mweb and data[begin + 4] == 0 and data[begin + 5] & MWEB_FLAG:
                at, fault = _extension(data, at, end)
            counts[block, 1] += outputs
            counts[block, 2] += inputs
        if fault == SOUND and at != end:
            fault = LEFT_OVER
        counts[block, 0] = transactions
        faults[block, 0] = fault
        faults[block, 1] = at - start
