"""A node's block files: found, read, and their frames listed.

Bitcoin Core writes each block behind four magic bytes and a length, preallocates space with
zeros, and since version 28 obfuscates everything with an eight-byte key from ``xor.dat``. Files
are read with positioned reads into buffers and never mapped: a node may truncate one meanwhile,
and a mapping would die of it.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.bitcoin.block import target
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import NETWORKS, Network
from clew.errors import BadBlockError, BlockFileError, NoBlockFilesError, WrongNetworkError

Bytes = npt.NDArray[np.uint8]

HEADER_BYTES = 80
FRAME_BYTES = 8
SMALLEST_BLOCK = HEADER_BYTES + 1
LARGEST_BLOCK = 4_000_000
"""Most bytes of a serialised block (BIP 141)."""

WINDOW = 1 << 20
_NAME = re.compile(r"blk(\d{5,})\.dat")


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
class BlockFile:
    """One file: number, path, size in bytes, time of change in nanoseconds."""

    number: int
    path: Path
    size: int
    changed: int


@dataclass(frozen=True)
class FileScan:
    """What one file holds: whole frames, frames cut off by the file's end, and what was skipped."""

    frames: tuple[Frame, ...]
    cut: tuple[Frame, ...]
    skipped: tuple[Skipped, ...]
    remembered: bool = False
    """Known from an earlier run, not read again."""


def usual_data_folder() -> Path:
    """Where Bitcoin Core keeps its data on this system."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", home)) / "Bitcoin"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Bitcoin"
    return home / ".bitcoin"


def find_blocks_folder(path: Path | None, network: Network) -> Path:
    """The folder with the ``blk*.dat`` of a blocks folder or node data folder (default: the usual one).

    Raises NoBlockFilesError.
    """
    given = usual_data_folder() if path is None else path
    places = [given, given / "blocks", given / network.data_folder / "blocks"]
    if path is None:
        places = places[2:]
    if not _is_folder(given):
        usual = " (the node's usual data folder; name another)" if path is None else ""
        raise NoBlockFilesError(f"{given}: expected a folder of block files, found no such folder{usual}")
    for place in places:
        if any(True for _ in _list(place)):
            return place
    raise NoBlockFilesError(
        f"{given}: expected blk*.dat files of a Bitcoin node here or in its blocks folder, found none; "
        "name the folder that holds them"
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise BlockFileError(
            f"{path}: the folder cannot be read ({error.strerror}); check its name and who may read it"
        ) from error


def _list(folder: Path) -> Iterator[BlockFile]:
    if not _is_folder(folder):
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise BlockFileError(
            f"{folder}: the folder cannot be read ({error.strerror}); check who may read it"
        ) from error
    for entry in entries:
        match = _NAME.fullmatch(entry.name)
        # Longer numbers have no leading zero: so no two files have one number.
        if match and match[1] == f"{int(match[1]):05d}" and (state := _state(Path(entry.path))):
            # A copy may keep the time of change, but not that of its making.
            changed = max(state.st_mtime_ns, state.st_ctime_ns)
            yield BlockFile(int(match[1]), Path(entry.path), state.st_size, changed)


def _state(path: Path) -> os.stat_result | None:
    """Size and times of a file; None where it is gone, or no file."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BlockFileError(
            f"{path}: the file cannot be read ({error.strerror}); copy it again from the node"
        ) from error
    return state if stat.S_ISREG(state.st_mode) else None


