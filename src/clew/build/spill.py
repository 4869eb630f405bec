"""What outputs pay to, set aside on disk while blocks are read, until all of it can be joined.

One file: a header, and then for each batch a region: what it holds, how many records each
partition has, and the records (``kernels.join``).
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from clew.errors import NotALedgerError
from clew.kernels import join as kernel
from clew.kernels.parse import Columns
from clew.ledger.columns import Array
from clew.ledger.disk import storage, sync_folder, write_all
from clew.schema import PAYLOAD_STRIDE

FILE_NAME = "payees"
_MAGIC = 0x3165657961702077
_HEADER = np.dtype([("magic", "<u8"), ("partitions", "<u8"), ("seed", "<u8"), ("unused", "<u8", 5)])
_REGION = np.dtype(
    [("words", "<i8"), ("output", "<i8"), ("outputs", "<i8"), ("block", "<i8"), ("blocks", "<i8"),
     ("short", "<i8"), ("long", "<i8"), ("unused", "<i8")]
)  # fmt: skip


@dataclass(frozen=True)
class Records:
    """One batch's records: ``words`` uint32, ``counts`` int64 (2 kinds, partitions)."""

    words: Array
    counts: Array


@dataclass(frozen=True)
class Region:
    """Where a batch's records lie: ``start``, the place of its first word; its first output and how many,
    its first block and how many; records by kind and partition (int64)."""

    start: int
    output: int
    outputs: int
    block: int
    blocks: int
    counts: Array

    def rows(self, kind: int) -> int:
        """Where the rows of short (0) or long (1) records begin."""
        short = int(self.counts[0].sum())
        return self.start + (0 if kind == 0 else short * (1 + kernel.SHORT_WORDS))

    def payloads(self, kind: int) -> int:
        """Where the payloads of short (0) or long (1) records begin."""
        return self.rows(kind) + int(self.counts[kind].sum())


