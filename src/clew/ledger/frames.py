"""Blocks as they lie in a file: their frames listed, and what lies between them.

Bitcoin Core writes each block behind four magic bytes and a length, and preallocates space with
zeros. Whatever else a file holds is stepped over, in time that grows with the file and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from clew.bitcoin.block import target
from clew.bitcoin.hashes import sha256d
from clew.errors import BadBlockError

HEADER_BYTES = 80
FRAME_BYTES = 8
SMALLEST_BLOCK = HEADER_BYTES + 1
LARGEST_BLOCK = 4_000_000
"""Most bytes of a serialised block of Bitcoin (BIP 141)."""

ZEROS_AT_END = 36
"""A block's own last bytes may be so many zeros, a coinbase's witness (BIP 141) and its lock time."""

MOST_PIECES = 20
"""Skipped pieces of one file that are told one by one, and blocks that its end cuts off."""

WINDOW = 1 << 20
_HEAD_BYTES = FRAME_BYTES + HEADER_BYTES
_NO_BLOCK = "no block"


@dataclass(frozen=True)
class Frame:
    """A block as it lies in a file: ``offset`` is that of its header; ``length`` as stated."""

    hash: bytes
    header: bytes
    file: int
    offset: int
    length: int

    @property
    def previous(self) -> bytes:
        """Hash of the parent, in wire order."""
        return self.header[4:36]

    @property
    def version(self) -> int:
        """Header version, signed."""
        return int.from_bytes(self.header[:4], "little", signed=True)

    @property
    def merkle_root(self) -> bytes:
        """Merkle root, in wire order."""
        return self.header[36:68]

    @property
    def nonce(self) -> int:
        """Nonce."""
        return int.from_bytes(self.header[76:80], "little")

    @property
    def bits(self) -> int:
        """Compact target."""
        return int.from_bytes(self.header[72:76], "little")

    @property
    def time(self) -> int:
        """Header time, Unix seconds."""
        return int.from_bytes(self.header[68:72], "little")


@dataclass(frozen=True)
class Skipped:
    """Bytes of a file that are no block: where, how many, and what they look like."""

    file: int
    offset: int
    length: int
    reason: str


@dataclass(frozen=True)
class FileScan:
    """What one file holds: whole frames, frames cut off by the file's end, and what was skipped."""

    frames: tuple[Frame, ...]
    cut: tuple[Frame, ...]
    skipped: tuple[Skipped, ...]
    remembered: bool = False
    """Known from an earlier run, not read again."""
    packed: Any = field(default=None, compare=False, repr=False)
    """All frames as they were kept, where ``frames`` leaves some out."""


