"""The join of addresses against a dictionary: partitions, collisions, large ids, what each pass writes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.build import spill
from clew.kernels import join as kernel
from clew.kernels.jit import JIT
from clew.ledger.keys import MASK, address_key
from clew.schema import (
    HEAD_BYTES,
    MULTISIG,
    NONSTANDARD,
    NULLDATA,
    PAYLOAD_LENGTH,
    PUBKEYHASH,
    SCRIPTHASH,
    WITNESS_UNKNOWN,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
)
from clew.schema import PAYLOAD_STRIDE as STRIDE
from kernels.joining import Joining, columns_of
from kernels.running import EXAMPLES
from naive import joining as twin
from naive.books import NaiveAddresses
from naive.joining import Address

KEYS: dict[str, Callable[[int], int]] = {
    "as they are": lambda key: key,
    "all in the last partition": lambda _: MASK,
    "all in the first partition": lambda _: 0,
    "first and last": lambda key: MASK * (key & 1),
}
"""What stands in for the key by which outputs are set aside."""

PARTITIONS = [1, 2, 4, 256]


def payload_of(kind: int, number: int) -> bytes:
    """One of few payloads of a type; some differ in their last byte, some only in length."""
    if kind == WITNESS_UNKNOWN:
        # Of 3 to 41 bytes, zeros but for a few; every fourth number has the longest payload.
        return bytes([2]) + bytes(39 if number % 4 == 1 else 1 + number // 2 % 39) + bytes([number % 2])
    if kind == NULLDATA:
        return b""
    payload = number.to_bytes(PAYLOAD_LENGTH[kind], "little")
    return payload if number % 2 else payload[::-1]


kinds = st.sampled_from([*PAYLOAD_LENGTH, WITNESS_UNKNOWN, NULLDATA])
addresses = st.builds(lambda kind, number: (kind, payload_of(kind, number)), kinds, st.integers(0, 60))
lists = st.lists(st.lists(addresses, max_size=25), min_size=1, max_size=4)


def require_joined(
    some: Sequence[Sequence[Address]],
    partitions: int,
    base: int = 0,
    key: Callable[[int], int] = KEYS["as they are"],
    **options: Any,
) -> Joining:
    """That all passes over some batches say what a dictionary says."""
    bases = [base + sum(len(each) for each in some[:number]) for number in range(len(some))]
    joining = Joining(
        [(first, columns_of(each, key)) for first, each in zip(bases, some, strict=True)],
        partitions,
        **options,
    )
    naive = NaiveAddresses()
    expected = twin.first_outputs(list(zip(bases, some, strict=True)))
    found = joining.find_firsts()
    assert [joining.firsts(number) for number in range(len(some))] == expected
    assert joining.mark() == found
    for number, outputs in enumerate(some):
        before = len(naive.ids)
        ids, rows = naive.resolve(outputs)
        out = joining.number(number)
        assert out.ids.tolist() == ids
        assert kernel.rank(joining.marked, joining.ranks, bases[number]) == before
        new = [outputs[row] for row in rows]
        assert out.types.tolist() == [kind for kind, _ in new]
        assert out.lengths.tolist() == [len(each[1]) if twin.is_long(each) else HEAD_BYTES for each in new]
        assert out.payloads.tobytes() == b"".join(payload.ljust(STRIDE, b"\0") for _, payload in new)
    assert len(naive.ids) == found
    marked = np.flatnonzero(np.unpackbits(joining.bits_marked[base // 64 * 8 :], bitorder="little"))
    assert (marked + base // 64 * 64).tolist() == sorted({one for each in expected for one in each} - {-1})
    return joining


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("partitions", PARTITIONS)
@settings(max_examples=EXAMPLES // 5, deadline=None)
@given(lists, st.integers(0, 130), st.integers(0, MASK), st.sampled_from([1, 3, 8, 30]))
def test_ids_in_order_of_appearance(
    key: str, partitions: int, some: list[list[Address]], base: int, seed: int, bits: int
) -> None:
    require_joined(some, partitions, base, KEYS[key], seed=seed, bits=bits)


@pytest.mark.parametrize("partitions", PARTITIONS)
@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(st.lists(addresses, max_size=40), st.lists(st.integers(0, MASK), min_size=40, max_size=40))
def test_what_is_set_aside(partitions: int, outputs: list[Address], keys: list[int]) -> None:
    columns = columns_of(outputs)._replace(key=np.array(keys[: len(outputs)], np.uint64))
    records = spill.set_aside(columns, partitions)
    expected = twin.set_aside(outputs, keys[: len(outputs)], partitions)
    listed = {
        long: [one for part in range(partitions) for one in expected[long, part]] for long in (False, True)
    }
    assert records.counts.tolist() == [
        [len(expected[long, part]) for part in range(partitions)] for long in (False, True)
    ]
    wanted: list[int] = []
    for long, size in ((False, 20), (True, 48)):
        wanted += [row | kind << 28 for row, kind, _ in listed[long]]
        for _, _, payload in listed[long]:
            padded = payload.ljust(size, b"\0")
            padded = padded[:-1] + bytes([len(payload)]) if long else padded
            wanted += np.frombuffer(padded, np.uint32).tolist()
    assert records.words.tolist() == wanted


# Collisions


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("spare", [1, 3, 100])
def test_few_bits_and_full_tables(bits: int, spare: int) -> None:
    """Runs go round the end of a table that has hardly a free slot, and tags tell little apart."""
    slots = 256 if JIT else 64
    rng = random.Random(bits)
    for kind in (PUBKEYHASH, MULTISIG):
        length = PAYLOAD_LENGTH[kind]
        known = [(kind, rng.randbytes(length)) for _ in range(max(slots - spare, 20))]
        some = [rng.choices(known, k=60), known, rng.choices(known, k=60)]
        require_joined(some, 1, bits=bits, slots=slots)


def same_hashes(count: int, kind: int, seed: int) -> list[bytes]:
    """Payloads of ``count`` words with the same 64-bit hash, found by a birthday in its upper half."""
    factor = int(kernel._FACTOR)
    rng = random.Random(count)
    upper: dict[int, list[int]] = {}
    found: list[bytes] = []
    tail = rng.randbytes(4 * count - 8)
    while len(found) < 6:
        first = rng.getrandbits(32)
        state = ((seed ^ kind ^ first) * factor) & MASK
        state ^= state >> 32
        group = upper.setdefault(state >> 32, [])
        if first in group:
            continue
        group.append(first)
        if len(group) == 2:
            for each in group:
                state = ((seed ^ kind ^ each) * factor) & MASK
                state ^= state >> 32
                # The second word makes the lower half what it should be.
                second = (state & 0xFFFFFFFF) ^ 0xABCDEF01
                found.append(each.to_bytes(4, "little") + second.to_bytes(4, "little") + tail)
    return found


def hashed(kind: int, payload: bytes, seed: int) -> int:
    words = np.frombuffer(payload, np.uint32)
    found = int(kernel._hash(words, 0, len(words), kind, np.uint64(seed)))
    assert found == int(kernel._hash_plain(words, 0, len(words), kind, seed))
    return found


@pytest.mark.parametrize(("kind", "count"), [(SCRIPTHASH, 5), (WITNESS_UNKNOWN, 12)])
def test_payloads_of_one_hash_are_told_apart(kind: int, count: int) -> None:
    seed = 0x0123456789ABCDEF
    if kind == WITNESS_UNKNOWN:
        # The last word ends in the length, 41, and zeros stand before it.
        made = [each[:40] for each in same_hashes(count, kind, seed)]
        payloads = [each + b"\7" for each in made]
        words = [each.ljust(47, b"\0") + bytes([41]) for each in payloads]
    else:
        payloads = words = same_hashes(count, kind, seed)
    hashes = [hashed(kind, each, seed) for each in words]
    assert all(hashes[at] == hashes[at + 1] for at in range(0, len(hashes), 2))
    rng = random.Random(1)
    some = [[(kind, each) for each in rng.choices(payloads, k=20)] for _ in range(3)]
    require_joined(some, 1, seed=seed)
    require_joined(some, 4, seed=seed)


@pytest.mark.parametrize(
    ("one", "other"),
    [(PUBKEYHASH, SCRIPTHASH), (PUBKEYHASH, WITNESS_V0_KEYHASH), (NONSTANDARD, WITNESS_V0_SCRIPTHASH)],
)
def test_types_of_one_hash_are_told_apart(one: int, other: int) -> None:
    """The type enters the hash as the first word does, so that both can change and the hash not."""
    rng = random.Random(one)
    payload = bytearray(rng.randbytes(PAYLOAD_LENGTH[one]))
    changed = bytes([payload[0] ^ one ^ other]) + bytes(payload[1:])
    assert hashed(one, bytes(payload), 99) == hashed(other, changed, 99)
    pair = [(one, bytes(payload)), (other, changed), (one, changed), (other, bytes(payload))]
    require_joined([pair, pair[::-1]], 1, seed=99)
    require_joined([rng.choices(pair, k=30) for _ in range(3)], 2, seed=99)


def test_unknown_witnesses_that_differ_only_in_length() -> None:
    some = [(WITNESS_UNKNOWN, bytes([2]) + bytes(length)) for length in range(2, 41)]
    joining = require_joined([some, some[::-1], some], 4)
    assert joining.number(0).lengths.tolist() == list(range(3, 42))
    assert require_joined([some, some[::-1]], 1, bits=1, slots=64).find_firsts() == 39


def test_equal_payloads_of_different_types() -> None:
    short = [(kind, bytes(20)) for kind, length in PAYLOAD_LENGTH.items() if length == 20]
    long = [(kind, bytes(32)) for kind, length in PAYLOAD_LENGTH.items() if length == 32]
    unknown = [(WITNESS_UNKNOWN, bytes(20)), (WITNESS_UNKNOWN, bytes(32))]
    every = [*short, *long, *unknown]
    require_joined([every, every[::-1]], 1)
    assert require_joined([every, every[::-1]], 256).find_firsts() == len(every)


# Large ids, and many


@pytest.mark.parametrize("base", [(1 << 32) - 3, (1 << 32) - 64, (1 << 32) - 70, 1 << 33])
@pytest.mark.parametrize("partitions", [1, 4])
def test_output_ids_of_more_than_32_bits(base: int, partitions: int) -> None:
    rng = random.Random(base)
    choices = [
        (kind, payload_of(kind, number)) for kind in (*PAYLOAD_LENGTH, NULLDATA) for number in range(9)
    ]
    some = [rng.choices(choices, k=60) for _ in range(3)]
    joining = require_joined(some, partitions, base)
    assert set(joining.high.tolist()) == ({0, 1} if base < 1 << 32 else {2})


def test_the_last_output_ids() -> None:
    """Far too many for the passes that count, but not for the one that joins."""
    base = (1 << 40) - 40
    some = [(PUBKEYHASH, payload_of(PUBKEYHASH, number % 9)) for number in range(30)]
    joining = Joining([(base, columns_of(some))], 2)
    assert joining.find_firsts() == 9
    assert [joining.firsts(0)] == twin.first_outputs([(base, some)])


@pytest.mark.parametrize("partitions", PARTITIONS)
def test_many(partitions: int) -> None:
    rng = random.Random(partitions)
    total = 20_000 if JIT else 400
    some = [
        [
            (kind, rng.randrange(total).to_bytes(PAYLOAD_LENGTH[kind], "big"))
            for kind in rng.choices([PUBKEYHASH, SCRIPTHASH, MULTISIG], k=total // 4)
        ]
        for _ in range(6)
    ]
    require_joined(some, partitions)


@pytest.mark.parametrize("partitions", PARTITIONS)
def test_no_outputs(partitions: int) -> None:
    require_joined([[]], partitions)
    require_joined([[], [(NULLDATA, b"")], [], [(PUBKEYHASH, bytes(20))], []], partitions)


# Counting bits


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([0, MASK, 1, 1 << 63]), st.integers(0, MASK)), max_size=9))
def test_ranks(words: list[int]) -> None:
    before = np.full(len(words), 77, np.uint32)
    array = np.array(words, np.uint64)
    assert kernel.count_ones(array, before) == sum(word.bit_count() for word in words)
    assert before.tolist() == [sum(word.bit_count() for word in words[:at]) for at in range(len(words))]
    bits = [word >> bit & 1 for word in words for bit in range(64)]
    for output in range(0, len(bits), 1 if JIT else 7):
        assert kernel.rank(array, before, output) == sum(bits[:output])


def test_the_key_that_sets_aside_is_that_of_the_address() -> None:
    address = (PUBKEYHASH, b"\5" * 20)
    assert columns_of([address]).key.tolist() == [address_key(*address)]
