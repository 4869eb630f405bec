"""What a book of law needs as a whole: lists without overlap, tables in order, terms that fit together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from clew.proceedings.claims import Source, Sourced
from clew.proceedings.days import Day
from clew.proceedings.provisions import Book, Listed, PredicateList, Provision, Regime, Rule, Several
from clew.written.entry import Entry
from clew.written.tree import Part

Fault = tuple[tuple[Part, ...], str]
"""Where, and what was expected, found, and to do."""


def law_faults(book: Book) -> Iterator[Fault]:
    """Faults that show only when the entries of a book are looked at together."""
    for number, provision in enumerate(book.provisions):
        yield from _currencies(provision, ("provisions", number))
    for number, rule in enumerate(book.rules):
        yield from _span(rule, ("rules", number))
    for number, listed in enumerate(book.predicates):
        yield from _predicates(listed, book, ("predicates", number))
    for number, regime in enumerate(book.regimes):
        yield from _span(regime, ("regimes", number))
        yield from _regime(regime, ("regimes", number))
    yield from _limitation(book)
    if book.several:
        yield from _several(book.several)
    yield from source_faults(book, book.sources, book.as_of)


def source_faults(file: Entry, sources: dict[str, Source], as_of: Day) -> Iterator[Fault]:
    """Entries said to be read in a source that is no text to read, and sources read after the file's day."""
    for key, source in sources.items():
        if source.read and as_of.surely_before(source.read):
            yield (
                ("sources", key, "read"),
                f"expected a day up to {as_of}, the file's as_of, found {source.read}; "
                "correct one of the two",
            )
    for where, entry in entries_below(file):
        if isinstance(entry, Sourced) and entry.mark == "read":
            found = sources.get(entry.source)
            if found and found.kind == "notes":
                yield (
                    (*where, "mark"),
                    "expected memory or inferred where the source is notes, found read; "
                    "name the source that was read, or change the mark",
                )


def entries_below(entry: Entry, where: tuple[Part, ...] = ()) -> Iterator[tuple[tuple[Part, ...], Entry]]:
    """Every entry in a file and below it, and its place."""
    for key in type(entry).model_fields:
        value = getattr(entry, key)
        for number, each in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(each, Entry):
                place = (*where, key, number) if isinstance(value, list) else (*where, key)
                yield place, each
                yield from entries_below(each, place)


def _currencies(provision: Provision, where: tuple[Part, ...]) -> Iterator[Fault]:
    """Fines of one provision in two currencies could be neither compared nor added."""
    fines = [(number, each.fine) for number, each in enumerate(provision.versions) if each.fine]
    for (_, first), (number, later) in pairwise(fines):
        if first.currency != later.currency:
            yield (
                (*where, "versions", number, "fine"),
                f"expected a fine in {first.currency} as in the version before it, found {later.currency}; "
                "state both in one currency, or enter a provision for each",
            )


def _span(entry: Rule | Regime, where: tuple[Part, ...]) -> Iterator[Fault]:
    begins, ends = entry.in_force_from, entry.in_force_to
    if begins and ends and ends.surely_before(begins):
        yield (
            (*where, "in_force_to"),
            f"expected a day from {begins} on, when it comes into force, found {ends}; "
            "correct one of the two",
        )


def _predicates(listed: PredicateList, book: Book, where: tuple[Part, ...]) -> Iterator[Fault]:
    if listed.all_offences and listed.entries:
        yield (
            (*where, "entries"),
            "expected no entries where all offences count, found some; remove them, or all_offences",
        )
    if not listed.all_offences and not listed.entries:
        yield where, "expected entries, or all_offences: true, found none of the two; add one of them"
    for (_, first), (number, later) in combinations(enumerate(listed.entries), 2):
        if _same_subject(first, later) and _overlap(first, later):
            yield (
                (*where, "entries", number, "in_force_from"),
                f"expected {_subject(later)} in one entry at a time, found it twice from "
                f"{later.in_force_from} on; give the earlier entry a last day, or join the two",
            )
    for number, entry in enumerate(listed.entries):
        provision = next((each for each in book.provisions if each.name == entry.offence), None)
        if provision is None:
            continue
        begins = provision.versions[0].in_force_from
        if entry.in_force_to and entry.in_force_to.surely_before(begins):
            yield (
                (*where, "entries", number, "offence"),
                "expected an offence with a version in the time in which it is listed, found "
                f"{entry.offence}, whose first version begins {begins}; "
                "enter its version, or correct the days",
            )


