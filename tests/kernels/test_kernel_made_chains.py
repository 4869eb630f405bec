"""The kernels of bulk chains against plain twins: scripts, randomness, coins by age and owner."""

from __future__ import annotations

import random

import numpy as np
import pytest

from clew.bitcoin.block import merkle_root as plain_root
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.script import classify, instructions
from clew.bitcoin.signatures import signing
from clew.bitcoin.transaction import Input
from clew.bitcoin.wire import Reader, compact_size
from clew.kernels.made_coins import (
    CODE,
    COUNTS,
    HELD,
    LIVE,
    NONE,
    ORDER,
    OWNER,
    RANDOM,
    STREAM,
    add_coin,
    below,
    compact,
    draw,
    find_coin,
    free_coin,
    recall,
    remember,
    spread,
    take_coin,
)
from clew.kernels.made_roots import transaction_root, witness_root
from clew.kernels.made_scripts import (
    CODE_BITS,
    HASH_OF_65,
    KINDS,
    MULTISIG,
    NOISE,
    NOISE_PIECE,
    ODD,
    RETURN,
    SCRIPT_HASH,
    TAPROOT,
    WITNESS_SCRIPT,
    mixed,
    put_noise,
    put_script,
    put_size,
    put_unlock,
    put_witness,
)
from clew.schema import SIGNED_HIGH_R, signing_names
from clew.simulate.bulk.stock import new_coins, with_room
from simulate.test_bulk import TYPES

MASK = 0xFFFFFFFF
SIGNING: dict[int, set[str]] = {
    **{kind: {"all", "multisig"} for kind in (SCRIPT_HASH, WITNESS_SCRIPT, MULTISIG)},
    **{kind: set() for kind in (ODD, RETURN)},
    HASH_OF_65: {"all", "long_key"},
}
"""What the unlocking of a kind shows; of others that all is signed."""


def plain_mixed(word: int) -> int:
    """PCG's RXS M XS on Python's integers."""
    state = (word * 747796405 + 2891336453) % 2**32
    state = ((state >> ((state >> 28) + 4)) ^ state) * 277803737 % 2**32
    return (state >> 22) ^ state


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, NOISE + NOISE_PIECE, dtype=np.uint8)


@pytest.fixture(scope="module")
def salts() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 2**32, 32)


def test_mixed_is_a_permutation_and_as_in_plain_integers() -> None:
    words = [0, 1, 2, MASK, MASK - 1, *random.Random(1).choices(range(2**32), k=500)]
    assert [int(mixed(np.int64(word))) for word in words] == [plain_mixed(word) for word in words]
    assert len({int(mixed(np.int64(word))) for word in range(3_000)}) == 3_000


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_every_script_is_of_its_type_and_of_nobody_else(kind: int, salts: np.ndarray) -> None:
    out = np.zeros(256, np.uint8)
    scripts = set()
    numbers = range(81) if kind == RETURN else range(0, 90_000, 1_111)
    for number in numbers:
        end = put_script(out, np.int64(0), np.int64(number << CODE_BITS | kind), salts)
        script = out[1:end].tobytes()
        assert out[0] == len(script)
        assert classify(script)[0] == TYPES[kind]
        assert instructions(script) is not None
        scripts.add(script)
    assert len(scripts) == len(numbers)


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_unlocking_scripts_and_witnesses_are_well_formed(kind: int, noise: np.ndarray) -> None:
    out = np.zeros(40_000, np.uint8)
    for word in (0, 1, MASK, 123_456_789):
        end = put_unlock(out, np.int64(0), np.int64(kind), noise, np.int64(word))
        reader = Reader(out[:end].tobytes(), "script")
        script = reader.take(reader.compact_size("length"), "script")
        reader.finish()
        assert instructions(script) is not None
        for letter in (0, 1, 252, 253, 16_000) if kind == TAPROOT else (0,):
            end = put_witness(out, np.int64(0), np.int64(kind), np.int64(letter), noise, np.int64(word))
            reader = Reader(out[:end].tobytes(), "witness")
            items = [
                reader.take(reader.compact_size("length"), "item")
                for _ in range(reader.compact_size("items"))
            ]
            reader.finish()
            if letter:
                assert len(items[1]) == letter
            found = signing(Input(bytes(32), 0, script, witness=tuple(items)))
            assert set(signing_names(found)) - {"high_r"} == SIGNING.get(kind, {"all"})
            assert kind == TAPROOT or not found or bool(found & SIGNED_HIGH_R) == bool(word & 1)


def test_sizes_and_noise_are_those_of_plain_python(noise: np.ndarray) -> None:
    out = np.zeros(8_192, np.uint8)
    for number in (0, 252, 253, 65_535, 65_536, 2**32 - 1):
        end = put_size(out, np.int64(0), np.int64(number))
        assert out[:end].tobytes() == compact_size(number)
    for start, length in ((0, 1), (NOISE - 1, 1_024), (5, 5_000), (2**31, 70)):
        end = put_noise(out, np.int64(3), np.int64(length), noise, np.int64(start))
        assert end == 3 + length
        wanted = bytearray()
        while len(wanted) < length:
            first = (start + len(wanted)) % NOISE
            wanted += noise[first : first + min(NOISE_PIECE, length - len(wanted))].tobytes()
        assert out[3:end].tobytes() == bytes(wanted)


