"""Blocks of the best chain, some dozens of megabytes at a time: read, counted, filled, checked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from clew.build.timings import Timings
from clew.engine.local import LocalEngine
from clew.errors import BadBlockError
from clew.kernels import parse, structure
from clew.ledger.blocksource import BlockSource
from clew.ledger.columns import Array
from clew.ledger.frames import HEADER_BYTES, Frame
from clew.ledger.headers import Node
from clew.schema import PAYLOAD_STRIDE

BATCH_BYTES = 32 << 20


class Parsed(NamedTuple):
    """A batch whose every block is sound, and what was made of it beside."""

    nodes: list[Node]
    batch: parse.Batch
    columns: parse.Columns
    beside: object = None


class BlockReader:
    """Reads and checks blocks; where one copy of a block is broken, takes the next.

    ``seed`` keys the addresses (``Columns.key``), so that nobody can make addresses that share one.
    """

    def __init__(
        self,
        files: BlockSource,
        engine: LocalEngine,
        seed: int,
        batch_bytes: int = BATCH_BYTES,
        timings: Timings | None = None,
    ) -> None:
        self.files = files
        self.engine = engine
        self.batch_bytes = batch_bytes
        self.broken_copies: list[Frame] = []
        self.seed = np.uint64(seed)
        self.timings = timings or Timings()
        self._room = threading.local()
        on = files.network
        self.form = structure.Form(
            on.max_money, on.has_witness_programs, on.auxpow_chain is not None, on.mweb, on.tokens, on.forkid
        )

    def read(self, nodes: list[Node], beside: Callable[[Parsed], object] | None = None) -> Iterator[Parsed]:
        """Parsed batches of ``nodes``, in order; the next ones are under way while one is used.

        ``beside`` is called for each where it is parsed, and its answer goes along. Raises
        BadBlockError where no copy of a block is sound.
        """

        def work(group: list[Node]) -> Parsed:
            parsed = self._parse(group)
            return parsed._replace(beside=beside(parsed)) if beside else parsed

        return self.engine.each(work, self._groups(nodes))

    def _groups(self, nodes: list[Node]) -> Iterator[list[Node]]:
        group: list[Node] = []
        size = 0
        # A node's blocks state their length only once they are there.
        for node in self.files.in_order(nodes):
            if group and size + node.frame.length > self.batch_bytes:
                yield group
                group, size = [], 0
            group.append(node)
            size += node.frame.length
        if group:
            yield group

    def _load(self, nodes: list[Node]) -> tuple[Array, Array, Array]:
        lengths = np.array([node.frame.length for node in nodes], np.int64)
        # Blocks start at whole words, so that revealing an obfuscated one goes word by word.
        starts = np.zeros(len(nodes), np.int64)
        np.cumsum((lengths[:-1] + 7) // 8 * 8, out=starts[1:])
        data = self._buffer(int(starts[-1] + lengths[-1]) + 8)
        with self.timings.stage("read"):
            for node, start in zip(nodes, starts.tolist(), strict=True):
                self._load_one(node.frame, data[start : start + node.frame.length])
        return data, starts, starts + lengths

    def _buffer(self, size: int) -> Array:
        """Room of this thread for block bytes: fresh memory costs as much as parsing does."""
        held: Array | None = getattr(self._room, "data", None)
        if held is None or len(held) < size:
            held = self._room.data = np.empty(max(size, self.batch_bytes + (1 << 16)), np.uint8)
        return held[:size]

    def _load_one(self, frame: Frame, place: Array) -> None:
        got = self.files.read_into(frame.file, frame.offset, place)
        if got != len(place):
            raise BadBlockError(
                f"{self.files.where(frame)}: expected a block of {len(place)} bytes, found {got}; the file "
                "was truncated while it was read; run the command again"
            )

    def _parse(self, nodes: list[Node]) -> Parsed:
        while True:
            data, starts, ends = self._load(nodes)
            for node, start in zip(nodes, starts.tolist(), strict=True):
                if data[start : start + HEADER_BYTES].tobytes() != node.frame.header:
                    raise self._bad(node, "the header changed while the file was read")
            with self.timings.stage("count"):
                counts, faults = _count(data, starts, ends, self.form)
            if not faults[:, 0].any():
                with self.timings.stage("fill and hash"):
                    parsed, faults = self._fill(nodes, data, starts, ends, counts)
                if not faults[:, 0].any():
                    return parsed
            for bad in np.flatnonzero(faults[:, 0]).tolist():
                self._take_another(nodes[bad], faults[bad])

    def _fill(
        self, nodes: list[Node], data: Array, starts: Array, ends: Array, counts: Array
    ) -> tuple[Parsed, Array]:
        bases = np.zeros((3, len(nodes) + 1), np.int64)
        np.cumsum(counts.T, axis=1, out=bases[:, 1:])
        columns = _columns(*(int(base[-1]) for base in bases))
        segwit = np.array([node.height >= self.files.network.segwit_height for node in nodes], np.uint8)
        batch = parse.Batch(data, starts, ends, segwit, self.seed, bases[0], bases[1], bases[2], self.form)
        faults = np.zeros((len(nodes), 2), np.int64)
        parse.fill(batch, columns, 0, len(nodes), faults)
        columns.first_output[-1] = bases[1][-1]
        columns.first_input[-1] = bases[2][-1]
        return Parsed(nodes, batch, columns), faults

    def _take_another(self, node: Node, fault: Array) -> None:
        if len(node.copies) > 1:
            self.broken_copies.append(node.copies.pop(0))
            return
        where = f", at byte {int(fault[1])} of the block" if fault[1] else ""
        raise self._bad(node, structure.FAULTS[int(fault[0])] + where)

    def _bad(self, node: Node, reason: str) -> BadBlockError:
        frame = node.frame
        return BadBlockError(
            f"{self.files.where(frame)}: block {frame.hash[::-1].hex()} at height {node.height} is damaged: "
            f"{reason}; {self.files.remedy}"
        )


def _count(data: Array, starts: Array, ends: Array, form: structure.Form) -> tuple[Array, Array]:
    counts, faults = np.zeros((len(starts), 3), np.int64), np.zeros((len(starts), 2), np.int64)
    structure.count(data, starts, ends, 0, len(starts), form, counts, faults)
    return counts, faults


def _columns(transactions: int, outputs: int, inputs: int) -> parse.Columns:
    def room(rows: int, dtype: type) -> Array:
        return np.empty(rows, dtype)

    return parse.Columns(
        txid=room(32 * transactions, np.uint8),
        offset=room(transactions, np.uint32),
        size=room(transactions, np.uint32),
        base_size=room(transactions, np.uint32),
        version=room(transactions, np.uint32),
        lock_time=room(transactions, np.uint32),
        flags=room(transactions, np.uint8),
        first_output=room(transactions + 1, np.int64),
        first_input=room(transactions + 1, np.int64),
        spendable=room(transactions, np.uint32),
        previous_txid=room(32 * inputs, np.uint8),
        previous_index=room(inputs, np.uint32),
        sequence=room(inputs, np.uint32),
        signing=room(inputs, np.uint8),
        value=room(outputs, np.int64),
        script_type=room(outputs, np.uint8),
        oversize=room(outputs, np.uint8),
        address_type=room(outputs, np.uint8),
        payload_length=room(outputs, np.uint8),
        payload=room(PAYLOAD_STRIDE * outputs, np.uint8),
        key=room(outputs, np.uint64),
    )
