"""The slow twins of the join of addresses: records set aside, and first outputs by dictionary."""

from __future__ import annotations

from collections.abc import Sequence

from clew.schema import HEAD_BYTES, NULLDATA, WITNESS_UNKNOWN

Address = tuple[int, bytes]
"""Type and payload."""

Record = tuple[int, int, bytes]
"""Row in the batch, type, payload."""


def is_long(address: Address) -> bool:
    """Whether a record takes a long payload."""
    return address[0] == WITNESS_UNKNOWN or len(address[1]) > HEAD_BYTES


def set_aside(
    outputs: Sequence[Address], keys: Sequence[int], partitions: int
) -> dict[tuple[bool, int], list[Record]]:
    """Records by kind (long or not) and partition, in order."""
    found: dict[tuple[bool, int], list[Record]] = {
        (kind, part): [] for kind in (False, True) for part in range(partitions)
    }
    for row, (address, key) in enumerate(zip(outputs, keys, strict=True)):
        if address[0] != NULLDATA:
            found[is_long(address), key * partitions >> 64].append((row, *address))
    return found


def first_outputs(batches: Sequence[tuple[int, Sequence[Address]]]) -> list[list[int]]:
    """For each output the first that pays to the same; -1 for one that pays to nobody.

    A batch: its first output, and what each pays to.
    """
    firsts: dict[Address, int] = {}
    return [
        [
            -1 if address[0] == NULLDATA else firsts.setdefault(address, base + row)
            for row, address in enumerate(outputs)
        ]
        for base, outputs in batches
    ]
