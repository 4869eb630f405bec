"""A small economy that has run, for each era."""

from __future__ import annotations

import pytest

pytest.importorskip("pydantic", reason="the extra simulate is not installed")

from clew.simulate.economy.course import Course
from clew.simulate.economy.make import Size, run
from clew.simulate.worlds.load import load

SMALL = Size(blocks=260, people=120, payments=60, payers=30, accounts=50)


def lived(world: str, seed: int = 1, size: Size = SMALL) -> Course:
    """An economy of a shipped world that has run."""
    *_, course = run(load(world), seed, size)
    return course


@pytest.fixture(scope="session", params=["2012", "2015", "2021", "2025"])
def course(request: pytest.FixtureRequest) -> Course:
    return lived(request.param)


CASE = Size(blocks=400, people=300, payments=200, accounts=1_000)


@pytest.fixture(scope="session")
def case() -> Course:
    """An economy large enough for every route and look-alike."""
    return lived("2015", 3, CASE)
