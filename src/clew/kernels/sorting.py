"""Sorting in kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import kernel


@kernel
def _sink(room: Any, at: int, count: int) -> None:
    """Let an item of a heap fall to its place."""
    item = room[at]
    while 2 * at + 1 < count:
        child = 2 * at + 1
        if child + 1 < count and room[child] < room[child + 1]:
            child += 1
        if room[child] <= item:
            break
        room[at] = room[child]
        at = child
    room[at] = item


@kernel
def sort(room: Any, count: int) -> None:
    """Sort the first ``count`` of ``room`` (int64) by heap; NumPy's sort takes seconds to compile."""
    for at in range(count // 2 - 1, -1, -1):
        _sink(room, at, count)
    for last in range(count - 1, 0, -1):
        room[0], room[last] = room[last], room[0]
        _sink(room, np.int64(0), last)


@kernel
def longest(first: Any) -> int:
    """The most rows that anything has whose rows begin at ``first`` (int64, one more); at least 1."""
    most = 1
    for row in range(len(first) - 1):
        most = max(most, first[row + 1] - first[row])
    return most
