"""Answers to traces on chains made by hand, whose numbers are worked out beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analysis.test_tags import tagged
from clew.analysis.inquiry import Inquiry
from clew.analysis.trace import when, words
from clew.analysis.trace.sources import Sources, find_coins
from clew.analysis.trace.stops import Stops
from clew.analysis.trace.traced import follow
from clew.analysis.trace.walk import Limits
from clew.errors import NotFoundError, UsageError
from clew.ledger.ledger import Ledger
from naive.chain import Chain, Point, address_of, pay

BTC = 100_000_000
ALL = "poison,haircut,fifo,lifo,seniority,juniority,tiho"
AMOUNTS = ("haircut", "fifo", "lifo", "seniority", "juniority", "tiho")

Ask = Callable[[Chain], Inquiry]


def name(point: Point) -> str:
    return f"{point[0][::-1].hex()}:{point[1]}"


def coin(chain: Chain, to: str, value: int) -> Point:
    """A new coin of somebody's."""
    return chain.mine([(to, value)]).transactions[0].txid, 0


def laundered() -> tuple[Chain, Point]:
    """10 BTC of a buyer and 30 BTC of others go into one transaction: 12 BTC to an exchange, 27 BTC on to a
    wallet, fee 1 BTC. The wallet then pays 20 BTC to the exchange and keeps 7 BTC."""
    chain = Chain()
    dirty, clean = coin(chain, "buyer", 10 * BTC), coin(chain, "others", 30 * BTC)
    first = pay([dirty, clean], [("exchange", 12 * BTC), ("wallet", 27 * BTC)])
    chain.mine([("miner", 1)], [first])
    second = pay([(first.txid, 1)], [("exchange", 20 * BTC), ("purse", 7 * BTC)])
    chain.mine([("miner", 2)], [second])
    return chain, dirty


def with_exchange(folder: Path, chain: Chain) -> Inquiry:
    tag = f"address: {address_of('exchange')}, label: Big Exchange, category: exchange"
    return tagged(folder / "ledger", tag, blocks=chain)


def by_policy(rows: list[dict[str, Any]], end: str) -> dict[str, Any]:
    """Taint that ends so under each policy; 0 where none does."""
    return {
        each["policy"]: next((row["taint"] for row in each["ends"] if row["end"] == end), 0) for each in rows
    }


def test_each_policy_tells_of_another_sum(tmp_path: Path) -> None:
    chain, dirty = laundered()
    result = with_exchange(tmp_path, chain).trace(name(dirty), policy=ALL).result
    # haircut: 12 of 40 BTC are 30 %: of 10 tainted BTC 3 to the exchange, 27/40 x 10 = 6.75 to the wallet,
    # 1/40 x 10 = 0.25 fee; then 20/27 of 6.75 = 5 to the exchange, 1.75 to the purse.
    # fifo: the 10 tainted BTC come first, and the exchange's 12 BTC are cut first: all 10.
    # lifo: 30 clean first, so the 12 are clean, the 27 hold 18 clean and then 9 tainted, the fee 1. Then 20
    # of the wallet's 27: 18 clean and 2 tainted to the exchange, 7 tainted to the purse.
    # seniority: 10 into the first output. juniority: 1 fee, 9 into the wallet; then 7 to the purse and 2 to
    # the exchange.
    # tiho: 10 into the 27; of these 10 into the 20.
    at_exchange = {"haircut": 8, "fifo": 10, "lifo": 2, "seniority": 10, "juniority": 2, "tiho": 10}
    unspent = {"haircut": 1.75, "fifo": 0, "lifo": 7, "seniority": 0, "juniority": 7, "tiho": 0}
    fee = {"haircut": 0.25, "fifo": 0, "lifo": 1, "seniority": 0, "juniority": 1, "tiho": 0}
    for end, expected in (("service", at_exchange), ("unspent", unspent), ("fee", fee)):
        found = by_policy(result["traces"], end)
        assert {policy: found[policy] for policy in AMOUNTS} == {
            policy: int(each * BTC) for policy, each in expected.items()
        }
    poison = result["traces"][0]
    assert [(row["end"], row["coins"], row["taint"]) for row in poison["ends"]] == [
        ("service", 2, None),
        ("unspent", 1, None),
        ("fee", 2, None),
    ]
    assert all(value is None for row in poison["books"] for key, value in row.items() if key != "hop")
    (exchange,) = result["destinations"]
    assert exchange["address"] == address_of("exchange")
    assert [each["taint"] for each in exchange["under"]] == [
        None,
        *(int(at_exchange[policy] * BTC) for policy in AMOUNTS),
    ]
    assert exchange["range"] == {"least": 2 * BTC, "most": 10 * BTC}
    assert exchange["under"][1]["sources"] == [{"source": 0, "taint": 8 * BTC}]
    left = {each["policy"]: each["unattributed"]["taint"] for each in result["traces"]}
    assert left["haircut"] == 2 * BTC
    assert [row["end"] for row in result["traces"][1]["unattributed"]["ends"]] == ["unspent", "fee"]