def partitions_for(size: int, memory: int, threads: int) -> int:
    """How many partitions for a chain of ``size`` bytes: each joins in the processor's cache if that does
    not make too many of them, and in its thread's part of ``memory`` (bytes) in any case."""
    records = size // 150 + 1
    by_cache = min(records // 100_000 + 1, 512 if size < 64 << 30 else 64)
    by_memory = records * 60 * threads * 4 // memory + 1
    return 1 << max(2, (max(by_cache, by_memory) - 1).bit_length())


def set_aside(columns: Columns, partitions: int) -> Records:
    """The records of a batch's outputs."""
    shift = 65 - partitions.bit_length()
    counts = np.zeros((2, partitions), np.int64)
    kernel.count_records(columns.address_type, columns.payload_length, columns.key, shift, counts)
    short, long = (int(each) for each in counts.sum(axis=1))
    following = np.cumsum(counts, axis=1) - counts
    places = (0, short, short * (1 + kernel.SHORT_WORDS), short * (1 + kernel.SHORT_WORDS) + long)
    words = np.empty(places[3] + long * kernel.LONG_WORDS, np.uint32)
    payload = columns.payload.view(np.uint32)
    assert PAYLOAD_STRIDE == 4 * kernel.LONG_WORDS
    kernel.set_aside(
        columns.address_type, columns.payload_length, payload, columns.key, shift, following, words, places
    )
    return Records(words, counts)


class SpillFile:
    """The file while it is written, from byte ``size`` on (0: anew)."""

    def __init__(self, folder: Path, size: int, partitions: int, seed: int) -> None:
        self.path = folder / FILE_NAME
        self.size = size
        with storage(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            self._file: BinaryIO = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            with storage(self.path):
                self._begin(partitions, seed)
            self.partitions, self.seed = _read_header(self.path)
        except BaseException:
            self.close()
            raise

    def _begin(self, partitions: int, seed: int) -> None:
        found = os.fstat(self._file.fileno()).st_size
        if found < self.size:
            # Zeros would fill the gap, and pass for records.
            raise NotALedgerError(
                f"{self.path}: expected at least {self.size} bytes, found {found}; the records of an "
                "unfinished build are damaged; build the ledger again in a new folder"
            )
        self._file.truncate(self.size)
        self._file.seek(self.size)
        if not self.size:
            header = np.zeros(1, _HEADER)
            header["magic"], header["partitions"], header["seed"] = _MAGIC, partitions, seed
            self._put(header.tobytes())

    def append(self, records: Records, output: int, outputs: int, block: int, blocks: int) -> None:
        """Write a batch's records. Raises StorageError."""
        head = np.zeros(1, _REGION)
        head["words"], head["output"], head["outputs"] = len(records.words), output, outputs
        head["block"], head["blocks"] = block, blocks
        head["short"], head["long"] = records.counts.sum(axis=1)
        with storage(self.path):
            self._put(head.tobytes() + records.counts.astype("<u4").tobytes())
            self._put(records.words.data.cast("B") if len(records.words) else b"")

    def _put(self, data: Any) -> None:
        write_all(self._file, data)
        self.size += len(data)

    def sync(self) -> None:
        """Make what is written survive a power cut. Raises StorageError."""
        with storage(self.path):
            os.fsync(self._file.fileno())
            # A new file survives only together with its name, and its folder's.
            sync_folder(self.path.parent)
            sync_folder(self.path.parent.parent)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def cut_back(folder: Path, size: int) -> None:
    """Keep ``size`` bytes of the file in ``folder``, and nothing beside it. What cannot be removed stays."""
    with suppress(OSError):
        for entry in folder.iterdir():
            if entry.name != FILE_NAME:
                entry.unlink()
        if (folder / FILE_NAME).stat().st_size > size:
            os.truncate(folder / FILE_NAME, size)


def _read_header(path: Path) -> tuple[int, int]:
    with open(path, "rb") as file:
        data = file.read(_HEADER.itemsize)
    header = np.frombuffer(data, _HEADER)[0] if len(data) == _HEADER.itemsize else None
    if header is None or int(header["magic"]) != _MAGIC:
        raise NotALedgerError(
            f"{path}: the records of an unfinished build are damaged; build the ledger again"
        )
    return int(header["partitions"]), int(header["seed"])


def stated(folder: Path) -> tuple[int, int]:
    """Partitions and seed of the file in ``folder``. Raises NotALedgerError."""
    try:
        return _read_header(folder / FILE_NAME)
    except OSError as error:
        raise NotALedgerError(
            f"{folder / FILE_NAME}: the records of an unfinished build cannot be read ({error.strerror}); "
            "build the ledger again in a new folder"
        ) from error


def regions(folder: Path, size: int) -> tuple[Array, list[Region]]:
    """All words of the file (uint32, mapped), and its regions up to byte ``size``. Raises NotALedgerError."""
    partitions, _ = stated(folder)
    path = folder / FILE_NAME
    found: list[Region] = []
    at = _HEADER.itemsize
    head_bytes = _REGION.itemsize + 8 * partitions
    with open(path, "rb") as file:
        while at < size:
            file.seek(at)
            data = file.read(head_bytes)
            if len(data) < head_bytes:
                raise NotALedgerError(
                    f"{path}: the records of an unfinished build are cut off; build the ledger again"
                )
            head = np.frombuffer(data[: _REGION.itemsize], _REGION)[0]
            counts = np.frombuffer(data[_REGION.itemsize :], "<u4").reshape(2, partitions).astype(np.int64)
            at += head_bytes
            where = [int(head[name]) for name in ("output", "outputs", "block", "blocks")]
            found.append(Region(at // 4, where[0], where[1], where[2], where[3], counts))
            at += 4 * int(head["words"])
    words: Array = np.asarray(np.memmap(path, np.uint32, "r", shape=(size // 4,)))
    return words, found
