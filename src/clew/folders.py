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

    If ``folder`` is there and empty, the folder to write into is in it, and what it holds moves up at the
    end: a shell may stand in ``folder``, and a disk be mounted there, so that it cannot be replaced. Left
    by an exception, nothing stays. An OSError inside becomes StorageError. Raises UsageError if ``folder``
    is there and not an empty folder.
    """
    folder = folder.absolute()
    try:
        _require_none_or_empty(folder)
        is_there = folder.is_dir()
        parent = folder if is_there else folder.parent
        making = parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.unfinished"
        try:
            making.mkdir(parents=True)
            yield making
            if is_there:
                _move_up(making)
            else:
                making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: cannot be written: {error.strerror or error}; nothing was kept; free some space, "
            "or name a folder elsewhere with -o"
        ) from error


def _move_up(making: Path) -> None:
    """Move all that a folder holds to the folder around it, or nothing."""
    moved: list[Path] = []
    try:
        for each in sorted(making.iterdir()):
            moved.append(making.parent / each.name)
            each.rename(moved[-1])
    except BaseException:
        for each in moved:
            if each.exists():
                each.rename(making / each.name)
        raise


def _require_none_or_empty(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder}: expected a folder to make, found a file; name another with -o")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"{folder}: expected an empty folder, or none yet, found things in it; name another with -o"
        )
