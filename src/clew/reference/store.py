"""Imports of tags in one SQLite file: appended, withdrawn, never overwritten.

The file ``attributions.sqlite`` lies in the ledger's folder. It is written by one transaction for each
command, so that a failed one leaves nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.errors import NotALedgerError, StorageError
from clew.reference.tags import LEFT_OUT, SHORT_ID, Actor, Concept, Finding, Pack, Tag
from clew.schema import PAYLOAD_STRIDE, packed

FILE_NAME = "attributions.sqlite"
VERSION = 1
_MAGIC = 0x434C4557
"""SQLite's application id of such a file: ``CLEW``."""

_SCHEMA = """
CREATE TABLE imports (
    number INTEGER PRIMARY KEY, content TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,
    time TEXT NOT NULL, format TEXT NOT NULL, title TEXT, creator TEXT, uri TEXT, description TEXT,
    importer TEXT NOT NULL, tags INTEGER NOT NULL, actors INTEGER NOT NULL, concepts INTEGER NOT NULL,
    left_out INTEGER NOT NULL, other_networks TEXT NOT NULL, types BLOB NOT NULL, payloads BLOB NOT NULL
);
CREATE TABLE withdrawals (import INTEGER PRIMARY KEY REFERENCES imports, time TEXT NOT NULL, reason TEXT);
CREATE TABLE tags (
    import INTEGER NOT NULL REFERENCES imports, number INTEGER NOT NULL, line INTEGER NOT NULL,
    subject TEXT NOT NULL, network TEXT NOT NULL, type INTEGER NOT NULL, payload BLOB NOT NULL,
    label TEXT NOT NULL, source TEXT NOT NULL, category TEXT,
    concepts TEXT NOT NULL, abuse TEXT, confidence TEXT, actor TEXT, lastmod TEXT,
    is_cluster_definer INTEGER, tag_type TEXT, context TEXT, is_derived INTEGER NOT NULL,
    PRIMARY KEY (import, number)
) WITHOUT ROWID;
CREATE TABLE actors (
    import INTEGER NOT NULL REFERENCES imports, line INTEGER NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL,
    uri TEXT, jurisdictions TEXT NOT NULL, categories TEXT NOT NULL, aliases TEXT NOT NULL, lastmod TEXT,
    context TEXT
);
CREATE TABLE concepts (
    import INTEGER NOT NULL REFERENCES imports, line INTEGER NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL,
    broader TEXT, uri TEXT
);
CREATE TABLE findings (
    import INTEGER NOT NULL REFERENCES imports, file TEXT NOT NULL, line INTEGER NOT NULL,
    kind TEXT NOT NULL, text TEXT NOT NULL
);
"""
_TABLES = ("imports", "withdrawals", "tags", "actors", "concepts", "findings")
_TAG_FIELDS = tuple(each.name for each in fields(Tag))
_TAG = ", ".join(_TAG_FIELDS)
_CONCEPTS = _TAG_FIELDS.index("concepts")
_FLAGS = tuple(_TAG_FIELDS.index(name) for name in ("is_cluster_definer", "is_derived"))
_IN_FORCE = "number NOT IN (SELECT import FROM withdrawals)"

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Import:
    """One import: what was read, when, and whether it was withdrawn.

    ``number`` counts imports of this ledger; ``content`` is the SHA-256 of what it says, and its first
    digits are the import's id, so that the same file has the same id in every ledger of a network.
    """

    number: int
    content: str
    file: str
    digest: str
    time: str
    format: str
    title: str | None
    creator: str | None
    uri: str | None
    description: str | None
    importer: str
    tags: int
    actors: int
    concepts: int
    left_out: int
    other_networks: dict[str, int]
    withdrawn: str | None = None
    reason: str | None = None

    @property
    def id(self) -> str:
        """What people call it by."""
        return self.content[:SHORT_ID]


_IMPORT = tuple(each.name for each in fields(Import))


