"""A node's block files: found and read.

Since version 28 Bitcoin Core obfuscates them with an eight-byte key from ``xor.dat``. Files are
read with positioned reads into buffers and never mapped: a node may truncate one meanwhile, and a
mapping would die of it. ``frames.py`` says how blocks lie in them.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.bitcoin.networks import NETWORKS, Network
from clew.errors import BlockFileError, NoBlockFilesError, WrongNetworkError
from clew.ledger.frames import FileScan, Frame, Scanner
from clew.ledger.headers import Node
from clew.ledger.work import proves_work

Bytes = npt.NDArray[np.uint8]

_NAME = re.compile(r"blk(\d{5,})\.dat")

_SETTLED_NS = 2_000_000_000
"""Times of files go by steps of up to two seconds, on FAT."""


@dataclass(frozen=True)
class BlockFile:
    """One file: number, path, size in bytes, time of change in nanoseconds."""

    number: int
    path: Path
    size: int
    changed: int


def usual_data_folder(network: Network) -> Path:
    """Where the network's node keeps its data on this system."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", home)) / network.node_folder
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / network.node_folder
    return home / f".{network.node_folder.lower()}"


def find_blocks_folder(path: Path | None, network: Network) -> Path:
    """The folder with the ``blk*.dat`` of a blocks folder or node data folder (default: the usual one).

    Raises NoBlockFilesError.
    """
    given = usual_data_folder(network) if path is None else path
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
        f"{given}: expected blk*.dat files of a {network.currency} node here or in its blocks folder, found "
        "none; name the folder that holds them"
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
    """The block files of one folder, read-only; un-obfuscated as they are read. A BlockSource."""

    remedy = "the chain needs it, so copy the file from the node again"

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

    @property
    def origin(self) -> str:
        """The folder."""
        return str(self.folder)

    def where(self, frame: Frame) -> str:
        """File and offset of a block."""
        return f"{self.files[frame.file].path}: offset {frame.offset}"

    def mark(self) -> object:
        """Names, sizes and times of the files; None where one has only just changed, and may have
        changed again without another time."""
        now = time.time_ns()
        if any(0 <= now - file.changed < _SETTLED_NS for file in self.files.values()):
            return None
        return self.key, tuple((file.number, file.size, file.changed) for file in self.files.values())

    def headers(self, have: Sequence[Any], step: Callable[[int, int], None] | None) -> None:
        """None: files are scanned."""

    def in_order(self, nodes: Sequence[Node]) -> Iterator[Node]:
        """The same blocks: each frame states its length."""
        return iter(nodes)

    def stop(self) -> None:
        """Nothing: files are read when asked for."""

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

    def _read_obfuscated(self, number: int, offset: int, length: int) -> bytes:
        buffer = np.empty(length, np.uint8)
        return buffer[: self._read_raw(number, offset, buffer.data)].tobytes()

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
        """List the frames of one file; ``Scanner`` says what counts as one. Raises BlockFileError."""
        return Scanner(
            number,
            self.files[number].size,
            self.magic,
            self.network.pow_limit,
            read=partial(self.read, number),
            read_raw=partial(self._read_obfuscated, number),
            largest=self.network.largest_block,
            proves=partial(self._proves, number) if self.network.scrypt else None,
        ).run()

    def proves_work(self, frame: Frame) -> bool:
        """Whether a block's header meets its target. Raises BlockFileError."""
        return self._proves(frame.file, frame.header, frame.offset, frame.length)

    def _proves(self, number: int, header: bytes, offset: int, length: int) -> bool:
        return proves_work(header, length, partial(self.read, number, offset), self.network)

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
