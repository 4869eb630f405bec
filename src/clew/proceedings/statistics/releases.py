"""The folder of all releases, each chained to the one before, so that none can be lost or changed unseen.

``DATE.json`` is a release; it holds the SHA-256 of the file before. ``SHA256SUMS`` lists all files in order
(``sha256sum -c SHA256SUMS`` checks it): with it, a lost last file is noticed too. Nothing in the folder is
secret.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from clew.errors import StorageError, UsageError
from clew.proceedings.statistics.tables import Release

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (\d{4}-\d{2}-\d{2}\.json)")


def kept(folder: Path) -> tuple[Release, ...]:
    """All releases of a folder, the earliest first; none where the folder is not there or empty.

    Raises UsageError naming the file that is lost, altered, not listed or out of order.
    """
    if not folder.is_dir():
        if folder.exists():
            raise UsageError(f"{folder}: expected a folder of releases, found a file; name a folder")
        return ()
    listed = _listed(folder)
    there = sorted(each.name for each in folder.glob("*.json"))
    for name in there:
        if name not in listed:
            raise UsageError(
                f"{folder / name}: expected a file that {SUMS} lists, found another; take it out, or bring "
                f"{SUMS} back from a copy"
            )
    found: list[Release] = []
    before = ""
    for name, digest in listed.items():
        path = folder / name
        if name not in there:
            raise UsageError(
                f"{path}: expected an earlier release, found none; bring the file back from a copy"
            )
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise UsageError(
                f"{path}: expected the release that {SUMS} lists, found it altered; bring the file "
                "back from a copy"
            )
        release = Release.from_json(content.decode("utf-8", "replace"), str(path))
        _require_next(path, release, found, before)
        found.append(release)
        before = digest
    return tuple(found)


def keep(folder: Path, release: Release) -> Path:
    """Write a release into the folder, after all that are there; gives its file.

    Raises UsageError where it is not the next one, or the folder is not in order, and StorageError
    where it cannot be written; then nothing of it stays.
    """
    earlier = kept(folder)
    path = folder / f"{release.date.isoformat()}.json"
    content = release.to_json().encode()
    before = hashlib.sha256(earlier[-1].to_json().encode()).hexdigest() if earlier else ""
    _require_next(path, release, earlier, before)
    lines = [f"{digest}  {name}\n" for name, digest in _listed(folder).items()] if earlier else []
    lines.append(f"{hashlib.sha256(content).hexdigest()}  {path.name}\n")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
        try:
            _replace(folder / SUMS, "".join(lines).encode())
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageError(
            f"{path}: cannot be written: {error.strerror or error}; nothing was kept; free some space, or "
            "name a folder elsewhere"
        ) from error
    return path


def _listed(folder: Path) -> dict[str, str]:
    """The files of the folder and their digests, in the order of the list."""
    path = folder / SUMS
    if not path.is_file():
        if any(folder.glob("*.json")):
            raise UsageError(
                f"{path}: expected the list of all releases, found none; bring the file back from a copy"
            )
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found:
            raise UsageError(
                f"{path}, line {number}: expected a digest and the file of a release, each once, found "
                "another line; bring the file back from a copy"
            )
        found[match[2]] = match[1]
    return found


def _require_next(path: Path, release: Release, earlier: Sequence[Release], before: str) -> None:
    if release.date.isoformat() != path.stem:
        raise UsageError(
            f"{path}: expected the release of that day, found that of {release.date}; rename it back"
        )
    if release.before != before or (earlier and earlier[-1].date >= release.date):
        raise UsageError(
            f"{path}: expected a release made after {_day(earlier)}, found one made after another; bring all "
            "files back from a copy, in their order, or make the release anew"
        )
    tables = {(table.columns, each.date): table for each in earlier for table in each.tables}
    for table in release.tables:
        if table.date != release.date and tables.get((table.columns, table.date)) != table:
            raise UsageError(
                f"{path}: expected the table {', '.join(table.columns)} as it was published on {table.date}, "
                "found another; bring the file back from a copy"
            )


def _day(earlier: Sequence[Release]) -> date | str:
    return earlier[-1].date if earlier else "none"


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
