"""The queue of messages against hashlib: every length, in place and in the arena, in any order."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernels import queue as kernels
from clew.kernels.hashes import ARENA, new_work, put_end
from clew.kernels.jit import JIT
from kernels.running import EXAMPLES

ROOM = 1 << 17
WORK, QUEUE = new_work(ROOM), kernels.new_queue()
FORMS = {"chosen": kernels.hash_queue, "compiled": kernels._hash_queue_compiled}
BEFORE = b"before"


def double(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def add(place: int, length: int, target: int) -> None:
    job = QUEUE.used[0]
    QUEUE.jobs[job] = place, length, target
    QUEUE.used[0] += 1


def put_in_arena(message: bytes) -> int:
    """Copy a message to the arena, with its padding; its place for the queue."""
    place, whole = ARENA + int(QUEUE.used[1]), len(message) // 64 * 64
    WORK.pad[place : place + len(message)] = np.frombuffer(message, np.uint8)
    QUEUE.used[1] += whole + 64 * put_end(WORK.pad, place + whole, len(message))
    return ~place


def hashed(form: Any, messages: list[bytes], arena: list[bool]) -> list[bytes]:
    """The hash of each message, every second one written beside."""
    data = np.frombuffer(BEFORE + b"".join(messages), np.uint8).copy()
    outs = [np.full(32 * len(messages) + 8, 0xEE, np.uint8) for _ in range(2)]
    at = len(BEFORE)
    for number, (message, away) in enumerate(zip(messages, arena, strict=True)):
        place = put_in_arena(message) if away else at
        add(place, len(message), ~(32 * number) if number % 2 else 32 * number)
        at += len(message)
    with np.errstate(over="ignore"):
        form(data, QUEUE, WORK, *outs)
    assert QUEUE.used.tolist() == [0, 0]
    rows = [out.tobytes() for out in outs]
    untouched = b"\xee" * 32
    for number in range(len(messages)):
        assert rows[1 - number % 2][32 * number : 32 * number + 32] == untouched
    return [rows[number % 2][32 * number : 32 * number + 32] for number in range(len(messages))]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(20 if JIT else 2))
def test_many_lengths(form: str, seed: int) -> None:
    rng = random.Random(seed)
    most = kernels.JOBS if JIT else 8
    messages = [rng.randbytes(rng.choice((rng.randrange(200), rng.randrange(1_500)))) for _ in range(most)]
    arena = [rng.random() < 0.4 for _ in messages]
    assert hashed(FORMS[form], messages, arena) == [double(message) for message in messages]


@pytest.mark.parametrize("length", [*range(0, 130), 183, 184, 1_000])
def test_every_length_alone_and_beside_another(length: int) -> None:
    message = random.Random(length).randbytes(length)
    for messages in ([message], [message, b"another" * 40], [b"", message, message]):
        for away in (False, True):
            found = hashed(kernels.hash_queue, messages, [away] * len(messages))
            assert found == [double(each) for each in messages]


def test_an_empty_queue() -> None:
    for form in FORMS.values():
        assert hashed(form, [], []) == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=300), st.booleans()), max_size=8))
def test_any_messages(drawn: list[tuple[bytes, bool]]) -> None:
    messages = [message for message, _ in drawn]
    found = hashed(kernels.hash_queue, messages, [away for _, away in drawn])
    assert found == [double(message) for message in messages]
