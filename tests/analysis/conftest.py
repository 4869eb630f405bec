"""Ledgers to ask: real blocks, and the small chain of a shop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clew.analysis.inquiry import Inquiry
from naive.chain import Chain
from naive.frames import read_frames
from naive.ledger import build_ledger
from naive.shop import shop_chain


@pytest.fixture(scope="session")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Inquiry:
    """The main chain's first 4,313 blocks."""
    blocks = read_frames(shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat")
    return Inquiry(build_ledger(tmp_path_factory.mktemp("real"), blocks))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Inquiry:
    """The chain of ``naive.shop``."""
    return Inquiry(build_ledger(tmp_path_factory.mktemp("shop"), shop_chain().raw, "regtest"))


@pytest.fixture
def ask(tmp_path: Path) -> Callable[[Chain], Inquiry]:
    """Builds the ledger of a made chain."""
    return lambda chain: Inquiry(build_ledger(tmp_path / "ledger", chain.raw, "regtest"))
