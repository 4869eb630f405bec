"""Runs the kernels of the join as a build does, in memory, with keys and tables made small on request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from clew.build import spill
from clew.kernels import join as kernel
from clew.kernels.parse import Columns
from clew.ledger.keys import address_key
from clew.schema import NO_ADDRESS
from clew.schema import PAYLOAD_STRIDE as STRIDE
from naive.joining import Address

KINDS = ((0, kernel.SHORT_WORDS), (1, kernel.LONG_WORDS))


def columns_of(outputs: Sequence[Address], key: Callable[[int], int] = lambda key: key) -> Columns:
    """As the parser would fill them; what no address needs is left out."""
    payload = b"".join(each.ljust(STRIDE, b"\0") for _, each in outputs)
    empty: Any = dict.fromkeys(Columns._fields)
    return Columns(**empty)._replace(
        address_type=np.array([kind for kind, _ in outputs], np.uint8),
        payload_length=np.array([len(each) for _, each in outputs], np.uint8),
        payload=np.frombuffer(payload, np.uint8),
        key=np.array([key(address_key(*each)) for each in outputs], np.uint64),
    )


class Joining:
    """Batches of outputs, ``batches``: the first output of each, and its columns.

    ``bits`` of a key tell addresses apart before payloads; ``slots``: places in each table, at least
    one more than there are addresses, and by default as a build has them.
    """

    def __init__(
        self,
        batches: Sequence[tuple[int, Columns]],
        partitions: int,
        seed: int = 7,
        bits: int = 30,
        slots: int | None = None,
    ) -> None:
        self.bases = [base for base, _ in batches]
        self.sizes = [len(columns.key) for _, columns in batches]
        self.partitions, self.seed, self.bits, self.slots = partitions, np.uint64(seed), bits, slots
        records = [spill.set_aside(columns, partitions) for _, columns in batches]
        # Words of nobody before each batch's, as a file has them.
        parts = [np.concatenate([np.full(5, 0xEEEEEEEE, np.uint32), each.words]) for each in records]
        self.words = np.concatenate(parts)
        self.counts = np.array([each.counts for each in records])
        begin = np.cumsum([0, *(len(part) for part in parts)])[:-1] + 5
        kinds = self.counts.sum(axis=2)
        self.rows = np.stack([begin, begin + kinds[:, 0] * (1 + kernel.SHORT_WORDS)], axis=1)
        self.payloads = self.rows + kinds
        self.starts = np.concatenate(
            [np.zeros((*self.counts.shape[:2], 1), np.int64), np.cumsum(self.counts, axis=2)], axis=2
        )
        totals = self.counts.sum(axis=0)
        self.before = (np.cumsum(totals.reshape(-1)) - totals.reshape(-1)).reshape(2, partitions)
        self.within = np.cumsum(self.counts, axis=0) - self.counts
        self.low = np.full(int(totals.sum()), 0xEEEEEEEE, np.uint32)
        self.high = np.full(len(self.low), 0xEE, np.uint8)

    def find_firsts(self) -> int:
        """The first pass; returns how many addresses there are."""
        return sum(
            self._join(kind, count, partition)
            for kind, count in KINDS
            for partition in range(self.partitions)
        )

    def _join(self, kind: int, count: int, partition: int) -> int:
        counts = np.ascontiguousarray(self.counts[:, kind, partition])
        records = int(counts.sum())
        first = self.starts[:, kind, partition]
        slices = kernel.Slices(
            self.words,
            self.rows[:, kind] + first,
            self.payloads[:, kind] + count * first,
            counts,
            np.array(self.bases, np.int64),
        )
        slots = self.slots or 1 << max(4, (records * 3 // 2).bit_length())
        room = kernel.Room(
            np.zeros(slots, np.uint64),
            np.full(count * records, 0xEEEEEEEE, np.uint32),
            np.full(records, 0xEE, np.uint8),
            np.full(records, -7, np.int64),
        )
        at = int(self.before[kind, partition])
        low, high = self.low[at : at + records], self.high[at : at + records]
        return int(kernel.join(slices, count, self.seed, self.bits, room, low, high))

    def _parts(self, number: int, kind: int) -> kernel.Parts:
        return kernel.Parts(
            self.words,
            int(self.rows[number, kind]),
            int(self.payloads[number, kind]),
            np.ascontiguousarray(self.starts[number, kind]),
            self.low,
            self.high,
            self.before[kind] + self.within[number, kind],
        )

    def firsts(self, number: int) -> list[int]:
        """The first output of each output's address, of one batch; -1 for nobody's."""
        found = np.full(self.sizes[number], -1, np.int64)
        for kind, _ in KINDS:
            parts = self._parts(number, kind)
            for partition in range(self.partitions):
                for record in range(parts.starts[partition], parts.starts[partition + 1]):
                    row = int(self.words[parts.rows + record]) & kernel.ROW_MASK
                    place = int(parts.firsts[partition] + record - parts.starts[partition])
                    assert found[row] == -1
                    found[row] = int(self.low[place]) | int(self.high[place]) << 32
        return found.tolist()  # type: ignore[no-any-return]

    def mark(self) -> int:
        """The second pass; returns how many addresses there are. What lies far before the first batch
        takes no memory."""
        begin, end = self.bases[0] >> 6, (self.bases[-1] + self.sizes[-1] >> 6) + 2
        self.bits_marked = np.zeros(8 * end, np.uint8)
        marked = 0
        for number, base in enumerate(self.bases):
            mine = np.zeros(self.sizes[number] // 8 + 2, np.uint8)
            for kind, _ in KINDS:
                marked += int(kernel.mark_firsts(self._parts(number, kind), base, mine))
            start = base >> 3
            self.bits_marked[start : start + len(mine)] |= mine[: len(self.bits_marked) - start]
        self.marked = self.bits_marked.view(np.uint64)
        self.ranks = np.zeros(end, np.uint32)
        assert kernel.count_ones(self.marked[begin:], self.ranks[begin:]) == marked
        return marked

    def number(self, number: int) -> kernel.Addresses:
        """The third pass, for one batch."""
        base = self.bases[number]
        first = int(kernel.rank(self.marked, self.ranks, base))
        new = int(kernel.rank(self.marked, self.ranks, base + self.sizes[number])) - first
        out = kernel.Addresses(
            np.full(self.sizes[number], NO_ADDRESS, np.uint32),
            np.full(new, 0xEE, np.uint8),
            np.full(new, 0xEE, np.uint8),
            np.zeros(kernel.LONG_WORDS * new, np.uint32),
        )
        for kind, count in KINDS:
            kernel.number(self._parts(number, kind), count, base, first, self.marked, self.ranks, out)
        return out
