"""How a transaction was made: what wallet software decides and hardly ever changes."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

from clew.heuristics.plain import Transaction
from clew.schema import (
    EXECUTED_MULTISIG,
    FLAG_SORTED_INPUTS,
    FLAG_SORTED_OUTPUTS,
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

RECENT = 250
"""Blocks: a lock time so little below its own block's height was the tip when it was made, or nearly."""
TIME_FROM = 500_000_000
PARTLY = SIGNED_NONE | SIGNED_SINGLE | SIGNED_ANYONECANPAY | SIGNED_OTHER
SEVERAL_LOW = 3
FINAL = 0xFFFFFFFF
MIXED = 5

WIDTHS = {
    "version": 2,
    "lock_time": 2,
    "sequence": 3,
    "rbf": 1,
    "witness": 1,
    "order": 2,
    "inputs": 2,
    "outputs": 2,
    "rate": 8,
    "fee": 2,
    "multisig": 1,
    "low_r": 2,
    "long_key": 1,
    "signed": 1,
    "partly": 1,
    "coinbase": 1,
    "joint": 1,
    "told": 1,
}
"""Bits of each field in the packed form, from the lowest."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is compared between a transaction and the one that spends its output."""

    version: int = 0
    """0: 1. 1: 2. 2: 3. 3: any other."""
    lock_time: int = 0
    """0: none. 1: a height up to RECENT below its block. 2: another height. 3: a time."""
    sequence: int = 0
    """Of all inputs: 0: final. 1, 2: one, two less. 3: zero. 4: other numbers. 5: of several kinds."""
    rbf: int = 0
    """1: it may be replaced (BIP 125)."""
    witness: int = 0
    """1: it has a witness."""
    order: int = 0
    """0: one input and one output. 1: inputs and outputs in the order of BIP 69. 2: not so."""
    inputs: int = 0
    """0: one. 1: two. 2: up to nine. 3: more."""
    outputs: int = 0
    """The same of outputs, OP_RETURN not counted."""
    rate: int = 0
    """Fee per size, four steps to a doubling: the leading three bits of satoshi per 1,000 virtual
    bytes, and their place."""
    fee: int = 0
    """0: of no form. 1: whole satoshi per virtual byte. 2: whole thousands of satoshi. 3: none."""
    multisig: int = 0
    """1: it spends a multisig."""
    low_r: int = 0
    """0: no ECDSA signature. 1: an r of 33 bytes. 2: one or two inputs, of short r. 3: more of them."""
    long_key: int = 0
    """1: an uncompressed key was shown."""
    signed: int = 0
    """1: some signature was understood."""
    partly: int = 0
    """1: some signature does not cover all of the transaction."""
    coinbase: int = 0
    joint: int = 0
    """1: several owners made it (coinjoin), so that it says nothing about any one."""
    told: int = 0
    """1, or else nothing is known."""

    @property
    def packed(self) -> int:
        """All of it as one number."""
        number, at = 0, 0
        for value, width in zip(astuple(self), WIDTHS.values(), strict=True):
            number |= value << at
            at += width
        return number


def unpacked(number: int) -> Traits:
    """The traits that a number holds."""
    found, at = {}, 0
    for name, width in WIDTHS.items():
        found[name] = number >> at & ((1 << width) - 1)
        at += width
    return Traits(**found)


def traits_of(transaction: Transaction, joint: bool) -> Traits:
    """How a transaction was made; ``joint``: several owners made it."""
    if transaction.is_coinbase:
        return Traits(coinbase=1, told=1)
    kinds = {_sequence(each.sequence) for each in transaction.inputs}
    fee, size = max(transaction.fee, 0), max(transaction.weight, 1)
    seen = [each.signing for each in transaction.inputs]
    kept = FLAG_SORTED_INPUTS | FLAG_SORTED_OUTPUTS
    ordered = transaction.flags & kept == kept
    told = len(transaction.inputs) > 1 or len(transaction.outputs) > 1
    return Traits(
        version=transaction.version - 1 if 1 <= transaction.version <= 3 else 3,
        lock_time=_lock_time(transaction.lock_time, transaction.height),
        sequence=kinds.pop() if len(kinds) == 1 else MIXED,
        rbf=int(any(each.sequence < FINAL - 1 for each in transaction.inputs)),
        witness=int(transaction.has_witness),
        order=(1 if ordered else 2) if told else 0,
        inputs=_number(len(transaction.inputs)),
        outputs=_number(sum(each.address != NO_ADDRESS for each in transaction.outputs)),
        rate=_rate(4_000 * fee // size),
        fee=_fee(fee, max(-(-transaction.weight // 4), 1)),
        multisig=int(
            any(
                each.signing & EXECUTED_MULTISIG or each.script_type == MULTISIG
                for each in transaction.inputs
            )
        ),
        low_r=_low_r(transaction),
        long_key=int(any(each & SHOWN_LONG_KEY for each in seen)),
        signed=int(any(seen)),
        partly=int(any(each & PARTLY for each in seen)),
        joint=int(joint),
        told=1,
    )


def _lock_time(lock_time: int, height: int) -> int:
    if lock_time == 0:
        return 0
    if lock_time >= TIME_FROM:
        return 3
    return 1 if lock_time in range(height - RECENT, height) else 2


def _sequence(sequence: int) -> int:
    return {FINAL: 0, FINAL - 1: 1, FINAL - 2: 2, 0: 3}.get(sequence, 4)


def _number(count: int) -> int:
    return next(place for place, most in enumerate((1, 2, 9, count)) if count <= most)


def _rate(rate: int) -> int:
    doublings = max(rate.bit_length() - 3, 0)
    return 4 * doublings + (rate >> doublings)


def _fee(fee: int, virtual_size: int) -> int:
    if fee == 0:
        return 3
    if fee % 1_000 == 0:
        return 2
    return int(fee % virtual_size == 0)


def _low_r(transaction: Transaction) -> int:
    if any(each.signing & SIGNED_HIGH_R for each in transaction.inputs):
        return 1
    made = sum(each.signing != 0 and each.script_type != WITNESS_V1_TAPROOT for each in transaction.inputs)
    return 0 if made == 0 else 2 if made < SEVERAL_LOW else 3


assert tuple(WIDTHS) == tuple(each.name for each in fields(Traits))

__all__ = ["Traits", "traits_of", "unpacked"]
