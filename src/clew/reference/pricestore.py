"""Imports of prices in one SQLite file: appended, withdrawn, never overwritten.

The file ``prices.sqlite`` lies in the ledger's folder. It is written by one transaction for each command,
so that a failed one leaves nothing.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np

from clew.errors import NotALedgerError, StorageError, UsageError
from clew.reference.prices import PRICES, RATES, Extent, PriceFile, PriceImport, Rates, Series

FILE_NAME = "prices.sqlite"
VERSION = 1
LEAST_PREFIX = 4
"""Digits of an import's id that must be given at least."""

_MAGIC = 0x434C4550
"""SQLite's application id of such a file: ``CLEP``."""

_SCHEMA = """
CREATE TABLE imports (
    number INTEGER PRIMARY KEY, content TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,
    time TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, importer TEXT NOT NULL,
    findings TEXT NOT NULL
);
CREATE TABLE withdrawals (import INTEGER PRIMARY KEY REFERENCES imports, time TEXT NOT NULL, reason TEXT);
CREATE TABLE series (
    import INTEGER NOT NULL REFERENCES imports, currency TEXT NOT NULL, resolution INTEGER NOT NULL,
    fields TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL,
    times BLOB NOT NULL, texts BLOB NOT NULL, PRIMARY KEY (import, currency)
);
"""
_TABLES = ("imports", "withdrawals", "series")
_IMPORT = (
    "number", "content", "file", "digest", "time", "kind", "source", "importer", "findings", "withdrawn",
    "reason",
)  # fmt: skip
_EXTENT = "currency, resolution, fields, first, last, rows"


class Prices:
    """The prices of one ledger folder, as they were when first read.

    Raises NotALedgerError for a file that is no table of prices, or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._read: dict[tuple[int, str], Series] = {}

    @cached_property
    def imports(self) -> tuple[PriceImport, ...]:
        """Every import, also those withdrawn, in the order of time."""
        with self._reading() as base:
            if base is None:
                return ()
            extents: dict[int, list[Extent]] = {}
            for number, currency, resolution, fields, *rest in base.execute(
                f"SELECT import, {_EXTENT} FROM series ORDER BY import, currency"
            ):
                extents.setdefault(number, []).append(
                    Extent(currency, resolution, tuple(json.loads(fields)), *rest)
                )
            rows = base.execute(
                "SELECT number, content, file, digest, i.time, kind, source, importer, findings, w.time,"
                " w.reason FROM imports i LEFT JOIN withdrawals w ON w.import = i.number ORDER BY number"
            ).fetchall()
        found = []
        for row in rows:
            stated = dict(zip(_IMPORT, row, strict=True))
            stated["findings"] = tuple(json.loads(stated["findings"]))
            found.append(PriceImport(extents=tuple(extents.get(row[0], ())), **stated))
        return tuple(found)

    @cached_property
    def in_force(self) -> tuple[PriceImport, ...]:
        """The imports that count, the newest first."""
        return tuple(each for each in reversed(self.imports) if each.withdrawn is None)

    @cached_property
    def digest(self) -> str | None:
        """SHA-256 over the imports in force in their order, which decides; None where there is none."""
        told = "\n".join(each.content for each in self.in_force)
        return sha256(told.encode()).hexdigest() if told else None

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Those in which prices are in force, by name."""
        found = (e.currency for each in self.in_force if each.kind == PRICES for e in each.extents)
        return tuple(sorted(set(found)))

    def series(self, currency: str, source: str | None = None) -> list[tuple[PriceImport, Series]]:
        """The tables in force in one currency: the finer before the coarser, then the newer import.

        ``source``: of that name only.
        """
        found = [
            (each, extent.resolution)
            for each in self.in_force
            for extent in each.extents
            if each.kind == PRICES and extent.currency == currency and source in (None, each.source)
        ]
        return [(each, self._series(each, currency)) for each, _ in sorted(found, key=lambda pair: pair[1])]

    @cached_property
    def rates(self) -> Rates | None:
        """The reference rates in force, those imported last; None where there are none."""
        newest = next((each for each in self.in_force if each.kind == RATES), None)
        if newest is None:
            return None
        return Rates(newest, {e.currency: self._series(newest, e.currency) for e in newest.extents})

    def find(self, identity: str) -> PriceImport:
        """The import in force of an id, or of the beginning of one. Raises UsageError."""
        if len(identity) < LEAST_PREFIX:
            raise UsageError(
                f"import {identity!r}: expected at least {LEAST_PREFIX} digits of an import's id; "
                "clew prices list shows them"
            )
        found = [each for each in self.in_force if each.content.startswith(identity.lower())]
        if len(found) != 1:
            number = f"{len(found)} of them" if found else "none"
            raise UsageError(
                f"import {identity!r}: expected the id of one import of prices in force, found {number}; "
                "clew prices list shows them"
            )
        return found[0]

    def _series(self, source: PriceImport, currency: str) -> Series:
        key = (source.number, currency)
        if key not in self._read:
            with self._reading() as base:
                if base is None:
                    raise NotALedgerError(f"{self.path}: gone since it was opened; ask again")
                row = base.execute(
                    "SELECT resolution, fields, times, texts FROM series WHERE import = ? AND currency = ?",
                    key,
                ).fetchone()
                try:
                    texts = tuple(zlib.decompress(row[3]).decode().split("\n"))
                except (zlib.error, UnicodeDecodeError, TypeError) as error:
                    raise self._damaged(error) from error
            times = np.frombuffer(row[2], "<i8").astype(np.int64)
            if len(times) != len(texts):
                raise self._damaged(ValueError("times and prices differ in number"))
            self._read[key] = Series(currency, row[0], tuple(json.loads(row[1])), times, texts)
        return self._read[key]

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
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> NotALedgerError:
        return NotALedgerError(
            f"{self.path}: the file of prices cannot be read ({error}); restore it from a copy, or move it "
            "away and import the prices again"
        )

    def _require_ours(self, base: sqlite3.Connection) -> None:
        found = [base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if found != [_MAGIC, VERSION]:
            raise NotALedgerError(
                f"{self.path}: expected prices of version {VERSION}, found another file (version "
                f"{found[1]}); move it away and import the prices again"
            )

    # Writing

    def add(self, read: PriceFile, importer: str, now: str) -> int:
        """Append a file's series; returns the import's number. ``now``: ISO 8601. Raises StorageError."""
        with self._writing() as base:
            number = base.execute(
                "INSERT INTO imports (content, file, digest, time, kind, source, importer, findings)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    read.content(), read.file, read.digest, now, read.kind, read.source, importer,
                    json.dumps(read.findings, ensure_ascii=False),
                ),
            ).lastrowid  # fmt: skip
            assert number is not None
            for each in read.series:
                base.execute(
                    "INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        number, each.currency, each.resolution, json.dumps(each.fields), int(each.times[0]),
                        int(each.times[-1]), len(each), each.times.astype("<i8").tobytes(),
                        zlib.compress("\n".join(each.texts).encode()),
                    ),
                )  # fmt: skip
        return number

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
                f"{self.path}: prices cannot be written ({error}); nothing was imported; make room or wait "
                "for the other command, and run the same command again"
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
                f"CREATE TRIGGER prices_{table}_{verb} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'prices are only ever appended'); END"
            )


__all__ = ["FILE_NAME", "Prices"]
