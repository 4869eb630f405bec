"""Which blocks to index: the best chain that the files hold, beside what the ledger has of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clew.build.summary import Progress
from clew.errors import WrongNetworkError
from clew.ledger import manifest as manifests
from clew.ledger import source
from clew.ledger.blockfiles import BlockFiles
from clew.ledger.blocksource import BlockSource
from clew.ledger.frames import FileScan
from clew.ledger.headers import Node
from clew.ledger.manifest import Manifest, Tip
from clew.ledger.work import WorkCheck


@dataclass(frozen=True)
class Held:
    """Blocks that the ledger's files hold, committed or not: columns of hashes and of total work."""

    hashes: Any = ()
    work: Any = ()


class ChainFinder:
    """Finds the chain, and collects in ``notices`` what was passed over on the way."""

    def __init__(
        self,
        ledger: Path,
        manifest: Manifest,
        held: Held,
        files: BlockSource,
        progress: Callable[[Progress], None],
        until: int | None,
        check: WorkCheck | None = None,
    ) -> None:
        self.ledger = ledger
        self.manifest = manifest
        self.held = held
        self.files = files
        self.progress = progress
        self.until = until
        self.check = check or source.work_check(files)
        self.notices: list[str] = []
        self.remembers = False

    def find(self, memory: Path | None) -> tuple[source.Chain, list[FileScan]]:
        """Scan the files, taking from ``memory`` what has not changed; the chain and the scans."""
        unit = "files" if isinstance(self.files, BlockFiles) else "headers"
        scans = source.scan(
            self.files,
            memory,
            lambda done, total: self.progress(Progress("scan", done, total, unit)),
            self.held.hashes,
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
        known, tip = source.known_blocks(self.held.hashes, self.held.work), len(self.held.hashes) - 1
        try:
            chain, unfinished = source.finished_chain(
                self.files, scans, known=known, known_tip=tip, until=self.until, check=self.check
            )
        except WrongNetworkError as error:
            if not (self.ledger / manifests.FILE_NAME).exists():
                raise
            # The ledger has decided the network, so that naming another is not enough.
            found, _, hint = str(error).rpartition("; ")
            raise WrongNetworkError(
                f"{found}; this ledger is of {self.manifest.network}; name another folder with --ledger and "
                f"{hint}"
            ) from None
        for node in unfinished:
            self.notices.append(
                f"{self.files.name(node.frame.file)}: left out the last block, at offset "
                f"{node.frame.offset:,}: still being written"
            )
        for frame in self.check.left_out:
            self.notices.append(
                f"{self.files.name(frame.file)}: left out the block at offset {frame.offset:,}, and "
                "what builds on it: its work was not done"
            )
        if self.check.notice:
            self.notices.append(self.check.notice)
        return chain

    def plan(self, chain: source.Chain) -> tuple[list[Node], int]:
        """The blocks to read, and how many of those held to keep."""
        committed, tip = self.manifest.blocks, self.manifest.tip
        if not source.is_better(chain.tip, tip):
            return [], committed
        shared = source.shared_blocks(chain, self.held.hashes)
        last = chain.tip.height if self.until is None else self.until
        wanted = [node for node in chain.blocks if shared <= node.height <= last]
        if not wanted:
            # Nothing to add: then nothing is undone either.
            return [], max(committed, min(shared, last + 1))
        if shared < committed and not source.is_better(wanted[-1], tip):
            # The branch is the better one only beyond --until.
            return [], committed
        return wanted, shared

    def tell(self, chain: source.Chain, before: Tip | None, now: Tip, hashes: Any) -> None:
        """Note what the files have and the ledger has not, or the other way round.

        ``before`` and ``now`` are the ledger's tips, ``hashes`` its blocks by height.
        """
        same = before is not None and before.hash == now.hash
        if same and self.until is not None and self.until < now.height:
            self.notices.append(
                f"--until {self.until}: the ledger is already at {now.height:,}; nothing undone"
            )
        end = chain.tip.height
        if same and end < now.height and not source.is_better(chain.tip, now):
            self.notices.append(
                f"the files end at height {end:,}, the ledger is at {now.height:,}; nothing to add"
            )
        if self.until is not None and source.is_better(chain.tip, now):
            more = end + 1 - source.shared_blocks(chain, hashes)
            what = "1 more block is" if more == 1 else f"{more:,} more blocks are"
            self.notices.append(f"--until {self.until}: {what} in the files")
