"""Block files of a bulk chain, written frame by frame."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from clew.simulate.blockfile import CORE_FILE_BYTES, XOR_KEY_BYTES

Bytes = npt.NDArray[np.uint8]
LARGEST_FRAME = 8 << 20


class BlockFolder:
    """Writes frames, and the key that obfuscates them, to a folder that is there. A context manager.

    Raises OSError if it cannot be written.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        # One period more than the longest frame, to begin in the middle of the key.
        self._pad = np.tile(np.frombuffer(key, np.uint8), LARGEST_FRAME // XOR_KEY_BYTES + 1)
        self._file: IO[Any] | None = None
        self.files = 0
        self._position = 0
        self.bytes = 0

    def __enter__(self) -> Self:
        """Write the key."""
        (self._folder / "xor.dat").write_bytes(self._key)
        return self

    def write(self, frame: Bytes) -> None:
        """Append a frame, obfuscated in place."""
        if self._file is None or self._position + len(frame) >= CORE_FILE_BYTES:
            self._next()
        if any(self._key):
            start = self._position % XOR_KEY_BYTES
            np.bitwise_xor(frame, self._pad[start : start + len(frame)], out=frame)
        assert self._file is not None
        self._file.write(frame.data)
        self._position += len(frame)
        self.bytes += len(frame)

    def _next(self) -> None:
        self._close()
        path = self._folder / f"blk{self.files:05d}.dat"
        self._file = open(path, "wb")  # noqa: SIM115
        self.files += 1
        self._position = 0

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the last file."""
        self._close()
