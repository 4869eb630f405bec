"""A small economy with every kind of coinjoin and of shared transaction, which has run."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pydantic", reason="the extra simulate is not installed")

from simulate.economy.joins.lived import EVERYTHING, Lived, live


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return live(tmp_path_factory.mktemp("worlds") / "everything.yaml", EVERYTHING)


@pytest.fixture(scope="session")
def example(shared_data: Path) -> Path:
    """The folder of real transactions, as an explorer shows them."""
    return shared_data / "esplora"
