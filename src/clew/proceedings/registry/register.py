"""The register of public proceedings: by case number and role, to the end of each, and nobody's name.

Entries are added, corrected by a later entry, or withdrawn with a reason. Nothing is overwritten: the file
is a chain of lines (``chained``), and every state that it ever had can be read in it.

Its first line holds a secret of its own. Digests of lines are not for the public: what a line says can be
guessed (case numbers are public), and one entry between two digests could be found by trying all. A release
tells the ``seal`` instead, which only who has the file can work out.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from clew.errors import UsageError
from clew.proceedings.load import Law
from clew.proceedings.nameless import why_named
from clew.proceedings.registry import chained
from clew.proceedings.registry.chained import Line
from clew.proceedings.registry.entry import parsed, place_of, tree_of, with_id
from clew.proceedings.registry.registered import Registered, Status
from clew.proceedings.steps import row
from clew.written.spelling import instead
from clew.written.tree import Node

VERSION = 1
RELEASES = frozenset({"released", "release forgotten"})
"""Entries that are about releases (``releases``), not about proceedings."""
_FIRST = {"what": "register of public proceedings", "version": VERSION}
_NO_REGISTER = (
    f"expected a register of public proceedings of version {VERSION}, found another file; "
    "clew law register new makes one"
)
_SECRET = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Standing:
    """A proceeding as the last entry about it has it, and what was entered about it before."""

    proceeding: Registered
    number: int
    """Of the entry that counts."""
    entered_by: str
    """A role or an office."""
    entered: date
    corrections: int
    withdrawn: str | None = None
    """Why it was withdrawn; None while it stands."""

    def row(self) -> dict[str, Any]:
        """As JSON takes it."""
        said = self.proceeding.model_dump(mode="json")
        return {
            **said,
            "number": self.number,
            "entered_by": self.entered_by,
            "entered": self.entered.isoformat(),
            "corrections": self.corrections,
            "withdrawn": self.withdrawn,
        }


@dataclass(frozen=True)
class Register:
    """A register as it was read."""

    path: Path
    lines: tuple[Line, ...]
    all: tuple[Standing, ...]
    """Every proceeding ever entered, in the order of first entry; withdrawn ones too."""

    @property
    def head(self) -> str:
        """The digest of the last entry, which stands for the whole register."""
        return self.lines[-1].digest

    @property
    def standing(self) -> tuple[Standing, ...]:
        """Proceedings that were not withdrawn."""
        return tuple(each for each in self.all if each.withdrawn is None)

    def one(self, name: str) -> Standing:
        """One proceeding. Raises UsageError for an unknown one."""
        known = {each.proceeding.id: each for each in self.all}
        if name not in known:
            raise UsageError(f"expected a proceeding of {self.path}, found {name!r}; {instead(name, known)}")
        return known[name]

    @property
    def seal(self) -> str:
        """What a release tells of the last entry: its digest, with the register's secret, as SHA-256."""
        return self._sealed(self.head)

    def holds(self, seal: str) -> bool:
        """Whether a seal told earlier is that of one of its entries, so that nothing up to it was changed."""
        return any(self._sealed(line.digest) == seal for line in self.lines)

    def _sealed(self, digest: str) -> str:
        return sha256(f"{self.lines[0].said['secret']} {digest}".encode()).hexdigest()


@dataclass(frozen=True)
class Verified:
    """What came of checking a register's chain."""

    entries: int
    proceedings: int
    withdrawn: int
    head: str
    faults: tuple[str, ...]
    """One line each, with the file's line."""


def create(path: Path, *, secret: str | None = None) -> Register:
    """A new register without proceedings. Raises UsageError if the file is there.

    ``secret`` is 64 hexadecimal digits, drawn by chance where it is not given.
    """
    chained.begin(path, {**_FIRST, "secret": secret or secrets.token_hex(32)})
    return open_register(path)


def open_register(path: Path) -> Register:
    """A register. Raises UsageError, with the line, where its chain or an entry is not whole."""
    return _register(path, chained.read(path))


