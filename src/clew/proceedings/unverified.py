"""Everything in a matter, and in the law that it uses, that was not read in its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clew.proceedings.claims import Claim, Mark, Sourced
from clew.proceedings.load import Law
from clew.proceedings.matter import (
    Charge,
    Confiscation,
    Counterpart,
    Event,
    Finding,
    Mapping,
    Matter,
    Outcome,
    Proceeding,
)
from clew.proceedings.provisions import Book, Court, DeadlineRule, Ground, Listed, Rule, Version
from clew.proceedings.references import references
from clew.written.entry import Entry

_KINDS = ("provisions", "rules", "courts", "regimes", "deadlines")


@dataclass(frozen=True)
class Unverified:
    """One entry that was not read in a source, in all or in part."""

    where: str
    """File and list, such as ``2020: outcomes`` or ``kr: provisions: kr.proceeds.3``."""
    what: str
    mark: Mark
    """``memory`` or ``inferred``; ``memory`` where only keys are unverified."""
    keys: tuple[str, ...]
    """Which keys; none where it is the whole entry."""
    source: str
    """Title of the source."""


def unverified(law: Law, matter: Matter) -> tuple[Unverified, ...]:
    """Rows in the order of the matter, then of the books.

    Law that the matter uses is what its entries refer to, what that refers to in turn, the lists of predicate
    offences, and the rules of its states on milder law, several offences and limitation.
    """
    rows = list(_entries(matter, matter.name, dict(matter.sources)))
    for book, where, entry in law_used(law, matter):
        rows += _entries(entry, f"{book.name}: {where}", dict(book.sources))
    return tuple(dict.fromkeys(rows))


def law_used(law: Law, matter: Matter) -> Iterator[tuple[Book, str, Entry]]:
    """Entries of the books that a matter uses: book, place, entry, in the order of the books."""
    used = _names(law, matter)
    for book in law.books:
        for kind in _KINDS:
            for entry in getattr(book, kind):
                if entry.name in used:
                    yield book, f"{kind}: {entry.name}", entry
        for each in book.predicates:
            if each.of in used:
                yield book, f"predicates: {each.name}", each


def _names(law: Law, matter: Matter) -> set[str]:
    known: dict[str, Entry] = {**law.provisions, **law.rules, **law.courts, **law.regimes, **law.deadlines}
    used: set[str] = set()
    waiting = [each.name for each in references(matter)]
    waiting += _of_states(law, matter)
    while waiting:
        name = waiting.pop()
        if name in used or name not in known:
            continue
        used.add(name)
        waiting += [each.name for each in references(known[name])]
    return used


def _of_states(law: Law, matter: Matter) -> Iterator[str]:
    """Rules on milder law, several offences and limitation, of the states whose provisions are used."""
    used = {each.name for each in references(matter) if each.to == "provisions"}
    for book in law.books:
        if any(each.name in used for each in book.provisions):
            for part in (book.milder, book.several, book.limitation):
                if part is not None:
                    yield from (each.name for each in references(part) if each.to == "rules")


def _entries(entry: Entry, where: str, sources: dict[str, object]) -> Iterator[Unverified]:
    if isinstance(entry, Sourced) and not entry.is_verified:
        yield Unverified(
            where=where,
            what=_what(entry),
            mark=entry.mark if entry.mark != "read" else "memory",
            keys=tuple(entry.unverified) if entry.mark == "read" else (),
            source=str(getattr(sources[entry.source], "title", entry.source)),
        )
    for key in type(entry).model_fields:
        value = getattr(entry, key)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Entry):
                deeper = where if key in ("versions", "entries") else f"{where}: {key}"
                yield from _entries(each, deeper, sources)


def _what(entry: Sourced) -> str:
    """An entry in a few words."""
    match entry:
        case Claim():
            return f"{entry.figure}: {entry.value:,}, {entry.scope}"
        case Charge():
            return f"{entry.name}: count {entry.number}, {entry.kind}"
        case Proceeding():
            return f"{entry.name}: {entry.kind}, {entry.instance} instance"
        case Outcome():
            return f"{entry.name}: {entry.result}, {entry.date}"
        case Mapping():
            return f"{entry.charge} mapped to {entry.outcome} by {entry.by}"
        case Counterpart():
            return f"{entry.charge} examined as {entry.provision}"
        case Finding():
            return f"{entry.ground}: {entry.finding}, {entry.when}"
        case Confiscation():
            return f"{entry.name}: {entry.kind}, {entry.date}"
        case Event():
            return f"{entry.date}: {entry.what}"
        case Version():
            return f"version from {entry.in_force_from}"
        case Rule() | DeadlineRule() | Ground() | Court():
            return _titled(entry)
        case Listed():
            listed = entry.offence or f"maximum of at least {entry.maximum_at_least}"
            return f"{listed}, from {entry.in_force_from}"
    return str(getattr(entry, "name", None) or getattr(entry, "says", type(entry).__name__))


def _titled(entry: Rule | DeadlineRule | Ground | Court) -> str:
    if isinstance(entry, Rule):
        return entry.cited
    if isinstance(entry, Court):
        return entry.title
    return f"{entry.rule}: {entry.title}"


__all__ = ["Unverified", "law_used", "unverified"]
