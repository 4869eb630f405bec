"""``clew patterns`` as people and programs see it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from clew.cli.keys import EVERY, QUESTIONS
from cli.process import Run
from cli.shape import check_keys
from naive.chain import Chain, address_of, pay
from naive.services import with_services

A = address_of("a")
WHO = ("--examiner", "A. Lee", "--purpose", "2026-17")


def chain() -> Chain:
    """a's coin of 1000 loses a slice of 100 to x, y and z (exchanges) each, the rest at new addresses."""
    made, left = Chain(), 1000
    coin = (made.mine([("a", left)]).transactions[0].txid, 0)
    for name in ("x", "y", "z"):
        left -= 100
        payment = pay([coin], [(name, 100), (f"rest {name}", left)])
        made.mine([("p", 1)], [payment])
        coin = (payment.txid, 1)
    return made


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    services = dict.fromkeys(("x", "y", "z"), "exchange")
    inquiry = with_services(tmp_path_factory.mktemp("patterns"), chain(), services)
    inquiry.close()
    folder: Path = inquiry.ledger.path
    (folder / "usd.csv").write_text("date,usd\n2011-02-02,2000000\n")
    return folder


@pytest.fixture(scope="module")
def priced(inside: Run, ledger: Path) -> Path:
    ended = inside("prices", "import", ledger / "usd.csv", "--source", "Made", "--ledger", ledger)
    assert ended.code == 0, ended
    return ledger


def test_json_has_the_documented_keys(inside: Run, priced: Path) -> None:
    for more in ((), ("--value", "USD"), ("--only", "division"), ("--hops", "0"), ("--limit", "1")):
        ended = inside("patterns", A, "--ledger", priced, "--json", *more)
        found = json.loads(ended.out)
        assert found["findings"] or more[0] in ("--only", "--hops")
        check_keys(found, [*EVERY, *QUESTIONS["patterns"]])


def test_the_page_tells_rules_what_is_innocent_and_candidates(inside: Run, ledger: Path) -> None:
    page = inside("patterns", A, "--ledger", ledger).out
    assert "peeling chain" in page
    assert "a wallet that holds one coin and pays bills with it" in page
    assert "slices to services 3" in page
    assert "several accounts fed by one flow" in page
    assert "Findings are candidates" in page


def test_the_schedule_tells_each_act_with_its_value(inside: Run, priced: Path) -> None:
    page = inside("patterns", A, "--ledger", priced, "--schedule", "--value", "USD").out
    (row,) = [line for line in page.splitlines() if "Service y" in line]
    assert "paid into a service" in row
    assert "0.00000100" in row
    assert "2.00" in row
    assert page.count("peeled on") == 3


def test_files_name_their_examiner_and_hold_all_rows(inside: Run, priced: Path, tmp_path: Path) -> None:
    acts, findings, book = tmp_path / "acts.csv", tmp_path / "findings.csv", tmp_path / "acts.xlsx"
    shared = ("--ledger", priced, "--limit", "1", *WHO)
    ended = inside("patterns", A, "--schedule", "--value", "USD", "--csv", acts, "--xlsx", book, *shared)
    assert ended.code == 0, ended
    rows = list(csv.DictReader(io.StringIO(acts.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 6
    assert {row["examiner"] for row in rows} == {"A. Lee"}
    assert [row["value_usd"] for row in rows if row["to"] == "Service x"] == ["2.00"]
    assert book.read_bytes()[:2] == b"PK"
    assert inside("patterns", A, "--csv", findings, *shared).code == 0
    rows = list(csv.DictReader(io.StringIO(findings.read_text(encoding="utf-8-sig"))))
    assert rows[0]["pattern"] == "peeling chain"
    assert len(rows[0]["txids"].split("; ")) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((address_of("nobody"),), "never seen"),
        ((A, "--threshold", "0"), "expected a sum above zero"),
        ((A, "--threshold=-5"), "expected a sum above zero"),
        ((A, "--threshold", "lots"), "expected a sum such as"),
        ((A, "--threshold", "10 EUR"), "threshold '10 EUR'"),
        ((A, "--only", "laundering"), "expected one of peeling chain"),
        ((A, "--dormant-days", "0"), "expected 1 or a greater number"),
        ((A, "--hops", "5000"), "expected a number up to 1000"),
        ((A, "--score"), "No such option"),
        ((A, "--csv", "acts.csv"), "names its examiner"),
        ((A, "--csv", "acts.csv", "--examiner", "A. Lee"), "says what for"),
        ((A, "--csv", "acts", "--xlsx", "acts", *WHO), "name two files"),
        ((A, "--csv", "no/such/folder.csv", *WHO), "there is no folder"),
        ((A, "--value", "coins"), "expected a code of ISO 4217"),
    ],
)
def test_bad_questions_end_in_one_line(
    inside: Run, ledger: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in inside("patterns", *arguments, "--ledger", ledger).failed_in_one_line()
