"""What the shipped books of law hold, as tables for docs/law.md."""

from __future__ import annotations

from collections.abc import Iterator

from clew.proceedings.claims import Sourced
from clew.proceedings.law_order import entries_below
from clew.proceedings.load import Law
from clew.proceedings.provisions import Book, Limitation, PredicateList, Regime, Several, Version
from clew.proceedings.steps import MARKS

_SAYING = (
    "title", "says", "offence", "maximum_at_least", "minimum", "maximum", "fine", "fine_times_value",
    "unread", "kind", "term", "starts", "level", "in_force_from",
)  # fmt: skip
"""Keys that say something of law, in the order in which they are told."""

_WORDS = {
    "title": "",
    "act": "by",
    "says": "says:",
    "in_force_from": "from",
    "in_force_to": "last day:",
    "fine_times_value": "times the value:",
    "maximum_at_least": "maximum of at least",
    "unread": "not read:",
    "starts": "from",
    "test": "asks about",
}


def marks_of(book: Book) -> tuple[int, int, int]:
    """How many entries were read, read in part, and are from memory or inferred."""
    entries = [each for _, each in entries_below(book) if isinstance(each, Sourced)]
    read = [each for each in entries if each.mark == "read"]
    whole = sum(each.is_verified for each in read)
    return whole, len(read) - whole, len(entries) - len(read)


def book_tables(book: Book) -> Iterator[str]:
    """One book: what it holds, entry by entry."""
    yield from ("", f"## {book.title} (`{book.name}`)", "", book.about, "")
    yield from _sources(book)
    yield from _provisions(book)
    yield from _rules(book)
    if book.milder:
        yield from ("", f"A milder later law applies: {book.milder.applies} (`{book.milder.rule}`).")
    if book.several:
        yield from ("", _several(book.several))
    for listed in book.predicates:
        yield from _predicates(listed)
    if book.limitation:
        yield from _limitation(book.limitation)
    for regime in book.regimes:
        yield from _regime(regime)
    yield from _deadlines(book)
    yield from _courts(book)


def from_memory(law: Law) -> Iterator[str]:
    """Each fact that was not read, in one table."""
    yield from (
        "",
        "## What is from memory",
        "",
        "To be looked up, by whoever relies on it, in the entry's source.",
        "",
    )
    yield from ("| book | entry | from memory |", "|---|---|---|")
    for book in law.books:
        for where, entry in entries_below(book):
            if isinstance(entry, Sourced) and not entry.is_verified:
                yield f"| `{book.name}` | {_place(book, where)} | {_fact(entry)} |"


def _fact(entry: Sourced) -> str:
    """What of an entry is from memory: the keys said to be so, or all that it says."""
    if entry.mark == "read":
        keys = [key for key in entry.unverified if not key.endswith("_ko")]
    else:
        keys = [key for key in _SAYING if getattr(entry, key, None) not in (None, False)]
    said = "; ".join(_told(entry, key) for key in keys)
    return f"{said} (inferred)" if entry.mark == "inferred" else said


def _told(entry: Sourced, key: str) -> str:
    value = getattr(entry, key)
    said = ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
    word = _WORDS.get(key, key.replace("_", " "))
    return f"{word} {'none' if value is None else said}".strip()


def not_entered(law: Law) -> Iterator[str]:
    """What is known to be missing."""
    yield from ("", "## What is not entered", "")
    for book in law.books:
        for provision in book.provisions:
            for version in provision.versions:
                reason = version.unread or version.absent
                if reason:
                    yield f"- `{provision.name}`, from {version.in_force_from}: {reason}"
    yield "- Of every provision, what held before its first version."
    yield "- Enhanced penalties for repeated offences, attempts where the text treats them apart, juveniles."
    yield "- Other states: three are in these books. A book of your own can be named in a matter."


def _place(book: Book, where: tuple[str | int, ...]) -> str:
    """An entry by its own name, or by the name of what it stands in."""
    found: object = book
    said = ""
    for part in where:
        found = (
            found[part] if isinstance(part, int) and isinstance(found, list) else getattr(found, str(part))
        )
        name = getattr(found, "name", None)
        if name:
            said = f"`{name}`"
    if isinstance(found, Version):
        return f"{said} from {found.in_force_from}"
    offence = getattr(found, "offence", None)
    return f"{said}: `{offence}`" if offence else said


def _mark(entry: Sourced) -> str:
    """The mark as it is shown."""
    if entry.mark == "read" and entry.unverified:
        return f"read; unverified: {', '.join(entry.unverified)}"
    return MARKS[entry.mark] or "read"


def _span(entry: object) -> str:
    begins, ends = getattr(entry, "in_force_from", None), getattr(entry, "in_force_to", None)
    return f"{begins} to {ends}" if ends else f"from {begins}" if begins else ""


def _or_dash(value: object) -> str:
    return "–" if value is None else str(value)


def _fine(version: Version) -> str:
    said = [str(version.fine)] if version.fine else []
    if version.fine_times_value:
        said.append(f"or {version.fine_times_value} × the value")
    if version.fine_relation:
        said.append(f"({version.fine_relation})" if said else f"no amount ({version.fine_relation})")
    return " ".join(said) or "–"


