"""Reads books of law and matters from YAML; every fault names file and line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from clew.errors import UsageError
from clew.proceedings.claims import Source
from clew.proceedings.consistency import book_faults, known_of, matter_faults
from clew.proceedings.matter import Matter
from clew.proceedings.matter_order import Books, conflicts_with_law, missing_rates, order_faults
from clew.proceedings.provisions import (
    Book,
    Court,
    DeadlineRule,
    Ground,
    PredicateList,
    Provision,
    Regime,
    Rule,
)
from clew.written.entry import Entry
from clew.written.faults import every
from clew.written.prose import quoted
from clew.written.spelling import instead
from clew.written.tree import Node, read, text_in

_PACKAGE = "clew.proceedings"
_TODO_BOOK = "clew law show kr --yaml shows a whole book of law"
_TODO_MATTER = "clew law example --yaml shows a whole matter"
_OF_MATTERS = set(Matter.model_fields) - set(Book.model_fields)
"""Keys that only a matter has: even a part of one is told from a book."""
_Kind = TypeVar("_Kind", bound=Entry)


@dataclass(frozen=True)
class Law:
    """Books of law read together; names are unique among them."""

    books: tuple[Book, ...]

    def book(self, name: str) -> Book:
        """One book. Raises UsageError for an unknown one."""
        return _found(name, {book.name: book for book in self.books}, "book of law")

    def provision(self, name: str) -> Provision:
        """One provision. Raises UsageError for an unknown one."""
        return _found(name, self.provisions, "provision")

    def rule(self, name: str) -> Rule:
        """One rule. Raises UsageError for an unknown one."""
        return _found(name, self.rules, "rule")

    def court(self, name: str) -> Court:
        """One court. Raises UsageError for an unknown one."""
        return _found(name, self.courts, "court")

    def regime(self, name: str) -> Regime:
        """One extradition act or treaty. Raises UsageError for an unknown one."""
        return _found(name, self.regimes, "extradition act or treaty")

    def ground(self, name: str) -> Ground:
        """One ground of refusal. Raises UsageError for an unknown one."""
        return _found(name, self.grounds, "ground")

    def deadline(self, name: str) -> DeadlineRule:
        """One period of procedure. Raises UsageError for an unknown one."""
        return _found(name, self.deadlines, "period")

    def book_of(self, name: str) -> Book:
        """The book in which something of this name stands. Raises UsageError where none has it."""
        return _found(name, self._homes, "name in the books of law")

    def source(self, name: str, source: str) -> Source:
        """The source of an entry, by the entry's own name and the source's name in its book."""
        return self.book_of(name).sources[source]

    def predicates(self, provision: str) -> PredicateList | None:
        """The list of predicate offences that a provision needs; None where none is entered."""
        lists = (each for book in self.books for each in book.predicates)
        return next((each for each in lists if each.of == provision), None)

    @cached_property
    def provisions(self) -> dict[str, Provision]:
        """All provisions by name, in the order of the books."""
        return {each.name: each for book in self.books for each in book.provisions}

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """All rules by name."""
        return {each.name: each for book in self.books for each in book.rules}

    @cached_property
    def courts(self) -> dict[str, Court]:
        """All courts and authorities by name."""
        return {each.name: each for book in self.books for each in book.courts}

    @cached_property
    def regimes(self) -> dict[str, Regime]:
        """All extradition acts and treaties by name."""
        return {each.name: each for book in self.books for each in book.regimes}

    @cached_property
    def grounds(self) -> dict[str, Ground]:
        """All grounds of refusal by name."""
        return {each.name: each for regime in self.regimes.values() for each in regime.grounds}

    @cached_property
    def deadlines(self) -> dict[str, DeadlineRule]:
        """All periods of procedure by name."""
        return {each.name: each for book in self.books for each in book.deadlines}

    @cached_property
    def _homes(self) -> dict[str, Book]:
        homes: dict[str, Book] = {}
        for book in self.books:
            for part in (
                book.provisions,
                book.rules,
                book.courts,
                book.regimes,
                book.deadlines,
                book.predicates,
            ):
                homes.update((each.name, book) for each in part)
            homes.update((each.name, book) for regime in book.regimes for each in regime.grounds)
        return homes


@dataclass(frozen=True)
class Read:
    """What came of a file: the entry and its text, or its faults, a line each."""

    file: str
    book: Book | None = None
    matter: Matter | None = None
    faults: tuple[str, ...] = field(default_factory=tuple)
    conflicts: tuple[str, ...] = field(default_factory=tuple)
    """What a matter and the law as entered say differently, a line each: to be looked at, not refused."""
    missing: tuple[str, ...] = field(default_factory=tuple)
    """Amounts without a rate to another currency of the matter, a line each."""


def shipped_books() -> list[str]:
    """Names of the books of law that come with clew, sorted."""
    return _shipped("law")


def shipped_matters() -> list[str]:
    """Names of the matters that come with clew, sorted."""
    return _shipped("cases")


def text_of(folder: str, name: str) -> str:
    """The YAML of a shipped book (``law``) or matter (``cases``)."""
    return files(_PACKAGE).joinpath(folder, f"{name}.yaml").read_text("utf-8")


def load_law(names: Iterable[str] | None = None) -> Law:
    """Books of law by name or path, together; all shipped ones without names.

    Raises UsageError with file and line at the first fault.
    """
    reads = [read_file(each, "book") for each in (shipped_books() if names is None else names)]
    _raise(reads)
    law = Law(tuple(each.book for each in reads if each.book))
    _raise_faults(together(law))
    return law


def load_matter(name: str) -> tuple[Matter, Law]:
    """A matter by name or path, and the law that it refers to.

    Raises UsageError with file and line at the first fault.
    """
    given = _Given.of(name, "cases", "matter")
    found, law = _whole_matter(read(given.text, given.file, "a matter", _TODO_MATTER), name)
    _raise([found])
    assert found.matter is not None
    return found.matter, law


def check(name: str) -> Read:
    """A book of law or a matter, and all its faults; a book is known by its key ``as_of`` and no ``persons``.

    A book's references to other books are looked up in the shipped ones.
    """
    return read_file(name, None)


def read_file(name: str, kind: str | None) -> Read:
    """One file, by path or shipped name. Raises UsageError only for a file that cannot be read."""
    if kind is None:
        kind = "matter" if name in shipped_matters() else "book" if name in shipped_books() else None
    given = _Given.of(name, "cases" if kind == "matter" else "law", "file of law or of a matter")
    return check_text(name, given.text, kind)


def check_text(name: str, text: str, kind: str | None = None) -> Read:
    """A text of a book or a matter, called ``name`` in faults; files that it names are beside that path."""
    try:
        tree = read(text, name, "a book of law or a matter", _TODO_BOOK)
    except UsageError as error:
        return Read(name, faults=(str(error),))
    is_matter = kind == "matter" or (
        kind is None and isinstance(tree.value, dict) and not _OF_MATTERS.isdisjoint(tree.value)
    )
    if not is_matter:
        return _read_book(tree)
    return _whole_matter(tree, name)[0]


def together(law: Law) -> list[str]:
    """Faults that show only when books are read together: a name there twice."""
    lines = []
    seen: dict[str, str] = {}
    for book in law.books:
        for name in sorted(set(known_of(book).names()) | {f"book {book.name}"}):
            if name in seen:
                lines.append(
                    f"{book.name}: expected names that no other book has, found {name!r}, which {seen[name]} "
                    "has, too; rename one of the two"
                )
            seen[name] = book.name
    return lines


@dataclass(frozen=True)
class _Given:
    """A text and what it is called in messages."""

    file: str
    text: str

    @classmethod
    def of(cls, name: str, folder: str, what: str) -> _Given:
        known = _shipped(folder)
        if name in known:
            return cls(name, text_of(folder, name))
        if name != "-" and not name.endswith(".yaml") and not Path(name).is_file():
            raise UsageError(
                f"expected a {what}: a shipped name or a path ending in .yaml, found {name!r}; "
                f"{instead(name, known)}"
            )
        return cls(name, text_in(name))


def _read_book(tree: Node) -> Read:
    book = _parsed(tree, Book, _TODO_BOOK)
    if isinstance(book, tuple):
        return Read(tree.file, faults=book)
    known = known_of(book)
    for name in shipped_books():
        if name != book.name:
            known = known.joined(known_of(_shipped_book(name)))
    return Read(tree.file, book=book, faults=_placed(tree, book_faults(book, known)))


def _whole_matter(tree: Node, name: str) -> tuple[Read, Law]:
    """A matter with the books that it names, which are shipped or lie beside it."""
    matter = _parsed(tree, Matter, _TODO_MATTER)
    if isinstance(matter, tuple):
        return Read(name, faults=matter), Law(())
    known = shipped_books()
    books = [each if each in known else str(Path(name).parent / each) for each in matter.books]
    strange = [
        (
            ("books", number),
            f"expected a book that comes with clew, or a file beside this one, found {quoted(each)}; "
            f"{instead(each, known)}",
        )
        for number, (each, path) in enumerate(zip(matter.books, books, strict=True))
        if each not in known and not Path(path).is_file()
    ]
    if strange:
        return Read(name, faults=_placed(tree, strange)), Law(())
    try:
        law = load_law(books)
    except UsageError as error:
        return Read(name, faults=(str(error),)), Law(())
    return _matter_read(tree, matter, law), law


def _matter_read(tree: Node, matter: Matter, law: Law) -> Read:
    known = known_of(matter)
    for book in law.books:
        known = known.joined(known_of(book))
    books = Books(law.provisions, law.courts, law.regimes)
    return Read(
        tree.file,
        matter=matter,
        faults=_placed(tree, [*matter_faults(matter, known), *order_faults(matter, books)]),
        conflicts=_placed(tree, conflicts_with_law(matter, books)),
        missing=_placed(tree, missing_rates(matter)),
    )


_BOOKS: dict[str, Book] = {}


def _shipped_book(name: str) -> Book:
    if name not in _BOOKS:
        book = _parsed(read(text_of("law", name), name, "a book of law", _TODO_BOOK), Book, _TODO_BOOK)
        if isinstance(book, tuple):
            raise UsageError(book[0])
        _BOOKS[name] = book
    return _BOOKS[name]


def _parsed(tree: Node, model: type[_Kind], todo: str) -> _Kind | tuple[str, ...]:
    try:
        return model.model_validate(tree.plain())
    except ValidationError as error:
        return tuple(every(error, tree, model, todo))


def _placed(tree: Node, faults: Iterable[tuple[tuple[str | int, ...], str]]) -> tuple[str, ...]:
    """Faults with file, line and place, in the order of the lines."""
    lines = []
    for where, said in faults:
        node, way, _ = tree.nearest(where)
        place = f"{'.'.join(way)}: " if way else ""
        lines.append((node.line, f"{node.file}:{node.line}: {place}{said}"))
    return tuple(said for _, said in sorted(lines))


def _shipped(folder: str) -> list[str]:
    found = files(_PACKAGE).joinpath(folder)
    if not found.is_dir():
        return []
    return sorted(each.name.removesuffix(".yaml") for each in found.iterdir() if each.name.endswith(".yaml"))


def _raise(reads: Iterable[Read]) -> None:
    _raise_faults([fault for each in reads for fault in each.faults])


def _raise_faults(faults: Sequence[str]) -> None:
    if faults:
        more = len(faults) - 1
        raise UsageError(faults[0] + (f" ({more} more; clew law check lists them)" if more else ""))


def _found(name: str, known: dict[str, _Kind], what: str) -> _Kind:
    if name not in known:
        raise UsageError(f"expected a {what}, found {name!r}; {instead(name, known)}")
    return known[name]


__all__ = [
    "Law", "Read", "check", "check_text", "load_law", "load_matter", "read_file", "shipped_books",
    "shipped_matters", "text_of", "together",
]  # fmt: skip
