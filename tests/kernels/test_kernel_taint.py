"""The kernels of taint against their slow twins."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clew.kernels import taint_coins
from clew.kernels.portions import share_out
from clew.schema import HAIRCUT, JUNIORITY, SENIORITY, TIHO
from naive.taint import amounts, proportion

NUMBERS = {"haircut": HAIRCUT, "seniority": SENIORITY, "juniority": JUNIORITY, "tiho": TIHO}
LARGE = 21 * 10**14
"""All satoshi there will be."""


def share(policy: str, amount: int, values: list[int]) -> list[int]:
    count = len(values)
    shares, order = np.zeros(count, np.int64), np.arange(count)
    room = np.zeros(2 * count, np.int64)
    parts = np.array(values, np.int64)
    share_out(NUMBERS[policy], np.int64(amount), parts, order, count, np.int64(sum(values)), shares, room)
    return shares.tolist()


@st.composite
def parts(draw: st.DrawFn, largest: int = LARGE) -> tuple[int, list[int]]:
    """Values of parts out, small, equal and very large ones, and an amount that fits into them."""
    some = st.one_of(st.integers(0, 5), st.integers(0, largest), st.just(largest))
    values = draw(st.lists(some, min_size=1, max_size=60))
    return draw(st.integers(0, sum(values))), values


@given(parts(), st.sampled_from(sorted(NUMBERS)))
def test_amounts_agree_and_sum(case: tuple[int, list[int]], policy: str) -> None:
    amount, values = case
    if not sum(values):
        return
    found = share(policy, amount, values)
    assert found == amounts(policy, amount, values)
    assert sum(found) == amount
    assert all(0 <= each <= value for each, value in zip(found, values, strict=True))


@given(parts(1 << 56))
def test_proportions_hold_far_beyond_bitcoin(case: tuple[int, list[int]]) -> None:
    amount, values = case
    if sum(values):
        assert share("haircut", amount, values) == proportion(amount, values)


def test_all_satoshi_there_are() -> None:
    assert share("haircut", LARGE - 1, [LARGE - 7, 4, 3]) == [LARGE - 8, 4, 3]
    assert share("haircut", LARGE, [LARGE, 0]) == [LARGE, 0]
    assert share("haircut", 2, [LARGE // 3] * 3) == [1, 1, 0]


def test_ties_go_to_the_lower_index() -> None:
    assert share("haircut", 1, [5, 5, 5]) == [1, 0, 0]
    assert share("haircut", 50, [2] * 100) == [1] * 50 + [0] * 50
    assert share("tiho", 6, [5, 7, 7, 1]) == [0, 6, 0, 0]
    assert share("tiho", 15, [5, 7, 7, 1]) == [1, 7, 7, 0]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=300), st.integers(0, 2**33))
def test_table_holds_what_was_put_and_not_taken(moves: list[tuple[bool, int]], far: int) -> None:
    table = np.full(4 * 128, taint_coins.NOBODY, np.int64)
    held: dict[int, int] = {}
    for number, (puts, key) in enumerate(moves):
        output = key * 8191 + far * (key % 3)
        if puts and output not in held:
            _put(table, output, number)
            held[output] = number
        elif not puts and output in held:
            _take(table, output)
            del held[output]
    larger = np.full(4 * 512, taint_coins.NOBODY, np.int64)
    taint_coins.move(table, larger)
    for where in (table, larger):
        rows = [_find(where, key * 8191 + far * (key % 3)) for key in range(41)]
        found = {int(where[row]): int(where[row + taint_coins.TAINT]) for row in rows if row >= 0}
        assert found == held
        assert int((where[::4] != taint_coins.NOBODY).sum()) == len(held)


def _put(table: np.ndarray, output: int, taint: int) -> None:
    taint_coins.put(table, output, taint, 0, 0)


def _take(table: np.ndarray, output: int) -> None:
    taint_coins.take(table, output)


def _find(table: np.ndarray, output: int) -> int:
    return int(taint_coins.find(table, output))


def test_flags_are_counted_once() -> None:
    bits, due = np.zeros(10, np.uint32), np.zeros(40, np.int64)
    for place in (0, 31, 32, 319, 31):
        taint_coins.mark(bits, due, 3, place)
    assert due.sum() == 4
    assert [taint_coins.lowest(np.int64(bits[0])), taint_coins.highest(np.int64(bits[0]))] == [0, 31]
    taint_coins.unmark(bits, due, 3, 31)
    taint_coins.unmark(bits, due, 3, 31)
    assert due.sum() == 3
    assert taint_coins.highest(np.int64(bits[0])) == 0
