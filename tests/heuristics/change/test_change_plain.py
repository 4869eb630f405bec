"""Rules of change whose signs need made-up signatures, fees or chains, case by case."""

from __future__ import annotations

import pytest

from clew.errors import RuleError
from clew.heuristics.change.candidates import later
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.registry import RULES
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Given
from clew.schema import (
    ANCHOR,
    FLAG_COINBASE,
    FLAG_SORTED_INPUTS,
    FLAG_SORTED_OUTPUTS,
    NO_ADDRESS,
    NULLDATA,
    PUBKEYHASH,
    SHOWN_LONG_KEY,
    SIGNED_ALL,
    SIGNED_HIGH_R,
    SIGNED_SINGLE,
    WITNESS_V0_KEYHASH,
    WITNESS_V1_TAPROOT,
)

WORDS = ("no", "unknown", "yes")
SORTED = FLAG_SORTED_INPUTS | FLAG_SORTED_OUTPUTS
HIGH = SIGNED_ALL | SIGNED_HIGH_R
LONG = SIGNED_ALL | SHOWN_LONG_KEY
shipped()


def says(rule: str, transaction: Transaction) -> list[str]:
    """What a rule says, in plain form and in a range."""
    answers = RULES[rule].one(transaction)
    assert RULES[rule](Given([transaction])).tolist() == answers
    return [WORDS[answer] for answer in answers]


