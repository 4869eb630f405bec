"""``clew origins`` and ``clew requests``: pages, keys, files, and what a request must not say."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from clew.cli.keys import EVERY, QUESTIONS
from cli.process import Run
from cli.shape import check_keys
from naive.chain import address_of
from naive.pdftext import words_of
from naive.story import BTC, Story, asked, withdrawn

WHO = ("--examiner", "A. Lee", "--purpose", "2026-17")
SHOP = address_of("shop")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A payment straight from an exchange, and one through a wallet of somebody's own."""
    story = Story()
    story.pay([story.mine("hot")], [("shop", BTC), ("hot", 49 * BTC)])
    story.pay(withdrawn(story)[:1], [("shop2", BTC), ("ann2", BTC)])
    asked(tmp_path, story, {"hot": "exa"}).close()
    return tmp_path / "ledger"


def both(*more: object) -> tuple[object, ...]:
    return SHOP, address_of("shop2"), *more


def test_origins_as_page_json_and_files(inside: Run, ledger: Path, tmp_path: Path) -> None:
    found = json.loads(inside("origins", *both("--ledger", ledger, "--json")).out)
    check_keys(found, (*EVERY, *QUESTIONS["origins"]))
    assert [each["grade"] for each in found["payments"]] == ["direct", "own wallet"]
    page = inside("origins", *both("--ledger", ledger)).out
    assert "own wallet" in page
    assert "exa" in page
    only = json.loads(inside("origins", *both("--grade", "direct", "--ledger", ledger, "--json")).out)
    assert [each["grade"] for each in only["payments"]] == ["direct"]
    # A file holds every row that was chosen, however few the page shows.
    files = ("--csv", tmp_path / "o.csv", "--xlsx", tmp_path / "o.xlsx", "--limit", 1)
    assert inside("origins", *both(*files, *WHO, "--ledger", ledger)).code == 0
    rows = [*csv.DictReader(io.StringIO((tmp_path / "o.csv").read_text("utf-8-sig")))]
    assert [row["grade"] for row in rows] == ["direct", "own wallet"]
    assert {row["examiner"] for row in rows} == {"A. Lee"}
    assert {row["snapshot"] for row in rows} == {found["snapshot"]}
    assert sheets(tmp_path / "o.xlsx")


def sheets(file: Path) -> str:
    """Every text of a workbook."""
    book = openpyxl.load_workbook(file)
    cells: list[Any] = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    return "\n".join(str(cell) for cell in cells if cell is not None)


def test_a_request_names_neither_who_was_paid_nor_why(inside: Run, ledger: Path, tmp_path: Path) -> None:
    ended = inside("requests", *both("-o", tmp_path / "out", *WHO, "--ledger", ledger))
    assert ended.code == 0, ended
    names = sorted(each.name for each in (tmp_path / "out").iterdir())
    assert [name.rsplit(".", 1)[1] for name in names] == ["csv", "pdf", "xlsx"]
    texts = [(tmp_path / "out" / name).read_text("utf-8-sig") for name in names if name.endswith("csv")]
    texts += [sheets(tmp_path / "out" / name) for name in names if name.endswith("xlsx")]
    for text in (*texts, ended.out, " ".join(names)):
        assert SHOP not in text
        assert address_of("shop2") not in text
    assert all("A. Lee" in text for text in texts)
    found = json.loads(inside("requests", *both("--ledger", ledger, "--json")).out)
    check_keys(found, (*EVERY, *QUESTIONS["requests"]))
    assert SHOP not in json.dumps(found)
    assert [len(each["rows"]) for each in found["requests"]] == [2]
    told = json.loads(inside("requests", *both("--with-context", "--ledger", ledger, "--json")).out)
    check_keys(told, (*EVERY, *QUESTIONS["requests"]))
    assert SHOP in json.dumps(told)


LOADED = (
    "payment", "paid", "payer", "origin", "offence", "crime", "victim", "abuse", "route", "direct",
    "own wallet",
)  # fmt: skip
"""Words that would say what a request is about."""


def test_the_pdf_of_a_request_holds_every_field_and_no_word_of_what_it_is_about(
    inside: Run, ledger: Path, tmp_path: Path
) -> None:
    pytest.importorskip("typst", reason="the extra report is not installed")
    (request,) = json.loads(inside("requests", *both("--ledger", ledger, "--json")).out)["requests"]
    told = _pdf(inside, ledger, tmp_path / "out")
    assert not [word for word in LOADED if word in told.casefold()]
    assert not [name for name in (SHOP, address_of("shop2"), "shop") if name in told]
    for row in request["rows"]:
        assert f"{row['txid']}:{row['vout']}" in told
        assert row["address"] is None or row["address"] in told
        assert row["utc"] in told
        assert row["local"] in told
        assert f"{row['value'] // BTC}.{row['value'] % BTC:08d}" in told
    for said in (
        "A. Lee",
        "2026-17",
        request["label"],
        "KR",
        "Asia/Seoul",
        "withdrawal",
        "sent (broadcast) earlier",
    ):
        assert said in told
    assert {row["address"] is None for row in request["rows"]} == {True, False}
    more = _pdf(inside, ledger, tmp_path / "more", "--with-context")
    assert SHOP in more
    assert "own wallet" in more


def _pdf(inside: Run, ledger: Path, folder: Path, *more: str) -> str:
    ended = inside("requests", *both("-o", folder, "--format", "pdf", *WHO, *more, "--ledger", ledger))
    assert ended.code == 0, ended
    (file,) = folder.iterdir()
    return words_of(file.read_bytes())


@pytest.mark.parametrize(
    ("asked_for", "said"),
    [
        (("origins", SHOP, "--csv", "o.csv"), "names its examiner"),
        (("requests", SHOP, "-o", "out", "--examiner", "A. Lee"), "says what for"),
        (("requests", SHOP, "--format", "csv"), "expected with -o DIR"),
        (("origins", SHOP, "--purpose", "2026-17"), "found without a file to write"),
        (("origins", SHOP, "--grade", "sure"), "Invalid value for"),
        (("origins", "nobody"), "not an address"),
        (("origins", address_of("never")), "never seen"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    inside: Run, ledger: Path, tmp_path: Path, asked_for: tuple[str, ...], said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLEW_EXAMINER", raising=False)
    before = sorted(each.name for each in tmp_path.iterdir())
    assert said in inside(*asked_for, "--ledger", ledger).failed_in_one_line()
    assert sorted(each.name for each in tmp_path.iterdir()) == before


def test_an_address_that_only_mining_paid_has_no_origins(inside: Run, ledger: Path) -> None:
    found = json.loads(inside("origins", address_of("miner"), "--ledger", ledger, "--json").out)
    assert {each["grade"] for each in found["payments"]} == {"broken"}
