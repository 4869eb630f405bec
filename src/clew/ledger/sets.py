"""Named sets of rules beside a ledger's own: each has its tables in ``sets/NAME`` of the ledger's folder.

There stand a manifest, replaced in one step, and the folder of columns that it names. A set holds for
the tip at which it was made, and for no other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clew.errors import LedgerVersionError, NotALedgerError, NotFoundError, UsageError
from clew.ledger.checks import Checked
from clew.ledger.columns import Array, map_tables, search
from clew.ledger.control import STRICT, Control, Links, links_in, transactions_about
from clew.ledger.derived import expand
from clew.ledger.disk import replace_text, storage, sync_folder
from clew.ledger.manifest import Rule
from clew.schema import SET_TABLES

if TYPE_CHECKING:
    from clew.ledger.ledger import Ledger

FOLDER = "sets"
"""Where the tables of other sets lie, in the ledger's folder."""
FILE_NAME = "set.json"
VERSION = 1
_ROWS_AT_ONCE = 1 << 22
_MILLION = 1_000_000


@dataclass(frozen=True)
class SetManifest:
    """What a set of rules was made of, and where its columns lie.

    ``tip`` is the block's hash, ``height`` the last height that was looked at, ``ledger`` the ledger's
    rolling digest. ``rules`` are numbered for links; the first ones are the ledger's own where
    ``ledger_links`` says that its links count. ``linking`` and ``doubted`` are the names of combined rules,
    empty where there is none of the set's own. ``model`` and ``attributions`` are SHA-256 digests, empty
    where there is none; thresholds are millionths; ``looks_ahead`` says whether a rule looked at who spends;
    ``own_links`` of its links come of ``linking``, in order of transactions, and those of change follow, in
    that order again; ``skipped`` counts by reason.
    """

    name: str
    tip: str
    height: int
    ledger: str
    rules: tuple[Rule, ...]
    ledger_rules: tuple[Rule, ...]
    ledger_links: bool
    linking: str
    doubted: str
    most_inputs: int
    model: str
    attributions: str
    must_link: int
    cannot_link: int
    large: int
    looks_ahead: bool
    own_links: int
    entities: int
    counts: Mapping[str, int]
    skipped: Mapping[str, int]
    folder: str
    checked: Checked = field(default_factory=Checked)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over what decides who is one beside the chain and the rules."""
        left = ("tip", "height", "ledger", "own_links", "entities", "counts", "skipped", "folder", "checked")
        stated = {name: value for name, value in asdict(self).items() if name not in left}
        return sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def write(folder: Path, manifest: SetManifest) -> None:
    """Replace a set's manifest in one step. Raises StorageError; then the old one still stands."""
    values = asdict(manifest)
    stated = {"clew_set": VERSION, "checksum": _checksum(values), **values}
    replace_text(folder / FILE_NAME, json.dumps(stated, indent=1, sort_keys=True) + "\n")


