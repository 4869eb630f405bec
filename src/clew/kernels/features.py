"""What a model of change looks at beside the rules, as small numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.change import Look, is_candidate, zeros
from clew.kernels.jit import borrowed, inlined, kernel
from clew.kernels.traits import COINBASE_AT, JOINT_AT

CANDIDATES, INPUTS, RANK, PLACE, RATIO, ZEROS, SPENT, BACK = range(8)


@inlined
def _ratio(value: int, others: int) -> int:
    """How a value stands to others, in steps of four."""
    # A quotient, since products of amounts may not fit.
    if value >= others:
        times = value // max(others, 1)
        return 4 + (times >= 4) + (times >= 16) + (times >= 64)
    if value == 0:
        return 0
    times = (others - 1) // value
    return 3 - (times >= 4) - (times >= 16) - (times >= 64)


@inlined
def _back(look: Look, row: int) -> bool:
    look = borrowed(look)
    for i in range(look.first_output[row], look.first_output[row + 1]):
        if is_candidate(look, i):
            for k in range(look.first_input[row], look.first_input[row + 1]):
                if look.spent_address[k] == look.address[i]:
                    return True
    return False


@kernel
def features(look: Look, out: Any) -> None:
    """Write the features of each output (uint8, outputs x features); 0 for what is no candidate."""
    look = borrowed(look)
    for row in range(len(look.first_output) - 1):
        first, last = look.first_output[row], look.first_output[row + 1]
        trait = np.int64(look.trait[row])
        if (trait >> COINBASE_AT) & 1 or (trait >> JOINT_AT) & 1:
            continue
        count, total = 0, np.int64(0)
        least, most = np.int64(0), np.int64(0)
        for i in range(first, last):
            if is_candidate(look, i):
                value = look.value[i]
                least = value if count == 0 else min(least, value)
                most = max(most, value)
                total += value
                count += 1
        if count < 2:
            continue
        inputs = look.first_input[row + 1] - look.first_input[row]
        back = _back(look, row)
        place = 0
        for i in range(first, last):
            if not is_candidate(look, i):
                continue
            value = look.value[i]
            out[i, CANDIDATES] = min(count - 1, 2) if count < 4 else (3 if count < 10 else 4)
            out[i, INPUTS] = min(inputs, 2) - 1 if inputs < 3 else (2 if inputs < 10 else 3)
            out[i, RANK] = 3 if least == most else (0 if value == least else (2 if value == most else 1))
            out[i, PLACE] = 0 if place == 0 else (2 if place == count - 1 else 1)
            out[i, RATIO] = _ratio(value, total - value)
            out[i, ZEROS] = zeros(value)
            later = np.int64(look.later[i])
            out[i, SPENT] = 0 if later == 0 else (2 if (later >> JOINT_AT) & 1 else 1)
            out[i, BACK] = back
            place += 1