def test_books_balance_hop_by_hop(tmp_path: Path) -> None:
    chain, dirty = laundered()
    result = with_exchange(tmp_path, chain).trace(name(dirty), policy=ALL).result
    for each in result["traces"][1:]:
        for row in each["books"]:
            assert row["in"] == row["out"] + row["fee"]
    haircut = result["traces"][1]["books"]
    assert haircut == [
        {"hop": 0, "in": 10 * BTC, "out": 975_000_000, "fee": 25_000_000, "ended": 3 * BTC},
        {"hop": 1, "in": 675_000_000, "out": 675_000_000, "fee": 0, "ended": 675_000_000},
    ]


def test_backward_is_the_composition(ask: Ask) -> None:
    chain, dirty = laundered()
    exchange = chain.blocks[-1].transactions[1].txid, 0
    result = ask(chain).trace(name(exchange), backward=True, policy="haircut,fifo").result
    made = {
        each["policy"]: {row["coin"]: row["taint"] for row in each["branches"]} for each in result["traces"]
    }
    others = chain.blocks[2].transactions[0].txid, 0
    # The 20 BTC are the first 20 of the 27. haircut: all of it from the 27, a quarter of that is the buyer's.
    assert made["haircut"] == {name(dirty): 5 * BTC, name(others): 15 * BTC}
    # fifo: the wallet's coin lies at 12 to 39 of the line, and the 20 are its first: all others' money.
    assert made["fifo"] == {name(others): 20 * BTC}
    assert all(row["end"] == "coinbase" for each in result["traces"] for row in each["branches"])


def test_naming_sources_apart_changes_no_sum(ask: Ask) -> None:
    chain, dirty = laundered()
    others = chain.blocks[2].transactions[0].txid, 0
    inquiry = ask(chain)
    together = inquiry.trace([name(dirty), name(others)], policy=ALL).result
    for each in together["traces"][1:]:
        for row in each["branches"]:
            assert sum(share for _, share in row["by"]) == row["taint"]
        # All that goes in is tainted: so is all that goes out.
        assert (
            sum(row["taint"] for row in each["branches"]) + by_policy([each], "fee")[each["policy"]]
            == 40 * BTC
        )
    fifo = next(each for each in together["traces"] if each["policy"] == "fifo")
    shares = {row["value"]: row["by"] for row in fifo["branches"]}
    assert shares[12 * BTC] == [[0, 10 * BTC], [1, 2 * BTC]]
    assert shares[7 * BTC] == [[1, 7 * BTC]]


def test_the_lowest_balance_in_between(ask: Ask) -> None:
    chain = Chain()
    first, own = coin(chain, "buyer", 10 * BTC), coin(chain, "wallet", 5 * BTC)
    into = pay([first], [("wallet", 10 * BTC)])
    chain.mine([("miner", 1)], [into])
    # The wallet falls to 10, and to 4 when it pays with the tainted coin; that coin has then left.
    chain.mine([("miner", 2)], [pay([own], [("shop", 5 * BTC)])])
    more = coin(chain, "wallet", 3 * BTC)
    out = pay([(into.txid, 0)], [("shop", 6 * BTC), ("wallet", 4 * BTC)])
    chain.mine([("miner", 3)], [out])
    chain.mine([("miner", 4)], [pay([more], [("shop", 3 * BTC)])])
    wallets = ask(chain).trace(name((into.txid, 0)), policy="fifo").result["wallets"]
    (wallet,) = wallets
    assert wallet["address"] == address_of("wallet")
    assert wallet["since"]["height"] == 3
    assert wallet["until"]["height"] == 6
    assert (wallet["lowest"], wallet["lowest_at"]["height"]) == (10 * BTC, 4)
    assert wallet["arrived"] == [{"policy": "fifo", "coins": 1, "taint": 10 * BTC}]


