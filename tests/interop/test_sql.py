"""SQL over the ledger: right answers, no copies, and nothing but reading."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clew.errors import UsageError
from clew.interop import needed
from clew.interop.sql import ask
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS, UNSPENT
from interop.conftest import MIDDLE, Ask
from naive.ledger import build_ledger

ROWS = 48_000_000
"""Rows of a column that is large beside what a process needs: 240 MB as stored, 384 MB as numbers."""


def test_sums_are_those_of_the_ledger(grown: Ledger, whole: Ledger, answers: Ask) -> None:
    values, spent_by = grown.column("outputs.value")[:], grown.column("spends.spent_by")[:]
    for ledger in (grown, whole):
        assert answers(ledger, "select sum(value) from outputs") == [(int(values.sum()),)]
        unspent = int(values[spent_by == UNSPENT].sum())
        for question in (
            "select sum(value) from outputs where spent_by = unspent()",
            "select sum(value) from outputs join spends using (id) where spends.spent_by = unspent()",
        ):
            assert answers(ledger, question) == [(unspent,)]
        assert unspent == ledger.manifest.sums.unspent_value


def test_entities_by_outputs(grown: Ledger, answers: Ask) -> None:
    question = (
        "select entity, count(*) n, sum(value) from outputs o join entities e on o.address = e.id "
        "group by entity having n >= 1000 order by entity"
    )
    expected = [
        (entity, *grown.entity_totals(entity)[:2])
        for (entity,) in answers(grown, "select entity from totals order by entity")
    ]
    assert len(expected) == 3
    assert answers(grown, question) == expected


def test_functions_for_people(grown: Ledger, answers: Ask) -> None:
    txid = grown.txid(17)
    assert answers(grown, "select hex_hash(txid) from transactions where id = 17") == [(txid,)]
    assert answers(grown, f"select id from transactions where txid = wire_hash('{txid}')") == [(17,)]
    assert answers(grown, f"select id from transactions where id = transaction_id('{txid}')") == [(17,)]
    text = grown.address_text(9)
    assert answers(grown, f"select address_text(id), address_id('{text}') from addresses where id = 9") == [
        (text, 9)
    ]
    assert answers(grown, "select unnest(outputs_of(9))") == [
        (each,) for each in grown.outputs_of(9).tolist()
    ]
    assert answers(grown, "select address_text(no_address()), address_text(null), hex_hash('ab'::blob)") == [
        (None, None, "6261")
    ]
    assert answers(grown, "select hex_hash(null), wire_hash(null)") == [(None, None)]
    assert str(answers(grown, "select btc(123456789012)")[0][0]) == "1234.56789012"
    time = int(grown.column("blocks.time")[5])
    assert answers(grown, "select epoch(utc(time))::bigint from blocks where height = 5") == [(time,)]
    assert answers(grown, "select name from script_types order by code limit 2") == [
        ("nonstandard",),
        ("pubkey",),
    ]
    assert [row[0] for row in answers(grown, "select name from rules order by code")] == [
        rule.name for rule in grown.manifest.rules
    ]


def test_hashes_of_many_rows(grown: Ledger, answers: Ask) -> None:
    found = answers(grown, "select hex_hash(txid) from transactions order by id")
    assert found == [(grown.txid(row),) for row in range(grown.counts["transactions"])]


def test_a_number_that_nobody_has_is_told(grown: Ledger, answers: Ask) -> None:
    for question, word in (
        ("select address_text(99999999)", "the ledger has addresses 0 to"),
        ("select outputs_of(-1)", "the ledger has addresses 0 to"),
        ("select wire_hash('xyz')", "64 hexadecimal digits"),
        (f"select transaction_id('{'ab' * 32}')", "never seen on regtest"),
        ("select address_id('mpXwg4jMtRhuSpVq4xS3HFHmCmWp9NyGKx')", "checksum"),
    ):
        with pytest.raises(UsageError, match=word):
            answers(grown, question)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "expected one SQL statement, found 0"),
        ("-- nothing", "expected one SQL statement, found 0"),
        ("select 1; select 2", "expected one SQL statement, found 2"),
        ("create table t as select 1", "found CREATE; clew sql only reads"),
        ("create view t as select 1", "found CREATE"),
        ("insert into blocks values (1)", "found INSERT"),
        ("update blocks set height = 1", "found UPDATE"),
        ("delete from blocks", "found DELETE"),
        ("drop view blocks", "found DROP"),
        ("copy blocks to '{file}'", "found COPY"),
        ("export database '{file}'", "found EXPORT"),
        ("attach '{file}'", "found ATTACH"),
        ("install httpfs", "found LOAD"),
        ("load httpfs", "found LOAD"),
        ("set enable_external_access = true", "found SET"),
        ("pragma database_list", "found PRAGMA"),
        ("call pragma_version()", "found CALL"),
        ("begin", "found TRANSACTION"),
        ("explain analyze create table t as select 1", "found CREATE"),
        ("explain analyze copy blocks to '{file}'", "found COPY"),
        ("explain (format json) create table t as select 1", "found"),
        ("select * from read_csv('/etc/hostname')", "only reads, and only the ledger"),
        ("select * from read_text('/etc/hostname')", "only reads, and only the ledger"),
        ("select * from read_blob('/etc/hostname')", "only reads, and only the ledger"),
        ("select * from read_parquet('/etc/hostname')", "only reads, and only the ledger"),
        ("select * from sniff_csv('/etc/hostname')", "SQL: "),
        ("select * from glob('/*')", "only reads, and only the ledger"),
        ("select * from '/etc/hostname'", "does not exist"),
        ("select * from 'http://127.0.0.1:9/x.parquet'", "only reads, and only the ledger"),
        ("select * from read_csv('http://127.0.0.1:9/x.csv')", "SQL: "),
        ("select * from grown", "does not exist"),
        ("select getenv('HOME')", "does not exist"),
        ("select nosuch from blocks", "nosuch"),
        ("selec 1", "syntax error"),
        ("select 1 +", "syntax error"),
    ],
)
def test_what_is_not_a_question_to_the_ledger_is_refused(
    grown: Ledger, answers: Ask, tmp_path: Path, question: str, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        answers(grown, question.format(file=tmp_path / "made"))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_what_only_shows_is_allowed(grown: Ledger, answers: Ask) -> None:
    assert ("outputs",) in answers(grown, "show tables")
    assert answers(grown, "describe outputs")[0][:2] == ("id", "BIGINT")
    assert answers(grown, "explain select 1")
    assert answers(grown, "EXPLAIN ANALYZE SELECT count(*) FROM blocks")
    assert answers(grown, "from blocks select count(*);") == [(grown.counts["blocks"],)]
    assert answers(grown, "with a as (select 1 as x) select x from a") == [(1,)]


def test_memory_is_bounded(grown: Ledger, answers: Ask, tmp_path: Path) -> None:
    question = "select count(*) from (select distinct range from range(50000000))"
    with pytest.raises(UsageError, match="give DuckDB more with --memory") as caught:
        answers(grown, question, memory=0.05, threads=1)
    assert "\n" not in str(caught.value)


def test_a_result_that_nobody_reads_to_its_end_is_let_go(grown: Ledger) -> None:
    with ask(grown, "select range from range(1000000000000)") as found:
        assert next(found.rows) == (0,)


def test_names_and_types_of_columns(grown: Ledger) -> None:
    with ask(grown, "select id, value as v, sum(value) over () s, 'x' from outputs") as found:
        assert [kind for _, kind in found.columns] == ["BIGINT", "BIGINT", "HUGEINT", "VARCHAR"]
        assert [name for name, _ in found.columns][:3] == ["id", "v", "s"]


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"duckdb, which is not installed; .*clew\[sql\]"):
        needed("duckdb")


def anonymous() -> int:
    """Bytes of this process's memory that are its own, not a file's."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    pytest.skip("this system does not tell what memory is anonymous")


