"""Values, choices and files of ``clew payments``, ``clew proceeds`` and ``clew cashout``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from clew.cli.keys import EVERY, QUESTIONS
from cli.process import Ended, Run
from cli.shape import check_keys
from naive.chain import address_of
from naive.ledger import build_ledger
from naive.shop import shop_chain
from naive.tags import pack

SHOP, EXCHANGE = map(address_of, ("shop1", "exchange"))
WHO = ("--examiner", "A. Kim", "--purpose", "case 12")
MADE = {"SOURCE_DATE_EPOCH": "1767225600"}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, inside: Run) -> Path:
    """The shop's ledger, with prices of two of four payments, and tags on the shop and the exchange."""
    folder = tmp_path_factory.mktemp("money")
    build_ledger(folder / "ledger", shop_chain().raw, "regtest")
    table = folder / "prices.csv"
    table.write_text("date,open usd,high usd,low usd\n2020-01-31,9500,9600,9400\n2020-02-01,9300,9400,9200\n")
    tagged = pack(
        folder / "tags.yaml", f"address: {EXCHANGE}, label: '=cmd()', category: exchange",
        f"address: {SHOP}, label: The shop, category: shop",
    )  # fmt: skip
    for arguments in (("prices", "import", table, "--source", "by hand"), ("tags", "import", tagged)):
        assert inside(*arguments, "--ledger", folder / "ledger").code == 0
    return folder / "ledger"


@pytest.fixture
def ask(inside: Run, ledger: Path) -> Run:
    """Runs a question about the shop."""
    return lambda question, *more, **how: inside(question, SHOP, *more, "--ledger", ledger, **how)


def of(ended: Ended) -> Any:
    assert ended.code == 0, ended
    return json.loads(ended.out)


@pytest.mark.parametrize("question", ["payments", "proceeds", "cashout"])
def test_keys_are_documented(ask: Run, question: str) -> None:
    for more in ((), ("--value", "USD"), ("--value", "USD,KRW", "--value-at", "2020-02-01")):
        found = of(ask(question, *more, "--json"))
        met = check_keys(found, (*EVERY, *QUESTIONS[question]))
        assert any(name.endswith("values[].value") for name in met) == bool(more)
        assert any(name.endswith("at_day.value") for name in met) == (len(more) == 4)


def test_the_page_of_payments(ask: Run) -> None:
    page = ask("payments", "--value", "USD").out
    assert "95,000.00" in page
    assert "missing" in page
    assert "281,000.00, without 2 payments without a price (55.00000000 BTC)" in page
    assert "by month" in page
    page = ask("payments", "--value", "GBP").out
    assert "missing: 4 payments without a price (85.00000000 BTC)" in page
    at_day = ask("payments", "--value", "USD", "--value-at", "2020-02-01").out
    assert "USD at 2020-02-01" in at_day
    assert "790,500.00, none missing" in at_day


def test_payments_are_chosen(ask: Run) -> None:
    found = of(
        ask("payments", "--from", "2020-02-01", "--least", "10.0", "--kind", "ordinary,coinbase", "--json")
    )
    assert [row["height"] for row in found["payments"]] == [7, 11]
    assert found["parameters"]["least"] == 10 * 10**8
    assert [
        row["height"] for row in of(ask("payments", "--payer", address_of("alice2"), "--json"))["payments"]
    ] == [7]
    assert "Only the payments that were asked for are listed and summed: 1 of 4" in " ".join(
        ask("payments", "--most", "500000000").out.split()
    )
    first = of(ask("payments", "--sort", "value", "--limit", "1", "--json"))
    assert (first["payments"][0]["height"], first["status"], first["found"]) == (11, "cut", 4)


