"""What one entry alone cannot show: references that lead nowhere, versions that overlap or leave a gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clew.proceedings.days import ONE_DAY
from clew.proceedings.law_order import Fault, law_faults
from clew.proceedings.matter import Matter
from clew.proceedings.provisions import Book, Provision, Version
from clew.proceedings.references import references
from clew.written.entry import Entry
from clew.written.prose import names_in_slug, quoted
from clew.written.spelling import instead
from clew.written.tree import Part

_WHAT = {
    "sources": "a source of this file",
    "courts": "a court or authority",
    "provisions": "a provision",
    "rules": "a rule",
    "regimes": "an extradition act or treaty",
    "grounds": "a ground of refusal",
    "deadlines": "a period",
    "persons": "a person",
    "episodes": "an episode",
    "proceedings": "a proceeding",
    "charges": "a count",
    "outcomes": "an outcome",
    "requests": "a request",
    "figures": "a figure",
    "claims": "a claim",
}


@dataclass(frozen=True)
class Known:
    """Names that may be referred to, by list."""

    lists: dict[str, tuple[str, ...]]

    def joined(self, other: Known) -> Known:
        """With another file's names; sources stay those of the first file."""
        keys = {*self.lists, *other.lists}
        return Known(
            {
                key: self.lists.get(key, ()) + (other.lists.get(key, ()) if key != "sources" else ())
                for key in sorted(keys)
            }
        )

    def names(self) -> Iterator[str]:
        """All names but those of sources."""
        for key, names in self.lists.items():
            if key != "sources":
                yield from names


def known_of(file: Book | Matter) -> Known:
    """The names that a file gives."""
    lists: dict[str, tuple[str, ...]] = {}
    for key in type(file).model_fields:
        value = getattr(file, key)
        if isinstance(value, dict):
            lists[key] = tuple(value)
        elif isinstance(value, list) and value and hasattr(value[0], "name"):
            lists[key] = tuple(each.name for each in value)
    if isinstance(file, Book):
        lists["grounds"] = tuple(ground.name for regime in file.regimes for ground in regime.grounds)
    return Known(lists)


def book_faults(book: Book, known: Known) -> Iterator[Fault]:
    """Faults of a book of law."""
    yield from _twice(book)
    yield from _nowhere(book, known)
    yield from _unverified(book)
    for number, provision in enumerate(book.provisions):
        yield from version_faults(provision, ("provisions", number))
    yield from law_faults(book)


def matter_faults(matter: Matter, known: Known) -> Iterator[Fault]:
    """Faults of a matter."""
    yield from _twice(matter)
    yield from _nowhere(matter, known)
    yield from _unverified(matter)
    yield from _other_figures(matter)


def _other_figures(matter: Matter) -> Iterator[Fault]:
    """Decisions that take a claim of another figure."""
    figures = {each.name: each.figure for each in matter.claims}
    for number, each in enumerate(matter.decisions):
        if each.takes is not None and figures.get(each.takes, each.figure) != each.figure:
            yield (
                ("decisions", number, "takes"),
                f"expected a claim of {each.figure}, found {each.takes!r}, a claim of {figures[each.takes]}; "
                "take a claim of the same figure",
            )


def version_faults(provision: Provision, where: tuple[Part, ...]) -> Iterator[Fault]:
    """Versions out of order, overlapping, or with a gap between them."""
    for number, (earlier, later) in enumerate(
        zip(provision.versions, provision.versions[1:], strict=False), 1
    ):
        place = (*where, "versions", number, "in_force_from")
        said = _between(earlier, later)
        if said:
            yield place, said


def _between(earlier: Version, later: Version) -> str | None:
    begins, ends = later.in_force_from, earlier.in_force_to
    if begins.surely_before(earlier.in_force_from):
        return (
            f"expected versions in the order of time, found {begins} after {earlier.in_force_from}; "
            "put the earlier one first"
        )
    if ends is None:
        return (
            f"expected the version before it to end, found that it has no in_force_to and overlaps from "
            f"{begins} on; add its last day"
        )
    if begins.last <= ends.first:
        return (
            f"expected a day after {ends}, the last day of the version before it, found {begins}: "
            "the two overlap; correct one of the two"
        )
    if begins.first > ends.last + ONE_DAY:
        return (
            f"expected {ends.last + ONE_DAY}, the day after the version before it, found {begins}: a gap; "
            "correct one of the two, or enter what held between (unread, or absent, with the reason)"
        )
    return None


def _twice(file: Book | Matter) -> Iterator[Fault]:
    for key in type(file).model_fields:
        value = getattr(file, key)
        if isinstance(value, list):
            yield from _repeated(value, (key,))
    if isinstance(file, Book):
        grounds = [
            (("regimes", number, "grounds", place), ground.name)
            for number, regime in enumerate(file.regimes)
            for place, ground in enumerate(regime.grounds)
        ]
        yield from _repeats(grounds)


def _repeated(entries: Sequence[object], where: tuple[Part, ...]) -> Iterator[Fault]:
    named = [
        ((*where, number), str(name))
        for number, entry in enumerate(entries)
        if (name := getattr(entry, "name", None)) is not None
    ]
    yield from _repeats(named)


def _repeats(named: Iterable[tuple[tuple[Part, ...], str]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for where, name in named:
        if name in seen:
            yield where, f"expected each name once, found {quoted(name)} again; rename one of the two"
        seen.add(name)


def _nowhere(file: Entry, known: Known) -> Iterator[Fault]:
    for each in references(file):
        names = known.lists.get(each.to, ())
        if each.name not in names:
            yield (
                each.where,
                f"expected the name of {_WHAT[each.to]}, found {quoted(each.name)}; "
                f"{instead(each.name, _nobodys(names))}",
            )


def _nobodys(names: Iterable[str]) -> list[str]:
    return [name for name in names if not names_in_slug(name)]


def _unverified(entry: Entry, where: tuple[Part, ...] = ()) -> Iterator[Fault]:
    """Keys said to be unverified that the entry has not."""
    known = type(entry).model_fields
    for number, key in enumerate(getattr(entry, "unverified", ())):
        if key not in known:
            yield (
                (*where, "unverified", number),
                f"expected a key of this entry, found {quoted(key)}; {instead(key, known)}",
            )
    for key in known:
        value = getattr(entry, key)
        for number, each in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(each, Entry):
                place = (*where, key, number) if isinstance(value, list) else (*where, key)
                yield from _unverified(each, place)
