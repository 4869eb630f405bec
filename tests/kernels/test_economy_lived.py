"""A whole small economy, lived and written: the same compiled and as plain Python, in every byte."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pydantic", reason="the extra simulate is not installed")

from clew.simulate.economy.blocks import FillerWriter, filler_keys
from clew.simulate.economy.course import Course
from clew.simulate.economy.make import Size, run
from clew.simulate.economy.plain import PlainWriter
from clew.simulate.worlds.load import load
from naive.economy import Filler

TINY = Size(blocks=200, people=20, payments=8, payers=4, accounts=0)
PLAINLY = "from kernels.test_economy_lived import digest, lived; print(digest(lived()))"


def lived() -> Course:
    *_, course = run(load("2021"), 4, TINY)
    return course


def digest(course: Course) -> str:
    """SHA-256 of all blocks and undo records."""
    writer, whole = FillerWriter(course), hashlib.sha256()
    for height in range(1, course.blocks):
        for part in writer.block(height):
            whole.update(bytes(part))
    return whole.hexdigest()


@pytest.fixture(scope="module")
def course() -> Course:
    return lived()


@pytest.mark.jit_only
def test_it_is_the_same_compiled_or_not(course: Course) -> None:
    tests = Path(__file__).parents[1]
    path = os.pathsep.join([str(tests), str(tests.parent / "src")])
    plain = subprocess.run(
        [sys.executable, "-c", PLAINLY],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert plain.stdout.strip() == digest(course)


def test_its_bytes_are_the_plain_writers(course: Course) -> None:
    fast = FillerWriter(course)
    slow = PlainWriter(course, Filler(filler_keys(course.dice.separate("keys"))))
    for height in range(1, course.blocks):
        for here, there in zip(fast.block(height), slow.block(height), strict=True):
            assert bytes(here) == bytes(there), height
    for here, there in zip(fast.names, slow.names, strict=True):
        np.testing.assert_array_equal(here, there)
