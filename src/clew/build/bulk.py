"""A first build: all rows, in few passes and within a bound of memory.

Blocks are read once, and their rows written, all but what tells of addresses; that is set aside
and joined in the end (``join.py``), and what follows from the rows comes last (``rebuild.py``). What
is read is kept when a run is stopped or killed; what comes after it is done again.
"""

from __future__ import annotations

import secrets
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clew.build.append import roll
from clew.build.batches import BlockReader, Parsed
from clew.build.join import Join
from clew.build.memory import Memory
from clew.build.rows import COUNTED, RowMaker, Rows, content_digests
from clew.build.spends import SpendTable
from clew.build.spill import Records, SpillFile, partitions_for, set_aside, stated
from clew.build.summary import Progress
from clew.build.timings import Timings
from clew.engine.local import LocalEngine
from clew.engine.outbox import Outbox
from clew.errors import BadBlockError, NodeAwayError
from clew.ledger import manifest as manifests
from clew.ledger.blocksource import BlockSource
from clew.ledger.columns import Array, map_tables
from clew.ledger.digest import BEFORE_GENESIS
from clew.ledger.headers import Node
from clew.ledger.manifest import Building, Manifest, Piece, Tip
from clew.ledger.tables import TableWriter
from clew.schema import ADDRESS_COLUMNS, ROW_TABLES

COMMIT_BYTES = 2 << 30
COMMIT_SECONDS = 60.0
ROWS, WORK = "rows-0001", "work-0001"


