"""Numbers made narrow, and read back through the columns that widen them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernels import narrow
from clew.ledger import columns
from clew.ledger.columns import RareColumn, WideColumn
from clew.schema import FREQUENT_SEQUENCES, FREQUENT_VERSIONS, RARE, WIDE_MARK
from kernels.running import EXAMPLES

EDGES = [0, 1, 0xFFFFFFFF, 1 << 32, WIDE_MARK - 1, WIDE_MARK, WIDE_MARK + 1, 1 << 40, (1 << 63) - 1]
amounts = st.one_of(st.sampled_from(EDGES), st.integers(0, (1 << 63) - 1), st.integers(0, 1 << 41))
small_words = st.one_of(st.integers(0, 300), st.integers(0xFFFFFF00, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF))


def room(count: int) -> tuple[Any, Any]:
    return np.full(count, 0xEEEEEEEE, np.uint32), np.full(count, 0xEE, np.uint8)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(amounts.map(lambda number: number % (1 << 40)), max_size=20))
def test_numbers_of_40_bits(numbers: list[int]) -> None:
    low, high = room(len(numbers))
    narrow.split(np.array(numbers, np.int64), low, high)
    assert low.tolist() == [number & 0xFFFFFFFF for number in numbers]
    assert high.tolist() == [number >> 32 for number in numbers]
    assert WideColumn(low, high)[:].tolist() == numbers


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(amounts, max_size=20))
def test_amounts_of_any_size(numbers: list[int]) -> None:
    low, high = room(len(numbers))
    rare = [row for row, number in enumerate(numbers) if number >= WIDE_MARK]
    assert narrow.split_or_mark(np.array(numbers, np.int64), low, high) == len(rare)
    wide = WideColumn(low, high)
    assert wide[:].tolist() == [min(number, WIDE_MARK) for number in numbers]
    rows, values = np.array(rare, np.int64), np.array([numbers[row] for row in rare], np.int64)
    column = RareColumn(wide, None, WIDE_MARK, rows, values)
    assert column[:].tolist() == numbers
    assert [column[row] for row in range(len(numbers))] == numbers


@pytest.mark.parametrize(
    ("code", "name", "frequent"),
    [
        (narrow.code_sequences, "sequence", FREQUENT_SEQUENCES),
        (narrow.code_versions, "version", FREQUENT_VERSIONS),
    ],
)
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(small_words, max_size=20))
def test_codes(code: Any, name: str, frequent: tuple[int, ...], numbers: list[int]) -> None:
    require_codes(code, name, frequent, numbers)


def require_codes(code: Any, name: str, frequent: tuple[int, ...], numbers: list[int]) -> None:
    codes = np.full(len(numbers), 0xEE, np.uint8)
    rare = [row for row, number in enumerate(numbers) if number not in frequent]
    assert code(np.array(numbers, np.uint32), codes) == len(rare)
    assert codes.tolist() == [frequent.index(each) if each in frequent else RARE for each in numbers]
    rows, values = np.array(rare, np.int64), np.array([numbers[row] for row in rare], np.uint32)
    column = RareColumn(codes, columns._CODES[name], RARE, rows, values)
    assert column[:].tolist() == numbers
    assert [column[row] for row in range(len(numbers))] == numbers


def test_every_code() -> None:
    edges = [*range(400), *range(0xFFFFFFF0, 0x100000000), 0x7FFFFFFF, 0x80000000]
    require_codes(narrow.code_sequences, "sequence", FREQUENT_SEQUENCES, edges)
    require_codes(narrow.code_versions, "version", FREQUENT_VERSIONS, edges)
    assert len(FREQUENT_SEQUENCES) == len(FREQUENT_VERSIONS) == RARE
