"""Columns as files: how a ledger's tables are written.

A column is one flat file of little-endian values named ``table.column``, or two, ``.low`` and
``.high``. Files are written with ``write`` and never through a mapping, since a mapping of a hole
dies by a signal when the disk is full.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from clew.errors import NotALedgerError
from clew.kernels import narrow
from clew.ledger import checks
from clew.ledger.checks import Checked
from clew.ledger.columns import Array, column_files, rows_of
from clew.ledger.disk import storage, sync_folder, write_all
from clew.schema import RARE, WIDE_MARK, Column, Table


def file_sizes(tables: Iterable[Table], counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Every file of some tables, and how many bytes it has for so many rows."""
    for table in tables:
        for column in table.columns:
            for name, dtype, width in column_files(table, column):
                yield name, rows_of(table, column, counts) * dtype.itemsize * width


def cut_back(folder: Path, tables: Iterable[Table], counts: Mapping[str, int], checked: Checked) -> None:
    """Take off what lies in the tables' files beyond so many rows. A file that cannot be cut stays."""
    sizes = {**dict(file_sizes(tables, counts)), checked.file: checked.rows * checks.ROW_BYTES}
    for name, size in sizes.items():
        with suppress(OSError):
            if (folder / name).stat().st_size > size:
                os.truncate(folder / name, size)


class Split:
    """Numbers that are split already, as a column of 40 bits takes them: uint32 and uint8."""

    def __init__(self, low: Array, high: Array) -> None:
        self.low, self.high = low, high

    def __len__(self) -> int:
        return len(self.low)


def narrowed(column: Column, data: Array | Split) -> tuple[list[Array], Array]:
    """Logical values as the files of a column hold them, and the rows (int64) that have no room there."""
    rare = 0
    if isinstance(data, Split):
        return [data.low, data.high], np.empty(0, np.int64)
    if column.storage in ("u40", "u40+"):
        low, high = np.empty(len(data), np.uint32), np.empty(len(data), np.uint8)
        wide = np.ascontiguousarray(data, np.int64)
        if column.storage == "u40":
            narrow.split(wide, low, high)
        else:
            rare = narrow.split_or_mark(wide, low, high)
        where = np.flatnonzero(wide >= WIDE_MARK) if rare else np.empty(0, np.int64)
        return [low, high], where
    if column.storage in ("sequence", "version"):
        codes = np.empty(len(data), np.uint8)
        code = narrow.code_sequences if column.storage == "sequence" else narrow.code_versions
        rare = code(np.ascontiguousarray(data, np.uint32), codes)
        return [codes], np.flatnonzero(codes == RARE) if rare else np.empty(0, np.int64)
    return [np.ascontiguousarray(data, column.dtype)], np.empty(0, np.int64)


