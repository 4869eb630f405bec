"""Registers as files: one table for spreadsheets and programs, which says who asked, what, and when.

A row that is copied out of a CSV file takes its examiner, question, snapshot and time along: they are its
last columns. An XLSX file has them in a sheet ``about``. No cell of either is a formula. Why so:
docs/decisions/0026-registers.md.
"""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from clew.analysis.examined import Examined
from clew.errors import StorageError, UsageError

Cell = str | int | bool | Decimal | None | Sequence[str]
"""A text, a number, yes or no, nothing, or several texts."""

BETWEEN = "; "
"""Stands between several texts in one cell."""

MOST_ROWS = 1_048_575
"""Rows below the heading that a sheet of an XLSX file can hold."""

MOST_TEXT = 32_767
"""Characters that a cell of an XLSX file can hold."""

MOST_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; one with more is written as text, so that it stays exact."""

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BOM = b"\xef\xbb\xbf"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WIDEST = 70
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(<)")


@dataclass(frozen=True)
class Column:
    """A column's heading (a name that programs can use), and a sentence on what stands in it."""

    name: str
    doc: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under headings, each row with one cell for each column."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Register:
    """A table that lists payments, origins or the like, and what every such file must carry.

    ``question`` is the question in words with its parameters, ``snapshot`` and ``tip`` (``height``,
    ``hash``) those of the answer, ``examined`` who asked, what for and when. ``notes`` are sentences that
    must be read with it, the most important first, which goes into each row of a CSV file. ``more`` are
    further tables, as of totals: an XLSX file has a sheet for each, a CSV file has none of them.
    """

    title: str
    question: str
    snapshot: str
    tip: Mapping[str, Any]
    examined: Examined
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    network: str = "main"
    notes: tuple[str, ...] = ()
    more: tuple[Table, ...] = ()

    def carried(self) -> dict[str, str | int]:
        """What each row of a CSV file carries behind its own cells, by heading."""
        return {
            "examiner": self.examined.examiner,
            "purpose": self.examined.purpose,
            "made": self.examined.made,
            "question": self.question,
            "network": self.network,
            "tip_height": int(self.tip["height"]),
            "tip_hash": str(self.tip["hash"]),
            "snapshot": self.snapshot,
            "note": self.notes[0] if self.notes else "",
        }


def write_csv(path: Path | str, register: Register) -> None:
    """Write a register as CSV (RFC 4180, UTF-8 with a byte order mark): headings, then a row for each.

    The first column numbers the rows from 1. A register without rows has one row, number 0, that holds only
    what each row carries. A file already there is replaced by a whole new one. Raises UsageError and
    StorageError.
    """
    path = _place(path)
    with _replacing(path) as file:
        for part in csv_parts(register):
            file.write(part)


def csv_parts(register: Register) -> Iterator[bytes]:
    """The bytes of the CSV file, in pieces."""
    carried = register.carried()
    yield _BOM + _line(["row", *(column.name for column in register.columns), *carried])
    behind = [_csv_cell(value) for value in carried.values()]
    number = 0
    for number, row in enumerate(register.rows, 1):
        if len(row) != len(register.columns):
            raise ValueError(f"row {number} has {len(row)} cells for {len(register.columns)} columns")
        yield _line([str(number), *map(_csv_cell, row), *behind])
    if not number:
        yield _line(["0", *("" for _ in register.columns), *behind])


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(list(cells))
    return text.getvalue().encode()