def spending(*signing: int, kind: int = PUBKEYHASH, outputs: int = 1, fee: int = 777) -> Transaction:
    """A transaction whose inputs show these signatures, of 200 virtual bytes."""
    inputs = tuple(Input(100 + place, kind, 10_000 + fee) for place in range(len(signing)))
    signed = tuple(
        Input(each.address, kind, each.value, signing=bits)
        for each, bits in zip(inputs, signing, strict=True)
    )
    paid = sum(each.value for each in signed) - fee
    made = tuple(Output(paid // outputs, kind, 200 + place) for place in range(outputs))
    return Transaction(signed, made, size=200, base_size=200)


def paying(
    signing: int, payment: Transaction | None, change: Transaction | None, fee: int = 777
) -> Transaction:
    """A payment of 10,000 and change of 70,000, and who spends them."""
    inputs = (Input(1, PUBKEYHASH, 80_000 + fee, signing=signing),)
    outputs = (
        Output(10_000, PUBKEYHASH, 2, spender=payment),
        Output(70_000, PUBKEYHASH, 3, spender=change),
    )
    return Transaction(inputs, outputs, size=200, base_size=200)


@pytest.mark.parametrize(
    ("rule", "signing", "payment", "change", "answers"),
    [
        # Three short ones in a row are no accident, two may be.
        ("same_low_r", HIGH, (SIGNED_ALL,) * 3, (HIGH,), ["no", "yes"]),
        ("same_low_r", HIGH, (SIGNED_ALL,) * 2, (HIGH,), ["unknown", "unknown"]),
        ("same_low_r", SIGNED_ALL, (HIGH,), (SIGNED_ALL,) * 3, ["unknown", "unknown"]),
        ("same_low_r", HIGH, (0, 0, 0), (HIGH,), ["unknown", "unknown"]),
        ("same_key_form", LONG, (SIGNED_ALL,), (LONG,), ["no", "yes"]),
        ("same_key_form", SIGNED_ALL, (LONG,), (SIGNED_ALL,), ["no", "yes"]),
        # Nothing was understood of one.
        ("same_key_form", LONG, (0,), (LONG,), ["unknown", "unknown"]),
        ("fingerprint", SIGNED_ALL, (SIGNED_SINGLE,), (SIGNED_ALL,), ["no", "yes"]),
        ("fingerprint", HIGH, (SIGNED_ALL,) * 3, (HIGH,), ["no", "yes"]),
        ("fingerprint", SIGNED_ALL, (SIGNED_SINGLE,), (SIGNED_SINGLE,), ["unknown", "unknown"]),
    ],
)  # fmt: skip
def test_signatures(
    rule: str, signing: int, payment: tuple[int, ...], change: tuple[int, ...], answers: list[str]
) -> None:
    assert says(rule, paying(signing, spending(*payment), spending(*change))) == answers


def test_schnorr_signatures_say_nothing_of_r() -> None:
    many = spending(*(SIGNED_ALL,) * 5, kind=WITNESS_V1_TAPROOT)
    assert says("same_low_r", paying(HIGH, many, spending(HIGH))) == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("fee", "payment", "change", "answers"),
    [
        (777, 777, 778, ["unknown", "unknown"]),
        (777, 2_000, 800, ["no", "yes"]),
        (777, 800, 100, ["yes", "no"]),
        # None at all is another form.
        (0, 0, 1, ["yes", "no"]),
    ],
)
def test_fee_rates(fee: int, payment: int, change: int, answers: list[str]) -> None:
    spends = (spending(SIGNED_ALL, fee=each) for each in (payment, change))
    assert says("same_fee_rate", paying(SIGNED_ALL, *spends, fee=fee)) == answers


@pytest.mark.parametrize(
    ("fee", "payment", "change", "answers"),
    [
        (1_000, 1_400, 3_000, ["no", "yes"]),
        (1_400, 1_400, 600, ["unknown", "unknown"]),
        (1_400, 1_401, 600, ["no", "yes"]),
        (1_401, 1_402, 0, ["yes", "no"]),
        (0, 1_000, 0, ["no", "yes"]),
    ],
)
def test_forms_of_fees(fee: int, payment: int, change: int, answers: list[str]) -> None:
    """1,400 is 7 satoshi for each of 200 virtual bytes; 1,000 a whole thousand."""
    spends = (spending(SIGNED_ALL, fee=each) for each in (payment, change))
    assert says("same_fee_form", paying(SIGNED_ALL, *spends, fee=fee)) == answers


def between(values: tuple[int, ...], outputs: tuple[int, ...]) -> Transaction:
    return Transaction(
        tuple(Input(1 + place, PUBKEYHASH, value) for place, value in enumerate(values)),
        tuple(Output(value, PUBKEYHASH, 10 + place) for place, value in enumerate(outputs)),
    )


@pytest.mark.parametrize(
    ("inputs", "outputs", "plain", "with_fee"),
    [
        ((50, 40), (71, 18), ["no", "yes"], ["no", "yes"]),
        # Both smaller than the smallest input, one of them not with the fee.
        ((50, 40), (39, 30), ["unknown", "unknown"], ["unknown", "unknown"]),
        ((50, 40), (39, 36), ["unknown", "unknown"], ["unknown", "unknown"]),
        ((50, 40), (39, 45), ["yes", "no"], ["unknown", "unknown"]),
        ((50, 40), (37, 52), ["yes", "no"], ["yes", "no"]),
        ((50, 40), (40, 45), ["unknown", "unknown"], ["unknown", "unknown"]),
        ((30, 30), (20, 28, 10), ["unknown"] * 3, ["unknown", "no", "unknown"]),
        ((90,), (39, 45), ["unknown", "unknown"], ["unknown", "unknown"]),
    ],
)
def test_optimal_change(
    inputs: tuple[int, ...], outputs: tuple[int, ...], plain: list[str], with_fee: list[str]
) -> None:
    assert says("optimal_change", between(inputs, outputs)) == plain
    assert says("optimal_change_fee", between(inputs, outputs)) == with_fee


def test_an_address_type_that_all_inputs_share() -> None:
    kinds = (PUBKEYHASH, WITNESS_V0_KEYHASH)
    outputs = tuple(Output(5, kind, 7 + kind) for kind in kinds)
    one = Transaction((Input(1, PUBKEYHASH, 20),), outputs)
    assert says("address_type", one) == ["yes", "no"]
    mixed = Transaction((Input(1, PUBKEYHASH, 20), Input(2, WITNESS_V0_KEYHASH, 20)), outputs)
    assert says("address_type", mixed) == ["unknown", "unknown"]
    neither = Transaction((Input(1, WITNESS_V1_TAPROOT, 20),), outputs)
    assert says("address_type", neither) == ["unknown", "unknown"]


def test_what_nobody_can_own_is_no_change() -> None:
    outputs = (
        Output(240, ANCHOR, 5),
        Output(0, NULLDATA, NO_ADDRESS),
        Output(2_000, PUBKEYHASH, 6),
        Output(1_234, PUBKEYHASH, 7),
    )
    one = Transaction((Input(1, PUBKEYHASH, 4_000),), outputs)
    assert says("round_value_3", one) == ["no", "no", "no", "yes"]
    assert says("round_value_3", Transaction((), outputs, flags=FLAG_COINBASE)) == ["no"] * 4
    assert says("round_value_3", Transaction(one.inputs, outputs[:3])) == ["no", "no", "unknown"]


def test_orders() -> None:
    """Sorted by chance looks like sorted; one input and one output look like nothing."""

    def ordered(flags: int, outputs: int = 2) -> Transaction:
        made = spending(SIGNED_ALL, outputs=outputs)
        return Transaction(made.inputs, made.outputs, flags=flags, size=200, base_size=200)

    def pays(flags: int, *spends: Transaction) -> Transaction:
        made = paying(SIGNED_ALL, *spends)
        return Transaction(made.inputs, made.outputs, flags=flags, size=200, base_size=200)

    half = ordered(FLAG_SORTED_INPUTS)
    assert says("same_order", pays(SORTED, half, ordered(SORTED))) == ["no", "yes"]
    assert says("same_order", pays(0, half, ordered(SORTED))) == ["yes", "no"]
    assert says("same_order", pays(0, half, ordered(SORTED, 1))) == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("values", "links", "answers"),
    [
        ((10, 70), (None, 2), ["no", "yes"]),
        ((70, 10), (2, None), ["yes", "no"]),
        ((10, 70), (2, 1), ["unknown", "unknown"]),
        ((10, 70), (2, None), ["unknown", "unknown"]),
        ((40, 40), (2, 2), ["unknown", "unknown"]),
        ((10, 20, 50), (None, None, 2), ["unknown"] * 3),
    ],
)
def test_a_link_of_a_peeling_chain(
    values: tuple[int, ...], links: tuple[int | None, ...], answers: list[str]
) -> None:
    spends = [None if each is None else spending(SIGNED_ALL, outputs=each) for each in links]
    outputs = tuple(
        Output(value, PUBKEYHASH, 5 + place, spender=spends[place]) for place, value in enumerate(values)
    )
    assert says("peeling_chain", Transaction((Input(1, PUBKEYHASH, 90),), outputs)) == answers


def test_a_spender_that_is_not_at_hand_is_asked_for() -> None:
    with pytest.raises(RuleError, match="with_spenders"):
        later(Output(5, PUBKEYHASH, 1, spent_by=7))
