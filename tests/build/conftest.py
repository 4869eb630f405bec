"""A quick place for ledgers: each commit waits for the disk, which memory does not; and a node."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from build.nodeprocess import NodeProcess
from build.nodes import lively_blocks, truth
from clew.ledger import node as line

MEMORY = Path("/dev/shm")


def _folder() -> Iterator[Path]:
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="clew-test-", dir=memory))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def room() -> Iterator[Path]:
    """An empty folder, in memory where the system has such a place."""
    yield from _folder()


@pytest.fixture(scope="module")
def common_room() -> Iterator[Path]:
    """One such folder for all tests of a file."""
    yield from _folder()


@pytest.fixture
def quick_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line to a node that is tried again soon, and not often."""
    monkeypatch.setattr(line, "RETRY_AFTER", (0.01, 0.02, 0.03))


@pytest.fixture(scope="module")
def blocks() -> tuple[bytes, ...]:
    """A chain with a bit of everything."""
    return lively_blocks()


@pytest.fixture(scope="module")
def expected(blocks: Sequence[bytes], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of its ledger, by the slow twin."""
    return truth(tmp_path_factory.mktemp("naive") / "ledger", blocks)


@pytest.fixture
def served(room: Path, blocks: Sequence[bytes]) -> Iterator[NodeProcess]:
    """A node that has that chain."""
    with NodeProcess(room / "node", blocks) as process:
        yield process
