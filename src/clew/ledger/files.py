"""All files of a ledger, read again and compared with their checksums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from clew.errors import LedgerError
from clew.ledger import sets
from clew.ledger.checks import Checked, Damage, damaged
from clew.ledger.manifest import Manifest
from clew.ledger.segments import SegmentFile
from clew.ledger.tables import file_sizes
from clew.schema import BASE_TABLES, LINK_TABLES, ROW_TABLES, SET_TABLES, Table


def total_bytes(manifest: Manifest) -> int:
    """Bytes of all columns that a state counts, those of sets of rules beside it left out."""
    return sum(sum(sizes.values()) for _, _, sizes in _folders(manifest))


def check_files(path: Path, manifest: Manifest) -> Iterator[Damage | int]:
    """Each damaged place in the files of a state, and between them the bytes read since the last."""
    for folder, checked, sizes in _folders(manifest):
        yield from damaged(path / folder, checked, sizes)
    for segment in manifest.segments:
        yield from _check_segment(path, segment)
    for name in sets.names_in(path):
        yield from _check_set(path / sets.FOLDER / name)


def _check_set(folder: Path) -> Iterator[Damage | int]:
    """Each damaged place in the tables of a set of rules."""
    try:
        found = sets.read(folder)
    except LedgerError as error:
        yield Damage(str(folder / sets.FILE_NAME), 0, 0, str(error).partition(": ")[2])
        return
    yield from damaged(folder / found.folder, found.checked, dict(file_sizes(SET_TABLES, found.counts)))


def _folders(manifest: Manifest) -> Iterator[tuple[str, Checked, dict[str, int]]]:
    for pieces, tables in ((manifest.rows, ROW_TABLES), (manifest.links, LINK_TABLES)):
        ends = [*(piece.first for piece in pieces[1:]), manifest.counts]
        for piece, end in zip(pieces, ends, strict=True):
            yield piece.folder, piece.checked, sizes_between(tables, piece.first, end)
    if manifest.base:
        yield manifest.base.folder, manifest.base.checked, dict(file_sizes(BASE_TABLES, manifest.base.counts))


def sizes_between(
    tables: tuple[Table, ...], first: Mapping[str, int], end: Mapping[str, int]
) -> dict[str, int]:
    """Bytes of each file of a folder whose rows begin with the ids ``first``, and end before ``end``."""
    rows = {table.name: int(end[table.name]) - int(first[table.name]) for table in tables}
    return dict(file_sizes(tables, rows))


def _check_segment(path: Path, segment: SegmentFile) -> Iterator[Damage | int]:
    name = path / segment.file
    try:
        data = name.read_bytes()
    except OSError as error:
        yield Damage(str(name), 0, 0, f"cannot be read ({error.strerror})")
        return
    if sha256(data).hexdigest() != segment.digest:
        yield Damage(str(name), 0, len(data), "the bytes are not those that were written")
    yield len(data)


__all__ = ["check_files", "sizes_between", "total_bytes"]
