"""Small economies of each era, whole: blocks, tables and all that lies beside them."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra simulate is not installed")
pytest.importorskip("pydantic", reason="the extra simulate is not installed")

from clew.bitcoin.transaction import Transaction
from simulate.economy.truth.whole import Whole, blocks_of, make_whole


@pytest.fixture(scope="session", params=["2012", "2015", "2021", "2025"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return make_whole(tmp_path_factory.mktemp("whole") / request.param, request.param)


@pytest.fixture(scope="session")
def chain(whole: Whole) -> list[list[Transaction]]:
    """The transactions of each block of the best chain, read from the files by the plain parser."""
    return list(blocks_of(whole))


@pytest.fixture(scope="session")
def outputs(whole: Whole) -> list[dict[str, Any]]:
    return whole.rows("outputs")


@pytest.fixture(scope="session")
def names(whole: Whole) -> list[dict[str, Any]]:
    return whole.rows("actors")


@pytest.fixture(scope="session")
def addresses(whole: Whole) -> list[dict[str, Any]]:
    return whole.rows("addresses")
