"""The plain form of each detector and its kernel, on transactions near to coinjoins."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clew.heuristics.coinjoin.coinjoin import PROTOCOL_COINJOIN
from clew.heuristics.coinjoin.rounds import COORDINATORS
from clew.heuristics.coinjoin.wabisabi import STANDARD
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.registry import COINJOIN, LOOKALIKE
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Given
from clew.schema import (
    MULTISIG,
    NO,
    NO_ADDRESS,
    NULLDATA,
    PUBKEYHASH,
    SCRIPTHASH,
    UNKNOWN,
    WITNESS_V0_KEYHASH,
    WITNESS_V1_TAPROOT,
    YES,
)
from kernels.running import EXAMPLES

RULES = [rule for rule in shipped().values() if rule.kind in (COINJOIN, LOOKALIKE) or rule.name == "payjoin"]

KINDS = st.one_of(
    st.just(WITNESS_V0_KEYHASH),
    st.just(WITNESS_V0_KEYHASH),
    st.sampled_from([PUBKEYHASH, SCRIPTHASH, MULTISIG, WITNESS_V1_TAPROOT]),
)


@st.composite
def joins(draw: st.DrawFn) -> Transaction:
    """People who each bring coins, take an equal output and change, and gain or lose a little."""
    value = draw(st.sampled_from([2_730, 10_000, 100_000, 1_000_000, 10_000_000, 16_000_000]))
    people = draw(st.integers(1, 6))
    inputs: list[int] = []
    outputs: list[int] = []
    for _ in range(people):
        change = draw(st.sampled_from([0, 0, 500, value // 2, value, 3 * value, 20_000_000]))
        loss = draw(st.sampled_from([0, 1, -1, 300, -500, 6_000, -1_000, -60_000]))
        whole = max(1, value + change + loss)
        cuts = draw(st.sampled_from([1, 1, 1, 2, 3]))
        inputs += [whole // cuts] * (cuts - 1) + [whole - whole // cuts * (cuts - 1)]
        outputs += [value, change] if change else [value]
    outputs += draw(st.lists(st.sampled_from([value, 2 * value, 7_000, 5_000]), max_size=2))
    return dressed(draw, inputs, outputs)


@st.composite
def rounds(draw: st.DrawFn) -> Transaction:
    """Many coins in, and amounts that protocols use out."""
    count = draw(st.sampled_from([5, 10, 10, 20, 22]))
    amounts = st.sampled_from([*STANDARD[:12], 100_000, 5_000_000, 10_000_000, 20_000_000, 12_345])
    most = draw(amounts)
    outputs = [most] * draw(st.sampled_from([5, 10, 11])) + draw(st.lists(amounts, max_size=8))
    above = st.sampled_from([0, 0, 1, 10_000, 110_000, 110_001])
    inputs = [most + draw(above) for _ in range(count)]
    if draw(st.booleans()):
        inputs.sort(reverse=True)
        outputs.sort(reverse=True)
    return dressed(draw, inputs, outputs)


def dressed(draw: Any, inputs: list[int], outputs: list[int]) -> Transaction:
    """With addresses and script types, mostly of one kind, and now and then one that repeats."""
    kind = draw(KINDS)
    odd = draw(st.sampled_from([None, None, "input type", "output type", "input", "output", "both", "data"]))
    ins = [Input(100 + place, kind, value) for place, value in enumerate(inputs)]
    outs = [Output(value, kind, 500 + place) for place, value in enumerate(outputs)]
    last_in, last_out = ins[-1], outs[-1]
    if odd == "input type":
        ins[-1] = Input(last_in.address, draw(KINDS), last_in.value)
    if odd == "output type":
        outs[-1] = Output(
            last_out.value, draw(KINDS), last_out.address, head=draw(st.sampled_from(COORDINATORS))
        )
    if odd == "input":
        ins[-1] = Input(100, kind, last_in.value)
    if odd in ("output", "both"):
        outs[-1] = Output(last_out.value, kind, 500 if odd == "output" else 100)
    if odd == "data":
        outs.insert(0, Output(draw(st.sampled_from([0, 0, 1])), NULLDATA, NO_ADDRESS))
    return Transaction(tuple(ins), tuple(outs))


@st.composite
def preparations(draw: st.DrawFn) -> Transaction:
    """Around a Tx0: data, outputs near a pool's amount, fees; spent in a round, elsewhere or not at all."""
    pool = draw(st.sampled_from([100_000, 1_000_000, 5_000_000]))
    spender = draw(st.sampled_from([None, _spender(pool, 10_000), _spender(pool, 200_000)]))
    above = draw(st.sampled_from([0, 10_000, 110_000, 110_001]))
    outputs = [Output(0, NULLDATA, NO_ADDRESS)] * draw(st.sampled_from([1, 1, 1, 0, 2]))
    outputs += [
        Output(pool + above, draw(KINDS), 900 + place, spent_by=3 if spender else 0xFFFFFFFF, spender=spender)
        for place in range(draw(st.integers(0, 3)))
    ]
    others = st.sampled_from([pool // 20, pool // 20 + 1, pool // 100, pool // 100 - 1, 5_000, 900_000])
    outputs += [Output(draw(others), PUBKEYHASH, 950 + place) for place in range(draw(st.integers(0, 4)))]
    outputs = outputs or [Output(1, PUBKEYHASH, 1)]
    inputs = (Input(1, PUBKEYHASH, 10_000_000),) if draw(st.booleans()) else ()
    return Transaction(inputs, tuple(draw(st.permutations(outputs))))


def _spender(pool: int, above: int) -> Transaction:
    inputs = tuple(Input(300 + place, WITNESS_V0_KEYHASH, pool + above) for place in range(5))
    return Transaction(inputs, tuple(Output(pool, WITNESS_V0_KEYHASH, 400 + place) for place in range(5)))


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(st.lists(st.one_of(joins(), joins(), rounds(), preparations()), max_size=6))
def test_the_kernels_say_what_the_plain_forms_say(some: list[Transaction]) -> None:
    rows = Given(some)
    for rule in (*RULES, PROTOCOL_COINJOIN):
        expected = [rule.one(each) for each in some]
        assert rule(rows).tolist() == expected, rule.name
        assert set(expected) <= {NO, UNKNOWN, YES}
