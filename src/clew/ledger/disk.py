"""Writing to a disk that may be full, failing, or lose power."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from clew.errors import StorageError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turn a failing disk into one clear StorageError that names ``path``."""
    try:
        yield
    except OSError as error:
        what = "the disk is full" if error.errno in _NO_ROOM else (error.strerror or str(error))
        raise StorageError(
            f"{path}: cannot write the ledger: {what}; what was committed before is untouched; "
            "make room or choose another folder, and run the same command again"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names of a folder's files survive a power cut, where a system can be asked to."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that it survives a power cut. Raises StorageError; then the old one
    still stands."""
    temporary = path.with_name(f"{path.name}.new")
    with storage(path):
        try:
            with open(temporary, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def write_all(file: BinaryIO, data: Any) -> None:
    """Write a whole buffer to an unbuffered file, which may take only a part at a time."""
    view = memoryview(data)
    while len(view):
        view = view[file.write(view) or 0 :]
