"""Columns as files: how a ledger's tables lie on disk, are read, and are written.

A column is one flat file of little-endian values named ``table.column``; a ``u40`` column is
two, ``.low`` and ``.high``. Reading maps the files; writing never does, since a mapping of a
hole dies by a signal when the disk is full.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.errors import NotALedgerError, StorageError
from clew.schema import Column, Table

Array: TypeAlias = npt.NDArray[Any]

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class WideColumn:
    """A ``u40`` column: reads as int64, whole, by index, by slice or by an array of indices."""

    dtype = np.dtype(np.int64)

    def __init__(self, low: Array, high: Array) -> None:
        self.low = low
        self.high = high

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, key: Any) -> Any:
        low, high = self.low[key], self.high[key]
        if np.ndim(low) == 0:
            return int(low) | int(high) << 32
        return low.astype(np.int64) | high.astype(np.int64) << 32

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        whole: Array = self[:]
        return whole if dtype is None else whole.astype(dtype)


Data: TypeAlias = "Array | WideColumn"


def column_files(table: Table, column: Column) -> tuple[tuple[str, np.dtype[Any], int], ...]:
    """The files of one column: name, dtype of an item, items per row."""
    name = f"{table.name}.{column.name}"
    if column.storage == "u40":
        return (f"{name}.low", np.dtype("<u4"), 1), (f"{name}.high", np.dtype("u1"), 1)
    return ((name, np.dtype(column.dtype), column.width),)


def read_column(folder: Path, table: Table, column: Column, rows: int) -> Data:
    """Map the first ``rows`` rows of a column; shape ``(rows,)`` or ``(rows, width)``.

    Raises NotALedgerError where a file is missing or shorter than that.
    """
    parts = [_map(folder / name, dtype, width, rows) for name, dtype, width in column_files(table, column)]
    return WideColumn(*parts) if len(parts) == 2 else parts[0]


def _map(path: Path, dtype: np.dtype[Any], width: int, rows: int) -> Array:
    shape = (rows,) if width == 1 else (rows, width)
    need = dtype.itemsize * width * rows
    try:
        size = path.stat().st_size
        if size < need:
            raise NotALedgerError(
                f"{path}: expected at least {need} bytes, found {size}; the ledger is damaged, build it again"
            )
        if not rows:
            return np.empty(shape, dtype)
        return np.memmap(path, dtype, "r", shape=shape)
    except OSError as error:
        raise NotALedgerError(
            f"{path}: a file of the ledger cannot be read ({error.strerror}); build the ledger again"
        ) from error


def to_files(table: Table, column: Column, data: Array) -> Iterator[tuple[str, Array]]:
    """Split logical values into what each file of the column holds."""
    names = [name for name, _, _ in column_files(table, column)]
    if column.storage == "u40":
        yield names[0], (data & 0xFFFFFFFF).astype("<u4")
        yield names[1], (data >> 32).astype("u1")
    else:
        yield names[0], np.ascontiguousarray(data, column.dtype)


def _sizes(tables: Iterable[Table], counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Every file of some tables, and how many bytes it has for so many rows."""
    for table in tables:
        for column in table.columns:
            for name, dtype, width in column_files(table, column):
                yield name, int(counts.get(table.name, 0)) * dtype.itemsize * width


def cut_back(folder: Path, tables: Iterable[Table], counts: Mapping[str, int]) -> None:
    """Take off what lies in the tables' files beyond so many rows. A file that cannot be cut stays."""
    for name, size in _sizes(tables, counts):
        with suppress(OSError):
            if (folder / name).stat().st_size > size:
                os.truncate(folder / name, size)


@contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turn a failing disk into one clear StorageError that names ``path``."""
    try:
        yield
    except OSError as error:
        what = "the disk is full" if error.errno in _NO_ROOM else (error.strerror or str(error))
        raise StorageError(
            f"{path}: cannot write the ledger: {what}; what was committed before is untouched; "
            "make room or choose another folder, and run the same command again"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names of a folder's files survive a power cut, where a system can be asked to."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class TableWriter:
    """Appends rows to tables in one folder, from given row counts on.

    What lies beyond those counts, left by a run that did not commit, is cut off first.
    """

    def __init__(self, folder: Path, tables: Iterable[Table], counts: Mapping[str, int]) -> None:
        self.folder = folder
        self.tables = {table.name: table for table in tables}
        self.counts = {name: int(counts.get(name, 0)) for name in self.tables}
        self._files: dict[str, BinaryIO] = {}
        try:
            with storage(folder):
                folder.mkdir(parents=True, exist_ok=True)
                for name, size in _sizes(self.tables.values(), self.counts):
                    self._open(name, size)
        except BaseException:
            self.close()
            raise

    def _open(self, name: str, position: int) -> None:
        path = self.folder / name
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        file = self._files[name] = os.fdopen(descriptor, "r+b", buffering=0)
        size = os.fstat(descriptor).st_size
        if size < position:
            # Zeros would fill the gap, and pass for rows.
            raise NotALedgerError(
                f"{path}: expected at least {position} bytes, found {size}; the ledger is damaged, "
                "build it again"
            )
        file.truncate(position)
        file.seek(position)

    def append(self, name: str, columns: Mapping[str, Array]) -> None:
        """Append one array per column, all of one length. Raises StorageError."""
        table = self.tables[name]
        lengths = {len(columns[column.name]) for column in table.columns}
        if len(lengths) != 1:
            raise ValueError(f"{name}: columns of different lengths {sorted(lengths)}")
        for column in table.columns:
            for file_name, data in to_files(table, column, columns[column.name]):
                self._write(file_name, data)
        self.counts[name] += lengths.pop()

    def _write(self, name: str, data: Array) -> None:
        with storage(self.folder / name):
            view = data.data.cast("B") if data.size else memoryview(b"")
            while len(view):
                # An unbuffered write may take only a part, on a full disk or a network drive.
                view = view[self._files[name].write(view) or 0 :]

    def sync(self) -> None:
        """Make everything appended so far survive a power cut. Raises StorageError."""
        for name, file in self._files.items():
            with storage(self.folder / name):
                os.fsync(file.fileno())
        with storage(self.folder):
            # A new file survives only together with its name.
            sync_folder(self.folder)

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            file.close()
        self._files.clear()