def _sources(book: Book) -> Iterator[str]:
    yield from ("| source | kind | title | where |", "|---|---|---|---|")
    for name, source in book.sources.items():
        yield f"| `{name}` | {source.kind} | {source.title} | {source.where or '–'} |"


def _provisions(book: Book) -> Iterator[str]:
    if not book.provisions:
        return
    yield from (
        "",
        "| offence | in force | minimum | maximum | fine | limitation | mark |",
        "|---|---|---|---|---|---|---|",
    )
    for provision in book.provisions:
        called = f"`{provision.name}` {provision.cited}: {provision.title}"
        for version in provision.versions:
            if version.has_text:
                limitation = version.limitation or "general rule"
                terms = f"{_or_dash(version.minimum)} | {_or_dash(version.maximum)}"
                row = f"{terms} | {_fine(version)} | {limitation}"
            else:
                row = f"{'not read' if version.unread else 'no offence'} | | | "
            mark = _mark(version) if version.has_text else f"that it is so: {_mark(version)}"
            yield f"| {called} | {_span(version)} | {row} | {mark} |"
            called = ""


def _rules(book: Book) -> Iterator[str]:
    yield from ("", "| rule | in force | says | mark |", "|---|---|---|---|")
    for rule in book.rules:
        yield f"| `{rule.name}` {rule.cited} | {_span(rule)} | {rule.says} | {_mark(rule)} |"


def _several(several: Several) -> str:
    said = f"Several offences judged together: {several.method}"
    if several.factor:
        said += f" {several.factor}, at most the sum" if several.at_most_sum else f" {several.factor}"
    if several.cap:
        said += f"; at most {several.cap}"
    if several.cap_aggravated:
        said += f", aggravated {several.cap_aggravated}"
    return f"{said} ({', '.join(f'`{rule}`' for rule in several.rules)})."


def _predicates(listed: PredicateList) -> Iterator[str]:
    yield from (
        "",
        f"Predicate offences of `{listed.of}`, as entered from {listed.begins} on (`{listed.name}`):",
    )
    if listed.all_offences:
        yield from ("", "- every offence.")
        return
    yield from ("", "| offence | listed | mark |", "|---|---|---|")
    for entry in listed.entries:
        what = (
            f"`{entry.offence}`"
            if entry.offence
            else f"every offence with a maximum of at least {entry.maximum_at_least}"
        )
        yield f"| {what} | {_span(entry)} | {_mark(entry)} |"


def _limitation(limitation: Limitation) -> Iterator[str]:
    lines = [
        f"{line.term} from a maximum of {line.maximum_at_least} on"
        if line.maximum_at_least
        else f"{line.term} for all others"
        for line in limitation.general
    ]
    if limitation.fallback:
        lines.append("none" if limitation.fallback == "none" else f"{limitation.fallback}")
    counts = f" The first day {'counts' if limitation.first_day_counts else 'does not count'}."
    said = "" if lines == ["none"] else counts
    yield from ("", f"Limitation: {'; '.join(lines)}.{said} Assumed:", "")
    yield from (f"- {each}" for each in limitation.assumptions)
    for each in limitation.exceptions:
        back = "also for acts before it" if each.reaches_back else "for acts from then on"
        offences = ", ".join(f"`{name}`" for name in each.offences)
        what = "no limitation" if each.effect == "none" else "limitation runs from the victim's majority"
        yield f"- `{each.rule}`, from {each.in_force_from}, {back}: {what} for {offences}."


def _regime(regime: Regime) -> Iterator[str]:
    more = "more than" if regime.dual_criminality.strictly_more else "at least"
    both = "in both states" if regime.dual_criminality.in_both else "in the requesting state"
    asking = ", ".join(regime.requesting) or "any state"
    yield from ("", f"### {regime.title} (`{regime.name}`)", "")
    yield (
        f"For requests to {', '.join(regime.requested)} by {asking}, {_span(regime)}. Dual criminality: "
        f"a maximum of {more} {regime.dual_criminality.maximum} {both}."
    )
    yield from ("", "| ground | title | kind | decides | asks about | mark |", "|---|---|---|---|---|---|")
    for ground in regime.grounds:
        yield (
            f"| `{ground.name}` {ground.rule} | {ground.title} | {ground.kind} | "
            f"{', '.join(ground.decides)} | {ground.test} | {_mark(ground)} |"
        )


def _deadlines(book: Book) -> Iterator[str]:
    if not book.deadlines:
        return
    yield from (
        "",
        "| period | what | from | term | first day | last day on a holiday | mark |",
        "|---|---|---|---|---|---|---|",
    )
    for each in book.deadlines:
        first = "counts" if each.first_day_counts else "does not count"
        moves = "moves" if each.moves_from_holidays else "stays"
        yield (
            f"| `{each.name}` {each.rule} | {each.title} | {each.starts} | {each.term} | {first} | {moves} | "
            f"{_mark(each)} |"
        )


def _courts(book: Book) -> Iterator[str]:
    if not book.courts:
        return
    yield from ("", "| court or authority | in English | in Korean | level | mark |", "|---|---|---|---|---|")
    for court in book.courts:
        yield f"| `{court.name}` | {court.title} | {court.title_ko or '–'} | {court.level} | {_mark(court)} |"