@pytest.mark.parametrize("question", ["payments", "cashout"])
def test_files_carry_who_asked_what_and_when(ask: Run, question: str, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    table, book = tmp_path / "x.csv", tmp_path / "x.xlsx"
    more = ("--value", "USD", "--limit", "1", *WHO)
    shown = ask(question, *more, "--csv", table, "--xlsx", book, env=MADE)
    assert shown.code == 0, shown
    rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig"), newline="")))
    answer = of(ask(question, "--value", "USD", "--json", "--limit", "0"))
    assert len(rows) == len(answer["payments" if question == "payments" else "destinations"]) > 1
    for row in rows:
        assert (row["examiner"], row["purpose"], row["made"]) == ("A. Kim", "case 12", "2026-01-01T00:00:00Z")
        assert (row["snapshot"], row["tip_hash"]) == (answer["snapshot"], answer["tip"]["hash"])
        assert row["question"].startswith(f'{question} {{"addresses": ["{SHOP}"]')
        assert row["note"] == answer["notice"]
    assert shown.out.endswith(f"wrote {table}\nwrote {book}\n")
    opened = openpyxl.load_workbook(book)
    assert opened.sheetnames[-2:] == ["asked", "about"]
    about = {row[0].value: row[1].value for row in opened["about"]}
    assert (about["examiner"], about["snapshot"]) == ("A. Kim", answer["snapshot"])
    assert all(cell.data_type in ("s", "n") for sheet in opened for row in sheet.iter_rows() for cell in row)
    before = table.read_bytes(), book.read_bytes()
    assert ask(question, *more, "--csv", table, "--xlsx", book, env=MADE).code == 0
    assert (table.read_bytes(), book.read_bytes()) == before


def test_the_file_of_payments(ask: Run, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    table, book = tmp_path / "x.csv", tmp_path / "x.xlsx"
    assert ask("payments", "--value", "USD", *WHO, "--csv", table, "--xlsx", book).code == 0
    rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig"), newline="")))
    assert [row["value_USD"] for row in rows] == ["95000.00", "186000.00", "", ""]
    assert [row["high_USD"] for row in rows] == ["96000.00", "188000.00", "", ""]
    assert [row["low_USD"] for row in rows] == ["94000.00", "184000.00", "", ""]
    assert rows[0]["price_USD"].startswith("open 9500 USD from 2020-01-31T00:00:00Z (by hand, import ")
    assert rows[3]["price_USD"] == "missing: no price for 2020-04-17"
    assert [row["value_satoshi"] for row in rows] == ["1000000000", "2000000000", "500000000", "5000000000"]
    assert [row["kind"] for row in rows] == ["ordinary", "ordinary", "mixed", "coinbase"]
    totals = [[cell.value for cell in row] for row in openpyxl.load_workbook(book)["totals"]]
    assert totals[-1][:7] == ["all", 4, 8_500_000_000, 85, 281_000, 2, 5_500_000_000]


def test_csv_on_standard_output(ask: Run) -> None:
    done = ask("payments", *WHO, "--csv", "-")
    assert done.out.startswith("\ufeffrow,txid,height")
    assert done.out.count("\n") == 5


def test_cash_out_names_services_and_passes_through_the_entity_itself(ask: Run) -> None:
    found = of(ask("cashout", "--policy", "fifo,haircut,poison", "--json"))
    exchange = next(row for row in found["direct"] if row["address"] == EXCHANGE)
    assert (exchange["kind"], exchange["tags"][0]["label"]) == ("service", "=cmd()")
    (service,) = found["services"]
    assert (service["label"], service["entities"], service["direct"]) == ("=cmd()", 1, 15 * 10**8)
    assert [each["taint"] for each in service["under"]] == [15 * 10**8, 15 * 10**8, None]
    ends = {(row["end"], row["kind"]): row["range"]["most"] for row in found["destinations"]}
    assert ends[("service", "service")] == 15 * 10**8
    # The shop is tagged as a service too, and is no stop on its own way.
    assert ends[("unspent", "own")] == found["total"]["held"]
    page = ask("cashout", "--tz", "Asia/Seoul").out
    assert "sent to service" in page
    assert "at a service" in page
    assert "fewer than 100, so mostly chance" in page
    assert "No zone, place or person follows from it." in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("payments", "--csv", "{dir}/x.csv"), "names its examiner"),
        (("payments", "--csv", "{dir}/x.csv", "--examiner", "x"), "says what for"),
        (("payments", "--csv", "{dir}/none/x.csv", *WHO), "there is no folder"),
        (("payments", "--xlsx", "{dir}/x.csv", *WHO), "expected a name that ends in .xlsx"),
        (("payments", "--purpose", "x"), "expected with --csv FILE or --xlsx FILE"),
        (("payments", "--value", "USD,"), "expected names with commas between"),
        (("payments", "--value", "QQQ"), "expected a code of ISO 4217"),
        (("payments", "--value-at", "2020-01-01"), "expected with --value CUR"),
        (("payments", "--value", "USD", "--prices", "none"), "none in force"),
        (("payments", "--least", "much"), "expected whole satoshi"),
        (("payments", "--least", "0.000000001"), "expected whole satoshi"),
        (("payments", "--least", "nan"), "expected whole satoshi"),
        (("payments", "--kind", "odd"), "expected one of coinbase"),
        (("payments", "--from", "31.1.2020"), "--from 31.1.2020: expected a day"),
        (("payments", "--payer", "-"), "expected lines to read from"),
        (("cashout", "--policy", "luck"), "expected one of poison"),
        (("proceeds", "--value-at", "2020-01-01"), "expected with --value CUR"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    ask: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    filled = [each.format(dir=tmp_path) for each in arguments]
    assert said in ask(*filled).failed_in_one_line()
    assert not [*tmp_path.iterdir()]


def test_a_pack_that_names_a_person_is_not_for_export(inside: Run, tmp_path: Path) -> None:
    path = pack(
        tmp_path / "p.yaml", f"address: {SHOP}, label: Maria Gonzalez", f"address: {EXCHANGE}, label: Kraken"
    )
    assert inside("tags", "check", path).code == 0
    ended = inside("tags", "check", path, "--for-export")
    assert ended.code == 2
    assert ended.err.startswith(
        f"clew: {path.name}:7: the label 'Maria Gonzalez' is formed like a given name"
    )
    found = json.loads(inside("tags", "check", path, "--for-export", "--json").out)
    assert [(each["kind"], each["line"]) for each in found["findings"]] == [("person", 7)]
