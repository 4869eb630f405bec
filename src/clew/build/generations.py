"""What stands in a ledger's folder: folders of columns and segments, each under a name used once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from clew.build import join, payers, same_keys, spill
from clew.build.bulk import ROWS, WORK
from clew.ledger import checks, source
from clew.ledger import manifest as manifests
from clew.ledger.manifest import Manifest
from clew.ledger.tables import cut_back
from clew.schema import LINK_TABLES, ROW_TABLES

NAME = re.compile(r"(rows|links|base|work)-\d+")
SEGMENT = re.compile(r"segment-\d+-\d+-\d+")
_UNSPENT = re.compile(r"unspent-\d+")
_COLUMNS = frozenset({*checks.FILES, *checks.NAMES})
_WORK = frozenset({spill.FILE_NAME, *join.FILES, *payers.FILES, *same_keys.FILES})


def is_ours(entry: Path) -> bool:
    """True for a segment, and for a folder in which every entry is a file of a name that Clew gives.

    Also for an empty one. A folder of such a name may be somebody else's, with the only copy of
    something in it.
    """
    if entry.is_symlink():
        return False
    if SEGMENT.fullmatch(entry.name):
        return entry.is_file()
    kind = entry.name.partition("-")[0]
    names = source.FILES if entry.name == source.FOLDER else _WORK if kind == "work" else _COLUMNS
    return entry.is_dir() and all(
        (each.name in names or (kind == "work" and _UNSPENT.fullmatch(each.name)))
        and each.is_file()
        and not each.is_symlink()
        for each in entry.iterdir()
    )


def is_named(name: str) -> bool:
    """True for a name that Clew gives to a folder of columns or a segment."""
    return bool(NAME.fullmatch(name) or SEGMENT.fullmatch(name))


def remove(entry: Path) -> None:
    """Remove a folder of columns or a segment, if it is one; readers that have it open keep it."""
    with suppress(OSError):
        if is_named(entry.name) and is_ours(entry):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def remove_others(ledger: Path, kept: Collection[str]) -> None:
    """Remove all folders of columns and segments but those named."""
    for entry in ledger.glob("*-*"):
        if entry.name not in kept:
            remove(entry)


def tidy(ledger: Path, manifest: Manifest, kept: Collection[str] = ()) -> None:
    """Take away what a state does not need: what runs have left that were killed, stopped or failed.

    ``kept``: folders to keep besides those that the state names. Only for whoever holds the ledger.
    """
    remove_others(ledger, manifest.folders() | set(kept))
    with suppress(OSError):
        (ledger / f"{manifests.FILE_NAME}.new").unlink(missing_ok=True)
    for folder, checked in manifest.checked().items():
        for name in set(checks.NAMES) - {checked.file}:
            with suppress(OSError):
                (ledger / folder / name).unlink(missing_ok=True)
    for pieces, tables in ((manifest.rows, ROW_TABLES), (manifest.links, LINK_TABLES)):
        # Rows go behind those of the last piece only.
        for last in pieces[-1:]:
            counts = {
                table.name: int(manifest.counts[table.name]) - int(last.first[table.name]) for table in tables
            }
            cut_back(ledger / last.folder, tables, counts, last.checked)
    if building := manifest.building:
        cut_back(ledger / ROWS, ROW_TABLES, building.counts, building.checked)
        spill.cut_back(ledger / WORK, building.spilled)


def following(ledger: Path, kind: str) -> str:
    """A name for a new folder of a kind: a later number than any that stands in the ledger's folder."""
    numbers = [
        int(entry.name.rpartition("-")[2]) for entry in ledger.glob(f"{kind}-*") if NAME.fullmatch(entry.name)
    ]
    return f"{kind}-{max(numbers, default=0) + 1:04d}"
