"""A quick place for ledgers: each commit waits for the disk, which memory does not."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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
