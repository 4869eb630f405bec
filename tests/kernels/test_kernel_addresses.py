"""The table of addresses against a dictionary: collisions, growth, threads, and taking it up again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.build import addresses as build
from clew.build.addresses import AddressBook, Growing
from clew.kernels.jit import JIT
from clew.kernels.lookup import SEED, address_keys
from clew.kernels.parse import Columns
from clew.ledger.keys import MASK, address_key
from clew.schema import HEAD_BYTES, NULLDATA, PAYLOAD_LENGTH, PUBKEYHASH, TAIL_BYTES, WITNESS_UNKNOWN
from clew.schema import PAYLOAD_STRIDE as STRIDE
from kernels.engines import ENGINES
from kernels.running import EXAMPLES
from naive.books import NaiveAddresses

Address = tuple[int, bytes]

KEYS: dict[str, Callable[[int], int]] = {
    "as they are": lambda key: key,
    "eight bits": lambda key: key >> 56 << 56,
    "eight bits, at the end of a shard": lambda key: key | (1 << 56) - 1,
    "one shard": lambda key: key & (1 << 58) - 1,
    "one shard, three places at its end": lambda key: (1 << 58) - 1 - key % 3,
    "all the same": lambda _: MASK,
}
"""What stands in for the key of an address, so that different ones collide."""


def columns_of(outputs: Sequence[Address], key: Callable[[int], int]) -> Columns:
    """As the parser would fill them; what no address needs is left out."""
    payload = b"".join(each.ljust(STRIDE, b"\0") for _, each in outputs)
    empty: Any = dict.fromkeys(Columns._fields)
    return Columns(**empty)._replace(
        address_type=np.array([kind for kind, _ in outputs], np.uint8),
        payload_length=np.array([len(each) for _, each in outputs], np.uint8),
        payload=np.frombuffer(payload, np.uint8),
        key=np.array([key(address_key(*each)) for each in outputs], np.uint64),
    )


def small(per: int = 8) -> AddressBook:
    """A book that has little room, so that it must grow."""
    book = AddressBook()
    book._table = build._empty(per)
    return book


class Told:
    """A book and its rows, checked against a dictionary batch by batch."""

    def __init__(self, key: Callable[[int], int], engine: Any, book: AddressBook) -> None:
        self.key, self.engine, self.book = key, engine, book
        self.naive = NaiveAddresses()
        self.rows: dict[str, list[bytes]] = {"types": [], "heads": []}
        self.tails: list[tuple[int, int, bytes]] = []

    def add(self, outputs: Sequence[Address]) -> None:
        before = len(self.book)
        found, firsts, new = self.book.resolve(columns_of(outputs, self.key), self.engine)
        expected, expected_firsts = self.naive.resolve(outputs)
        assert found.tolist() == expected
        assert firsts.tolist() == expected_firsts
        assert len(self.book) == len(self.naive.ids)
        self._require_rows(before, [outputs[row] for row in expected_firsts], new)

    def _require_rows(self, before: int, outputs: Sequence[Address], new: dict[str, Any]) -> None:
        assert new["addresses"]["type"].tolist() == [kind for kind, _ in outputs]
        heads = [payload[:HEAD_BYTES].ljust(HEAD_BYTES, b"\0") for _, payload in outputs]
        assert new["addresses"]["head"].tobytes() == b"".join(heads)
        tails = [
            (before + row, len(payload), payload[HEAD_BYTES:].ljust(TAIL_BYTES, b"\0"))
            for row, (kind, payload) in enumerate(outputs)
            if len(payload) > HEAD_BYTES or kind == WITNESS_UNKNOWN
        ]
        found = new["address_tails"]
        assert found["address"].tolist() == [each[0] for each in tails]
        assert found["length"].tolist() == [each[1] for each in tails]
        assert found["tail"].tobytes() == b"".join(each[2] for each in tails)
        self.rows["types"] += [bytes([kind]) for kind, _ in outputs]
        self.rows["heads"] += heads
        self.tails += tails

    def take_up(self) -> None:
        """Forget the book, and fill a new one from the rows."""
        self.book = small()
        types = np.frombuffer(b"".join(self.rows["types"]), np.uint8)
        heads = np.frombuffer(b"".join(self.rows["heads"]), np.uint8).reshape(-1, HEAD_BYTES)
        tails = {
            "address": np.array([each[0] for each in self.tails], np.uint32),
            "length": np.array([each[1] for each in self.tails], np.uint8),
            "tail": np.frombuffer(b"".join(each[2] for each in self.tails), np.uint8).reshape(-1, TAIL_BYTES),
        }

        def forced_keys(*arguments: Any) -> None:
            address_keys(*arguments)
            keys = arguments[-1]
            keys[:] = [self.key(int(each)) for each in keys]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(build, "address_keys", forced_keys)
            patch.setattr(build, "ADDRESS_SEED", SEED)
            patch.setattr(build, "_CHUNK", 7)
            self.book.restore(types, heads, tails)
        assert len(self.book) == len(self.naive.ids)


def payload_of(kind: int, number: int) -> bytes:
    """One of few payloads of a type; some differ in their last byte, some only in length."""
    if kind == WITNESS_UNKNOWN:
        # Of 3 to 41 bytes; every other number has the longest payload.
        return bytes([2]) + bytes(39 if number % 2 else 1 + number // 2 % 39) + bytes([number // 4])
    if kind == NULLDATA:
        return b""
    payload = number.to_bytes(PAYLOAD_LENGTH[kind], "little")
    return payload if number % 2 else payload[::-1]


kinds = st.sampled_from([*PAYLOAD_LENGTH, WITNESS_UNKNOWN, NULLDATA])
outputs = st.builds(lambda kind, number: (kind, payload_of(kind, number)), kinds, st.integers(0, 60))
batches = st.lists(st.lists(outputs, max_size=25), min_size=1, max_size=4)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=EXAMPLES // 5, deadline=None)
@given(batches, st.integers(0, 4))
def test_ids_in_order_of_appearance(key: str, engine: str, some: list[list[Address]], at: int) -> None:
    told = Told(KEYS[key], ENGINES[engine], small())
    for number, batch in enumerate(some):
        if number == at:
            told.take_up()
        told.add(batch)


@pytest.mark.parametrize("key", KEYS)
def test_the_same_again_after_any_batch(key: str) -> None:
    rng = random.Random(5)
    some = [
        [
            (kind, payload_of(kind, rng.randrange(400)))
            for kind in rng.choices([*PAYLOAD_LENGTH, WITNESS_UNKNOWN, NULLDATA], k=60)
        ]
        for _ in range(5)
    ]
    for again in range(len(some) + 1):
        told = Told(KEYS[key], ENGINES["three threads"], AddressBook())
        for number, batch in enumerate([*some, some[0]]):
            if number == again:
                told.take_up()
            told.add(batch)


@pytest.mark.parametrize("key", ["as they are", "eight bits, at the end of a shard", "one shard"])
def test_growth(key: str) -> None:
    told = Told(KEYS[key], ENGINES["three threads"], small(2))
    total = (60_000 if key == "as they are" else 3_000) if JIT else 300
    coming = [(PUBKEYHASH, number.to_bytes(20, "big")) for number in range(total + 50)]
    sizes = [len(told.book._table.ids)]
    for part in range(3):
        told.add(coming[total * part // 3 : total * (part + 1) // 3])
        sizes.append(len(told.book._table.ids))
    assert sizes == sorted(sizes)
    assert sizes[-1] >= 4 * sizes[0]
    told.add(coming[:total])
    assert len(told.book) == total
    told.take_up()
    told.add(coming[total - 50 :])
    assert len(told.book) == total + 50


def test_no_outputs() -> None:
    told = Told(KEYS["as they are"], ENGINES["three threads"], AddressBook())
    told.add([])
    told.add([(NULLDATA, b"")])
    told.add([(PUBKEYHASH, bytes(20))])
    told.add([])
    assert len(told.book) == 1


@given(st.lists(st.integers(0, 3_000), max_size=6), st.sampled_from([1, 4]))
def test_what_grows_keeps_what_it_holds(lengths: list[int], width: int) -> None:
    growing = Growing(np.uint32, width)
    held: Any = np.zeros((0, width) if width > 1 else 0, np.uint32)
    for each in parts(lengths, width):
        growing.extend(each)
        held = np.concatenate([held, each])
        assert np.array_equal(growing.view(), held)
    assert growing.length == len(held)


def parts(lengths: list[int], width: int) -> Iterator[Any]:
    for number, length in enumerate(lengths):
        part = np.arange(length * width, dtype=np.uint32) + np.uint32(number)
        yield part.reshape(-1, width) if width > 1 else part
