"""Published folders: the earlier ones that a new one is checked against, and whether one has expired."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from clew.errors import UsageError
from clew.proceedings.registry.register import Register
from clew.proceedings.registry.releases import noted
from clew.proceedings.statistics.tables import Release

FORMAT = 1
RELEASE, STATISTICS, SUMS = "release.json", "statistics.json", "SHA256SUMS"


@dataclass(frozen=True)
class Folder:
    """A published folder as it was read."""

    path: Path
    digest: str
    """SHA-256 of its ``release.json``, in hexadecimal."""
    said: Mapping[str, Any]

    @property
    def day(self) -> date:
        """The day that it counted."""
        return date.fromisoformat(self.said["day"])

    @property
    def expires(self) -> date:
        """The last day on which it may be relied on."""
        return date.fromisoformat(self.said["expires"])

    def faults(self) -> list[str]:
        """Files that are missing, altered, or not of it; a line each."""
        found = []
        files: Mapping[str, str] = self.said["files"]
        for name, digest in files.items():
            try:
                data = (self.path / name).read_bytes()
            except OSError:
                found.append(f"{self.path / name}: expected this file, found none; bring it back from a copy")
                continue
            if sha256(data).hexdigest() != digest:
                found.append(
                    f"{self.path / name}: expected the file as it was published, found another (its SHA-256 "
                    f"is not {digest[:12]}); bring it back from a copy"
                )
        known = {*files, RELEASE, SUMS}
        for each in sorted(self.path.rglob("*")):
            name = each.relative_to(self.path).as_posix()
            if each.is_file() and name not in known:
                found.append(f"{each}: expected only files of the release, found this one; remove it")
        return found


@dataclass(frozen=True)
class Checked:
    """What came of looking at a published folder."""

    state: Literal["current", "expired", "altered"]
    day: date
    expires: date
    digest: str
    faults: tuple[str, ...]


def read_folder(path: Path) -> Folder:
    """A published folder. Raises UsageError for one that is none."""
    try:
        data = (path / RELEASE).read_bytes()
        said = json.loads(data)
        folder = Folder(path, sha256(data).hexdigest(), said)
        if said["format"] != FORMAT or not isinstance(said["files"], dict) or folder.expires < folder.day:
            raise ValueError(RELEASE)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path / RELEASE}: expected a release that clew law publish wrote, found none or another file; "
            "check the folder, or bring it back from a copy"
        ) from error
    return folder


def check_folder(path: Path, today: date) -> Checked:
    """Whether a published folder is whole and not expired. Raises UsageError for one that is none."""
    folder = read_folder(path)
    wrong = tuple(folder.faults())
    state: Literal["current", "expired", "altered"] = "expired" if today > folder.expires else "current"
    return Checked("altered" if wrong else state, folder.day, folder.expires, folder.digest, wrong)


def earlier_releases(
    paths: Sequence[Path], register: Register, day: date
) -> tuple[list[Folder], list[Release]]:
    """All releases of a register before a day, the first one first, with their counts.

    Raises UsageError for one that is missing, altered, of another register, or not before ``day``.
    """
    folders = sorted((read_folder(path) for path in paths), key=lambda each: each.day)
    given = [each.digest for each in folders]
    known = {each.digest: each for each in noted(register)}
    for folder in folders:
        if folder.digest not in known:
            raise UsageError(
                f"{folder.path}: expected a release of {register.path}, found one that is altered or of "
                "another register; bring it back from a copy, or leave it out"
            )
        if given.count(folder.digest) > 1:
            raise UsageError(f"{folder.path}: expected each release once, found it again; leave one out")
        if wrong := folder.faults():
            raise UsageError(wrong[0] + (f" ({len(wrong) - 1} more)" if len(wrong) > 1 else ""))
        if not register.holds(folder.said["register_seal"]):
            raise UsageError(
                f"{register.path}: expected the entries that the release of {folder.day} counted, found "
                "others; restore the register from a copy"
            )
    for each in known.values():
        if each.digest not in given:
            raise UsageError(
                f"earlier: expected the folder of the release of {each.day} ({each.digest[:12]}), found "
                "none; name it with --earlier, since a new release is checked against all earlier ones "
                "(where publishing was stopped, it is a hidden folder that ends in .unfinished)"
            )
    if folders and folders[-1].day >= day:
        raise UsageError(
            f"day: expected a day after {folders[-1].day}, the last release, found {day}; publish on a "
            "later day"
        )
    before = ""
    for folder in folders:
        if folder.said["before"] != before:
            raise UsageError(
                f"{folder.path}: expected it to follow the release before it, found that it does not; name "
                "all earlier releases"
            )
        before = folder.digest
    return folders, [_counts(folder) for folder in folders]


def _counts(folder: Folder) -> Release:
    path = folder.path / STATISTICS
    return Release.from_json(path.read_text("utf-8"), str(path))


__all__ = [
    "FORMAT", "RELEASE", "STATISTICS", "SUMS", "Checked", "Folder", "check_folder", "earlier_releases",
    "read_folder",
]  # fmt: skip
