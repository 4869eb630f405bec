"""The tainted coins that still go on, by output id; and which transactions or coins are due."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import inlined, kernel
from clew.kernels.words import fetch

NOBODY = -1
"""Key of an empty row."""

KEY, TAINT, PIECES, SHAPE = range(4)
"""Columns of a row: output id; taint in satoshi; where its segments begin; their count and the hop."""

_ROW = np.uint64(4)

WORD = 5
"""Two to the power of it flags stand in one word of 32 bits."""


@inlined
def _home(output: int, mask: int) -> int:
    # Below 2^63 also as plain Python's numbers.
    mixed = (output & 0x7FFFFFFF) * 2654435761
    return ((mixed >> 15) ^ ((output >> 31) * 40503)) & mask


@inlined
def ask_for(table: Any, output: int) -> None:
    """Ask memory for the row of a coin that is looked for, or put there, soon."""
    fetch(table, _home(output, (len(table) >> 2) - 1) << 2)


@inlined
def find(table: Any, output: int) -> int:
    """Where the row of a coin begins in ``table`` (int64, a power of two rows of 4), or -1."""
    # Numba looks at the sign of other indices each time.
    last = np.uint64(len(table) - 1)
    row = np.uint64(_home(output, len(table) - 1 >> 2) << 2)
    while table[row] != output:
        if table[row] == NOBODY:
            return np.int64(-1)
        row = (row + _ROW) & last
    return np.int64(row)


@inlined
def put(table: Any, output: int, taint: int, pieces: int, shape: int) -> None:
    """Add a coin that is not there yet; there must be room."""
    last = np.uint64(len(table) - 1)
    row = np.uint64(_home(output, len(table) - 1 >> 2) << 2)
    while table[row] != NOBODY:
        row = (row + _ROW) & last
    table[row + np.uint64(KEY)] = output
    table[row + np.uint64(TAINT)] = taint
    table[row + np.uint64(PIECES)] = pieces
    table[row + np.uint64(SHAPE)] = shape


@inlined
def take_row(table: Any, found: int) -> None:
    """Remove the coin whose row begins there; those behind it move up, so that no gap hides them."""
    last = np.uint64(len(table) - 1)
    gap = np.uint64(found)
    row = gap
    while True:
        row = (row + _ROW) & last
        if table[row] == NOBODY:
            break
        home = np.uint64(_home(table[row], len(table) - 1 >> 2) << 2)
        if ((row - home) & last) >= ((row - gap) & last):
            for column in range(4):
                table[gap + np.uint64(column)] = table[row + np.uint64(column)]
            gap = row
    table[gap] = NOBODY


@inlined
def take(table: Any, output: int) -> None:
    """Remove a coin that is there."""
    take_row(table, find(table, output))


@kernel
def move(old: Any, new: Any) -> None:
    """Put every coin of one table into another, larger one, which is empty."""
    for row in range(0, len(old), 4):
        if old[row] != NOBODY:
            put(new, old[row + KEY], old[row + TAINT], old[row + PIECES], old[row + SHAPE])


@kernel
def close_up(table: Any, lengths: Any, labels: Any, new_lengths: Any, new_labels: Any) -> int:
    """Copy the segments of the coins in a table to new arrays (int64, int32), and point the rows there.

    Returns how many there are.
    """
    used = 0
    for row in range(0, len(table), 4):
        if table[row] == NOBODY:
            continue
        first, count = table[row + PIECES], table[row + SHAPE] >> 32
        table[row + PIECES] = used
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
