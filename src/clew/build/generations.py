"""Folders of rows and of derived tables: each commit that replaces files puts them in a folder anew."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from clew.ledger import source
from clew.ledger.tables import column_files
from clew.schema import TABLES

NAME = re.compile(r"(rows|derived)-\d+")
COLUMNS = frozenset(
    name for table in TABLES for column in table.columns for name, _, _ in column_files(table, column)
)


def is_ours(folder: Path) -> bool:
    """True for a folder in which every entry is a file of a name that Clew gives; also for an empty one.

    A folder of such a name may be somebody else's, with the only copy of something in it.
    """
    names = source.FILES if folder.name == source.FOLDER else COLUMNS
    return (
        folder.is_dir()
        and not folder.is_symlink()
        and all(
            entry.name in names and entry.is_file() and not entry.is_symlink() for entry in folder.iterdir()
        )
    )


def remove(folder: Path) -> None:
    """Remove a generation, if it is one; readers that have it open keep it."""
    with suppress(OSError):
        if NAME.fullmatch(folder.name) and is_ours(folder):
            shutil.rmtree(folder)


def remove_others(ledger: Path, kept: Collection[str]) -> None:
    """Remove all generations but those named."""
    for entry in ledger.glob("*-*"):
        if entry.name not in kept:
            remove(entry)


def following(ledger: Path, folder: str) -> str:
    """The name of the next generation: a later number, at which nothing stands in the way.

    What a run that was killed left there is removed.
    """
    name, _, digits = folder.rpartition("-")
    number = int(digits) + 1
    while True:
        place = ledger / f"{name}-{number:04d}"
        remove(place)
        if not place.exists() and not place.is_symlink():
            return place.name
        number += 1
