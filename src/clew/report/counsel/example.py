"""The walk through a case on paper: its figures, conflicts, chapters, and what is unverified."""

from __future__ import annotations

from collections.abc import Iterator

from clew.proceedings.example import Chapter, Example
from clew.report.counsel.basis import note, points, steps
from clew.report.counsel.words import Words
from clew.report.document import Column, KeyFigure, KeyFigures, Part, Section, Span, Table, cell, prose


def example(found: Example, words: Words) -> tuple[Section, ...]:
    """The sections of a walk."""
    return (
        Section(words("figures"), (_figures(found, words),)),
        Section(words("conflicts"), (_conflicts(found, words),)),
        *(Section(words(each.title), tuple(_chapter(each, words))) for each in found.chapters),
        Section(words("unverified"), (note(words), _unverified(found, words))),
    )


def _figures(found: Example, words: Words) -> KeyFigures:
    one, several = found.kr_aggregate_years.values()
    return KeyFigures(
        (
            KeyFigure(words("charged"), str(found.counts_charged), words("how many")),
            KeyFigure(words("put"), str(found.counts_put_to_court), words("how many")),
            KeyFigure(words("ceilings"), _years(found.us_ceiling_years, words), words("us ceiling")),
            KeyFigure(words("one offence"), _years(one, words), words("hypothetical")),
            KeyFigure(
                words("concurrent", number=found.counts_put_to_court),
                _years(several, words),
                words("hypothetical"),
            ),
        )
    )


def _years(years: float | None, words: Words) -> str:
    if years is None:
        return words("undetermined")
    return f"{years:g}년" if words.is_korean else f"{years:g} years"


def _conflicts(found: Example, words: Words) -> Table:
    rows = []
    for figure in found.conflicts:
        for number, each in enumerate(figure.claims):
            doubt = words.mark(each.mark) or ("" if not each.unverified else words("from memory"))
            rows.append(
                (
                    cell(words.title(figure) if number == 0 else ""),
                    cell(_counted(each.value, each.unit, words)),
                    cell(str(each.date)),
                    cell(each.scope),
                    ((Span(each.source),), *(((Span(doubt, "quiet"),),) if doubt else ())),
                )
            )
    return Table(
        title=words("conflicts"),
        state=prose(words("english")),
        columns=(
            Column(words("figure"), 32),
            Column(words("claim"), 34),
            Column(words("date"), 20),
            Column(words("scope")),
            Column(words("whose"), 50),
        ),
        rows=tuple(rows),
    )


def _counted(value: int, unit: str, words: Words) -> str:
    gap = "" if words.is_korean and words(unit) != unit else " "
    return f"{value:,}{gap}{words(unit)}"


def _chapter(chapter: Chapter, words: Words) -> Iterator[Part]:
    if words("english"):
        yield points([words("english")], words)
    yield points(chapter.sentences, words)
    if chapter.steps:
        yield steps(chapter.steps, words)


def _unverified(found: Example, words: Words) -> Table:
    return Table(
        title=words("unverified"),
        state=prose(words("english")),
        columns=(
            Column(words("by"), 46),
            Column(words("what")),
            Column(words("state"), 40),
            Column(words("whose"), 44),
        ),
        rows=tuple(
            (
                cell(each.where, "code"),
                cell(each.what),
                cell(f"{words.mark(each.mark)}{': ' if each.keys else ''}{', '.join(each.keys)}"),
                cell(each.source),
            )
            for each in found.unverified
        ),
    )
