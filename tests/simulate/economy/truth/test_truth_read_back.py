"""Truth is read back as it was written; totals, README and picture agree with it."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra simulate is not installed")
pytest.importorskip("pydantic", reason="the extra simulate is not installed")


from clew.errors import UsageError
from clew.simulate.economy.truth import dictionary
from clew.simulate.economy.truth.read import read
from clew.simulate.economy.truth.readme import describe
from simulate.economy.truth.whole import PROJECT, Whole, make_whole

# The summary


def test_the_truth_is_read_back(whole: Whole, outputs: list[dict[str, Any]]) -> None:
    truth = read(whole.folder)
    totals = whole.totals["service"]
    assert truth.totals == whole.totals == read(whole.folder / "truth").totals
    assert truth.received == sum(each.value for each in truth.payments) == totals["received"]
    assert len(truth.payments) == totals["payments"]
    assert len(truth.own_transfers) == totals["own_transfers"]
    assert {each.source for each in truth.own_transfers} <= {"operator"}
    assert truth.cashed_out == totals["cashed_out"]
    assert all(truth.cashed_out[name] >= value for name, value in truth.cashed_out_direct.items())
    assert len(truth.given_addresses) == totals["accounts_given"]
    assert truth.paid_addresses <= truth.given_addresses <= truth.controlled
    used = {row["address"] for row in outputs if row["actor"] == truth.operator} - {None}
    assert truth.controlled_used == used
    assert truth.controlled == used | truth.given_addresses | (truth.controlled - truth.given_addresses)
    assert set(truth.seed_addresses) <= truth.paid_addresses | truth.given_addresses
    assert truth.seed_address == truth.seed_addresses[0]
    assert len(truth.origins) == len(whole.rows("origins"))
    assert whole.totals["service"]["held"] + truth.swept == sum(
        row["value"] for row in whole.rows("payments") if row["account"] is not None
    ) + sum(row["value"] for row in held_at_till(whole))


def held_at_till(whole: Whole) -> list[dict[str, Any]]:
    tills = {row["address_id"] for row in whole.rows("addresses") if row["role"] == "till"}
    return [row for row in whole.rows("outputs") if row["address_id"] in tills and row["spent_tx"] is None]


def test_columns_are_read_one_by_one(whole: Whole) -> None:
    truth = read(whole.folder)
    found = truth.table("transactions", ["form", "fee"], [("form", "==", "coinbase")])
    assert found.column_names == ["form", "fee"]
    assert len(found) == whole.course.blocks - 1


def test_totals_are_told_as_json(whole: Whole) -> None:
    text = (whole.folder / "truth" / "totals.json").read_text(encoding="utf-8")
    assert json.loads(text) == whole.totals
    assert whole.totals["network"] == "regtest"
    assert whole.totals["blocks"] == whole.course.blocks
    assert sum(whole.totals["forms"].values()) == whole.totals["transactions"] - 1


def test_the_readme_tells_of_every_file(whole: Whole) -> None:
    text = (whole.folder / "README.md").read_text(encoding="utf-8")
    for path in sorted(whole.folder.rglob("*")):
        name = path.relative_to(whole.folder).as_posix()
        if path.is_file() and not name.startswith("blocks/") and name != "README.md":
            assert f"`{name}`" in text, name
    assert "`blocks/`" in text
    assert "no node would accept" in " ".join(text.split())
    rows = {table.name: 0 for table in dictionary.TABLES}
    tags = {"exchanges-100.yaml": 3, "service-seeds.yaml": 1, "custodians.actorpack.yaml": 2}
    signed = describe(whole.course.world, {**whole.totals, "signed": True}, rows, tags)
    assert "a node accepts every block" in signed
    assert read(whole.folder).seed_address in text
    for purpose in whole.totals["service"]["by_purpose"]:
        assert f"| {purpose} |" in text
    assert all(len(line) <= 110 for line in text.splitlines() if not line.startswith("|"))


# The picture


@pytest.fixture(scope="module")
def drawing(monkeypatch_module: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch_module.syspath_prepend(str(PROJECT / "tools"))
    return importlib.import_module("economy_picture")


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_flows_of_the_service_add_up(whole: Whole, drawing: ModuleType) -> None:
    truth = read(whole.folder)
    sums, ends = Counter[int](), Counter[str]()
    for flow in drawing.service_flows(truth):
        assert flow.value > 0
        sums[flow.column] += flow.value
        ends[flow.target] += flow.value
    # Shares are rounded down, and the rest counts as fee.
    assert 0 < ends["fees"] <= whole.totals["service"]["fees"] + 100_000
    assert [sums[column] for column in range(4)] == 4 * [truth.received]


def test_the_economy_is_drawn(whole: Whole, drawing: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra report is not installed")
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    drawing.picture(whole.folder, one)
    drawing.picture(whole.folder, other)
    text = one.read_text(encoding="utf-8")
    assert one.read_bytes() == other.read_bytes()
    assert "the service" in text
    assert "exchanges" in text


# The same, and what is wrong


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = make_whole(tmp_path / "one", "2015"), make_whole(tmp_path / "other", "2015")
    paths = [path.relative_to(one.folder) for path in one.folder.rglob("*") if path.is_file()]
    assert len(paths) > len(dictionary.TABLES)
    for path in paths:
        assert (one.folder / path).read_bytes() == (other.folder / path).read_bytes(), path


def test_an_economy_without_a_service_is_refused(whole: Whole, tmp_path: Path) -> None:
    from dataclasses import replace

    from clew.simulate.economy.truth.write import write

    course = replace(whole.course, actors=[])
    with pytest.raises(UsageError, match="with a service"):
        write(tmp_path, course, whole.record, seed=1)
    assert not list(tmp_path.iterdir())


def test_no_truth_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no truth in") as caught:
        read(tmp_path)
    assert "\n" not in str(caught.value)


def test_damaged_truth_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "totals.json").write_text('{"service": {"seed_addresses": []}}', encoding="utf-8")
    truth = read(tmp_path)
    (tmp_path / "actors.parquet").write_bytes(b"PAR1 is no table")
    for broken in (lambda: truth.actors, lambda: truth.payments, lambda: truth.seed_address):
        with pytest.raises(UsageError) as caught:
            broken()
        assert "\n" not in str(caught.value)
    for name, columns in (("actor", None), ("actors", ["name", "age"])):
        with pytest.raises(UsageError, match="expected a table"):
            truth.table(name, columns)
