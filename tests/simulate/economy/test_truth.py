"""What is told of an economy is true of its blocks, adds up, and is told as the dictionary declares it."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="the extra simulate is not installed")
pytest.importorskip("pydantic", reason="the extra simulate is not installed")

import pyarrow as pa
import pyarrow.parquet as files

from clew.bitcoin.address import encode
from clew.bitcoin.block import parse_block
from clew.bitcoin.networks import network
from clew.bitcoin.script import classify
from clew.bitcoin.transaction import Transaction
from clew.errors import UsageError
from clew.kernels.economy_state import FEES, SPENT, VALUE
from clew.simulate.chain import subsidy
from clew.simulate.economy.truth import dictionary
from clew.simulate.economy.truth.read import read
from clew.simulate.economy.truth.readme import describe
from simulate.economy.whole import ACCOUNTS, Whole, make_whole

PROJECT = Path(__file__).resolve().parents[3]
REGTEST = network("regtest")
ARROW = {
    "text": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "bool": pa.bool_(),
    "money": pa.decimal128(18, 2),
}


@pytest.fixture(scope="session", params=["2012", "2015", "2021", "2025"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return make_whole(tmp_path_factory.mktemp("whole") / request.param, request.param)


@pytest.fixture(scope="session")
def chain(whole: Whole) -> list[list[Transaction]]:
    """The transactions of each block of the best chain, read from the files by the plain parser."""
    return list(blocks_of(whole))


@pytest.fixture(scope="session")
def outputs(whole: Whole) -> list[dict[str, Any]]:
    return whole.rows("outputs")


@pytest.fixture(scope="session")
def names(whole: Whole) -> list[dict[str, Any]]:
    return whole.rows("actors")


@pytest.fixture(scope="session")
def addresses(whole: Whole) -> list[dict[str, Any]]:
    return whole.rows("addresses")


def blocks_of(whole: Whole) -> Iterator[list[Transaction]]:
    key = (whole.folder / "blocks" / "xor.dat").read_bytes()
    found = {}
    for path in whole.record.files:
        data = path.read_bytes()
        data = np.bitwise_xor(
            np.frombuffer(data, np.uint8), np.resize(np.frombuffer(key, np.uint8), len(data))
        ).tobytes()
        at = 0
        while data[at : at + 4] == REGTEST.magic:
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            block = parse_block(data[at + 8 : at + 8 + size], network=REGTEST)
            found[block.header.hash] = list(block.transactions)
            at += 8 + size
    assert len(found) == len(whole.record.hashes) + 1, "one block lost the race"
    return (found[each] for each in whole.record.hashes)


def text_of(script: bytes) -> str | None:
    _, kind, payload = classify(script)
    return None if script[:1] == b"\x6a" else encode(kind, payload, REGTEST)


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


def sum_by(rows: list[dict[str, Any]], key: str, value: str) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for row in rows:
        sums[row[key]] += row[value]
    return sums


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


# The service


def test_everything_that_reached_the_service_is_told(
    whole: Whole, outputs: list[dict[str, Any]], addresses: list[dict[str, Any]]
) -> None:
    payments = whole.rows("payments")
    roles = [each["role"] for each in addresses]
    shown = ("tx", "vout", "value", "address_id")
    at_service = [row for row in payments if roles[row["address_id"]] in ("account", "till")]
    assert [[row[name] for name in shown] for row in at_service] == [
        [row[name] for name in shown] for row in outputs if roles[row["address_id"]] in ("account", "till")
    ]
    elsewhere = [row for row in payments if row not in at_service]
    assert {row["purpose"] for row in elsewhere} <= {"refund"}
    assert [row["payment"] for row in payments] == list(range(len(payments)))
    accounts = {row["account"]: row for row in whole.rows("accounts")}
    funders = defaultdict(set)
    for row in whole.rows("inputs"):
        funders[row["tx"]].add(row["actor"])
    operator = whole.rows("actors").index(
        next(each for each in whole.rows("actors") if each["kind"] == "operator")
    )
    for row in payments:
        assert addresses[row["address_id"]]["actor"] == operator
        assert row["source"] in funders[row["tx"]]
        assert row["is_own"] == (row["source"] == operator)
        assert (row["label"] is None) == (row["purpose"] == "purchase")
        if row["account"] is not None:
            assert accounts[row["account"]]["address_id"] == row["address_id"]
            assert accounts[row["account"]]["member"] == row["member"]


def test_fiat_is_by_the_price_table(whole: Whole) -> None:
    with open(whole.folder / "prices.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["date", "usd", "krw"]
    days = [np.datetime64(row["date"]) for row in rows]
    assert days == list(np.arange(days[0], days[0] + len(days)))
    assert all(len(row[name].split(".")[1]) == 2 for row in rows for name in ("usd", "krw"))
    prices = {row["date"]: row for row in rows}
    for row in (*whole.rows("payments"), *whole.rows("cash_outs")):
        price = prices[str(np.datetime64(row["time"], "s").astype("datetime64[D]"))]
        for name in ("usd", "krw"):
            worth = Decimal(price[name]) * row["value"] / 100_000_000
            assert abs(worth - row[name]) <= Decimal("0.005")


def test_origins_lead_from_payments_to_custodians(
    whole: Whole, outputs: list[dict[str, Any]], names: list[dict[str, Any]]
) -> None:
    by_place = {(row["txid"], row["vout"]): row for row in outputs}
    payments = whole.rows("payments")
    customers = {(row["custodian"], row["customer"]) for row in whole.rows("customers")}
    origins = whole.rows("origins")
    sums = sum_by([row for row in origins if row["through"] is None], "payment", "value")
    told = [row for row in payments if row["payment"] in sums]
    assert {row["payment"]: row["value"] for row in told} == sums
    assert len(told) == len(whole.course.payments)
    makers = {row["tx"]: row["actor"] for row in whole.rows("transactions")}
    for row in origins:
        payment, coin = payments[row["payment"]], by_place[row["txid"], row["vout"]]
        assert coin["tx"] <= payment["tx"]
        assert row["sender"] == makers[coin["tx"]]
        assert (row["hops"] == 0) == ((coin["tx"], coin["vout"]) == (payment["tx"], payment["vout"]))
        assert (row["custodian"] is None) == (row["customer"] is None)
        if row["custodian"] is not None:
            assert names[row["custodian"]]["kind"] in ("exchange", "web-wallet", "swap")
            assert (row["custodian"], row["customer"]) in customers


def test_every_deposit_address_has_a_customer(whole: Whole, addresses: list[dict[str, Any]]) -> None:
    customers = {(row["custodian"], row["customer"]): row for row in whole.rows("customers")}
    given = Counter((row["actor"], row["user"]) for row in addresses if row["role"] == "deposit")
    assert {
        pair: row["deposit_addresses"] for pair, row in customers.items() if row["deposit_addresses"]
    } == given
    assert len({row["number"] for row in customers.values()}) == len(customers)
    for each in whole.course.society.people:
        assert (whole.course.society.custodians[each.custodian].actor, each.actor) in customers


def test_cash_outs_lie_at_custodians(
    whole: Whole, addresses: list[dict[str, Any]], names: list[dict[str, Any]]
) -> None:
    cash_outs = whole.rows("cash_outs")
    assert cash_outs
    sums: Counter[str] = Counter()
    for row in cash_outs:
        address = addresses[row["address_id"]]
        assert (address["actor"], address["user"]) == (row["custodian"], row["holder"])
        assert row["is_own"] == (names[row["holder"]]["kind"] == "operator")
        sums[names[row["custodian"]]["name"]] += row["value"]
    assert whole.totals["service"]["cashed_out"] == dict(sorted(sums.items()))


def test_acts_of_a_transaction_share_out_its_coins(whole: Whole, outputs: list[dict[str, Any]]) -> None:
    acts = {row["act"]: row for row in whole.rows("concealment")}
    made, spent = defaultdict(list), defaultdict(set)
    amounts: Counter[int] = Counter()
    for row in whole.rows("concealment_coins"):
        act, place = acts[row["act"]], (row["txid"], row["vout"])
        if row["side"] == "spent":
            spent[act["tx"]].add(place)
        elif act["tx"] is not None:
            made[act["tx"]].append(place)
        amounts[row["act"]] += row["value"] * (row["side"] == "made")
    by_tx, spends = defaultdict(list), defaultdict(set)
    for row in outputs:
        by_tx[row["tx"]].append((row["txid"], row["vout"]))
    for row in whole.rows("inputs"):
        spends[row["tx"]].add((row["prev_txid"], row["prev_vout"]))
    assert acts
    for tx, places in made.items():
        assert sorted(places) == sorted(by_tx[tx])
        assert spent[tx] == spends[tx]
    assert {act: row["amount"] for act, row in acts.items()} == amounts


def test_the_database_has_every_account(whole: Whole, addresses: list[dict[str, Any]]) -> None:
    accounts = whole.rows("accounts")
    assert [row["account"] for row in accounts] == list(range(len(accounts)))
    unpaid = [row for row in accounts if row["address_id"] is None]
    assert len(unpaid) == ACCOUNTS
    assert len({row["address"] for row in accounts}) == len(accounts)
    assert not {row["address"] for row in unpaid} & {row["address"] for row in addresses}
    assert not any(row["is_paid"] or row["outputs"] or row["received"] for row in unpaid)
    assert all(row["member"] is None for row in unpaid)
    for row in accounts:
        if row["address_id"] is not None:
            known = addresses[row["address_id"]]
            assert (row["address"], row["script"]) == (known["address"], known["script"])
            assert (row["outputs"], row["received"]) == (known["outputs"], known["received"])
            assert row["is_paid"] == (known["outputs"] > 0)
            assert known["user"] == row["member"]
    opened = [row["opened"] for row in accounts]
    slack = (opened[-1] - opened[0]) // ACCOUNTS * 4 + 4 * 86_400
    assert all(later > earlier - slack for earlier, later in pairwise(opened))


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
    used = {row["address"] for row in outputs if row["actor"] == truth.operator}
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