def test_columns_are_not_copied(whole: Ledger, tmp_path: Path, answers: Ask) -> None:
    if not Path("/proc/self/status").is_file():
        pytest.skip("this system does not tell what memory is anonymous")
    folder = tmp_path / "large"
    shutil.copytree(whole.path, folder)
    manifest = whole.manifest
    rows = folder / manifest.rows[0].folder
    for name, size in (("value.low", 4), ("value.high", 1), ("script_type", 1), ("address", 4)):
        with open(rows / f"outputs.{name}", "rb+") as file:
            file.truncate(ROWS * size)
    large = Ledger(folder, dataclasses.replace(manifest, counts={**manifest.counts, "outputs": ROWS}))
    total = int(np.asarray(whole.column("outputs.value")).sum())
    answers(large, "select sum(value) from outputs where id < 1000", threads=2)
    most = before = anonymous()
    with ask(large, "select sum(value), sum(script_type), count(*) from outputs", threads=2) as found:
        assert next(iter(found.rows))[::2] == (total, ROWS)
        most = max(most, anonymous())
    assert most - before < 60 << 20
    most = before = anonymous()
    seen = 0
    with ask(large, "select value from outputs", threads=2) as found:
        for seen, _ in enumerate(found.rows, 1):
            if seen % 200_000 == 0:
                most = max(most, anonymous())
            if seen == 1_000_000:
                break
    assert seen == 1_000_000
    assert most - before < 100 << 20


def test_a_ledger_of_one_block(blocks: list[bytes], tmp_path: Path, answers: Ask) -> None:
    one: Any = build_ledger(tmp_path / "ledger", blocks[:1], "regtest")
    assert answers(one, "select count(*) from outputs where address <> no_address()") == [(1,)]
    for name in ("links", "members", "totals", "overwritten", "entity_list"):
        assert answers(one, f"select count(*) from {name}") == [(0,)]


def test_the_chain_has_what_is_tested(grown: Ledger) -> None:
    addresses = grown.column("outputs.address")[:]
    counts = np.bincount(addresses[addresses != NO_ADDRESS])
    assert sorted(counts[counts >= 1000].tolist())[:2] == [1001, 1100], MIDDLE
