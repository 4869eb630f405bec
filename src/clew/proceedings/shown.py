"""Law as it is entered, set out in rows: books, provisions and their versions, rules, grounds, periods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clew.errors import UsageError
from clew.proceedings.claims import Mark, Sourced
from clew.proceedings.days import Day, Term
from clew.proceedings.load import Law
from clew.proceedings.money import Money
from clew.proceedings.predicates import Predicate, predicates_of
from clew.proceedings.provisions import Book, DeadlineRule, Ground, Provision, Regime, Rule, Version
from clew.written.spelling import instead


@dataclass(frozen=True)
class Origin:
    """Where an entry comes from, and whether it was read there."""

    title: str
    """The source's title."""
    where: str | None
    """Where to read it."""
    mark: Mark
    unverified: tuple[str, ...]
    """Keys that are from memory although the rest was read."""
    note: str | None


@dataclass(frozen=True)
class ShownBook:
    """One book of law."""

    name: str
    title: str
    jurisdiction: str | None
    """ISO 3166-1 alpha-2; null for what binds several states."""
    as_of: Day
    """Up to which day the law was looked at."""
    provisions: int
    rules: int
    regimes: int
    """Extradition acts and treaties."""
    entries: int
    """Entries with a source: versions, rules, grounds, courts, periods, predicate offences."""
    unverified: int
    """Of these, how many were not wholly read in their source."""
    about: str


@dataclass(frozen=True)
class ShownVersion:
    """One version of a provision."""

    provision: str
    cited: str
    """Act and article."""
    title: str
    conduct: tuple[str, ...]
    in_force_from: Day
    in_force_to: Day | None
    """The last day; null while no later version is entered."""
    state: str
    """In force, unread, or absent."""
    why: str | None
    """Why nothing is entered, for an unread or absent version."""
    minimum: Term | None
    maximum: Term | None
    fine: Money | None
    fine_times_value: int | None
    """The fine may be this many times the value, where that is more."""
    fine_relation: str | None
    limitation: str | None
    """Its own term of limitation; null where the general rule counts."""
    on_that_day: str | None
    """Asked for a day: certain, or possible where a day is not known exactly; null otherwise."""
    origin: Origin


@dataclass(frozen=True)
class ShownRule:
    """A rule, a ground of refusal, a court or a period: what is said about it, and where from."""

    kind: str
    """Rule, ground, court or period."""
    name: str
    cited: str
    says: str
    in_force_from: Day | None
    in_force_to: Day | None
    origin: Origin


@dataclass(frozen=True)
class Shown:
    """What the books of law have under a name."""

    name: str | None
    """What was asked for; null for all books."""
    on: Day | None
    """The day asked for."""
    books: tuple[ShownBook, ...]
    """The books that were looked into."""
    versions: tuple[ShownVersion, ...]
    """Versions of provisions."""
    rules: tuple[ShownRule, ...]
    """Rules, grounds of refusal, courts and periods."""
    predicates: tuple[Predicate, ...] = ()
    """For a day and a provision that needs a predicate offence: which offences of its book were one."""


def shown(law: Law, name: str | None = None, *, on: Day | None = None) -> Shown:
    """Everything under a name: a book, a provision, a rule, a ground, a regime, a court or a period.

    Without a name: the books. With ``on``, only versions that were or may have been in force on that day.
    Raises UsageError for an unknown name.
    """
    if name is None:
        versions = [each for book in law.books for each in _versions(book, on)] if on is not None else []
        return Shown(None, on, tuple(_book(book) for book in law.books), tuple(versions), ())
    if name in {book.name for book in law.books}:
        book = law.book(name)
        rules = tuple(row for row in _rules(book) if on is None or _held(row, on))
        return Shown(name, on, (_book(book),), tuple(_versions(book, on)), rules)
    if name in law.provisions:
        book = law.book_of(name)
        found = _provision(book, law.provision(name), on)
        needed = predicates_of(law, name, on) if on is not None else ()
        return Shown(name, on, (_book(book),), tuple(found), (), needed)
    known = [*law.provisions, *law.rules, *law.grounds, *law.regimes, *law.courts, *law.deadlines]
    if name not in known:
        raise UsageError(f"expected a name in the books of law, found {name!r}; {instead(name, known)}")
    book = law.book_of(name)
    wanted = {name} | (
        {ground.name for ground in law.regimes[name].grounds} if name in law.regimes else set()
    )
    return Shown(name, on, (_book(book),), (), tuple(row for row in _rules(book) if row.name in wanted))


