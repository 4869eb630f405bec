"""Columns as they are read: whole, by index, by slice or by an array of indices.

A column may lie in several pieces (rows written after a reorganisation stand in files of their
own), in two files (40-bit numbers), or as one byte that stands for a number. Whoever reads it
sees plain numbers. Files are mapped, so that nothing is copied before it is asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.errors import NotALedgerError
from clew.schema import FREQUENT_SEQUENCES, FREQUENT_VERSIONS, RARE, WIDE_MARK, Column, Table

Array: TypeAlias = npt.NDArray[Any]


class Numbers:
    """What all columns can do; subclasses say how many numbers there are and give some of them."""

    dtype: np.dtype[Any]

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, key: Any) -> Any:
        """One number for an index; an array for a slice or an array of indices."""
        if isinstance(key, slice):
            rows = range(*key.indices(len(self)))
            if rows.step > 0:
                return self.span(rows.start, rows.stop, rows.step)
            # Backwards, a slice may end before row 0, which no array can be asked for by number.
            return self.span(rows[-1], rows[0] + 1, -rows.step)[::-1] if rows else self.span(0, 0, 1)
        if np.ndim(key) == 0:
            row = int(key)
            if not -len(self) <= row < len(self):
                raise IndexError(f"row {row} of {len(self)}")
            return self.one(row + len(self) if row < 0 else row)
        chosen = np.asarray(key)
        return self.some(np.flatnonzero(chosen) if chosen.dtype == bool else chosen)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        whole: Array = self[:]
        return whole if dtype is None else whole.astype(dtype)

    def one(self, row: int) -> Any:
        """The number at a row."""
        return self.some(np.array([row]))[0]

    def span(self, first: int, last: int, step: int) -> Array:
        """The numbers from row ``first`` to ``last``."""
        return self.some(np.arange(first, last, step))

    def some(self, rows: Array) -> Array:
        """The numbers at ``rows`` (integers, not negative)."""
        raise NotImplementedError


class PiecedColumn(Numbers):
    """Arrays that follow each other as one column."""

    def __init__(self, parts: Sequence[Array]) -> None:
        self.parts = parts
        self.starts = np.cumsum([0, *(len(part) for part in parts)]).tolist()
        self.dtype = parts[0].dtype

    def __len__(self) -> int:
        return int(self.starts[-1])

    def one(self, row: int) -> Any:
        """The number at a row."""
        place = bisect_right(self.starts, row) - 1
        return self.parts[place][row - self.starts[place]]

    def span(self, first: int, last: int, step: int) -> Array:
        """The numbers from row ``first`` to ``last``; no copy where they stand in one piece."""
        if step != 1 or last <= first:
            return self.some(np.arange(first, last, step))
        found = []
        for part, start in zip(self.parts, self.starts, strict=False):
            if start < last and first < start + len(part):
                found.append(part[max(first - start, 0) : last - start])
        return found[0] if len(found) == 1 else np.concatenate(found)

    def some(self, rows: Array) -> Array:
        """The numbers at ``rows``."""
        found = np.empty((*rows.shape, *self.parts[0].shape[1:]), self.dtype)
        places = np.searchsorted(self.starts, rows, "right") - 1
        for place in np.unique(places).tolist():
            mine = places == place
            found[mine] = self.parts[place][rows[mine] - self.starts[place]]
        return found


class WideColumn(Numbers):
    """A ``u40`` column: reads as int64."""

    dtype = np.dtype(np.int64)

    def __init__(self, low: Any, high: Any) -> None:
        self.low = low
        self.high = high

    def __len__(self) -> int:
        return len(self.low)

    def one(self, row: int) -> int:
        """The number at a row."""
        return int(self.low[row]) | int(self.high[row]) << 32

    def span(self, first: int, last: int, step: int) -> Array:
        """The numbers from row ``first`` to ``last``."""
        return self._join(self.low[first:last:step], self.high[first:last:step])

    def some(self, rows: Array) -> Array:
        """The numbers at ``rows``."""
        return self._join(self.low[rows], self.high[rows])

    def _join(self, low: Array, high: Array) -> Array:
        joined: Array = high.astype(np.int64)
        joined <<= 32
        joined |= low
        return joined


class RareColumn(Numbers):
    """A column whose rare numbers stand apart: ``mark`` where ``rows`` and ``values`` have them."""

    def __init__(self, codes: Any, meaning: Array | None, mark: int, rows: Any, values: Any) -> None:
        self._codes = codes
        self._meaning = meaning
        self._mark = mark
        self._rows = rows
        self._values = values
        self.dtype = np.dtype(np.int64) if meaning is None else meaning.dtype

    def __len__(self) -> int:
        return len(self._codes)

    def one(self, row: int) -> int:
        """The number at a row."""
        code = int(self._codes[row])
        if code == self._mark:
            return int(self._values[bisect_left(self._rows, row)])
        return code if self._meaning is None else int(self._meaning[code])

    def span(self, first: int, last: int, step: int) -> Array:
        """The numbers from row ``first`` to ``last``."""
        codes = self._codes[first:last:step]
        return self._decode(codes, lambda rare: first + step * rare[0])

    def some(self, rows: Array) -> Array:
        """The numbers at ``rows``."""
        return self._decode(self._codes[rows], lambda rare: rows[rare])

    def narrow(self) -> tuple[Any, Any, Any]:
        """The column that marks what is rare, the rows of the rare numbers (ascending), and these."""
        return self._codes, self._rows, self._values

    def first(self, rows: int) -> RareColumn:
        """The column of its first ``rows``."""
        # Rows of later ones among the rare do no harm: nobody asks for them.
        return RareColumn(first_rows(self._codes, rows), self._meaning, self._mark, self._rows, self._values)

    def _decode(self, codes: Array, row_of: Any) -> Array:
        numbers: Array = codes if self._meaning is None else self._meaning[codes]
        rare = np.nonzero(codes == self._mark)
        if len(rare[0]):
            numbers[rare] = self._values[np.searchsorted(np.asarray(self._rows), row_of(rare))]
        return numbers


Data: TypeAlias = "Array | Numbers"


def _meanings(numbers: tuple[int, ...]) -> Array:
    return np.array([*numbers, 0], np.uint32)


_CODES = {"sequence": _meanings(FREQUENT_SEQUENCES), "version": _meanings(FREQUENT_VERSIONS)}


def column_files(table: Table, column: Column) -> tuple[tuple[str, np.dtype[Any], int], ...]:
    """The files of one column: name, dtype of an item, items per row."""
    name = f"{table.name}.{column.name}"
    if column.storage in ("u40", "u40+"):
        return (f"{name}.low", np.dtype("<u4"), 1), (f"{name}.high", np.dtype("u1"), 1)
    if column.storage in _CODES:
        return ((name, np.dtype("u1"), 1),)
    return ((name, np.dtype(column.dtype), column.width),)


def rows_of(table: Table, column: Column, counts: Mapping[str, int]) -> int:
    """Rows of a column: ``counts`` has them by ``table.column``, or by table; none where it has neither."""
    return int(counts.get(f"{table.name}.{column.name}", counts.get(table.name, 0)))


def map_tables(pieces: Sequence[tuple[Path, Mapping[str, int]]], tables: Iterable[Table]) -> dict[str, Data]:
    """Map all columns of some tables, by ``table.column``.

    ``pieces``: folders that follow each other, and how many rows each has, see ``rows_of``. Raises
    NotALedgerError where a file is missing or too short.
    """
    tables = tuple(tables)
    columns: dict[str, Data] = {}
    for table in tables:
        for column in table.columns:
            places = [(folder, rows_of(table, column, rows)) for folder, rows in pieces]
            columns[f"{table.name}.{column.name}"] = _read_column(places, table, column)
    for table in tables:
        for column in table.columns:
            if column.rare:
                name = f"{table.name}.{column.name}"
                rare = columns[f"{column.rare}.row"], columns[f"{column.rare}.value"]
                columns[name] = _with_rare(column, columns[name], *rare)
    return columns


def _read_column(pieces: Sequence[tuple[Path, int]], table: Table, column: Column) -> Data:
    parts = []
    for name, dtype, width in column_files(table, column):
        mapped = [_map(folder / name, dtype, width, rows) for folder, rows in pieces if rows]
        if not mapped:
            mapped = [_map(folder / name, dtype, width, 0) for folder, _ in pieces[-1:]]
        parts.append(mapped[0] if len(mapped) == 1 else PiecedColumn(mapped))
    return WideColumn(*parts) if len(parts) == 2 else parts[0]


def _with_rare(column: Column, codes: Data, rows: Data, values: Data) -> Data:
    if column.storage == "u40+":
        return RareColumn(codes, None, WIDE_MARK, rows, values)
    return RareColumn(codes, _CODES[column.storage], RARE, rows, values)


def first_rows(column: Data, rows: int) -> Data:
    """The first ``rows`` of a column, as a column; nothing is copied."""
    if isinstance(column, PiecedColumn):
        parts = [
            part[: rows - start]
            for part, start in zip(column.parts, column.starts, strict=False)
            if start < rows
        ]
        return PiecedColumn(parts or [column.parts[0][:0]])
    if isinstance(column, WideColumn):
        return WideColumn(first_rows(column.low, rows), first_rows(column.high, rows))
    if isinstance(column, RareColumn):
        return column.first(rows)
    return column[:rows]


def distinct(values: Array) -> Array:
    """The values, each once, ascending: as np.unique, which takes ten times as long for millions."""
    ordered = np.sort(values)
    kept = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=kept[1:])
    found: Array = ordered[kept]
    return found


def distinct_pairs(ones: Array, others: Array) -> tuple[Array, Array]:
    """Pairs of numbers from 0 to below 2^32, each once, ascending: (2, n); and how often each occurs. int64.

    As np.unique of columns, which compares rows byte by byte and takes twenty times as long.
    """
    ordered = np.sort(ones.astype(np.uint64) << np.uint64(32) | others.astype(np.uint64))
    firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    found = ordered[firsts]
    pairs = np.stack([found >> np.uint64(32), found & np.uint64(0xFFFF_FFFF)]).astype(np.int64)
    return pairs, np.diff(np.append(firsts, len(ordered)))


def search(ordered: Any, values: Array, side: Literal["left", "right"] = "left") -> Array:
    """Where ``values`` would stand in an ascending column; int64. No piece of it is copied."""
    parts = ordered.parts if isinstance(ordered, PiecedColumn) else [np.asarray(ordered)]
    # Searching with another dtype would copy, too.
    return sum(
        (np.searchsorted(part, values.astype(part.dtype), side) for part in parts),
        start=np.zeros(values.shape, np.int64),
    )


def _map(path: Path, dtype: np.dtype[Any], width: int, rows: int) -> Array:
    shape = (rows,) if width == 1 else (rows, width)
    if not rows:
        return np.empty(shape, dtype)
    need = dtype.itemsize * width * rows
    try:
        size = path.stat().st_size
        if size < need:
            raise NotALedgerError(
                f"{path}: expected at least {need} bytes, found {size}; the ledger is damaged, build it again"
            )
        # A plain array over the mapping: a memmap does bookkeeping at every slice.
        return np.asarray(np.memmap(path, dtype, "r", shape=shape))
    except OSError as error:
        raise NotALedgerError(
            f"{path}: a file of the ledger cannot be read ({error.strerror}); build the ledger again"
        ) from error


__all__ = [
    "Array",
    "Data",
    "Numbers",
    "PiecedColumn",
    "RareColumn",
    "WideColumn",
    "column_files",
    "distinct",
    "distinct_pairs",
    "first_rows",
    "map_tables",
]
