"""Where each block of a ledger lies in block files, and whether its header is the ledger's.

All headers are compared, however few blocks are: a scan of the files finds them anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clew.bitcoin.block import NULL_HASH, check_merkle_root, parse_block, work
from clew.errors import BadBlockError
from clew.ledger.blockfiles import BlockFiles
from clew.ledger.frames import FRAME_BYTES, HEADER_BYTES, FileScan, Frame, Skipped
from clew.ledger.ledger import Ledger
from clew.verify.findings import Finding, Findings, Step

MEDIAN_BLOCKS = 11
_ROWS = 10_000
_FIELDS = ("version", "merkle_root", "time", "bits", "nonce")
_COLUMNS = ("hash", *_FIELDS, "median_time", "work", "size")


def shown(wire: bytes) -> str:
    """A hash as explorers show it."""
    return wire[::-1].hex()


@dataclass
class Places:
    """The copies of each block of the ledger, by height, and what could not be compared.

    ``suspects`` are heights whose header says that the whole block must be looked at. ``absent``
    are heights that the files cannot hold: pruned, in a file that is not there, or beyond their end.
    """

    copies: dict[int, list[Frame]] = field(default_factory=dict)
    suspects: set[int] = field(default_factory=set)
    absent: list[int] = field(default_factory=list)
    others: list[Frame] = field(default_factory=list)


def locate(ledger: Ledger, scans: Sequence[FileScan]) -> Places:
    """Find the ledger's blocks among the frames of the files. ``others`` are blocks it does not have."""
    hashes = ledger.column("blocks.hash")[: ledger.counts["blocks"]]
    heights = {row.tobytes(): height for height, row in enumerate(hashes)}
    places = Places()
    for scan in scans:
        for frame in scan.frames:
            height = heights.get(frame.hash)
            if height is None:
                places.others.append(frame)
            else:
                places.copies.setdefault(height, []).append(frame)
    return places


