"""Gives each output its address and each address its id, from the records that were set aside.

Three passes: each partition finds the first output of every address; those outputs are marked and
counted; and batch by batch, in chain order, outputs get the rank of theirs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clew.build.rows import Rows, require_addresses
from clew.build.spill import Region, regions, stated
from clew.build.timings import Timings
from clew.engine.local import LocalEngine
from clew.kernels import join as kernel
from clew.ledger.columns import Array
from clew.ledger.disk import storage, write_all
from clew.schema import (
    END_BYTES,
    HEAD_BYTES,
    NO_ADDRESS,
    TAIL_BYTES,
    WITNESS_UNKNOWN,
)

LOW, HIGH = "firsts.low", "firsts.high"
FILES = frozenset({LOW, HIGH})
TAG_BITS = 30
"""Bits of a key that must agree before payloads are compared."""


@dataclass(frozen=True)
class Joined:
    """One batch's rows that tell of addresses, and its first block and address."""

    region: Region
    first_address: int
    rows: Rows


class Join:
    """Joins what lies in ``folder``, ``size`` bytes of it; leaves two files there meanwhile."""

    def __init__(
        self,
        folder: Path,
        size: int,
        engine: LocalEngine,
        timings: Timings,
        step: Callable[[str, int, int], None],
    ) -> None:
        self.folder = folder
        self.engine = engine
        self.timings = timings
        self.step = step
        self.partitions, seed = stated(folder)
        self.seed = np.uint64(seed)
        self.words, self.regions = regions(folder, size)
        self._room = threading.local()
        counts = np.array([region.counts for region in self.regions]).reshape(-1, 2, self.partitions)
        self.counts = counts
        # Records lie by kind, then partition, then batch, in the files of first outputs.
        totals = counts.sum(axis=0)
        self.before = (np.cumsum(totals.reshape(-1)) - totals.reshape(-1)).reshape(2, self.partitions)
        self.within = np.cumsum(counts, axis=0) - counts
        self.starts = np.concatenate(
            [np.zeros((*counts.shape[:2], 1), np.int64), np.cumsum(counts, axis=2)], axis=2
        )
        self.records = int(totals.sum())
        both = (0, 1)
        self.row_places = [np.array([each.rows(kind) for each in self.regions], np.int64) for kind in both]
        self.payload_places = [
            np.array([each.payloads(kind) for each in self.regions], np.int64) for kind in both
        ]
        self.bases = np.array([each.output for each in self.regions], np.int64)
        self.outputs = self.regions[-1].output + self.regions[-1].outputs if self.regions else 0

    def find_firsts(self) -> None:
        """First pass: the first output of every record's address. Raises StorageError."""
        with storage(self.folder / LOW):
            for name in (LOW, HIGH):
                with open(self.folder / name, "wb"):
                    pass
            low = os.open(self.folder / LOW, os.O_WRONLY | getattr(os, "O_BINARY", 0))
            high = os.open(self.folder / HIGH, os.O_WRONLY | getattr(os, "O_BINARY", 0))
            try:
                gate = threading.Lock()

                def one(number: int) -> None:
                    found = self._join(number % 2, number // 2)
                    at = int(self.before[number % 2, number // 2])
                    for descriptor, data in ((low, found[0]), (high, found[1])):
                        _write_at(descriptor, data, at * data.itemsize, gate)

                numbers = sorted(
                    range(2 * self.partitions), key=lambda n: -int(self.counts[:, n % 2, n // 2].sum())
                )
                self.step("addresses", 0, len(numbers))
                for done, _ in enumerate(self.engine.each(one, numbers), 1):
                    self.step("addresses", done, len(numbers))
            finally:
                os.close(low)
                os.close(high)
        shape = (self.records,)
        empty = np.empty(0, np.uint32), np.empty(0, np.uint8)
        self.low, self.high = (
            np.asarray(np.memmap(self.folder / name, dtype, "r", shape=shape)) if self.records else none
            for name, dtype, none in zip((LOW, HIGH), (np.uint32, np.uint8), empty, strict=True)
        )

    def _join(self, kind: int, partition: int) -> tuple[Array, Array]:
        with self.timings.stage("addresses: join"):
            count = kernel.LONG_WORDS if kind else kernel.SHORT_WORDS
            counts = self.counts[:, kind, partition]
            records = int(counts.sum())
            first = self.starts[:, kind, partition]
            rows, payloads = self.row_places[kind] + first, self.payload_places[kind] + count * first
            low, high = np.empty(records, np.uint32), np.empty(records, np.uint8)
            if records:
                slices = kernel.Slices(self.words, rows, payloads, np.ascontiguousarray(counts), self.bases)
                kernel.join(slices, count, self.seed, TAG_BITS, self._rooms(records, count), low, high)
            return low, high

    def _rooms(self, records: int, count: int) -> kernel.Room:
        slots = 1 << max(4, (records * 3 // 2).bit_length())
        held: dict[str, Array] = self._room.__dict__

        def room(name: str, size: int, dtype: type) -> Array:
            if name not in held or len(held[name]) < size:
                held[name] = np.empty(size, dtype)
            return held[name][:size]

        table = room("slots", slots, np.uint64)
        table[:] = 0
        return kernel.Room(
            table,
            room("payloads", count * records, np.uint32),
            room("types", records, np.uint8),
            room("outputs", records, np.int64),
        )

    def mark(self) -> None:
        """Second pass: which outputs are first, and how many before each. Raises BadBlockError."""
        bits = np.zeros(self.outputs // 64 * 8 + 16, np.uint8)

        def one(number: int) -> tuple[int, Array]:
            with self.timings.stage("addresses: mark"):
                region = self.regions[number]
                mine = np.zeros(region.outputs // 8 + 2, np.uint8)
                for kind in (0, 1):
                    kernel.mark_firsts(self._parts(number, kind), region.output, mine)
                return region.output >> 3, mine

        for start, mine in self.engine.each(one, range(len(self.regions))):
            # Two batches may share a byte.
            bits[start : start + len(mine)] |= mine[: len(bits) - start]
        self.marked = bits.view(np.uint64)
        self.ranks = np.empty(len(self.marked), np.uint32)
        self.addresses = int(kernel.count_ones(self.marked, self.ranks))
        require_addresses(self.addresses)

    def _parts(self, number: int, kind: int) -> kernel.Parts:
        return kernel.Parts(
            self.words,
            int(self.row_places[kind][number]),
            int(self.payload_places[kind][number]),
            np.ascontiguousarray(self.starts[number, kind]),
            self.low,
            self.high,
            self.before[kind] + self.within[number, kind],
        )

    def number(self) -> Iterator[Joined]:
        """Third pass: each batch's address columns, in chain order."""
        self.step("address ids", 0, len(self.regions))
        for done, joined in enumerate(self.engine.each(self._number, range(len(self.regions))), 1):
            yield joined
            self.step("address ids", done, len(self.regions))

    def rank(self, output: int) -> int:
        """How many addresses appear in outputs before ``output``."""
        return int(kernel.rank(self.marked, self.ranks, output)) if self.outputs else 0

    def _number(self, number: int) -> Joined:
        with self.timings.stage("addresses: number"):
            region = self.regions[number]
            first = self.rank(region.output)
            new = self.rank(region.output + region.outputs) - first
            out = kernel.Addresses(
                np.full(region.outputs, NO_ADDRESS, np.uint32),
                np.empty(new, np.uint8),
                np.empty(new, np.uint8),
                np.zeros(kernel.LONG_WORDS * new, np.uint32),
            )
            for kind, count in ((0, kernel.SHORT_WORDS), (1, kernel.LONG_WORDS)):
                kernel.number(
                    self._parts(number, kind), count, region.output, first, self.marked, self.ranks, out
                )
            payloads = out.payloads.view(np.uint8).reshape(-1, 4 * kernel.LONG_WORDS)
            rows = address_rows(first, out.types, out.lengths, payloads)
            rows["outputs"] = {"address": out.ids}
            return Joined(region, first, rows)


def address_rows(first: int, types: Array, lengths: Array, payloads: Array) -> Rows:
    """Rows of new addresses, ids from ``first`` on: ``types`` and ``lengths`` uint8, ``payloads`` uint8
    (addresses, PAYLOAD_STRIDE)."""
    with_tail = np.flatnonzero(lengths > HEAD_BYTES)
    with_end = np.flatnonzero(types == WITNESS_UNKNOWN)
    end = HEAD_BYTES + TAIL_BYTES
    return {
        "addresses": {"type": types, "head": payloads[:, :HEAD_BYTES]},
        "address_tails": {
            "address": (first + with_tail).astype(np.uint32),
            "tail": payloads[with_tail, HEAD_BYTES:end],
        },
        "address_ends": {
            "address": (first + with_end).astype(np.uint32),
            "length": lengths[with_end],
            "end": payloads[with_end, end : end + END_BYTES],
        },
    }


def _write_at(descriptor: int, data: Array, offset: int, gate: Any) -> None:
    view = data.data.cast("B") if len(data) else memoryview(b"")
    if hasattr(os, "pwrite"):
        while len(view):
            done = os.pwrite(descriptor, view, offset)
            view, offset = view[done:], offset + done
        return
    with gate:
        # No positioned writes on this system: one thread at a time.
        os.lseek(descriptor, offset, os.SEEK_SET)
        with os.fdopen(os.dup(descriptor), "wb", buffering=0) as file:
            write_all(file, view)


__all__ = ["FILES", "HIGH", "LOW", "Join", "Joined", "address_rows"]
