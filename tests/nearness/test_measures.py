"""Each measure on transactions made by hand."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from clew.bitcoin.transaction import Input, Output
from likeness.amounts import is_round
from likeness.chains import Seen
from likeness.each import MEASURES as EACH
from likeness.measures import MEASURES
from likeness.tally import Tally
from nearness.made import HEIGHT, coin, payee, scene, seen, spend, witness

BY_NAME = {each.name: each for each in (*MEASURES, *EACH)}
SIGNATURE = bytes.fromhex("3044022011" + "11" * 31 + "022022" + "22" * 31 + "01")
LONG_R = bytes.fromhex("304502210080" + "11" * 31 + "022022" + "22" * 31 + "01")
HIGH_S = bytes.fromhex("3045022011" + "11" * 31 + "022100ff" + "22" * 31 + "01")
KEY, LONG_KEY = b"\2" + bytes(32), b"\4" + bytes(64)


def tally(name: str, *several: Seen, **of_scene: float) -> Tally:
    return BY_NAME[name].tally(scene(*several, **of_scene))


def shares(name: str, *several: Seen, **of_scene: float) -> dict[str, float]:
    found = tally(name, *several, **of_scene).shares
    assert found is not None
    return {label: share for label, share in found.items() if share}


def signed(signature: bytes, key: bytes) -> Input:
    return spend(1, script=bytes([len(signature)]) + signature + bytes([len(key)]) + key)


def test_names_are_told_apart() -> None:
    assert len(BY_NAME) == len(MEASURES) + len(EACH)


@pytest.mark.parametrize(
    ("count", "label"),
    [(1, "1"), (2, "2"), (3, "3"), (4, "4-9"), (9, "4-9"), (10, "10-99"), (100, "100 and more")],
)
def test_counts(count: int, label: str) -> None:
    assert shares("inputs", seen(count)) == {label: 1}
    assert shares("outputs", seen(1, [1] * count)) == {label: 1}


def test_shapes() -> None:
    many = (seen(1, [1]), seen(1, [1, 2]), seen(3, [1, 2]), seen(2, [1, 2, 3]))
    assert shares("shape", *many) == {"1 to 1": 0.25, "1 to 2": 0.25, "more to 2": 0.25, "more to more": 0.25}


def test_sizes_count_a_witness_for_a_quarter() -> None:
    plain = seen(1, [1])
    assert plain.vsize == plain.tx.size
    with_witness = seen([spend(1, items=[bytes(72), bytes(33)])], [1])
    assert with_witness.vsize == -(-(3 * with_witness.tx.base_size + with_witness.tx.size) // 4)
    assert shares("size", plain) == {"under 200": 1}


def test_merging_needs_two_addresses() -> None:
    same = seen(2, [1], [coin(), coin()])
    two = seen(2, [1], [coin(), coin(script=payee(5))])
    assert shares("merges", same, two) == {"yes": 0.5, "no": 0.5}


def test_notes_are_no_values() -> None:
    noted = seen(1, [Output(0, b"\x6a\1x"), Output(500_000, payee(1))])
    assert shares("notes", noted, seen()) == {"yes": 0.5, "no": 0.5}
    assert shares("output types", noted) == {"nulldata": 0.5, "pubkeyhash": 0.5}
    assert tally("bitcoin", noted).things == 1


def test_joins_need_as_many_sources_as_equal_outputs() -> None:
    sources = [coin(script=payee(50 + number)) for number in range(3)]
    equal = [(70, payee(number)) for number in range(3)]
    join = seen(3, [*equal, (5, payee(7)), (6, payee(8))], sources)
    batch = seen(1, equal, sources[:1])
    assert shares("joins", join, batch) == {"yes": 0.5, "no": 0.5}


def test_values_stand_for_real_ones() -> None:
    one = seen(1, [5_000_000])
    assert shares("bitcoin", one) == {"0.01-": 1}
    assert shares("bitcoin", one, scale=10) == {"0.1-": 1}
    assert shares("dollars", one, dollars=300) == {"10-": 1}
    assert tally("dollars", one).shares is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(100_000, True), (123_000, True), (1_234_000, False), (99_900_000, True), (100_000_001, False)],
)
def test_round_values_have_three_digits_at_most(value: int, expected: bool) -> None:
    assert is_round(value) is expected


def test_fee_rates_go_by_the_median() -> None:
    size = seen().vsize
    paid = [seen(1, [1], [coin(1 + rate * size)]) for rate in (10, 10, 10, 30, 1)]
    assert shares("fees", *paid) == {"0.8-": 0.6, "2-": 0.2, "under 1/4": 0.2}
    assert tally("fees", seen()).shares is None


def test_versions_locks_and_sequences() -> None:
    assert shares("version", seen(), seen(version=2), seen(version=7)) == {
        "1": 1 / 3,
        "2": 1 / 3,
        "other": 1 / 3,
    }
    locks = [seen(lock_time=lock) for lock in (0, HEIGHT - 1, HEIGHT - 101, HEIGHT - 102, 1_500_000_000)]
    assert shares("lock time", *locks) == {"0": 0.2, "near the tip": 0.4, "older height": 0.2, "time": 0.2}
    assert shares("tip", *locks) == {"at it": 0.5, "6-100 behind": 0.5}
    lowest = [seen([spend(1), spend(2, 0xFFFFFFFF - below)]) for below in (0, 1, 2, 900)]
    assert shares("sequence", *lowest) == {"final": 0.25, "one below": 0.25, "replaceable": 0.5}


def test_an_order_by_chance_counts_nothing() -> None:
    """Over all orders of a transaction's inputs and outputs, chance takes away what it gave."""
    inputs, outputs = [spend(1 << 200), spend(2 << 200)], [(1, payee(1)), (2, payee(2)), (3, payee(3))]
    every = [seen(a, b) for a, b in product(permutations(inputs), permutations(outputs))]
    found = tally("bip 69", *every)
    assert found.counts["yes"] == pytest.approx(0)
    assert found.things == len(every) == 12
    assert shares("bip 69", seen(inputs, outputs)) == {"yes": 1}