def test_what_a_wallet_pays_itself_has_not_arrived_again(ask: Ask) -> None:
    chain = Chain()
    spends = coin(chain, "buyer", 10 * BTC)
    for to in ("wallet", "wallet", "wallet", "shop"):
        payment = pay([spends], [(to, 10 * BTC)])
        chain.mine([("miner", 1)], [payment])
        spends = payment.txid, 0
    answer = ask(chain).trace(name((chain.blocks[1].transactions[0].txid, 0)), policy="haircut")
    wallets = {each["address"]: each for each in answer.result["wallets"]}
    assert wallets[address_of("wallet")]["arrived"] == [{"policy": "haircut", "coins": 3, "taint": 10 * BTC}]
    assert wallets[address_of("wallet")]["lowest"] == 10 * BTC


def test_permuted_outputs_move_fifo_and_nothing_else(ask: Ask) -> None:
    chain, dirty = laundered()
    inquiry = ask(chain)
    moved = inquiry.trace(name(dirty), policy=ALL, permute=30, seed=7).result["permuted"]
    assert [each["policy"] for each in moved["policies"]] == ["fifo", "lifo", "seniority", "juniority"]
    fifo = {row["end"]: row for row in moved["policies"][0]["destinations"]}
    # The 27 BTC may be cut first, but the fee never.
    assert fifo["unspent"]["taint"] == fifo["unspent"]["least"] == fifo["unspent"]["most"] == 10 * BTC
    again = inquiry.trace(name(dirty), policy=ALL, permute=30, seed=7).result["permuted"]
    assert again == moved


def test_permuted_outputs_reach_other_services(tmp_path: Path) -> None:
    chain, dirty = laundered()
    moved = with_exchange(tmp_path, chain).trace(name(dirty), policy="fifo", permute=40).result["permuted"]
    rows = {row["end"]: row for row in moved["policies"][0]["destinations"]}
    # First the wallet's 27: all 10 BTC go there; of these 10 or, with the purse's 7 first, 3 to the exchange.
    assert (rows["service"]["taint"], rows["service"]["least"], rows["service"]["most"]) == (
        10 * BTC,
        3 * BTC,
        10 * BTC,
    )
    assert (rows["unspent"]["taint"], rows["unspent"]["most"]) == (0, 7 * BTC)


def test_every_limit_names_itself(ask: Ask) -> None:
    chain, dirty = laundered()
    inquiry = ask(chain)
    ends = {
        "hops": {"hops": 1},
        "time": {"until": 3},
        "value": {"least": 8 * BTC},
    }
    for end, limit in ends.items():
        found = by_policy(inquiry.trace(name(dirty), policy="haircut", **limit).result["traces"], end)
        # Both outputs end at hop 1 and at 6.75 BTC; only the wallet's is spent, above height 3.
        expected = {"hops": 975_000_000, "time": 675_000_000, "value": 975_000_000}
        assert found == {"haircut": expected[end]}


