"""Real main-network blocks: what Bitcoin Core counts in them, and the slow twin's digest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from build.nodes import digest, truth
from clew.build import index
from clew.ledger.ledger import Ledger
from naive.frames import read_frames

TIP = "00000000a9da635727dce622d78361b153ce3334e6a60d4377fad529abfc7863"


@pytest.fixture(scope="module")
def blocks(shared_data: Path) -> Path:
    return shared_data / "blocks"


@pytest.fixture(scope="module")
def first_blocks(blocks: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Digest of heights 0-4312 by the slow twin."""
    raw = read_frames(blocks / "mainnet-0-4312" / "blk00000.dat")
    return truth(tmp_path_factory.mktemp("naive") / "ledger", raw, "main")


@pytest.mark.parametrize("folder", ["mainnet-0-4312", "mainnet-0-4312-xor"])
@pytest.mark.parametrize("how", [{}, {"threads": 1}, {"threads": 5, "batch_bytes": 30_000}])
def test_the_first_blocks(
    blocks: Path, room: Path, first_blocks: str, folder: str, how: dict[str, int]
) -> None:
    summary = index(room / "ledger", blocks / folder, **how)  # type: ignore[arg-type]
    ledger = Ledger(room / "ledger")
    assert ledger.digest() == first_blocks
    assert (summary.counts["blocks"], summary.counts["transactions"]) == (4313, 4371)
    assert summary.counts == ledger.counts
    assert (summary.tip.height, summary.tip.hash) == (4312, TIP)
    assert (summary.stale_blocks, summary.duplicate_frames, summary.rolled_back) == (0, 0, 0)
    assert ledger.manifest.sums.unspent_outputs == 4149
    assert ledger.manifest.sums.unspent_value == 215_600 * 10**8
    assert summary.notices == ()
    assert summary.bytes_read == sum(
        len(raw) for raw in read_frames(blocks / "mainnet-0-4312" / "blk00000.dat")
    )


@pytest.mark.parametrize("second", ["blk00001.dat", "incompleteblk.dat"])
def test_the_odd_files(blocks: Path, room: Path, second: str) -> None:
    folder = room / "blocks"
    folder.mkdir()
    shutil.copy(blocks / "odd" / "blk00000.dat", folder)
    shutil.copy(blocks / "odd" / second, folder / "blk00001.dat")
    summary = index(room / "ledger", folder)
    raw = [raw for name in ("blk00000.dat", "blk00001.dat") for raw in read_frames(blocks / "odd" / name)]
    assert len(raw) == 600
    assert summary.counts["blocks"] == 600
    assert digest(room / "ledger") == truth(room / "naive", raw, "main")
    if second == "incompleteblk.dat":
        [notice] = summary.notices
        assert "blk00001.dat" in notice
        assert "skipped 1 byte" in notice
        assert summary.duplicate_frames == 1
    else:
        assert summary.notices == ()
