"""Watches and what they have said, in one SQLite file in the ledger's folder.

Everything that one run of ``clew.case.watching`` finds is written by one transaction together with how far
it has judged, so that no alert is lost and none is made twice, wherever it is stopped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from clew.analysis.watch import Terms
from clew.analysis.watch_reached import Coin
from clew.errors import NotALedgerError, NotFoundError, StorageError, UsageError

FILE_NAME = "watches.sqlite"
VERSION = 1
SHORT_ID = 12
"""Hexadecimal digits of a watch's id."""
LEAST_PREFIX = 4
_MAGIC = 0x434C5757
"""SQLite's application id of such a file: ``CLWW``."""
_PATIENCE = 60.0
"""Seconds to wait for another process that writes."""

ACTIVE, ENDED, REMOVED = "active", "ended", "removed"

_SCHEMA = """
CREATE TABLE watches (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, address TEXT NOT NULL,
    days INTEGER, blocks INTEGER, hops INTEGER, every TEXT, stated_case TEXT, tags TEXT NOT NULL,
    examiner TEXT NOT NULL, purpose TEXT NOT NULL, added TEXT NOT NULL, until TEXT NOT NULL, target TEXT,
    since INTEGER NOT NULL
);
CREATE TABLE removals (watch TEXT PRIMARY KEY REFERENCES watches(id), time TEXT NOT NULL, reason TEXT);
CREATE TABLE chain (height INTEGER PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE reached (
    watch TEXT NOT NULL REFERENCES watches(id), output INTEGER NOT NULL, hop INTEGER NOT NULL,
    most INTEGER NOT NULL, height INTEGER NOT NULL, PRIMARY KEY (watch, output)
) WITHOUT ROWID;
CREATE TABLE alerts (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, watch TEXT NOT NULL REFERENCES watches(id),
    event TEXT NOT NULL, height INTEGER NOT NULL, line TEXT NOT NULL, target TEXT, withdrawn INTEGER NOT NULL,
    delivered INTEGER NOT NULL
);
CREATE INDEX alerts_by_event ON alerts (event);
CREATE INDEX alerts_waiting ON alerts (delivered, number);
CREATE TABLE targets (path TEXT PRIMARY KEY, offset INTEGER NOT NULL)
"""


@dataclass(frozen=True)
class Watch:
    """A watch as it was asked for.

    ``stated_case`` or ``tags`` is what it starts from; ``until`` its last day (ISO 8601, UTC); ``target`` the
    file that its alerts go to, None for standard output. ``since``: the last height that it does not judge.
    """

    id: str
    terms: Terms
    stated_case: str | None
    tags: tuple[str, ...]
    examiner: str
    purpose: str
    added: str
    until: str
    target: str | None
    since: int
    removed: str | None = None
    reason: str | None = None

    @property
    def end(self) -> int:
        """The first second at which it watches no more; Unix seconds."""
        after = date.fromisoformat(self.until) + timedelta(days=1)
        return int(datetime(after.year, after.month, after.day, tzinfo=UTC).timestamp())

    def state(self, now: int, median_time: int) -> str:
        """active, ended or removed, at a time and at a tip with a median time; Unix seconds."""
        return REMOVED if self.removed else ENDED if max(now, median_time) >= self.end else ACTIVE

    def judges(self, height: int, median_time: int) -> bool:
        """Whether it judges a block: one that came after it, before its end."""
        return self.removed is None and height > self.since and median_time < self.end


def new_watch(
    terms: Terms,
    *,
    stated_case: str | None,
    tags: Iterable[str],
    examiner: str,
    purpose: str,
    added: str,
    until: str,
    target: str | None,
    since: int,
) -> Watch:
    """A watch whose id follows from all that is said of it."""
    said = [vars(terms), stated_case, [*tags], examiner, purpose, added, until, target, since]
    name = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:SHORT_ID]
    return Watch(name, terms, stated_case, tuple(tags), examiner, purpose, added, until, target, since)


