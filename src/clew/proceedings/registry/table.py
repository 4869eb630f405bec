"""The register as a table: rows and CSV out, and proceedings in from a CSV, with line numbers in errors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from clew.errors import UsageError
from clew.proceedings.load import Law
from clew.proceedings.registry.register import Standing, add
from clew.proceedings.registry.registered import PERSONAL
from clew.written.spelling import instead
from clew.written.tree import Node

PLAIN = (
    "id",
    "jurisdiction",
    "court",
    "case_number",
    "role",
    "person",
    "stage",
    "offences",
    "status",
    "acts_from",
    "acts_to",
    "opened",
    "decided",
    "next_date",
    "outcome",
)
SENTENCE = ("imprisonment", "suspended", "fine", "other", "asked")
SOURCE = ("source_kind", "source_title", "source_where", "source_read")
COLUMNS = (*PLAIN, *SENTENCE, *SOURCE, "note")
"""Columns that are read. ``offences`` and ``other`` hold several, parted by semicolons."""
WRITTEN = (*COLUMNS, "entered_by", "entered", "corrections")
"""Columns that are written; the last three come from the register and are not read."""
NEEDED = (
    "jurisdiction",
    "court",
    "case_number",
    "role",
    "stage",
    "offences",
    "status",
    "opened",
    *SOURCE[:2],
)
_SEVERAL = {"offences", "other"}
_MOST_BYTES = 16_000_000


def flat(each: Standing) -> dict[str, str]:
    """A proceeding as one row of text, by column; what is not known is empty."""
    said = each.row()
    sentence, source = said["sentence"] or {}, said["source"]
    found: dict[str, Any] = {key: said[key] for key in (*PLAIN, "note")}
    found |= {key: sentence.get(key) for key in SENTENCE}
    found |= {key: source[key.removeprefix("source_")] for key in SOURCE}
    found |= {key: said[key] for key in ("entered_by", "entered", "corrections")}
    return {key: _written(found[key]) for key in WRITTEN}


def to_csv(standing: Iterable[Standing]) -> str:
    """Proceedings as CSV with a header, lines ended by LF."""
    text = io.StringIO()
    table = csv.DictWriter(text, WRITTEN, lineterminator="\n")
    table.writeheader()
    table.writerows(flat(each) for each in standing)
    return text.getvalue()


def import_csv(path: Path, law: Law, file: Path, *, by: str, when: date) -> list[Standing]:
    """Enter every row of a CSV (``file``) into a register, all or none.

    Raises UsageError with file and line for a header or a row that is wrong; then nothing is entered.
    """
    return add(path, law, list(_rows(file)), by=by, when=when)


def _rows(file: Path) -> Iterable[Node]:
    text = _text(file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        _check_header(header, file)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise UsageError(
                        f"{file}:{line}: expected {len(header)} cells, as in the header, found {len(cells)}; "
                        "put cells with a comma in quotes"
                    )
                yield _node(dict(zip(header, cells, strict=True)), str(file), line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(
            f"{file}:{reader.line_num}: expected a row of CSV, found none ({error}); close the quotes"
        ) from error


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file}: expected a readable file, found {error.strerror}; check the path"
        ) from None
    if len(data) > _MOST_BYTES:
        raise UsageError(
            f"{file}: expected at most {_MOST_BYTES:,} bytes, found {len(data):,}; cut it in parts"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file}: expected UTF-8 text, found other bytes; save it as UTF-8") from None


def _check_header(header: list[str], file: Path) -> None:
    for name in header:
        words = name.casefold().replace("-", "_").split("_")
        if name not in WRITTEN and PERSONAL.intersection([name.casefold(), *words]):
            raise UsageError(
                f"{file}:1: expected columns of the register, found {name!r}, which tells who somebody is; "
                "remove it: a person is a role and a case number"
            )
        if name not in WRITTEN:
            raise UsageError(
                f"{file}:1: expected columns of the register, found {name!r}; {instead(name, COLUMNS)}"
            )
        if header.count(name) > 1:
            raise UsageError(f"{file}:1: expected each column once, found {name!r} again; remove one of them")
    for name in NEEDED:
        if name not in header:
            raise UsageError(f"{file}:1: expected the column {name}, found none; add it")


def _node(cells: Mapping[str, str], file: str, line: int) -> Node:
    """A row as an entry; empty cells and what the register itself says are left out."""
    given = {key: cell.strip() for key, cell in cells.items() if cell.strip() and key in COLUMNS}

    def leaf(key: str) -> Node:
        if key in _SEVERAL:
            parts = [part.strip() for part in given[key].split(";") if part.strip()]
            return Node([Node(part, file, line) for part in parts], file, line)
        # A person's number is the only one; a year stays text, as days are read.
        number = key == "person" and given[key].isascii() and given[key].isdecimal()
        return Node(int(given[key]) if number else given[key], file, line)

    entry = {key: leaf(key) for key in given if key in PLAIN or key == "note"}
    sentence = {key: leaf(key) for key in given if key in SENTENCE}
    if sentence:
        entry["sentence"] = Node(sentence, file, line)
    source = {key.removeprefix("source_"): leaf(key) for key in given if key in SOURCE}
    if source:
        entry["source"] = Node(source, file, line)
    return Node(entry, file, line)


def _written(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    return "" if value is None else str(value)


__all__ = ["COLUMNS", "NEEDED", "WRITTEN", "flat", "import_csv", "to_csv"]
