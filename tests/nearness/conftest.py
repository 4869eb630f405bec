"""A small economy, and its blocks as the measures see them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

pytest.importorskip("pydantic", reason="the extra simulate is not installed")

from clew.simulate.economy.blocks import FillerWriter
from clew.simulate.economy.course import Course
from clew.simulate.economy.make import Size, run
from clew.simulate.worlds.load import load
from likeness.chains import Scene, simulated


@pytest.fixture(scope="session")
def course() -> Course:
    """A small economy of 2021 that has run."""
    *_, last = run(load("2021"), 1, Size(blocks=400, people=150, payments=40, payers=25, accounts=10))
    return last


@pytest.fixture(scope="session")
def scenes(course: Course) -> Sequence[Scene]:
    """Its blocks, read back from their bytes."""
    return list(simulated(course, FillerWriter(course), 1))
