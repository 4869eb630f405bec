"""Registers as files: what they carry, what no spreadsheet may run, and the same bytes each time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.analysis.examined import Examined
from clew.errors import StorageError, UsageError
from clew.interop import register as files
from clew.interop.register import Cell, Column, Register, Table, csv_parts, write_csv, write_xlsx, xlsx_bytes

openpyxl = pytest.importorskip("openpyxl")

ASKED = Examined("A. Examiner", "case 7", "2026-01-31T12:00:00Z")
COLUMNS = (Column("what", "A text."), Column("amount"), Column("who"))
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "=HYPERLINK(1)", "-"]


def made(*rows: tuple[Cell, ...], notes: tuple[str, ...] = ("A payment is a lead.", "More.")) -> Register:
    tip = {"height": 7, "hash": "00ab"}
    totals = Table("totals", (Column("sum"),), [(Decimal("1.50"),)])
    return Register("payments", "payments x", "f00d", tip, ASKED, COLUMNS, rows, notes=notes, more=(totals,))


def read(register: Register) -> list[dict[str, str]]:
    text = b"".join(csv_parts(register)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_row_of_a_csv_carries_who_asked_what_and_when() -> None:
    rows = read(made(("a", 1, ["x", "y"]), ("b", Decimal("2.50"), None)))
    assert [(each["row"], each["what"], each["amount"], each["who"]) for each in rows] == [
        ("1", "a", "1", "x; y"), ("2", "b", "2.50", ""),
    ]  # fmt: skip
    for each in rows:
        assert [each[name] for name in ("examiner", "purpose", "made", "question", "snapshot")] == [
            "A. Examiner", "case 7", "2026-01-31T12:00:00Z", "payments x", "f00d",
        ]  # fmt: skip
        assert (each["tip_height"], each["tip_hash"], each["note"]) == ("7", "00ab", "A payment is a lead.")


def test_a_register_without_rows_still_carries_it() -> None:
    (row,) = read(made())
    assert (row["row"], row["what"], row["examiner"], row["snapshot"]) == ("0", "", "A. Examiner", "f00d")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    register = replace(made((text, -1, [text])), question=text, examined=replace(ASKED, examiner=text))
    (row,) = read(register)
    for name in ("what", "who", "question", "examiner"):
        assert row[name].startswith(("'", "\\x0d")), name
    assert row["amount"] == "-1"
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(register)))
    for sheet in book:
        for cells in sheet.iter_rows():
            assert {cell.data_type for cell in cells} <= {"s", "n"}
    shown = book["payments"]["B2"]
    assert (shown.data_type, shown.value.replace("_x000D_", "\\x0d")) == ("s", text.replace("\r", "\\x0d"))


@given(st.lists(st.tuples(st.text(), st.integers(), st.lists(st.text(), max_size=3)), max_size=5))
def test_what_is_written_can_be_read(rows: list[tuple[str, int, list[str]]]) -> None:
    found = read(made(*rows))
    assert len(found) == max(1, len(rows))
    for written, (text, amount, who) in zip(found, rows, strict=False):
        assert int(written["amount"]) == amount
        for got, given_text in ((written["what"], text), (written["who"], "; ".join(who))):
            if given_text.isprintable():
                assert got.removeprefix("'") == given_text.removeprefix("'")
            assert not got.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert xlsx_bytes(made(*rows)) == xlsx_bytes(made(*rows))


def test_a_workbook_has_its_tables_and_says_who_asked() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(made(("a", 5, ["x", "y"])))))
    assert book.sheetnames == ["payments", "totals", "about"]
    assert [[cell.value for cell in row] for row in book["payments"]] == [
        ["row", "what", "amount", "who"],
        [1, "a", 5, "x; y"],
    ]
    assert book["totals"]["A2"].value == 1.5
    about = {row[0].value: row[1].value for row in book["about"] if row[0].value != "note"}
    assert about["examiner"] == "A. Examiner"
    assert about["made"] == "2026-01-31T12:00:00Z"
    assert about["snapshot"] == "f00d"
    assert about["column what"] == "A text."
    assert [row[1].value for row in book["about"] if row[0].value == "note"] == [
        "A payment is a lead.", "More.",
    ]  # fmt: skip
    assert str(book.properties.created) == "2026-01-31 12:00:00"


def test_a_number_that_a_spreadsheet_would_round_is_text() -> None:
    large = 2_099_999_999_999_999
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(made(("a", large, None)))))["payments"]
    assert sheet["C2"].value == str(large)
    assert read(made(("a", large, None)))[0]["amount"] == str(large)


def test_a_cell_that_is_too_long_says_so() -> None:
    long = ["1" * 34] * 1_000
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(made(("a", 1, long)))))
    assert len(book["payments"]["D2"].value) == 32_767
    assert book["payments"]["D2"].value.endswith("(cut: 35,998 characters; the CSV file holds all)")
    assert any("1 cells were too long" in str(row[1].value) for row in book["about"])
    assert read(made(("a", 1, long)))[0]["who"] == "; ".join(long)


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_what_cannot_be_written_leaves_nothing(
    write: Callable[[Path, Register], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = made(("a", 1, None))
    with pytest.raises(UsageError, match="it is a folder"):
        write(tmp_path, register)
    with pytest.raises(UsageError, match="there is no folder"):
        write(tmp_path / "none" / "x", register)
    path = tmp_path / "x"
    path.write_text("old")
    monkeypatch.setattr("os.replace", _fail)
    with pytest.raises(StorageError, match="what was there before is untouched"):
        write(path, register)
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]
    monkeypatch.undo()
    write(path, register)
    assert path.read_bytes()[:2] in (b"PK", b"\xef\xbb")


def _fail(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_sheet_that_is_too_small_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 1)
    with pytest.raises(UsageError, match=r"expected at most 1 rows.*found 2; write CSV"):
        xlsx_bytes(made(("a", 1, None), ("b", 2, None)))
