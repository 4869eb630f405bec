"""The rules over ranges of transactions, against the same rules for one transaction in plain Python."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.bitcoin.script import classify
from clew.bitcoin.signatures import signing
from clew.bitcoin.transaction import Input as Spending
from clew.heuristics import multi_input
from clew.heuristics.coinjoin import equal_output
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.transactions import Given
from clew.kernels import rules
from clew.kernels.jit import JIT
from clew.schema import (
    ANCHOR,
    EXECUTED_MULTISIG,
    NO_ADDRESS,
    NONSTANDARD,
    NULLDATA,
    PUBKEYHASH,
    SCRIPT_TYPES,
    SIGNED_ALL,
    SIGNED_HIGH_R,
    WITNESS_UNKNOWN,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
)
from kernels.running import EXAMPLES


class Case(NamedTuple):
    """A transaction: address and script type spent by each input (none: a coinbase), value and
    address of each output; ``signing`` of each input, all over all without."""

    inputs: Sequence[tuple[int, int]]
    outputs: Sequence[tuple[int, int]]
    signing: Sequence[int] = ()


def seen(case: Case) -> Transaction:
    return Transaction(
        tuple(
            Input(address, kind, 0, signing=case.signing[place] if case.signing else SIGNED_ALL)
            for place, (address, kind) in enumerate(case.inputs)
        ),
        tuple(Output(value, PUBKEYHASH, address) for value, address in case.outputs),
    )


def kernel_answers(cases: Sequence[Case]) -> tuple[list[int], list[int]]:
    """Coinjoin and common input, by transaction."""
    given = Given([seen(case) for case in cases])
    coinjoin = np.full(len(cases), 77, np.int8)
    rules.equal_output(rules.shape_of(given), coinjoin)
    return coinjoin.tolist(), multi_input.multi_input(given).tolist()


def plain_answers(case: Case) -> tuple[int, int]:
    return equal_output.plain(seen(case)), multi_input.plain(seen(case))


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
    lambda inputs, outputs: Case(inputs, outputs),
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


KINDS = [
    WITNESS_V0_KEYHASH,
    WITNESS_V0_KEYHASH,
    WITNESS_V1_TAPROOT,
    WITNESS_V0_SCRIPTHASH,
    PUBKEYHASH,
    ANCHOR,
]
signings = st.one_of(
    st.just(SIGNED_ALL),
    st.sampled_from([SIGNED_ALL | SIGNED_HIGH_R, SIGNED_ALL | EXECUTED_MULTISIG, 0, 12, 17]),
    st.integers(0, 255),
)
spent = st.builds(
    Input,
    st.integers(0, 6),
    st.sampled_from(KINDS),
    st.just(0),
    st.sampled_from([0xFFFFFFFD, 0xFFFFFFFD, 0xFFFFFFFD, 0, 0xFFFFFFFE, 0xFFFFFFFF]),
    signings,
)
made = st.builds(
    Output, st.just(1), st.sampled_from(KINDS), st.integers(7, 9), st.sampled_from([True, True, True, False])
)
signed = st.builds(
    lambda inputs, outputs, version, known: Transaction(
        # A key is known wherever it is used.
        tuple(replace(each, is_known_key=each.address in known) for each in inputs),
        tuple(outputs),
        version=version,
    ),
    st.lists(spent, max_size=4),
    st.lists(made, min_size=1, max_size=4),
    st.sampled_from([2, 2, 2, 1, 3]),
    st.one_of(st.just(set()), st.sets(st.integers(0, 6), max_size=1)),
)
funding = st.builds(
    lambda inputs, outputs, version: Transaction(tuple(inputs), tuple(outputs), version=version),
    st.lists(
        st.builds(Input, st.integers(0, 6), st.sampled_from(KINDS[:3]), st.just(0), st.just(0xFFFFFFFD)),
        min_size=2,
        max_size=3,
    ),
    st.lists(
        st.builds(Output, st.just(1), st.sampled_from(KINDS[:4]), st.just(8), st.just(True)),
        min_size=1,
        max_size=4,
    ),
    st.just(2),
)


@settings(max_examples=4 * EXAMPLES, deadline=None)
@given(st.lists(st.one_of(signed, funding), max_size=8))
def test_multi_input_on_ranges(some: list[Transaction]) -> None:
    known = {each.address for one in some for each in one.inputs if each.is_known_key}
    some = [
        replace(one, inputs=tuple(replace(each, is_known_key=each.address in known) for each in one.inputs))
        for one in some
    ]
    found = multi_input.multi_input(Given(some)).tolist()
    assert found == [multi_input.plain(each) for each in some]


def paying(*inputs: Input, outputs: Sequence[int] = (PUBKEYHASH,), version: int = 2) -> Transaction:
    return Transaction(
        inputs, tuple(Output(1, kind, 7 + at, True) for at, kind in enumerate(outputs)), version=version
    )


def two(signing: int = SIGNED_ALL, kind: int = WITNESS_V0_KEYHASH, sequence: int = 0xFFFFFFFD) -> list[Input]:
    return [Input(1, kind, 0, sequence), Input(2, kind, 0, sequence, signing)]


CHANNEL = (WITNESS_V0_SCRIPTHASH, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT)
UNLIKE_CHANNEL = {
    "an older version": paying(*two(), outputs=CHANNEL, version=1),
    "a final sequence": paying(*two(sequence=0xFFFFFFFE), outputs=CHANNEL),
    "four outputs": paying(*two(), outputs=(*CHANNEL, WITNESS_V0_KEYHASH)),
    "an old script": paying(*two(kind=PUBKEYHASH), outputs=CHANNEL),
    "two witness scripts": paying(*two(), outputs=(WITNESS_V0_SCRIPTHASH, *CHANNEL[:2])),
    "taproot and one change": paying(*two(), outputs=(WITNESS_V1_TAPROOT, WITNESS_V0_KEYHASH)),
    "taproot among taproot": paying(
        *two(kind=WITNESS_V1_TAPROOT), outputs=(WITNESS_V1_TAPROOT, WITNESS_V0_KEYHASH, WITNESS_V0_KEYHASH)
    ),
    "an address paid before": replace(
        paying(*two(), outputs=CHANNEL),
        outputs=(Output(1, WITNESS_V0_SCRIPTHASH, 7), Output(1, CHANNEL[1], 8, True)),
    ),
}


@pytest.mark.parametrize("case", UNLIKE_CHANNEL)
def test_what_is_no_joint_funding(case: str) -> None:
    assert multi_input.multi_input(Given([UNLIKE_CHANNEL[case]])).tolist() == [rules.YES]
    assert multi_input.plain(UNLIKE_CHANNEL[case]) == rules.YES


UNKNOWN = {
    "no signature": paying(*two(0)),
    "single, anyone can pay": paying(*two(12)),
    "all and none": paying(*two(3)),
    "anyone can pay": paying(*two(9)),
    "another hash type": paying(*two(16)),
    "all and one in another form": paying(*two(17)),
    "several keys beside one": paying(*two(SIGNED_ALL | EXECUTED_MULTISIG)),
    "a known key": paying(Input(1, PUBKEYHASH, 0, is_known_key=True), Input(2, PUBKEYHASH, 0)),
    "a channel": paying(*two(), outputs=CHANNEL),
    "a channel with one change": paying(*two(), outputs=CHANNEL[:2]),
    "a channel without change": paying(*two(), outputs=CHANNEL[:1]),
    "a taproot channel": paying(*two(), outputs=(WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT, WITNESS_V0_KEYHASH)),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_strangers_may_sign_side_by_side(case: str) -> None:
    assert multi_input.multi_input(Given([UNKNOWN[case]])).tolist() == [rules.UNKNOWN]
    assert multi_input.plain(UNKNOWN[case]) == rules.UNKNOWN


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
def test_edges_of_a_multi_input(inputs: list[tuple[int, int]], answer: int) -> None:
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
        [
            signing(
                Spending(
                    bytes(32),
                    0,
                    bytes.fromhex(each["scriptsig"]),
                    witness=tuple(map(bytes.fromhex, each.get("witness", []))),
                )
            )
            for each in shown["vin"]
        ],
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
        # Two signatures with a negative r, as the chain took them until BIP 66.
        ("bare-multisig", rules.NO, rules.UNKNOWN),
        ("taproot-op-return", rules.NO, rules.NO),
        ("taproot-script-path", rules.NO, rules.YES),
        ("op-return-charley", rules.NO, rules.NO),
    ],
)
def test_real_transactions(shared_data: Path, name: str, coinjoin: int, common: int) -> None:
    case = real_case(shared_data / "esplora" / f"{name}.json")
    assert plain_answers(case) == (coinjoin, common)
    assert kernel_answers([case]) == ([coinjoin], [common])
