"""Checksums of a ledger's files, written as the files are: so that a flipped byte is found and named.

Each folder of columns has a file ``checks``: one row per piece of a file that was written in one
go. The manifest states how many rows count, and their own SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from clew.errors import NotALedgerError
from clew.ledger.columns import column_files
from clew.schema import TABLES

FILE_NAME = "checks"
SUM_BYTES = 16
"""Bytes kept of each SHA-256: enough to find what a disk has flipped."""

FILES: tuple[str, ...] = tuple(
    name for table in TABLES for column in table.columns for name, _, _ in column_files(table, column)
)
"""Every file of columns; a check names it by its place here."""

_NUMBERS = {name: number for number, name in enumerate(FILES)}
_ROW = np.dtype([("file", "<u2"), ("start", "<i8"), ("end", "<i8"), ("sum", "u1", SUM_BYTES)])
ROW_BYTES = _ROW.itemsize
_READ_AT_ONCE = 8 << 20


@dataclass(frozen=True)
class Checked:
    """How many checks of a folder count, and the SHA-256 of them all, as hex."""

    rows: int = 0
    digest: str = sha256().hexdigest()


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


def entry(name: str, start: int, data: Any) -> bytes:
    """The check of ``data`` (a buffer) that stands in file ``name`` from byte ``start`` on."""
    row = np.zeros(1, _ROW)
    row["file"], row["start"], row["end"] = _NUMBERS[name], start, start + len(data)
    row["sum"] = np.frombuffer(sha256(data).digest()[:SUM_BYTES], np.uint8)
    return row.tobytes()


def read(folder: Path, checked: Checked) -> Any:
    """The checks of a folder. Raises NotALedgerError where they are damaged themselves."""
    path = folder / FILE_NAME
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


def damaged(folder: Path, checked: Checked, sizes: Mapping[str, int]) -> Iterator[Damage | int]:
    """Re-read a folder's files: each damaged place, and the bytes read after every piece.

    ``sizes``: bytes of each file that count; what lies beyond belongs to nobody.
    """
    try:
        rows = read(folder, checked)
    except NotALedgerError as error:
        yield Damage(str(folder / FILE_NAME), 0, 0, str(error).partition(": ")[2])
        return
    for number in np.unique(rows["file"]).tolist():
        name = FILES[number]
        mine = rows[rows["file"] == number]
        yield from _damaged_file(folder / name, mine[np.argsort(mine["start"], kind="stable")], sizes[name])
    for name in sorted(set(sizes) - {FILES[number] for number in np.unique(rows["file"]).tolist()}):
        if sizes[name]:
            yield Damage(str(folder / name), 0, sizes[name], "there is no checksum of it")


def _damaged_file(path: Path, rows: Any, size: int) -> Iterator[Damage | int]:
    covered = 0
    try:
        with open(path, "rb") as file:
            for row in rows:
                start, end = int(row["start"]), int(row["end"])
                if start != covered:
                    yield Damage(
                        str(path), min(start, covered), max(start, covered), "there is no checksum of it"
                    )
                file.seek(start)
                found, left = sha256(), end - start
                while left and (data := file.read(min(left, _READ_AT_ONCE))):
                    found.update(data)
                    left -= len(data)
                if left:
                    yield Damage(str(path), start, end, f"{left:,} bytes are missing at the end")
                elif found.digest()[:SUM_BYTES] != row["sum"].tobytes():
                    yield Damage(str(path), start, end, "the bytes are not those that were written")
                covered = end
                yield end - start
    except OSError as error:
        yield Damage(str(path), 0, 0, f"cannot be read ({error.strerror})")
        return
    if covered < size:
        yield Damage(str(path), covered, size, "there is no checksum of it")


__all__ = ["FILES", "FILE_NAME", "Checked", "Damage", "damaged", "entry", "read"]