def _book(book: Book) -> ShownBook:
    sourced = list(_sourced(book))
    return ShownBook(
        book.name,
        book.title,
        book.jurisdiction,
        book.as_of,
        len(book.provisions),
        len(book.rules),
        len(book.regimes),
        len(sourced),
        sum(not each.is_verified for each in sourced),
        book.about,
    )


def _sourced(book: Book) -> Iterator[Sourced]:
    yield from book.courts
    yield from (version for provision in book.provisions for version in provision.versions)
    yield from book.rules
    yield from (entry for each in book.predicates for entry in each.entries)
    yield from (ground for regime in book.regimes for ground in regime.grounds)
    yield from book.deadlines


def _versions(book: Book, on: Day | None) -> Iterator[ShownVersion]:
    for provision in book.provisions:
        yield from _provision(book, provision, on)


def _provision(book: Book, provision: Provision, on: Day | None) -> Iterator[ShownVersion]:
    for version in provision.versions:
        day = None if on is None else _on(version, on)
        if on is not None and day is None:
            continue
        yield ShownVersion(
            provision.name,
            provision.cited,
            provision.title,
            tuple(provision.conduct),
            version.in_force_from,
            version.in_force_to,
            "in force" if version.has_text else "unread" if version.unread else "absent",
            version.unread or version.absent,
            version.minimum,
            version.maximum,
            version.fine,
            version.fine_times_value,
            version.fine_relation,
            None if version.limitation is None else str(version.limitation),
            day,
            _origin(book, version),
        )


def _on(version: Version, on: Day) -> str | None:
    """Whether a version was certainly or possibly in force on a day; None where it was not."""
    ends = version.in_force_to
    if on.last < version.in_force_from.first or (ends is not None and on.first > ends.last):
        return None
    begun = version.in_force_from.last <= on.first
    lasted = ends is None or on.last <= ends.first
    return "certain" if begun and lasted else "possible"


def _held(row: ShownRule, on: Day) -> bool:
    begun = row.in_force_from is None or row.in_force_from.first <= on.last
    return begun and (row.in_force_to is None or on.first <= row.in_force_to.last)


def _rules(book: Book) -> Iterator[ShownRule]:
    yield from (_rule(book, each) for each in book.rules)
    for regime in book.regimes:
        yield from (_ground(book, regime, each) for each in regime.grounds)
    for court in book.courts:
        said = f"{court.title} ({court.level})"
        yield ShownRule("court", court.name, court.title, said, None, None, _origin(book, court))
    yield from (_period(book, each) for each in book.deadlines)


def _rule(book: Book, rule: Rule) -> ShownRule:
    return ShownRule(
        "rule",
        rule.name,
        rule.cited,
        rule.says,
        rule.in_force_from,
        rule.in_force_to,
        _origin(book, rule),
    )


def _ground(book: Book, regime: Regime, ground: Ground) -> ShownRule:
    said = f"{ground.title} ({ground.kind}; decided by {', '.join(ground.decides)})"
    cited = f"{regime.title}, {ground.rule}"
    begins, ends = regime.in_force_from, regime.in_force_to
    return ShownRule("ground", ground.name, cited, said, begins, ends, _origin(book, ground))


def _period(book: Book, period: DeadlineRule) -> ShownRule:
    said = f"{period.title}: {period.term} from {period.starts}, for {period.who}"
    return ShownRule("period", period.name, period.rule, said, None, None, _origin(book, period))


def _origin(book: Book, entry: Sourced) -> Origin:
    source = book.sources[entry.source]
    return Origin(source.title, source.where, entry.mark, tuple(entry.unverified), entry.note)