class Scanner:
    """One pass over one file.

    A frame counts when its length is possible and its header's hash meets the header's target. Where
    that is dear to check, ``proves`` tells it of a header, the place of the block and its length; it is
    then asked only of frames that do not stand where one is expected: at the beginning of the file or
    after another, and followed by another, by space that is not written yet, or by the end.
    ``read`` and ``read_raw`` give up to so many bytes from an offset, un-obfuscated and as they lie.
    Only heads of frames are read, and whole windows only where no frame follows the last one. Places
    that are searched only move forward, so that a window is read once.
    """

    def __init__(
        self,
        number: int,
        size: int,
        magic: bytes,
        pow_limit: int,
        *,
        read: Callable[[int, int], bytes],
        read_raw: Callable[[int, int], bytes],
        largest: int = LARGEST_BLOCK,
        proves: Callable[[bytes, int, int], bool] | None = None,
    ) -> None:
        self.number = number
        self.size = size
        self.magic = magic
        self.pow_limit = pow_limit
        self.largest = largest
        self.frames: list[Frame] = []
        self.cut: list[Frame] = []
        self.skipped: list[Skipped] = []
        self.unlisted = 0
        self._read = read
        self._read_raw = read_raw
        self._any_magic = re.compile(re.escape(magic))
        self._likely_frame = _likely_frame(magic, largest)
        self._proves = proves
        self._proven = -1, False
        self._head = -1, b""
        self._window = range(0), b""

    def run(self) -> FileScan:
        """The frames of the file, and what was skipped."""
        position, placed = 0, True
        while position < self.size:
            frame, reason = self._frame(position, placed)
            if frame is not None and frame.offset + frame.length <= self.size:
                followed = self._continues(frame.offset + frame.length)
                if placed and not followed:
                    frame, reason = self._frame(position)
            if frame is None:
                position, placed = self._resynchronise(position, reason), False
                continue
            end = frame.offset + frame.length
            if end > self.size:
                self._cut_off(frame)
                position, placed = self._after_doubtful(frame, end), False
                continue
            self.frames.append(frame)
            position, placed = (end, True) if followed else (self._after_doubtful(frame, end), False)
        return FileScan(tuple(self.frames), tuple(self.cut), tuple(self.skipped))

    def _frame(self, position: int, placed: bool = False) -> tuple[Frame | None, str]:
        head = self._head_at(position)
        if head[:4] != self.magic:
            return None, _NO_BLOCK
        if len(head) < _HEAD_BYTES:
            return None, "a header cut off by the end of the file"
        length = int.from_bytes(head[4:8], "little")
        if not SMALLEST_BLOCK <= length <= self.largest:
            return None, f"a block that states an impossible length of {length} bytes"
        header = head[FRAME_BYTES:]
        most = _target(int.from_bytes(header[72:76], "little"), self.pow_limit)
        hashed = sha256d(header) if most > 0 else bytes(32)
        if self._proves is not None:
            fits = most > 0 and (placed or self._is_proven(header, position, length))
        else:
            fits = 0 < int.from_bytes(hashed, "little") <= most
        if not fits:
            return None, "a block whose header hash does not meet its target"
        return Frame(hashed, header, self.number, position + FRAME_BYTES, length), ""

    def _is_proven(self, header: bytes, position: int, length: int) -> bool:
        if position != self._proven[0]:
            assert self._proves is not None
            self._proven = position, self._proves(header, position + FRAME_BYTES, length)
        return self._proven[1]

    def _head_at(self, position: int) -> bytes:
        """The bytes of a frame up to the end of its header, fewer only where the file ends."""
        starts, window = self._window
        if position in starts:
            at = position - starts.start
            return window[at : at + _HEAD_BYTES]
        if position != self._head[0]:
            self._head = position, self._read(position, _HEAD_BYTES)
        return self._head[1]

    def _continues(self, position: int) -> bool:
        """True where a frame, the end of the file, or space allocated ahead begins.

        Not far within that space: a block that reaches into it may state too great a length.
        """
        if self._head_at(position)[:4] == self.magic or position == self.size:
            return True
        return 0 <= position - self._blank_from <= ZEROS_AT_END

    def _after_doubtful(self, frame: Frame, end: int) -> int:
        """Where to go on after a frame that nothing proper follows: its length may be wrong, so look
        for a frame inside it first; a block seldom holds a second header with its work done."""
        return self._next_frame(frame.offset + HEADER_BYTES, min(end, self.size))

    def _resynchronise(self, start: int, reason: str) -> int:
        """The next place to go on, or the end; what lies between is noted, unless it is the space
        that the node has allocated ahead."""
        if reason != _NO_BLOCK:
            # Chance magics inside garbage do not make it many pieces.
            end = self._next_frame(start + 1, self.size)
        elif self._is_blank(start):
            return self.size
        else:
            end = self._find(self._any_magic, start + 1, self.size)
        self._note(start, end - start, reason)
        return end

    def _cut_off(self, frame: Frame) -> None:
        if len(self.cut) < MOST_PIECES:
            self.cut.append(frame)
        else:
            self._note(frame.offset - FRAME_BYTES, _HEAD_BYTES, "a block that the end of the file cuts off")

    def _note(self, offset: int, length: int, reason: str) -> None:
        if len(self.skipped) < MOST_PIECES:
            self.skipped.append(Skipped(self.number, offset, length, reason))
            return
        if len(self.skipped) == MOST_PIECES:
            self.skipped.append(Skipped(self.number, offset, 0, ""))
        self.unlisted += 1
        rest = self.skipped[-1]
        pieces = "1 more piece" if self.unlisted == 1 else f"{self.unlisted:,} more pieces from there on"
        self.skipped[-1] = Skipped(self.number, rest.offset, rest.length + length, f"{pieces}, no block")

    def _next_frame(self, start: int, end: int) -> int:
        """Where the next frame begins between ``start`` and ``end``; else ``end``."""
        while (start := self._find(self._likely_frame, start, end)) < end:
            if self._frame(start)[0] is not None:
                break
            start += 1
        return start

    def _find(self, pattern: re.Pattern[bytes], start: int, end: int) -> int:
        """Where ``pattern`` begins between ``start`` and ``end``; else ``end``."""
        while start < end:
            starts, window = self._window
            if start not in starts:
                # What begins in a window is read whole, up to the end of its header.
                starts = range(start, min(start + WINDOW, self.size))
                window = self._read(start, len(starts) + _HEAD_BYTES - 1)
                self._window = starts, window
            stop = min(end, starts.stop)
            found = pattern.search(window, start - starts.start, stop - starts.start + _HEAD_BYTES - 1)
            if found and starts.start + found.start() < stop:
                return starts.start + found.start()
            start = stop
        return end

    def _is_blank(self, position: int) -> bool:
        """True where nothing but space that the node has preallocated follows."""
        return position >= self.size or position >= self._blank_from

    @cached_property
    def _blank_from(self) -> int:
        """Where the raw zeros begin that the file ends with."""
        end = self.size
        while end:
            start = max(0, end - WINDOW)
            if written := len(self._read_raw(start, end - start).rstrip(b"\0")):
                return start + written
            end = start
        return 0


def _likely_frame(magic: bytes, largest: int) -> re.Pattern[bytes]:
    """Every frame of a network with ``magic`` matches, and little else: its length is below the next
    64 KiB above the largest (or 16 MiB, from there on), and its target may have 256 bits."""
    most = re.escape(bytes([largest >> 16 if largest < 1 << 24 else largest >> 24]))
    length = rb"..[\0-%b]\0" % most if largest < 1 << 24 else rb"...[\0-%b]" % most
    bits = rb"...[\0-\x22]"
    return re.compile(re.escape(magic) + length + rb".{72}" + bits, re.DOTALL)


def _target(bits: int, limit: int) -> int:
    try:
        value = target(bits)
    except BadBlockError:
        return -1
    return value if value <= limit else -1
