"""Columns in pieces, of 40 bits and with rare numbers apart, against plain lists."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.ledger.columns import (
    Numbers,
    PiecedColumn,
    RareColumn,
    WideColumn,
    _with_rare,
    distinct_pairs,
    search,
)
from clew.ledger.tables import narrowed
from clew.schema import FREQUENT_SEQUENCES, INPUTS, OUTPUTS, TRANSACTIONS, WIDE_MARK

cuts = st.lists(st.integers(0, 20), max_size=4)
keys = st.one_of(
    st.slices(25),
    st.builds(slice, st.integers(-30, 30), st.integers(-30, 30), st.sampled_from([None, 1, 2, 3, -1, -2])),
)
amounts = st.one_of(
    st.integers(0, 9),
    st.sampled_from([0xFFFFFFFF, 1 << 32, WIDE_MARK - 1, WIDE_MARK, WIDE_MARK + 1, (1 << 63) - 1]),
)
words = st.one_of(
    st.integers(0, 0xFFFFFFFF), st.sampled_from([0, 251, 252, 254, 255, *FREQUENT_SEQUENCES[:3]])
)


def pieced(array: Any, bounds: list[int]) -> Any:
    """The array as a column of several pieces, some of them empty."""
    return PiecedColumn(np.split(array, sorted(bounds))) if bounds else array


def require_same(column: Any, numbers: list[int], data: st.DataObject) -> None:
    """That a column reads as the list does, whatever way it is asked."""
    count = len(numbers)
    assert len(column) == count
    assert np.asarray(column).tolist() == column[:].tolist() == numbers
    for row in range(-count, count):
        assert column[row] == numbers[row]
    for row in (-count - 1, count, count + 5):
        with pytest.raises(IndexError):
            column[row]
    key = data.draw(keys)
    assert column[key].tolist() == numbers[key]
    if count:
        rows = data.draw(st.lists(st.integers(0, count - 1), max_size=12))
        assert column[np.array(rows, np.int64)].tolist() == [numbers[row] for row in rows]
        square = np.array(rows[: len(rows) // 2 * 2], np.int64).reshape(2, -1)
        assert column[square].tolist() == [[numbers[row] for row in line] for line in square.tolist()]
    mask = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    assert column[np.array(mask, bool)].tolist() == [
        number for number, on in zip(numbers, mask, strict=True) if on
    ]


@given(st.lists(st.integers(0, 0xFFFFFFFF), max_size=20), cuts, st.data())
def test_pieces(numbers: list[int], bounds: list[int], data: st.DataObject) -> None:
    column = pieced(np.array(numbers, np.uint32), [*bounds, 3])
    assert isinstance(column, Numbers)
    assert column.dtype == np.uint32
    require_same(column, numbers, data)


@given(st.binary(max_size=60), cuts, st.data())
def test_pieces_of_hashes(data_: bytes, bounds: list[int], data: st.DataObject) -> None:
    """Rows of several items, as hashes are."""
    whole = np.frombuffer(data_[: len(data_) // 3 * 3], np.uint8).reshape(-1, 3)
    column = pieced(whole, [*bounds, 4])
    key = data.draw(keys)
    assert column[key].tolist() == whole[key].tolist()
    rows = np.array(data.draw(st.lists(st.integers(0, max(len(whole) - 1, 0)), max_size=9)), np.int64)
    if len(whole):
        assert column[rows].tolist() == whole[rows].tolist()
        assert [column[row].tolist() for row in range(len(whole))] == whole.tolist()


@given(st.lists(st.integers(0, WIDE_MARK), max_size=20), cuts, st.data())
def test_numbers_of_40_bits(numbers: list[int], bounds: list[int], data: st.DataObject) -> None:
    (low, high), rare = narrowed(INPUTS.column("spent_output"), np.array(numbers, np.int64))
    assert not len(rare)
    require_same(WideColumn(pieced(low, bounds), pieced(high, bounds)), numbers, data)


@given(st.lists(amounts, max_size=20), cuts, st.data())
def test_amounts(numbers: list[int], bounds: list[int], data: st.DataObject) -> None:
    (low, high), rare = narrowed(OUTPUTS.column("value"), np.array(numbers, np.int64))
    assert rare.tolist() == [row for row, number in enumerate(numbers) if number >= WIDE_MARK]
    rows = narrowed(INPUTS.column("spent_output"), rare)[0]
    column = RareColumn(
        WideColumn(pieced(low, bounds), pieced(high, bounds)),
        None,
        WIDE_MARK,
        WideColumn(*rows),
        np.array(numbers, np.int64)[rare],
    )
    assert column.dtype == np.int64
    require_same(column, numbers, data)


@pytest.mark.parametrize("column", [INPUTS.column("sequence"), TRANSACTIONS.column("version")], ids=str)
@given(st.lists(words, max_size=20), cuts, st.data())
def test_codes(column: Any, numbers: list[int], bounds: list[int], data: st.DataObject) -> None:
    array = np.array(numbers, np.uint32)
    (codes,), rare = narrowed(column, array)
    assert codes.dtype == np.uint8
    read = _with_rare(column, pieced(codes, bounds), rare, array[rare])
    assert read.dtype == np.uint32
    require_same(read, numbers, data)


@given(
    st.lists(st.integers(0, 40)),
    cuts,
    st.lists(st.integers(0, 45)),
    st.sampled_from(["left", "right"]),
)
def test_search(numbers: list[int], bounds: list[int], values: list[int], side: Any) -> None:
    ordered = np.array(sorted(numbers), np.uint32)
    found = search(pieced(ordered, bounds), np.array(values, np.int64), side)
    assert found.dtype == np.int64
    assert found.tolist() == [
        sum(number < value or (side == "right" and number == value) for number in numbers) for value in values
    ]


@pytest.mark.parametrize(("count", "below"), [(0, 9), (1, 1 << 32), (2, 1 << 32), (500, 1 << 32), (500, 12)])
def test_distinct_pairs_are_what_a_set_holds(count: int, below: int) -> None:
    dice = np.random.default_rng(count + below)
    ones, others = dice.integers(0, below, (2, count))
    told = Counter(zip(ones.tolist(), others.tolist(), strict=True))
    pairs, counts = distinct_pairs(ones, others)
    assert pairs.shape == (2, len(told))
    assert list(zip(*pairs.tolist(), strict=True)) == sorted(told)
    assert counts.tolist() == [told[each] for each in sorted(told)]
