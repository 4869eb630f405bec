"""The rows of a ledger that are on disk, committed or not."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clew.build.rows import Rows
from clew.engine.local import LocalEngine
from clew.ledger.manifest import Manifest, Written
from clew.ledger.tables import TableWriter, read_column
from clew.schema import ROW_TABLES, table


@dataclass(frozen=True)
class WrittenRows:
    """Rows in ``folder`` of ``ledger``, as many as ``written`` counts."""

    ledger: Path
    folder: str
    written: Written

    @classmethod
    def of(cls, ledger: Path, manifest: Manifest) -> WrittenRows:
        """The rows that a manifest says are on disk."""
        return cls(ledger, manifest.rows_folder, manifest.written)

    def at(self, blocks: int) -> Written:
        """The point after the first ``blocks`` blocks."""
        digest = self.column("block_digests.digest")[blocks - 1].tobytes().hex() if blocks else "00" * 32
        return Written(blocks, self.counts_at(blocks), digest)

    def column(self, name: str) -> Any:
        """A column of the rows written so far."""
        of = table(name.partition(".")[0])
        return read_column(
            self.ledger / self.folder,
            of,
            of.column(name.partition(".")[2]),
            int(self.written.counts.get(of.name, 0)),
        )

    def counts_at(self, blocks: int) -> dict[str, int]:
        """Rows of each table that belong to the first ``blocks`` blocks."""
        whole = {name: int(count) for name, count in self.written.counts.items()}
        if not blocks:
            return dict.fromkeys(whole, 0)
        firsts = {
            "transactions": "first_transaction",
            "outputs": "first_output",
            "inputs": "first_input",
            "addresses": "first_address",
        }
        counts = {"blocks": blocks, "block_digests": blocks}
        for name, column in firsts.items():
            counts[name] = int(self.column(f"blocks.{column}")[blocks])
        for name, column, limit in (
            ("address_tails", "address", "addresses"),
            ("overwritten", "by", "transactions"),
            ("unspendable", "output", "outputs"),
        ):
            counts[name] = int((self.column(f"{name}.{column}")[:] < counts[limit]).sum())
        return counts

    def copy(self, counts: dict[str, int], folder: str) -> None:
        """Copy the first ``counts`` rows of each table to a new folder. Raises StorageError."""
        writer = TableWriter(self.ledger / folder, ROW_TABLES, {})
        try:
            for of in ROW_TABLES:
                for first in range(0, counts[of.name], 1 << 22):
                    last = min(first + (1 << 22), counts[of.name])
                    parts = {c.name: self.column(f"{of.name}.{c.name}")[first:last] for c in of.columns}
                    writer.append(of.name, parts)
            writer.sync()
        finally:
            writer.close()


class RowsUnderWay:
    """Appends rows beside other work, and knows at any moment how far they are on disk.

    Ctrl-C can come between the start of an append and the caller's hearing of it; so what is
    written is noted where it is written, and closing waits for whatever runs still.
    """

    def __init__(self, ledger: Path, manifest: Manifest, engine: LocalEngine) -> None:
        self._writer = TableWriter(ledger / manifest.rows_folder, ROW_TABLES, dict(manifest.written.counts))
        self._engine = engine
        self._written = manifest.written
        self._coming: Future[None] | None = None
        self._gate = threading.Lock()
        self._open = True

    def append(self, rows: Rows, digest: bytes) -> None:
        """Start to append the rows of the next blocks; ``digest`` is the rolling one at their end."""
        self.settle()
        self._coming = self._engine.aside(lambda: self._append(rows, digest))

    def _append(self, rows: Rows, digest: bytes) -> None:
        with self._gate:
            if self._open:
                for name, columns in rows.items():
                    self._writer.append(name, columns)
                counts = dict(self._writer.counts)
                self._written = Written(counts["blocks"], counts, digest.hex())

    def settle(self) -> None:
        """Wait for the append that was started. Raises what it raised."""
        if self._coming:
            self._coming.result()
            self._coming = None

    def sync(self) -> Written:
        """Make what is appended survive a power cut; returns how much that is. Raises StorageError."""
        with self._gate:
            self._writer.sync()
            return self._written

    def close(self) -> None:
        """Wait for whatever is still being written, and close the files."""
        with self._gate:
            self._open = False
            self._writer.close()
