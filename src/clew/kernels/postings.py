"""Tables turned round: outputs by address, spenders by output, sums by entity.

Each kernel fills a part of its table, so that what is held at once can be bounded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import kernel
from clew.schema import NO_ADDRESS, NO_OUTPUT, NULLDATA, OVERWRITTEN, UNSPENDABLE, UNSPENT


@kernel
def count_by_address(addresses: Any, counts: Any) -> None:
    """Count the outputs (``addresses`` uint32) of each address into ``counts`` (uint32)."""
    for row in range(len(addresses)):
        if addresses[row] != NO_ADDRESS:
            counts[addresses[row]] += 1


@kernel
def starts_of(counts: Any, first: int, starts: Any) -> int:
    """Where each address's outputs begin (int64), ``first`` the first's; returns where the last's end."""
    for row in range(len(counts)):
        starts[row] = first
        first += np.int64(counts[row])
    return first


@kernel
def place_by_address(addresses: Any, first: int, begin: int, following: Any, low: Any, high: Any) -> None:
    """Put outputs, numbered from ``first``, where their address's next one belongs.

    Addresses from ``begin`` on, as many as ``following`` (uint32, which moves on) has; ``low`` uint32
    and ``high`` uint8 are the two parts of output ids.
    """
    for row in range(len(addresses)):
        address = np.int64(addresses[row]) - begin
        if 0 <= address < len(following):
            place = following[address]
            low[place] = (first + row) & 0xFFFFFFFF
            high[place] = (first + row) >> 32
            following[address] = place + 1


@kernel
def mark_types(types: Any, spent_by: Any) -> None:
    """Mark outputs as unspent (uint32), or as unspendable where they are OP_RETURN (``types`` uint8)."""
    for row in range(len(types)):
        spent_by[row] = UNSPENDABLE if types[row] == NULLDATA else UNSPENT


@kernel
def place_spenders(low: Any, high: Any, first_input: Any, first: int, begin: int, spent_by: Any) -> int:
    """Write the spending transaction of outputs from ``begin`` on, as many as ``spent_by`` (uint32) has.

    ``low`` uint32 and ``high`` uint8: the outputs that inputs spend; ``first_input`` int64 (rows + 1,
    counted from 0) by transaction, numbered from ``first``. Returns the first input whose output is
    spent already or cannot be spent, or -1.
    """
    for row in range(len(first_input) - 1):
        for i in range(first_input[row], first_input[row + 1]):
            output = np.int64(low[i]) | np.int64(high[i]) << 32
            if output == NO_OUTPUT:
                continue
            output -= begin
            if 0 <= output < len(spent_by):
                if spent_by[output] != UNSPENT:
                    return i
                spent_by[output] = first + row
    return -1


@kernel
def count_by_entity(entities: Any, counts: Any, sums: Any) -> None:
    """Add the outputs of each address (``counts`` uint32) to those of its entity (``sums`` uint32)."""
    for row in range(len(entities)):
        sums[entities[row]] += counts[row]


@kernel
def number_large(sums: Any, least: int, listed: Any) -> int:
    """List what has ``least`` or more in ``listed`` (uint32, room for all such), and replace each sum by
    its place there, counted from 1, or by 0. Returns how many."""
    count = 0
    for row in range(len(sums)):
        if sums[row] >= least:
            listed[count] = row
            count += 1
            sums[row] = count
        else:
            sums[row] = 0
    return count


@kernel
def mark_large(entities: Any, numbers: Any, bits: Any) -> None:
    """Mark addresses (bitmap, uint8, zeros before) whose entity has a number (uint32) that is not 0."""
    for row in range(len(entities)):
        if numbers[entities[row]]:
            bits[row >> 3] |= np.uint8(1 << (row & 7))


