"""Tables of tags, whose columns the user names; and tables of words, such as INTERPOL's taxonomies."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from clew.errors import UsageError
from clew.interop.lines import BadTextError, bad_text, decoded
from clew.interop.subjects import Subjects
from clew.interop.tagrows import FIELDS, TagRows
from clew.interop.values import FaultyError, Findings, Values, meant, shown
from clew.reference.tags import BAD_ROW, DUPLICATE, Concept, Pack

CSV = "csv"
MAPPED = ("address", "network", "currency", *FIELDS)
"""Fields that a column can be mapped to."""

_DELIMITERS = (",", ";", "\t", "|")
_LISTED = {"concepts"}
_WORDS = ({"id", "label"}, {"uri", "broader", "definition", "description"})
"""Columns of a table of words: all of the first, and one of the second."""


@dataclass(frozen=True)
class Form:
    """How a table is read: ``columns`` by field, ``constants`` by field, and how its text is written."""

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    encoding: str | None = None

    def __post_init__(self) -> None:
        for name in (*self.columns, *self.constants):
            if name not in MAPPED:
                raise UsageError(
                    f"unknown field {name!r}{meant(name, MAPPED)}; fields of tags are {', '.join(MAPPED)}"
                )
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise UsageError(f"--delimiter: expected one character, found {self.delimiter!r}")


@dataclass(frozen=True)
class Table:
    """A table: its column names, and the line and cells of each row."""

    columns: tuple[str, ...]
    rows: list[tuple[int, list[str]]]

    @property
    def is_words(self) -> bool:
        """Whether it is a vocabulary and no table of tags."""
        names = {name.lower() for name in self.columns}
        return names >= _WORDS[0] and bool(names & _WORDS[1]) and "address" not in names


def table_of(data: bytes, form: Form) -> tuple[str, Table]:
    """The text of a file and its table. Raises BadTextError.

    Without an encoding it is UTF-8, or else cp1252, as spreadsheets write it; bytes that cp1252 does not
    define are taken as control characters.
    """
    text = _text(data, form.encoding)
    best: Table | None = None
    for delimiter in (form.delimiter,) if form.delimiter else _DELIMITERS:
        try:
            rows = [*_rows(text, delimiter)]
        except csv.Error as error:
            raise bad_text(1, f"not readable as CSV: {error}") from None
        found = Table(tuple(_clean(cell) for cell in rows[0][1]) if rows else (), rows[1:])
        if best is None or len(found.columns) > len(best.columns):
            best = found
    assert best is not None
    return text, best


def _text(data: bytes, encoding: str | None) -> str:
    try:
        return decoded(data, encoding)
    except BadTextError:
        if encoding is not None:
            raise
    decoded(data.translate(None, bytes(range(0x80, 0x100))))
    return "".join(_cp1252(byte) for byte in data)


def _cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that say something, each with the line on which it begins."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=False)
    line = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


def _clean(cell: str) -> str:
    """A cell without the quotes and spaces that were written around it twice over."""
    return cell.strip().strip('"').strip()


def read_csv(table: Table, file: str, digest: str, subjects: Subjects, values: Values, form: Form) -> Pack:
    """The tags of a table. Raises BadTextError where no column holds addresses or one named is not there."""
    findings = Findings(file)
    rows = TagRows(subjects, findings)
    places = _places(table, form)
    constants = checked(form.constants, values)
    for line, row in table.rows:
        found: dict[str, Any] = {}
        faults = []
        for name, place in places.items():
            text = _clean(row[place]) if place < len(row) else ""
            try:
                value = values.read(name, _split(name, text)) if name != "address" else text
            except FaultyError as fault:
                faults.append(str(fault))
                continue
            if value is not None:
                found[name] = value
        for reason in faults:
            findings.add(line, BAD_ROW, reason)
        if not faults:
            rows.add(line, found.pop("address", None), {**constants, **found})
    return Pack(
        file, digest, CSV, tags=tuple(rows.tags), other_networks=dict(rows.other_networks),
        findings=tuple(findings.listed),
    )  # fmt: skip


def checked(constants: Mapping[str, str], values: Values) -> dict[str, Any]:
    """Values that hold for every row. Raises UsageError."""
    found = {}
    for name, text in constants.items():
        try:
            value = values.read(name, _split(name, text.strip()))
        except FaultyError as fault:
            raise UsageError(f"--set {name}: {fault}") from None
        if value is not None:
            found[name] = value
    return found


def _split(name: str, text: str) -> Any:
    return [part.strip() for part in text.replace(";", ",").split(",")] if name in _LISTED and text else text


def _places(table: Table, form: Form) -> dict[str, int]:
    """Which column holds which field: those named, else those that bear a field's name."""
    lower = [name.lower() for name in table.columns]
    columns = form.columns or {name: name for name in MAPPED if name in lower}
    places = {}
    for name, column in columns.items():
        if lower.count(column.lower()) != 1:
            listed = ", ".join(shown(each) for each in table.columns if each)
            raise bad_text(
                1, f"expected one column {shown(column)} for {name}, found {lower.count(column.lower())} "
                f"among {listed or 'no columns'}",
            )  # fmt: skip
        places[name] = lower.index(column.lower())
    if "address" not in places:
        listed = ", ".join(shown(each) for each in table.columns if each)
        raise bad_text(
            1, f"no column named address among {listed or 'no columns'}; give --map address=COLUMN"
        )
    return places


def read_words(table: Table, file: str, digest: str) -> Pack:
    """The words of a table with columns id and label: a vocabulary, which tags nothing."""
    findings = Findings(file)
    names = [name.lower() for name in table.columns]
    places = {name: names.index(name) for name in ("id", "label", "broader", "uri") if name in names}
    words: dict[str, Concept] = {}
    for line, row in table.rows:
        cells = {name: _clean(row[place]) for name, place in places.items() if place < len(row)}
        identity = cells.get("id", "")
        if not identity:
            findings.add(line, BAD_ROW, "expected the id of a word, found none")
        elif identity in words:
            findings.add(line, DUPLICATE, f"the word {shown(identity)} of line {words[identity].line} again")
        else:
            words[identity] = Concept(
                line, identity, cells.get("label") or identity, cells.get("broader") or None,
                cells.get("uri") or None,
            )  # fmt: skip
    return Pack(file, digest, "vocabulary", concepts=tuple(words.values()), findings=tuple(findings.listed))


__all__ = ["CSV", "MAPPED", "Form", "Table", "checked", "read_csv", "read_words", "table_of"]
