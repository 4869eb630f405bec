"""Flows between two sets: hand-made chains, every chain walked, networkx, and what must not be passed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.analysis.inquiry import Inquiry
from clew.errors import NotFoundError, UsageError
from naive.chain import REGTEST, Chain, address_of, pay
from naive.ledger import build_ledger
from naive.paths import NAMES, chains, naive_chains, naive_coins
from naive.services import with_services

Ask = Callable[[Chain], Inquiry]


def two_ways() -> Chain:
    """From a to b in two transactions, at most 5; and in three, at most 19. From b nothing goes to a.

    a 50 -> x 30, y 20; x 30 -> b 5, z 25; y 20 -> w 20; w 20 -> b 19.
    """
    chain = Chain()
    mined = chain.mine([("a", 50)]).transactions[0]
    first = pay([(mined.txid, 0)], [("x", 30), ("y", 20)])
    chain.mine([("p", 1)], [first])
    chain.mine([("p", 1)], [pay([(first.txid, 0)], [("b", 5), ("z", 25)])])
    onward = pay([(first.txid, 1)], [("w", 20)])
    chain.mine([("p", 1)], [onward])
    chain.mine([("p", 1)], [pay([(onward.txid, 0)], [("b", 19)])])
    return chain


def coinjoined() -> Chain:
    """a's only way to b is a coinjoin of five, and after it one more transaction."""
    chain = Chain()
    names = ("a", "m", "n", "o", "q")
    coins = [(chain.mine([(name, 11_000)]).transactions[0].txid, 0) for name in names]
    joined = pay(
        coins, [*((f"{name}-mixed", 10_000) for name in names), ("a-change", 1_000), ("m-change", 999)]
    )
    chain.mine([("p", 1)], [joined])
    chain.mine([("p", 1)], [pay([(joined.txid, 0)], [("b", 10_000)])])
    return chain


def found(inquiry: Inquiry, a: str = "a", b: str = "b", **limits: Any) -> dict[str, Any]:
    """The answer from one name to another."""
    return inquiry.paths(address_of(a), address_of(b), **limits).as_dict()


def test_the_shortest_is_not_the_widest(ask: Ask) -> None:
    answer = found(ask(two_ways()))
    there = answer["a_to_b"]
    assert (there["status"], there["cut_by"], there["arrivals"]) == ("complete", [], 2)
    assert (there["shortest"]["transactions"], there["shortest"]["width"]) == (2, 5)
    assert (there["widest"]["transactions"], there["widest"]["width"]) == (3, 19)
    assert there["shortest"]["narrowest"] == 2
    assert there["widest"]["narrowest"] == 3
    assert [step["value"] for step in there["widest"]["steps"]] == [20, 20, 19]
    assert [step["height"] for step in there["widest"]["steps"]] == [2, 4, 5]
    assert there["widest"]["start"]["value"] == 50
    assert there["shortest"]["is_exact"]
    assert there["widest"]["is_exact"]
    assert not there["widest"]["is_marked"]
    back = answer["b_to_a"]
    assert (back["status"], back["shortest"], back["widest"]) == ("none found", None, None)


def test_steps_name_coins_and_entities_from_hand_to_hand(ask: Ask) -> None:
    inquiry = ask(two_ways())
    steps = found(inquiry)["a_to_b"]["widest"]["steps"]
    hands = [(step["from"][0]["address"], step["to"][0]["address"]) for step in steps]
    way = [address_of(name) for name in ("a", "y", "w", "b")]
    assert hands == list(pairwise(way))
    assert steps[0]["coins"][0]["coin"] == steps[0]["txid"] + ":1"


def test_limits_cut_and_say_so(ask: Ask) -> None:
    inquiry = ask(two_ways())
    one = found(inquiry, hops=1)["a_to_b"]
    assert (one["status"], one["cut_by"], one["shortest"]) == ("cut", ["hops"], None)
    two = found(inquiry, hops=2)["a_to_b"]
    assert two["widest"]["width"] == 5
    assert two["cut_by"] == ["hops"]
    assert two["shortest"]["is_exact"]
    assert not two["widest"]["is_exact"]
    few = found(inquiry, most=1)["a_to_b"]
    assert (few["status"], few["cut_by"]) == ("cut", ["most"])
    assert few["looked_at"] == 1
    late = found(inquiry, since=3)["a_to_b"]
    assert (late["status"], late["cut_by"], late["shortest"]) == ("cut", ["time"], None)
    early = found(inquiry, until="4")["a_to_b"]
    assert early["cut_by"] == ["time"]
    assert early["widest"]["width"] == 5


def test_a_day_is_a_limit(ask: Ask) -> None:
    inquiry = ask(two_ways())
    assert found(inquiry, since="2011-02-01", until="2011-02-03")["a_to_b"]["cut_by"] == []
    with pytest.raises(UsageError, match="the ledger ends earlier"):
        found(inquiry, since="2011-02-04")
    with pytest.raises(UsageError, match="the chain begins later"):
        found(inquiry, until="2011-02-01")
    with pytest.raises(UsageError, match="expected a height, or a day"):
        found(inquiry, since="yesterday")
    with pytest.raises(UsageError, match="up to the last one"):
        found(inquiry, since=4, until=3)