class HeaderCheck:
    """Compares every header of the files with the ledger's ``blocks``."""

    def __init__(self, ledger: Ledger, files: BlockFiles, places: Places, findings: Findings) -> None:
        self.ledger = ledger
        self.files = files
        self.places = places
        self.findings = findings
        self.count = ledger.counts["blocks"]
        self.explained: set[int] = set()
        self.total_work = 0
        self.times: list[int] = []

    def run(self, scans: Sequence[FileScan], step: Callable[[Step], None]) -> None:
        """Compare all headers, and account for each block that no file holds."""
        previous = NULL_HASH
        for height, row in self._rows():
            if height % _ROWS == 0:
                step(Step("headers", height, self.count, "blocks", height))
            self._compare(height, row, previous)
            previous = row["hash"].tobytes()
        if previous != bytes.fromhex(self.ledger.tip.hash)[::-1]:
            self._differs("hash", self.count - 1, self.ledger.tip.hash, shown(previous))
            self.explained.add(self.count - 1)
        self._account(scans)
        step(Step("headers", self.count, self.count, "blocks", self.count - 1))

    def _rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for first in range(0, self.count, _ROWS):
            span = slice(first, min(first + _ROWS, self.count))
            columns = {name: self.ledger.column(f"blocks.{name}")[span] for name in _COLUMNS}
            for at in range(span.stop - first):
                yield first + at, {name: column[at] for name, column in columns.items()}

    def _compare(self, height: int, row: dict[str, Any], previous: bytes) -> None:
        copies = self.places.copies.get(height)
        bits, time = int(row["bits"]), int(row["time"])
        if copies:
            frame = copies[0]
            bits, time = frame.bits, frame.time
            if frame.previous != previous:
                self._differs("hash", height - 1, shown(frame.previous), shown(previous))
                self.explained.add(height - 1)
            self._compare_fields(height, row, frame)
            if int(row["size"]) != frame.length:
                # The ledger's size may be wrong, or the file's: the block itself will tell.
                self.places.suspects.add(height)
        self._compare_sums(height, row, bits, time)

    def _compare_fields(self, height: int, row: dict[str, Any], frame: Frame) -> None:
        for name in _FIELDS:
            expected, found = getattr(frame, name), row[name]
            if isinstance(expected, bytes):
                if expected != found.tobytes():
                    self._differs(name, height, shown(expected), shown(found.tobytes()))
            elif expected != int(found):
                self._differs(name, height, str(expected), str(int(found)))

    def _compare_sums(self, height: int, row: dict[str, Any], bits: int, time: int) -> None:
        self.times = [*self.times[1 - MEDIAN_BLOCKS :], time]
        median = sorted(self.times)[len(self.times) // 2]
        if median != int(row["median_time"]):
            self._differs("median_time", height, str(median), str(int(row["median_time"])))
        stated = int.from_bytes(row["work"].tobytes(), "big")
        try:
            self.total_work += work(bits)
        except BadBlockError as error:
            # Only the ledger's own target can be like that: a frame's has been met by a hash.
            self._differs("bits", height, "a target", str(error))
            self.total_work = stated
        if stated != self.total_work:
            self._differs("work", height, f"{self.total_work:064x}", f"{stated:064x}")

    def _differs(self, column: str, height: int, expected: str, found: str) -> None:
        hashes = self.ledger.column("blocks.hash")
        block = shown(hashes[height].tobytes()) if 0 <= height < self.count else None
        self.findings.add(
            Finding(f"blocks.{column}", expected, found, height=height, block=block, row=height)
        )

    # Blocks that no file holds

    def _account(self, scans: Sequence[FileScan]) -> None:
        """Say of each block that is in no file whether it is damaged there, lost, or only not there."""
        missing = [height for height in range(self.count) if height not in self.places.copies]
        missing = [height for height in missing if height not in self.explained]
        named = set(self._damaged(missing, scans)) if missing else set()
        highest = max(self.places.copies, default=-1)
        numbers = list(self.files.files)
        complete = numbers == list(range(len(numbers)))
        for height in missing:
            if height in named:
                continue
            if complete and height < highest:
                self._lost(height, "no block of that hash in any file, though no file is missing")
            else:
                self.places.absent.append(height)

    def _lost(self, height: int, found: str, frame: tuple[int, int] | None = None) -> None:
        expected = shown(self.ledger.column("blocks.hash")[height].tobytes())
        file = str(self.files.files[frame[0]].path) if frame else None
        self.findings.add(
            Finding(
                "block file",
                f"block {expected} whole",
                found,
                height=height,
                block=expected,
                file=file or str(self.files.folder),
                offset=frame[1] if frame else None,
            )
        )

    def _damaged(self, missing: Sequence[int], scans: Sequence[FileScan]) -> Iterator[int]:
        """The missing blocks that lie damaged in a file: cut off, or known by a part of their header."""
        hashes, roots = self.ledger.column("blocks.hash"), self.ledger.column("blocks.merkle_root")
        own = {hashes[height].tobytes(): height for height in missing}
        parents = {hashes[height - 1].tobytes() if height else NULL_HASH: height for height in missing}
        by_root = {roots[height].tobytes(): height for height in missing}
        for scan in scans:
            for frame in scan.cut:
                if (height := own.get(frame.hash)) is not None:
                    size = self.files.files[frame.file].size - frame.offset
                    found = f"the end of the file after {size} of {frame.length} bytes"
                    self._lost(height, found, (frame.file, frame.offset))
                    yield height
            for piece in scan.skipped:
                header = self._header_at(piece)
                height = by_root.get(header[36:68], parents.get(header[4:36]))
                if height is not None:
                    self._lost(height, piece.reason, (piece.file, piece.offset + FRAME_BYTES))
                    yield height

        for frame in self.places.others:
            # Where work is cheap, a damaged header can still have it done.
            height = by_root.get(frame.merkle_root)
            if height is None and not self._has_its_transactions(frame):
                height = parents.get(frame.previous)
            if height is not None:
                self._lost(height, f"block {shown(frame.hash)}", (frame.file, frame.offset))
                yield height

    def _has_its_transactions(self, frame: Frame) -> bool:
        try:
            check_merkle_root(parse_block(self.files.read(frame.file, frame.offset, frame.length)))
        except BadBlockError:
            return False
        return True

    def _header_at(self, piece: Skipped) -> bytes:
        return self.files.read(piece.file, piece.offset + FRAME_BYTES, HEADER_BYTES)


def ranges(heights: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Ascending heights as ranges, first and last of each."""
    if not heights:
        return ()
    numbers = np.array(heights, np.int64)
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    firsts = [numbers[0], *numbers[breaks + 1]]
    lasts = [*numbers[breaks], numbers[-1]]
    return tuple((int(first), int(last)) for first, last in zip(firsts, lasts, strict=True))
