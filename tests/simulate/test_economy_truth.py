"""The truth beside an economy is true of its blocks, and a strict entity is a part of it."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.bitcoin.address import encode
from clew.bitcoin.block import Transaction, parse_block
from clew.bitcoin.script import classify
from clew.errors import UsageError
from clew.simulate import truth as tables
from clew.simulate.course import run
from clew.simulate.reckoning import gather
from clew.simulate.small_economy import BLOCKS, Economy
from clew.simulate.truth import OUTSIDE, OWN, Records, summarise


def address(economy: Economy, script: bytes) -> str:
    return encode(*classify(script)[1:], economy.chain.network)


@pytest.fixture(scope="module")
def spent(economy: Economy) -> dict[str, list[str]]:
    """The input addresses of each transaction, read off the parsed blocks."""
    scripts: dict[tuple[bytes, int], bytes] = {}
    found: dict[str, list[str]] = {}
    for transaction in transactions(economy):
        if not transaction.is_coinbase:
            found[transaction.txid[::-1].hex()] = [
                address(economy, scripts[each.previous_txid, each.previous_index])
                for each in transaction.inputs
            ]
        for vout, output in enumerate(transaction.outputs):
            scripts[transaction.txid, vout] = output.script
    return found


def transactions(economy: Economy) -> Iterator[Transaction]:
    for raw in economy.chain.raw_blocks:
        yield from parse_block(raw).transactions


@pytest.fixture(scope="module")
def owner(economy: Economy) -> dict[str, str]:
    return {each.address: each.actor for each in economy.records.addresses}


def test_every_address_has_one_owner(economy: Economy, owner: dict[str, str]) -> None:
    assert len(owner) == len(economy.records.addresses)
    paid = {
        address(economy, output.script)
        for transaction in transactions(economy)
        for output in transaction.outputs
        if not output.script.startswith(b"\x6a")
    }
    [genesis] = paid - set(owner)
    assert genesis == address(
        economy, parse_block(economy.chain.raw_blocks[0]).transactions[0].outputs[0].script
    )


def test_every_input_is_owned_by_whom_the_truth_says(
    economy: Economy, spent: dict[str, list[str]], owner: dict[str, str]
) -> None:
    joined = {each.txid for each in economy.records.coinjoins}
    for txid, addresses in spent.items():
        assert len({owner[each] for each in addresses}) == 1 or txid in joined
    for each in economy.records.payments:
        assert {owner[address] for address in spent[each.txid]} == {each.source}


def test_coinjoins_are_told_coin_by_coin(
    economy: Economy, spent: dict[str, list[str]], owner: dict[str, str]
) -> None:
    by_txid = defaultdict(list)
    for each in economy.records.coinjoins:
        by_txid[each.txid].append(each)
        assert owner[each.address] == each.participant
    assert len(by_txid) == economy.truth.totals["coinjoins"] >= 5
    whole = {each.txid[::-1].hex(): each for each in transactions(economy)}
    for txid, rows in by_txid.items():
        inputs = sorted((row.index, row.address) for row in rows if row.side == "input")
        assert [text for _, text in inputs] == spent[txid]
        outputs = {row.index: row for row in rows if row.side != "input"}
        assert [outputs[vout].value for vout in range(len(outputs))] == [
            output.value for output in whole[txid].outputs
        ]
        participants = {row.participant for row in rows if row.side == "equal"}
        assert len({row.value for row in rows if row.side == "equal"}) == 1
        assert len(participants) >= 4
        assert participants == {row.participant for row in rows if row.side == "input"}


def test_every_payment_in_the_truth_is_on_the_chain(economy: Economy, owner: dict[str, str]) -> None:
    on_chain = {
        (transaction.txid[::-1].hex(), vout): (height, output.value, address(economy, output.script))
        for height, raw in enumerate(economy.chain.raw_blocks)
        for transaction in parse_block(raw).transactions
        for vout, output in enumerate(transaction.outputs)
        if not output.script.startswith(b"\x6a")
    }
    for each in economy.records.payments:
        assert on_chain[each.txid, each.vout] == (each.height, each.value, each.address)
        assert owner[each.address] == each.payee
        assert each.purpose in tables.PURPOSES


def test_every_output_to_the_service_is_in_the_truth(economy: Economy) -> None:
    """What comes to accounts and tills is a payment from outside or the operator's own money."""
    service = {each.address for each in economy.records.addresses if each.role in ("account", "till")}
    arrived = {
        (transaction.txid[::-1].hex(), vout)
        for transaction in transactions(economy)
        for vout, output in enumerate(transaction.outputs)
        if not output.script.startswith(b"\x6a") and address(economy, output.script) in service
    }
    outside = {(each.txid, each.vout) for each in economy.truth.payments}
    own = {(each.txid, each.vout) for each in economy.truth.own_transfers}
    assert arrived == outside | own
    assert not outside & own
    assert all(each.source != "operator" for each in economy.truth.payments)
    assert all(each.source == "operator" for each in economy.truth.own_transfers)


