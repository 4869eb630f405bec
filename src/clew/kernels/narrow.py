"""Numbers made narrow for the disk: 40 bits in two arrays, or one byte that stands for a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import kernel
from clew.schema import RARE, WIDE_MARK


@kernel
def split(numbers: Any, low: Any, high: Any) -> None:
    """Split ``numbers`` (int64, below 2^40) into ``low`` (uint32) and ``high`` (uint8)."""
    for row in range(len(numbers)):
        number = numbers[row]
        low[row] = number & 0xFFFFFFFF
        high[row] = number >> 32


@kernel
def split_or_mark(numbers: Any, low: Any, high: Any) -> int:
    """Split ``numbers`` (int64, not negative); WIDE_MARK where one has no room. Returns how many."""
    rare = 0
    for row in range(len(numbers)):
        number = numbers[row]
        if number >= WIDE_MARK:
            number = WIDE_MARK
            rare += 1
        low[row] = number & 0xFFFFFFFF
        high[row] = number >> 32
    return rare


@kernel
def code_sequences(numbers: Any, codes: Any) -> int:
    """Codes (uint8) of sequence ``numbers`` (uint32), see FREQUENT_SEQUENCES. Returns how many are RARE."""
    rare = 0
    for row in range(len(numbers)):
        number = np.int64(numbers[row])
        if number >= 0xFFFFFFFD:
            codes[row] = 0xFFFFFFFF - number
        elif number < RARE - 3:
            codes[row] = number + 3
        else:
            codes[row] = RARE
            rare += 1
    return rare


@kernel
def code_versions(numbers: Any, codes: Any) -> int:
    """Codes (uint8) of transaction versions (uint32). Returns how many are RARE."""
    rare = 0
    for row in range(len(numbers)):
        number = np.int64(numbers[row])
        if number < RARE:
            codes[row] = number
        else:
            codes[row] = RARE
            rare += 1
    return rare
