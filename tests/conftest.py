"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The first example of a test may wait for a kernel to compile.
settings.register_profile("clew", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("clew")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real blocks and lists; a test that needs it skips where it is missing."""
    if not (SHARED_DATA / "README.md").is_file():
        pytest.skip("real blocks and lists are not here (expected beside the project: ../shared/data)")
    return SHARED_DATA