def add(
    path: Path, law: Law, entries: Sequence[Mapping[str, Any] | Node], *, by: str, when: date
) -> list[Standing]:
    """Enter proceedings, all or none; one without ``id`` gets the next free one, as in p1.

    ``by`` is a role or an office. Raises UsageError for an entry that is wrong, with its line where it has
    one; for an unknown court or provision with the nearest name; and for a proceeding that is there already.
    """
    with chained.locked(path):
        register = open_register(path)
        known = {each.proceeding.id: each.proceeding for each in register.all}
        standing = {_key(each.proceeding): each.proceeding.id for each in register.standing}
        rows = []
        for entry in entries:
            node = tree_of(entry)
            node = with_id(node, known)
            new = parsed(node, law)
            if new.id in known:
                raise UsageError(
                    f"{place_of(node, 'id')}expected a new id, found {new.id!r} again; name another, or "
                    "correct that entry"
                )
            if _key(new) in standing:
                raise UsageError(
                    f"{place_of(node, 'case_number')}expected a proceeding that is not entered yet, found "
                    f"{standing[_key(new)]} with this court, case number, role and person; correct that one, "
                    "or give the next number as person"
                )
            known[new.id], standing[_key(new)] = new, new.id
            rows.append(line_of("added", by, when, proceeding=_plain(new)))
        after = _register(path, chained.append(path, rows)) if rows else register
    return list(after.all[len(register.all) :])


def correct(
    path: Path, law: Law, name: str, changes: Mapping[str, Any], *, by: str, when: date, why: str
) -> Standing:
    """Enter what is otherwise now, or was wrong; keys with None are taken away. The earlier entry stays.

    Raises UsageError for an unknown or withdrawn proceeding, or changes that are wrong or none.
    """
    with chained.locked(path):
        register = open_register(path)
        old = _not_withdrawn(register, name)
        if "id" in changes and changes["id"] != name:
            raise UsageError(f"id: expected {name!r}, which stays, found {changes['id']!r}; leave it out")
        before = _plain(old.proceeding)
        said = {key: each for key, each in {**before, **changes}.items() if each is not None}
        new = parsed(tree_of(said), law)
        if _plain(new) == before:
            raise UsageError(
                f"{name}: expected something that changes, found nothing; give what is otherwise"
            )
        for each in register.standing:
            if each.proceeding.id != name and _key(each.proceeding) == _key(new):
                raise UsageError(
                    f"{name}: expected a proceeding that is not entered yet, found {each.proceeding.id} with "
                    "this court, case number, role and person; withdraw one of the two"
                )
        rows = [line_of("corrected", by, when, proceeding=_plain(new), why=told(why, "why"))]
        return _register(path, chained.append(path, rows)).one(name)


def withdraw(path: Path, name: str, *, by: str, when: date, why: str) -> Standing:
    """Take a proceeding out of what is counted and shown, with the reason; its entries stay.

    Raises UsageError for an unknown one, or one that is withdrawn already.
    """
    with chained.locked(path):
        _not_withdrawn(open_register(path), name)
        rows = [line_of("withdrawn", by, when, id=name, why=told(why, "why"))]
        return _register(path, chained.append(path, rows)).one(name)


def listed(
    register: Register,
    *,
    status: Status | None = None,
    jurisdiction: str | None = None,
    next_before: date | None = None,
) -> tuple[Standing, ...]:
    """Proceedings that stand, by next date; ``next_before`` keeps those whose next date may lie before it."""
    found = [
        each
        for each in register.standing
        if (status is None or each.proceeding.status == status)
        and (jurisdiction is None or each.proceeding.jurisdiction == jurisdiction)
        and (next_before is None or _is_next_before(each.proceeding, next_before))
    ]
    return tuple(sorted(found, key=_by_next_date))


def overdue(register: Register, today: date) -> tuple[Standing, ...]:
    """Proceedings whose next date has surely passed, or that are not over and have none, by that date."""
    found = [
        each
        for each in register.standing
        if not each.proceeding.is_over
        and (each.proceeding.next_date is None or each.proceeding.next_date.last < today)
    ]
    return tuple(sorted(found, key=_by_next_date))


