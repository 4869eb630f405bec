"""Blocks after a ledger's tip: their rows behind the others, and a segment of what they change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clew.build.batches import Parsed
from clew.build.links import links_behind
from clew.build.resolve import Paying, Spending
from clew.build.rows import RowMaker, Rows, content_digests
from clew.build.segments import make_segment
from clew.build.soundness import reading_back
from clew.build.timings import Timings
from clew.ledger import segments
from clew.ledger.blocksource import BlockSource
from clew.ledger.columns import Array
from clew.ledger.digest import block_digest
from clew.ledger.ledger import Ledger, map_pieces
from clew.ledger.manifest import Manifest, Piece, Tip
from clew.ledger.segments import Counts, SegmentFile
from clew.ledger.tables import TableWriter
from clew.schema import LINK_TABLES, ROW_TABLES, Table

MERGED = 8
"""So many neighbouring segments of one size become one."""
MOST_MERGED = 4096
"""Blocks of the largest segments that are made by merging; larger parts belong into the base."""
UNDONE = 100
"""Blocks at the tip of which no segment holds more than LARGEST_AT_TIP, so that undoing them is quick."""
LARGEST_AT_TIP = 512


class Appender:
    """Adds batches of blocks to a state that is not committed meanwhile.

    ``manifest`` names the state; the files that it needs are on disk, not all of them synced.
    """

    def __init__(self, ledger: Path, manifest: Manifest, files: BlockSource | None, timings: Timings) -> None:
        self.ledger = ledger
        self.manifest = manifest
        self.files = files
        self.timings = timings
        self._writers: dict[str, TableWriter] = {}
        self._number = max(
            (int(entry.name.rpartition("-")[2]) for entry in ledger.glob("segment-*-*-*")), default=0
        )

    def add(self, parsed: Parsed) -> None:
        """Add a batch. Raises BadBlockError where an input spends nothing, StorageError, NotALedgerError."""
        with reading_back(self.ledger):
            self._add(parsed)

    def _add(self, parsed: Parsed) -> None:
        state = Ledger(self.ledger, self.manifest)
        with self.timings.stage("append: resolve"):
            rows, digest = self._rows(state, parsed)
        with self.timings.stage("append: write"):
            self._write_rows(rows)
        counts = {name: int(self.manifest.counts[name]) for name in self.manifest.counts}
        with self.timings.stage("append: links"):
            self.write_links(*links_behind(self.columns(), counts, state.derived))
        node = parsed.nodes[-1]
        tip = Tip(node.height, node.hash[::-1].hex(), node.work.to_bytes(32, "big").hex())
        self.manifest = replace(self.manifest, tip=tip, digest=digest.hex())
        first = state.counts["blocks"]
        made = self.segment(state, first, first + len(parsed.nodes))
        self.manifest = replace(self.manifest, segments=(*self.manifest.segments, made))

    def _rows(self, state: Ledger, parsed: Parsed) -> tuple[Rows, bytes]:
        times = np.asarray(state.column("blocks.time")[max(0, state.counts["blocks"] - 11) :]).tolist()
        assert self.files is not None
        maker = RowMaker(self.files, state.counts, times)
        spent, replaced, fault = Spending(state, parsed, maker.unspendable(parsed)).resolve()
        if fault:
            raise maker.bad_input(parsed, fault)
        outputs, transactions = state.counts["outputs"], state.counts["transactions"]

        def earlier(output: int, txid: bytes) -> int:
            if output < outputs:
                return state.transaction_of_output(output)
            inside = np.searchsorted(parsed.columns.first_output, output - outputs, "right") - 1
            return transactions + int(inside)

        rows = maker.make(parsed, spent, replaced, earlier)
        new, paying = Paying(state, parsed).resolve()
        edges = np.searchsorted(new, parsed.batch.output_base).astype(np.int64)
        first = state.counts["addresses"]
        rows["blocks"]["first_address"] = (edges[:-1] + first).astype(np.uint32)
        content = content_digests(rows)
        digests = rolling_digests(bytes.fromhex(self.manifest.digest), content, rows, paying, edges, first)
        for name, columns in paying.items():
            rows.setdefault(name, {}).update(columns)
        rows["block_digests"] = {"content": content, "digest": digests}
        return rows, digests[-1].tobytes()

    def _write_rows(self, rows: Rows) -> None:
        pieces, counts = self._append(self.manifest.rows, ROW_TABLES, rows)
        self.manifest = replace(self.manifest, rows=pieces, counts={**self.manifest.counts, **counts})

    def write_links(self, found: Mapping[str, Array], known: Array) -> None:
        """Append links to those of the state, and addresses whose keys everybody knows."""
        rows: Rows = {"links": dict(found), "known_keys": {"address": known}}
        pieces, counts = self._append(self.manifest.links, LINK_TABLES, rows)
        self.manifest = replace(self.manifest, links=pieces, counts={**self.manifest.counts, **counts})

    def _append(
        self, pieces: tuple[Piece, ...], tables: tuple[Table, ...], rows: Rows
    ) -> tuple[tuple[Piece, ...], dict[str, int]]:
        """Append rows to the last piece; returns the pieces, and the counts of all."""
        last = pieces[-1]
        counts = self.manifest.counts
        mine = {table.name: int(counts[table.name]) - int(last.first[table.name]) for table in tables}
        writer = self._writers.get(last.folder)
        if writer is None:
            writer = TableWriter(self.ledger / last.folder, tables, mine, last.checked, last.first)
            self._writers[last.folder] = writer
        for name, columns in rows.items():
            writer.append(name, columns)
        after = {name: count + int(last.first[name]) for name, count in writer.counts.items()}
        return (*pieces[:-1], replace(last, checked=writer.checked)), after

    def sync(self) -> None:
        """Make the state survive a power cut. Raises StorageError."""
        with self.timings.stage("wait for the disk"):
            for writer in self._writers.values():
                writer.sync()

    def close(self) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def columns(self) -> dict[str, Any]:
        """Rows and links of the state, by name."""
        columns = map_pieces(self.ledger, self.manifest.rows, self.manifest.counts, ROW_TABLES)
        return columns | map_pieces(self.ledger, self.manifest.links, self.manifest.counts, LINK_TABLES)

    def segment(self, state: Ledger, first: int, last: int) -> SegmentFile:
        """Make and write the segment of blocks ``first`` to ``last``; ``state`` ends before them."""
        with self.timings.stage("append: segment"), reading_back(self.ledger):
            columns = self.columns()
            counts = counts_at(columns, self.manifest.counts, last)
            begin = counts_at(columns, self.manifest.counts, first)
            after = Counts(counts["transactions"], counts["outputs"], counts["addresses"])
            inputs = begin["inputs"], counts["inputs"]
            made, sums = make_segment(columns, state.derived, (first, last), after, inputs)
            self._number += 1
            return segments.write(self.ledger, made, self._number, sums)

    # Segments

    def cut(self, blocks: int) -> None:
        """Keep the segments of the first ``blocks`` blocks, the last one anew where it goes further.

        The rows are cut back already.
        """
        held = self.manifest.segments
        kept = tuple(each for each in held if each.last <= blocks)
        self.manifest = replace(self.manifest, segments=kept)
        first = kept[-1].last if kept else self._base_blocks()
        if first < blocks:
            state = Ledger(self.ledger, self.manifest)
            self.manifest = replace(self.manifest, segments=(*kept, self.segment(state, first, blocks)))

    def tidy(self) -> None:
        """Merge neighbouring segments of like size, so that there are never many."""
        while span := mergeable(self.manifest.segments):
            start, end = span
            held = self.manifest.segments
            state = Ledger(self.ledger, replace(self.manifest, segments=held[:start]))
            merged = self.segment(state, held[start].first, held[end - 1].last)
            self.manifest = replace(self.manifest, segments=(*held[:start], merged, *held[end:]))

    def _base_blocks(self) -> int:
        assert self.manifest.base is not None
        return self.manifest.base.blocks


def mergeable(held: tuple[SegmentFile, ...]) -> tuple[int, int] | None:
    """Which neighbouring segments should become one: the first, and one past the last; None for none.

    At least MERGED of them, none of which has over a quarter of their blocks.
    """
    for start in range(len(held) - MERGED + 1):
        for end in range(start + MERGED, len(held) + 1):
            sizes = [each.last - each.first for each in held[start:end]]
            old = held[end - 1].last <= held[-1].last - UNDONE
            if sum(sizes) <= (MOST_MERGED if old else LARGEST_AT_TIP) and 4 * max(sizes) <= sum(sizes):
                return start, end
    return None


def counts_at(columns: Mapping[str, Any], counts: Mapping[str, int], blocks: int) -> dict[str, int]:
    """Rows of each row table that belong to the first ``blocks`` blocks, and links."""
    if blocks >= int(counts["blocks"]):
        return {name: int(count) for name, count in counts.items()}
    found = {"blocks": blocks, "block_digests": blocks}
    for name in ("transactions", "outputs", "inputs"):
        found[name] = int(columns[f"blocks.first_{name[:-1]}"][blocks])
    found["addresses"] = int(columns["blocks.first_address"][blocks])
    for name, column, limit in (
        ("address_tails", "address", "addresses"),
        ("address_ends", "address", "addresses"),
        ("overwritten", "by", "transactions"),
        ("unspendable", "output", "outputs"),
        ("large_values", "row", "outputs"),
        ("rare_versions", "row", "transactions"),
        ("rare_sequences", "row", "inputs"),
        ("links", "transaction", "transactions"),
        ("known_keys", "address", "addresses"),
    ):
        if f"{name}.{column}" in columns:
            found[name] = bisect_left(columns[f"{name}.{column}"], found[limit])
    return found


def rolling_digests(
    previous: bytes, content: Array, rows: Rows, paying: Rows, edges: Array, first: int
) -> Array:
    """Rolling digests of a batch's blocks; uint8 (blocks, 32).

    ``rows`` has ``blocks`` with ``first_address``; ``paying`` the other columns that tell of addresses;
    ``edges`` (int64, blocks + 1): new addresses before each block, less ``first``.
    """
    blocks = rows["blocks"]
    starts = blocks["first_output"] - blocks["first_output"][0]
    outputs = np.append(starts, len(paying["outputs"]["address"]))
    return roll(previous, content, blocks["first_address"], paying, outputs, edges, first)


def roll(
    previous: bytes,
    content: Array,
    first_address: Array,
    paying: Rows,
    outputs: Array,
    edges: Array,
    first: int,
) -> Array:
    """Rolling digests (uint8, blocks x 32): ``outputs`` and ``edges`` (int64, blocks + 1) are the rows of
    ``paying`` at which each block's outputs and new addresses begin."""
    cuts: dict[str, Any] = {"outputs": outputs, "addresses": edges}
    for name in ("address_tails", "address_ends"):
        cuts[name] = np.searchsorted(paying[name]["address"].astype(np.int64), edges + first)
    found = []
    for block in range(len(content)):
        columns = {
            name: {key: data[cuts[name][block] : cuts[name][block + 1]] for key, data in held.items()}
            for name, held in paying.items()
        }
        columns["blocks"] = {"first_address": first_address[block : block + 1]}
        previous = block_digest(previous, content[block].tobytes(), columns)
        found.append(previous)
    return np.frombuffer(b"".join(found), np.uint8).reshape(-1, 32)


__all__ = ["Appender", "counts_at", "mergeable", "rolling_digests"]
