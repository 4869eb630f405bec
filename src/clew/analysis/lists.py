"""Lists of addresses and outputs, in the forms that people have them in: CSV files, lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from clew.errors import UsageError

_DELIMITERS = (",", ";", "\t")
_COMMENT = "#"
_LONGEST_HEADING = 40
"""Characters of a column's name; what is longer may be a hash or a secret."""

_ADDRESS = re.compile(
    r"(?:(?:bitcoin|litecoin|dogecoin):)?"
    r"(?:[13mn2LMQDA9][0-9A-Za-z]{25,34}|(?:bc|tb|bcrt|ltc|rltc)1[0-9a-z]{6,87})(?:\?\S*)?"
    r"|(?:bitcoincash:|bchtest:|bchreg:)?[qpzr][0-9a-z]{41,60}(?:\?\S*)?"
    r"|script:[0-9a-f]{64}"
    r"|[0-9a-f]{64}:[0-9]+",
    re.IGNORECASE,
)
"""What is meant as an address or an output, rightly written or not."""

Row = tuple[int, list[str]]
"""Line number, and cells."""


@dataclass(frozen=True)
class Entry:
    """One address, or ``txid:vout`` for the address an output pays, and where it was written."""

    text: str
    place: str = ""


def from_lines(lines: Iterable[str], name: str) -> Iterator[Entry]:
    """One entry a line; empty lines, and those that begin with ``#``, are skipped."""
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("\ufeff")
        if text and not text.startswith(_COMMENT):
            yield Entry(text, f"{name}, line {number}")


def from_file(path: Path) -> Iterator[Entry]:
    """The entries of a table as UTF-8 text, its cells set apart by comma, semicolon or tab.

    The first row may name a column ``address``, or columns ``txid`` and ``vout``. Without these
    names exactly one column, and without headings exactly one cell of a row, may hold addresses.
    Empty rows, and those that begin with ``#``, are skipped. Raises UsageError.
    """
    rows = _rows(path)
    if not rows:
        return
    line, first = rows[0]
    columns = _columns(first, f"{path}, line {line}")
    if columns:
        for line, row in rows[1:]:
            cells = (row[column] if column < len(row) else "" for column in columns)
            yield Entry(":".join(cells), f"{path}, line {line}")
    elif _are_headings(first):
        column = _only_column(rows, path)
        for line, row in rows[1:]:
            yield Entry(row[column] if column < len(row) else "", f"{path}, line {line}")
    else:
        for line, row in rows:
            place = f"{path}, line {line}"
            yield Entry(_only_cell(row, place), place)


def _rows(path: Path) -> list[Row]:
    """The rows that say something, cut at the delimiter that makes the most of the first of them."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
        tables = [_cut(text, delimiter) for delimiter in _DELIMITERS]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"{path}: expected a list of addresses as UTF-8 CSV; it cannot be read: {reason}"
        ) from None
    return max(tables, key=lambda rows: _fitness(rows[0][1]) if rows else (False, 0, 0))


def _cut(text: str, delimiter: str) -> list[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    return [(line, row) for line, row in rows if any(row) and not row[0].startswith(_COMMENT)]


def _fitness(first: list[str]) -> tuple[bool, int, int]:
    named = bool(_named(first, "address") or (_named(first, "txid") and _named(first, "vout")))
    return named, sum(map(_is_meant, first)), len(first)


def _named(headings: list[str], name: str) -> list[int]:
    return [column for column, heading in enumerate(headings) if heading.lower() == name]


def _columns(headings: list[str], place: str) -> tuple[int, ...]:
    """Which columns to read by name; none where the first row does not say."""
    for names in (("address",), ("txid", "vout")):
        found = [_named(headings, name) for name in names]
        if all(found):
            for name, columns in zip(names, found, strict=True):
                if len(columns) > 1:
                    raise UsageError(f"{place}: expected one column named {name}, found {len(columns)}")
            return tuple(columns[0] for columns in found)
    return ()


def _is_meant(cell: str) -> bool:
    return bool(_ADDRESS.fullmatch(cell))


def _are_headings(row: list[str]) -> bool:
    return not any(_is_meant(cell) or len(cell) > _LONGEST_HEADING for cell in row)


def _only_column(rows: list[Row], path: Path) -> int:
    """The one column that holds addresses. Raises UsageError where there is none, or another one."""
    line, headings = rows[0]
    meant = sorted({column for _, row in rows[1:] for column, cell in enumerate(row) if _is_meant(cell)})
    if len(meant) == 1 and not any(map(str.isdigit, "".join(headings[meant[0] : meant[0] + 1]))):
        return meant[0]
    # With a digit it may be an address cut off, which must not be taken for a heading.
    found = f"{len(meant) or 'no'} {'column' if len(meant) == 1 else 'columns'} of addresses"
    raise UsageError(
        f"{path}, line {line}: no column named address, and {found}; "
        f"the columns are {', '.join(heading or '(no name)' for heading in headings)}; name one address"
    )


def _only_cell(row: list[str], place: str) -> str:
    """The one cell of a row that is meant as an address; else its first, which then is refused."""
    meant = [cell for cell in row if _is_meant(cell)]
    if len(meant) > 1:
        raise UsageError(
            f"{place}: expected one address, found {len(meant)}; give each a line of its own, "
            "or name the column to read in a first line"
        )
    return meant[0] if meant else next(cell for cell in row if cell)


__all__ = ["Entry", "from_file", "from_lines"]