def test_a_service_is_never_passed_unless_asked_and_then_marked(tmp_path: Path) -> None:
    inquiry = with_services(tmp_path, two_ways(), {"w": "exchange"})
    there = found(inquiry)["a_to_b"]
    assert there["widest"]["width"] == 5
    assert there["status"] == "complete"
    assert there["not_followed"]["services"] == 1
    through = found(inquiry, through_services=True)
    assert through["a_to_b"]["widest"]["width"] == 19
    assert through["a_to_b"]["widest"]["is_marked"]
    assert [step["held_by"] for step in through["a_to_b"]["widest"]["steps"]] == [None, "service", None]
    assert not through["a_to_b"]["shortest"]["is_marked"]
    assert any("connects nobody" in each for each in through["caveats"])


def test_a_service_at_an_end_is_an_end(tmp_path: Path) -> None:
    there = found(with_services(tmp_path, two_ways(), {"b": "exchange"}))
    assert there["a_to_b"]["widest"]["width"] == 19
    assert not there["a_to_b"]["widest"]["is_marked"]
    assert any("One side is a service" in each for each in there["caveats"])


def test_a_coinjoin_is_never_passed_unless_asked_and_then_marked(ask: Ask) -> None:
    inquiry = ask(coinjoined())
    there = found(inquiry)["a_to_b"]
    assert (there["status"], there["not_followed"]["coinjoins"]) == ("none found", 1)
    through = found(inquiry, through_services=True)["a_to_b"]
    assert through["shortest"]["steps"][0]["coinjoin_rule"] == "coinjoin"
    assert through["shortest"]["steps"][0]["mixed"]
    assert through["shortest"]["is_marked"]


def test_what_cannot_be_asked(ask: Ask) -> None:
    inquiry = ask(two_ways())
    with pytest.raises(UsageError, match="without an entity in common"):
        found(inquiry, "a", "a")
    with pytest.raises(NotFoundError, match="never seen"):
        found(inquiry, "a", "nobody")
    for limits in ({"hops": 0}, {"hops": 101}, {"most": 0}):
        with pytest.raises(UsageError, match="expected 1"):
            found(inquiry, **limits)


def test_sets_are_taken_together(ask: Ask) -> None:
    inquiry = ask(two_ways())
    answer = inquiry.paths([address_of("x"), address_of("y")], [address_of("b"), address_of("z")])
    there = answer.result["a_to_b"]
    assert (there["shortest"]["transactions"], there["shortest"]["width"]) == (1, 30)
    assert answer.caveats[0].startswith("Entities of one side")


@settings(max_examples=60, deadline=None)
@given(
    chains(),
    st.sets(st.sampled_from(NAMES[:3]), min_size=1),
    st.sets(st.sampled_from(NAMES[3:]), min_size=1),
    st.integers(1, 6),
)
def test_flows_agree_with_every_chain_walked(chain: Chain, a: set[str], b: set[str], hops: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Inquiry(build_ledger(Path(folder), chain.raw, "regtest")) as inquiry,
    ):
        seen = {inquiry.ledger.address_text(i) for i in range(inquiry.ledger.counts["addresses"])}
        ours = {address_of(each) for each in a} & seen
        theirs = {address_of(each) for each in b} & seen
        if not ours or not theirs:
            return
        answer = inquiry.paths(sorted(ours), sorted(theirs), hops=hops).result
        coins = naive_coins(chain.blocks, REGTEST)
        for key, one, other in (("a_to_b", ours, theirs), ("b_to_a", theirs, ours)):
            known = [*naive_chains(coins, one, other, hops)]
            got = answer[key]
            assert (got["shortest"] is None) == (not known)
            if not known:
                continue
            least = min(len(way) for _, way in known)
            widest = max(width for width, _ in known)
            assert got["shortest"]["transactions"] == least
            assert got["shortest"]["width"] == max(width for width, way in known if len(way) == least)
            assert got["widest"]["width"] == widest
            assert got["widest"]["transactions"] == min(len(w) for width, w in known if width == widest)
            for flow in (got["shortest"], got["widest"]):
                way = [coins.txids.index(step["txid"]) for step in flow["steps"]]
                assert (flow["width"], way) in known
            assert got["shortest"]["is_exact"]
            _as_networkx(coins, one, other, hops, least, widest, got)


def _as_networkx(
    coins: Any, one: set[str], other: set[str], hops: int, least: int, widest: int, got: dict[str, Any]
) -> None:
    """The fewest transactions by breadth-first search; the widest by dropping what is narrower."""
    sums: dict[tuple[Any, Any], int] = {}
    for owner, value, made, spent in zip(coins.owner, coins.value, coins.made, coins.spent, strict=True):
        if owner in one and spent is not None:
            sums["from", spent] = sums.get(("from", spent), 0) + value
        elif owner in other:
            sums[made, "to"] = sums.get((made, "to"), 0) + value
        elif owner is not None and spent is not None and owner not in one:
            sums[made, spent] = sums.get((made, spent), 0) + value
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from((*edge, value) for edge, value in sums.items())
    assert networkx.shortest_path_length(graph, "from", "to") - 1 == least
    if got["cut_by"]:
        return
    wider = networkx.DiGraph((u, v) for (u, v), value in sums.items() if value > widest)
    there = "from" in wider and "to" in wider and networkx.has_path(wider, "from", "to")
    assert not there


def test_ten_bitcoin_from_satoshi_to_hal_finney(real: Inquiry) -> None:
    """Block 170: 50 go in, 10 reach the other; nothing came back up to block 4,312."""
    answer = real.paths("12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S", "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3").result
    there = answer["a_to_b"]
    assert there["shortest"] == there["widest"]
    (step,) = there["shortest"]["steps"]
    assert (step["height"], step["value"], there["shortest"]["start"]["value"]) == (
        170,
        10 * 10**8,
        50 * 10**8,
    )
    assert answer["b_to_a"]["status"] == "none found"
