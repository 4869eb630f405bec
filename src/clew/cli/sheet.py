"""What a command shows to people: lines, facts and tables, on a terminal or in a pipe.

In a pipe everything is plain text in aligned columns, one row to a line. On a terminal a table
that is too wide is shown row by row instead. Nothing is ever shortened.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from clew.cli.units import ABSENT

if TYPE_CHECKING:
    from rich.console import Console

Cell = str | Sequence[str]
"""One text, or several that stand below each other on a terminal."""

GAP = 2
"""Characters between two columns."""

RICH_ROWS = 2_000
"""Above this many rows a terminal gets the plain table too, which is drawn at once."""


@dataclass(frozen=True)
class Column:
    """A column's heading and form."""

    name: str
    right: bool = False
    style: str = ""


def amount(name: str) -> Column:
    """A column of BTC."""
    return Column(f"{name} (BTC)", right=True)


def count(name: str) -> Column:
    """A column of counts."""
    return Column(name, right=True)


def identity(name: str) -> Column:
    """A column of hashes or addresses."""
    return Column(name, style="cyan")


@dataclass(frozen=True)
class Table:
    """Rows under headings; every row has one cell for each column."""

    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]

    def lines(self) -> Iterable[str]:
        """The table as plain text: a line of headings, then a line for each row."""
        rows = [tuple(_flat(cell) for cell in row) for row in self.rows]
        heads = tuple(column.name for column in self.columns)
        widths = [max(map(len, texts)) for texts in zip(heads, *rows, strict=True)]
        for row in (heads, *rows):
            cells = zip(self.columns, row, widths, strict=True)
            yield (
                (" " * GAP)
                .join(
                    text.rjust(width) if column.right else text.ljust(width) for column, text, width in cells
                )
                .rstrip()
            )

    def width(self) -> int:
        """Characters that a row takes on a terminal, where several texts stand below each other."""
        widths = [
            max(len(column.name), *(len(text) for row in self.rows for text in _stack(row[index])))
            for index, column in enumerate(self.columns)
        ]
        return sum(widths) + GAP * (len(widths) - 1)


def _stack(cell: Cell) -> tuple[str, ...]:
    texts = (cell,) if isinstance(cell, str) else tuple(cell)
    return tuple(printable(text) or ABSENT for text in texts) or (ABSENT,)


def _flat(cell: Cell) -> str:
    return ", ".join(_stack(cell))


def printable(text: str) -> str:
    """The text with everything that could move a cursor or break a line written as an escape."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text
    )


@dataclass(frozen=True)
class Line:
    """One line of text."""

    text: str
    style: str = ""
    wraps: bool = False
    """Whether a terminal may break it between words; otherwise it does so where the line is full."""


@dataclass
class Sheet:
    """Everything that one command shows, in order."""

    parts: list[Line | Table] = field(default_factory=list)

    def line(self, text: str = "", style: str = "") -> None:
        """Add a line."""
        self.parts.append(Line(printable(text), style))

    def prose(self, text: str, style: str = "") -> None:
        """Add a sentence, which a terminal breaks between words; in a pipe it is one line."""
        self.parts.append(Line(printable(text), style, wraps=True))

    def heading(self, text: str) -> None:
        """Add a line that opens a part, with space before it."""
        if self.parts:
            self.line()
        self.line(text, "bold")

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Add names and values, the values aligned."""
        known = list(facts)
        width = max((len(name) for name, _ in known), default=0)
        for name, value in known:
            self.line(f"{name.ljust(width)}  {value or ABSENT}")

    def table(self, columns: Sequence[Column], rows: Iterable[tuple[Cell, ...]]) -> None:
        """Add a table; one without rows is left out, since a line says so in words."""
        found = list(rows)
        if found:
            self.parts.append(Table(tuple(columns), found))

    def show(self) -> None:
        """Write it all to standard output."""
        if on_terminal():
            self._draw()
        else:
            click.echo("\n".join(self.text()))

    def text(self) -> Iterable[str]:
        """Its lines as plain text."""
        for part in self.parts:
            if isinstance(part, Line):
                yield part.text
            else:
                yield from part.lines()

    def _draw(self) -> None:
        from rich.console import Console
        from rich.text import Text

        console = Console(highlight=False, markup=False, emoji=False)
        for part in self.parts:
            if isinstance(part, Line):
                console.print(Text(part.text, part.style), soft_wrap=not part.wraps)
            elif len(part.rows) > RICH_ROWS:
                click.echo("\n".join(part.lines()))
            elif part.width() <= console.width:
                _draw_table(console, part)
            else:
                _draw_rows(console, part)


def _draw_table(console: Console, table: Table) -> None:
    from rich import box
    from rich.table import Table as Drawing
    from rich.text import Text

    drawing = Drawing(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    for column in table.columns:
        drawing.add_column(
            Text(column.name),
            justify="right" if column.right else "left",
            style=column.style,
            overflow="fold",
        )
    for row in table.rows:
        drawing.add_row(*(Text("\n".join(_stack(cell))) for cell in row))
    console.print(drawing)


def _draw_rows(console: Console, table: Table) -> None:
    from rich.text import Text

    width = max(len(column.name) for column in table.columns)
    for row in table.rows:
        console.print()
        for column, cell in zip(table.columns, row, strict=True):
            for position, text in enumerate(_stack(cell)):
                label = column.name if position == 0 else ""
                line = Text.assemble((label.ljust(width), "dim"), "  ", (text, column.style))
                console.print(line, soft_wrap=True)


def on_terminal() -> bool:
    """True if standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def show_json(value: object) -> None:
    """Write one JSON value to standard output: indented on a terminal, else on one line."""
    import json

    if on_terminal():
        click.echo(json.dumps(value, indent=2))
    else:
        click.echo(json.dumps(value, separators=(",", ":")))
