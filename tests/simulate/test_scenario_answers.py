"""The right answers that scenarios state, beside what Clew answers, and beside plain arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

import clew
from clew.analysis.inquiry import Inquiry
from clew.build import index
from clew.schema import WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT
from clew.simulate.chain import Coin, Transfer
from clew.simulate.scenarios import SCENARIOS, Place, Story, Told, write
from clew.simulate.scenarios.mixing import WABISABI_AMOUNTS

BTC = 100_000_000
FEE = 1_000


@dataclass
class Case:
    """A scenario, and a ledger of its blocks."""

    story: Story
    blocks: Path
    ledger: Inquiry

    def until(self, height: int) -> Inquiry:
        """A ledger of the blocks up to a height."""
        folder = self.blocks.with_name(f"until-{height}")
        index(folder, self.blocks, network="regtest", until=height)
        return clew.open(folder)

    def place(self, name: str) -> Place:
        [found] = [each for each in self.story.places if each.name == name]
        return found

    def address(self, name: str) -> str:
        return self.place(name).address

    def row(self, label: str) -> Told:
        [found] = [each for each in self.story.told if each.label == label]
        return found

    def tx(self, label: str) -> dict[str, Any]:
        """The transaction that made the output of this label, as Clew shows it."""
        return self.ledger.tx(self.row(label).txid).result

    def transfer(self, label: str) -> Transfer:
        made = self.story.labels[label]
        return next(t for t in self.story.chain.blocks[made.height].transfers if t.txid == made.txid)

    def members(self, name: str, ledger: Inquiry | None = None) -> set[str]:
        """The names of the addresses in the entity of an address."""
        found = (ledger or self.ledger).entity(self.address(name)).result
        names = {each.address: each.name for each in self.story.places}
        return {names[each["address"]] for each in found["addresses"]}

    def paid(self, name: str) -> tuple[int, int]:
        """Payments into the entity of an address, and their sum."""
        total = self.ledger.payments(self.address(name)).result["total"]
        return total["payments"], total["value"]

    def payers(self, label: str) -> set[str]:
        """The names of the addresses that stand among the inputs of a payment."""
        names = {each.address: each.name for each in self.story.places}
        return {names[each["address"]] for each in self.tx(label)["inputs"]}

    @cached_property
    def received(self) -> Counter[str]:
        """By address name, what Clew says that it received."""
        return Counter(
            {each.name: self.ledger.address(each.address).result["received"] for each in self.story.places
             if each.address in {row.address for row in self.story.owned}}
        )  # fmt: skip


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    name = request.node.name.removeprefix("test_").replace("_", "-")
    assert name in SCENARIOS
    written = write(name, tmp_path / "it")
    index(tmp_path / "ledger", tmp_path / "it" / "blocks", network="regtest")
    with clew.open(tmp_path / "ledger") as ledger:
        check_counts(written.story, ledger)
        yield Case(written.story, tmp_path / "it" / "blocks", ledger)


def check_counts(story: Story, ledger: Inquiry) -> None:
    """That the ledger holds what was told, no more and no less."""
    counts = ledger.status().result["counts"]
    assert counts["blocks"] == len(story.chain.blocks)
    assert counts["transactions"] == len(story.chain.blocks) + len({row.txid for row in story.told})
    assert counts["addresses"] == len(story.owned) + 1  # and the genesis block's


def rows(case: Case, purpose: str) -> list[Told]:
    return [each for each in case.story.told if each.purpose == purpose]


# Flows.


def test_sweep(case: Case) -> None:
    assert case.members("service for ann") == {"service for ann", "service for ben", "service for cem"}
    assert case.members("service for eva") == {"service for eva"}
    assert case.paid("service for ann") == (3, 15 * BTC // 100)
    assert (len(rows(case, "purchase")), sum(each.paid for each in rows(case, "purchase"))) == (5, BTC // 4)


def test_peeling_chain(case: Case) -> None:
    for account in ("exchange for a nominee", "exchange for another nominee"):
        assert case.received[account] == 45 * BTC // 10
    output = case.ledger.tx(rows(case, "cash-out")[0].txid).result
    steps = 1
    while output["outputs"][1]["spent_by"]:
        output = case.ledger.tx(output["outputs"][1]["spent_by"]).result
        steps += 1
    assert (steps, output["outputs"][1]["value"]) == (6, 99_994_000)
    for each in case.story.owners["operator"].story.places:
        if each.owner.name == "operator":
            assert case.members(each.name) == {each.name}


Policy = Callable[[list[tuple[int, bool]], list[int]], list[int]]


def fifo(inputs: list[tuple[int, bool]], outputs: list[int]) -> list[int]:
    """Tainted satoshi in each output, satoshi by satoshi in order. Amounts here are in hundredths of BTC."""
    flow = [tainted for value, tainted in inputs for _ in range(value)]
    ends = [sum(outputs[: n + 1]) for n in range(len(outputs))]
    return [sum(flow[end - value : end]) for end, value in zip(ends, outputs, strict=True)]


def lifo(inputs: list[tuple[int, bool]], outputs: list[int]) -> list[int]:
    return fifo(inputs[::-1], outputs)


def seniority(inputs: list[tuple[int, bool]], outputs: list[int]) -> list[int]:
    return fifo(sorted(inputs, key=lambda each: not each[1]), outputs)


def juniority(inputs: list[tuple[int, bool]], outputs: list[int]) -> list[int]:
    return fifo(sorted(inputs, key=lambda each: each[1]), outputs)


def highest_first(inputs: list[tuple[int, bool]], outputs: list[int]) -> list[int]:
    order = sorted(range(len(outputs)), key=lambda place: -outputs[place])
    filled = dict(zip(order, seniority(inputs, [outputs[place] for place in order]), strict=True))
    return [filled[place] for place in range(len(outputs))]


def haircut(inputs: list[tuple[int, bool]], outputs: list[int]) -> list[int]:
    tainted, whole = sum(value for value, each in inputs if each), sum(value for value, _ in inputs)
    assert all(value * tainted % whole == 0 for value in outputs)
    return [value * tainted // whole for value in outputs]


def taint(case: Case, transfer: Transfer, tainted: str, policy: Policy, unit: int = BTC // 100) -> list[int]:
    """Tainted amounts of a transaction's outputs and its fee, in ``unit``s of satoshi."""
    source = case.story.labels[tainted].outpoint
    inputs = [(coin.value // unit, coin.outpoint == source) for coin in transfer.inputs]
    return policy(inputs, [*(coin.value // unit for coin in transfer.outputs), transfer.fee // unit])


def test_fifo_is_not_haircut(case: Case) -> None:
    shown = case.tx("shop")
    assert [each["value"] for each in shown["inputs"]] == [1 * BTC, 3 * BTC, 6 * BTC]
    assert [each["value"] for each in shown["outputs"]] == [2 * BTC, 4 * BTC, 39 * BTC // 10]
    assert shown["fee"] == BTC // 10
    by_policy = {
        each: taint(case, case.transfer("shop"), "tainted", each)
        for each in (fifo, lifo, haircut, seniority, juniority, highest_first)
    }
    assert by_policy == {
        fifo: [100, 200, 0, 0],
        lifo: [0, 0, 300, 0],
        haircut: [60, 120, 117, 3],
        seniority: [200, 100, 0, 0],
        juniority: [0, 0, 290, 10],
        highest_first: [0, 300, 0, 0],
    }
    assert [min(300, each) for each in (200, 400, 390, 10)] == [200, 300, 300, 10]
    assert max(200, 400, 390, 10) <= 1000 - 300  # so clean money alone could fill any one of them


def test_permuted_outputs(case: Case) -> None:
    moved = {}
    for time in ("first", "second"):
        transfer = case.transfer(f"{time} shop")
        names = [case.story.place_of(coin).owner.name for coin in transfer.outputs]
        for policy in (fifo, haircut):
            found = taint(case, transfer, f"{time} tainted", policy)
            moved[time, policy] = dict(zip(names, found, strict=False))
    assert moved["first", fifo] == {"shop": 100, "broker": 200, "exchange": 0}
    assert moved["second", fifo] == {"exchange": 290, "broker": 10, "shop": 0}
    assert moved["first", haircut] == moved["second", haircut] == {"shop": 60, "broker": 120, "exchange": 117}


def test_merged_at_a_deposit(case: Case) -> None:
    assert case.received["exchange for operator"] == 14_997_000
    for member in ("ann", "ben", "cem"):
        assert case.members(f"service for {member}") == {f"service for {member}"}
    assert case.members("exchange for operator") == {"exchange for operator", "exchange for other customer"}
    assert case.ledger.outflows([case.address(f"service for {m}") for m in ("ann", "ben", "cem")]).result[
        "by_entity"
    ][0]["value"] == 14_997_000  # fmt: skip


def test_deposit_and_withdrawal(case: Case) -> None:
    assert case.paid("service for ann") == (1, 50_001_000)
    assert case.paid("service for ben") == (1, 50_000_000)
    ann = case.ledger.outflows(case.address("service for ann")).result
    assert [(each["value"], each["address"]) for each in ann["outflows"]] == [
        (50_000_000, case.address("exchange for operator"))
    ]
    assert case.payers("withdrawal") == {"exchange hot wallet"}
    assert case.ledger.outflows(case.address("service for ben")).result["found"] == 0


def test_second_exchange(case: Case) -> None:
    assert case.payers("payment") == {"second hot wallet"}
    assert "second for ann" not in case.members("second hot wallet")
    assert case.row("payment").customer == "ann"


def test_unknown_holder(case: Case) -> None:
    customers = {f"untagged service for {name}" for name in ("ann", "ben", "cem")}
    assert case.members("untagged service for ann") == customers
    assert case.payers("payment") == {"untagged service pool"}
    payout = case.transfer("payment")
    assert [coin.value for coin in payout.outputs[:6]] == [20_000_000] + [10_000_000] * 5
    [pool] = payout.inputs
    deposits = next(t for t in case.story.chain.blocks[pool.height].transfers if t.txid == pool.txid).inputs
    assert [case.story.place_of(coin).user for coin in deposits] == ["ann", "ben", "cem"]
    first = [(each.value // 1_000, each == deposits[0]) for each in deposits]
    outputs = [coin.value // 1_000 for coin in payout.outputs]
    assert fifo(first, outputs)[0] == outputs[0]  # every coin that paid had been sent for ann
    assert case.row("payment").payer == "cem"


def test_through_a_hot_wallet(case: Case) -> None:
    assert case.members("exchange hot wallet") == {"exchange hot wallet", "exchange for ann"}
    paid = {each["txid"] for each in case.ledger.payments(case.address("ben 1")).result["payments"]}
    first = case.tx("from ann")["outputs"][0]["spent_by"]
    assert {case.ledger.tx(first).result["outputs"][0]["spent_by"]} == paid
    assert case.row("from ann").customer != case.row("to ben").customer == "ben"


def test_layering(case: Case) -> None:
    assert case.received["exchange for operator"] == 199_994_000
    heights = [row.height for row in case.story.told if row.purpose in ("move", "cash-out")]
    assert heights == [heights[0]] * 5 + [heights[0] + 1]
    assert case.members("operator 3") == {"operator 3"}


def test_dormancy(case: Case) -> None:
    assert case.received["exchange for operator"] == 199_998_000
    entity = case.ledger.entity(case.address("operator proceeds")).result
    assert entity["last"]["time"] - entity["first"]["time"] >= 400 * 86_400
    assert case.ledger.block(case.row("moved").height).result["time"] == entity["last"]["time"]


def test_split_under_a_threshold(case: Case) -> None:
    deposits = rows(case, "cash-out")
    assert [each.value for each in deposits] == [95_000_000] * 10
    assert len({each.address for each in deposits}) == 4
    assert len({each.account for each in deposits}) == 3
    assert sum(case.received[name] for name in case.received if " for " in name) == 950_000_000


def test_round_trip(case: Case) -> None:
    assert case.members("operator proceeds") == {"operator proceeds", "second wallet 1"}
    kept = [
        case.ledger.address(case.address(f"{name} change 1")).result for name in ("broker", "other broker")
    ]
    assert [each["balance"] for each in kept] == [4_999_000] * 2
    assert (case.row("left").value, case.row("came back").value) == (5 * BTC, 49 * BTC // 10)
    returned = case.ledger.payments(case.address("second wallet 1")).result["payments"]
    assert returned[-1]["txid"] == case.row("came back").txid


def test_consolidation_before_cash_out(case: Case) -> None:
    assert len(case.members("service for member 1")) == 8
    assert case.paid("service for member 8") == (8, 40_000_000)
    assert case.received["exchange for operator"] == 39_998_000


def test_accounts_fed_by_one_flow(case: Case) -> None:
    deposits = rows(case, "cash-out")
    assert [case.received[name] for name in case.received if " for " in name] == [BTC] * 3
    [source] = {case.ledger.tx(each.txid).result["inputs"][0]["txid"] for each in deposits}
    assert source == rows(case, "move")[0].txid
    assert len({each.account for each in deposits}) == 3


# Payers.


def test_straight_from_an_exchange(case: Case) -> None:
    assert case.paid("service for ann") == (1, 5_000_000)
    assert case.payers("payment") == {"exchange hot wallet"}


def test_batched_withdrawal(case: Case) -> None:
    [payment] = case.ledger.payments(case.address("service for ann")).result["payments"]
    assert [(each["vout"], each["value"]) for each in payment["outputs"]] == [(3, 5_000_000)]
    assert len(case.tx("payment")["outputs"]) == 7


def test_through_an_own_wallet(case: Case) -> None:
    assert case.members("ann 1") == {"ann 1", "ann 2"}
    assert case.payers("payment") == {"ann 1", "ann 2"}
    assert case.paid("ann 1") == (2, 7_000_000)
    assert case.paid("service for ann") == (1, 6_000_000)
    assert case.ledger.entity(case.address("ann 1")).result["fee"] == FEE


def test_through_many_hops(case: Case) -> None:
    for number in range(1, 5):
        assert case.members(f"ann {number}") == {f"ann {number}"}
    assert case.paid("service for ann") == (1, 5_000_000)
    back = sum(case.received[f"ann change {number}"] for number in range(1, 5))
    assert back == 5_000_000 - 4 * FEE
    assert {each.actor for each in case.story.owned if each.wallet == "ann"} == {"ann"}


def test_two_exchanges_fund_one_payment(case: Case) -> None:
    assert case.members("ann 1") == {"ann 1", "ann 2"}
    sources = case.ledger.payments(case.address("ann 1")).result["payments"]
    assert [each["value"] for each in sources] == [2_000_000, 3_000_000]
    assert case.ledger.payments(case.address("ann 1")).result["total"]["payers"] == 2
    assert case.paid("service for ann") == (1, 5_000_000 - FEE)


def test_bought_with_cash(case: Case) -> None:
    assert case.payers("payment") == {"dealer 1"}
    row = case.row("payment")
    assert (row.payer, row.source, row.innocent) == ("ann", "dealer", "invisible")


def test_paid_by_a_friend(case: Case) -> None:
    assert case.payers("payment") == {"exchange hot wallet"}
    row = case.row("payment")
    assert (row.payer, row.customer, row.innocent) == ("ann", "ben", "invisible")


# Innocents.


def test_account_taken_over(case: Case) -> None:
    assert case.paid("service for thief") == (1, 5_000_000)
    row = case.row("payment")
    assert (row.payer, row.source, row.customer) == ("thief", "exchange", "ann")


def test_account_resold(case: Case) -> None:
    assert case.paid("service for buyer") == (1, 5_000_000)
    opened = rows(case, "withdrawal")[0]
    times = [case.ledger.block(each.height).result["time"] for each in (opened, case.row("payment"))]
    assert times[1] - times[0] > 365 * 86_400


def test_gift(case: Case) -> None:
    assert case.payers("payment") == {"ben 1"}
    assert case.payers("gift") == {"exchange hot wallet"}
    assert case.paid("ben 1") == (1, 10_000_000)
    assert (case.row("gift").payer, case.row("payment").payer) == ("ann", "ben")


def test_typing_error(case: Case) -> None:
    assert case.paid("service for warned of") == (1, 5_000_000)
    assert case.paid("shop 1") == (1, 5_000_000)
    assert case.payers("payment") == {"ann 1"}


def test_dust(case: Case) -> None:
    assert case.members("service for ann") == {"service for ann", "service for ben"}
    payments = case.ledger.payments(case.address("service for ben")).result["payments"]
    assert [each["value"] for each in payments] == [5_000_000, 1_400]
    assert [each.value for each in rows(case, "dust")] == [700] * 4


def test_refund(case: Case) -> None:
    payments = case.ledger.payments(case.address("service for ann")).result["payments"]
    assert [each["value"] for each in payments] == [10_001_000, 10_000_000]
    [before] = case.ledger.outflows(case.address("service for ann")).result["outflows"]
    assert (before["value"], before["address"]) == (10_000_000, case.address("exchange for operator"))
    assert before["time"] <= payments[1]["time"] - 7_200
    assert payments[1]["txid"] == case.row("refund").txid


def test_change_that_looks_like_a_payment(case: Case) -> None:
    assert case.members("service for ann") == {"service for ann", "service for nobody", "private wallet 1"}
    # The private wallet's first coins, and the purchase; not the change.
    payments = case.ledger.payments(case.address("service for ann")).result["payments"]
    assert [each["value"] for each in payments] == [120_000_000, 5_000_000]
    assert case.row("change").value == 69_999_000
    with case.until(case.row("change").height) as before:
        found = before.payments(case.address("service for nobody")).result["payments"]
        assert [each["value"] for each in found] == [69_999_000]


def test_custodial_payer(case: Case) -> None:
    assert case.payers("payment") == {"custodian everybody"}
    [coin] = case.transfer("payment").inputs
    assert coin == case.story.labels["for ann"]
    assert case.row("payment").payer == "dana"
    out = case.ledger.outflows(case.address("custodian everybody")).result
    assert out["total"]["outflows"] == 4
    assert case.paid("custodian everybody") == (4, 120_000_000)


def test_service_pays_itself(case: Case) -> None:
    assert case.members("service for test") == {"service for ann", "service for test"}
    assert case.paid("service for test") == (1, 10_000_000)
    with case.until(case.row("test").height) as before:
        assert before.payments(case.address("service for test")).result["total"]["value"] == 2_000_000


# Control.


def stand(case: Case, name: str) -> tuple[set[str], dict[str, set[str]]]:
    """Addresses that hang together with one without any one transaction; and those that each would lose."""
    found = case.ledger.entity(case.address(name)).result
    names = {each.address: each.name for each in case.story.places}
    links = [(names[each["a"]], names[each["b"]], each["txid"]) for each in found["links"]]
    lost = {}
    for without in {txid for *_, txid in links}:
        reached, grown = {name}, True
        while grown:
            more = {end for a, b, txid in links if txid != without and reached & {a, b} for end in (a, b)}
            grown = not more <= reached
            reached |= more
        lost[without] = case.members(name) - reached
    return case.members(name) - set().union(*lost.values()), {
        txid: each for txid, each in lost.items() if each
    }


def test_mistaken_join(case: Case) -> None:
    both = {f"{name} {number}" for name in ("ann", "ben") for number in (1, 2, 3)}
    assert case.members("ann 1") == both
    with case.until(case.row("mistake").height - 1) as before:
        assert case.members("ann 1", before) == {"ann 1", "ann 2", "ann 3"}
        assert case.members("ben 1", before) == {"ben 1", "ben 2", "ben 3"}
    _, lost = stand(case, "ann 1")
    assert lost[case.row("mistake").txid] == {"ben 1", "ben 2", "ben 3"}
    assert case.payers("mistake") == {"ann 1", "ben 1"}


def test_bridge(case: Case) -> None:
    assert case.members("service 1") == {f"service {number}" for number in range(1, 9)}
    stays, lost = stand(case, "service 1")
    assert stays == {f"service {number}" for number in range(1, 6)}
    assert lost == {case.row("bridge").txid: {"service 6", "service 7", "service 8"}}
    assert sum(case.received[f"service {number}"] for number in (6, 7, 8)) == 290_000_000
    stays, lost = stand(case, "service 7")
    assert stays == {"service 6", "service 7", "service 8"}
    assert list(map(len, lost.values())) == [5]


def test_ring(case: Case) -> None:
    names = {f"wallet {number}" for number in range(1, 6)}
    assert case.members("wallet 1") == names
    stays, lost = stand(case, "wallet 1")
    assert stays == names - {"wallet 5"}
    assert lost == {case.row("4 with 5").txid: {"wallet 5"}}


def test_late_merge(case: Case) -> None:
    first = {f"first service {number}" for number in (1, 2, 3)}
    second = {f"second service {number}" for number in (1, 2, 3)}
    assert case.members("second service 1") == first | second
    last = case.row("merge").height
    with case.until(last - 1) as before:
        assert case.members("first service 1", before) == first
        assert case.members("second service 1", before) == second
        older, younger = (
            before.entity(case.address(f"{n} service 1")).result["entity"] for n in ("first", "second")
        )
    assert case.ledger.entity(case.address("second service 1")).result["entity"] == older < younger
    assert last - max(row.height for row in case.story.told if row.label != "merge") > 100


def test_payjoin(case: Case) -> None:
    assert case.payers("payment") == {"ann 1", "shop 1"}
    row = case.row("payment")
    assert (row.value, row.paid, row.payer) == (80_000_000, 30_000_000, "ann")
    values = [each["value"] for each in case.tx("payment")["inputs"]]
    assert max(values) > row.value > min(values)  # so the smaller input was not needed


def test_same_key(case: Case) -> None:
    names = ["ann key (p2pk)", "ann key (p2pkh)", "ann key", "ann key (p2sh-p2wpkh)"]
    assert case.address(names[0]) == case.address(names[1])
    assert [case.received[name] for name in names] == [50_000_000, 50_000_000, 25_000_000, 25_000_000]
    assert len({case.address(name) for name in names}) == 3
    assert len({case.place(name).lock.keys for name in names}) == 1
    for name in names[1:]:
        assert case.ledger.entity(case.address(name)).result["size"] == 3


def test_shared_multisig(case: Case) -> None:
    names = ["ann key", "ben key", "cem key", "family box"]
    assert [case.members(name) for name in names] == [{name} for name in names]
    keys = case.place("family box").lock.keys
    assert keys == tuple(case.place(name).lock.keys[0] for name in names[:3])


def test_known_key(case: Case) -> None:
    # Bitcoin's best known key: that of the private key 1.
    address = case.ledger.address(case.address("everybody known key")).result
    assert (address["received"], address["balance"]) == (2_000_000, 0)
    assert case.place("everybody known key").lock.keys[0].hex().startswith("0279be667ef9dcbb")
    finders = {each.txid for each in rows(case, "sweep")}
    assert len(finders) == 2
    for txid in finders:
        assert case.ledger.tx(txid).result["rules"]["multi_input"] == "unknown"
    assert case.members("everybody known key") == {"everybody known key"}


def test_anyone_can_spend(case: Case) -> None:
    for name in ("ann 1", "ben 1", "everybody open box"):
        assert case.members(name) == {name}
    sweeps = rows(case, "sweep")
    for row in sweeps[:2]:
        assert case.ledger.tx(row.txid).result["rules"]["strict"] == "unknown"
    # What hides in a witness shows no signature.
    for row in sweeps[2:]:
        assert case.ledger.tx(row.txid).result["rules"]["multi_input"] == "unknown"
    assert case.members("cem 1") == {"cem 1"}
    every = {t.txid[::-1].hex(): t.transaction for block in case.story.chain.blocks for t in block.transfers}
    assert [every[row.txid].inputs[1].witness for row in sweeps] == [(), (), (b"\x51",), (b"\x51",)]


def test_anchors(case: Case) -> None:
    for name in ("ann 1", "ben 1", "cem 1", "everybody anchor"):
        assert case.members(name) == {name}
    [row] = rows(case, "sweep")
    assert case.ledger.tx(row.txid).result["rules"]["strict"] == "unknown"
    assert case.received["everybody anchor"] == 480


def test_exchange_order(case: Case) -> None:
    first, second = (case.transfer(f"price by {name}").transaction for name in ("ben", "dana"))
    assert [entry.witness[0][-1] for entry in first.inputs] == [0x83, 0x01]
    assert [len(entry.witness[0]) for entry in second.inputs] == [65, 64]
    assert second.inputs[0].witness[0][-1] == 0x83
    assert case.received["ann 2"] == case.received["cem 2"] == 40_000_000
    assert case.payers("price by ben") == {"ann 1", "ben 1"}
    for label, names in (("price by ben", ("ann 1", "ben 1")), ("price by dana", ("cem 1", "dana 1"))):
        shown = case.tx(label)
        assert shown["rules"]["multi_input"] == "unknown"
        assert shown["inputs"][0]["signing"][:2] == ["single", "anyonecanpay"]
        for name in names:
            assert case.members(name) == {name}


def test_dual_funded_channel(case: Case) -> None:
    assert case.payers("channel") == {"ann 1", "ben 1"}
    assert case.tx("channel")["rules"]["multi_input"] == "unknown"
    assert case.members("ann 1") == {"ann 1"}
    assert case.received["channel 1"] == BTC
    close = case.tx("channel")["outputs"][0]["spent_by"]
    assert [each["value"] for each in case.ledger.tx(close).result["outputs"]] == [49_999_000, 50_000_000]
    assert [each.paid for each in case.story.told if each.txid == close] == [0, 10_000_000]
    assert case.members("channel 1") == {"channel 1"}


def test_escrow(case: Case) -> None:
    assert case.payers("released") == {"first escrow 2 of 3", "seller 1"}
    assert case.tx("released")["rules"]["multi_input"] == "unknown"
    assert case.members("seller 1") == {"seller 1"}
    assert (case.row("released").value, case.row("released").paid) == (69_999_000, 50_000_000)
    assert case.row("refunded").value == 29_999_000
    assert case.members("second escrow 2 of 3") == {"second escrow 2 of 3"}
    box = case.place("first escrow 2 of 3").lock
    assert (box.needed, len(box.keys)) == (2, 3)


def test_address_reuse(case: Case) -> None:
    assert case.members("charity donations") == {"charity donations"}
    assert case.paid("charity donations") == (6, 60_000_000)
    back = [each for each in rows(case, "change") if each.payee == "charity"]
    assert len(back) == 2
    assert case.received["charity donations"] == 60_000_000 + sum(each.value for each in back)


# Change.


def outputs(case: Case, label: str) -> tuple[list[dict[str, Any]], int]:
    """A transaction's outputs, and which of them is change in truth."""
    shown = case.tx(label)["outputs"]
    [change] = [row.vout for row in rows(case, "change") if row.txid == case.row(label).txid]
    return shown, change


def test_change_of_the_same_kind(case: Case) -> None:
    shown, change = outputs(case, "payment")
    kinds = [each["script_type"] for each in shown]
    assert [kind == case.tx("payment")["inputs"][0]["script_type"] for kind in kinds] == [True, False]
    assert change == 0


def test_round_payment(case: Case) -> None:
    shown, change = outputs(case, "payment")
    assert [each["value"] % 1_000 == 0 for each in shown] == [True, False]
    assert change == 1
    assert [each["value"] for each in shown] == [25_000_000, 14_786_643]


def test_round_change(case: Case) -> None:
    shown, change = outputs(case, "payment")
    assert [each["value"] % 1_000 == 0 for each in shown] == [False, True]
    assert (shown[0]["value"], shown[1]["value"], change) == (14_786_643, 25_000_000, 1)
    spent_alike(case, "payment", change)


def test_optimal_change(case: Case) -> None:
    shown, change = outputs(case, "payment")
    smallest = min(each["value"] for each in case.tx("payment")["inputs"])
    assert [place for place, each in enumerate(shown) if each["value"] < smallest] == [change]
    assert {each["value"] for each in shown} == {71_234_567, 18_764_433}


def test_change_to_the_same_address(case: Case) -> None:
    shown, change = outputs(case, "payment")
    own = case.tx("payment")["inputs"][0]["address"]
    assert [place for place, each in enumerate(shown) if each["address"] == own] == [change]


def test_fresh_change(case: Case) -> None:
    for payer, fresh in (("ann", 2), ("ben", 1)):
        shown, change = outputs(case, f"payment by {payer}")
        txid = case.row(f"payment by {payer}").txid
        new = [
            place for place, each in enumerate(shown)
            if case.ledger.address(each["address"]).result["first"]["txid"] == txid
        ]  # fmt: skip
        assert len(new) == fresh
        assert change in new


def spent_alike(case: Case, label: str, change: int) -> None:
    """Of two spent outputs, only change is spent by the paying wallet's version, with a lock time."""
    by_txid = {
        t.txid[::-1].hex(): t.transaction for block in case.story.chain.blocks for t in block.transfers
    }
    this = case.transfer(label).transaction
    spenders = [by_txid[each["spent_by"]] for each in case.tx(label)["outputs"]]
    alike = [
        each.version == this.version and bool(each.lock_time) == bool(this.lock_time) for each in spenders
    ]
    assert [place for place, each in enumerate(alike) if each] == [change]


def test_change_spent_alike(case: Case) -> None:
    _, change = outputs(case, "payment")
    spent_alike(case, "payment", change)
    with case.until(case.row("payment").height) as before:
        shown = before.tx(case.row("payment").txid).result["outputs"]
        assert {each["spent_by"] for each in shown} == {None}


def test_two_payments_no_change(case: Case) -> None:
    shown = case.tx("shop")
    assert [each["value"] for each in shown["outputs"]] == [31_231_231, 18_765_769]
    assert not [row for row in rows(case, "change") if row.payee != "miner"]


# Coinjoins. Shapes are those that the field describes, stated once more in plain Python.


def equal(coins: tuple[Coin, ...]) -> tuple[int, int]:
    """The most frequent value of outputs, and how often it is there."""
    [(value, count)] = Counter(coin.value for coin in coins).most_common(1)
    return value, count


def is_joinmarket(made: Transfer) -> bool:
    value, count = equal(made.outputs)
    scripts = {coin.lock.script for coin in made.outputs}
    return (
        value > 2_730
        and count >= 3
        and 2 * count >= len(made.outputs) == len(scripts)
        and count <= len({coin.lock.script for coin in made.inputs})
        and count < len(made.outputs)
    )


def nobody_is_joined(case: Case, made: Transfer) -> None:
    assert case.ledger.tx(made.txid[::-1].hex()).result["rules"]["strict"] == "no"
    for coin in made.inputs:
        name = case.story.place_of(coin).name
        assert case.members(name) == {name}


def round_of(case: Case, number: int = 0) -> Transfer:
    """A coinjoin round, by the order of rounds."""
    txids = list(dict.fromkeys(row.txid for row in case.story.told if row.purpose == "coinjoin"))
    every = (t for block in case.story.chain.blocks for t in block.transfers)
    return next(t for t in every if t.txid[::-1].hex() == txids[number])


def owners(case: Case, coins: tuple[Coin, ...]) -> list[str]:
    return [case.story.place_of(coin).owner.actor for coin in coins]


def test_joinmarket(case: Case) -> None:
    made = round_of(case)
    assert is_joinmarket(made)
    assert equal(made.outputs) == (50_000_000, 4)
    assert len(made.outputs) == 8
    nobody_is_joined(case, made)
    # The change gives each away, by its amount.
    for coin in made.inputs:
        [own] = [each for each in made.outputs if each.value != 50_000_000
                 and case.story.place_of(each).owner is case.story.place_of(coin).owner]  # fmt: skip
        assert abs(coin.value - 50_000_000 - own.value) <= 16_000
    assert case.row("payment").payer == "ann"
    assert case.transfer("payment").inputs[0] in made.outputs


def test_joinmarket_payment(case: Case) -> None:
    made = round_of(case)
    assert is_joinmarket(made)
    nobody_is_joined(case, made)
    [payment] = case.ledger.payments(case.address("service for ann")).result["payments"]
    assert payment["coinjoin"]
    assert len(payment["payers"]) == 4


def test_wasabi_1(case: Case) -> None:
    made = round_of(case)
    value, count = equal(made.outputs)
    assert (abs(value - 10_000_000) <= 2_000_000, count, len(made.inputs)) == (True, 10, 11)
    assert len(made.outputs) == 21
    assert len({coin.value for coin in made.outputs}) >= 3
    assert Counter(owners(case, made.inputs))["stranger with two coins"] == 2
    nobody_is_joined(case, made)


def test_wasabi_1_1(case: Case) -> None:
    made = round_of(case)
    found = Counter(coin.value for coin in made.outputs)
    assert [found[level] for level in (10_000_000, 20_000_000, 40_000_000)] == [12, 6, 3]
    assert max(count for value, count in found.items() if value % 10_000_000) == 1
    nobody_is_joined(case, made)


def test_wabisabi(case: Case) -> None:
    made = round_of(case)
    for coins in (made.inputs, made.outputs):
        assert [coin.value for coin in coins] == sorted((coin.value for coin in coins), reverse=True)
    assert len(made.inputs) == 24
    assert sum(coin.value in WABISABI_AMOUNTS for coin in made.outputs) == len(made.outputs)
    kinds = {coin.lock.script_type for coin in made.inputs}
    assert kinds == {WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT}
    assert made.fee < 12 * 7_000
    [first] = case.transfer("payment").inputs
    assert sum(coin.value == first.value for coin in made.outputs) > 1
    nobody_is_joined(case, made)


def test_whirlpool(case: Case) -> None:
    remixes = []
    rounds = [round_of(case, number) for number in (0, 1)]
    for made in rounds:
        assert [coin.value for coin in made.outputs] == [1_000_000] * 5
        assert all(1_000_000 <= coin.value <= 1_110_000 for coin in made.inputs)
        assert len(set(owners(case, made.inputs))) == len(set(owners(case, made.outputs))) == 5
        remixes.append(sum(coin in rounds[0].outputs for coin in made.inputs))
        nobody_is_joined(case, made)
    assert remixes == [0, 3]
    every = {t.txid: t for block in case.story.chain.blocks for t in block.transfers}
    for coin in (*rounds[0].inputs, *rounds[1].inputs):
        first = every[coin.txid]
        if first not in rounds:  # a Tx0
            values = [each.value for each in first.outputs]
            assert values[:4] == [0, 50_000, 1_010_000, 1_010_000]
            assert first.outputs[0].lock.script[0] == 0x6A
    assert case.transfer("payment").inputs[0] in rounds[1].outputs


def test_batch_payout(case: Case) -> None:
    made = case.transfer("customer 1")
    assert is_joinmarket(made)
    said = case.tx("customer 1")["rules"]
    assert (said["equal_output_coinjoin"], said["batch_payout"], said["coinjoin"]) == ("yes", "yes", "no")
    assert set(owners(case, made.inputs)) == {"exchange"}
    assert case.members("exchange 1") == {f"exchange {number}" for number in range(1, 6)}


def test_exchange_sweep(case: Case) -> None:
    swept = rows(case, "move")
    made = next(
        t for t in case.story.chain.blocks[swept[0].height].transfers if t.txid[::-1].hex() == swept[0].txid
    )
    assert is_joinmarket(made)
    assert (len(made.inputs), equal(made.outputs)) == (6, (BTC, 3))
    assert set(owners(case, made.inputs)) == {"exchange"}
    assert len(case.members("exchange for customer 1")) == 6
    assert case.members("exchange cold 1") == {f"exchange cold {number}" for number in (1, 2, 3)}


def test_stonewall(case: Case) -> None:
    made = case.transfer("payment")
    assert equal(made.outputs) == (20_000_000, 2)
    assert (len(made.inputs), len(made.outputs)) == (2, 4)
    assert set(owners(case, made.inputs)) == {"ann"}
    nobody_is_joined(case, made)


def test_every_scenario_has_its_answers_tested() -> None:
    tests = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert set(SCENARIOS) <= tests