@kernel
def add_up(
    addresses: Any, values: Any, spent_by: Any, bits: Any, entities: Any, numbers: Any, sums: Any
) -> None:
    """Add outputs to the sums of their entities, for addresses that ``bits`` marks.

    ``sums`` int64 (entities, 5), by number: outputs; received in two halves of 32 bits, each summed by
    itself; unspent likewise.
    """
    for row in range(len(addresses)):
        address = np.int64(addresses[row])
        if address == NO_ADDRESS or not bits[address >> 3] & np.uint8(1 << (address & 7)):
            continue
        place = np.int64(numbers[entities[address]]) - 1
        low, high = values[row] & 0xFFFFFFFF, values[row] >> 32
        sums[place, 0] += 1
        sums[place, 1] += low
        sums[place, 2] += high
        if spent_by[row] == UNSPENT:
            sums[place, 3] += low
            sums[place, 4] += high


@kernel
def add_changes(places: Any, values: Any, alive: Any, sums: Any) -> None:
    """Add outputs to the sums of what received or spent them: rows ``places`` (int64) of ``sums``.

    ``values`` int64. The first ones, as many as ``alive`` (uint8) has, are received, and add to a balance
    where they are alive; the rest take from it. ``sums`` int64 (rows, 5) as for ``add_up``.
    """
    for row in range(len(places)):
        place = places[row]
        low, high = values[row] & 0xFFFFFFFF, values[row] >> 32
        if row >= len(alive):
            sums[place, 3] -= low
            sums[place, 4] -= high
            continue
        sums[place, 0] += 1
        sums[place, 1] += low
        sums[place, 2] += high
        if alive[row]:
            sums[place, 3] += low
            sums[place, 4] += high


@kernel
def fill_payers(low: Any, high: Any, begin: int, addresses: Any, types: Any, payers: Any, kinds: Any) -> None:
    """Write the address and type of the outputs that inputs spend, for outputs from ``begin`` on.

    ``low`` uint32 and ``high`` uint8: the outputs; ``addresses`` uint32 and ``types`` uint8 of as many
    outputs as are held; ``payers`` and ``kinds`` likewise by input.
    """
    for row in range(len(low)):
        output = (np.int64(low[row]) | np.int64(high[row]) << 32) - begin
        if 0 <= output < len(addresses):
            payers[row] = addresses[output]
            kinds[row] = types[output]


@kernel
def mark_many(counts: Any, least: int, first: int, bits: Any) -> int:
    """Mark addresses (bitmap, uint8) numbered from ``first`` whose count (uint32) is ``least`` or more.

    Returns how many.
    """
    marked = 0
    for row in range(len(counts)):
        if counts[row] >= least:
            address = first + row
            bits[address >> 3] |= np.uint8(1 << (address & 7))
            marked += 1
    return marked


@kernel
def add_up_busy(addresses: Any, values: Any, spent_by: Any, bits: Any, listed: Any, sums: Any) -> None:
    """Add outputs to the sums of their addresses, for those that ``bits`` marks and ``listed`` (uint32,
    ascending) lists.

    ``sums`` int64 (addresses, 8): as for ``add_up``, then overwritten, unspendable, and the last
    transaction that spent one, counted from 1.
    """
    for row in range(len(addresses)):
        address = np.int64(addresses[row])
        if address == NO_ADDRESS or not bits[address >> 3] & np.uint8(1 << (address & 7)):
            continue
        place, above = 0, len(listed)
        while place < above:
            middle = (place + above) // 2
            if listed[middle] < address:
                place = middle + 1
            else:
                above = middle
        low, high = values[row] & 0xFFFFFFFF, values[row] >> 32
        sums[place, 0] += 1
        sums[place, 1] += low
        sums[place, 2] += high
        by = np.int64(spent_by[row])
        if by == UNSPENT:
            sums[place, 3] += low
            sums[place, 4] += high
        elif by == OVERWRITTEN:
            sums[place, 5] += values[row]
        elif by == UNSPENDABLE:
            sums[place, 6] += values[row]
        else:
            sums[place, 7] = max(sums[place, 7], by + 1)