class Watches:
    """The file of one ledger folder. Raises NotALedgerError for a file that is none of these."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    @property
    def exists(self) -> bool:
        """Whether anything was ever watched."""
        return self.path.exists() and self.path.stat().st_size > 0

    @contextmanager
    def reading(self) -> Iterator[Records | None]:
        """What the file holds, as of one moment; None where there is no file."""
        if not self.exists:
            yield None
            return
        try:
            # Not read-only, since what a killed process left half done must be undone before it can be read.
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True)) as base:
                base.execute("BEGIN")
                if _is_empty(base):
                    yield None
                else:
                    self._require_ours(base)
                    yield Records(base)
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    @contextmanager
    def writing(self) -> Iterator[Records]:
        """The file, to be changed by one transaction: all of it, or nothing where an error passes."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as base:
                base.execute("PRAGMA synchronous = FULL")
                base.execute("BEGIN IMMEDIATE")
                try:
                    if _is_empty(base):
                        _make(base)
                    else:
                        self._require_ours(base)
                    yield Records(base)
                    base.execute("COMMIT")
                except BaseException:
                    if base.in_transaction:
                        base.execute("ROLLBACK")
                    raise
        except sqlite3.OperationalError as error:
            raise StorageError(
                f"{self.path}: watches cannot be written ({error}); no alert is lost: make room or wait for "
                "the other command, and run the same command again"
            ) from error
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def _damaged(self, error: sqlite3.Error) -> NotALedgerError:
        return NotALedgerError(
            f"{self.path}: the file of watches cannot be read ({error}); restore it from a copy, or move it "
            "away and add the watches again"
        )

    def _require_ours(self, base: sqlite3.Connection) -> None:
        found = [base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if found != [_MAGIC, VERSION]:
            raise NotALedgerError(
                f"{self.path}: expected watches of version {VERSION}, found another file (version "
                f"{found[1]}); move it away and add the watches again"
            )


def _is_empty(base: sqlite3.Connection) -> bool:
    return not base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _make(base: sqlite3.Connection) -> None:
    base.execute(f"PRAGMA application_id = {_MAGIC}")
    base.execute(f"PRAGMA user_version = {VERSION}")
    for statement in _SCHEMA.split(";\n"):
        base.execute(statement)


_WATCHES = (
    "SELECT id, kind, address, days, blocks, hops, every, stated_case, tags, examiner, purpose, added, until,"
    " target, since, r.time, r.reason FROM watches LEFT JOIN removals r ON r.watch = id ORDER BY number"
)


class Records:
    """The rows of the file, within one transaction."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self.base = base

    # Watches

    def watches(self) -> list[Watch]:
        """Every watch, also ended and removed ones, in the order they were added."""
        return [
            Watch(row[0], Terms(*row[1:7]), row[7], tuple(json.loads(row[8])), *row[9:])
            for row in self.base.execute(_WATCHES)
        ]

    def find(self, name: str) -> Watch:
        """The watch of an id, or of its beginning. Raises UsageError and NotFoundError."""
        if len(name) < LEAST_PREFIX:
            raise UsageError(f"{name!r}: expected {LEAST_PREFIX} or more digits of a watch's id")
        found = [each for each in self.watches() if each.id.startswith(name.lower())]
        if len(found) > 1:
            raise UsageError(f"{name!r}: {len(found)} watches begin like this; give more digits")
        if not found:
            raise NotFoundError(f"watch {name!r}: there is none of this id; clew watch list shows all")
        return found[0]

    def add(self, watch: Watch, reached: Iterable[Coin]) -> None:
        """Add a watch, and where its money stands. Raises UsageError where it is there already."""
        if any(each.id == watch.id for each in self.watches()):
            raise UsageError(f"watch {watch.id}: this very watch was added a moment ago; nothing was changed")
        terms = watch.terms
        self.base.execute(
            "INSERT INTO watches (id, kind, address, days, blocks, hops, every, stated_case, tags, examiner,"
            " purpose, added, until, target, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (watch.id, terms.kind, terms.address, terms.days, terms.blocks, terms.hops, terms.every,
             watch.stated_case, json.dumps(watch.tags), watch.examiner, watch.purpose, watch.added,
             watch.until, watch.target, watch.since),
        )  # fmt: skip
        self.reach(watch.id, reached)

    def remove(self, watch: str, now: str, reason: str | None) -> None:
        """Note that a watch was taken away; what it has said stays."""
        self.base.execute("INSERT INTO removals VALUES (?, ?, ?)", (watch, now, reason))
        self.base.execute("DELETE FROM reached WHERE watch = ?", (watch,))

    # How far it was judged

    def hashes(self) -> list[tuple[int, str]]:
        """Heights that were judged, the highest first, and the hashes of their blocks then."""
        return self.base.execute("SELECT height, hash FROM chain ORDER BY height DESC").fetchall()

    def judged(self, hashes: Iterable[tuple[int, str]]) -> None:
        """Note blocks as judged."""
        self.base.executemany("INSERT INTO chain VALUES (?, ?)", hashes)

    def undo(self, height: int) -> None:
        """Forget what was judged above a height."""
        self.base.execute("DELETE FROM chain WHERE height > ?", (height,))
        self.base.execute("DELETE FROM reached WHERE height > ?", (height,))
        self.base.execute("UPDATE watches SET since = ? WHERE since > ?", (height, height))

    def forget(self, below: int) -> None:
        """Forget the hashes of blocks below a height."""
        self.base.execute("DELETE FROM chain WHERE height < ?", (below,))

    # Where money stands

    def reached(self, watch: str) -> list[Coin]:
        """The coins that a watch's walk remembers, by output."""
        rows = "SELECT output, hop, most, height FROM reached WHERE watch = ? ORDER BY output"
        return [Coin(*row) for row in self.base.execute(rows, (watch,))]

    def reached_count(self, watch: str) -> int:
        """How many they are."""
        found = self.base.execute("SELECT count(*) FROM reached WHERE watch = ?", (watch,)).fetchone()
        return int(found[0])

    def reach(self, watch: str, coins: Iterable[Coin]) -> None:
        """Add coins to them."""
        self.base.executemany(
            "INSERT INTO reached VALUES (?, ?, ?, ?, ?)", ((watch, *coin) for coin in coins)
        )

    def reach_anew(self, watch: str, coins: Iterable[Coin]) -> None:
        """Put coins in their place."""
        self.base.execute("DELETE FROM reached WHERE watch = ?", (watch,))
        self.reach(watch, coins)

    # Alerts

    def times_said(self, event: str) -> int:
        """How often an event was alerted, withdrawn or not."""
        found = self.base.execute(
            "SELECT count(*) FROM alerts WHERE event = ? AND withdrawn >= 0", (event,)
        ).fetchone()
        return int(found[0])

    def say(self, alert: dict[str, Any], watch: Watch, event: str, height: int) -> None:
        """Put an alert into the queue, in the very bytes that it will have."""
        self._queue(alert, watch.id, event, height, watch.target, 0)

    def standing(self, above: int) -> list[tuple[str, str, str, int, str | None, str]]:
        """Alerts about blocks above a height that are not withdrawn: id, watch, event, height, target and
        line, in the order they were said."""
        return self.base.execute(
            "SELECT id, watch, event, height, target, line FROM alerts WHERE withdrawn = 0 AND height > ?"
            " ORDER BY number",
            (above,),
        ).fetchall()

    def withdraw(self, alert: dict[str, Any], of: tuple[str, str, str, int, str | None, str]) -> None:
        """Mark an alert as withdrawn, and queue the line that says so."""
        self.base.execute("UPDATE alerts SET withdrawn = 1 WHERE id = ?", (of[0],))
        self._queue(alert, of[1], of[2], of[3], of[4], -1)

    def _queue(
        self, alert: dict[str, Any], watch: str, event: str, height: int, target: str | None, withdrawn: int
    ) -> None:
        line = json.dumps(alert, separators=(",", ":"))
        self.base.execute(
            "INSERT INTO alerts (id, watch, event, height, line, target, withdrawn, delivered)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            (alert["alert"], watch, event, height, line, target, withdrawn),
        )

    def alerts_of(self, watch: str) -> tuple[int, int]:
        """How many alerts a watch has said, and how many of them were withdrawn."""
        found = self.base.execute(
            "SELECT count(*), coalesce(sum(withdrawn), 0) FROM alerts WHERE watch = ? AND withdrawn >= 0",
            (watch,),
        ).fetchone()
        return int(found[0]), int(found[1])

    def waiting(self) -> list[tuple[int, str, str | None]]:
        """Number, line and target of what is not delivered yet, in order."""
        return self.base.execute(
            "SELECT number, line, target FROM alerts WHERE delivered = 0 ORDER BY number"
        ).fetchall()

    def delivered(self, numbers: Iterable[int]) -> None:
        """Note lines as delivered."""
        self.base.executemany("UPDATE alerts SET delivered = 1 WHERE number = ?", ((n,) for n in numbers))

    def last_delivered(self, path: str) -> str | None:
        """The last line that was noted as delivered to a file; None: there is none."""
        found = self.base.execute(
            "SELECT line FROM alerts WHERE target = ? AND delivered ORDER BY number DESC LIMIT 1", (path,)
        ).fetchone()
        return str(found[0]) if found else None

    def offset(self, path: str) -> int:
        """How many bytes of a file are ours and noted as delivered, as far as is known."""
        found = self.base.execute("SELECT offset FROM targets WHERE path = ?", (path,)).fetchone()
        return int(found[0]) if found else 0

    def set_offset(self, path: str, offset: int) -> None:
        """Note the end of what is delivered in a file."""
        self.base.execute("INSERT OR REPLACE INTO targets VALUES (?, ?)", (path, offset))


__all__ = ["ACTIVE", "ENDED", "FILE_NAME", "REMOVED", "Records", "Watch", "Watches", "new_watch"]