class BlockFiles:
    """The block files of one folder, read-only; un-obfuscated as they are read."""

    def __init__(self, folder: Path, network: Network, magic: bytes | None = None) -> None:
        self.folder = folder
        self.network = network
        self.magic = magic or network.magic
        self.key = _read_key(folder)
        self.files = {file.number: file for file in sorted(_list(folder), key=lambda file: file.number)}
        self._open: dict[int, Any] = {}
        self._reading = threading.Lock()

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def name(self, number: int) -> str:
        """A file's name for people."""
        return self.files[number].path.name

    def read_into(self, number: int, offset: int, buffer: Bytes) -> int:
        """Fill ``buffer`` from a file; returns the bytes read, fewer only where the file ends.

        Raises BlockFileError where the file cannot be read.
        """
        done = self._read_raw(number, offset, buffer.data)
        self._reveal(buffer[:done], offset)
        return done

    def read(self, number: int, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of a file, fewer only where it ends. Raises BlockFileError."""
        buffer = np.empty(length, np.uint8)
        return buffer[: self.read_into(number, offset, buffer)].tobytes()

    def _read_raw(self, number: int, offset: int, view: memoryview) -> int:
        path = self.files[number].path
        try:
            # One reader at a time: a file has one position, and may be closed for another.
            with self._reading:
                return self._read_at(number, path, offset, view)
        except OSError as error:
            raise BlockFileError(
                f"{path}: offset {offset}: the file cannot be read ({error.strerror}); check the drive, "
                "and who may read the file"
            ) from error

    def _read_at(self, number: int, path: Path, offset: int, view: memoryview) -> int:
        if number not in self._open:
            if len(self._open) >= 64:
                self._open.pop(next(iter(self._open))).close()
            self._open[number] = open(path, "rb", buffering=0)  # noqa: SIM115 (kept open for later reads)
        file = self._open[number]
        file.seek(offset)
        done = 0
        while done < len(view):
            # A network drive may return less than was asked for.
            got = file.readinto(view[done:])
            if not got:
                break
            done += got
        return done

    def blank_end(self, frame: Frame) -> str:
        """``sure`` or ``likely`` where a block's last bytes are space allocated and not yet written,
        else an empty string.

        That space is raw zeros. A block's own last bytes are too, most often four, its lock time;
        obfuscated ones are not.
        """
        tail = np.empty(5, np.uint8)
        offset = frame.offset + frame.length - len(tail)
        if self._read_raw(frame.file, offset, tail.data) < len(tail) or tail[-1]:
            return ""
        blank = not tail.any()
        self._reveal(tail, offset)
        return "sure" if tail[-1] else "likely" if blank else ""

    def _reveal(self, data: Bytes, offset: int) -> None:
        if any(self.key):
            turned = np.roll(np.frombuffer(self.key, np.uint8), -(offset % len(self.key)))
            whole = len(data) // 8 * 8
            words = data[:whole].view(np.uint64) if data.ctypes.data % 8 == 0 else None
            if words is not None:
                np.bitwise_xor(words, turned.view(np.uint64)[0], out=words)
                data = data[whole:]
            np.bitwise_xor(data, np.resize(turned, len(data)), out=data)

    def scan(self, number: int) -> FileScan:
        """List the frames of one file, resynchronising on the magic wherever something else lies.

        A frame counts when its length is possible and its header's hash meets the header's target.
        """
        return _Scanner(self, self.files[number]).run()

    def require_some(self, frames: int) -> None:
        """Raise the error that fits when no frame at all was found: other network, other key, nothing."""
        if frames:
            return
        own = self.magic == self.network.magic
        expected = (
            f"the magic {self.magic.hex()} {f'of {self.network.name}' if own else 'given with --magic'}"
        )
        for number in self.files:
            start = self.read(number, 0, 4)
            for other in NETWORKS.values():
                if start == other.magic and other.magic != self.magic:
                    raise WrongNetworkError(
                        f"{self.files[number].path}: offset 0: expected {expected}, found {start.hex()} of "
                        f"{other.name}; use --network {other.name}{'' if own else ' without --magic'}"
                    )
        first = next(iter(self.files.values()))
        found = self.read(first.number, 0, 4).hex() or "an empty file"
        xor = "xor.dat has another key" if any(self.key) else "xor.dat is missing"
        raise NoBlockFilesError(
            f"{first.path}: offset 0: expected {expected}, found {found} and no block in any file; check the "
            f"network, --magic, and whether {xor}"
        )


def _read_key(folder: Path) -> bytes:
    try:
        key = (folder / "xor.dat").read_bytes()
    except FileNotFoundError:
        return bytes(8)
    except OSError as error:
        raise BlockFileError(
            f"{folder / 'xor.dat'}: cannot be read ({error.strerror}); check who may read it"
        ) from error
    if len(key) != 8:
        raise BlockFileError(
            f"{folder / 'xor.dat'}: expected a key of 8 bytes, found {len(key)}; copy it again from the node"
        )
    return key


def block_of(files: BlockFiles, frame: Frame) -> bytes:
    """The bytes of a framed block. Raises BadBlockError where the file has become shorter."""
    data = files.read(frame.file, frame.offset, frame.length)
    if len(data) != frame.length:
        raise BadBlockError(
            f"{files.files[frame.file].path}: offset {frame.offset}: expected a block of {frame.length} "
            f"bytes, found {len(data)}; the file was truncated while it was read; run the command again"
        )
    return data


class _Scanner:
    """One pass over one file."""

    def __init__(self, files: BlockFiles, file: BlockFile) -> None:
        self.files = files
        self.file = file
        self.size = file.size
        self.frames: list[Frame] = []
        self.cut: list[Frame] = []
        self.skipped: list[Skipped] = []

    def run(self) -> FileScan:
        position = 0
        while position < self.size:
            frame, reason = self._frame(position)
            if frame is None:
                position = self._resynchronise(position, reason)
                continue
            end = frame.offset + frame.length
            if end > self.size:
                self.cut.append(frame)
                position = self._after_doubtful(frame, end)
                continue
            self.frames.append(frame)
            position = end if self._continues(end) else self._after_doubtful(frame, end)
        return FileScan(tuple(self.frames), tuple(self.cut), tuple(self.skipped))

    def _frame(self, position: int) -> tuple[Frame | None, str]:
        head = self.files.read(self.file.number, position, FRAME_BYTES + HEADER_BYTES)
        if head[:4] != self.files.magic:
            return None, "no block"
        if len(head) < FRAME_BYTES + HEADER_BYTES:
            return None, "a header cut off by the end of the file"
        length = int.from_bytes(head[4:8], "little")
        if not SMALLEST_BLOCK <= length <= LARGEST_BLOCK:
            return None, f"a block that states an impossible length of {length} bytes"
        header = head[FRAME_BYTES:]
        hashed = sha256d(header)
        bits = int.from_bytes(header[72:76], "little")
        if not 0 < int.from_bytes(hashed, "little") <= _target(bits, self.files.network.pow_limit):
            return None, "a block whose header hash does not meet its target"
        return Frame(hashed, header, self.file.number, position + FRAME_BYTES, length), ""

    def _continues(self, position: int) -> bool:
        """True where a frame, the end of the file, or zeros up to the end follow."""
        return self.files.read(self.file.number, position, 4) == self.files.magic or self._is_blank(
            position, self.size
        )

    def _after_doubtful(self, frame: Frame, end: int) -> int:
        """Where to go on after a frame that nothing proper follows: its length may be wrong, so look
        for a frame inside it first; a block seldom holds a second header with its work done."""
        position = frame.offset + HEADER_BYTES
        while (position := self._find_magic(position, min(end, self.size))) >= 0:
            if self._frame(position)[0] is not None:
                return position
            position += 1
        return min(end, self.size)

    def _resynchronise(self, position: int, reason: str) -> int:
        """The next place with the magic, or the end; what lies between is noted, unless it is the
        space that the node has allocated ahead."""
        start = position
        found = self._find_magic(position + 1, self.size)
        end = self.size if found < 0 else found
        if reason != "no block" or end < self.size or not self._is_blank(start, end):
            self._note(start, end - start, reason)
        return end

    def _note(self, offset: int, length: int, reason: str) -> None:
        last = self.skipped[-1] if self.skipped else None
        if last and last.offset + last.length == offset and reason == "no block":
            # A chance magic inside garbage does not make it two pieces.
            self.skipped[-1] = Skipped(last.file, last.offset, last.length + length, last.reason)
        else:
            self.skipped.append(Skipped(self.file.number, offset, length, reason))

    def _find_magic(self, start: int, end: int) -> int:
        while start < end:
            window = self.files.read(self.file.number, start, min(WINDOW, end - start + 3))
            found = window.find(self.files.magic)
            if 0 <= found < end - start:
                return start + found
            if len(window) < 4 or start + len(window) >= end:
                return -1
            start += len(window) - 3
        return -1

    def _is_blank(self, start: int, end: int) -> bool:
        """True for raw zeros: space that the node has preallocated."""
        buffer = np.empty(WINDOW, np.uint8)
        while start < end:
            view = buffer[: min(WINDOW, end - start)]
            got = self.files._read_raw(self.file.number, start, view.data)
            if view[:got].any():
                return False
            if not got:
                break
            start += got
        return True


def _target(bits: int, limit: int) -> int:
    try:
        value = target(bits)
    except BadBlockError:
        return -1
    return value if value <= limit else -1
