"""What some blocks change in the base: one file, written whole and never changed.

The base holds, for the chain up to some block, who spent each output, what each address received,
and which entity it belongs to. A segment holds the same for the blocks after it, as sorted lists:
those of an earlier output now spent, of an address paid again, of an entity absorbed by another.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from clew.errors import NotALedgerError
from clew.ledger.disk import storage, sync_folder, write_all

MAGIC = b"clewseg4"
_ALIGN = 64

ARRAYS: dict[str, str] = {
    "spent_output": "<i8",
    "spent_by": "<u4",
    "posted_address": "<u4",
    "posted_start": "<u4",
    "posted_output": "<i8",
    "leaving_address": "<u4",
    "leaving_start": "<u4",
    "leaving_output": "<i8",
    "transaction_key": "<u8",
    "transaction_id": "<u4",
    "address_key": "<u8",
    "address_id": "<u4",
    "nested_key": "<u8",
    "nested_id": "<u4",
    "new_entity": "<u4",
    "grown_entity": "<u4",
    "grown_start": "<u4",
    "grown_address": "<u4",
    "absorbed": "<u4",
    "heir": "<u4",
    "heirs": "<u4",
    "absorbed_by": "<u4",
    "changed": "<u4",
    "outputs": "<i8",
    "received_low": "<i8",
    "received_high": "<i8",
    "balance_low": "<i8",
    "balance_high": "<i8",
}
"""Arrays of a segment, by name, with their dtypes.

``spent_output`` (ascending) and ``spent_by``: what its transactions spend. ``posted_address``
(ascending), ``posted_start`` (one more) and ``posted_output``: what its outputs pay, by address.
``leaving_*`` likewise: what its transactions spend, by the address that had it.
``*_key`` (ascending) and ``*_id``: its transactions and new addresses by look-up key, and those of them
that are a key's hash by that of the script hash in which it may be nested.
``new_entity``: entity of each new address at the segment's end. ``grown_entity`` (ascending),
``grown_start`` (one more), ``grown_address``: new addresses by the entity that they joined, which
itself is left out. ``absorbed`` (ascending) and ``heir``: entities of before that are part of
another at its end; ``heirs`` (ascending) and ``absorbed_by`` are the same by heir. ``changed``
(ascending): entities at its end that received or spent, with how many outputs they received, and
in two halves of 32 bits, each summed by itself, what they received and what their balance gained.
"""


@dataclass(frozen=True)
class Sums:
    """Entities, unspent outputs, and their value in satoshi."""

    entities: int = 0
    unspent_outputs: int = 0
    unspent_value: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.entities + other.entities,
            self.unspent_outputs + other.unspent_outputs,
            self.unspent_value + other.unspent_value,
        )


@dataclass(frozen=True)
class SegmentFile:
    """A segment as the manifest names it: its file, its blocks ``first`` to ``last`` (one past the
    last), the SHA-256 of the file, and what it adds to the sums of the state before it."""

    file: str
    first: int
    last: int
    digest: str
    sums: Sums


@dataclass(frozen=True)
class Counts:
    """Transactions, outputs and addresses before some block."""

    transactions: int
    outputs: int
    addresses: int


@dataclass(frozen=True)
class Segment:
    """A segment: its blocks, the counts before it and at its end, and its arrays by name."""

    first: int
    last: int
    before: Counts
    after: Counts
    arrays: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["arrays"][name]
        except KeyError:
            raise AttributeError(name) from None


def write(folder: Path, segment: Segment, number: int, sums: Sums) -> SegmentFile:
    """Write a segment into a ledger's folder under a new name. Raises StorageError."""
    header: dict[str, Any] = {
        "blocks": [segment.first, segment.last],
        "before": vars(segment.before),
        "after": vars(segment.after),
        "arrays": {},
    }
    parts = []
    at = 0
    for name, dtype in ARRAYS.items():
        data = np.ascontiguousarray(segment.arrays[name], dtype)
        header["arrays"][name] = [at, len(data)]
        room = -(-data.nbytes // _ALIGN) * _ALIGN
        parts.append(data.tobytes() + bytes(room - data.nbytes))
        at += room
    head = json.dumps(header, sort_keys=True).encode()
    head += b" " * (-(len(MAGIC) + 8 + len(head)) % _ALIGN)
    whole = b"".join([MAGIC, len(head).to_bytes(8, "little"), head, *parts])
    name = f"segment-{segment.first:07d}-{segment.last:07d}-{number:04d}"
    with storage(folder / name):
        with open(folder / name, "wb", buffering=0) as file:
            write_all(file, whole)
            os.fsync(file.fileno())
        sync_folder(folder)
    return SegmentFile(name, segment.first, segment.last, sha256(whole).hexdigest(), sums)


def read(folder: Path, stated: SegmentFile) -> Segment:
    """Map a segment. Raises NotALedgerError where it is missing or is not what the manifest says."""
    path = folder / stated.file
    try:
        data = np.asarray(np.memmap(path, np.uint8, "r"))
        length = int.from_bytes(data[8:16].tobytes(), "little")
        header = json.loads(data[16 : 16 + length].tobytes())
        start = 16 + length
        if data[:8].tobytes() != MAGIC or header["blocks"] != [stated.first, stated.last]:
            raise ValueError("it is another one")
        arrays = {}
        for name, dtype in ARRAYS.items():
            at, count = header["arrays"][name]
            size = np.dtype(dtype).itemsize * count
            if start + at + -(-size // _ALIGN) * _ALIGN > len(data):
                raise ValueError("it is cut off")
            arrays[name] = data[start + at : start + at + size].view(dtype)
        return Segment(
            stated.first, stated.last, Counts(**header["before"]), Counts(**header["after"]), arrays
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotALedgerError(
            f"{path}: a segment of the ledger cannot be read ({error}); build the ledger again"
        ) from error


__all__ = ["ARRAYS", "Counts", "Segment", "SegmentFile", "Sums", "read", "write"]
