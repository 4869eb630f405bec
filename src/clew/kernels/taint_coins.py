"""The tainted coins that still go on, by output id; and which transactions or coins are due."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import inlined, kernel

NOBODY = -1
"""Key of an empty row."""

KEY, TAINT, PIECES, SHAPE = range(4)
"""Columns of a row: output id; taint in satoshi; where its segments begin; their count and the hop."""

WORD = 5
"""Two to the power of it flags stand in one word of 32 bits."""


@inlined
def _home(output: int, mask: int) -> int:
    # Below 2^63 also as plain Python's numbers.
    mixed = (output & 0x7FFFFFFF) * 2654435761
    return ((mixed >> 15) ^ ((output >> 31) * 40503)) & mask


@inlined
def find(table: Any, output: int) -> int:
    """Row of a coin in ``table`` (int64, a power of two rows x 4), or -1."""
    mask = len(table) - 1
    row = _home(output, mask)
    while table[row, KEY] != output:
        if table[row, KEY] == NOBODY:
            return -1
        row = (row + 1) & mask
    return row


@inlined
def put(table: Any, output: int, taint: int, pieces: int, shape: int) -> None:
    """Add a coin that is not there yet; there must be room."""
    mask = len(table) - 1
    row = _home(output, mask)
    while table[row, KEY] != NOBODY:
        row = (row + 1) & mask
    table[row, KEY] = output
    table[row, TAINT] = taint
    table[row, PIECES] = pieces
    table[row, SHAPE] = shape


@kernel
def take(table: Any, output: int) -> None:
    """Remove a coin that is there; those behind it move up, so that no gap hides them."""
    mask = len(table) - 1
    gap = find(table, output)
    row = gap
    while True:
        row = (row + 1) & mask
        if table[row, KEY] == NOBODY:
            break
        home = _home(table[row, KEY], mask)
        if ((row - home) & mask) >= ((row - gap) & mask):
            for column in range(4):
                table[gap, column] = table[row, column]
            gap = row
    table[gap, KEY] = NOBODY


@kernel
def move(old: Any, new: Any) -> None:
    """Put every coin of one table into another, larger one, which is empty."""
    for row in range(len(old)):
        if old[row, KEY] != NOBODY:
            put(new, old[row, KEY], old[row, TAINT], old[row, PIECES], old[row, SHAPE])


@kernel
def close_up(table: Any, lengths: Any, labels: Any, new_lengths: Any, new_labels: Any) -> int:
    """Copy the segments of the coins in a table to new arrays (int64, int32), and point the rows there.

    Returns how many there are.
    """
    used = 0
    for row in range(len(table)):
        if table[row, KEY] == NOBODY:
            continue
        first, count = table[row, PIECES], table[row, SHAPE] >> 32
        table[row, PIECES] = used
        for at in range(first, first + count):
            new_lengths[used] = lengths[at]
            new_labels[used] = labels[at]
            used += 1
    return used


@inlined
def mark(bits: Any, due: Any, shift: int, place: int) -> None:
    """Flag a place (``bits`` uint32) and count it for its window (``due`` int64, 2^``shift`` places each)."""
    word, flag = place >> WORD, np.uint32(1) << np.uint32(place & 31)
    if not bits[word] & flag:
        bits[word] |= flag
        due[place >> shift] += 1


@inlined
def unmark(bits: Any, due: Any, shift: int, place: int) -> None:
    """Take a flag away, if it is there."""
    word, flag = place >> WORD, np.uint32(1) << np.uint32(place & 31)
    if bits[word] & flag:
        bits[word] &= ~flag
        due[place >> shift] -= 1


@inlined
def lowest(word: int) -> int:
    """Number of the lowest bit of a word that is not 0."""
    bit = 0
    while not (word >> bit) & 255:
        bit += 8
    while not (word >> bit) & 1:
        bit += 1
    return bit


@inlined
def highest(word: int) -> int:
    """Number of the highest bit of a word of 32 bits that is not 0."""
    bit = 24
    while not (word >> bit) & 255:
        bit -= 8
    bit += 7
    while not (word >> bit) & 1:
        bit -= 1
    return bit
