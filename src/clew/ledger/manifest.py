"""What a ledger has committed, in one small file that is replaced whole.

Files hold rows beyond what the manifest says while a build runs, or after one was killed;
nobody reads them. ``building`` is where a first build can go on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from clew.errors import LedgerVersionError, NotALedgerError
from clew.ledger.checks import Checked
from clew.ledger.disk import replace_text
from clew.ledger.segments import SegmentFile, Sums
from clew.schema import VERSION

FILE_NAME = "manifest.json"
LOCK_NAME = "lock"
"""The file that whoever writes a ledger holds locked meanwhile."""


@dataclass(frozen=True)
class Tip:
    """The last block: height, hash and total work as lower-case hex, hash as shown to people."""

    height: int
    hash: str
    work: str


@dataclass(frozen=True)
class Rule:
    """A rule that shaped the entities: name, version, SHA-256 of its source."""

    name: str
    version: int
    source: str


@dataclass(frozen=True)
class Piece:
    """Rows in one folder: ids of the first ones by table, and their checksums.

    Rows after a reorganisation go to a new folder, so that those who read the old ones keep them.
    """

    folder: str
    first: Mapping[str, int]
    checked: Checked = field(default_factory=Checked)


@dataclass(frozen=True)
class Base:
    """The base tables in one folder: how many blocks they cover, their rows, checksums, and sums."""

    folder: str
    blocks: int
    counts: Mapping[str, int]
    checked: Checked
    sums: Sums


@dataclass(frozen=True)
class Building:
    """How far a first build has come: blocks, their rows by table, and bytes set aside for the join."""

    blocks: int
    counts: Mapping[str, int]
    checked: Checked
    spilled: int


@dataclass(frozen=True)
class Manifest:
    """The state of a ledger folder.

    ``tip`` is None until a first build is complete. ``counts`` are the rows by table of rows and
    links; ``digest`` is the rolling one at the tip.
    """

    network: str
    magic: str
    blocks_folder: str = ""
    tip: Tip | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[Piece, ...] = ()
    links: tuple[Piece, ...] = ()
    base: Base | None = None
    segments: tuple[SegmentFile, ...] = ()
    digest: str = "00" * 32
    rules: tuple[Rule, ...] = ()
    building: Building | None = None
    version: int = VERSION

    @property
    def sums(self) -> Sums:
        """Entities, unspent outputs and their value at the tip."""
        start = self.base.sums if self.base else Sums()
        return sum((segment.sums for segment in self.segments), start=start)

    @property
    def blocks(self) -> int:
        """Blocks of the committed ledger."""
        return int(self.counts.get("blocks", 0)) if self.tip else 0

    def checked(self) -> dict[str, Checked]:
        """The checks of each folder of columns."""
        found = {piece.folder: piece.checked for piece in (*self.rows, *self.links)}
        return found | ({self.base.folder: self.base.checked} if self.base else {})

    def folders(self) -> set[str]:
        """Everything in the ledger's folder that this state needs."""
        named = {piece.folder for piece in (*self.rows, *self.links)}
        named |= {segment.file for segment in self.segments}
        return named | ({self.base.folder} if self.base else set())


def read(folder: Path) -> Manifest:
    """Read a ledger's manifest.

    Raises NotALedgerError where there is none or it cannot be understood, LedgerVersionError
    where another version of Clew wrote it.
    """
    path = folder / FILE_NAME
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if is_held(folder):
            raise NotALedgerError(
                f"{folder}: the ledger is not finished: clew index is running and has just begun; ask again "
                "when it has ended"
            ) from None
        what = "there is no such folder" if not folder.is_dir() else f"the folder has no {FILE_NAME}"
        raise NotALedgerError(
            f"{folder}: expected a ledger, but {what}; build one with: clew index BLOCKS --ledger {folder}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise NotALedgerError(
            f"{path}: the ledger's manifest cannot be read ({error}); build the ledger again in a new folder"
        ) from error
    return _parse(path, found)


def _parse(path: Path, found: Any) -> Manifest:
    if not isinstance(found, dict) or "clew_ledger" not in found:
        raise NotALedgerError(
            f"{path}: expected the manifest of a ledger, found something else; name another folder"
        )
    if found["clew_ledger"] != VERSION:
        raise LedgerVersionError(
            f"{path}: expected a ledger of version {VERSION}, found version {found['clew_ledger']}; "
            "build it again in a new folder, or use the Clew that wrote it"
        )
    values = {key: value for key, value in found.items() if key not in ("clew_ledger", "checksum")}
    if found.get("checksum") != _checksum(values):
        raise NotALedgerError(
            f"{path}: the ledger's manifest is damaged: its checksum differs; build the ledger again in a "
            "new folder"
        )
    try:
        values["tip"] = Tip(**values["tip"]) if values["tip"] else None
        values["rules"] = tuple(Rule(**rule) for rule in values["rules"])
        for name in ("rows", "links"):
            values[name] = tuple(Piece(**_inner(piece)) for piece in values[name])
        values["segments"] = tuple(SegmentFile(**_inner(segment)) for segment in values["segments"])
        values["base"] = Base(**_inner(values["base"])) if values["base"] else None
        values["building"] = Building(**_inner(values["building"])) if values["building"] else None
        return Manifest(**values)
    except (KeyError, TypeError) as error:
        raise NotALedgerError(
            f"{path}: the ledger's manifest is damaged ({error}); build the ledger again in a new folder"
        ) from error


def _inner(values: Mapping[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Any] = {"checked": Checked, "sums": Sums}
    return {**values, **{name: kind(**values[name]) for name, kind in kinds.items() if name in values}}


def _checksum(values: Mapping[str, Any]) -> str:
    """A flipped digit in a count would show as a shorter ledger, not as a damaged one."""
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step. Raises StorageError; then the old one still stands."""
    values = asdict(manifest)
    del values["version"]
    stated = {"clew_ledger": manifest.version, "checksum": _checksum(values), **values}
    replace_text(folder / FILE_NAME, json.dumps(stated, indent=1, sort_keys=True) + "\n")


def is_held(folder: Path) -> bool:
    """True where somebody is writing the ledger in ``folder``; False also where that cannot be told."""
    try:
        # One that is not there must not be made by asking.
        if not (folder / LOCK_NAME).is_file():
            return False
        with FileLock(folder / LOCK_NAME, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


__all__ = [
    "FILE_NAME",
    "Base",
    "Building",
    "Manifest",
    "Piece",
    "Rule",
    "Tip",
    "is_held",
    "read",
    "replace",
    "write",
]
