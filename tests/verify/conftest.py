"""A small chain with a bit of everything: its block files, its undo file, its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from build.nodes import KEY, REGTEST, built, lively_blocks, node
from clew.bitcoin.block import parse_block
from naive.undo import write_undo_file


@dataclass(frozen=True)
class Made:
    """Where everything of one chain lies."""

    blocks: Sequence[bytes]
    folder: Path
    ledger: Path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    room = tmp_path_factory.mktemp("verify")
    blocks = lively_blocks(24)
    folder = node(room / "blocks", blocks, xor_key=KEY)
    write_undo_file(folder, [parse_block(raw) for raw in blocks], REGTEST.magic, key=KEY)
    built(room / "ledger", folder)
    return Made(blocks, folder, room / "ledger")
