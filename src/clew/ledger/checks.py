"""Checksums of a ledger's files, written as the files are: so that a flipped byte is found and named.

Each folder of columns has a file of checks: one row per whole CHUNK of a file, in the order in which
they were written. The manifest states how it is called, how many rows count, their own SHA-256, and the
sums of what follows the last whole chunk of each file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from clew.errors import NotALedgerError
from clew.ledger.columns import column_files
from clew.ledger.disk import storage, sync_folder, write_all
from clew.schema import SET_TABLES, TABLES

FILE_NAME = "checks"
NAMES = (FILE_NAME, "checks-2")
"""Names of the file. One that is written anew takes the other name, since readers may want the old one."""
SUM_BYTES = 16
"""Bytes kept of each SHA-256: enough to find what a disk has flipped."""

FILES: tuple[str, ...] = tuple(
    name
    for table in dict.fromkeys((*TABLES, *SET_TABLES))
    for column in table.columns
    for name, _, _ in column_files(table, column)
)
"""Every file of columns; a check names it by its place here."""

_NUMBERS = {name: number for number, name in enumerate(FILES)}
_ROW = np.dtype([("file", "<u2"), ("chunk", "<u4"), ("sum", "u1", SUM_BYTES)])
ROW_BYTES = _ROW.itemsize
CHUNK = 1 << 20
"""Bytes that one checksum covers."""


@dataclass(frozen=True)
class Checked:
    """How many checks of a folder count, the SHA-256 of them all, and by file the sum of its last bytes
    (those after its last whole chunk), as hex; and which of NAMES the file of checks has."""

    rows: int = 0
    digest: str = sha256().hexdigest()
    tails: Mapping[str, str] = field(default_factory=dict)
    file: str = FILE_NAME


@dataclass(frozen=True)
class Damage:
    """A place in a file of the ledger whose bytes are not those that were written."""

    path: str
    start: int
    end: int
    reason: str

    def __str__(self) -> str:
        where = f"bytes {self.start:,} to {self.end - 1:,}: " if self.end > self.start else ""
        return f"{self.path}: {where}{self.reason}"


class FileSum:
    """The running checksum of one file that is appended to."""

    def __init__(self, name: str, size: int, last: bytes) -> None:
        self._number = _NUMBERS[name]
        self._size = size
        self._sum = sha256(last)

    def add(self, data: Any) -> Iterator[bytes]:
        """Take in what is appended; yields the check of each chunk that it completes."""
        view = memoryview(data)
        while len(view):
            part = view[: CHUNK - self._size % CHUNK]
            self._sum.update(part)
            self._size += len(part)
            view = view[len(part) :]
            if self._size % CHUNK == 0:
                row = np.zeros(1, _ROW)
                row["file"], row["chunk"] = self._number, self._size // CHUNK - 1
                row["sum"] = np.frombuffer(self._sum.digest()[:SUM_BYTES], np.uint8)
                self._sum = sha256()
                yield row.tobytes()

    def tail(self) -> str:
        """The sum of the bytes after the last whole chunk; an empty text where there are none."""
        return self._sum.hexdigest()[: 2 * SUM_BYTES] if self._size % CHUNK else ""


def read(folder: Path, checked: Checked) -> Any:
    """The checks of a folder. Raises NotALedgerError where they are damaged themselves."""
    path = folder / checked.file
    try:
        data = path.read_bytes()[: checked.rows * ROW_BYTES]
    except OSError as error:
        raise NotALedgerError(f"{path}: cannot be read ({error.strerror}); build the ledger again") from error
    if len(data) != checked.rows * ROW_BYTES or sha256(data).hexdigest() != checked.digest:
        raise NotALedgerError(
            f"{path}: the list of checksums is damaged; the ledger's files may be sound: compare clew digest "
            "with another copy's, or build the ledger again"
        )
    return np.frombuffer(data, _ROW)


def ordered(folder: Path, checked: Checked) -> Checked:
    """The same checks in the order of files and chunks, which does not tell how these were written.

    Where they stand otherwise they are written under the other name, and the old file is left as it is.
    Raises StorageError, NotALedgerError.
    """
    rows = read(folder, checked)
    data = rows[np.lexsort((rows["chunk"], rows["file"]))].tobytes()
    if data == rows.tobytes():
        return checked
    name = NAMES[1 - NAMES.index(checked.file)]
    with storage(folder / name):
        with open(folder / name, "wb", buffering=0) as file:
            write_all(file, data)
            os.fsync(file.fileno())
        sync_folder(folder)
    return replace(checked, digest=sha256(data).hexdigest(), file=name)


def cut(folder: Path, checked: Checked, before: Mapping[str, int], after: Mapping[str, int]) -> Checked:
    """The checks of a folder's files where fewer bytes of each count: ``after`` instead of ``before``.

    Nothing is written. What becomes the last bytes of a file is compared with its check first: raises
    NotALedgerError where it is damaged.
    """
    rows = read(folder, checked)
    tails = {}
    for name, size in after.items():
        if size % CHUNK == 0:
            continue
        start, end = size // CHUNK * CHUNK, min(size // CHUNK * CHUNK + CHUNK, before[name])
        try:
            with open(folder / name, "rb") as file:
                file.seek(start)
                data = file.read(end - start)
        except OSError as error:
            raise NotALedgerError(
                f"{folder / name}: cannot be read ({error.strerror}); build the ledger again"
            ) from error
        if sha256(data).digest()[:SUM_BYTES] != _sums(rows, checked, name, before[name]).get(start // CHUNK):
            raise NotALedgerError(
                f"{folder / name}: bytes {start:,} to {end - 1:,} are not those that were written; "
                "the ledger is damaged, build it again"
            )
        tails[name] = sha256(data[: size - start]).hexdigest()[: 2 * SUM_BYTES]
    return replace(checked, tails=tails)


def _sums(rows: Any, checked: Checked, name: str, size: int) -> dict[int, bytes]:
    """The sums of the chunks of a file, of which ``size`` bytes count."""
    mine = rows[rows["file"] == _NUMBERS[name]]
    sums = {int(row["chunk"]): row["sum"].tobytes() for row in mine}
    if size % CHUNK and name in checked.tails:
        sums[size // CHUNK] = bytes.fromhex(checked.tails[name])
    return sums


def damaged(folder: Path, checked: Checked, sizes: Mapping[str, int]) -> Iterator[Damage | int]:
    """Re-read a folder's files: each damaged place, and the bytes read after every chunk.

    ``sizes``: bytes of each file that count; what lies beyond belongs to nobody.
    """
    try:
        rows = read(folder, checked)
    except NotALedgerError as error:
        yield Damage(str(folder / checked.file), 0, 0, str(error).partition(": ")[2])
        return
    for name, size in sizes.items():
        yield from _damaged_file(folder / name, _sums(rows, checked, name, size), size)


def _damaged_file(path: Path, sums: Mapping[int, bytes], size: int) -> Iterator[Damage | int]:
    try:
        with open(path, "rb") as file:
            for start in range(0, size, CHUNK):
                end = min(start + CHUNK, size)
                data = file.read(end - start)
                wanted = sums.get(start // CHUNK)
                if wanted is None:
                    yield Damage(str(path), start, end, "there is no checksum of it")
                elif len(data) < end - start:
                    yield Damage(str(path), start, end, f"{end - start - len(data):,} bytes are missing")
                elif sha256(data).digest()[:SUM_BYTES] != wanted:
                    yield Damage(str(path), start, end, "the bytes are not those that were written")
                yield end - start
    except OSError as error:
        if size:
            yield Damage(str(path), 0, 0, f"cannot be read ({error.strerror})")


__all__ = ["FILES", "FILE_NAME", "NAMES", "Checked", "Damage", "FileSum", "cut", "damaged", "ordered", "read"]
