"""The rules for one transaction, case by case, and against the kernels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.heuristics.plain import common_input, equal_output_coinjoin, strict
from clew.kernels import rules
from clew.schema import ANCHOR, NO_ADDRESS, NONSTANDARD, PUBKEYHASH, WITNESS_UNKNOWN, WITNESS_V0_KEYHASH


@pytest.mark.parametrize(
    ("owners", "types", "coinjoin", "answer"),
    [
        ([], [], False, "no"),
        ([1], [PUBKEYHASH], False, "no"),
        ([1, 1], [PUBKEYHASH, PUBKEYHASH], False, "no"),
        ([1, 2], [PUBKEYHASH, WITNESS_V0_KEYHASH], False, "yes"),
        ([1, 2], [PUBKEYHASH, PUBKEYHASH], True, "no"),
        ([1, 2], [PUBKEYHASH, ANCHOR], False, "unknown"),
        ([1, 2], [WITNESS_UNKNOWN, PUBKEYHASH], False, "unknown"),
        ([1, 2, 3], [PUBKEYHASH, PUBKEYHASH, NONSTANDARD], False, "unknown"),
        ([1, 2], [PUBKEYHASH, ANCHOR], True, "no"),
        ([2, 2], [ANCHOR, ANCHOR], False, "no"),
    ],
)
def test_common_input(owners: list[int], types: list[int], coinjoin: bool, answer: str) -> None:
    assert strict(common_input(owners, types), "yes" if coinjoin else "no") == answer


@pytest.mark.parametrize(
    ("owners", "values", "payees", "answer"),
    [
        ([1, 2, 3], [5_000] * 3, [4, 5, 6], "yes"),
        ([1, 2, 3], [2_731] * 3, [4, 5, 6], "yes"),
        ([1, 2, 3], [2_730] * 3, [4, 5, 6], "no"),
        ([1, 2], [5_000] * 3, [4, 5, 6], "no"),
        ([1, 2, 2], [5_000] * 3, [4, 5, 6], "no"),
        ([1, 2, 3], [5_000] * 2 + [5_001], [4, 5, 6], "yes"),
        ([1, 2, 3], [5_000, 5_001, 5_002], [4, 5, 6], "no"),
        ([1, 2, 3], [5_000] * 3, [4, 5, 5], "yes"),
        ([1, 2, 3], [5_000] * 3, [4, 4, 4], "no"),
        ([1, 2, 3], [5_000] * 3, [4, 5, NO_ADDRESS], "yes"),
        ([1, 2, 3], [5_000] * 2, [4, NO_ADDRESS], "no"),
        ([1, 2], [5_000] * 2, [4, 5], "yes"),
        ([1, 1], [5_000] * 2, [4, 5], "no"),
        # Four equal outputs to one address do not hide three to three others.
        ([1, 2, 3], [9_000] * 4 + [5_000] * 3, [4, 4, 4, 4, 5, 6, 7], "yes"),
        # A payout of five from three inputs is none, though three of them would have been.
        ([1, 2, 3], [5_000] * 5, [4, 5, 6, 7, 8], "no"),
        ([], [5_000] * 3, [4, 5, 6], "no"),
    ],
)
def test_equal_output_coinjoin(owners: list[int], values: list[int], payees: list[int], answer: str) -> None:
    assert equal_output_coinjoin(owners, values, payees) == answer


INPUTS = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([PUBKEYHASH, ANCHOR, NONSTANDARD, WITNESS_UNKNOWN])),
    min_size=1,
    max_size=7,
)
OUTPUTS = st.lists(
    st.tuples(st.sampled_from([2_730, 2_731, 9_999]), st.sampled_from([4, 5, 6, 7, NO_ADDRESS])),
    min_size=1,
    max_size=9,
)


@given(st.lists(st.tuples(INPUTS, OUTPUTS), min_size=1, max_size=4))
def test_the_kernels_answer_the_same(
    drawn: list[tuple[list[tuple[int, int]], list[tuple[int, int]]]],
) -> None:
    inputs = [row for rows, _ in drawn for row in rows]
    outputs = [row for _, rows in drawn for row in rows]
    transactions = rules.Transactions(
        first_input=np.cumsum([0, *(len(rows) for rows, _ in drawn)]),
        first_output=np.cumsum([0, *(len(rows) for _, rows in drawn)]),
        spent_address=np.array([owner for owner, _ in inputs], np.uint32),
        spent_type=np.array([kind for _, kind in inputs], np.uint8),
        value=np.array([value for value, _ in outputs], np.int64),
        address=np.array([payee for _, payee in outputs], np.uint32),
    )
    shared, equal = np.empty(len(drawn), np.int8), np.empty(len(drawn), np.int8)
    rules.common_input(transactions, shared)
    rules.equal_output(transactions, equal)
    words = ("no", "unknown", "yes")
    for row, (inside, outside) in enumerate(drawn):
        owners, kinds = [owner for owner, _ in inside], [kind for _, kind in inside]
        values, payees = [value for value, _ in outside], [payee for _, payee in outside]
        assert words[shared[row]] == common_input(owners, kinds)
        assert words[equal[row]] == equal_output_coinjoin(owners, values, payees)
