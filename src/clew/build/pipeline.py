"""From a node's block files to a ledger, in one go or on from where the last run stood."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from clew.build import generations
from clew.build.append import Appender
from clew.build.batches import BlockReader
from clew.build.bulk import ROWS, WORK, Bulk
from clew.build.chain import ChainFinder, Held
from clew.build.holding import hold
from clew.build.links import rules_in_force
from clew.build.memory import Memory, give_back
from clew.build.origin import open_origin
from clew.build.rebuild import Rebuild
from clew.build.summary import Progress, Summary
from clew.build.timings import Timings
from clew.engine.local import LocalEngine
from clew.errors import (
    BadBlockError,
    MissingBlockError,
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
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Manifest
from clew.ledger.nodeaddress import NodeAddress


def index(
    ledger: Path,
    blocks: Path | None = None,
    *,
    network: str | None = None,
    magic: bytes | None = None,
    until: int | None = None,
    threads: int | None = None,
    memory: float | None = None,
    check_work: bool = False,
    progress: Callable[[Progress], None] | None = None,
    batch_bytes: int | None = None,
    node: NodeAddress | None = None,
) -> Summary:
    """Index the block files in ``blocks`` (default: the node's usual folder) into ``ledger``.

    Goes on from what the ledger has; ``until`` is the last height to index, ``memory`` GiB the most to
    use (default: half of the machine's). ``check_work``: on the networks that work on scrypt, of every
    block instead of a sample. With ``node`` the blocks are fetched from that node, the only case in
    which a connection is opened. Raises BlockFileError for the files, NodeError for the node,
    LedgerError for the ledger, StoppedError after an interrupt; each leaves what was committed before
    untouched.
    """
    ledger = Path(ledger)
    if until is not None and until < 0:
        raise UsageError(f"--until: expected a height from 0 on, found {until}")
    if threads is not None and threads < 1:
        raise UsageError(f"--threads: expected at least 1, found {threads}")
    bound = Memory.of(memory)
    try:
        with hold(ledger):
            started = _start(ledger, network, magic)
            files = open_origin(started, Path(blocks) if blocks else None, node, until)
            # Fetching ends before the threads that wait for it, and they before what they read is closed.
            with closing(files), LocalEngine(threads) as engine, _stopping(files):
                options = _Options(
                    engine, bound, progress or (lambda _: None), until, check_work, batch_bytes
                )
                return _Run(ledger, started, files, options).go()
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
        return Manifest(name, (magic or source.default_magic(name)).hex())
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


class _Options:
    """What a run is told."""

    def __init__(
        self,
        engine: LocalEngine,
        memory: Memory,
        progress: Callable[[Progress], None],
        until: int | None,
        check_work: bool,
        batch_bytes: int | None,
    ) -> None:
        self.engine = engine
        self.memory = memory
        self.progress = progress
        self.until = until
        self.check_work = check_work
        self.batch_bytes = batch_bytes


class _Run:
    """One run of index on one ledger."""

    def __init__(self, ledger: Path, manifest: Manifest, files: BlockSource, options: _Options) -> None:
        self.ledger = ledger
        self.manifest = manifest
        self.files = files
        self.options = options
        self.engine = options.engine
        self.timings = Timings()
        self.began = time.perf_counter()
        self.phases: dict[str, float] = {}
        self.bytes_read = 0
        self.broken_copies: list[Any] = []
        self.bulk = Bulk(
            ledger,
            manifest,
            files,
            options.engine,
            options.memory,
            self.timings,
            options.progress,
            options.batch_bytes,
        )
        self.rebuild = Rebuild(ledger, options.engine, options.memory, self.timings, options.progress)
        check = source.work_check(files, every=options.check_work, threads=options.engine.threads)
        self.finder = ChainFinder(
            ledger, manifest, self._held(), files, options.progress, options.until, check
        )
        self.notices = self.finder.notices

    def _held(self) -> Held:
        manifest = self.manifest
        if manifest.tip:
            state = Ledger(self.ledger, manifest)
            return Held(state.column("blocks.hash"), state.column("blocks.work"))
        if manifest.building:
            columns = self.bulk.columns(manifest.building.counts)
            return Held(columns["blocks.hash"], columns["blocks.work"])
        return Held()

    def go(self) -> Summary:
        """Bring the ledger up to the files; where that fails, leave it as it was last committed."""
        # First of all, since there may be no room beside it.
        self._tidy()
        try:
            try:
                return self._go(self.ledger / source.FOLDER)
            except (BadBlockError, MissingBlockError):
                if not self.finder.remembers:
                    raise
                # Files may have been mended since, in ways that their sizes and times do not show.
                return self._again()._go(None)
        except BaseException:
            self._tidy()
            raise

    def _again(self) -> _Run:
        manifest = self.manifest
        if (self.ledger / manifests.FILE_NAME).exists():
            manifest = manifests.read(self.ledger)
        return _Run(self.ledger, manifest, self.files, self.options)

    def _tidy(self) -> None:
        """Take away what is in the folder and not committed, as a run leaves it that fails or is killed."""
        with suppress(NotALedgerError):
            committed = manifests.read(self.ledger)
            generations.tidy(self.ledger, committed, {ROWS, WORK} if committed.building else ())

    def _go(self, memory: Path | None) -> Summary:
        with self._phase("scan"):
            chain, scans = self.finder.find(memory)
        before = self.manifest
        wanted, shared = self.finder.plan(chain)
        first_build = before.tip is None
        read = before.building.blocks if first_build and before.building else 0
        # Where the chain has left what was read, nothing of it is kept.
        resumed = shared - 1 if read and shared >= read else None
        undone = 0 if first_build else max(0, before.blocks - shared)
        if first_build and (wanted or shared):
            self._first_build(wanted, chain, shared)
        elif not first_build:
            if self._rules_changed():
                with self._phase("rules"):
                    self._commit(self.rebuild.fold(self.manifest, links_anew=True))
            if wanted:
                self._append(wanted, shared)
        if self.manifest.blocks_folder != self._blocks_folder():
            # Nothing new in another folder: still the one to look in from now on.
            self._commit(self.manifest)
        self._tidy()
        try:
            source.remember(self.files, scans, self.ledger / source.FOLDER)
        except OSError as error:
            self.notices.append(
                f"{self.ledger / source.FOLDER}: cannot keep where the blocks lie ({error.strerror}); the "
                "ledger is whole, but the next run reads all files again"
            )
        return self._summary(before, chain, resumed, undone)

    def _first_build(self, nodes: list[Node], chain: source.Chain, shared: int) -> None:
        """Read ``nodes`` behind the ``shared`` blocks that are read already, and build what follows."""
        building = self.manifest.building
        if building and shared < building.blocks:
            # The chain has left what an earlier run read: begin anew.
            last = nodes[-1].height if nodes else shared - 1
            nodes, shared = [node for node in chain.blocks if node.height <= last], 0
            if nodes[0].height:
                raise MissingBlockError(
                    f"{self.files.origin}: expected all blocks from height 0 on, found them from "
                    f"{nodes[0].height} on: a reorganisation undid what an unfinished run had read; copy the "
                    "older block files back"
                )
        bulk = self.bulk
        bulk.manifest = replace(self.manifest, blocks_folder=self._blocks_folder())
        try:
            with self._phase("blocks"):
                bulk.read(nodes, shared)
        except KeyboardInterrupt:
            raise self._stopped(bulk.manifest) from None
        finally:
            self.bytes_read += bulk.bytes_read
            self.broken_copies += bulk.broken_copies
        try:
            with self._phase("addresses"):
                state = bulk.finish()
            with self._phase("tables"):
                self._commit(self.rebuild.fold(state, links_anew=True))
        except KeyboardInterrupt:
            raise StoppedError(
                f"{self.ledger}: stopped after all blocks were read, up to height "
                f"{bulk.manifest.building.blocks - 1 if bulk.manifest.building else 0}; run the same command "
                "again to go on from there"
            ) from None

    def _stopped(self, manifest: Manifest) -> StoppedError:
        building = manifest.building
        if building is None or not building.blocks:
            return StoppedError(
                f"{self.ledger}: stopped; the ledger is as it was; run the same command again"
            )
        return StoppedError(
            f"{self.ledger}: stopped at height {building.blocks - 1}; run the same command again to go on "
            "from there"
        )

    def _append(self, nodes: list[Node], shared: int) -> None:
        """Undo what the chain has left, and add blocks, each batch with a commit where it can have one."""
        tip = self.manifest.tip
        with self._phase("append"):
            state = self.manifest
            if shared < state.blocks:
                state = self.rebuild.rolled_back(state, shared)
            appender = Appender(self.ledger, state, self.files, self.timings)
            batch_bytes = self.options.batch_bytes or self.options.memory.append_bytes()
            reader = BlockReader(self.files, self.engine, 0, batch_bytes, self.timings)
            total, unit = sum(node.frame.length for node in nodes), "bytes"
            if not total:
                total, unit = len(nodes), "blocks"
            try:
                # Said before there is anything to say, so that speed can be told from the first batch on.
                self.options.progress(Progress("append", 0, total, unit, shared - 1 if shared else None))
                for parsed in reader.read(nodes):
                    appender.add(parsed)
                    appender.tidy()
                    self.bytes_read += sum(node.frame.length for node in parsed.nodes)
                    height = parsed.nodes[-1].height
                    seen = self.bytes_read if unit == "bytes" else height + 1 - nodes[0].height
                    self.options.progress(Progress("append", seen, total, unit, height))
                    # A state that is worse than the committed one is none to be seen.
                    if source.is_better(parsed.nodes[-1], tip):
                        appender.sync()
                        self._commit(self.rebuild.tidied(appender.manifest))
                        appender.manifest = self.manifest
            except KeyboardInterrupt:
                raise StoppedError(
                    f"{self.ledger}: stopped at height {self.manifest.blocks - 1}; run the same command "
                    "again to go on from there"
                ) from None
            finally:
                appender.close()
                self.broken_copies += reader.broken_copies

    def _commit(self, manifest: Manifest) -> None:
        manifest = replace(manifest, blocks_folder=self._blocks_folder())
        manifests.write(self.ledger, manifest)
        self.manifest = manifest

    def _rules_changed(self) -> bool:
        return bool(self.manifest.tip) and [rule.__dict__ for rule in self.manifest.rules] != rules_in_force()

    def _blocks_folder(self) -> str:
        if not isinstance(self.files, BlockFiles):
            return self.files.origin
        return str(self.files.folder.resolve()) if isinstance(self.files, BlockFiles) else self.files.origin

    def _summary(self, before: Manifest, chain: source.Chain, resumed: int | None, undone: int) -> Summary:
        manifest = self.manifest
        for frame in self.broken_copies:
            self.notices.append(
                f"{self.files.name(frame.file)}: passed over a damaged copy of a block at offset "
                f"{frame.offset:,}; another copy is sound"
            )
        assert manifest.tip is not None
        state = Ledger(self.ledger, manifest)
        self.finder.tell(chain, before.tip, manifest.tip, state.column("blocks.hash"))
        kept = before.blocks - undone
        kept_transactions = int(before.counts.get("transactions", 0)) if before.tip else 0
        if undone:
            kept_transactions = int(state.column("blocks.first_transaction")[kept]) if kept else 0
        return Summary(
            network=manifest.network,
            folder=self.files.origin,
            tip=manifest.tip,
            counts=dict(state.counts),
            added_blocks=state.counts["blocks"] - kept,
            added_transactions=state.counts["transactions"] - kept_transactions,
            bytes_read=self.bytes_read,
            seconds=time.perf_counter() - self.began,
            resumed_from=resumed,
            rolled_back=undone,
            stale_blocks=chain.stale,
            duplicate_frames=chain.duplicates,
            notices=tuple(self.notices),
            phases=dict(self.phases),
            stages=self.timings.stages(),
        )

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            give_back()
            self.phases[name] = self.phases.get(name, 0.0) + time.perf_counter() - began