def test_random_numbers_keep_to_their_bounds() -> None:
    count = np.zeros(COUNTS, np.int64)
    count[RANDOM], count[STREAM] = 7, 9
    state, drawn = 7, []
    for _ in range(200):
        # The output function alone: the step is undone from what ``plain_mixed`` would do first.
        word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737 % 2**32
        drawn.append((word >> 22) ^ word)
        state = (state * 747796405 + 9) % 2**32
    assert [int(draw(count)) for _ in range(200)] == drawn
    assert {int(below(count, np.int64(6))) for _ in range(300)} == set(range(6))
    assert {int(spread(count, np.int64(3), np.int64(9))) for _ in range(500)} <= set(range(3, 10))
    assert int(spread(count, np.int64(9), np.int64(4))) == 4
    many = [int(spread(count, np.int64(1), np.int64(4_095))) for _ in range(1_200)]
    # Twelve powers of two, each about as likely as the next.
    assert 30 < sum(each < 2 for each in many) < 200
    assert 30 < sum(each >= 2_048 for each in many) < 200


def test_coins_are_those_of_a_plain_list() -> None:
    """Coins come and go at random; a dictionary and a list keep the same books."""
    chance = random.Random(5)
    coins = new_coins(8)
    coins.count[RANDOM], coins.count[STREAM] = 3, 5
    alive: dict[int, tuple[int, int]] = {}
    order: list[int] = []
    for step in range(600):
        coins = with_room(coins, 2)
        if not alive or chance.random() < 0.55:
            owner = 20 + chance.randrange(5)
            slot = int(add_coin(coins, np.int64(0), np.int64(9), np.int64(step), np.int64(owner)))
            assert slot not in alive
            alive[slot] = step, owner
            order.append(slot)
        else:
            slot = int(find_coin(coins))
            assert slot in alive
            take_coin(coins, np.int64(slot))
            free_coin(coins, np.int64(slot))
            del alive[slot]
            order.remove(slot)
        if step % 97 == 0:
            compact(coins)
        assert coins.count[LIVE] == len(alive)
        assert {slot: tuple(coins.coin[slot, [CODE, OWNER]].tolist()) for slot in alive} == alive
        listed = coins.order[: coins.count[ORDER]]
        assert listed[listed != NONE].tolist() == order
        for owner in range(20, 25):
            mine = [slot for slot in order if alive[slot][1] == owner]
            assert _of_owner(coins, owner) == mine
            assert coins.owners[owner, HELD] == len(mine)


def _of_owner(coins: object, owner: int) -> list[int]:
    """The owner's list, walked forwards, and checked backwards."""
    from clew.kernels.made_coins import AFTER, BEFORE, FIRST, LAST, Coins

    assert isinstance(coins, Coins)
    found, slot, before = [], int(coins.owners[owner, FIRST]), NONE
    while slot != NONE:
        assert coins.coin[slot, BEFORE] == before
        found.append(slot)
        before, slot = slot, int(coins.coin[slot, AFTER])
    assert coins.owners[owner, LAST] == before
    return found


def test_only_paid_addresses_are_recalled() -> None:
    coins = new_coins(8)._replace(recall=np.zeros((16, 2), np.int64))
    coins.count[RANDOM], coins.count[STREAM] = 3, 5
    for paid in range(1, 100):
        remember(coins, np.int64(paid), np.int64(1_000 + paid))
        for _ in range(5):
            place = int(recall(coins))
            code, owner = coins.recall[place].tolist()
            assert 1 <= code <= paid
            assert owner == 1_000 + code
    # One half holds the latest.
    assert set(coins.recall[:8, 0].tolist()) == set(range(92, 100))


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 8])
def test_roots_are_those_of_the_plain_parser(rows: int) -> None:
    data = np.random.default_rng(rows).integers(0, 256, 200 * rows, dtype=np.uint8)
    starts = np.arange(0, 200 * rows + 1, 200)
    txids = np.random.default_rng(9).integers(0, 256, 32 * (rows + 1), dtype=np.uint8)
    has_witness = (np.arange(rows) % 3 == 1).astype(np.uint8)
    level = np.zeros(32 * (rows + 1), np.uint8)
    witness_root(data, starts, has_witness, txids, np.int64(rows), level)
    listed = [txids[32 * row : 32 * row + 32].tobytes() for row in range(rows)]
    wtxids = [
        sha256d(data[200 * row : 200 * row + 200].tobytes()) if has_witness[row] else listed[row]
        for row in range(rows)
    ]
    assert level[:32].tobytes() == plain_root([bytes(32), *wtxids[1:]])[0]
    transaction_root(txids, np.int64(rows))
    assert txids[:32].tobytes() == plain_root(listed)[0]
