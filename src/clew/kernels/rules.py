"""What the rules ask of transactions, over whole ranges at once.

Answers are int8: NO, UNKNOWN and YES of the schema.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, folded, kernel
from clew.kernels.sorting import longest, sort
from clew.schema import (
    ANCHOR,
    EXECUTED_MULTISIG,
    NO,
    NO_ADDRESS,
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

DUST_LIMIT = 2_730
"""Satoshi: equal outputs up to this are no sign of a coinjoin (the dust limit of 2013)."""

FEWEST_EQUAL = 2
PERHAPS_CHANNEL = 3
MARK_MASK = 0xFFFF
HASH_TYPES = SIGNED_ALL | SIGNED_NONE | SIGNED_SINGLE | SIGNED_ANYONECANPAY | SIGNED_OTHER


class Inputs(NamedTuple):
    """What transactions spend: ``first_input`` int64 (rows + 1), counted from 0; by input
    ``spent_address`` uint32 (NO_ADDRESS for a coinbase), ``spent_type`` uint8."""

    first_input: Any
    spent_address: Any
    spent_type: Any


class Signed(NamedTuple):
    """How transactions are signed: ``first_input``, ``first_output`` int64 (rows + 1), counted from 0; by
    input ``spent_address`` uint32, ``spent_type`` and ``signing`` uint8; by output ``script_type`` uint8."""

    first_input: Any
    first_output: Any
    spent_address: Any
    spent_type: Any
    signing: Any
    script_type: Any


class KnownKeys(NamedTuple):
    """Addresses (uint32) whose keys everybody knows, and marks (uint8) at their lowest bits."""

    address: Any
    marks: Any


class Shape(NamedTuple):
    """Who pays in transactions, and what: ``first_input``, ``first_output`` int64 (rows + 1), counted
    from 0; by input ``spent_address`` uint32; by output ``value`` int64, ``address`` uint32."""

    first_input: Any
    first_output: Any
    spent_address: Any
    value: Any
    address: Any


def inputs_of(transactions: Any) -> Inputs:
    """What a range of transactions spends."""
    return Inputs(transactions.first_input, transactions.spent_address, transactions.spent_type)


def signed_of(transactions: Any) -> Signed:
    """How a range of transactions is signed."""
    return Signed(
        transactions.first_input,
        transactions.first_output,
        transactions.spent_address,
        transactions.spent_type,
        transactions.signing,
        transactions.script_type,
    )


def known_of(addresses: Any) -> KnownKeys:
    """Addresses whose keys everybody knows (uint32), as ``multi_input`` looks them up."""
    marks = np.zeros(MARK_MASK + 1, np.uint8)
    marks[addresses & MARK_MASK] = 1
    return KnownKeys(addresses, marks)


def shape_of(transactions: Any) -> Shape:
    """The shape of a range of transactions."""
    return Shape(
        transactions.first_input,
        transactions.first_output,
        transactions.spent_address,
        transactions.value,
        transactions.address,
    )


@kernel
def _distinct_inputs(transactions: Any, row: int, room: Any) -> int:
    """Sort the input addresses of a transaction into ``room``, each once; 0 for a coinbase."""
    first, last = transactions.first_input[row], transactions.first_input[row + 1]
    if transactions.spent_address[first] == NO_ADDRESS:
        return 0
    for i in range(first, last):
        room[i - first] = transactions.spent_address[i]
    sort(room, last - first)
    distinct = 1
    for i in range(1, last - first):
        if room[i] != room[distinct - 1]:
            room[distinct] = room[i]
            distinct += 1
    return distinct


@kernel
def _is_known(known: KnownKeys, address: int) -> bool:
    if known.marks[address & MARK_MASK] == 0:
        return False
    for each in known.address:
        if each == address:
            return True
    return False


@folded
def _may_be_channel(transactions: Signed, row: int) -> bool:
    """Do types of outputs and inputs allow that two fund a channel together?"""
    first, last = transactions.first_output[row], transactions.first_output[row + 1]
    if last - first > 3:
        return False
    scripts, keys, taproots = 0, 0, 0
    for i in range(first, last):
        kind = transactions.script_type[i]
        scripts += kind == WITNESS_V0_SCRIPTHASH
        keys += kind == WITNESS_V0_KEYHASH
        taproots += kind == WITNESS_V1_TAPROOT
    by_script = scripts == 1 and scripts + keys + taproots == last - first
    if not by_script and not (scripts == 0 and keys == 2 and taproots == 1):
        return False
    for i in range(transactions.first_input[row], transactions.first_input[row + 1]):
        kind = transactions.spent_type[i]
        if kind != WITNESS_V0_KEYHASH and (kind != WITNESS_V1_TAPROOT or not by_script):
            return False
    return True


@folded
def _who_signs(transactions: Signed, row: int, known: KnownKeys) -> int:
    """YES if each input has a key that few know, and says by signatures that it belongs to all others."""
    first, last = transactions.first_input[row], transactions.first_input[row + 1]
    multisig = transactions.signing[first] & EXECUTED_MULTISIG
    for i in range(first, last):
        kind, signing = transactions.spent_type[i], transactions.signing[i]
        if kind == ANCHOR or kind == WITNESS_UNKNOWN or kind == NONSTANDARD:
            return UNKNOWN
        if signing & HASH_TYPES != SIGNED_ALL or signing & EXECUTED_MULTISIG != multisig:
            return UNKNOWN
        if _is_known(known, np.int64(transactions.spent_address[i])):
            return UNKNOWN
    return PERHAPS_CHANNEL if _may_be_channel(transactions, row) else YES


@kernel
def multi_input(transactions: Signed, known: KnownKeys, answers: Any) -> None:
    """Do the inputs of each transaction pay from several addresses under one control?

    PERHAPS_CHANNEL where the rest of the form of a jointly funded channel decides.
    """
    transactions, known = borrowed(transactions), borrowed(known)
    room = np.empty(longest(transactions.first_input), np.int64)
    for row in range(len(answers)):
        first, last = transactions.first_input[row], transactions.first_input[row + 1]
        answers[row] = NO
        if last - first > 1 and _distinct_inputs(transactions, row, room) > 1:
            answers[row] = _who_signs(transactions, row, known)


@folded
def _equal_outputs(transactions: Shape, row: int, values: Any, addresses: Any) -> int:
    """How many addresses receive the most frequent value above the dust limit."""
    count = 0
    for i in range(transactions.first_output[row], transactions.first_output[row + 1]):
        if transactions.value[i] > DUST_LIMIT and transactions.address[i] != NO_ADDRESS:
            values[count] = transactions.value[i]
            count += 1
    sort(values, count)
    best, start = 0, 0
    while start < count:
        stop = start
        while stop < count and values[stop] == values[start]:
            stop += 1
        if stop - start > best and stop - start >= FEWEST_EQUAL:
            best = max(best, _receivers(transactions, row, values[start], addresses))
        start = stop
    return best


@folded
def _receivers(transactions: Shape, row: int, value: int, addresses: Any) -> int:
    """How many distinct addresses receive exactly ``value``."""
    count = 0
    for i in range(transactions.first_output[row], transactions.first_output[row + 1]):
        if transactions.value[i] == value and transactions.address[i] != NO_ADDRESS:
            addresses[count] = transactions.address[i]
            count += 1
    sort(addresses, count)
    distinct = 1
    for i in range(1, count):
        distinct += addresses[i] != addresses[i - 1]
    return distinct


@kernel
def equal_output(transactions: Shape, answers: Any) -> None:
    """Does each transaction have the equal outputs of a coinjoin?"""
    transactions = borrowed(transactions)
    room = np.empty(longest(transactions.first_input), np.int64)
    values = np.empty(longest(transactions.first_output), np.int64)
    addresses = np.empty(len(values), np.int64)
    for row in range(len(answers)):
        answers[row] = NO
        inputs = transactions.first_input[row + 1] - transactions.first_input[row]
        outputs = transactions.first_output[row + 1] - transactions.first_output[row]
        if inputs < FEWEST_EQUAL or outputs < FEWEST_EQUAL:
            continue
        payers = _distinct_inputs(transactions, row, room)
        if payers < FEWEST_EQUAL:
            continue
        equal = _equal_outputs(transactions, row, values, addresses)
        if FEWEST_EQUAL <= equal <= payers:
            answers[row] = YES


@kernel
def links(transactions: Inputs, answers: Any, base: int, out: tuple[Any, Any, Any]) -> int:
    """Write the links of transactions answered YES: ``a``, ``b``, ``transaction`` (uint32).

    ``a`` is the address of the first input, ``b`` each other one, ascending. ``out`` has room for
    one link per input. Returns how many there are.
    """
    transactions = borrowed(transactions)
    a, b, where = borrowed(out)
    room = np.empty(longest(transactions.first_input), np.int64)
    count = 0
    for row in range(len(answers)):
        if answers[row] != YES:
            continue
        first = transactions.spent_address[transactions.first_input[row]]
        for i in range(_distinct_inputs(transactions, row, room)):
            if room[i] != first:
                a[count] = first
                b[count] = room[i]
                where[count] = base + row
                count += 1
    return count
