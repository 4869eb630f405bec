"""SHA-256 by every back end, RIPEMD-160, Merkle roots: against hashlib, pycryptodome, the plain tree."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from Crypto.Hash import RIPEMD160
from hypothesis import given, settings
from hypothesis import strategies as st
from llvmlite import ir

from clew.bitcoin import block as plain
from clew.kernels import hashes, sha256
from clew.kernels.jit import JIT
from kernels.running import EXAMPLES

WORK = hashes.new_work()
BACKENDS = {
    "portable": sha256.compress_portable,
    "x86": sha256.compress_x86,
    "arm": sha256.compress_arm,
}
OF_TWO = {
    "portable": sha256.compress_two_portable,
    "x86": sha256.compress_two_x86,
    "arm": sha256.compress_two_arm,
}
EDGES = [
    0,
    1,
    31,
    32,
    54,
    55,
    56,
    57,
    63,
    64,
    65,
    118,
    119,
    120,
    127,
    128,
    129,
    191,
    192,
    1_000,
    4_096,
    65_537,
]


def require_backend(name: str, table: dict[str, Any] = BACKENDS) -> Any:
    if name != "portable" and name != sha256.BACKEND:
        pytest.skip(f"this processor's SHA-256 is {sha256.BACKEND}, not {name}")
    return table[name]


def padded(data: bytes) -> bytes:
    """The message with its padding, made here, so that nothing else of the kernels is needed."""
    return data + b"\x80" + bytes(-(len(data) + 9) % 64) + (8 * len(data)).to_bytes(8, "big")


def by_compression(compress: Any, data: bytes) -> bytes:
    """SHA-256 by one back end."""
    before, message = b"rubbish", padded(data)
    state = hashes.INITIAL.copy()
    with np.errstate(over="ignore"):
        compress(state, np.frombuffer(before + message, np.uint8), len(before), len(message) // 64)
    return state.astype(">u4").tobytes()


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend(name: str) -> None:
    compress = require_backend(name)
    rng = random.Random(7)
    for length in [*EDGES, *(rng.randrange(300) for _ in range(300 if JIT else 10))]:
        data = rng.randbytes(length)
        assert by_compression(compress, data) == hashlib.sha256(data).digest()


@pytest.mark.parametrize("name", OF_TWO)
@pytest.mark.parametrize("aside", [(False, False), (True, False), (False, True), (True, True)])
def test_two_at_once(name: str, aside: tuple[bool, bool]) -> None:
    compress_two = require_backend(name, OF_TWO)
    rng = random.Random(8)
    for blocks in [1, 2, 3, 17, *(rng.randrange(1, 6) for _ in range(50 if JIT else 3))]:
        pair = [rng.randbytes(64 * blocks - 9 - rng.randrange(40)) for _ in range(2)]
        rooms, places = [b"data", b"beside it"], []
        for data, elsewhere in zip(pair, aside, strict=True):
            at = len(rooms[elsewhere])
            rooms[elsewhere] += padded(data)
            places.append(~at if elsewhere else at)
        states = np.concatenate([hashes.INITIAL, hashes.INITIAL])
        with np.errstate(over="ignore"):
            compress_two(states, *(np.frombuffer(room, np.uint8) for room in rooms), *places, blocks)
        for data, state in zip(pair, states.reshape(2, 8), strict=True):
            assert state.astype(">u4").tobytes() == hashlib.sha256(data).digest()


def test_the_backend_is_one_of_them() -> None:
    assert sha256.compress is BACKENDS[sha256.BACKEND]
    assert sha256.compress_two is OF_TWO[sha256.BACKEND]
    assert JIT or sha256.BACKEND == "portable"


# What the instructions do, in plain Python: the wiring for a processor that is not here can still
# be tested. Intel SDM volume 2, SHA256RNDS2, SHA256MSG1, SHA256MSG2; Arm ARM, shared/functions/crypto.

MASK = 0xFFFFFFFF


def rotate(word: int, bits: int) -> int:
    return (word >> bits | word << (32 - bits)) & MASK


def small0(word: int) -> int:
    return rotate(word, 7) ^ rotate(word, 18) ^ word >> 3


def small1(word: int) -> int:
    return rotate(word, 17) ^ rotate(word, 19) ^ word >> 10


def big0(word: int) -> int:
    return rotate(word, 2) ^ rotate(word, 13) ^ rotate(word, 22)


def big1(word: int) -> int:
    return rotate(word, 6) ^ rotate(word, 11) ^ rotate(word, 25)


def one_round(state: list[int], keyed: int) -> list[int]:
    a, b, c, d, e, f, g, h = state
    first = h + big1(e) + (e & f ^ ~e & g) + keyed
    second = big0(a) + (a & b ^ a & c ^ b & c)
    return [(first + second) & MASK, a, b, c, (d + first) & MASK, e, f, g]


def rnds2(cdgh: list[int], abef: list[int], keyed: list[int]) -> list[int]:
    (f, e, b, a), (h, g, d, c) = abef, cdgh
    state = [a, b, c, d, e, f, g, h]
    for word in keyed[:2]:
        state = one_round(state, word)
    a, b, _, _, e, f, _, _ = state
    return [f, e, b, a]


def msg1(first: list[int], second: list[int]) -> list[int]:
    return [(word + small0(after)) & MASK for word, after in zip(first, [*first[1:], second[0]], strict=True)]


def msg2(first: list[int], second: list[int]) -> list[int]:
    words = [second[2], second[3]]
    for word in first:
        words.append((word + small1(words[-2])) & MASK)
    return words[2:]


def arm_hash(x: list[int], y: list[int], keyed: list[int]) -> list[list[int]]:
    state = [*x, *y]
    for word in keyed:
        state = one_round(state, word)
    return [state[:4], state[4:]]


def arm_su1(partial: list[int], second: list[int], third: list[int]) -> list[int]:
    added = [*second[1:], third[0]]
    before = [third[2], third[3]]
    for word, other in zip(partial, added, strict=True):
        before.append((word + other + small1(before[-2])) & MASK)
    return before[2:]


INSTRUCTIONS: dict[str, Callable[..., list[int]]] = {
    "llvm.x86.sha256rnds2": rnds2,
    "llvm.x86.sha256msg1": msg1,
    "llvm.x86.sha256msg2": msg2,
    "llvm.aarch64.crypto.sha256h": lambda x, y, keyed: arm_hash(x, y, keyed)[0],
    "llvm.aarch64.crypto.sha256h2": lambda y, x, keyed: arm_hash(x, y, keyed)[1],
    "llvm.aarch64.crypto.sha256su0": msg1,
    "llvm.aarch64.crypto.sha256su1": arm_su1,
}


class Interpreter:
    """Stands in for an IR builder, and computes at once: a vector is a list of four words."""

    @staticmethod
    def words(value: Any) -> list[int]:
        if isinstance(value, ir.Constant):
            return [getattr(each, "constant", each) for each in value.constant]
        return list(value)

    def add(self, first: Any, second: Any) -> list[int]:
        return [(a + b) & MASK for a, b in zip(self.words(first), self.words(second), strict=True)]

    def shuffle_vector(self, first: Any, second: Any, lanes: Any) -> list[int]:
        both = self.words(first) + self.words(second)
        return [both[lane] for lane in self.words(lanes)]


def call(builder: Interpreter, name: str, *arguments: Any) -> list[int]:
    return INSTRUCTIONS[name](*(builder.words(each) for each in arguments))


@pytest.mark.parametrize("messages", [1, 2, 3])
@pytest.mark.parametrize("rounds", [sha256.x86_rounds, sha256.arm_rounds], ids=["x86", "arm"])
def test_the_wiring_of_the_instructions(rounds: Any, messages: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sha256, "_call", call)
    rng = random.Random(3)
    start = hashes.INITIAL.astype(int).reshape(2, 4).tolist()
    for _ in range(20):
        data = [rng.randbytes(55) for _ in range(messages)]
        words = [np.frombuffer(padded(each), ">u4").astype(int).reshape(4, 4).tolist() for each in data]
        found = rounds(Interpreter(), [(start[0], start[1])] * messages, words)
        for each, (first, second) in zip(data, found, strict=True):
            ends = [(a + b) & MASK for a, b in zip([*start[0], *start[1]], [*first, *second], strict=True)]
            assert np.array(ends, ">u4").tobytes() == hashlib.sha256(each).digest()


# Whole hashes

BEFORE, AFTER = b"before", b"after"


def run(kernel: Any, data: bytes, room: int = 32) -> bytes:
    """What a hash kernel writes; all around it must stay."""
    out = np.full(room + 20, 0xEE, np.uint8)
    kernel(np.frombuffer(BEFORE + data + AFTER, np.uint8), len(BEFORE), len(data), WORK, out, 10)
    assert set(out[:10].tolist()) | set(out[10 + room :].tolist()) == {0xEE}
    return out[10 : 10 + room].tobytes()


def double(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


@pytest.mark.parametrize("length", [*range(140), 1_000, 65_537])
def test_hashes_of_every_length(length: int) -> None:
    data = random.Random(length).randbytes(length)
    assert run(hashes.sha256, data) == hashlib.sha256(data).digest()
    assert run(hashes.sha256d, data) == double(data)
    key_hash = RIPEMD160.new(hashlib.sha256(data).digest()).digest()
    assert run(hashes.hash160, data) == key_hash + bytes(12)


def compiled(kernel: Any) -> Any:
    def without_warnings(*arguments: Any) -> None:
        with np.errstate(over="ignore"):
            kernel(*arguments)

    return without_warnings


@pytest.mark.parametrize("length", [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 128, 200])
def test_the_compiled_hashes_also_as_plain_python(length: int) -> None:
    # With JIT off hashlib stands in for these two, so that they would not be run.
    data = random.Random(length).randbytes(length)
    assert run(compiled(hashes._sha256_compiled), data) == hashlib.sha256(data).digest()
    assert run(compiled(hashes._sha256d_compiled), data) == double(data)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_ripemd160(data: bytes) -> None:
    out = np.full(24, 0xEE, np.uint8)
    hashes.ripemd160_of_32(np.frombuffer(b"x" + data, np.uint8), 1, out, 2)
    assert out[2:22].tobytes() == RIPEMD160.new(data).digest()
    assert out[:2].tobytes() + out[22:].tobytes() == b"\xee" * 4


# Merkle roots


def kernel_root(row: list[bytes]) -> tuple[bytes, bool]:
    level = np.full(32 * (len(row) + 1), 0xEE, np.uint8)
    level[: 32 * len(row)] = np.frombuffer(b"".join(row), np.uint8)
    mutated = hashes.merkle_root(level, len(row), WORK)
    return level[:32].tobytes(), bool(mutated)


def row_of(count: int) -> list[bytes]:
    return [hashlib.sha256(bytes([number % 256, number // 256])).digest() for number in range(count)]


@pytest.mark.parametrize("count", [*range(1, 40), 63, 64, 65, 127, 129, 500, 1_023])
def test_merkle_roots(count: int) -> None:
    row = row_of(count)
    assert kernel_root(row) == (plain.merkle_root(row)[0], False)


@pytest.mark.parametrize("count", range(2, 34))
def test_repetitions_that_keep_the_root(count: int) -> None:
    row = row_of(count)
    seen = 0
    for again in range(1, count + 1):
        repeated = row + row[-again:]
        assert kernel_root(repeated) == plain.merkle_root(repeated)
        if kernel_root(repeated)[0] == kernel_root(row)[0]:
            assert kernel_root(repeated)[1]
            seen += 1
    # A power of two is complete: nothing can be added to it without another root.
    assert bool(seen) == bool(count & (count - 1))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.sampled_from(row_of(4)), min_size=1, max_size=20))
def test_rows_of_few_hashes(row: list[bytes]) -> None:
    assert kernel_root(row) == plain.merkle_root(row)