def verify(path: Path, *, head: str | None = None) -> Verified:
    """Check a register's chain, and that a digest noted earlier (``head``) is one of its entries.

    Raises UsageError only for a file that cannot be read.
    """
    lines, wrong = chained.faults(path)
    if not lines and len(wrong) > 1:
        # Another file altogether: one line says so, rather than one for each of its lines.
        wrong = [f"{path}:1: {_NO_REGISTER}"]
    register = None
    if not wrong:
        try:
            register = _register(path, lines)
        except UsageError as error:
            wrong.append(str(error))
    if head is not None and not any(line.digest == head for line in lines):
        wrong.append(
            f"{path}:{len(lines) or 1}: expected the entry of digest {head[:12]}, noted earlier, found "
            "none: entries at the end are missing, or all were written anew; restore the file from a copy"
        )
    return Verified(
        entries=max(0, len(lines) - 1),
        proceedings=len(register.standing) if register else 0,
        withdrawn=len(register.all) - len(register.standing) if register else 0,
        head=lines[-1].digest if lines else chained.START,
        faults=tuple(wrong),
    )


def history(register: Register, name: str) -> list[dict[str, Any]]:
    """Every entry about a proceeding as JSON takes it, the first one first. Raises UsageError."""
    register.one(name)
    return [
        {"number": line.number, "digest": line.digest, **row(line.said)}
        for line in register.lines[1:]
        if name in (line.said.get("id"), line.said.get("proceeding", {}).get("id"))
    ]


def _register(path: Path, lines: Sequence[Line]) -> Register:
    """A register from its lines. Raises UsageError for a file that is none, or an entry that is wrong."""
    first = dict(lines[0].said) if lines else {}
    if not _SECRET.fullmatch(str(first.pop("secret", ""))) or first != _FIRST:
        raise UsageError(f"{path}:1: {_NO_REGISTER}")
    found: dict[str, Standing] = {}
    for line in lines[1:]:
        if line.said.get("entry") in RELEASES:
            continue
        try:
            each = _standing(line, found)
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"{path}:{line.number}: expected an entry of this version, found another; restore the file "
                "from a copy, or read it with the version of clew that wrote it"
            ) from error
        found[each.proceeding.id] = each
    return Register(path, tuple(lines), tuple(found.values()))


def _standing(line: Line, found: Mapping[str, Standing]) -> Standing:
    said, when = line.said, date.fromisoformat(line.said["when"])
    if said["entry"] == "withdrawn":
        old = found[said["id"]]
        return Standing(old.proceeding, line.number, said["by"], when, old.corrections, said["why"])
    new = Registered.model_validate(said["proceeding"])
    if said["entry"] == "corrected":
        return Standing(new, line.number, said["by"], when, found[new.id].corrections + 1)
    if said["entry"] != "added" or new.id in found:
        raise ValueError(said["entry"])
    return Standing(new, line.number, said["by"], when, 0)


def _not_withdrawn(register: Register, name: str) -> Standing:
    old = register.one(name)
    if old.withdrawn is not None:
        raise UsageError(
            f"{register.path}: expected a proceeding that stands, found {name!r}, which was withdrawn; enter "
            "a new one"
        )
    return old


def line_of(entry: str, by: str, when: date, **said: Any) -> dict[str, Any]:
    """What a new line says: what happened, who entered it (a role), and when. Raises UsageError."""
    return {"entry": entry, "by": told(by, "by"), "when": when.isoformat(), **said}


def told(text: str, key: str) -> str:
    """A text that says something and names nobody. Raises UsageError, with the key, for another."""
    if not text.strip() or len(text) > 2000:
        raise UsageError(f"{key}: expected a text of up to 2,000 characters, found {len(text)}; change it")
    reason = why_named(text)
    if reason:
        raise UsageError(
            f"{key}: expected a text that names nobody, found one that {reason}; write a role or an office "
            "instead"
        )
    return text


def _plain(entry: Registered) -> dict[str, Any]:
    return entry.model_dump(mode="json", exclude_none=True, exclude_defaults=True) | {"id": entry.id}


def _key(entry: Registered) -> tuple[str, str, str, int]:
    return entry.court, entry.case_number, entry.role, entry.person


def _is_next_before(entry: Registered, day: date) -> bool:
    return entry.next_date is not None and entry.next_date.first < day


def _by_next_date(each: Standing) -> tuple[date, str, str]:
    """Those without a next date last."""
    found = each.proceeding.next_date
    return (found.first if found else date.max), each.proceeding.jurisdiction, each.proceeding.id


__all__ = [
    "RELEASES", "Register", "Standing", "Verified", "add", "correct", "create", "history", "line_of",
    "listed", "open_register", "overdue", "told", "verify", "withdraw",
]  # fmt: skip