def test_the_service_s_money_adds_up(economy: Economy) -> None:
    """What came to accounts and tills was spent from there or is still there."""
    truth = economy.truth
    role = {each.address: each.role for each in economy.records.addresses}
    spent: Counter[str] = Counter()
    for block in economy.chain.blocks:
        for transfer in block.transfers:
            for coin in transfer.inputs:
                spent[role[address(economy, coin.lock.script)]] += coin.value
    held: Counter[str] = Counter()
    for coin in economy.chain.coins.values():
        held[role[address(economy, coin.lock.script)]] += coin.value
    assert truth.swept == spent["account"]
    assert truth.held == held["account"] + held["till"]
    came = truth.received + sum(each.value for each in truth.own_transfers)
    assert came == spent["account"] + spent["till"] + truth.held


def test_cash_outs_are_summed_by_exchange(economy: Economy) -> None:
    truth = economy.truth
    assert truth.cashed_out == {
        name: sum(each.value for each in truth.cash_outs if each.payee == name)
        for name in ("exchange-b", "exchange-c")
    }
    assert sum(truth.cashed_out_direct.values()) < sum(truth.cashed_out.values()) < truth.received


def test_payments_come_by_every_way_and_for_every_reason(economy: Economy) -> None:
    purposes = Counter(each.purpose for each in economy.records.payments)
    assert set(purposes) >= {"purchase", "gift", "dust", "cash-out", "sweep", "change"}
    assert set(OUTSIDE) | set(OWN) | {"cash-out"} == set(tables.PURPOSES)
    assert purposes["purchase"] > 200
    routes = Counter(each.route for each in economy.truth.payments)
    assert min(routes["exchange"], routes["wallet"]) > 50
    assert routes["coinjoin"] >= 5
    assert {each.route for each in economy.truth.cash_outs} == {"direct", "peel", "forward"}
    for each in economy.truth.payments:
        if each.purpose == "purchase":
            assert each.account == each.payer
            assert (each.source == each.payer) == (each.route != "exchange")
        if each.purpose == "gift":
            assert each.account != each.payer


def test_most_accounts_are_never_paid(economy: Economy) -> None:
    truth = economy.truth
    assert truth.paid_addresses < truth.given_addresses < truth.controlled
    assert len(truth.given_addresses) > 4 * len(truth.paid_addresses)
    assert truth.seed_address in truth.paid_addresses


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_strict_entity_is_a_large_true_part_of_the_service(seed: int) -> None:
    """Common inputs from the one known address find most paid accounts, not all, and no stranger."""
    world = run(seed, BLOCKS)
    records = gather(world)
    truth = summarise(records)
    groups = Groups()
    joined = {each.txid for each in records.coinjoins}
    for block in world.chain.blocks:
        for transfer in block.transfers[1:]:
            if transfer.txid[::-1].hex() not in joined:
                groups.join([world.address(coin.lock) for coin in transfer.inputs])
    entity = groups.of(truth.seed_address)
    assert entity <= truth.controlled
    found = len(entity & truth.paid_addresses) / len(truth.paid_addresses)
    assert 0.85 < found < 0.99
    assert entity & {each.address for each in records.addresses if each.role == "till"}


class Groups:
    """Sets of addresses, merged the slow and obvious way."""

    def __init__(self) -> None:
        self._group: dict[str, set[str]] = {}

    def join(self, members: list[str]) -> None:
        merged = set().union(*(self.of(each) for each in members))
        for each in merged:
            self._group[each] = merged

    def of(self, member: str) -> set[str]:
        return self._group.get(member, {member})


def test_reading_gives_back_what_was_written(economy: Economy, tmp_path: Path) -> None:
    assert tables.read_records(economy.folder) == economy.records
    assert tables.read(economy.folder / "truth") == economy.truth
    empty = Records((), (), (), {"nothing": 0})
    tables.write(tmp_path, empty)
    assert tables.read_records(tmp_path) == empty


def test_the_tables_can_be_read_by_anybody(economy: Economy) -> None:
    with (economy.folder / "truth" / "payments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(economy.records.payments)
    assert set(rows[0]) >= {"txid", "vout", "value", "height", "purpose", "payer", "payee"}
    readme = (economy.folder / "README.md").read_text(encoding="utf-8")
    assert "signatures are random bytes" in readme
    assert economy.truth.seed_address in readme


def test_a_folder_without_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no truth in"):
        tables.read(tmp_path)
    (tmp_path / "totals.json").write_text("{}")
    (tmp_path / "addresses.csv").write_text("other,columns\n1,2\n")
    with pytest.raises(UsageError, match="no truth in"):
        tables.read(tmp_path)
