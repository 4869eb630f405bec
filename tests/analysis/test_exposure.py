"""Exposure: numbers worked out by hand, shares that add up, and sums that always close."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.analysis.exposure.question import shares
from clew.analysis.inquiry import Inquiry
from clew.errors import NotFoundError, UsageError
from naive.chain import Chain, address_of, pay
from naive.services import with_services

Ask = Callable[[Chain], Inquiry]
NAMES = ("ann", "bob", "cat", "dan", "eve", "fay")
POLICIES = ("fifo", "haircut", "lifo", "seniority", "juniority", "tiho")


def told() -> Chain:
    """What the entity of a got and sent, in satoshi; x and y are exchanges, g a gambling house.

    Received 190: x pays a 60 straight, b (who had it from y) 50, and a mines 80.
    Sent 180: x 30 straight; c 100, who pays g 40 and keeps 57 (fee 3); d 45, who keeps it; OP_RETURN 5.
    """
    chain = Chain()
    x, y = (chain.mine([(name, 60)]).transactions[0].txid for name in ("x", "y"))
    first = pay([(x, 0)], [("a", 60)])
    to_b = pay([(y, 0)], [("b", 50)])
    chain.mine([("p", 1)], [first, to_b])
    second = pay([(to_b.txid, 0)], [("a", 50)])
    mined = chain.mine([("a", 80)], [second]).transactions[0]
    burn = bytes.fromhex("6a0100")
    out = pay(
        [(first.txid, 0), (second.txid, 0), (mined.txid, 0)],
        [("x", 30), ("c", 100), ("d", 45), (burn, 5)],
    )
    chain.mine([("p", 1)], [out])
    chain.mine([("p", 1)], [pay([(out.txid, 1)], [("g", 40), ("c", 57)])])
    return chain


SERVICES = {"x": "exchange", "y": "exchange", "g": "gambling"}


def table(side: dict[str, Any], policy: str) -> dict[str, tuple[int, int]]:
    """Direct and indirect by category."""
    (found,) = [each for each in side["policies"] if each["policy"] == policy]
    return {row["category"]: (row["direct"], row["indirect"]) for row in found["by_category"]}


def test_received_and_sent_straight_and_through_hands(tmp_path: Path) -> None:
    result = with_services(tmp_path, told(), SERVICES).exposure(address_of("a")).result
    for policy in ("fifo", "haircut"):
        assert table(result["received"], policy) == {
            "exchange": (60, 50), "mining": (80, 0),
        }  # fmt: skip
    assert result["received"]["value"] == 190
    # By fifo c's first 40 go to g; by haircut, too: it is c's only coin, all of it from a.
    for policy in ("fifo", "haircut"):
        assert table(result["sent"], policy) == {
            "exchange": (30, 0), "gambling": (0, 40), "network fees": (0, 3), "unattributed": (50, 57),
        }  # fmt: skip
    assert result["sent"]["value"] == 180
    assert result["own_fees"] == 10
    (fifo,) = [each for each in result["sent"]["policies"] if each["policy"] == "fifo"]
    assert fifo["attributed"] == 70
    assert fifo["unattributed"] == [{"end": "unspendable", "value": 5}, {"end": "unspent", "value": 102}]
    assert [row["share"] for row in fifo["by_category"]] == ["16.67", "22.22", "1.67", "59.44"]


def test_services_are_named_with_what_each_policy_gives_them(tmp_path: Path) -> None:
    result = with_services(tmp_path, told(), SERVICES).exposure(address_of("a"), policy="haircut").result
    came = {each["label"]: each["under"] for each in result["received"]["services"]}
    assert came == {
        "Service x": [{"policy": "haircut", "direct": 60, "indirect": 0, "value": 60}],
        "Service y": [{"policy": "haircut", "direct": 0, "indirect": 50, "value": 50}],
    }
    assert result["lists"]["received"] == {"status": "complete", "shown": 2, "found": 2}


def test_policies_differ_where_coins_meet(tmp_path: Path) -> None:
    """a pays c 10, z pays c 30; c pays g 20 and keeps 20. By fifo g has all 10 of a, by haircut 5."""
    chain = Chain()
    coins = [(chain.mine([(name, value)]).transactions[0].txid, 0) for name, value in (("a", 10), ("z", 30))]
    paid = [pay([coin], [("c", value)]) for coin, value in zip(coins, (10, 30), strict=True)]
    chain.mine([("p", 1)], paid)
    chain.mine([("p", 1)], [pay([(each.txid, 0) for each in paid], [("g", 20), ("c2", 20)])])
    result = with_services(tmp_path, chain, {"g": "gambling"}).exposure(address_of("a")).result
    assert table(result["sent"], "fifo") == {"gambling": (0, 10)}
    assert table(result["sent"], "haircut") == {"gambling": (0, 5), "unattributed": (0, 5)}


def test_what_comes_back_has_arrived(ask: Ask) -> None:
    """a pays b 50, who pays a 20 back, which a pays d: the 20 are not followed twice."""
    chain = Chain()
    coin = (chain.mine([("a", 50)]).transactions[0].txid, 0)
    there = pay([coin], [("b", 50)])
    back = pay([(there.txid, 0)], [("a", 20), ("b2", 30)])
    again = pay([(back.txid, 0)], [("d", 20)])
    for each in (there, back, again):
        chain.mine([("p", 1)], [each])
    result = ask(chain).exposure(address_of("a")).result
    assert result["sent"]["value"] == 70
    assert table(result["sent"], "fifo") == {"those asked about": (0, 20), "unattributed": (20, 30)}
    assert table(result["received"], "fifo") == {"mining": (50, 0), "those asked about": (0, 20)}


def test_a_coinjoin_is_a_category_and_nothing_is_followed_there(ask: Ask) -> None:
    chain = Chain()
    names = ("a", "m", "n", "o", "q")
    coins = [(chain.mine([(name, 11_000)]).transactions[0].txid, 0) for name in names]
    joined = pay(coins, [*((f"{name} mixed", 10_000) for name in names), ("left", 1_000), ("more", 999)])
    chain.mine([("p", 1)], [joined])
    paid = pay([(joined.txid, 0)], [("b", 10_000)])
    chain.mine([("p", 1)], [paid])
    inquiry = ask(chain)
    assert table(inquiry.exposure(address_of("a")).result["sent"], "fifo") == {"coinjoin": (11_000, 0)}
    mixed = inquiry.exposure(address_of("a mixed")).result
    assert table(mixed["received"], "fifo") == {"coinjoin": (10_000, 0)}
    assert table(inquiry.exposure(address_of("b")).result["received"], "fifo") == {"coinjoin": (0, 10_000)}


def test_limits_leave_the_rest_unattributed(tmp_path: Path) -> None:
    inquiry = with_services(tmp_path, told(), SERVICES)
    side = inquiry.exposure(address_of("a"), policy="fifo", least=46).result["sent"]
    assert side["policies"][0]["unattributed"] == [
        {"end": "unspendable", "value": 5}, {"end": "unspent", "value": 57}, {"end": "value", "value": 45},
    ]  # fmt: skip
    received = inquiry.exposure(address_of("a"), policy="fifo", hops=1).result["received"]
    assert received["policies"][0]["unattributed"] == [{"end": "hops", "value": 50}]


def test_an_actor_of_many_entities_is_one_service_and_its_pack_tells_what_it_is(tmp_path: Path) -> None:
    result = with_services(tmp_path, told(), {"x": "hot_wallet, actor: xs", "g": "gambling"}).exposure(
        address_of("a")
    )
    # A hot wallet is no kind of service, and the actor is in no pack: it is some service.
    assert table(result.result["sent"], "fifo")["service"] == (30, 0)


def test_what_cannot_be_asked(ask: Ask) -> None:
    inquiry = ask(told())
    for wrong, said in (
        ({"policy": "poison,fifo"}, "states no amounts"),
        ({"policy": "fairness"}, "expected one of"),
        ({"policy": ""}, "at least one policy"),
        ({"hops": -1}, "expected 1 to 1000"),
        ({"hops": 1001}, "expected 1 to 1000"),
        ({"least": -1}, "expected 0 or more"),
    ):
        with pytest.raises(UsageError, match=said):
            inquiry.exposure(address_of("a"), **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="never seen"):
        inquiry.exposure(address_of("nobody"))


@given(st.lists(st.integers(0, 10**15), max_size=30))
def test_shares_add_up_to_one_exactly(values: list[int]) -> None:
    total = sum(values)
    found = [Decimal(each) for each in shares(values, total)]
    assert sum(found) == (100 if total else 0)
    for value, share in zip(values, found, strict=True):
        assert not total or abs(share - Decimal(100 * value) / total) < Decimal("0.01")


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """People pay each other, fees and all; some coins are mined."""
    chain = Chain()
    unspent: list[tuple[bytes, int, int]] = []
    for _ in range(draw(st.integers(2, 12))):
        transactions = []
        for _ in range(draw(st.integers(0, 3))):
            spent = [unspent.pop() for _ in range(min(len(unspent), draw(st.integers(1, 3))))]
            if not spent:
                break
            left = sum(value for _, _, value in spent)
            outputs = []
            for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4)):
                value = draw(st.integers(0, left))
                left -= value
                outputs.append((name, value))
            made = pay([(txid, vout) for txid, vout, _ in spent], outputs)
            transactions.append(made)
            unspent += [(made.txid, place, value) for place, (_, value) in enumerate(outputs)]
            unspent = draw(st.permutations(unspent))
        mined = chain.mine([(draw(st.sampled_from(NAMES)), 100)], transactions).transactions[0]
        unspent.append((mined.txid, 0, 100))
    return chain


@settings(max_examples=25, deadline=None)
@given(chains(), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 4))
def test_amounts_add_up_to_the_total_under_every_policy(
    chain: Chain, name: str, service: str, hops: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        inquiry = with_services(Path(folder), chain, {service: "exchange"})
        with inquiry:
            seen = {inquiry.ledger.address_text(i) for i in range(inquiry.ledger.counts["addresses"])}
            if address_of(name) not in seen:
                return
            result = inquiry.exposure(address_of(name), policy=POLICIES, hops=hops).result
            paid = inquiry.payments(address_of(name)).result["total"]["value"]
            outflows = inquiry.outflows(address_of(name)).result
            out = outflows["total"]["value"]
    for side, value in (("received", paid), ("sent", out)):
        assert result[side]["value"] == value
        for each in result[side]["policies"]:
            rows = each["by_category"]
            assert sum(row["value"] for row in rows) == value
            if side == "sent":
                straight = sum(row["value"] for row in outflows["by_entity"] if row["tags"])
                assert table(result[side], each["policy"]).get("exchange", (0, 0))[0] == straight
            assert sum(Decimal(row["share"]) for row in rows) == (100 if value else 0)
            assert all(row["value"] == row["direct"] + row["indirect"] for row in rows)
            named = [row["value"] for row in rows if row["category"] == "unattributed"]
            assert sum(end["value"] for end in each["unattributed"]) == sum(named)
            services = [
                u for s in result[side]["services"] for u in s["under"] if u["policy"] == each["policy"]
            ]
            assert sum(each["value"] for each in services) == each["attributed"]
