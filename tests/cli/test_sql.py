"""``clew sql`` and ``clew export`` as commands."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import time
from io import StringIO
from pathlib import Path

import pytest

from clew.cli.keys import COMMANDS
from cli.process import PATIENCE, PROGRAM, Run, surroundings

pytest.importorskip("duckdb", reason="the extra sql is not installed")

FIRST_PAYMENT = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
"""In block 170, as any block explorer shows."""

BLOCK_170 = "00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"


def test_a_table_for_people(clew: Run, early_chain: Path) -> None:
    question = "select height, utc(time) as time, hex_hash(hash) as hash from blocks where height in (0, 170)"
    ended = clew("sql", question, "--ledger", early_chain)
    assert (ended.code, ended.err) == (0, "")
    assert [line.split() for line in ended.out.splitlines()] == [
        ["height", "time", "hash"],
        ["0", "2009-01-03", "18:15:05", "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"],
        ["170", "2009-01-12", "03:30:25", BLOCK_170],
    ]


def test_the_first_payment(inside: Run, early_chain: Path) -> None:
    question = (
        "select hex_hash(txid), btc(value), address_text(address), spent_by = unspent() from transactions t "
        "join outputs o on o.transaction = t.id where height = 170 and t.id <> first_transaction"
    ).replace("t.id <> first_transaction", "flags & 1 = 0 order by o.id")
    ended = inside("sql", question, "--ledger", early_chain, "--json")
    found = json.loads(ended.out)
    first, change = found["rows"]
    assert first[:3] == [FIRST_PAYMENT, "10.00000000", "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"]
    assert change[:3] == [FIRST_PAYMENT, "40.00000000", "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"]
    assert found["statement"] == question
    assert (found["status"], found["shown"]) == ("complete", 2)
    assert found["tip"]["height"] == 299
    named = {key.name.partition(".")[0].removesuffix("[]") for key in COMMANDS["sql"]}
    assert set(found) == named
    assert set(found["columns"][0]) == {"name", "type"}


def test_values_of_every_kind_as_json(inside: Run, early_chain: Path) -> None:
    question = (
        "select 1::hugeint << 100, 'nan'::double, 0.5::double, null, true, '\\x01ff'::blob, [1, null], "
        "{'a': 1}, date '2009-01-03', 1.50::decimal(9, 2), interval 1 day, 'é'"
    )
    found = json.loads(inside("sql", question, "--ledger", early_chain, "--json").out)
    one = [2**100, None, 0.5, None, True, "016666", [1, None], {"a": 1}, "2009-01-03", "1.50"]
    row = found["rows"][0]
    assert row[:10] == one
    assert row[10].startswith("1 day")
    assert row[11] == "é"


def test_a_long_answer_is_cut_and_says_so(inside: Run, early_chain: Path) -> None:
    def ask(*options: str) -> tuple[str, str]:
        ended = inside("sql", "select id from transactions order by id", "--ledger", early_chain, *options)
        assert ended.code == 0
        return ended.out, ended.err

    shown, _ = ask("--limit", "2")
    assert shown == "id\n 0\n 1\ncut after 2 rows; --limit 0 shows all\n"
    assert len(ask()[0].splitlines()) == 102
    found = json.loads(ask("--limit", "3", "--json")[0])
    assert (found["rows"], found["status"], found["shown"]) == ([[0], [1], [2]], "cut", 3)
    shown, said = ask("--limit", "2", "--csv")
    assert (shown, said) == ("id\n0\n1\n", "cut after 2 rows; --limit 0 shows all\n")
    shown, said = ask("--limit", "0", "--csv")
    assert said == ""
    assert [row["id"] for row in csv.DictReader(StringIO(shown))][:3] == ["0", "1", "2"]


def test_no_rows_are_an_answer(inside: Run, early_chain: Path) -> None:
    question = "select height, time from blocks where height > 9999"
    ended = inside("sql", question, "--ledger", early_chain)
    assert (ended.code, ended.out) == (0, "no rows (height, time)\n")
    found = json.loads(inside("sql", question, "--ledger", early_chain, "--json").out)
    assert (found["rows"], found["status"]) == ([], "none found")


def test_the_statement_from_standard_input(inside: Run, early_chain: Path) -> None:
    ended = inside(
        "sql", "-", "--csv", "--ledger", early_chain, stdin="-- how many\nselect count(*) n\nfrom blocks;\n"
    )
    assert ended.out == "n\n300\n"


def test_a_plan_is_drawn(inside: Run, early_chain: Path) -> None:
    ended = inside("sql", "explain select count(*) from blocks", "--ledger", early_chain)
    assert ended.code == 0
    assert "\\n" not in ended.out
    assert len(ended.out.splitlines()) > 3


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("drop view blocks", "expected a SELECT, found DROP; clew sql only reads, and only the ledger"),
        ("select * from read_csv('/etc/hostname')", "clew sql only reads, and only the ledger"),
        ("select 1; select 2", "expected one SQL statement, found 2"),
        ("select nosuch from blocks", 'Referenced column "nosuch" not found'),
        ("select * from nosuch", "Table with name nosuch does not exist"),
        ("select 'abc'::int", "Could not convert string 'abc' to INT32"),
    ],
)
def test_errors_are_one_line(clew: Run, early_chain: Path, question: str, words: str) -> None:
    assert words in clew("sql", question, "--ledger", early_chain).failed_in_one_line()


def test_options_that_do_not_fit(inside: Run, early_chain: Path) -> None:
    ended = inside("sql", "select 1", "--csv", "--json", "--ledger", early_chain)
    assert "found both" in ended.failed_in_one_line()
    for value in ("0", "-1", "x", "nan"):
        ended = inside("sql", "select 1", "--memory", value, "--ledger", early_chain)
        assert "--memory" in ended.failed_in_one_line(), value


@pytest.mark.parametrize(
    "question",
    [
        "select sum(a.range * b.range) from range(3000000) a, range(3000000) b",
        # Within a scan of the ledger, where Python runs for DuckDB.
        "select count(*) from outputs a, outputs b, outputs c, outputs d where a.value = b.id + c.id + d.id",
    ],
)
def test_ctrl_c_ends_a_long_question(early_chain: Path, question: str) -> None:
    with subprocess.Popen(
        [*PROGRAM, "sql", question, "--ledger", str(early_chain)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(), encoding="utf-8",
    ) as process:  # fmt: skip
        time.sleep(3)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (2, "", "clew: stopped\n")


def test_a_reader_that_goes_away(early_chain: Path) -> None:
    command = [*PROGRAM, "sql", "select * from range(50000000)", "--csv", "--limit", "0", "--ledger"]
    with subprocess.Popen(
        [*command, str(early_chain)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"range\n"
        process.stdout.close()
        assert process.wait(PATIENCE) == 141
        assert process.stderr.read() == b""


def test_export(clew: Run, early_chain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    ended = clew("export", "--parquet", folder, "--ledger", early_chain, "--tables", "blocks, outputs")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"wrote {folder} (")
    assert sorted(path.name for path in folder.iterdir()) == ["blocks.parquet", "outputs.parquet"]
    line = clew("export", "--parquet", folder, "--ledger", early_chain).failed_in_one_line()
    assert line.startswith(f"{folder}: expected an empty folder or none")
    found = json.loads(clew("export", "--parquet", tmp_path / "all", "--ledger", early_chain, "--json").out)
    assert {each["table"]: each["rows"] for each in found["tables"]}["blocks"] == 300
    named = {key.name for key in COMMANDS["export"]}
    assert {*found, *(f"tables[].{key}" for key in found["tables"][0])} <= named
    assert "--parquet" in clew("export", "--ledger", early_chain).failed_in_one_line()
