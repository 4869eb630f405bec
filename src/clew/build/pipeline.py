"""From a node's block files to a ledger, in one go or on from where the last run stood."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from clew.build import generations
from clew.build.batches import BATCH_BYTES, BlockReader
from clew.build.chain import ChainFinder
from clew.build.derive import Derivation, rules_in_force
from clew.build.holding import hold
from clew.build.origin import open_origin
from clew.build.rows import RowMaker
from clew.build.summary import Progress, Summary
from clew.build.written import RowsUnderWay, WrittenRows
from clew.engine.local import LocalEngine
from clew.errors import (
    BadBlockError,
    MissingBlockError,
    NodeAwayError,
    NotALedgerError,
    StoppedError,
    UsageError,
    WrongNetworkError,
)
from clew.ledger import manifest as manifests
from clew.ledger import source
from clew.ledger.blockfiles import BlockFiles
from clew.ledger.blocksource import BlockSource
from clew.ledger.headers import Node
from clew.ledger.manifest import Manifest, Rule, Tip, Written
from clew.ledger.nodeaddress import NodeAddress
from clew.ledger.tables import cut_back
from clew.schema import ROW_TABLES

COMMIT_BYTES = 512 << 20
COMMIT_SECONDS = 30.0


def index(
    ledger: Path,
    blocks: Path | None = None,
    *,
    network: str | None = None,
    magic: bytes | None = None,
    until: int | None = None,
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    batch_bytes: int | None = None,
    node: NodeAddress | None = None,
) -> Summary:
    """Index the block files in ``blocks`` (default: the node's usual folder) into ``ledger``.

    Goes on from what the ledger has; ``until`` is the last height to index. With ``node`` the blocks
    are fetched from that node, the only case in which a connection is opened. Raises BlockFileError
    for the files, NodeError for the node, LedgerError for the ledger, StoppedError after an
    interrupt; each leaves what was committed before untouched.
    """
    ledger = Path(ledger)
    if until is not None and until < 0:
        raise UsageError(f"--until: expected a height from 0 on, found {until}")
    if threads is not None and threads < 1:
        raise UsageError(f"--threads: expected at least 1, found {threads}")
    try:
        with hold(ledger):
            started = _start(ledger, network, magic)
            files = open_origin(started, Path(blocks) if blocks else None, node, until)
            # Fetching ends before the threads that wait for it, and they before what they read is closed.
            with closing(files), LocalEngine(threads) as engine, _stopping(files):
                run = _Run(ledger, started, files, engine, progress or (lambda _: None), until, batch_bytes)
                return run.go()
    except KeyboardInterrupt:
        raise StoppedError(
            f"{ledger}: stopped; what was committed before is untouched; run the same command again"
        ) from None


@contextmanager
def _stopping(files: BlockSource) -> Iterator[None]:
    try:
        yield
    finally:
        files.stop()


def _start(ledger: Path, network: str | None, magic: bytes | None) -> Manifest:
    """The manifest to go on from, or a first one that is not written yet."""
    if magic is not None and len(magic) != 4:
        raise UsageError(f"--magic: expected 4 bytes as 8 hex digits, found {len(magic)} bytes")
    if not (ledger / manifests.FILE_NAME).exists():
        name = network or "main"
        return Manifest(name, (magic or source.default_magic(name)).hex(), "rows-0001")
    found = manifests.read(ledger)
    if network is not None and network != found.network:
        raise WrongNetworkError(
            f"{ledger}: expected a ledger of {network}, found one of {found.network}; "
            "name another folder with --ledger"
        )
    if magic is not None and magic.hex() != found.magic:
        raise WrongNetworkError(
            f"{ledger}: expected a ledger of magic {magic.hex()}, found one of {found.magic}; "
            "name another folder with --ledger"
        )
    return found


class _Run:
    """One run of index on one ledger."""

    def __init__(
        self,
        ledger: Path,
        manifest: Manifest,
        files: BlockSource,
        engine: LocalEngine,
        progress: Callable[[Progress], None],
        until: int | None,
        batch_bytes: int | None = None,
    ) -> None:
        self.ledger = ledger
        self.manifest = manifest
        self.files = files
        self.engine = engine
        self.progress = progress
        self.until = until
        self.reader = BlockReader(files, engine, batch_bytes or BATCH_BYTES)
        self.maker = RowMaker(files, engine)
        self.began = time.perf_counter()
        self.stages: dict[str, float] = {}
        self.bytes_read = 0
        self.finder = ChainFinder(ledger, manifest, files, progress, until)
        self.notices = self.finder.notices

    def go(self) -> Summary:
        """Bring the ledger up to the files; where that fails, leave it as it was last committed."""
        try:
            try:
                return self._go(self.ledger / source.FOLDER)
            except (BadBlockError, MissingBlockError):
                if not self.finder.remembers:
                    raise
                # Files may have been mended since, in ways that their sizes and times do not show.
                return self._again()._go(None)
        except BaseException:
            self._leave()
            raise

    def _again(self) -> _Run:
        manifest = self.manifest
        with suppress(NotALedgerError):
            manifest = manifests.read(self.ledger)
        batch_bytes = self.reader.batch_bytes
        return _Run(self.ledger, manifest, self.files, self.engine, self.progress, self.until, batch_bytes)

    def _leave(self) -> None:
        """Take away what was written and not committed."""
        with suppress(NotALedgerError):
            manifest = manifests.read(self.ledger)
            generations.remove_others(self.ledger, (manifest.rows_folder, manifest.derived_folder))
            cut_back(self.ledger / manifest.rows_folder, ROW_TABLES, manifest.written.counts)

    def _go(self, memory: Path | None) -> Summary:
        with self._stage("scan"):
            chain, scans = self.finder.find(memory)
        before = self.manifest
        wanted, shared = self.finder.plan(chain)
        committed = before.committed().blocks
        rolled_back = max(0, committed - shared)
        resumed = shared - 1 if shared > committed else None
        self._rewind(shared)
        if wanted:
            self._take_up()
            with self._stage("blocks"):
                self._write_rows(wanted)
        if self._must_derive():
            self._derive()
        if self.manifest.blocks_folder != self._blocks_folder():
            # Nothing new in another folder: still the one to look in from now on.
            self.manifest = replace(self.manifest, blocks_folder=self._blocks_folder())
            manifests.write(self.ledger, self.manifest)
        generations.remove_others(self.ledger, (self.manifest.rows_folder, self.manifest.derived_folder))
        try:
            source.remember(self.files, scans, self.ledger / source.FOLDER)
        except OSError as error:
            self.notices.append(
                f"{self.ledger / source.FOLDER}: cannot keep where the blocks lie ({error.strerror}); the "
                "ledger is whole, but the next run reads all files again"
            )
        return self._summary(before, chain, resumed, rolled_back)

    def _rewind(self, blocks: int) -> None:
        """Go back to the first ``blocks`` blocks of the rows written."""
        if blocks < self.manifest.written.blocks:
            rows = self._rows()
            kept = rows.at(blocks)
            folder = self.manifest.rows_folder
            if blocks < self.manifest.committed().blocks:
                # Readers may have the committed rows open, so what replaces them goes elsewhere.
                folder = generations.following(self.ledger, folder)
                rows.copy(dict(kept.counts), folder)
            self.manifest = replace(self.manifest, written=kept, rows_folder=folder)
            if self._is_in_place():
                # First say that the rows beyond are void, then write over them.
                manifests.write(self.ledger, self.manifest)

    def _take_up(self) -> None:
        """Make what later blocks refer to from the rows that are there."""
        written = self.manifest.written
        if written.blocks:
            with self._stage("restore"):
                digest = bytes.fromhex(written.digest)
                self.maker.restore(self._rows().column, dict(written.counts), digest)

    def _rows(self) -> WrittenRows:
        return WrittenRows.of(self.ledger, self.manifest)

    def _is_in_place(self) -> bool:
        """True while rows go to the folder that the manifest on disk names."""
        folder = self.manifest.rows_folder
        return self.manifest.tip is None or folder == manifests.read(self.ledger).rows_folder

    def _write_rows(self, nodes: list[Node]) -> None:
        """Parse, check and write blocks; commit what is on disk every now and then."""
        total, unit = sum(node.frame.length for node in nodes), "bytes"
        if not total:
            # A node tells no lengths beforehand.
            total, unit = len(nodes), "blocks"
        first = nodes[0].height
        under_way = RowsUnderWay(self.ledger, self.manifest, self.engine)
        last_commit, uncommitted = time.perf_counter(), 0
        try:
            # Said before there is anything to say, so that speed can be told from the first batch on.
            before = nodes[0].height - 1 if nodes[0].height else None
            self.progress(Progress("blocks", 0, total, unit, before))
            for parsed in self.reader.read(nodes):
                under_way.append(self.maker.make(parsed), self.maker.digest)
                size = sum(node.frame.length for node in parsed.nodes)
                self.bytes_read += size
                uncommitted += size
                last = parsed.nodes[-1].height
                done = self.bytes_read if unit == "bytes" else last + 1 - first
                self.progress(Progress("blocks", done, total, unit, last))
                if uncommitted > COMMIT_BYTES or time.perf_counter() - last_commit > COMMIT_SECONDS:
                    under_way.settle()
                    self._commit_rows(under_way.sync())
                    last_commit, uncommitted = time.perf_counter(), 0
            under_way.settle()
            self._commit_rows(under_way.sync())
        except KeyboardInterrupt:
            under_way.settle()
            raise self._stop(under_way) from None
        except NodeAwayError:
            # What a slow line has brought so far need not come again.
            under_way.settle()
            self._stop(under_way)
            raise
        finally:
            under_way.close()

    def _stop(self, under_way: RowsUnderWay) -> StoppedError:
        """Commit what is written, if the next run can use it, and say where that goes on."""
        if not self._is_in_place():
            return self._stopped_as_it_was()
        written = under_way.sync()
        if written.blocks <= self.manifest.committed().blocks:
            return self._stopped_as_it_was()
        self._commit_rows(written)
        return StoppedError(
            f"{self.ledger}: stopped at height {written.blocks - 1}; run the same command again to go on "
            "from there"
        )

    def _stopped_as_it_was(self) -> StoppedError:
        return StoppedError(f"{self.ledger}: stopped; the ledger is as it was; run the same command again")

    def _commit_rows(self, written: Written) -> None:
        """Make the rows written so far, which are safe on disk, the point from which the next run goes on."""
        self.manifest = replace(self.manifest, written=written, blocks_folder=self._blocks_folder())
        # Other rows than the committed ones count only once the whole is done.
        if self._is_in_place():
            manifests.write(self.ledger, self.manifest)

    def _blocks_folder(self) -> str:
        return str(self.files.folder.resolve()) if isinstance(self.files, BlockFiles) else self.files.origin

    def _must_derive(self) -> bool:
        manifest = self.manifest
        if not manifest.written.blocks:
            return False
        same_rows = manifest.tip is not None and manifest.written.digest == manifest.digest
        return not same_rows or [rule.__dict__ for rule in manifest.rules] != rules_in_force()

    def _derive(self) -> None:
        manifest = self.manifest
        counts = {name: int(count) for name, count in manifest.written.counts.items()}
        folder = generations.following(self.ledger, manifest.derived_folder or "derived-0000")

        def step(stage: str, done: int, total: int) -> None:
            self.progress(Progress(stage, done, total, "rows"))

        columns: dict[str, Any] = {}
        written = self._rows()

        def rows(name: str) -> Any:
            if name not in columns:
                columns[name] = written.column(name)
            return columns[name]

        try:
            with self._stage("derived tables"):
                totals = Derivation(rows, counts, self.ledger / folder, self.engine, step).run()
        except BaseException as error:
            generations.remove(self.ledger / folder)
            if isinstance(error, KeyboardInterrupt):
                if not self._is_in_place():
                    # The rows were copied, and are tidied away.
                    raise self._stopped_as_it_was() from None
                raise StoppedError(
                    f"{self.ledger}: stopped after all blocks were read, up to height "
                    f"{manifest.written.blocks - 1}; run the same command again to go on from there"
                ) from None
            raise
        last = manifest.written.blocks - 1
        tip = Tip(
            last,
            written.column("blocks.hash")[last].tobytes()[::-1].hex(),
            written.column("blocks.work")[last].tobytes().hex(),
        )
        self.manifest = replace(
            manifest,
            derived_folder=folder,
            tip=tip,
            counts={**counts, **totals.counts},
            entities=totals.entities,
            unspent_outputs=totals.unspent_outputs,
            unspent_value=totals.unspent_value,
            digest=manifest.written.digest,
            rules=tuple(Rule(**rule) for rule in rules_in_force()),
        )
        manifests.write(self.ledger, self.manifest)

    def _summary(
        self, before: Manifest, chain: source.Chain, resumed: int | None, rolled_back: int
    ) -> Summary:
        manifest = self.manifest
        for frame in self.reader.broken_copies:
            self.notices.append(
                f"{self.files.name(frame.file)}: passed over a damaged copy of a block at offset "
                f"{frame.offset:,}; another copy is sound"
            )
        assert manifest.tip is not None
        self.finder.tell(chain, before.tip, manifest.tip, self._rows().column("blocks.hash"))
        counts = {
            name: int(manifest.counts[name])
            for name in ("blocks", "transactions", "outputs", "inputs", "addresses")
        }
        kept = before.committed().blocks - rolled_back
        kept_transactions = int(before.counts.get("transactions", 0))
        if rolled_back:
            kept_transactions = int(self._rows().column("blocks.first_transaction")[kept]) if kept else 0
        return Summary(
            network=manifest.network,
            folder=self.files.origin,
            tip=manifest.tip,
            counts={**counts, "entities": manifest.entities},
            added_blocks=counts["blocks"] - kept,
            added_transactions=counts["transactions"] - kept_transactions,
            bytes_read=self.bytes_read,
            seconds=time.perf_counter() - self.began,
            resumed_from=resumed,
            rolled_back=rolled_back,
            stale_blocks=chain.stale,
            duplicate_frames=chain.duplicates,
            notices=tuple(self.notices),
            stages=dict(self.stages),
        )

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - began
