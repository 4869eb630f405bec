"""Tables turned round: outputs by address, spenders by output."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import kernel
from clew.schema import NO_ADDRESS, NO_OUTPUT, NULLDATA, UNSPENDABLE


@kernel
def count_by_address(addresses: Any, starts: Any) -> None:
    """Count the outputs (``addresses`` uint32) of address i into ``starts[i + 1]`` (int64)."""
    for row in range(len(addresses)):
        if addresses[row] != NO_ADDRESS:
            starts[np.int64(addresses[row]) + 1] += 1


@kernel
def accumulate(starts: Any) -> None:
    """Turn counts into starts, in place."""
    for row in range(1, len(starts)):
        starts[row] += starts[row - 1]


@kernel
def place_by_address(addresses: Any, first: int, following: Any, outputs: Any) -> None:
    """Put outputs, numbered from ``first``, where their address's next one belongs.

    ``following`` (int64, by address) moves on; ``outputs`` int64.
    """
    for row in range(len(addresses)):
        address = addresses[row]
        if address != NO_ADDRESS:
            outputs[following[address]] = first + row
            following[address] += 1


@kernel
def mark_types(types: Any, first: int, spent_by: Any) -> None:
    """Mark OP_RETURN outputs (``types`` uint8, numbered from ``first``) as unspendable."""
    for row in range(len(types)):
        if types[row] == NULLDATA:
            spent_by[first + row] = UNSPENDABLE


@kernel
def place_spenders(spent_output: Any, first_input: Any, first: int, spent_by: Any) -> None:
    """Write the spending transaction of each output: inputs by ``first_input`` (int64, rows + 1,
    counted from 0), transactions numbered from ``first``."""
    for row in range(len(first_input) - 1):
        for i in range(first_input[row], first_input[row + 1]):
            if spent_output[i] != NO_OUTPUT:
                spent_by[spent_output[i]] = first + row
