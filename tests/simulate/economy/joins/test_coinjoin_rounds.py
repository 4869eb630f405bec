"""Coinjoin rounds have the shapes of their protocols, as these are defined; nobody loses more than fees.

The definitions here are those of detectors and of the literature, not those of the actors.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from clew.simulate.economy.rounds import Round
from simulate.economy.joins.lived import Lived, Transaction, books

PROTOCOLS = ("joinmarket", "wasabi-1", "wasabi-1.1", "wabisabi", "whirlpool")
COIN = 100_000_000
FINAL = 0xFFFFFFFF


def most_frequent(transaction: Transaction) -> tuple[int, int]:
    """The most frequent output value, and how often it is there."""
    counts = Counter(each.value for each in transaction.outputs)
    return max(counts.items(), key=lambda each: (each[1], each[0]))


def equal(part: Round) -> list[int]:
    return [each.coin for each in part.outputs if each.kind == "equal"]


def standard(value: int) -> bool:
    """Whether a value is a power of 2 or 3, twice a power of 3, or 1, 2 or 5 times a power of 10."""
    for base, times in ((2, 1), (3, 1), (3, 2), (10, 1), (10, 2), (10, 5)):
        power = times
        while power < value:
            power *= base
        if power == value:
            return True
    return False


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_round_is_recorded_with_each_coin_and_its_owner(lived: Lived, protocol: str) -> None:
    found = list(lived.rounds(protocol))
    assert len(found) > 20
    for part, transaction in found:
        assert [each.coin for each in part.inputs] == [each.coin for each in transaction.inputs]
        assert sorted(each.coin for each in part.outputs) == [each.coin for each in transaction.outputs]
        sides = {each.coin: each for each in (*transaction.inputs, *transaction.outputs)}
        for each in (*part.inputs, *part.outputs):
            assert sides[each.coin].owner == each.actor
        purposes = {"equal": "equal", "change": "coinjoin change", "fee": "coinjoin fee"}
        for each in part.outputs:
            assert sides[each.coin].purpose == purposes[each.kind]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_remixed_coins_come_from_rounds(lived: Lived, protocol: str) -> None:
    kinds: Counter[str] = Counter()
    for part, _ in lived.rounds(protocol):
        for each in part.inputs:
            kinds[each.kind] += 1
            from_round = lived.made_by(each.coin) in lived.coinjoined
            mixed = lived.side(each.coin).purpose == "equal"
            assert (each.kind == "remix") == (from_round and mixed)
    stated = next(each for each in lived.course.world.coinjoins if each.protocol == protocol)
    share = kinds["remix"] / (kinds["remix"] + kinds["input"])
    assert abs(share - float(stated.remixes)) < 0.25


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_rounds_come_at_the_world_s_rate(lived: Lived, protocol: str) -> None:
    stated = next(each for each in lived.course.world.coinjoins if each.protocol == protocol)
    expected = float(stated.rounds) * lived.days
    found = sum(1 for _ in lived.rounds(protocol))
    assert abs(found - expected) < 4 * expected**0.5 + 3


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_numbers_of_participants_are_the_world_s(lived: Lived, protocol: str) -> None:
    stated = next(each for each in lived.course.world.coinjoins if each.protocol == protocol)
    sizes = []
    for part, _ in lived.rounds(protocol):
        if protocol == "wabisabi":
            # To the coordinator each input is a participant.
            sizes.append(len(part.inputs))
        else:
            sizes.append(len({each.actor for each in part.inputs}))
    assert float(stated.fewest) <= min(sizes) <= max(sizes) <= float(stated.most)
    assert len(set(sizes)) > 2


def test_joinmarket_rounds_are_joinmarket_s(lived: Lived) -> None:
    for part, transaction in lived.rounds("joinmarket"):
        value, times = most_frequent(transaction)
        outputs = transaction.outputs
        assert value > 2_730
        assert times >= 3
        assert 2 * times >= len(outputs)
        assert times <= len({each.address for each in transaction.inputs})
        assert len({each.address for each in outputs}) == len(outputs)
        assert len({each.value for each in outputs}) > 1
        assert {lived.state.value(each) for each in equal(part)} == {value}
        assert {each.kind for each in (*transaction.inputs, *outputs)} <= {"p2wpkh", "p2tr", "p2pkh"} | {
            "p2sh-p2wpkh", "p2wsh-multisig",
        }  # fmt: skip


def test_makers_earn_and_takers_pay(lived: Lived) -> None:
    gains = []
    for part, transaction in lived.rounds("joinmarket"):
        found = books(lived, part)
        assert sum(found.values()) == -transaction.fee
        taker = min(found, key=lambda actor: found[actor])
        assert found[taker] < 0
        assert all(gain > -1_000 for actor, gain in found.items() if actor != taker)
        # The taker pays for all: the network, and a reward of at most a few thousandths to each maker.
        amount = most_frequent(transaction)[0]
        assert -found[taker] <= transaction.fee + len(found) * max(1_000, amount // 400)
        gains += [gain for actor, gain in found.items() if actor != taker]
        assert sum(len([p for p in part.inputs if p.actor == actor]) for actor in found) == len(part.inputs)
    assert sum(gain > 0 for gain in gains) > len(gains) * 0.7


def test_some_takers_sweep(lived: Lived) -> None:
    changes = [
        sum(each.kind == "change" for each in part.outputs) - len({each.actor for each in part.inputs})
        for part, _ in lived.rounds("joinmarket")
    ]
    assert set(changes) == {-1, 0}


def test_later_joinmarket_wallets_look_like_it(lived: Lived) -> None:
    for _, transaction in lived.rounds("joinmarket"):
        assert transaction.version == 2
        assert transaction.sequence == FINAL - 1
        assert 0 < transaction.height - transaction.lock <= 101
        assert {each.kind for each in transaction.inputs} == {"p2wpkh"}


@pytest.mark.parametrize("protocol", ["wasabi-1", "wasabi-1.1"])
def test_wasabi_rounds_are_wasabi_s(lived: Lived, protocol: str) -> None:
    for part, transaction in lived.rounds(protocol):
        base, times = most_frequent(transaction)
        assert {each.kind for each in (*transaction.inputs, *transaction.outputs)} == {"p2wpkh"}
        assert times >= 10
        assert len(transaction.inputs) >= times
        assert times == len({each.actor for each in part.inputs})
        assert abs(base - COIN // 10) <= COIN // 50
        assert len({each.value for each in transaction.outputs}) >= 2
        assert (transaction.version, transaction.lock, transaction.sequence) == (1, 0, FINAL)
        for sides in (transaction.inputs, transaction.outputs):
            values = [each.value for each in sides]
            assert values == sorted(values)
        assert max(Counter(each.actor for each in part.inputs).values()) <= 7


def test_levels_double(lived: Lived) -> None:
    heights = Counter()
    for part, transaction in lived.rounds("wasabi-1.1"):
        base = most_frequent(transaction)[0]
        values = Counter(lived.state.value(coin) for coin in equal(part))
        assert all(times >= 2 for times in values.values())
        levels = sorted(values)
        assert levels[0] == base
        for lower, higher in pairwise(levels[1:]):
            assert higher == 2 * lower
        if len(levels) > 1:
            assert 0 <= 2 * base - levels[1] <= base // 10
        heights[len(levels)] += 1
    assert max(heights) >= 3
    assert all(
        len({lived.state.value(coin) for coin in equal(part)}) == 1 for part, _ in lived.rounds("wasabi-1")
    )


@pytest.mark.parametrize("protocol", ["wasabi-1", "wasabi-1.1"])
def test_the_coordinator_takes_its_fee(lived: Lived, protocol: str) -> None:
    addresses = []
    for part, transaction in lived.rounds(protocol):
        fees = [each for each in part.outputs if each.kind == "fee"]
        assert len(fees) <= 1
        if fees:
            addresses.append(lived.side(fees[0].coin).address)
        found = books(lived, part)
        denominations = Counter(lived.state.value(coin) for coin in equal(part))
        most = sum(value * 3 * times // 100_000 for value, times in denominations.items())
        network = transaction.fee // len(found) + 200 * 100
        for actor in {each.actor for each in part.inputs}:
            # Change that is too small is the coordinator's too.
            assert -found[actor] <= most + network + max(10_000, max(denominations) * 7 // 1_000)
    assert len(addresses) > 10
    assert len(set(addresses)) == (1 if protocol == "wasabi-1" else len(addresses))


def test_wabisabi_rounds_are_wabisabi_s(lived: Lived) -> None:
    shares, kinds = [], Counter()
    for part, transaction in lived.rounds("wabisabi"):
        assert len(transaction.inputs) >= 20
        for sides in (transaction.inputs, transaction.outputs):
            values = [each.value for each in sides]
            assert values == sorted(values, reverse=True)
        assert {each.kind for each in transaction.inputs} <= {"p2wpkh", "p2tr"}
        kinds.update(each.kind for each in transaction.outputs)
        shares.append(sum(standard(each.value) for each in transaction.outputs) / len(transaction.outputs))
        for each in part.outputs:
            assert each.kind != "equal" or standard(lived.state.value(each.coin))
        assert (transaction.version, transaction.lock, transaction.sequence) == (1, 0, FINAL)
        assert max(Counter(each.actor for each in part.inputs).values()) <= 10
        assert max(Counter(each.actor for each in part.outputs).values()) <= 10
        assert min(each.value for each in transaction.outputs) >= 5_000
    assert min(shares) > 0.8
    assert 0.3 < kinds["p2tr"] / sum(kinds.values()) < 0.7


def test_in_wabisabi_everybody_pays_the_network_and_no_more(lived: Lived) -> None:
    for part, transaction in lived.rounds("wabisabi"):
        found = books(lived, part)
        rate = lived.course.calendar.fees[lived.course.calendar.day(transaction.height)]
        for actor, gain in found.items():
            sides = sum(each.actor == actor for each in (*part.inputs, *part.outputs))
            # What is too little for an output is left to the miner.
            assert 0 <= -gain <= 75 * rate * sides + 5_000 + 45 * rate
        assert sum(found.values()) == -transaction.fee


def test_whirlpool_mixes_are_whirlpool_s(lived: Lived) -> None:
    pools = (100_000, 1_000_000, 2_500_000, 5_000_000, 25_000_000, 50_000_000)
    first: set[int] = set()
    for part, transaction in lived.rounds("whirlpool"):
        size, values = len(transaction.inputs), {each.value for each in transaction.outputs}
        assert 5 <= size <= 10
        assert len(transaction.outputs) == size
        assert len(values) == 1
        pool = values.pop()
        assert pool in pools
        assert all(pool <= each.value <= pool + 110_000 for each in transaction.inputs)
        assert len({each.actor for each in part.inputs}) == size
        assert len({lived.made_by(each.coin) for each in part.inputs}) == size
        kinds = Counter(each.kind for each in part.inputs)
        assert kinds["input"] >= 1
        # The pool's first mix has nothing to remix.
        assert kinds["remix"] >= 1 or pool not in first
        first.add(pool)
        assert (transaction.version, transaction.lock, transaction.sequence) == (1, 0, FINAL)
        assert {each.kind for each in (*transaction.inputs, *transaction.outputs)} == {"p2wpkh"}
    assert len(first) == 2


def test_every_mixed_coin_goes_back_to_a_tx0(lived: Lived) -> None:
    cut = {part.tx for part, _ in lived.rounds("tx0")}
    mixes = {part.tx for part, _ in lived.rounds("whirlpool")}
    for part, _ in lived.rounds("whirlpool"):
        for each in part.inputs:
            origin = lived.made_by(each.coin)
            assert origin in (mixes if each.kind == "remix" else cut)


def test_tx0_cuts_premixes(lived: Lived) -> None:
    sizes = Counter()
    for part, transaction in lived.rounds("tx0"):
        kinds = Counter(each.kind for each in transaction.outputs)
        assert kinds["data"] == 1
        assert len(transaction.outputs) == len(part.outputs) + 1
        parts = Counter(each.kind for each in part.outputs)
        assert parts["fee"] == 1
        assert parts["premix"] >= 1
        assert parts["change"] <= 1
        premixes = {lived.state.value(each.coin) for each in part.outputs if each.kind == "premix"}
        assert len(premixes) == 1
        premix = premixes.pop()
        pool = max(each for each in (2_500_000, 25_000_000) if each <= premix)
        assert 0 < premix - pool <= 100_000
        fee = next(lived.state.value(each.coin) for each in part.outputs if each.kind == "fee")
        assert fee * 20 == pool
        assert len({each.actor for each in part.inputs}) == 1
        assert sum(books(lived, part).values()) == -transaction.fee
        sizes[parts["premix"]] += 1
    assert len(sizes) > 3


def test_a_person_has_mixing_software_of_his_own(lived: Lived) -> None:
    actors = lived.course.society.actors
    for part, _ in lived.rounds(*PROTOCOLS):
        for each in part.inputs:
            assert actors[each.actor].kind in ("person", "guest")
