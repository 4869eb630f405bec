"""The tables of the public page, in one language each: counts, the law, figures that conflict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clew.proceedings.claims import Claim, Sourced
from clew.proceedings.load import Law
from clew.proceedings.matter import Matter
from clew.proceedings.nameless import why_named
from clew.proceedings.provisions import Book, Provision, Version
from clew.proceedings.statistics.columns import TOTAL
from clew.proceedings.statistics.tables import PublishedTable
from clew.report.citation import in_korean
from clew.report.public.phrases import Text, Voice

Kind = Literal["text", "number", "hidden", "day"]


@dataclass(frozen=True)
class Cell:
    """What stands in a cell; the first of a row heads it."""

    text: Text
    kind: Kind = "text"


@dataclass(frozen=True)
class Head:
    """A column's head."""

    text: Text
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """A table of the page: ``name`` is that of its CSV."""

    name: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    has_total: bool = False
    """Whether the last row sums the others."""


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: None where the count is not shown."""

    label: str
    count: int | None


def counts_name(columns: Sequence[str]) -> str:
    """The name of a table of counts and of its file."""
    return "proceedings-by-" + "-and-".join(columns)


def counts_table(table: PublishedTable, caption: str, voice: Voice, law: Law) -> Table:
    """Counts by one column as a list, by two as a table of both, by more as a list of combinations."""
    columns = table.columns
    categories = [list(dict.fromkeys(each[at] for each in table.cells)) for at in range(len(columns))]
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    if len(columns) == 2:
        heads = (
            Head(Text(_both(voice, columns))),
            *(Head(_label(columns[1], each, voice, law), "number") for each in categories[1]),
        )
        rows = tuple(
            (
                Cell(_label(columns[0], row, voice, law)),
                *(_count(table.cells[row, each], voice) for each in categories[1]),
            )
            for row in categories[0]
        )
    else:
        heads = (
            *(Head(Text(voice(f"column.{each}"))) for each in columns),
            Head(Text(voice("count")), "number"),
        )
        rows = tuple(
            (*(Cell(_label(c, each, voice, law)) for c, each in zip(columns, key, strict=True)),
             _count(count, voice))
            for key, count in table.cells.items()
        )  # fmt: skip
    return Table(counts_name(columns), caption, heads, rows, (), has_total=True)


def counts_bars(table: PublishedTable, column: str, voice: Voice, law: Law) -> tuple[Bar, ...]:
    """The counts by one of a table's columns, all others together."""
    at = table.columns.index(column)
    return tuple(
        Bar(str(_label(column, key[at], voice, law)), count)
        for key, count in table.cells.items()
        if key[at] != TOTAL and all(each == TOTAL for place, each in enumerate(key) if place != at)
    )


def law_table(book: Book, voice: Voice) -> Table:
    """What the provisions of a book threaten, a row for each version."""
    title = voice.either(book.title, book.title_ko)
    heads = [Head(Text(voice(f"law.{key}"))) for key in ("provision", "from", "to")]
    heads += [Head(Text(voice(f"law.{key}"))) for key in ("minimum", "maximum", "fine", "mark")]
    rows = [_version(each, version, voice) for each in book.provisions for version in each.versions]
    return Table(
        f"law-{book.name}",
        voice("law.caption", book=title.said),
        tuple(heads),
        tuple(rows),
        (voice("law.as_of", day=voice.day(book.as_of)),),
    )


def figures_table(matter: Matter, voice: Voice) -> Table | None:
    """Figures of which sources assert different values; None where there is none."""
    heads = [Head(Text(voice(f"figures.{key}"))) for key in ("figure", "scope", "date", "source", "mark")]
    heads.insert(1, Head(Text(voice("figures.value")), "number"))
    heads.append(Head(Text(voice("figures.decision"))))
    rows = [_claim(matter, claim, voice) for name in matter.figures for claim in conflicting(matter, name)]
    title = voice.either(matter.title, matter.title_ko)
    if not rows:
        return None
    caption = voice("figures.caption", matter=title.said)
    return Table(f"figures-{matter.name}", caption, tuple(heads), tuple(rows))


def conflicting(matter: Matter, figure: str) -> list[Claim]:
    """The claims of a figure, where they assert more than one value."""
    claims = [each for each in matter.claims if each.figure == figure]
    return claims if len({each.value for each in claims}) > 1 else []