def test_what_has_no_order_is_not_counted() -> None:
    assert tally("bip 69", seen(1, [1])).shares is None
    same = [(7, payee(1)), (7, payee(1))]
    assert tally("bip 69", seen(1, same)).shares is None


def test_ids_are_ordered_as_people_read_them() -> None:
    low, high = Input(b"\xff" + bytes(31), 0), Input(bytes(31) + b"\1", 0)
    assert shares("bip 69", seen([low, high])) == {"yes": 1}
    assert shares("bip 69", seen([high, low])) == {"no": 1}


def test_self_change_is_not_guessed() -> None:
    back = seen(1, [(1, payee(9))], [coin(script=payee(9))])
    away = seen(1, [(1, payee(8))], [coin(script=payee(9))])
    assert shares("self-change", back, away) == {"yes": 0.5, "no": 0.5}
    # A bare signature does not tell whose it is.
    assert tally("self-change", seen([spend(1, script=bytes([len(SIGNATURE)]) + SIGNATURE)])).shares is None


def test_places_of_change() -> None:
    last, first = seen(1, [500_000, 777_777]), seen(1, [1_234_567, 500_000])
    assert shares("likely change", last, first) == {"first": 0.5, "last": 0.5}
    assert tally("likely change", seen(1, [500_000, 300_000])).shares is None
    assert shares("larger", last, first) == {"first": 0.5, "last": 0.5}


def test_reuse_and_chains_look_back_only() -> None:
    first = seen([spend(1)], [(1, payee(1))])
    second = seen([Input(first.tx.txid, 0)], [(1, payee(1))])
    third = seen([spend(3)], [(1, payee(1))], [coin(script=payee(2))])
    fourth = seen([spend(4)], [(1, payee(2)), (1, payee(3))])
    assert shares("reuse", first, second, third, fourth) == {"yes": 0.6, "no": 0.4}
    assert shares("chains", first, second) == {"yes": 0.5, "no": 0.5}
    assert shares("chains", second, first) == {"no": 1}


def test_ages_count_each_transaction_once() -> None:
    old = seen(50, [1], [coin(days=400, blocks=900)] * 50)
    young = seen(1, [1], [coin(days=0.5, blocks=0)])
    assert shares("age in days", old, young) == pytest.approx({"under 1 day": 0.5, "365 and more": 0.5})
    assert shares("age in blocks", old, young) == pytest.approx({"same block": 0.5, "144-1,007": 0.5})
    assert shares("each age", old, young) == pytest.approx({"under 1 day": 1 / 51, "365 and more": 50 / 51})
    assert tally("age in days", seen()).shares is None


def test_keys_and_signatures() -> None:
    short, long, high = (seen([signed(each, KEY)]) for each in (SIGNATURE, LONG_R, HIGH_S))
    assert shares("keys", short, seen([signed(SIGNATURE, LONG_KEY)])) == {
        "compressed": 0.5,
        "uncompressed": 0.5,
    }
    assert shares("short r", short, long) == {"no": 1}
    assert shares("short r", short, short) == {"yes": 1}
    assert shares("short r", short, short, short, long) == {"yes": 0.5, "no": 0.5}
    assert shares("high s", short, high) == {"yes": 0.5, "no": 0.5}


def test_witnesses() -> None:
    native = seen([spend(1, items=[SIGNATURE, KEY])])
    plain = seen([signed(SIGNATURE, KEY)])
    assert (
        shares("witness", native, plain) == shares("witness inputs", native, plain) == {"yes": 0.5, "no": 0.5}
    )
    assert shares("input kinds", native, plain) == {"p2wpkh": 0.5, "p2pkh": 0.5}
    assert shares("output types", seen(1, [(1, witness(1))])) == {"witness_v0_keyhash": 1}


def test_exact_values() -> None:
    assert shares("exact", seen(1, [1_000, 1_001])) == {"yes": 0.5, "no": 0.5}
