"""What is told of an economy is as the dictionary declares it, and true of its blocks."""

from __future__ import annotations

import importlib.util
from collections import Counter, defaultdict
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra simulate is not installed")
pytest.importorskip("pydantic", reason="the extra simulate is not installed")

import pyarrow as pa
import pyarrow.parquet as files

from clew.bitcoin.signatures import signing
from clew.bitcoin.transaction import Transaction
from clew.kernels.economy_state import FEES, SPENT, VALUE
from clew.schema import signing_names
from clew.simulate.chain import subsidy
from clew.simulate.economy.truth import dictionary
from simulate.economy.truth.whole import PROJECT, Whole, sum_by, text_of

ARROW = {
    "text": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "bool": pa.bool_(),
    "money": pa.decimal128(18, 2),
}


# As declared


def test_tables_are_as_the_dictionary_declares_them(whole: Whole) -> None:
    assert {each.name for each in (whole.folder / "truth").iterdir()} == {
        "totals.json", *(f"{each.name}.parquet" for each in dictionary.TABLES)
    }  # fmt: skip
    for table in dictionary.TABLES:
        found = files.read_table(whole.folder / "truth" / f"{table.name}.parquet")
        assert found.column_names == [each.name for each in table.columns]
        for column in table.columns:
            field = found.schema.field(column.name)
            assert field.type == ARROW[column.type], (table.name, column.name)
            assert field.nullable == bool(column.empty)
            if not column.empty:
                assert found[column.name].null_count == 0
            if column.words:
                assert set(found[column.name].unique().to_pylist()) - {None} <= set(column.words)


def test_every_column_is_explained_in_a_sentence() -> None:
    assert len({each.name for each in dictionary.TABLES}) == len(dictionary.TABLES)
    for table in dictionary.TABLES:
        assert table.doc.endswith("."), table.name
        assert len({each.name for each in table.columns}) == len(table.columns)
        for column in table.columns:
            assert column.doc.endswith("."), (table.name, column.name)
            assert column.doc[0].isupper()


def test_nothing_in_the_files_tells_of_the_machine(whole: Whole) -> None:
    for table in dictionary.TABLES:
        meta = files.read_metadata(whole.folder / "truth" / f"{table.name}.parquet")
        assert set(meta.metadata) == {b"table", b"meaning"}
        assert meta.created_by == f"parquet-cpp-arrow version {pa.__version__}"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_truth", PROJECT / "tools" / "make_truth.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(tool: ModuleType) -> None:
    text = tool.PAGE.read_text(encoding="utf-8")
    assert text == tool.page(), "run: make docs"
    assert (tool.PAGE.parent / "economy-flows.svg").is_file()
    for table in dictionary.TABLES:
        assert f"### {table.name}\n" in text
        assert all(f"| `{column.name}` |" in text for column in table.columns)


# True of the blocks


def test_transactions_are_those_of_the_chain(whole: Whole, chain: list[list[Transaction]]) -> None:
    rows = whole.rows("transactions")
    blocks = whole.rows("blocks")
    assert [each["transactions"] for each in blocks] == [len(block) for block in chain]
    assert [each["height"] for each in blocks] == list(range(len(chain)))
    numbered = [
        (height, position, each) for height, block in enumerate(chain) for position, each in enumerate(block)
    ]
    assert [row["tx"] for row in rows] == list(range(1, len(numbered)))
    for row, (height, position, each) in zip(rows, numbered[1:], strict=True):
        assert (row["height"], row["position"]) == (height, position)
        assert row["txid"] == each.txid[::-1].hex()
        assert row["version"] == each.version
        assert row["lock_time"] == each.lock_time
        assert row["inputs"] == (0 if each.is_coinbase else len(each.inputs))
        assert {each.sequence for each in each.inputs} == {row["sequence"]} or position == 0
        assert (row["form"] == "coinbase") == each.is_coinbase


def test_outputs_and_inputs_are_those_of_the_chain(
    whole: Whole, chain: list[list[Transaction]], outputs: list[dict[str, Any]]
) -> None:
    expected, spends = [], []
    for tx, each in enumerate(each for block in chain for each in block):
        for vout, output in enumerate(each.outputs):
            is_commitment = each.is_coinbase and output.value == 0
            if tx and not is_commitment:
                row = (tx, each.txid[::-1].hex(), vout, output.value, text_of(output.script))
                expected.append(row)
        if not each.is_coinbase:
            spends += [
                (tx, each.txid[::-1].hex(), vin, entry.previous_txid[::-1].hex(), entry.previous_index)
                for vin, entry in enumerate(each.inputs)
            ]
    shown = ("tx", "txid", "vout", "value", "address")
    assert [tuple(row[name] for name in shown) for row in outputs] == expected
    inputs = whole.rows("inputs")
    named = ("tx", "txid", "vin", "prev_txid", "prev_vout")
    assert [tuple(row[name] for name in named) for row in inputs] == spends
    spent_by = {(row["prev_txid"], row["prev_vout"]): (row["tx"], row["txid"], row["vin"]) for row in inputs}
    by_place = {(row["txid"], row["vout"]): row for row in outputs}
    for row in inputs:
        spent = by_place[row["prev_txid"], row["prev_vout"]]
        assert (row["value"], row["actor"]) == (spent["value"], spent["actor"])
        assert (row["prev_tx"], row["address_id"]) == (spent["tx"], spent["address_id"])
    for row in outputs:
        told = (row["spent_tx"], row["spent_txid"], row["spent_vin"])
        assert told == spent_by.get((row["txid"], row["vout"]), (None, None, None))


HASH_TYPES = {"ALL", "NONE", "SINGLE", "ANYONECANPAY", "OTHER"}