def test_days_are_those_of_median_times_in_a_zone(ask: Ask) -> None:
    chain = Chain()
    day = 86_400
    start = chain.blocks[0].header.time
    for number in range(1, 40):
        chain.mine([("miner", 1)], time=start + number * day // 3)
    ledger = ask(chain).ledger
    times = ledger.column("blocks.median_time")[:].tolist()
    for zone in ("UTC", "Asia/Seoul"):
        days = [datetime.fromtimestamp(each, ZoneInfo(zone)).date().isoformat() for each in times]
        for each in sorted(set(days)):
            assert when.until(ledger, each, zone) == max(i for i, on in enumerate(days) if on <= each)
            assert when.since(ledger, each, zone) == min(i for i, on in enumerate(days) if on >= each)
    assert when.until(ledger, "2999-01-01") == ledger.tip.height
    assert when.since(ledger, "2001-01-01") == 0
    assert when.until(ledger, "17") == when.since(ledger, 17) == 17


def test_a_cycle_through_reused_addresses_ends(ask: Ask) -> None:
    chain = Chain()
    spends = coin(chain, "ann", 9 * BTC)
    for turn in range(60):
        payment = pay([spends], [("bob" if turn % 2 else "ann", 9 * BTC)])
        chain.mine([("miner", 1)], [payment])
        spends = payment.txid, 0
    inquiry = ask(chain)
    source = name((chain.blocks[1].transactions[0].txid, 0))
    for policy in ALL.split(","):
        (found,) = inquiry.trace(source, policy=policy, hops=0).result["traces"]
        assert [row["end"] for row in found["ends"] if row["end"] != "fee"] == ["unspent"]
        assert found["transactions"] == 60
    (found,) = inquiry.trace(source, policy="fifo").result["traces"]
    assert [(row["end"], row["taint"]) for row in found["ends"]] == [("hops", 9 * BTC)]
    # An address's coins that came from itself are no source.
    assert inquiry.trace([address_of("ann"), address_of("bob")]).result["total"]["coins"] == 1
    ann = inquiry.trace(address_of("ann")).result
    assert ann["total"]["coins"] == 30
    assert {row["end"] for each in ann["traces"] for row in each["ends"]} == {"source", "unspent"}


def test_a_coinjoin_of_400_inputs(ask: Ask) -> None:
    chain = Chain()
    block = chain.mine([(f"member {i}", 11_000_000 + i) for i in range(400)])
    points = [(block.transactions[0].txid, i) for i in range(400)]
    outputs = [(f"mixed {i}", 10_000_000) for i in range(400)] + [
        (f"change {i}", 900_000 + i) for i in range(400)
    ]
    join = pay(points, outputs)
    chain.mine([("miner", 1)], [join])
    inquiry = ask(chain)
    answer = inquiry.trace(name(points[7]), policy=ALL)
    for each in answer.result["traces"]:
        assert [(row["end"], row["coins"]) for row in each["ends"]] == [("coinjoin", 1)]
        assert each["transactions"] == 0
    _, told = inquiry.trace_file(name(points[7]), policy=ALL)
    assert told["given"]["coinjoins"][0]["txid"] == join.txid[::-1].hex()
    # What comes out has no single origin; asked for anyway, it ends at the coinjoin.
    back = inquiry.trace(name((join.txid, 3)), backward=True).result["traces"]
    assert all(row["end"] == "coinjoin" for each in back for row in each["ends"])
    # Walked through, sums still close.
    coins = find_coins(inquiry.ledger, [name(points[7]), name(points[399])])
    stops = Stops(inquiry.ledger, coinjoins=False)
    for policy in AMOUNTS:
        found = follow(inquiry.ledger, coins, policy, backward=False, limits=Limits(), stops=stops)
        assert found.taint[found.end != 0].sum() + found.fee.sum() == coins.value


def test_an_entity_that_is_a_service_may_be_the_source(tmp_path: Path) -> None:
    chain, _ = laundered()
    out = pay([(chain.blocks[3].transactions[1].txid, 0)], [("exchange", 5 * BTC), ("customer", 7 * BTC)])
    chain.mine([("miner", 3)], [out])
    inquiry = with_exchange(tmp_path, chain)
    entity = inquiry.entity(address_of("exchange")).result["entity"]
    # Whoever names the entity follows what it pays itself; by its address it is a service like others.
    for source, ends in (
        (f"entity:{entity}", [("unspent", 32 * BTC)]),
        (address_of("exchange"), [("service", 5 * BTC), ("unspent", 27 * BTC)]),
    ):
        answer = inquiry.trace(source, policy="seniority")
        assert answer.result["total"] == {"coins": 2, "value": 32 * BTC, "without_value": 0}
        (found,) = answer.result["traces"]
        assert [(row["end"], row["taint"]) for row in found["ends"]] == ends
        assert words.OF_MANY in answer.caveats


def test_a_source_without_money(ask: Ask) -> None:
    chain = Chain()
    spends = coin(chain, "ann", 5 * BTC)
    payment = pay([spends], [("bob", 0), ("ann", 5 * BTC)])
    chain.mine([("miner", 1)], [payment])
    inquiry = ask(chain)
    with pytest.raises(NotFoundError, match="a source without money: every coin named holds 0 satoshi"):
        inquiry.trace(address_of("bob"))
    with pytest.raises(NotFoundError, match="never seen"):
        inquiry.trace(address_of("nobody"))
    answer = inquiry.trace(f"{payment.txid[::-1].hex()}")
    assert answer.result["total"] == {"coins": 1, "value": 5 * BTC, "without_value": 1}
    assert answer.caveats[0] == "1 coin named holds 0 satoshi and is left out."


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"policy": "fifi"}, "did you mean fifo"),
        ({"policy": ""}, "expected at least one policy"),
        ({"hops": -1}, "hops: expected"),
        ({"least": -1}, "least: expected"),
        ({"until": 3, "backward": True}, "give since"),
        ({"since": 3}, "give until"),
        ({"until": "yesterday"}, "expected a height, or a day"),
        ({"until": "2009-01-01"}, "the chain begins later"),
        ({"since": "2999-01-01", "backward": True}, "the ledger ends earlier"),
        ({"until": "9999-12-31"}, "expected a height, or a day"),
        ({"permute": -1}, "permute: expected"),
        ({"seed": 1 << 31}, "seed: expected"),
        ({"limit": -1}, "limit"),
    ],
)
def test_what_cannot_be_asked(ask: Ask, how: dict[str, Any], said: str) -> None:
    chain, dirty = laundered()
    with pytest.raises(UsageError, match=said):
        ask(chain).trace(name(dirty), **how)