def marked(entry: Sourced, voice: Voice) -> str:
    """Whether something was read in its source, in words."""
    if entry.mark != "read" or not entry.unverified:
        return voice(f"mark.{entry.mark}")
    keys = [voice(f"key.{key}") if voice.knows(f"key.{key}") else key for key in entry.unverified]
    return voice("mark.partly", keys=", ".join(keys))


def source_said(matter: Matter, claim: Claim, voice: Voice) -> Text:
    """A source by its kind and title; by its kind alone where the title could name a person."""
    source = matter.sources[claim.source]
    if why_named(source.title):
        return Text(voice(f"source.{source.kind}"))
    return voice.either(source.title, None)


def _claim(matter: Matter, claim: Claim, voice: Voice) -> tuple[Cell, ...]:
    figure = matter.figures[claim.figure]
    unit = voice(f"unit.{figure.unit}") if voice.knows(f"unit.{figure.unit}") else figure.unit
    value = f"{claim.value:,}{'' if voice.lang == 'ko' and unit != figure.unit else ' '}{unit}"
    last = next((each for each in reversed(matter.decisions) if each.figure == claim.figure), None)
    decision = voice("figures.undecided")
    if last is not None and last.takes == claim.name:
        decision = voice("figures.taken", by=last.by, day=voice.day(last.when))
    elif last is not None and last.takes is not None:
        decision = ""
    return (
        Cell(voice.either(figure.title, figure.title_ko)),
        Cell(Text(value), "number"),
        Cell(voice.either(claim.scope, None)),
        Cell(Text(voice.day(claim.date)), "day"),
        Cell(source_said(matter, claim, voice)),
        Cell(Text(marked(claim, voice))),
        Cell(Text(decision)),
    )


def _version(provision: Provision, version: Version, voice: Voice) -> tuple[Cell, ...]:
    act = voice.either(provision.act, provision.act_ko)
    title = voice.either(provision.title, provision.title_ko)
    name = Text(f"{act.said}, {article(provision, voice)}: {title.said}", title.lang)
    until = voice.day(version.in_force_to) if version.in_force_to else voice("law.open")
    kind: Kind = "day" if version.in_force_to else "text"
    days = (Cell(Text(voice.day(version.in_force_from)), "day"), Cell(Text(until), kind))
    if not version.has_text:
        said = voice("law.absent" if version.absent else "law.unread")
        mark = marked(version, voice) if version.absent else voice("law.unread.mark")
        return (Cell(name), *days, *(Cell(Text(said)) for _ in range(3)), Cell(Text(mark)))
    least = voice.term(version.minimum) if version.minimum else voice("law.no_minimum")
    most = voice.term(version.maximum) if version.maximum else voice("law.no_maximum")
    return (
        Cell(name),
        *days,
        Cell(Text(least)),
        Cell(Text(most)),
        Cell(Text(_fine(version, voice))),
        Cell(Text(marked(version, voice))),
    )


def article(provision: Provision, voice: Voice) -> str:
    """An article as cited; that of a Korean act in Korean is cited as Korean law does."""
    if provision.article == "not known":
        return voice("law.no_article")
    said = in_korean(provision.article) if voice.lang == "ko" and provision.act_ko else None
    return said or provision.article


def _fine(version: Version, voice: Voice) -> str:
    parts = [voice.money(version.fine)] if version.fine else []
    if version.fine_times_value:
        parts.append(voice("law.times", times=version.fine_times_value))
    return " ".join(parts) or voice("law.no_fine")


def _count(count: int | None, voice: Voice) -> Cell:
    return (
        Cell(Text(voice("hidden.short")), "hidden") if count is None else Cell(Text(f"{count:,}"), "number")
    )


def _label(column: str, category: str, voice: Voice, law: Law) -> Text:
    if category == TOTAL:
        return Text(voice("total"))
    if column == "court" and category in law.courts:
        return voice.either(law.courts[category].title, law.courts[category].title_ko)
    if column == "offence" and category in law.provisions:
        provision = law.provisions[category]
        act = voice.either(provision.act, provision.act_ko)
        return Text(f"{act.said}, {article(provision, voice)}", act.lang)
    return voice.category(column, category)


def _both(voice: Voice, columns: Sequence[str]) -> str:
    return " / ".join(voice(f"column.{each}") for each in columns)


__all__ = [
    "Bar", "Cell", "Head", "Table", "article", "conflicting", "counts_bars", "counts_name", "counts_table",
    "figures_table", "law_table", "marked", "source_said",
]  # fmt: skip
