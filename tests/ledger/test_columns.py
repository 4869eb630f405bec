"""Columns in pieces, in two files, in codes: they read as the plain numbers that were written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.errors import NotALedgerError
from clew.ledger.columns import PiecedColumn, map_tables, search
from clew.ledger.tables import TableWriter
from clew.schema import FREQUENT_SEQUENCES, FREQUENT_VERSIONS, ROW_TABLES, WIDE_MARK, table

lengths = st.lists(st.integers(0, 7), min_size=1, max_size=6).filter(any)
STORED = {
    "blocks.first_output": st.integers(0, WIDE_MARK - 1),
    "blocks.hash": st.binary(min_size=32, max_size=32),
    "outputs.value": st.one_of(
        st.integers(0, 1 << 33), st.integers(WIDE_MARK - 2, WIDE_MARK + 2), st.integers(0, (1 << 63) - 1)
    ),
    "inputs.sequence": st.one_of(
        st.sampled_from([0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0]),
        st.integers(0, 300),
        st.integers(0, 2**32 - 1),
    ),
    "transactions.version": st.one_of(st.integers(0, 3), st.integers(250, 260), st.integers(0, 2**32 - 1)),
    "transactions.lock_time": st.integers(0, 2**32 - 1),
}


def read_in_every_way(column: Any, whole: Any, draw: st.DataObject) -> None:
    """One by one, by slice, by array of indices, by mask, and all."""
    size = len(whole)
    assert len(column) == size
    assert np.asarray(column).tolist() == whole.tolist()
    assert column[:].dtype == whole.dtype
    for row in range(size):
        assert np.array_equal(column[row], whole[row])
        assert np.array_equal(column[row - size], whole[row])
    bounds = st.integers(-size - 2, size + 2)
    for _ in range(4):
        start, stop, step = (
            draw.draw(bounds),
            draw.draw(bounds),
            draw.draw(st.sampled_from([1, 1, 2, -1, -3])),
        )
        assert column[start:stop:step].tolist() == whole[start:stop:step].tolist()
    rows = np.array(draw.draw(st.lists(st.integers(0, size - 1), max_size=9)), np.int64)
    assert column[rows].tolist() == whole[rows].tolist()
    mask = np.array(draw.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    assert column[mask].tolist() == whole[mask].tolist()


@given(lengths, st.data())
def test_pieces_follow_each_other(sizes: list[int], draw: st.DataObject) -> None:
    whole = np.arange(sum(sizes), dtype=np.uint32) * 3
    edges = np.cumsum([0, *sizes])
    column = PiecedColumn([whole[first:last] for first, last in pairwise(edges)])
    read_in_every_way(column, whole, draw)
    with pytest.raises(IndexError):
        column[len(whole)]
    values = np.array(draw.draw(st.lists(st.integers(0, 3 * sum(sizes) + 2), max_size=9)), np.int64)
    for side in ("left", "right"):
        expected = np.searchsorted(whole, values, side).tolist()  # type: ignore[call-overload]
        assert search(column, values, side).tolist() == expected  # type: ignore[arg-type]
        assert search(whole, values, side).tolist() == expected  # type: ignore[arg-type]


@given(lengths, st.data())
def test_a_span_within_a_piece_copies_nothing(sizes: list[int], draw: st.DataObject) -> None:
    pieces = [np.arange(size, dtype=np.uint32) for size in sizes]
    column = PiecedColumn(pieces)
    for start, piece in zip(column.starts, pieces, strict=False):
        if len(piece):
            assert np.shares_memory(column[start : start + len(piece)], piece)


@pytest.mark.parametrize("name", STORED)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sizes=lengths, draw=st.data())
def test_what_is_written_is_read(
    name: str, sizes: list[int], draw: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In one piece or several, with numbers that stand apart at either side of each edge."""
    table_name, _, column_name = name.partition(".")
    of = table(table_name)
    column = of.column(column_name)
    tables = (of, *(table(each.rare) for each in of.columns if each.rare))
    items = draw.draw(st.lists(STORED[name], min_size=sum(sizes), max_size=sum(sizes)))
    whole = _array(items, column.dtype, column.width)
    pieces: list[tuple[Path, dict[str, int]]] = []
    first = 0
    rare = 0
    for size in sizes:
        folder = tmp_path_factory.mktemp("piece")
        counted = {table_name: first, column.rare: rare} if column.rare else {table_name: first}
        writer = TableWriter(folder, tables, {}, base=counted)
        cut = draw.draw(st.integers(0, size))
        for begin, end in ((0, cut), (cut, size)):
            writer.append(table_name, {column_name: whole[first + begin : first + end]})
        writer.close()
        counts = dict(writer.column_counts)
        rare += counts.get(f"{column.rare}.row", 0)
        pieces.append((folder, counts))
        first += size
    read = map_tables(pieces, tables)
    read_in_every_way(read[name], whole, draw)
    if column.rare:
        apart = {"outputs.value": lambda value: value >= WIDE_MARK}.get(
            name,
            lambda value: value not in (FREQUENT_SEQUENCES if "sequence" in name else FREQUENT_VERSIONS),
        )
        expected = [row for row, value in enumerate(items) if apart(value)]
        assert read[f"{column.rare}.row"][:].tolist() == expected


def _array(items: Sequence[Any], dtype: str, width: int) -> Any:
    if width > 1:
        return np.frombuffer(b"".join(items), np.uint8).reshape(-1, width)
    return np.array(items, dtype)


def test_a_writer_cuts_off_what_was_never_committed(tmp_path: Path) -> None:
    """And refuses files that are shorter than what was."""
    values = np.array([1, 1 << 50, 3], np.int64)
    writer = TableWriter(tmp_path / "rows", ROW_TABLES, {})
    writer.append("outputs", {"value": values})
    kept, checked = dict(writer.column_counts), writer.checked
    writer.append("outputs", {"value": values[::-1]})
    writer.close()
    again = TableWriter(tmp_path / "rows", ROW_TABLES, kept, checked)
    again.append("outputs", {"value": values + 1})
    again.close()
    read = map_tables([(tmp_path / "rows", again.column_counts)], ROW_TABLES)
    assert read["outputs.value"][:].tolist() == [*values.tolist(), *(values + 1).tolist()]
    with pytest.raises(NotALedgerError, match=r"outputs\.value\.low"):
        TableWriter(tmp_path / "rows", ROW_TABLES, {**kept, "outputs.value": 99})
    with pytest.raises(NotALedgerError, match=r"outputs\.value\.low"):
        map_tables([(tmp_path / "rows", {"outputs.value": 99})], ROW_TABLES)
