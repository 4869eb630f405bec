"""What a page is made of: one content model that both the PDF and the HTML are set from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from clew.report.language import ENGLISH, Language

Style = Literal["text", "code", "quiet", "strong", "label"]
Align = Literal["left", "right"]


@dataclass(frozen=True)
class Span:
    """A run of text in one style. ``label`` stands in a gutter at the start of its line."""

    text: str
    style: Style = "text"


Line = tuple[Span, ...]
Cell = tuple[Line, ...]


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    line: Line
    kind: str = "paragraph"


@dataclass(frozen=True)
class Points:
    """A list of sentences, each with its own mark."""

    lines: tuple[Line, ...]
    kind: str = "points"


@dataclass(frozen=True)
class Fact:
    """A name and what it is."""

    name: str
    cell: Cell


@dataclass(frozen=True)
class Facts:
    """Names at the left, what they are at the right."""

    facts: tuple[Fact, ...]
    kind: str = "facts"


@dataclass(frozen=True)
class KeyFigure:
    """One number that the reader came for: above it its name, below it a remark."""

    name: str
    value: str
    remark: str


@dataclass(frozen=True)
class KeyFigures:
    """The few numbers that the reader came for, side by side."""

    figures: tuple[KeyFigure, ...]
    kind: str = "key_figures"


@dataclass(frozen=True)
class Column:
    """A table's column. ``width`` is in millimetres on A4; zero takes what is left."""

    title: str
    width: float = 0
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """Rows under column titles. ``state`` says how much of the whole they are; ``notice`` stands below."""

    title: str
    state: Line
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    notice: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Chart:
    """A picture as SVG, what it shows in words for those who cannot see it, and its caption."""

    svg: str
    description: str
    caption: str
    kind: str = "chart"


@dataclass(frozen=True)
class Commands:
    """Command lines, to be typed as they stand."""

    lines: tuple[str, ...]
    kind: str = "commands"


Part = Paragraph | Points | Facts | KeyFigures | Table | Chart | Commands


@dataclass(frozen=True)
class Section:
    """A numbered heading and what stands under it; ``together``: on one page."""

    title: str
    parts: tuple[Part, ...]
    together: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report. ``time`` (Unix seconds) is the date that a PDF carries."""

    title: str
    subtitle: Line
    motto: str
    snapshot: str
    mark: str
    ledger: str
    version: str
    time: int
    sections: tuple[Section, ...] = field(default_factory=tuple)
    language: Language = ENGLISH


def cell(text: str, style: Style = "text") -> Cell:
    """A cell of one line in one style."""
    return ((Span(text, style),),)


def prose(text: str) -> Line:
    """Text in which what stands between backquotes is code."""
    pieces = text.split("`")
    return tuple(Span(piece, "code" if i % 2 else "text") for i, piece in enumerate(pieces) if piece)
