"""A ledger folder, held by one writer at a time, and left as it was where nothing was begun."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from clew.errors import LedgerInUseError, NotALedgerError
from clew.ledger import manifest as manifests
from clew.ledger import source
from clew.ledger.tables import storage

LOCK_NAME = "lock"
OURS = re.compile(rf"{LOCK_NAME}|{source.FOLDER}|{re.escape(manifests.FILE_NAME)}\.new|(rows|derived)-\d+")
"""What a ledger folder may hold before its first manifest is written."""


@contextmanager
def hold(ledger: Path) -> Iterator[None]:
    """Hold the ledger folder for writing; make it if it is not there.

    Where nothing was begun in the end, nothing is left behind.
    """
    with storage(ledger):
        _refuse_others(ledger)
        made = [folder for folder in (ledger, *ledger.parents) if not folder.exists()]
        ledger.mkdir(parents=True, exist_ok=True)
        lock = FileLock(ledger / LOCK_NAME, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise LedgerInUseError(
                f"{ledger}: another clew index is writing this ledger; wait for it to end, or name "
                "another folder"
            ) from None
    try:
        yield
    finally:
        begun = (ledger / manifests.FILE_NAME).exists()
        if not begun:
            _clear(ledger)
        lock.release()
        if not begun:
            with suppress(OSError):
                if os.name == "nt":
                    # There an open file cannot be removed; another run's lock is open too, and stays.
                    (ledger / LOCK_NAME).unlink()
                for folder in made:
                    folder.rmdir()


def _refuse_others(ledger: Path) -> None:
    """Raise NotALedgerError for a file, and for a folder with things that no ledger has."""
    if ledger.is_dir():
        entries = {entry.name for entry in ledger.iterdir()}
        if manifests.FILE_NAME not in entries and not all(OURS.fullmatch(name) for name in entries):
            raise NotALedgerError(
                f"{ledger}: expected a ledger or an empty folder, found a folder with other things in it; "
                "name another folder with --ledger"
            )
    elif ledger.exists():
        raise NotALedgerError(f"{ledger}: expected a folder for the ledger, found a file; name another")


def _clear(ledger: Path) -> None:
    """Remove what a run that did not get far has left."""
    for entry in [*ledger.iterdir()]:
        if OURS.fullmatch(entry.name):
            with suppress(OSError):
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