def test_a_source_of_many_outputs_is_told_apart_or_says_that_it_is_not(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = Chain()
    count = 3_000
    block = chain.mine([("shop", 1_000 + i) for i in range(count)])
    points = [(block.transactions[0].txid, i) for i in range(count)]
    sweep = pay(points, [("safe", 3_000_000), ("safe 2", 4_000_000)])
    chain.mine([("miner", 1)], [sweep])
    inquiry = ask(chain)
    for policy in AMOUNTS:
        (found,) = inquiry.trace(address_of("shop"), policy=policy).result["traces"]
        for row in found["branches"]:
            assert sum(share for _, share in row["by"]) == row["taint"]
    # Under haircut each coin has of all: that may take too much, and then it is said.
    monkeypatch.setattr("clew.analysis.trace.shares._ROW_BYTES", 1 << 20)
    answer, whole = inquiry.traced(address_of("shop"), policy="haircut,fifo", memory=1 << 28)
    haircut, fifo = answer.result["traces"]
    assert all(row["by"] is None for row in haircut["branches"])
    assert all(row["by"] for row in fifo["branches"])
    assert any("not told apart" in each for each in answer.caveats)
    with pytest.raises(UsageError, match="keeping 3,000 sources apart needs more memory"):
        _ = replace(whole.traces[0]).owned


def test_little_memory_is_said_in_one_line(ask: Ask) -> None:
    chain = Chain()
    count = 20_000
    block = chain.mine([("shop", 1_000 + i) for i in range(count)])
    points = [(block.transactions[0].txid, i) for i in range(count)]
    chain.mine([("miner", 1)], [pay(points, [("safe", 3_000_000)])])
    inquiry = ask(chain)
    with pytest.raises(UsageError, match=r"needs more memory than the .* give --memory at least") as caught:
        inquiry.trace(address_of("shop"), policy="fifo", memory=1 << 20)
    assert "\n" not in str(caught.value)


def test_sources_are_those_that_came_from_outside(ask: Ask) -> None:
    chain = Chain()
    one, two = coin(chain, "shop", 5 * BTC), coin(chain, "buyer", 7 * BTC)
    mixed = pay([one, two], [("shop", 6 * BTC), ("shop 2", 6 * BTC)])
    chain.mine([("miner", 1)], [mixed])
    own = pay([(mixed.txid, 0)], [("shop", 6 * BTC)])
    chain.mine([("miner", 2)], [own])
    ledger: Ledger = ask(chain).ledger
    found: Sources = find_coins(ledger, [address_of("shop")])
    names = {name(one), name((mixed.txid, 0))}
    assert found.value == 11 * BTC
    assert {
        f"{ledger.txid(int(ledger.transaction_of_output(each)))}:0" for each in found.outputs.tolist()
    } == names
