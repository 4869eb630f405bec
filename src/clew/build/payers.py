"""Whose output each input spends, where the outputs' columns are larger than memory.

Looked up one by one, old outputs would be read from all over the disk. So the columns are held part by
part, and for each part all inputs are gone through in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from clew.kernels import postings
from clew.ledger.columns import Array
from clew.ledger.disk import storage, write_all
from clew.schema import NO_ADDRESS

ADDRESS, TYPE = "payers.address", "payers.type"
FILES = frozenset({ADDRESS, TYPE})
_CHUNK = 1 << 20
OUTPUT_BYTES = 5
"""Bytes of an output's address and script type."""


class Payers:
    """Addresses and script types of spent outputs, by input, in two files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(
        self,
        columns: Mapping[str, Any],
        counts: Mapping[str, int],
        parts: Iterator[tuple[int, int]],
        step: Callable[[int, int], None],
    ) -> None:
        """Write the files, in a pass over all inputs for each of ``parts`` of the outputs.

        ``step(done, total)`` is told of outputs. Raises StorageError.
        """
        with storage(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            for name in FILES:
                (self._folder / name).write_bytes(b"")
            for begin, end in parts:
                self._pass(columns, counts["inputs"], begin, end)
                step(end, counts["outputs"])

    def _pass(self, columns: Mapping[str, Any], inputs: int, begin: int, end: int) -> None:
        addresses = np.array(columns["outputs.address"][begin:end])
        types = np.array(columns["outputs.script_type"][begin:end])
        spent = columns["inputs.spent_output"]
        for first in range(0, inputs, _CHUNK):
            last = min(first + _CHUNK, inputs)
            found = self.of(first, last) if begin else None
            payers, kinds = found or (
                np.full(last - first, NO_ADDRESS, np.uint32),
                np.zeros(last - first, np.uint8),
            )
            postings.fill_payers(
                spent.low[first:last], spent.high[first:last], begin, addresses, types, payers, kinds
            )
            for name, data in ((ADDRESS, payers), (TYPE, kinds)):
                with open(self._folder / name, "r+b", buffering=0) as file:
                    file.seek(first * data.itemsize)
                    write_all(file, data.data.cast("B"))

    def of(self, first: int, last: int) -> tuple[Array, Array]:
        """Addresses (uint32, NO_ADDRESS for a coinbase) and script types (uint8) of inputs."""
        count = last - first
        address = np.fromfile(self._folder / ADDRESS, np.uint32, count, offset=4 * first)
        return address, np.fromfile(self._folder / TYPE, np.uint8, count, offset=first)
