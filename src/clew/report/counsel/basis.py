"""What a result rests on: its steps, what was assumed, what is unverified."""

from __future__ import annotations

from collections.abc import Iterable

from clew.proceedings.steps import Reasoned, Step
from clew.report.counsel.words import Words
from clew.report.document import Column, Part, Points, Section, Span, Table, cell, prose


def basis(found: Reasoned, words: Words) -> tuple[Section, ...]:
    """The sections that every result ends with."""
    return (
        Section(words("steps"), (steps(found.steps, words),)),
        Section(words("assumed"), (points(found.assumptions, words),)),
        Section(words("unverified"), (note(words), points(found.unverified, words))),
    )


def note(words: Words) -> Points:
    """What unverified means."""
    return Points((prose(words("unverified state")),))


def points(texts: Iterable[str], words: Words) -> Part:
    """Sentences; or that there are none."""
    lines = tuple((Span(text),) for text in texts if text)
    return Points(lines or (prose(words("nothing")),))


def steps(found: Iterable[Step], words: Words) -> Table:
    """Steps with provision, source and mark."""
    return Table(
        title=words("steps"),
        state=prose(words("english")),
        columns=(Column(words("number"), 8, "right"), Column(words("step")), Column(words("source"), 62)),
        rows=tuple(
            (cell(str(number)), cell(each.said), tuple((Span(text),) for text in _origin(each, words)))
            for number, each in enumerate(found, 1)
        ),
    )


def _origin(step: Step, words: Words) -> list[str]:
    found = [text for text in (step.provision, step.source, words.mark(step.mark)) if text]
    return list(dict.fromkeys(found)) or ["-"]
