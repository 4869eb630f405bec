"""The rules over ranges of transactions, against the same rules for one transaction in plain Python."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.bitcoin.script import classify
from clew.heuristics import common_input
from clew.heuristics.coinjoin import equal_output
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.transactions import Given
from clew.kernels import rules
from clew.kernels.jit import JIT
from clew.schema import ANCHOR, NO_ADDRESS, NONSTANDARD, NULLDATA, PUBKEYHASH, SCRIPT_TYPES, WITNESS_UNKNOWN
from kernels.running import EXAMPLES


class Case(NamedTuple):
    """A transaction: address and script type spent by each input (none: a coinbase), value and
    address of each output."""

    inputs: Sequence[tuple[int, int]]
    outputs: Sequence[tuple[int, int]]


def seen(case: Case) -> Transaction:
    return Transaction(
        tuple(Input(address, kind, 0) for address, kind in case.inputs),
        tuple(Output(value, PUBKEYHASH, address) for value, address in case.outputs),
    )


def kernel_answers(cases: Sequence[Case]) -> tuple[list[int], list[int]]:
    """Coinjoin and common input, by transaction."""
    given = Given([seen(case) for case in cases])
    coinjoin, common = np.full(len(cases), 77, np.int8), np.full(len(cases), 77, np.int8)
    rules.equal_output(rules.shape_of(given), coinjoin)
    rules.common_input(rules.inputs_of(given), common)
    return coinjoin.tolist(), common.tolist()


def plain_answers(case: Case) -> tuple[int, int]:
    return equal_output.plain(seen(case)), common_input.plain(seen(case))


few = st.one_of(st.integers(0, 5), st.integers(0, NO_ADDRESS - 1))
kinds = st.one_of(
    st.just(PUBKEYHASH),
    st.integers(0, len(SCRIPT_TYPES) - 1),
    st.sampled_from([ANCHOR, WITNESS_UNKNOWN, NONSTANDARD]),
)
payees = st.one_of(few, few, st.just(NO_ADDRESS))
amounts = st.one_of(
    st.sampled_from([0, 2_729, 2_730, 2_731, 5_000, 5_001, 100_000]), st.integers(0, 21 * 10**14)
)
cases = st.builds(
    Case,
    st.one_of(
        st.lists(st.tuples(few, kinds), max_size=7), st.lists(st.tuples(few, st.just(PUBKEYHASH)), max_size=7)
    ),
    st.lists(st.tuples(amounts, payees), min_size=1, max_size=9),
)
mixes = st.builds(
    lambda payers, receivers, value, more: Case(
        [(payer, PUBKEYHASH) for payer in payers], [(value, receiver) for receiver in receivers] + more
    ),
    st.lists(few, min_size=1, max_size=6),
    st.lists(payees, min_size=2, max_size=6),
    st.sampled_from([2_730, 2_731, 10_000]),
    st.lists(st.tuples(amounts, payees), max_size=4),
)


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(st.lists(st.one_of(cases, mixes), max_size=8))
def test_rules_on_ranges(some: list[Case]) -> None:
    coinjoin, common = kernel_answers(some)
    assert list(zip(coinjoin, common, strict=True)) == [plain_answers(case) for case in some]


def test_rules_on_large_transactions() -> None:
    rng = random.Random(9)
    some = []
    for _ in range(1_000 if JIT else 60):
        few = [rng.randrange(NO_ADDRESS) for _ in range(rng.choice([3, 10, 40, 150]))]
        amounts = [rng.randrange(1, 21 * 10**14) for _ in range(rng.choice([1, 3, 30]))]
        inputs = [(rng.choice(few), PUBKEYHASH) for _ in range(rng.randrange(1, 150))]
        outputs = [(rng.choice(amounts), rng.choice(few)) for _ in range(rng.randrange(1, 150))]
        some.append(Case(inputs, outputs))
    coinjoin, common = kernel_answers(some)
    assert list(zip(coinjoin, common, strict=True)) == [plain_answers(case) for case in some]
    assert set(coinjoin) == {rules.NO, rules.YES}
    require_links(some, common, 0)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.one_of(cases, mixes), min_size=1, max_size=8), st.integers(0, 1 << 20), st.data())
def test_links(some: list[Case], base: int, data: st.DataObject) -> None:
    answers = data.draw(
        st.lists(
            st.sampled_from([rules.NO, rules.UNKNOWN, rules.YES]), min_size=len(some), max_size=len(some)
        )
    )
    # A coinbase is never answered yes.
    answers = [answer if case.inputs else rules.NO for answer, case in zip(answers, some, strict=True)]
    require_links(some, answers, base)


def require_links(some: Sequence[Case], answers: Sequence[int], base: int) -> None:
    transactions = rules.inputs_of(Given([seen(case) for case in some]))
    out = tuple(np.full(len(transactions.spent_address), 0xEE, np.uint32) for _ in range(3))
    count = rules.links(transactions, np.array(answers, np.int8), base, out)  # type: ignore[arg-type]
    expected = [
        (case.inputs[0][0], other, base + row)
        for row, case in enumerate(some)
        if answers[row] == rules.YES
        for other in sorted({address for address, _ in case.inputs} - {case.inputs[0][0]})
    ]
    assert list(zip(*(column[:count].tolist() for column in out), strict=True)) == expected


def mix(payers: int, receivers: Sequence[int], value: int = 10_000) -> Case:
    return Case(
        [(payer, PUBKEYHASH) for payer in range(payers)], [(value, receiver) for receiver in receivers]
    )


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (mix(3, [10, 11, 12]), rules.YES),
        (mix(2, [10, 11, 12]), rules.NO),
        (mix(3, [10, 11]), rules.YES),
        (mix(2, [10, 11]), rules.YES),
        (mix(1, [10, 11]), rules.NO),
        (mix(3, [10, 10]), rules.NO),
        (mix(3, [10, 11, 11, 11]), rules.YES),
        (mix(3, [10, 11, 12, 12]), rules.YES),
        (mix(3, [10, 11, 12, 13]), rules.NO),
        (mix(3, [10, 11, NO_ADDRESS]), rules.YES),
        (mix(3, [10, NO_ADDRESS]), rules.NO),
        (mix(3, [10, 11, 12], 2_730), rules.NO),
        (mix(3, [10, 11, 12], 2_731), rules.YES),
        (Case([], [(10_000, 1), (10_000, 2), (10_000, 3)]), rules.NO),
    ],
)
def test_edges_of_a_coinjoin(case: Case, answer: int) -> None:
    assert plain_answers(case)[0] == answer
    assert kernel_answers([case, case])[0] == [answer, answer]


@pytest.mark.parametrize(
    ("inputs", "answer"),
    [
        ([], rules.NO),
        ([(1, PUBKEYHASH)], rules.NO),
        ([(1, PUBKEYHASH), (1, PUBKEYHASH)], rules.NO),
        ([(1, PUBKEYHASH), (2, PUBKEYHASH)], rules.YES),
        ([(1, PUBKEYHASH), (2, ANCHOR)], rules.UNKNOWN),
        ([(1, NONSTANDARD), (2, PUBKEYHASH), (3, PUBKEYHASH)], rules.UNKNOWN),
        ([(1, WITNESS_UNKNOWN), (2, PUBKEYHASH)], rules.UNKNOWN),
        ([(1, ANCHOR), (1, ANCHOR)], rules.NO),
    ],
)
def test_edges_of_a_common_input(inputs: list[tuple[int, int]], answer: int) -> None:
    case = Case(inputs, [(1, 9)])
    assert plain_answers(case)[1] == answer
    assert kernel_answers([case, case])[1] == [answer, answer]


def real_case(file: Path) -> Case:
    """A transaction as the Esplora API shows it; addresses numbered as they come."""
    shown = json.loads(file.read_text())
    ids: dict[tuple[int, bytes], int] = {}

    def seen(script: str) -> tuple[int, int]:
        kind, *address = classify(bytes.fromhex(script))
        if kind == NULLDATA:
            return NO_ADDRESS, kind
        return ids.setdefault((address[0], address[1]), len(ids)), kind  # type: ignore[index,arg-type]

    return Case(
        [seen(each["prevout"]["scriptpubkey"]) for each in shown["vin"]],
        [(each["value"], seen(each["scriptpubkey"])[0]) for each in shown["vout"]],
    )


@pytest.mark.parametrize(
    ("name", "coinjoin", "common"),
    [
        # Two owners only.
        ("joinmarket-coinjoin", rules.YES, rules.YES),
        ("wabisabi-coinjoin", rules.YES, rules.YES),
        ("whirlpool-coinjoin", rules.YES, rules.YES),
        ("batch-withdrawal-143", rules.NO, rules.NO),
        ("dust-attack-555", rules.NO, rules.NO),
        ("simple-legacy-p2pkh", rules.NO, rules.NO),
        ("bare-multisig", rules.NO, rules.YES),
        ("taproot-op-return", rules.NO, rules.NO),
        ("taproot-script-path", rules.NO, rules.YES),
        ("op-return-charley", rules.NO, rules.NO),
    ],
)
def test_real_transactions(shared_data: Path, name: str, coinjoin: int, common: int) -> None:
    case = real_case(shared_data / "esplora" / f"{name}.json")
    assert plain_answers(case) == (coinjoin, common)
    assert kernel_answers([case]) == ([coinjoin], [common])