def test_signatures_say_what_the_tables_say(whole: Whole, chain: list[list[Transaction]]) -> None:
    """Filler signs nothing, but has the form and the hash types of what it stands for."""
    found = [
        {name.upper() for name in signing_names(signing(each))} & HASH_TYPES
        for block in chain
        for transaction in block
        if not transaction.is_coinbase
        for each in transaction.inputs
    ]
    told = [set(row["hash_type"].split("|")) for row in whole.rows("inputs")]
    unlike = [(one, other) for one, other in zip(found, told, strict=True) if one and one != other]
    assert not unlike
    # Few inputs need no signature.
    assert sum(not each for each in found) < 0.01 * len(found)


def test_every_address_has_its_owner_and_its_sums(
    whole: Whole, outputs: list[dict[str, Any]], addresses: list[dict[str, Any]]
) -> None:
    wallets = whole.rows("wallets")
    assert [each["address_id"] for each in addresses] == list(range(len(addresses)))
    got: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    held: Counter[int] = Counter()
    for row in outputs:
        entry, unspent = got[row["address_id"]], row["spent_tx"] is None
        for place, amount in enumerate((1, not unspent, row["value"], unspent * row["value"])):
            entry[place] += amount
        held[row["actor"]] += unspent * row["value"]
        assert addresses[row["address_id"]]["address"] == row["address"]
        assert addresses[row["address_id"]]["actor"] == row["actor"]
    for row in addresses:
        assert wallets[row["wallet"]]["actor"] == row["actor"]
        sums = [row[name] for name in ("outputs", "spent", "received", "balance")]
        assert sums == got[row["address_id"]]
        assert (row["address"] is None) == (row["script"] == "data")
    assert +held == +sum_by(addresses, "actor", "balance")


def test_who_holds_the_keys_of_what_several_must_sign_for(whole: Whole) -> None:
    actors = whole.rows("actors")
    joint = {each["actor"] for each in actors if each["kind"] == "shared"}
    owners: dict[int, set[int]] = {}
    for row in whole.rows("joint_owners"):
        owners.setdefault(row["actor"], set()).add(row["owner"])
    assert set(owners) == joint
    assert joint
    assert all(len(each) == 2 and not each & joint for each in owners.values())


def test_every_satoshi_is_minted_and_held_or_paid_as_fee(whole: Whole, outputs: list[dict[str, Any]]) -> None:
    totals, blocks = whole.totals, whole.rows("blocks")
    minted = sum(subsidy(height) for height in range(1, whole.course.blocks))
    coin = whole.laid.coin
    assert totals["minted"] == sum(row["subsidy"] for row in blocks[1:]) == minted
    assert totals["unspent"] == sum(row["value"] for row in outputs if row["spent_tx"] is None) == minted
    assert totals["unspent"] == int(coin[coin[:, SPENT] < 0, VALUE].sum())
    spent, made = sum_by(whole.rows("inputs"), "tx", "value"), sum_by(outputs, "tx", "value")
    fees: Counter[int] = Counter()
    rewards = {}
    for row in whole.rows("transactions"):
        assert row["value"] == made[row["tx"]]
        if row["form"] == "coinbase":
            rewards[row["height"]] = row["value"]
        else:
            assert row["fee"] == spent[row["tx"]] - made[row["tx"]] >= 0
        fees[row["height"]] += row["fee"]
    assert totals["fees"] == sum(fees.values())
    for row in blocks[1:]:
        assert row["fees"] == fees[row["height"]]
        assert rewards[row["height"]] == row["subsidy"] + row["fees"]
    assert int(whole.course.society.state.e.count[FEES]) == blocks[-1]["fees"]


def test_change_is_change(whole: Whole, outputs: list[dict[str, Any]]) -> None:
    changes = whole.rows("changes")
    shown = ("tx", "vout", "value", "address", "actor")
    assert [[row[name] for name in shown] for row in changes] == [
        [row[name] for name in shown] for row in outputs if row["is_change"]
    ]
    spent, payers = defaultdict(set), defaultdict(set)
    for row in whole.rows("inputs"):
        spent[row["tx"]].add(row["address_id"])
        payers[row["tx"]].add(row["actor"])
    left = ("change", "coinjoin change", "service change", "peel")
    for row in outputs:
        assert row["is_change"] == (row["purpose"] in left and row["actor"] in payers[row["tx"]])
    first = {}
    for row in outputs:
        first.setdefault(row["address_id"], (row["tx"], row["vout"]))
    for row in changes:
        assert row["is_back"] == (row["address_id"] in spent[row["tx"]])
        assert row["is_first"] == (first[row["address_id"]] == (row["tx"], row["vout"]))
    assert any(row["is_back"] for row in changes)


def test_coinjoins_are_told_coin_by_coin(whole: Whole, outputs: list[dict[str, Any]]) -> None:
    rows, by_tx, spends = whole.rows("coinjoins"), defaultdict(list), defaultdict(list)
    for row in outputs:
        by_tx[row["tx"]].append(row)
    for row in whole.rows("inputs"):
        spends[row["tx"]].append(row)
    rounds = {row["tx"] for row in rows}
    assert len(rounds) == sum(whole.totals["coinjoins"].values()) == len(whole.course.rounds)
    told = defaultdict(list)
    for row in rows:
        told[row["tx"], row["side"]].append((row["index"], row["value"], row["actor"], row["address_id"]))
    for tx in rounds:
        assert told[tx, "input"] == [
            (row["vin"], row["value"], row["actor"], row["address_id"]) for row in spends[tx]
        ]
        made = [(row["vout"], row["value"], row["actor"], row["address_id"]) for row in by_tx[tx]]
        assert [each for each in made if each in told[tx, "output"]] == told[tx, "output"]