def read(folder: Path) -> SetManifest:
    """A set's manifest. Raises NotALedgerError where it cannot be read, LedgerVersionError where another
    version of Clew wrote it."""
    path = folder / FILE_NAME
    again = "make the set again with clew cluster"
    try:
        found = json.loads(path.read_text("utf-8"))
        version = found.pop("clew_set")
        if version != VERSION:
            raise LedgerVersionError(
                f"{path}: expected a set of version {VERSION}, found version {version}; {again}"
            )
        checksum = found.pop("checksum")
        if checksum != _checksum(found):
            raise NotALedgerError(f"{path}: the set's manifest is damaged: its checksum differs; {again}")
        for name in ("rules", "ledger_rules"):
            found[name] = tuple(Rule(**rule) for rule in found[name])
        return SetManifest(**{**found, "checked": Checked(**found["checked"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotALedgerError(f"{path}: the set's manifest cannot be read ({error}); {again}") from error


def _checksum(values: Mapping[str, Any]) -> str:
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def names(ledger: Ledger) -> tuple[str, ...]:
    """The sets that a ledger holds, ``strict`` first, the others by name."""
    return (STRICT, *names_in(ledger.path))


def names_in(path: Path) -> tuple[str, ...]:
    """The sets beside the ledger's own in the ledger's folder ``path``, by name."""
    return tuple(sorted(each.parent.name for each in (path / FOLDER).glob(f"*/{FILE_NAME}")))


def seen_by_set(ledger: Ledger, name: str) -> Ledger:
    """A ledger (at its tip) through the set of rules called ``name``.

    Raises UsageError where it holds no such set, or holds it as of another tip.
    """
    if name == STRICT:
        return ledger
    if name not in names(ledger):
        raise UsageError(
            f"rules {name!r}: expected a set that this ledger holds ({', '.join(names(ledger))}); clew "
            "cluster makes others"
        )
    return ledger.seen_by(open_set(ledger, ledger.path / FOLDER / name))


def open_set(ledger: Ledger, folder: Path) -> NamedSet:
    """The set in ``folder``.

    Raises UsageError where it was made at another tip or of other links, NotALedgerError where it cannot
    be read.
    """
    while True:
        manifest = read(folder)
        if manifest.tip != ledger.tip.hash or manifest.ledger != ledger.rolling_digest:
            raise UsageError(
                f"rules {manifest.name!r}: expected a set made at the ledger's tip, height "
                f"{ledger.tip.height}, found one of height {manifest.height}; make it again "
                f"with clew cluster {manifest.name}"
            )
        if manifest.ledger_links and manifest.ledger_rules != ledger.manifest.rules:
            raise UsageError(
                f"rules {manifest.name!r}: expected a set made of the ledger's links as they are, found "
                f"one of links by other rules; make it again with clew cluster {manifest.name}"
            )
        try:
            return NamedSet(ledger, folder, manifest)
        except NotALedgerError:
            # One that was just made again may have taken the place of this one.
            if read(folder) == manifest:
                raise


def remove(folder: Path) -> None:
    """Remove a set: first its manifest, so that nobody finds half of it. Raises StorageError."""
    with storage(folder):
        (folder / FILE_NAME).unlink()
        sync_folder(folder)
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        # Only where no other set is there.
        folder.parent.rmdir()


class NamedSet:
    """The entities of another set of rules, from its own tables; a ``Control``."""

    def __init__(self, ledger: Ledger, folder: Path, manifest: SetManifest) -> None:
        self.name, self.rules, self.height = manifest.name, manifest.rules, manifest.height
        self.digest = manifest.digest
        self.manifest = manifest
        self._ledger = ledger
        self._addresses = ledger.counts["addresses"]
        columns = map_tables([(folder / manifest.folder, manifest.counts)], SET_TABLES)
        self.column = columns.__getitem__
        if len(self.column("entities.entity")) != self._addresses:
            raise NotALedgerError(
                f"{folder}: expected {self._addresses:,} addresses, found "
                f"{len(self.column('entities.entity')):,}; make the set again with clew cluster"
            )

    @property
    def count(self) -> int:
        """How many entities there are."""
        return self.manifest.entities

    def entity_of(self, addresses: Array) -> Array:
        """Entity of each address; u4, same shape."""
        found: Array = self.column("entities.entity")[addresses]
        return found

    def _require(self, entities: Array) -> None:
        wrong = entities >= self._addresses
        wrong[~wrong] = self.entity_of(entities[~wrong]) != entities[~wrong]
        if wrong.any():
            raise NotFoundError(
                f"entity {int(entities[wrong][0])}: no entity of {self.name} has this id at this tip"
            )

    def _listed(self, entities: Array) -> tuple[Array, Array]:
        """Rows of the list of entities of several addresses, and which of ``entities`` stand in it."""
        ids = self.column("entity_list.entity")
        if not len(ids):
            return np.zeros(entities.shape, np.int64), np.zeros(entities.shape, np.bool_)
        rows = np.minimum(search(ids, entities), len(ids) - 1)
        return rows, ids[rows] == entities

    def members_of(self, entities: Array) -> Array:
        """Addresses of distinct entities, ascending; u4. Raises NotFoundError."""
        self._require(entities)
        rows, hit = self._listed(entities)
        start, size = (self.column(f"entity_list.{name}")[rows[hit]] for name in ("start", "size"))
        several = self.column("members.address")[expand(start, size)]
        members: Array = np.sort(np.concatenate([entities[~hit].astype(np.uint32), several]))
        return members

    def sizes_of(self, entities: Array) -> Array:
        """How many addresses entities have; int64, same shape. Raises NotFoundError."""
        self._require(entities)
        rows, hit = self._listed(entities)
        sizes = np.ones(entities.shape, np.int64)
        sizes[hit] = self.column("entity_list.size")[rows[hit]]
        return sizes

    def totals_of(self, entity: int) -> tuple[int, int, int] | None:
        """Outputs received, their sum, and the sum of those unspent, of entities that received many."""
        self._require(np.array([entity]))
        ids = self.column("totals.entity")
        row = int(search(ids, np.array([entity]))[0])
        if row == len(ids) or int(ids[row]) != entity:
            return None
        outputs, low, high, balance = (
            int(self.column(f"totals.{name}")[row])
            for name in ("outputs", "received", "received_high", "balance")
        )
        return outputs, low + (high << 64), balance

    def several(self) -> Iterator[tuple[Array, Array]]:
        """Entities of several addresses, ascending, and their sizes; int64, in chunks."""
        ids, sizes = self.column("entity_list.entity"), self.column("entity_list.size")
        for first in range(0, len(ids), _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            yield ids[part].astype(np.int64), sizes[part].astype(np.int64)

    def _link_rows(self, transactions: Array) -> Array:
        """Rows of the links of transactions: those of the set's linking, then those of change; int64."""
        where = self.column("set_links.transaction")
        edge = self.manifest.own_links
        found = []
        for first, last in ((0, edge), (edge, len(where))):
            part = where[first:last]
            start = search(part, transactions)
            found.append(expand(start, search(part, transactions, "right") - start) + first)
        rows: Array = np.concatenate(found)
        return rows

    def links_in(self, transactions: Array) -> Links:
        """All links that stand in transactions."""
        rows = self._link_rows(transactions)
        names = ("a", "b", "transaction", "rule", "chance")
        a, b, at, rule, chance = (self.column(f"set_links.{name}")[rows] for name in names)
        stated = np.where(chance > 0, chance / _MILLION, np.nan)
        if not self.manifest.ledger_links:
            own = Links(a, b, at, rule, stated)
            return own.some(np.argsort(own.transaction, kind="stable"))
        certain = links_in(self._ledger, transactions)
        parts = ((certain.a, a), (certain.b, b), (certain.transaction, at), (certain.rule, rule))
        first, second, place, number = (np.concatenate(part) for part in parts)
        chances = np.append(np.full(len(certain.a), np.nan), stated)
        joined = Links(first, second, place, number, chances)
        return joined.some(np.argsort(joined.transaction, kind="stable"))

    def links_of(self, addresses: Array) -> Links:
        """All links of addresses: they stand where one of both signs or is paid."""
        return self.links_in(transactions_about(self._ledger, addresses))

    def at(self, then: Ledger) -> Control:
        """The same as of an earlier block. Raises UsageError for a set whose rules look at who spends."""
        if self.manifest.looks_ahead:
            raise UsageError(
                f"rules {self.name!r}: its rules looked at who spends up to height {self.height}, so "
                f"that it cannot be cut back to height {then.tip.height}; index until there into another "
                "ledger (clew index --until) and make the set there"
            )
        from clew.ledger.past import Earlier

        return Earlier(self, then)


__all__ = [
    "FOLDER",
    "NamedSet",
    "SetManifest",
    "names",
    "names_in",
    "open_set",
    "read",
    "remove",
    "seen_by_set",
    "write",
]
