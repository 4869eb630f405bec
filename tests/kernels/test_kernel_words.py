"""Words, runs of bytes and borrowed arrays against plain Python, at every alignment."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import numpy as np
import pytest

from clew.kernels import words
from clew.kernels.jit import JIT, borrowed, kernel

BYTES = random.Random(5).randbytes(40) + b"\xff" * 16 + bytes(16)
PLACES = range(len(BYTES) - 8)
LOADS = {"u16": (2, False), "u32": (4, False), "i64": (8, True), "u64": (8, False)}
LOOPS = {name: getattr(words, f"_{name}_loop") for name in (*LOADS, "put_u64", "copy", "clear", "put_state")}


def both(name: str) -> list[Any]:
    """The form that this process takes, in a kernel as it must be, and the loop that can stand in."""
    return [getattr(words, name), LOOPS[name]]


def call_load(load: Any) -> Any:
    @kernel
    def run(data: Any, at: int) -> Any:
        return load(data, at)

    return run


@pytest.mark.parametrize("name", LOADS)
def test_loads(name: str) -> None:
    data = np.frombuffer(BYTES, np.uint8).copy()
    size, signed = LOADS[name]
    for load in both(name):
        run = call_load(load)
        for at in PLACES:
            assert int(run(data, at)) == int.from_bytes(BYTES[at : at + size], "little", signed=signed)


def run_put(put: Any) -> Any:
    @kernel
    def run(out: Any, at: int, value: Any) -> None:
        put(out, at, value)

    return run


def test_put_u64() -> None:
    for put in both("put_u64"):
        run = run_put(put)
        for at, value in zip(range(20), [0, 1, 2**63, 2**64 - 1, *range(3**40, 3**40 + 16)], strict=True):
            out = np.full(40, 0xEE, np.uint8)
            run(out, at, np.uint64(value))
            expected = b"\xee" * at + value.to_bytes(8, "little") + b"\xee" * (32 - at)
            assert out.tobytes() == expected


def run_copy(copy: Any) -> Any:
    @kernel
    def run(data: Any, start: int, length: int, out: Any, at: int) -> None:
        copy(data, start, length, out, at)

    return run


@pytest.mark.parametrize("dtype", [np.uint8, np.uint32])
def test_copy(dtype: type) -> None:
    data = np.arange(200, dtype=dtype)
    for copy in both("copy"):
        run = run_copy(copy)
        for length in (0, 1, 7, 8, 20, 32, 150):
            out = np.full(170, 9, dtype)
            run(data, 13, length, out, 5)
            assert out.tolist() == [9] * 5 + list(range(13, 13 + length)) + [9] * (165 - length)


def run_clear(clear: Any) -> Any:
    @kernel
    def run(out: Any, at: int, length: int) -> None:
        clear(out, at, length)

    return run


def test_clear() -> None:
    for clear in both("clear"):
        run = run_clear(clear)
        for length in (0, 1, 9, 48, 100):
            out = np.full(120, 9, np.uint8)
            run(out, 3, length)
            assert out.tolist() == [9] * 3 + [0] * length + [9] * (117 - length)


def run_put_state(put_state: Any) -> Any:
    @kernel
    def run(state: Any, first: int, out: Any, at: int) -> None:
        put_state(state, first, out, at)

    return run


def test_put_state() -> None:
    state = np.frombuffer(BYTES[:64], np.uint32).copy()
    for put_state in both("put_state"):
        run = run_put_state(put_state)
        for first in (0, 3, 8):
            out = np.full(50, 0xEE, np.uint8)
            run(state, first, out, 7)
            assert (
                out.tobytes() == b"\xee" * 7 + state[first : first + 8].astype(">u4").tobytes() + b"\xee" * 11
            )


class Pair(NamedTuple):
    """Two arrays and a number."""

    first: Any
    second: Any
    number: Any


@kernel
def add_borrowed(pair: Pair) -> Any:
    pair = borrowed(pair)
    for row in range(len(pair.first)):
        pair.second[row] += pair.first[row] * pair.number
    return pair.number


def test_borrowed_arrays_are_the_same_and_outlive_the_call() -> None:
    pair = Pair(np.arange(10), np.ones(10, np.int64), 3)
    for _ in range(3):
        assert add_borrowed(pair) == 3
    assert pair.second.tolist() == [1 + 9 * row for row in range(10)]
    assert pair.first.tolist() == list(range(10))


@kernel
def add_borrowed_array(array: Any, more: Any) -> None:
    array = borrowed(array)
    array += more


def test_a_borrowed_array_alone() -> None:
    array = np.arange(4)
    add_borrowed_array(array, 2)
    assert array.tolist() == [2, 3, 4, 5]


def test_words_are_loaded_as_such_where_kernels_are_compiled() -> None:
    assert words.RAW == JIT
