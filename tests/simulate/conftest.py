"""One simulated economy for all tests of this folder."""

from __future__ import annotations

import pytest

from clew.simulate.small_economy import Economy, simulate

SEED = 7
BLOCKS = 320


@pytest.fixture(scope="session")
def economy(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    """An economy of the usual kind, shorter than the demo's."""
    return simulate(tmp_path_factory.mktemp("economy") / "world", seed=SEED, blocks=BLOCKS)
