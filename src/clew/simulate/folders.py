"""A folder that appears whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clew.errors import StorageError, UsageError


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder beside ``folder`` to write into, which takes its name once all is there.

    Left by an exception, nothing stays. An OSError inside becomes StorageError. Raises UsageError if
    ``folder`` is there and not an empty folder.
    """
    folder = folder.absolute()
    try:
        _require_none_or_empty(folder)
        making = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.unfinished")
        try:
            making.mkdir(parents=True)
            yield making
            if folder.is_dir():
                folder.rmdir()
            making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: cannot be written: {error.strerror or error}; nothing was kept; free some space, "
            "or name a folder elsewhere with -o"
        ) from error


def _require_none_or_empty(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder}: expected a folder to make, found a file; name another with -o")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"{folder}: expected an empty folder, or none yet, found things in it; name another with -o"
        )
