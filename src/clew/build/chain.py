"""Which blocks to index: the best chain that the files hold, beside what the ledger has of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clew.build.batches import BlockReader
from clew.build.summary import Progress
from clew.build.written import WrittenRows
from clew.ledger import source
from clew.ledger.blockfiles import BlockFiles
from clew.ledger.frames import FileScan
from clew.ledger.headers import Node
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Manifest


class ChainFinder:
    """Finds the chain, and collects in ``notices`` what was passed over on the way."""

    def __init__(
        self,
        ledger: Path,
        manifest: Manifest,
        files: BlockFiles,
        reader: BlockReader,
        progress: Callable[[Progress], None],
        until: int | None,
    ) -> None:
        self.ledger = ledger
        self.manifest = manifest
        self.rows = WrittenRows.of(ledger, manifest)
        self.files = files
        self.reader = reader
        self.progress = progress
        self.until = until
        self.notices: list[str] = []
        self.remembers = False

    def find(self, memory: Path | None) -> tuple[source.Chain, list[FileScan]]:
        """Scan the files, taking from ``memory`` what has not changed; the chain and the scans."""
        if self.manifest.tip:
            # Before anything else: are all its columns there?
            Ledger(self.ledger).close()
        scans = source.scan(
            self.files,
            memory,
            lambda done, total: self.progress(Progress("scan", done, total, "bytes")),
        )
        self.remembers = any(found.remembered for found in scans)
        chain = self._best_chain(scans)
        for piece in chain.skipped:
            size = "1 byte" if piece.length == 1 else f"{piece.length:,} bytes"
            self.notices.append(
                f"{self.files.name(piece.file)}: skipped {size} at offset {piece.offset:,}: {piece.reason}"
            )
        for frame in chain.cut:
            self.notices.append(
                f"{self.files.name(frame.file)}: skipped a block at offset {frame.offset:,} that the end of "
                "the file cuts off: still being written, or damaged"
            )
        if chain.waiting:
            self.notices.append(f"{chain.waiting:,} blocks wait for a parent that no file holds")
        return chain, scans

    def _best_chain(self, scans: list[FileScan]) -> source.Chain:
        """The best chain whose last block is written to its end."""
        known, written = None, self.manifest.written.blocks
        if written:
            known = source.known_blocks(self.rows.column("blocks.hash"), self.rows.column("blocks.work"))
        unfinished: set[bytes] = set()
        while True:
            chain = source.best_chain(
                self.files,
                scans,
                known=known or (lambda _: None),
                known_tip=written - 1,
                until=self.until,
                without=unfinished,
            )
            if not self.reader.is_unfinished(chain.tip):
                return chain
            unfinished.add(chain.tip.hash)
            frame = chain.tip.frame
            self.notices.append(
                f"{self.files.name(frame.file)}: left out the last block, at offset {frame.offset:,}: still "
                "being written"
            )

    def plan(self, chain: source.Chain) -> tuple[list[Node], int]:
        """The blocks to read, and how many of those written to keep."""
        committed = self.manifest.committed().blocks
        if not self._is_better(chain.tip):
            return [], committed
        shared = self._shared(chain)
        last = chain.tip.height if self.until is None else self.until
        wanted = [node for node in chain.blocks if shared <= node.height <= last]
        if not wanted:
            # Nothing to add: then nothing is undone either.
            return [], max(committed, min(shared, last + 1))
        return wanted, shared

    def _is_better(self, tip: Node) -> bool:
        """Has the files' chain more work than the ledger's, or as much and the lower hash?"""
        ours = self.manifest.tip
        if ours is None:
            return True
        work = int(ours.work, 16)
        return tip.work > work or (tip.work == work and self._beats(tip))

    def _beats(self, tip: Node) -> bool:
        """Of two chains of equal work, has the files' the lower hash?"""
        assert self.manifest.tip is not None
        ours = bytes.fromhex(self.manifest.tip.hash)[::-1]
        return int.from_bytes(tip.hash, "little") < int.from_bytes(ours, "little")

    def _shared(self, chain: source.Chain) -> int:
        """How many blocks of the rows written are also in the chain."""
        written = self.manifest.written.blocks
        if not written:
            return 0
        hashes = self.rows.column("blocks.hash")
        shared = min(written, chain.blocks[0].height)
        for node in chain.blocks:
            if node.height >= written or hashes[node.height].tobytes() != node.hash:
                break
            shared = node.height + 1
        return shared
