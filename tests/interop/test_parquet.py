"""Parquet files: what was written is what the ledger says, and a run that fails leaves nothing."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
from pyarrow import parquet

from clew.errors import StorageError, UsageError
from clew.interop import parquet as exporter
from clew.interop.arrow import Scanned
from clew.interop.parquet import Step, export
from clew.interop.relations import relations
from clew.ledger.ledger import Ledger


def test_files_say_what_the_ledger_says(grown: Ledger, tmp_path: Path) -> None:
    written = export(grown, tmp_path / "tables")
    assert [each.table for each in written] == list(relations(grown))
    for each in written:
        assert each.path == tmp_path / "tables" / f"{each.table}.parquet"
        assert each.bytes == each.path.stat().st_size
        found = parquet.read_table(each.path)
        expected = Scanned(relations(grown)[each.table]).to_table()
        assert each.rows == len(found)
        assert found.equals(expected), each.table
        if each.rows:
            ours = duckdb.sql(f"select * from '{each.path}'").fetchall()
            assert ours == list(zip(*expected.to_pydict().values(), strict=True)), each.table
    values = duckdb.sql(f"select value from '{tmp_path}/tables/outputs.parquet' order by id").fetchnumpy()
    assert np.array_equal(values["value"], grown.column("outputs.value")[:])
    spends = parquet.read_table(tmp_path / "tables" / "spends.parquet")["spent_by"].to_numpy()
    assert np.array_equal(spends, grown.column("spends.spent_by")[:])
    hashes = parquet.read_table(tmp_path / "tables" / "blocks.parquet")["hash"].to_pylist()
    assert hashes == [bytes(row) for row in grown.column("blocks.hash")]


def test_files_state_what_they_rest_on(grown: Ledger, tmp_path: Path) -> None:
    export(grown, tmp_path / "tables", ["outputs"])
    schema = parquet.read_schema(tmp_path / "tables" / "outputs.parquet")
    told = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    assert json.loads(told["tip"]) == {
        "height": grown.tip.height,
        "hash": grown.tip.hash,
        "work": grown.tip.work,
    }
    assert told["digest"] == grown.manifest.digest
    assert told["snapshot"] == grown.snapshot()
    assert told["network"] == "regtest"
    assert schema.field("value").metadata == {b"meaning": b"Amount.", b"unit": b"satoshi"}


def test_rows_are_written_in_groups(grown: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.interop.relations.ROWS_AT_ONCE", 500)
    monkeypatch.setattr(exporter, "ROWS_PER_GROUP", 1000)
    steps: list[Step] = []
    export(grown, tmp_path / "tables", ["outputs"], steps.append)
    file = parquet.ParquetFile(tmp_path / "tables" / "outputs.parquet")
    sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    assert len(sizes) > 2
    assert set(sizes[:-1]) == {1000}
    assert sum(sizes) == grown.counts["outputs"]
    assert [step.done for step in steps][:2] == [500, 1000]
    assert {(step.stage, step.total) for step in steps} == {("writing outputs", grown.counts["outputs"])}


def test_only_the_tables_that_are_named(grown: Ledger, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    export(grown, tmp_path / "there", ["totals", "blocks", "blocks"])
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == [
        "blocks.parquet",
        "totals.parquet",
    ]
    with pytest.raises(UsageError, match="table 'block': expected one or more of blocks, transactions"):
        export(grown, tmp_path / "none", ["block"])
    assert not (tmp_path / "none").exists()


def test_a_place_that_is_taken_is_refused(grown: Ledger, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("x")
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("mine", "file", "link"):
        with pytest.raises(UsageError, match="expected an empty folder or none"):
            export(grown, tmp_path / name)
    with pytest.raises(UsageError, match="expected an empty folder or none"):
        export(grown, grown.path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "mine"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_run_that_fails_leaves_nothing(grown: Ledger, tmp_path: Path, failure: BaseException) -> None:
    def fail(step: Step) -> None:
        assert any(path.name.endswith(".unfinished") for path in tmp_path.iterdir())
        if "inputs" in step.stage:
            raise failure

    with pytest.raises(
        KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else StorageError
    ) as caught:
        export(grown, tmp_path / "tables", None, fail)
    if isinstance(failure, OSError):
        assert "nothing was exported" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_below_a_file_nothing_can_be_written(grown: Ledger, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises((StorageError, UsageError)) as caught:
        export(grown, tmp_path / "file" / "tables")
    assert "\n" not in str(caught.value)
