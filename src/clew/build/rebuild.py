"""A ledger's rows are kept, and what follows from them is built anew.

When a first build has all rows; when the rules change; when a reorganisation goes further back than
the base; when segments outgrow it; and when somebody asks for it (``clew compact``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from clew.build import generations
from clew.build.append import UNDONE, Appender, counts_at
from clew.build.base import BaseBuild
from clew.build.links import links_behind, rules_in_force
from clew.build.memory import Memory, give_back
from clew.build.soundness import require_starts
from clew.build.summary import Progress
from clew.build.timings import Timings
from clew.engine.local import LocalEngine
from clew.ledger import checks
from clew.ledger.columns import map_tables
from clew.ledger.derived import Derived
from clew.ledger.disk import storage
from clew.ledger.files import sizes_between
from clew.ledger.ledger import Ledger, map_pieces
from clew.ledger.manifest import Base, Manifest, Piece, Rule, Tip
from clew.ledger.segments import Counts, Sums
from clew.ledger.tables import TableWriter
from clew.schema import BASE_TABLES, LINK_TABLES, ROW_TABLES, Table

_CHUNK = 1 << 20
MOST_PIECES, JOINED = 16, 8
"""From so many pieces on, the last ones become one: each reorganisation begins another."""
OUTGROWN = 1_000
"""Blocks of a chain below which segments may be larger than the base."""


@dataclass(frozen=True)
class Rebuild:
    """What a rebuild works with."""

    ledger: Path
    engine: LocalEngine
    memory: Memory
    timings: Timings
    progress: Callable[[Progress], None]

    def fold(self, manifest: Manifest, *, links_anew: bool = False) -> Manifest:
        """The same state with a base of all but the last blocks, and one segment of those.

        Its rows stay where they are. Nothing is committed. Raises StorageError, NotALedgerError.
        """
        counts = {name: int(count) for name, count in manifest.counts.items()}
        columns = self._columns(manifest, ROW_TABLES)
        blocks = counts["blocks"]
        target = max(0, blocks - UNDONE)
        if not links_anew:
            columns |= self._columns(manifest, LINK_TABLES)
        for name, limit in (("overwritten.by", "transactions"), ("unspendable.output", "outputs")):
            # Which of these rows the base has is searched for in them.
            require_starts(np.asarray(columns[name]), counts[limit], name)
        covered = counts_at(columns, counts, target)
        with ExitStack() as open_files:

            def begun(kind: str, tables: tuple[Table, ...]) -> tuple[str, TableWriter]:
                folder = generations.following(self.ledger, kind)
                writer = TableWriter(self.ledger / folder, tables, {})
                open_files.callback(writer.close)
                return folder, writer

            folder, links = begun("links", LINK_TABLES) if links_anew else ("", None)
            base_folder, base = begun("base", BASE_TABLES)
            sums = self._build(columns, covered, base, links)
            if links:
                made = self._derived(columns, covered, base)
                listed = np.fromfile(links.folder / "known_keys.address", np.uint32)
                rest, known = links_behind(columns, counts, made, listed)
                links.append("links", rest)
                links.append("known_keys", {"address": known})
            self._sync(base, links)
            if links:
                counts |= {table.name: links.counts[table.name] for table in LINK_TABLES}
                first = {table.name: 0 for table in LINK_TABLES}
                manifest = replace(manifest, counts=counts, links=(Piece(folder, first, links.checked),))
            manifest = replace(
                manifest,
                base=Base(base_folder, target, base.counts, base.checked, sums),
                segments=(),
                rules=tuple(Rule(**rule) for rule in rules_in_force()),
                building=None,
            )
        return self._with_segment(manifest, target, blocks)

    def _derived(self, columns: Mapping[str, Any], covered: Mapping[str, int], base: TableWriter) -> Derived:
        """What follows from the rows that a base covers which has just been written."""
        whole = {**columns, **map_tables([(base.folder, base.counts)], BASE_TABLES)}
        end = Counts(*(covered[name] for name in ("transactions", "outputs", "addresses")))
        return Derived(whole, end, ())

    def _columns(self, manifest: Manifest, tables: tuple[Table, ...]) -> dict[str, Any]:
        pieces = manifest.links if tables is LINK_TABLES else manifest.rows
        return map_pieces(self.ledger, pieces, manifest.counts, tables)

    def _build(
        self, columns: Mapping[str, Any], counts: dict[str, int], base: TableWriter, links: TableWriter | None
    ) -> Sums:
        def step(stage: str, done: int, total: int) -> None:
            self.progress(Progress(stage, done, total, "rows"))

        room = self.memory.bytes * 2 // 5
        work = self.ledger / generations.following(self.ledger, "work")
        try:
            return BaseBuild(columns, counts, base, links, self.engine, self.timings, room, step, work).run()
        finally:
            generations.remove(work)

    def _sync(self, *writers: TableWriter | None) -> None:
        with self.timings.stage("wait for the disk"):
            for writer in writers:
                if writer:
                    writer.sync()

    def _with_segment(self, manifest: Manifest, first: int, last: int) -> Manifest:
        if first == last:
            return manifest
        give_back()
        state = Ledger(self.ledger, manifest)
        made = Appender(self.ledger, manifest, None, self.timings).segment(state, first, last)
        return replace(manifest, segments=(made,))

    def in_one_piece(self, manifest: Manifest) -> Manifest:
        """The same state with its rows and links each in one folder. Nothing is committed."""
        return self._joined(manifest, len(manifest.rows), len(manifest.links))

    def _joined(self, manifest: Manifest, rows: int, links: int) -> Manifest:
        """The same state with its last ``rows`` pieces of rows as one, and its last ``links`` of links."""
        return replace(
            manifest,
            rows=self._copied(manifest, manifest.rows, rows, ROW_TABLES, "rows"),
            links=self._copied(manifest, manifest.links, links, LINK_TABLES, "links"),
        )

    def _copied(
        self, manifest: Manifest, pieces: tuple[Piece, ...], last: int, tables: tuple[Table, ...], kind: str
    ) -> tuple[Piece, ...]:
        if last < 2:
            return pieces
        begin = {table.name: int(pieces[-last].first[table.name]) for table in tables}
        columns = map_pieces(self.ledger, pieces, manifest.counts, tables)
        folder = generations.following(self.ledger, kind)
        writer = TableWriter(self.ledger / folder, tables, {}, None, begin)
        rare = {column.rare for table in tables for column in table.columns if column.rare}
        try:
            # Rare numbers are written with the columns that they belong to.
            totals = {t.name: 0 if t.name in rare else int(manifest.counts[t.name]) for t in tables}
            done, whole = 0, sum(max(0, total - begin[name]) for name, total in totals.items())
            for table in tables:
                total = totals[table.name]
                for first in range(begin[table.name], total, _CHUNK):
                    end = min(first + _CHUNK, total)
                    parts = {c.name: columns[f"{table.name}.{c.name}"][first:end] for c in table.columns}
                    writer.append(table.name, parts)
                    done += end - first
                    self.progress(Progress(f"copy {kind}", done, whole, "rows"))
            self._sync(writer)
            return (*pieces[:-last], Piece(folder, begin, writer.checked))
        finally:
            writer.close()

    def rolled_back(self, manifest: Manifest, blocks: int) -> Manifest:
        """The state after the first ``blocks`` blocks. Nothing is committed, no file changed.

        Rows that follow go to new folders, since readers may have the old ones open.
        """
        columns = self._columns(manifest, ROW_TABLES) | self._columns(manifest, LINK_TABLES)
        counts = counts_at(columns, manifest.counts, blocks)
        last = blocks - 1
        tip, digest = None, "00" * 32
        if blocks:
            tip = Tip(
                last,
                columns["blocks.hash"][last].tobytes()[::-1].hex(),
                columns["blocks.work"][last].tobytes().hex(),
            )
            digest = columns["block_digests.digest"][last].tobytes().hex()
        rows = self._cut(manifest.rows, manifest.counts, counts, ROW_TABLES, "rows")
        links = self._cut(manifest.links, manifest.counts, counts, LINK_TABLES, "links")
        manifest = replace(manifest, tip=tip, digest=digest, counts=counts, rows=rows, links=links)
        assert manifest.base is not None
        if blocks < manifest.base.blocks:
            return self.fold(manifest)
        appender = Appender(self.ledger, manifest, None, self.timings)
        appender.cut(blocks)
        return appender.manifest

    def _cut(
        self,
        pieces: tuple[Piece, ...],
        before: Mapping[str, int],
        counts: Mapping[str, int],
        tables: tuple[Table, ...],
        kind: str,
    ) -> tuple[Piece, ...]:
        names = [table.name for table in tables]
        # Tables of links may have rows where others have none.
        kept = tuple(each for each in pieces if any(int(each.first[name]) < counts[name] for name in names))
        if kept:
            last = kept[-1]
            end = pieces[len(kept)].first if len(kept) < len(pieces) else before
            sizes = [sizes_between(tables, last.first, each) for each in (end, counts)]
            checked = checks.cut(self.ledger / last.folder, last.checked, *sizes)
            kept = (*kept[:-1], replace(last, checked=checked))
        first = {table.name: counts[table.name] for table in tables}
        folder = generations.following(self.ledger, kind)
        with storage(self.ledger / folder):
            (self.ledger / folder).mkdir()
        return (*kept, Piece(folder, first))

    def tidied(self, manifest: Manifest) -> Manifest:
        """The same state, folded where its segments have outgrown the base, and with fewer pieces where
        reorganisations have left many. Nothing is committed."""
        base = manifest.base
        assert base is not None
        joined = [JOINED if len(pieces) > MOST_PIECES else 0 for pieces in (manifest.rows, manifest.links)]
        if any(joined):
            manifest = self._joined(manifest, *joined)
        blocks = int(manifest.counts["blocks"])
        if blocks > OUTGROWN and blocks - UNDONE > 2 * base.blocks:
            return self.fold(manifest)
        return manifest