class Bulk:
    """Builds a ledger that has no tip yet."""

    def __init__(
        self,
        ledger: Path,
        manifest: Manifest,
        files: BlockSource,
        engine: LocalEngine,
        memory: Memory,
        timings: Timings,
        progress: Callable[[Progress], None],
        batch_bytes: int | None = None,
    ) -> None:
        self.ledger = ledger
        self.manifest = manifest
        self.files = files
        self.engine = engine
        self.memory = memory
        self.timings = timings
        self.progress = progress
        self.batch_bytes = batch_bytes or memory.batch_bytes(engine.threads)
        self.bytes_read = 0
        self.broken_copies: list[Any] = []

    def columns(self, counts: Mapping[str, int]) -> dict[str, Any]:
        """The rows on disk, by column; ``counts`` by table or by column."""
        return dict(map_tables([(self.ledger / ROWS, counts)], ROW_TABLES))

    # Blocks

    def read(self, nodes: list[Node], kept: int) -> None:
        """Read the blocks ``nodes`` behind the first ``kept`` ones that an earlier run has read.

        Writes what does not tell of addresses. Raises BadBlockError, StorageError; KeyboardInterrupt
        once what is read is kept.
        """
        building = self.manifest.building if kept else None
        counts = dict(building.counts) if building else {}
        size = sum(node.frame.length for node in nodes)
        if building:
            partitions, seed = stated(self.ledger / WORK)
        else:
            partitions = partitions_for(size, self.memory.bytes, self.engine.threads)
            seed = secrets.randbits(63)
        if not building:
            self.manifest = replace(self.manifest, building=None)
            manifests.write(self.ledger, self.manifest)
        base = {name: int(counts.get(f"{name}.{_FIRST[name]}", 0)) for name in COUNTED}
        times: list[int] = []
        table = SpendTable(self.memory.table_room(self.ledger / WORK))
        if building:
            with self.timings.stage("restore"):
                columns = self.columns(counts)
                times = np.asarray(columns["blocks.time"][-11:]).tolist()
                table.restore(columns.__getitem__, base)
        maker = RowMaker(self.files, base, times)
        rows = TableWriter(self.ledger / ROWS, ROW_TABLES, counts, building.checked if building else None)
        with closing(rows):
            size = building.spilled if building else 0
            with closing(SpillFile(self.ledger / WORK, size, partitions, seed)) as spill:
                self._read(nodes, maker, table, rows, spill)

    def _read(
        self, nodes: list[Node], maker: RowMaker, table: SpendTable, rows: TableWriter, spill: SpillFile
    ) -> None:
        outbox = Outbox(self.engine, 3)
        reader = BlockReader(self.files, self.engine, spill.seed, self.batch_bytes, self.timings)
        self.broken_copies = reader.broken_copies
        # A node tells no lengths beforehand.
        total, unit = sum(node.frame.length for node in nodes), "bytes"
        if not total:
            total, unit = len(nodes), "blocks"
        # Said before there is anything to say, so that speed can be told from the first batch on.
        if nodes:
            self.progress(
                Progress("blocks", 0, total, unit, nodes[0].height - 1 if nodes[0].height else None)
            )
        self._state = self.manifest
        last_commit, uncommitted = time.perf_counter(), 0

        def beside(parsed: Parsed) -> Records:
            with self.timings.stage("set aside"):
                return set_aside(parsed.columns, spill.partitions)

        try:
            for parsed in reader.read(nodes, beside):
                made = self._spend(parsed, maker, table, outbox)
                outbox.put(self._writing(made, parsed, rows, spill))
                done = sum(node.frame.length for node in parsed.nodes)
                self.bytes_read += done
                uncommitted += done
                height = parsed.nodes[-1].height
                seen = self.bytes_read if unit == "bytes" else height + 1 - nodes[0].height
                self.progress(Progress("blocks", seen, total, unit, height))
                if uncommitted > COMMIT_BYTES or time.perf_counter() - last_commit > COMMIT_SECONDS:
                    outbox.put(lambda: self._keep(rows, spill))
                    last_commit, uncommitted = time.perf_counter(), 0
            with self.timings.stage("wait for the disk"):
                outbox.settle()
        except (KeyboardInterrupt, NodeAwayError):
            # What a slow line has brought so far need not come again.
            outbox.settle()
            self._keep(rows, spill)
            raise
        self._keep(rows, spill)

    def _spend(self, parsed: Parsed, maker: RowMaker, table: SpendTable, outbox: Outbox) -> Rows:
        def earlier(output: int, txid: bytes) -> int:
            """The transaction that made an output, which may be written or in this batch."""
            before = maker.counts["transactions"]
            starts: Any = parsed.columns.first_output + maker.counts["outputs"]
            txids: Any = parsed.columns.txid.reshape(-1, 32)
            if output < maker.counts["outputs"]:
                outbox.settle()
                columns = self.columns({"transactions.first_output": before, "transactions.txid": before})
                starts, txids, before = columns["transactions.first_output"], columns["transactions.txid"], 0
            row = bisect_right(starts, output) - 1
            if txids[row].tobytes() != txid:
                raise BadBlockError(
                    f"transactions {txids[row].tobytes()[::-1].hex()} and {txid[::-1].hex()} share 128 bits "
                    "of their ids: this version of the ledger cannot hold both"
                )
            return before + row

        with self.timings.stage("spends: resolve"):
            unspendable = maker.unspendable(parsed)
            spent, replaced, fault = table.resolve(parsed.columns, maker.counts["outputs"], unspendable)
        if fault:
            raise maker.bad_input(parsed, fault)
        with self.timings.stage("rows"):
            return maker.make(parsed, spent, replaced, earlier)

    def _writing(self, made: Rows, parsed: Parsed, rows: TableWriter, spill: SpillFile) -> Callable[[], None]:
        records = parsed.beside
        assert isinstance(records, Records)
        blocks, columns = made["blocks"], made["outputs"]
        where = (
            int(blocks["first_output"][0]),
            len(columns["value"]),
            parsed.nodes[0].height,
            len(parsed.nodes),
        )

        def write() -> None:
            with self.timings.stage("digest rows"):
                made["block_digests"] = {"content": content_digests(made)}
            with self.timings.stage("write"):
                for name, held in made.items():
                    rows.append(name, held)
                spill.append(records, *where)
            self._state = replace(
                self._state,
                building=Building(where[2] + where[3], rows.column_counts, rows.checked, spill.size),
            )

        return write

    def _keep(self, rows: TableWriter, spill: SpillFile) -> None:
        """Make what is read the point from which the next run goes on."""
        with self.timings.stage("wait for the disk"):
            if self._state.building:
                rows.sync()
                spill.sync()
        self.manifest = self._state
        manifests.write(self.ledger, self.manifest)

    # What follows

    def finish(self) -> Manifest:
        """Join addresses; the state with all rows, and nothing yet that follows from them.

        Nothing is committed. Raises BadBlockError, StorageError.
        """
        building = self.manifest.building
        assert building is not None
        counts: dict[str, int] = {**building.counts, "block_digests.digest": 0}
        counts |= {f"{name}.{column}": 0 for name, held in ADDRESS_COLUMNS.items() for column in held}
        rows = TableWriter(self.ledger / ROWS, ROW_TABLES, counts, building.checked)
        try:
            digest = self._join(rows, building.spilled)
            with self.timings.stage("wait for the disk"):
                rows.sync()
            counts, checked = rows.counts, rows.checked
        finally:
            rows.close()
        columns = self.columns(counts)
        last = building.blocks - 1
        work, block = (columns[f"blocks.{name}"][last].tobytes() for name in ("work", "hash"))
        return replace(
            self.manifest,
            tip=Tip(last, block[::-1].hex(), work.hex()),
            digest=digest.hex(),
            counts=counts,
            rows=(Piece(ROWS, dict.fromkeys(counts, 0), checked),),
        )

    def _join(self, rows: TableWriter, spilled: int) -> bytes:
        """Write the columns that tell of addresses; returns the rolling digest at the end."""
        join = Join(
            self.ledger / WORK,
            spilled,
            self.engine,
            self.timings,
            lambda stage, done, total: self.progress(Progress(stage, done, total, "parts")),
        )
        join.find_firsts()
        join.mark()
        columns = self.columns(rows.column_counts)
        content = columns["block_digests.content"]
        digest = BEFORE_GENESIS
        outbox = Outbox(self.engine, 3)
        for joined in join.number():
            region = joined.region
            mine = slice(region.block, region.block + region.blocks)
            outputs = np.append(columns["blocks.first_output"][mine] - region.output, region.outputs)
            with self.timings.stage("digest rows"):
                edges = (
                    np.array([join.rank(int(at) + region.output) for at in outputs]) - joined.first_address
                )
                firsts = (edges[:-1] + joined.first_address).astype(np.uint32)
                digests = roll(
                    digest,
                    np.asarray(content[mine]),
                    firsts,
                    joined.rows,
                    outputs,
                    edges,
                    joined.first_address,
                )
            digest = digests[-1].tobytes()
            outbox.put(self._write_joined(rows, joined.rows, firsts, digests))
        with self.timings.stage("wait for the disk"):
            outbox.settle()
        return digest

    def _write_joined(
        self, rows: TableWriter, held: Rows, firsts: Array, digests: Array
    ) -> Callable[[], None]:
        def write() -> None:
            with self.timings.stage("write"):
                for name, columns in held.items():
                    rows.append(name, columns)
                rows.append("blocks", {"first_address": firsts})
                rows.append("block_digests", {"digest": digests})

        return write


_FIRST = {"blocks": "hash", "transactions": "txid", "outputs": "value", "inputs": "sequence"}
