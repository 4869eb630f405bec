"""Each detector at its edges: the answer is clear by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clew.heuristics.coinjoin.batch_payout import batch_payout
from clew.heuristics.coinjoin.coinjoin import PROTOCOL_COINJOIN
from clew.heuristics.coinjoin.joining import MOST_LOOKS, MOST_STEPS, Looks, share_out
from clew.heuristics.coinjoin.joinmarket import joinmarket
from clew.heuristics.coinjoin.payjoin import payjoin
from clew.heuristics.coinjoin.rounds import COORDINATORS
from clew.heuristics.coinjoin.stonewall import stonewall
from clew.heuristics.coinjoin.sweep import sweep
from clew.heuristics.coinjoin.tx0 import tx0
from clew.heuristics.coinjoin.wabisabi import STANDARD, wabisabi
from clew.heuristics.coinjoin.wasabi_1 import wasabi_1
from clew.heuristics.coinjoin.wasabi_1_1 import wasabi_1_1
from clew.heuristics.coinjoin.whirlpool import whirlpool
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.registry import Heuristic
from clew.heuristics.transactions import Given
from clew.schema import (
    MULTISIG,
    NO,
    NO_ADDRESS,
    NULLDATA,
    PUBKEYHASH,
    SCRIPTHASH,
    UNKNOWN,
    UNSPENT,
    WITNESS_V0_KEYHASH,
    WITNESS_V1_TAPROOT,
    YES,
)

NATIVE = WITNESS_V0_KEYHASH


def moved(inputs: list[int], outputs: list[int], kind: int = NATIVE) -> Transaction:
    """Each input and output with an address of its own."""
    return Transaction(
        tuple(Input(100 + place, kind, value) for place, value in enumerate(inputs)),
        tuple(Output(value, kind, 500 + place) for place, value in enumerate(outputs)),
    )


def says(rule: Heuristic, transaction: Transaction) -> int:
    """What both forms of a rule say, which must be the same."""
    answer: int = rule.one(transaction)
    assert rule(Given([transaction, transaction])).tolist() == [answer, answer]
    return answer


def with_input(transaction: Transaction, place: int, **what: int) -> Transaction:
    inputs = list(transaction.inputs)
    inputs[place] = replace(inputs[place], **what)
    return replace(transaction, inputs=tuple(inputs))


def with_output(transaction: Transaction, place: int, **what: object) -> Transaction:
    outputs = list(transaction.outputs)
    outputs[place] = replace(outputs[place], **what)  # type: ignore[arg-type]
    return replace(transaction, outputs=tuple(outputs))


# A taker of 800,000 pays two makers 2,000 and 3,000 to join, and a fee of 1,000.
JOIN = moved([800_000, 600_000, 900_000], [500_000] * 3 + [294_000, 102_000, 403_000])


@pytest.mark.parametrize(
    ("transaction", "answer"),
    [
        (JOIN, YES),
        # The taker keeps no change.
        (moved([506_000, 600_000, 900_000], [500_000] * 3 + [102_000, 403_000]), YES),
        # A maker brings two coins, a taker three.
        (moved([300_000, 200_000, 300_000, 350_000, 250_000, 900_000], [x.value for x in JOIN.outputs]), YES),
        # A maker adds more to the fee than it asked for, within bounds.
        (moved([800_000, 600_000, 900_000], [500_000] * 3 + [290_000, 97_000, 403_000]), YES),
        (moved([800_000, 600_000, 900_000], [500_000] * 3 + [280_000, 92_000, 394_000]), NO),
        # A maker asks too much.
        (moved([900_000, 600_000, 900_000], [500_000] * 3 + [299_000, 151_000, 450_500]), NO),
        # The change does not add up with any sharing.
        (moved([800_000, 600_000, 900_000], [500_000] * 3 + [200_000, 250_000, 349_000]), NO),
        # Too much other change, or too little.
        (moved([800_000, 600_000, 900_000], [500_000] * 3 + [294_000, 102_000, 3_000, 400_000]), NO),
        (moved([800_000, 600_000, 900_000], [500_000] * 3 + [799_000]), NO),
        # Below the dust limit.
        (moved([4_000, 4_000, 4_000], [2_730] * 3 + [1_200, 1_300, 1_000]), NO),
        (with_input(JOIN, 1, address=100), NO),
        (with_input(JOIN, 1, address=505), NO),
        (with_output(JOIN, 4, address=500), NO),
        (with_output(JOIN, 4, address=NO_ADDRESS, script_type=NULLDATA), NO),
        (with_input(JOIN, 1, script_type=SCRIPTHASH), YES),
        (with_input(JOIN, 1, script_type=MULTISIG), NO),
        # Two owners: the maker must gain, and all inputs be of one type.
        (moved([800_000, 600_000], [500_000] * 2 + [298_500, 100_500]), YES),
        (moved([800_000, 600_000], [500_000] * 2 + [298_500, 100_000]), NO),
        (moved([800_000, 600_000], [500_000] * 2 + [293_000, 105_000]), YES),
        (moved([800_000, 600_000], [500_000] * 2 + [293_000, 105_001]), NO),
        (
            with_input(
                moved([800_000, 600_000], [500_000] * 2 + [298_500, 100_500]), 1, script_type=SCRIPTHASH
            ),
            NO,
        ),
        (moved([502_000, 600_000], [500_000] * 2 + [100_500]), UNKNOWN),
        (Transaction((), JOIN.outputs), NO),
    ],
)
def test_joinmarket(transaction: Transaction, answer: int) -> None:
    assert says(joinmarket, transaction) == answer


def test_a_search_that_takes_too_long_is_unknown() -> None:
    # Sums of even numbers never reach an odd one, however they are taken.
    coins = [2 * (1_000_000 + place) for place in range(40)]
    change = [20_500_001 * 2 - 1] * 2
    assert share_out(sorted(coins, reverse=True), [(change[0], change[0])], Looks()) == UNKNOWN
    assert share_out([5, 3], [(5, 5)], Looks()) == YES
    assert share_out([5, 3], [(8, 8)], Looks()) == NO
    assert share_out([5, 3], [(5, 5)], Looks(0)) == UNKNOWN
    assert MOST_STEPS < 100_000


@pytest.mark.parametrize(
    ("transaction", "answer"),
    [
        (moved([50_000, 33_000], [20_000, 20_000, 29_500, 12_500]), YES),
        # One side alone pays the fee.
        (moved([50_000, 33_000], [20_000, 20_000, 29_000, 13_000]), YES),
        # One side gains: a round of JoinMarket.
        (moved([50_000, 33_000], [20_000, 20_000, 29_000, 13_100]), NO),
        (moved([50_000, 33_000], [20_000, 20_000, 9_000, 33_000]), NO),
        (moved([50_000, 10_000, 23_000], [20_000, 20_000, 29_500, 12_500]), YES),
        (moved([50_000, 33_000], [20_000, 20_000, 42_000]), NO),
        (moved([50_000, 33_000], [20_000, 20_000, 20_000, 22_000]), NO),
        (with_output(moved([50_000, 33_000], [20_000, 20_000, 29_500, 12_500]), 2, address=100), NO),
        (moved([68_000], [20_000, 20_000, 14_500, 12_500]), NO),
    ],
)
def test_stonewall(transaction: Transaction, answer: int) -> None:
    assert says(stonewall, transaction) == answer
    if answer == YES:
        assert says(joinmarket, transaction) == NO


ROUND = moved([12_000_000] * 10, [10_000_412] * 10 + [1_900_000 + place for place in range(9)] + [300_000])
BARE = moved([9_940_000] * 10, [9_930_908] * 10 + [60_000])
KNOWN = with_output(moved([600_000] * 3, [500_000] * 3 + [90_000, 100_000]), 4, head=COORDINATORS[0])


@pytest.mark.parametrize(
    ("transaction", "first", "levels"),
    [
        (ROUND, YES, UNKNOWN),
        (replace(ROUND, inputs=ROUND.inputs[:9]), NO, NO),
        (with_input(ROUND, 0, address=101), NO, NO),
        (with_input(ROUND, 0, script_type=WITNESS_V1_TAPROOT), NO, NO),
        (with_output(ROUND, 0, script_type=SCRIPTHASH), NO, NO),
        (with_output(ROUND, 0, value=10_000_413), NO, NO),
        (moved([20_000_000] * 10, [16_000_000] * 10 + [1, 2]), NO, NO),
        (moved([8_000_000] * 10, [7_999_999] * 10 + [1, 2]), NO, NO),
        # Nobody needs change: each input covers its output.
        (BARE, YES, UNKNOWN),
        (with_input(BARE, 3, value=9_930_907), NO, NO),
        (moved([9_940_000] * 11, [9_930_908] * 10 + [60_000]), NO, NO),
        # A second level.
        (moved([40_000_000] * 10, [10_000_000] * 10 + [20_000_000] * 2 + [5, 6]), NO, YES),
        (moved([40_000_000] * 10, [12_900_000] * 10 + [20_000_000] * 2 + [5, 6]), NO, YES),
        (moved([40_000_000] * 10, [10_000_000] * 10 + [20_000_000] + [5, 6]), YES, UNKNOWN),
        # The coordinator's address settles it.
        (KNOWN, YES, UNKNOWN),
        (with_output(KNOWN, 4, head=b""), NO, NO),
        (with_output(KNOWN, 4, script_type=PUBKEYHASH), NO, NO),
        (with_output(KNOWN, 3, script_type=SCRIPTHASH), YES, UNKNOWN),
    ],
)
def test_wasabi(transaction: Transaction, first: int, levels: int) -> None:
    assert says(wasabi_1, transaction) == first
    assert says(wasabi_1_1, transaction) == levels
    assert (says(PROTOCOL_COINJOIN, transaction) == YES) is (YES in (first, levels))


MANY = moved(
    [900_000 - place for place in range(20)],
    [1_048_576, 1_000_000, 531_441, 531_441, 200_000, 100_000, 7_777],
)


@pytest.mark.parametrize(
    ("transaction", "answer"),
    [
        (MANY, YES),
        (replace(MANY, inputs=MANY.inputs[:19]), NO),
        (replace(MANY, inputs=MANY.inputs[::-1]), NO),
        (replace(MANY, outputs=MANY.outputs[::-1]), NO),
        (with_input(MANY, 0, script_type=WITNESS_V1_TAPROOT), YES),
        (with_input(MANY, 0, script_type=PUBKEYHASH), NO),
        # Two of seven amounts are none: fewer than 80 %.
        (with_output(MANY, 0, value=1_048_577), NO),
        (replace(MANY, inputs=tuple(replace(each, address=1) for each in MANY.inputs)), NO),
    ],
)
def test_wabisabi(transaction: Transaction, answer: int) -> None:
    assert says(wabisabi, transaction) == answer


def test_standard_amounts() -> None:
    assert STANDARD[:6] == (5_000, 6_561, 8_192, 10_000, 13_122, 16_384)
    assert STANDARD[-1] == 1 << 37
    assert len(STANDARD) == len(set(STANDARD)) == 79


POOL = moved([5_010_000, 5_000_000, 5_010_000, 5_000_000, 5_110_000], [5_000_000] * 5)


@pytest.mark.parametrize(
    ("transaction", "answer"),
    [
        (POOL, YES),
        (moved([100_001] * 10, [100_000] * 10), YES),
        (moved([100_001] * 11, [100_000] * 11), NO),
        (moved([100_001] * 4, [100_000] * 4), NO),
        (moved([100_001] * 6, [100_000] * 5), NO),
        (moved([2_600_000] * 5, [2_500_000] * 5), YES),
        (moved([2_600_000] * 5, [2_400_000] * 5), NO),
        (with_input(POOL, 0, value=5_110_001), NO),
        (with_input(POOL, 0, value=4_999_999), NO),
        (moved([5_000_000] * 5, [5_000_000] * 5), NO),
        (with_input(POOL, 0, address=101), NO),
        (with_output(POOL, 0, address=501), NO),
        (with_output(POOL, 0, script_type=WITNESS_V1_TAPROOT), NO),
        (with_input(POOL, 0, script_type=SCRIPTHASH), NO),
        (with_output(POOL, 4, value=4_999_999), NO),
    ],
)
def test_whirlpool(transaction: Transaction, answer: int) -> None:
    assert says(whirlpool, transaction) == answer


DATA = Output(0, NULLDATA, NO_ADDRESS)


def tx0_of(premixes: list[Output], *others: int, data: Output = DATA) -> Transaction:
    made = moved([3_000_000], list(others))
    return replace(made, outputs=(data, *premixes, *made.outputs))


def premix(number: int, value: int = 1_010_000, spender: Transaction | None = None) -> Output:
    return Output(value, NATIVE, 900 + number, spent_by=7 if spender else UNSPENT, spender=spender)


@pytest.mark.parametrize(
    ("transaction", "answer"),
    [
        (tx0_of([premix(1), premix(2)], 50_000, 900_000), YES),
        (tx0_of([premix(1), premix(2)], 50_000), YES),
        (tx0_of([premix(1), premix(2)], 900_000), NO),
        (tx0_of([premix(1), premix(2)], 9_999), NO),
        (tx0_of([premix(1), premix(2)], 10_000), YES),
        (tx0_of([premix(1), premix(2)], 50_000, 1, 2, 3), NO),
        (tx0_of([premix(1), premix(2)], 50_000, data=replace(DATA, value=1)), NO),
        (tx0_of([premix(1, 1_000_000), premix(2, 1_000_000)], 50_000), NO),
        (tx0_of([premix(1, 1_110_001), premix(2, 1_110_001)], 50_000), NO),
        (
            replace(
                tx0_of([premix(1), premix(2)], 50_000), outputs=moved([1], [1_010_000] * 2 + [50_000]).outputs
            ),
            NO,
        ),
        (replace(tx0_of([premix(1), premix(2)], 50_000), inputs=()), NO),
        # One output to be mixed: what becomes of it tells.
        (tx0_of([premix(1)], 50_000), UNKNOWN),
        (tx0_of([premix(1, spender=POOL)], 50_000), YES),
        (tx0_of([premix(1, spender=JOIN)], 50_000), NO),
    ],
)
def test_tx0(transaction: Transaction, answer: int) -> None:
    assert says(tx0, transaction) == answer


@pytest.mark.parametrize(
    ("transaction", "answer"),
    [
        (moved([90_000, 50_000], [80_000, 59_000]), UNKNOWN),
        (moved([90_000, 50_000], [120_000, 19_000]), NO),
        # The larger output and the fee together just fit, and just do not.
        (moved([90_000, 50_000], [89_000, 50_000]), UNKNOWN),
        (moved([90_000, 50_000], [89_001, 49_999]), NO),
        (moved([90_000], [60_000, 29_000]), NO),
        (moved([90_000, 50_000], [80_000, 50_000, 9_000]), NO),
        (with_input(moved([90_000, 50_000], [80_000, 59_000]), 1, address=100), NO),
        (with_input(moved([90_000, 50_000], [80_000, 59_000]), 1, script_type=PUBKEYHASH), NO),
        (with_output(moved([90_000, 50_000], [80_000, 59_000]), 1, address=500), NO),
    ],
)
def test_payjoin(transaction: Transaction, answer: int) -> None:
    assert says(payjoin, transaction) == answer


@pytest.mark.parametrize(
    ("transaction", "payout", "swept"),
    [
        (moved([20_000] * 2, [10_000] * 3 + [9_000]), YES, NO),
        (moved([11_000] * 5, [10_000] * 5 + [4_000]), YES, NO),
        (moved([20_000] * 6, [30_000] * 3 + [29_000]), NO, YES),
        (moved([20_000] * 6, [39_000] * 3), NO, YES),
        # Two equal outputs may be a coinjoin of two.
        (moved([20_000] * 2, [10_000] * 2 + [19_000]), UNKNOWN, NO),
        (moved([20_000] * 4, [30_000] * 2 + [19_000]), NO, UNKNOWN),
        (POOL, NO, NO),
        (JOIN, NO, NO),
        (ROUND, NO, NO),
        (moved([20_000], [10_000] * 2), NO, NO),
        (moved([9_000] * 2, [2_730] * 3 + [9_000]), NO, NO),
    ],
)
def test_lookalikes(transaction: Transaction, payout: int, swept: int) -> None:
    assert says(batch_payout, transaction) == payout
    assert says(sweep, transaction) == swept


def test_importing_a_rule_compiles_nothing() -> None:
    import subprocess
    import sys

    code = "import sys; from clew.heuristics.shelf import shipped; shipped(); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_transaction_made_to_be_searched_for_long_is_unknown() -> None:
    # Each maker's sum can be come near in very many ways, and reached in none.
    spent = [2 * (1_000_000 + place) for place in range(60)]
    change = [20_500_001 * 2 - 1 + 2 * place for place in range(12)]
    looks = Looks()
    assert share_out(sorted(spent, reverse=True), [(each, each) for each in change], looks) == UNKNOWN
    assert share_out([5, 3], [(5, 5)], Looks(1)) == YES
    assert share_out([5, 3], [(3, 3)], Looks(1)) == UNKNOWN
    assert 0 < looks.left < MOST_LOOKS


def test_more_participants_than_calls_can_nest() -> None:
    many = 1_200
    coins = [502_000 + 100_000 * place for place in range(1, many)]
    change = [2_500 + 100_000 * place for place in range(1, many)]
    join = moved([10**12, *coins], [500_000] * many + change)
    apart = tuple(replace(each, address=10_000 + each.address) for each in join.outputs)
    assert says(joinmarket, replace(join, outputs=apart)) == YES
