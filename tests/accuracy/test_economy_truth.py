"""The truth of an economy in a ledger's numbers, row by row; and truth that belongs to another chain."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from accuracy.economy import Scored
from clew.accuracy.economy import SERVICES, is_economy, read_economy
from clew.accuracy.truth import NOT_KNOWN
from clew.errors import UsageError
from naive import accuracy as naive


def _rows(scored: Scored, name: str) -> list[dict[str, Any]]:
    from pyarrow import parquet

    rows: list[dict[str, Any]] = parquet.read_table(scored.folder / "truth" / f"{name}.parquet").to_pylist()
    return rows


def test_owners_are_those_of_the_addresses_as_people_write_them(scored: Scored) -> None:
    truth, ledger = scored.truth, scored.ledger
    kinds = [row["kind"] for row in _rows(scored, "actors")]
    told: dict[str, set[tuple[int, int]]] = {}
    public = set()
    for row in _rows(scored, "addresses"):
        if row["outputs"] and row["address"] is not None:
            told.setdefault(row["address"], set()).add((row["actor"], row["wallet"]))
            if row["role"] in ("known-key", "anyone", "anchor"):
                public.add(row["address"])
    assert len(told) > 1000
    for text, owners in told.items():
        address = ledger.find_address(text)
        actor = next(iter(owners))[0]
        if text in public or len(owners) > 1:
            assert address in truth.everybody
        elif kinds[actor] == "shared":
            assert address in truth.joint
        else:
            assert (int(truth.actor[address]), int(truth.wallet[address])) == next(iter(owners))
            continue
        assert truth.actor[address] == truth.wallet[address] == NOT_KNOWN
    # Besides these, only the first block's address has no owner.
    unknown = np.flatnonzero(truth.actor == NOT_KNOWN).tolist()
    assert set(unknown) - truth.joint.keys() - truth.everybody == {0}


def test_owners_of_channels_are_their_two_sides(scored: Scored) -> None:
    owners: dict[int, set[int]] = {}
    for row in _rows(scored, "joint_owners"):
        owners.setdefault(row["actor"], set()).add(row["owner"])
    by_address = {row["address"]: row["actor"] for row in _rows(scored, "addresses") if row["outputs"]}
    assert scored.truth.joint
    for address, found in scored.truth.joint.items():
        assert found == owners[by_address[scored.ledger.address_text(address)]]


def test_change_and_rounds_are_where_the_tables_have_them(scored: Scored) -> None:
    truth, ledger = scored.truth, scored.ledger
    change = {(row["txid"], row["vout"]) for row in _rows(scored, "changes")}
    assert len(change) > 500
    assert int((truth.change == 1).sum()) == len(change)
    assert all(truth.change[ledger.find_output(*coin)] == 1 for coin in sorted(change)[:300])
    sizes: dict[str, int] = {}
    protocols = {}
    for row in _rows(scored, "coinjoins"):
        protocols[row["txid"]] = row["protocol"]
        counted = row["side"] == "output" and row["part"] in ("equal", "premix")
        sizes[row["txid"]] = sizes.get(row["txid"], 0) + counted
    assert {"payjoin", "whirlpool"} <= set(protocols.values())
    for txid, protocol in protocols.items():
        transaction = ledger.find_transaction(txid)
        assert truth.protocols[truth.protocol[transaction]] == protocol
        assert truth.round_size[transaction] == sizes[txid]
    assert int((truth.protocol > 0).sum()) == len(protocols)
    assert {truth.kinds[each] for each in truth.services} <= set(SERVICES)
    assert truth.kinds[truth.service] == "operator"


def test_figures_of_entities_are_those_of_the_plain_loops(scored: Scored) -> None:
    rows = np.flatnonzero(scored.truth.actor != NOT_KNOWN)[::7]
    entities = np.asarray(scored.ledger.column("entities.entity"))[rows].tolist()
    owners = scored.truth.actor[rows].tolist()
    from clew.accuracy.contingency import contingency

    table = contingency(np.array(entities), np.array(owners))
    assert table.pairs() == naive.pairs(entities, owners)
    precision, _ = naive.bcubed(entities, owners)
    assert table.precision().tolist() == [float(each) for each in precision]


def test_the_truth_of_another_chain_is_refused_in_one_line(scored: Scored, tmp_path: Path) -> None:
    def another(change: Callable[[dict[str, Any]], None]) -> Path:
        folder = tmp_path / f"copy-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(scored.folder / "truth", folder)
        totals = json.loads((folder / "totals.json").read_text())
        change(totals)
        (folder / "totals.json").write_text(json.dumps(totals))
        return folder

    assert is_economy(scored.folder)
    assert is_economy(scored.folder / "truth")
    for folder, said in (
        (another(lambda totals: totals.update(tip="00" * 32)), "belongs to another chain"),
        (another(lambda totals: totals.update(blocks=12)), "belongs to another chain"),
        (another(lambda totals: totals.pop("tip")), "found KeyError: 'tip'"),
        (tmp_path, "found No such file or directory"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            read_economy(folder, scored.ledger)
        assert "\n" not in str(caught.value)


def test_a_table_that_tells_of_other_blocks_is_refused(scored: Scored, tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    folder = tmp_path / "truth"
    shutil.copytree(scored.folder / "truth", folder)
    table = parquet.read_table(folder / "blocks.parquet")
    hashes = table["hash"].to_pylist()
    hashes[7] = "ab" * 32
    parquet.write_table(
        table.set_column(table.column_names.index("hash"), "hash", pa.array(hashes)),
        folder / "blocks.parquet",
    )
    with pytest.raises(UsageError, match=r"another chain: its table blocks has abab.* at height 7"):
        read_economy(folder, scored.ledger)
    parquet.write_table(table.slice(0, 9), folder / "blocks.parquet")
    with pytest.raises(UsageError, match="expected a row for each block"):
        read_economy(folder, scored.ledger)
    (folder / "blocks.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match=r"blocks\.parquet: expected the table blocks"):
        read_economy(folder, scored.ledger)
    (folder / "blocks.parquet").unlink()
    with pytest.raises(UsageError, match=r"blocks\.parquet: expected the table blocks"):
        read_economy(folder, scored.ledger)
