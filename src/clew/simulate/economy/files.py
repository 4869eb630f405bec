"""Block and undo files as a node leaves them: blocks in the order of arrival, undo in the chain's order."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from clew.bitcoin.hashes import sha256d
from clew.simulate.blockfile import XOR_KEY_BYTES
from clew.simulate.frames import MAGIC

CHUNK = 1 << 20
"""The last block file is allocated ahead to a multiple of so many bytes, and reads as zeros there."""


class NodeFiles:
    """Writes ``blk*.dat``, ``rev*.dat`` and ``xor.dat`` into a folder.

    A block that arrives late is held back until ``late`` others were written after it. A node connects
    blocks in the chain's order all the same: each undo record goes to the file of its block's number, in
    that order. Raises OSError.
    """

    def __init__(self, folder: Path, key: bytes, *, most: int) -> None:
        self._folder, self._most = folder, most
        self._key = np.frombuffer(key, np.uint8)
        self._blocks: IO[Any] | None = None
        self._size = 0
        self._undo: dict[int, list[tuple[int, bytes]]] = {}
        self._held: list[tuple[int, int, npt.NDArray[np.uint8], bytes]] = []
        self._connected = 0
        self._written = 0
        self.paths: list[Path] = []
        folder.mkdir(parents=True)
        (folder / "xor.dat").write_bytes(key)

    def add(
        self, frame: npt.NDArray[np.uint8], undo: bytes = b"", previous: bytes = b"", *, late: int = 0
    ) -> None:
        """Write a framed block of the best chain, in its order, and its undo data.

        Without ``undo``, the block is never connected. ``previous``: hash of its parent, wire order.
        """
        record = b""
        if undo:
            record = MAGIC + len(undo).to_bytes(4, "little") + undo + sha256d(previous + undo)
        self._connected += 1
        if late:
            self._held.append((self._written + late, self._connected, frame.copy(), record))
            return
        self._put(frame, self._connected, record)
        due = [each for each in self._held if each[0] <= self._written]
        self._held = [each for each in self._held if each[0] > self._written]
        for _, place, held, held_record in sorted(due, key=lambda each: each[:2]):
            self._put(held, place, held_record)

    def close(self) -> None:
        """Write what was held back, allocate the last file ahead, and write the undo files."""
        for _, place, held, record in self._held:
            self._put(held, place, record)
        assert self._blocks is not None
        self._blocks.write(bytes(-self._size % CHUNK))
        self._blocks.close()
        for number, records in self._undo.items():
            content = b"".join(record for _, record in sorted(records))
            data = self._obfuscated(np.frombuffer(content, np.uint8), 0)
            (self._folder / f"rev{number:05d}.dat").write_bytes(data)

    def abandon(self) -> None:
        """Close what is open."""
        if self._blocks is not None:
            self._blocks.close()

    def _put(self, frame: npt.NDArray[np.uint8], place: int, record: bytes) -> None:
        if self._blocks is None or self._size + len(frame) >= self._most:
            if self._blocks is not None:
                self._blocks.close()
            path = self._folder / f"blk{len(self.paths):05d}.dat"
            self.paths.append(path)
            self._blocks = open(path, "wb")  # noqa: SIM115
            self._size = 0
            self._undo[len(self.paths) - 1] = []
        self._blocks.write(self._obfuscated(frame, self._size))
        self._size += len(frame)
        if record:
            self._undo[len(self.paths) - 1].append((place, record))
        self._written += 1

    def _obfuscated(self, data: npt.NDArray[np.uint8], position: int) -> bytes:
        if not self._key.any():
            return data.tobytes()
        start = position % XOR_KEY_BYTES
        pad = np.resize(np.roll(self._key, -start), len(data))
        return np.bitwise_xor(data, pad).tobytes()