class TableWriter:
    """Appends rows to tables in one folder, from given row counts on.

    What lies beyond those counts, left by a run that did not commit, is cut off first. Columns of a
    table may be appended one by one; ``counts`` are the rows that all columns of a table have.
    ``base``: ids of the folder's first rows, by table.
    """

    def __init__(
        self,
        folder: Path,
        tables: Iterable[Table],
        counts: Mapping[str, int],
        checked: Checked | None = None,
        base: Mapping[str, int] | None = None,
    ) -> None:
        self.folder = folder
        self.tables = {table.name: table for table in tables}
        self.base = base or {}
        self.bytes_written = 0
        self._rows = {
            f"{table.name}.{column.name}": rows_of(table, column, counts)
            for table in self.tables.values()
            for column in table.columns
        }
        self._files: dict[str, BinaryIO] = {}
        self._sums: dict[str, checks.FileSum] = {}
        self._unsynced: set[str] = set()
        self._checked = checked or Checked()
        self._checks_digest = sha256()
        try:
            with storage(folder):
                new = not folder.is_dir()
                folder.mkdir(parents=True, exist_ok=True)
                for name, size in file_sizes(self.tables.values(), counts):
                    self._open(name, size)
                self._open(self._checked.file, self._checked.rows * checks.ROW_BYTES)
                if new:
                    # The folder's own name must survive, too.
                    sync_folder(folder.parent)
            if self._checked.rows:
                self._checks_digest.update(checks.read(folder, self._checked).tobytes())
        except BaseException:
            self.close()
            raise

    @property
    def counts(self) -> dict[str, int]:
        """Rows by table; those that all its columns have."""
        return {
            name: min(self._rows[f"{name}.{column.name}"] for column in table.columns)
            for name, table in self.tables.items()
        }

    @property
    def column_counts(self) -> dict[str, int]:
        """Rows by ``table.column``."""
        return dict(self._rows)

    @property
    def checked(self) -> Checked:
        """The checks of everything appended so far."""
        tails = {name: tail for name, sums in self._sums.items() if (tail := sums.tail())}
        return replace(self._checked, digest=self._checks_digest.hexdigest(), tails=tails)

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
        if size > position:
            file.truncate(position)
        if name not in checks.NAMES:
            self._sums[name] = checks.FileSum(name, position, self._last_bytes(name, file, position))
        file.seek(position)
        if size != position or not position:
            self._unsynced.add(name)

    def _last_bytes(self, name: str, file: BinaryIO, size: int) -> bytes:
        """What follows the last whole chunk of a file. Raises NotALedgerError where it is damaged."""
        file.seek(size // checks.CHUNK * checks.CHUNK)
        data = b""
        while len(data) < size % checks.CHUNK and (more := file.read(size % checks.CHUNK - len(data))):
            data += more
        tail = checks.FileSum(name, size, data).tail()
        if tail != self._checked.tails.get(name, ""):
            raise NotALedgerError(
                f"{self.folder / name}: its last bytes are not those that were written; the ledger is "
                "damaged, build it again"
            )
        return data

    def append(self, name: str, columns: Mapping[str, Array | Split]) -> None:
        """Append one array per column given, all of one length. Raises StorageError."""
        table = self.tables[name]
        lengths = {len(data) for data in columns.values()}
        if len(lengths) != 1:
            raise ValueError(f"{name}: columns of different lengths {sorted(lengths)}")
        entries: list[bytes] = []
        for column in table.columns:
            if column.name in columns:
                self._append_column(table, column, columns[column.name], entries)
        if entries:
            self._write(self._checked.file, b"".join(entries))
            self._checks_digest.update(b"".join(entries))
            self._checked = replace(self._checked, rows=self._checked.rows + len(entries))

    def _append_column(self, table: Table, column: Column, data: Array | Split, entries: list[bytes]) -> None:
        name = f"{table.name}.{column.name}"
        if len(data):
            parts, rare = narrowed(column, data)
            for (file, _, _), part in zip(column_files(table, column), parts, strict=True):
                view = part.data.cast("B")
                entries.extend(self._sums[file].add(view))
                self._write(file, view)
            if len(rare) and not isinstance(data, Split):
                first = self._rows[name] + self.base.get(table.name, 0)
                of = self.tables[column.rare]
                values = {"row": rare + first, "value": data[rare]}
                for each in of.columns:
                    self._append_column(of, each, values[each.name], entries)
        self._rows[name] += len(data)

    def _write(self, name: str, data: Any) -> None:
        with storage(self.folder / name):
            write_all(self._files[name], data)
        self.bytes_written += len(data)
        self._unsynced.add(name)

    def sync(self) -> None:
        """Make everything appended so far survive a power cut. Raises StorageError."""
        for name in sorted(self._unsynced):
            with storage(self.folder / name):
                os.fsync(self._files[name].fileno())
        self._unsynced.clear()
        with storage(self.folder):
            # A new file survives only together with its name.
            sync_folder(self.folder)

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            file.close()
        self._files.clear()
