"""How the memory that a build may use is shared out."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clew.build.batches import BATCH_BYTES
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.disk import storage

SMALLEST = 0.1
"""Least memory that a build can be given, in GiB."""
_SMALLEST_BATCH = 1 << 20


@dataclass(frozen=True)
class Memory:
    """Bytes that a build may use for what it holds, beyond what the empty process uses."""

    bytes: int

    @classmethod
    def of(cls, gib: float | None) -> Memory:
        """So many GiB, or half of the machine's. Raises UsageError."""
        if gib is None:
            return cls(machine() // 2)
        if not gib >= SMALLEST:
            raise UsageError(f"--memory: expected at least {SMALLEST} GiB, found {gib:g}")
        return cls(int(gib * (1 << 30)))

    def batch_bytes(self, threads: int) -> int:
        """Bytes of blocks that are read as one: some are under way on each thread and beside."""
        return max(_SMALLEST_BATCH, min(BATCH_BYTES, self.bytes // (12 * (threads + 3))))

    def append_bytes(self) -> int:
        """Bytes of blocks that are appended to a ledger as one."""
        return max(_SMALLEST_BATCH, min(BATCH_BYTES, self.bytes // 64))

    def table_room(self, folder: Path) -> Callable[[tuple[int, int]], Array]:
        """Gives room for a table (uint64, zeros): in memory, or where it is too large, in a file."""
        number = 0

        def room(shape: tuple[int, int]) -> Array:
            nonlocal number
            size = 8 * shape[0] * shape[1]
            # While a table grows, the smaller one is there, too.
            if 2 * size <= self.bytes:
                return np.zeros(shape, np.uint64)
            number += 1
            return _on_disk(folder / f"unspent-{number}", folder / f"unspent-{number - 1}", shape)

        return room


def _on_disk(path: Path, before: Path, shape: tuple[int, int]) -> Array:
    """A table in a file whose place on the disk is there before it is mapped."""
    size = 8 * shape[0] * shape[1]
    with storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                for first in range(0, size, 1 << 24):
                    file.write(bytes(min(1 << 24, size - first)))
        table: Array = np.memmap(path, np.uint64, "r+", shape=shape)
        if os.name == "posix":
            # It goes when nobody holds it any more.
            before.unlink(missing_ok=True)
        return table


def machine() -> int:
    """Bytes of memory that this machine has; 8 GiB where it does not say."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 << 30
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            limit = Path(name).read_text().strip()
        except OSError:
            continue
        if limit.isdigit():
            return min(whole, int(limit))
    return whole


def give_back() -> None:
    """Give memory that the allocator keeps for later back to the system, where it can be asked to."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim:
            trim(0)
