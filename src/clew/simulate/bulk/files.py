"""Block files that appear whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from clew.errors import StorageError, UsageError
from clew.simulate.blockfile import CORE_FILE_BYTES, XOR_KEY_BYTES

Bytes = npt.NDArray[np.uint8]
LARGEST_FRAME = 8 << 20


class BlockFolder:
    """Writes frames to a folder beside ``folder``, which takes its name once all are there.

    A context manager; left by an exception, nothing stays. Raises UsageError if ``folder`` is there
    and not an empty folder, StorageError if it cannot be written.
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
        """Make the folder to write to."""
        folder = self._folder
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder}: expected a folder to make, found a file; name another with -o")
        if folder.is_dir() and any(folder.iterdir()):
            raise UsageError(
                f"{folder}: expected an empty folder, or none yet, found things in it; name another with -o"
            )
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            self._making = Path(tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.parent))
            (self._making / "xor.dat").write_bytes(self._key)
        except OSError as error:
            raise self._failed(error) from error
        return self

    def write(self, frame: Bytes) -> None:
        """Append a frame, obfuscated in place."""
        try:
            if self._file is None or self._position + len(frame) >= CORE_FILE_BYTES:
                self._next()
            if any(self._key):
                start = self._position % XOR_KEY_BYTES
                np.bitwise_xor(frame, self._pad[start : start + len(frame)], out=frame)
            assert self._file is not None
            self._file.write(frame.data)
        except OSError as error:
            raise self._failed(error) from error
        self._position += len(frame)
        self.bytes += len(frame)

    def _next(self) -> None:
        self._close()
        path = self._making / f"blk{self.files:05d}.dat"
        self._file = open(path, "wb")  # noqa: SIM115
        self.files += 1
        self._position = 0

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(
            f"{self._folder}: expected to write block files, found: {error.strerror or error}; nothing was "
            "kept; free some space, or name a folder elsewhere with -o"
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the folder its name, or take it away."""
        try:
            self._close()
            if kind is None:
                if self._folder.is_dir():
                    self._folder.rmdir()
                self._making.chmod(0o755)
                self._making.rename(self._folder)
        except OSError as failure:
            raise self._failed(failure) from failure
        finally:
            shutil.rmtree(self._making, ignore_errors=True)