def _csv_cell(value: Cell) -> str:
    """A cell as text. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    text = _text(value)
    is_number = isinstance(value, (int, Decimal))
    return f"'{text}" if not is_number and text.lstrip(" ").startswith(_FORMULA) else text


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (int, str)):
        return _UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", str(value))
    return BETWEEN.join(_text(each) for each in value)


def write_xlsx(path: Path | str, register: Register) -> None:
    """Write a register as an XLSX workbook: the table, the further tables, and a sheet ``about``.

    Texts are texts, whatever they begin with, and no cell is a formula. A number of more than 15 digits is
    written as text. The same register gives the same bytes with the same version of openpyxl. A file
    already there is replaced by a whole new one. Raises UsageError, also where openpyxl is missing or where
    a sheet cannot hold the rows, and StorageError.
    """
    path = _place(path)
    content = xlsx_bytes(register)
    with _replacing(path) as file:
        file.write(content)


def xlsx_bytes(register: Register) -> bytes:
    """The bytes of the XLSX file. Raises UsageError."""
    try:
        from openpyxl import Workbook
    except ModuleNotFoundError as error:
        raise UsageError(
            f"an XLSX file needs the package {error.name}, which is not installed; install it with: "
            'pip install "clew[report]", or write CSV'
        ) from error
    book = Workbook(write_only=True)
    first = Table(
        register.title, (Column("row", "Number of the row."), *register.columns), _numbered(register)
    )
    cut = 0
    for table in (first, *register.more):
        if len(table.rows) > MOST_ROWS:
            raise UsageError(
                f"{table.title}: expected at most {MOST_ROWS:,} rows, which is what an XLSX sheet can hold, "
                f"found {len(table.rows):,}; write CSV"
            )
        cut += _sheet(book, table)
    _sheet(book, _about(register, cut))
    saved = io.BytesIO()
    book.save(saved)
    return _settled(saved.getvalue(), datetime.fromisoformat(register.examined.made.replace("Z", "+00:00")))


def _numbered(register: Register) -> list[tuple[Cell, ...]]:
    return [(number, *row) for number, row in enumerate(register.rows, 1)]


def _about(register: Register, cut: int) -> Table:
    rows: list[tuple[Cell, ...]] = [("title", register.title)]
    rows += [(name, value) for name, value in register.carried().items() if name != "note"]
    rows.append(("rows", len(register.rows)))
    rows += [("note", note) for note in register.notes]
    if cut:
        said = f"{cut:,} cells were too long for a sheet and are cut; the CSV file holds them whole."
        rows.append(("note", said))
    rows += [(f"column {column.name}", column.doc) for column in register.columns if column.doc]
    return Table("about", (Column("what"), Column("value")), rows)


def _sheet(book: Any, table: Table) -> int:
    """Add a table as a sheet; returns how many of its cells were cut."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", table.title)[:31])
    sheet.freeze_panes = "A2"
    names = [column.name for column in table.columns]
    widths = [len(name) for name in names]
    for row in table.rows:
        widths = [max(width, len(_text(value))) for width, value in zip(widths, row, strict=True)]
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = min(width, _WIDEST) + 2
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(table.rows) + 1}"
    headings = []
    for name in names:
        cell = WriteOnlyCell(sheet, value=name)
        cell.font = Font(bold=True)
        headings.append(cell)
    sheet.append(headings)
    cut = 0
    for row in table.rows:
        cells = []
        for value in row:
            cell, is_cut = _xlsx_cell(sheet, value, WriteOnlyCell)
            cells.append(cell)
            cut += is_cut
        sheet.append(cells)
    return cut


def _xlsx_cell(sheet: Any, value: Cell, make: Any) -> tuple[Any, bool]:
    """A cell, and whether its text was cut."""
    if value is None:
        return make(sheet, value=None), False
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and _digits(value) <= MOST_DIGITS:
        cell = make(sheet, value=value)
        if isinstance(value, Decimal):
            cell.number_format = f"0.{'0' * _places(value)}" if _places(value) else "0"
        return cell, False
    text = _text(value)
    if not text:
        return make(sheet, value=None), False
    is_cut = len(text) > MOST_TEXT
    if is_cut:
        said = f" (cut: {len(text):,} characters; the CSV file holds all)"
        text = text[: MOST_TEXT - len(said)] + said
    cell = make(sheet, value=text)
    # Also where it begins as a formula or an error does.
    cell.data_type = "s"
    return cell, is_cut


def _digits(value: int | Decimal) -> int:
    return len(str(abs(value)).replace(".", "")) if isinstance(value, int) else len(value.as_tuple().digits)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _settled(content: bytes, made: datetime) -> bytes:
    """The workbook without the time at which it was packed."""
    moment = made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>" + moment + rb"\g<3>", data)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            new.writestr(entry, data, compresslevel=6)
    return packed.getvalue()


def _place(path: Path | str) -> Path:
    """Where to write. Raises UsageError where no file can be."""
    path = Path(path)
    if path.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"cannot write {path}: there is no folder {path.parent}; make it first")
    return path


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write beside a file, then take its place in one step; after an error nothing is left."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with beside.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(f"cannot write {path}: {reason}; what was there before is untouched") from error


__all__ = ["Cell", "Column", "Register", "Table", "csv_parts", "write_csv", "write_xlsx", "xlsx_bytes"]