class Store:
    """The file of one ledger folder. Raises NotALedgerError for a file that is none of these."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    # Reading

    def imports(self) -> list[Import]:
        """Every import, also those withdrawn, in the order of time."""
        with self._reading() as base:
            if base is None:
                return []
            rows = base.execute(
                "SELECT number, content, file, digest, i.time, format, title, creator, uri, description,"
                " importer, tags, actors, concepts, left_out, other_networks, w.time, w.reason"
                " FROM imports i LEFT JOIN withdrawals w ON w.import = i.number ORDER BY number"
            )
            return [
                Import(**dict(zip(_IMPORT, row, strict=True)) | {"other_networks": json.loads(row[15])})
                for row in rows
            ]

    def payloads(self) -> list[tuple[int, Array, Array]]:
        """Of each import in force with tags, by content: number, types (u1), payload rows (u1, by 48).

        The last byte of a row is the payload's length.
        """
        with self._reading() as base:
            if base is None:
                return []
            return [
                (
                    number,
                    np.frombuffer(types, np.uint8),
                    np.frombuffer(rows, np.uint8).reshape(-1, PAYLOAD_STRIDE),
                )
                for number, types, rows in base.execute(
                    f"SELECT number, types, payloads FROM imports WHERE tags AND {_IN_FORCE} ORDER BY content"
                )
            ]

    def tags(self, number: int, numbers: Sequence[int] | None = None) -> list[Tag]:
        """Tags of import ``number`` by their own number: all, or those asked for."""
        with self._reading() as base:
            if base is None:
                return []
            asked = f"SELECT {_TAG} FROM tags WHERE import = ?"
            if numbers is None:
                return [_tag(row) for row in base.execute(f"{asked} ORDER BY number", (number,))]
            asked += " AND number = ?"
            return [_tag(row) for each in numbers for row in base.execute(asked, (number, each))]

    def actors(self) -> list[tuple[int, Actor]]:
        """The actors of imports in force, each with its import's number, by content and line."""
        with self._reading() as base:
            if base is None:
                return []
            rows = base.execute(
                "SELECT a.import, a.line, a.id, a.label, a.uri, jurisdictions, categories, aliases, lastmod,"
                f" context FROM actors a JOIN imports i ON i.number = a.import WHERE {_IN_FORCE}"
                " ORDER BY i.content, a.line, a.id"
            )
            return [
                (row[0], Actor(*row[1:5], *(tuple(json.loads(each)) for each in row[5:8]), *row[8:]))
                for row in rows
            ]

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Id, label and aliases (as JSON) of every actor of imports in force, by content and line."""
        with self._reading() as base:
            if base is not None:
                yield from base.execute(
                    "SELECT a.id, a.label, aliases FROM actors a JOIN imports i ON i.number = a.import"
                    f" WHERE {_IN_FORCE} ORDER BY i.content, a.line, a.id"
                ).fetchall()

    def concepts(self) -> list[tuple[int, Concept]]:
        """The words of vocabularies in force, each with its import's number."""
        with self._reading() as base:
            if base is None:
                return []
            rows = base.execute(
                "SELECT c.import, c.line, c.id, c.label, broader, c.uri FROM concepts c"
                f" JOIN imports i ON i.number = c.import WHERE {_IN_FORCE} ORDER BY i.content, c.line, c.id"
            )
            return [(row[0], Concept(*row[1:])) for row in rows]

    def findings(self, number: int) -> list[Finding]:
        """What was left out of import ``number``, and what else was found."""
        with self._reading() as base:
            if base is None:
                return []
            rows = base.execute("SELECT file, line, kind, text FROM findings WHERE import = ?", (number,))
            return [Finding(*row) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        if not self.path.exists():
            yield None
            return
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as base:
                self._require_ours(base)
                yield base
        except sqlite3.Error as error:
            raise NotALedgerError(
                f"{self.path}: the file of attributions cannot be read ({error}); restore it from a copy, or "
                "move it away and import the packs again"
            ) from error

    def _require_ours(self, base: sqlite3.Connection) -> None:
        found = [base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if found != [_MAGIC, VERSION]:
            raise NotALedgerError(
                f"{self.path}: expected attributions of version {VERSION}, found another file "
                f"(version {found[1]}); move it away and import the packs again"
            )

    # Writing

    def add(self, packs: Iterable[tuple[Pack, str]], now: str) -> list[int]:
        """Append packs, all or none, each with the name of what read it; returns their numbers.

        ``now``: time of the import, ISO 8601. Raises StorageError.
        """
        with self._writing() as base:
            return [_add(base, pack, importer, now) for pack, importer in packs]

    def withdraw(self, number: int, now: str, reason: str | None) -> None:
        """Append that an import no longer counts. Raises StorageError."""
        with self._writing() as base:
            base.execute("INSERT INTO withdrawals VALUES (?, ?, ?)", (number, now, reason))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        is_new = not self.path.exists()
        try:
            with closing(sqlite3.connect(self.path, isolation_level=None)) as base:
                base.execute("BEGIN IMMEDIATE")
                try:
                    if base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                        self._require_ours(base)
                    else:
                        _make(base)
                    yield base
                    base.execute("COMMIT")
                except BaseException:
                    base.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise StorageError(
                f"{self.path}: attributions cannot be written ({error}); nothing was imported; "
                "make room or wait for the other command, and run the same command again"
            ) from error
        finally:
            if is_new and self.path.exists() and not self.path.stat().st_size:
                self.path.unlink()


def _make(base: sqlite3.Connection) -> None:
    base.execute(f"PRAGMA application_id = {_MAGIC}")
    base.execute(f"PRAGMA user_version = {VERSION}")
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            base.execute(statement)
    for table in _TABLES:
        for verb in ("UPDATE", "DELETE"):
            base.execute(
                f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'attributions are only ever appended'); END"
            )


def _add(base: sqlite3.Connection, pack: Pack, importer: str, now: str) -> int:
    rows = bytearray()
    for tag in pack.tags:
        rows += packed(tag.payload)
    left_out = sum(each.kind in LEFT_OUT for each in pack.findings)
    number = base.execute(
        "INSERT INTO imports (content, file, digest, time, format, title, creator, uri, description,"
        " importer, tags, actors, concepts, left_out, other_networks, types, payloads)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (pack.content(), pack.file, pack.digest, now, pack.format, pack.title, pack.creator, pack.uri,
         pack.description, importer, len(pack.tags), len(pack.actors), len(pack.concepts), left_out,
         _list_text(pack.other_networks), bytes(tag.type for tag in pack.tags), bytes(rows)),
    ).lastrowid  # fmt: skip
    assert number is not None
    base.executemany(
        f"INSERT INTO tags (import, {_TAG}) VALUES ({', '.join('?' * 19)})",
        ((number, *(_stored(value) for value in vars(tag).values())) for tag in pack.tags),
    )
    base.executemany(
        "INSERT INTO actors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((number, *(_stored(value) for value in vars(actor).values())) for actor in pack.actors),
    )
    base.executemany(
        "INSERT INTO concepts VALUES (?, ?, ?, ?, ?, ?)",
        ((number, *vars(concept).values()) for concept in pack.concepts),
    )
    base.executemany(
        "INSERT INTO findings VALUES (?, ?, ?, ?, ?)",
        ((number, pack.file, each.line, each.kind, each.text) for each in pack.findings),
    )
    return number


def _list_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _stored(value: Any) -> Any:
    return _list_text(list(value)) if isinstance(value, tuple) else value


def _tag(row: tuple[Any, ...]) -> Tag:
    values = list(row)
    values[_CONCEPTS] = tuple(json.loads(values[_CONCEPTS]))
    for place in _FLAGS:
        values[place] = None if values[place] is None else bool(values[place])
    return Tag(*values)


__all__ = ["FILE_NAME", "Import", "Store"]
