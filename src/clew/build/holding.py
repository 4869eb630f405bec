"""A ledger folder, held by one writer at a time, and left as it was where nothing was begun."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from clew.build import generations
from clew.errors import LedgerInUseError, NotALedgerError
from clew.ledger import manifest as manifests
from clew.ledger import source
from clew.ledger.disk import storage, sync_folder
from clew.ledger.manifest import LOCK_NAME


@contextmanager
def hold(ledger: Path) -> Iterator[None]:
    """Hold the ledger folder for writing; make it if it is not there.

    Where nothing was begun in the end, what this run made is taken away, and nothing else.
    """
    with storage(ledger):
        _refuse_others(ledger)
        made = [folder for folder in (ledger, *ledger.parents) if not folder.exists()]
        locked_before = (ledger / LOCK_NAME).exists()
        ledger.mkdir(parents=True, exist_ok=True)
        for folder in made:
            # A ledger must survive a power cut together with its own name.
            sync_folder(folder.parent)
        lock = FileLock(ledger / LOCK_NAME, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise LedgerInUseError(
                f"{ledger}: another clew index is writing this ledger; wait for it to end, or name "
                "another folder"
            ) from None
    try:
        with storage(ledger):
            # Again, now that nobody else changes it.
            _refuse_others(ledger)
            before = {LOCK_NAME, *(entry.name for entry in ledger.iterdir())}
        try:
            yield
        finally:
            _clear(ledger, before)
    finally:
        try:
            if not locked_before:
                _remove_lock(ledger, held=True)
        finally:
            lock.release()
        if not locked_before:
            _remove_lock(ledger, held=False)
        with suppress(OSError):
            # Folders that hold anything stay.
            for folder in made:
                folder.rmdir()


def _refuse_others(ledger: Path) -> None:
    """Raise NotALedgerError for a file, and for a folder with things that no ledger has."""
    if ledger.is_dir():
        if (ledger / manifests.FILE_NAME).exists():
            return
        strange = next((entry.name for entry in sorted(ledger.iterdir()) if not _may_be_begun(entry)), None)
        if strange is not None:
            raise NotALedgerError(
                f"{ledger}: expected a ledger or an empty folder, found a folder with other things in it "
                f"({strange}); name another folder with --ledger"
            )
    elif ledger.exists():
        raise NotALedgerError(f"{ledger}: expected a folder for the ledger, found a file; name another")


def _may_be_begun(entry: Path) -> bool:
    """May a ledger folder hold this before its first manifest is written?"""
    if entry.name in (LOCK_NAME, f"{manifests.FILE_NAME}.new"):
        return entry.is_file()
    named = entry.name == source.FOLDER or generations.is_named(entry.name)
    return named and generations.is_ours(entry)


def _clear(ledger: Path, before: Collection[str]) -> None:
    """Where nothing was begun, remove what this run has made, as far as that can be removed."""
    with suppress(OSError):
        if (ledger / manifests.FILE_NAME).exists():
            return
        for entry in [*ledger.iterdir()]:
            if entry.name not in before and _may_be_begun(entry):
                with suppress(OSError):
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _remove_lock(ledger: Path, *, held: bool) -> None:
    """Where nothing was begun, remove the lock: last of all, and while it is held if that can be.

    On Windows an open file cannot be removed; another run's lock is open too, and stays.
    """
    with suppress(OSError):
        if held == (os.name != "nt") and not (ledger / manifests.FILE_NAME).exists():
            (ledger / LOCK_NAME).unlink()