def _same_subject(first: Listed, later: Listed) -> bool:
    return (first.offence, first.maximum_at_least) == (later.offence, later.maximum_at_least)


def _overlap(first: Listed, later: Listed) -> bool:
    """Whether both are listed on some day, whatever the exact days are."""
    return not _surely_ends_before(first, later) and not _surely_ends_before(later, first)


def _surely_ends_before(first: Listed, later: Listed) -> bool:
    ends = first.in_force_to
    return ends is not None and ends.first < later.in_force_from.last


def _subject(entry: Listed) -> str:
    return entry.offence or f"the threshold of {entry.maximum_at_least}"


def _regime(regime: Regime, where: tuple[Part, ...]) -> Iterator[Fault]:
    if regime.name in regime.prevails_over:
        yield (
            (*where, "prevails_over"),
            "expected other acts or treaties, found this one itself; remove it",
        )
    for number, ground in enumerate(regime.grounds):
        if ground.test == "specialty" and regime.specialty is None:
            yield (
                (*where, "grounds", number, "test"),
                "expected the rule of specialty in this regime, found none; add the key specialty to it",
            )
        repeated = {each for each in ground.decides if ground.decides.count(each) > 1}
        if repeated:
            yield (
                (*where, "grounds", number, "decides"),
                f"expected each court or authority once, found {', '.join(sorted(repeated))} again; "
                "remove one of the two",
            )


def _limitation(book: Book) -> Iterator[Fault]:
    limitation = book.limitation
    if limitation is None:
        return
    table = limitation.general
    if not table and limitation.fallback is None:
        yield (
            ("limitation",),
            "expected a table (general) or one term for all (fallback), found none; add one of them",
        )
    for number, (first, later) in enumerate(pairwise(table), 1):
        place = ("limitation", "general", number)
        if first.maximum_at_least is None:
            yield place, "expected nothing after the line for all others, found this; put that line last"
        elif later.maximum_at_least and later.maximum_at_least.rank >= first.maximum_at_least.rank:
            yield (
                (*place, "maximum_at_least"),
                f"expected less than {first.maximum_at_least}, the line before it, found "
                f"{later.maximum_at_least}; put the lines in the order of falling maxima",
            )
        elif later.term.rank > first.term.rank:
            yield (
                (*place, "term"),
                f"expected at most {first.term} as for the heavier offences before it, found {later.term}; "
                "correct one of the two",
            )
    if table and table[-1].maximum_at_least is not None and limitation.fallback is None:
        yield (
            ("limitation", "general", len(table) - 1),
            "expected a last line for all other offences, found none; add one without maximum_at_least",
        )


def _several(several: Several) -> Iterator[Fault]:
    multiplies = several.method == "heaviest times factor"
    if multiplies and (several.factor is None or several.factor < 1):
        yield (
            ("several", "factor"),
            f"expected a factor of 1 or more for this method, found {several.factor}; add it",
        )
    if not multiplies and several.factor is not None:
        yield (
            ("several", "factor"),
            f"expected no factor for the method {several.method}, found {several.factor}; remove it",
        )
    if several.cap and several.cap_aggravated and several.cap_aggravated.rank < several.cap.rank:
        yield (
            ("several", "cap_aggravated"),
            f"expected at least the cap of {several.cap}, found {several.cap_aggravated}; "
            "correct one of the two",
        )
