"""The rules for one transaction, case by case, and against the kernels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.heuristics.coinjoin.equal_output import equal_output_coinjoin
from clew.heuristics.multi_input import multi_input
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.rulesets import STRICT
from clew.heuristics.transactions import Given
from clew.schema import ANCHOR, NO_ADDRESS, NONSTANDARD, PUBKEYHASH, WITNESS_UNKNOWN, WITNESS_V0_KEYHASH

WORDS = ("no", "unknown", "yes")
PAYOUT = (Output(9_000, PUBKEYHASH, 8),)
MIX = tuple(Output(9_000, PUBKEYHASH, 8 + place) for place in range(2))


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
def test_multi_input(owners: list[int], types: list[int], coinjoin: bool, answer: str) -> None:
    inputs = tuple(Input(owner, kind, 10_000) for owner, kind in zip(owners, types, strict=True))
    assert WORDS[STRICT.one(Transaction(inputs, MIX if coinjoin else PAYOUT))] == answer


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
    assert WORDS[equal_output_coinjoin.one(joined(owners, values, payees))] == answer


def joined(owners: list[int], values: list[int], payees: list[int]) -> Transaction:
    outputs = zip(values, payees, strict=True)
    return Transaction(
        tuple(Input(owner, PUBKEYHASH, 0) for owner in owners),
        tuple(Output(value, PUBKEYHASH, payee) for value, payee in outputs),
    )


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
    given = [
        Transaction(
            tuple(Input(owner, kind, 0) for owner, kind in inside),
            tuple(Output(value, PUBKEYHASH, payee) for value, payee in outside),
        )
        for inside, outside in drawn
    ]
    for rule in (multi_input, equal_output_coinjoin, STRICT, ~STRICT, multi_input | equal_output_coinjoin):
        assert rule(Given(given)).tolist() == [rule.one(each) for each in given]
