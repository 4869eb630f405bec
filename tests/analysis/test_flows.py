"""Flows against their slow twin, on chains drawn at random; and that the sums always close."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.analysis.flows import contains
from clew.analysis.inquiry import Inquiry
from clew.bitcoin.script import nulldata_script, pubkey_script
from clew.bitcoin.transaction import Transaction
from clew.schema import MAX_SCRIPT_SIZE
from naive.chain import GENESIS_KEY, REGTEST, Chain, Point, address_of, address_of_script, pay
from naive.flows import naive_between, naive_flows
from naive.ledger import build_ledger

NAMES = ("ann", "bob", "cat", "dan", "eve")
PAYEES: tuple[str | bytes, ...] = (
    *NAMES,
    nulldata_script(b"burnt"),
    pubkey_script(GENESIS_KEY),
    b"\x51",
    bytes(10_001),
)
FIRST_NAMES = [address_of(name) for name in NAMES] + [address_of_script(pubkey_script(GENESIS_KEY))]


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """A chain in which a few people pay each other, nobody, and scripts of all kinds."""
    chain = Chain()
    unspent: dict[Point, int] = {}
    time = chain.blocks[0].header.time
    for _ in range(draw(st.integers(1, 12))):
        transactions = []
        spent: set[Point] = set()
        for _ in range(draw(st.integers(0, 3))):
            if not unspent:
                break
            points = draw(st.lists(st.sampled_from(sorted(unspent)), min_size=1, max_size=4, unique=True))
            left = sum(unspent.pop(point) for point in points)
            spent.update(points)
            outputs = []
            for payee in draw(st.lists(st.sampled_from(PAYEES), min_size=1, max_size=5)):
                value = draw(st.integers(0, left))
                left -= value
                outputs.append((payee, value))
            transactions.append(pay(points, outputs))
            _add(unspent, transactions[-1], spent)
        time += draw(st.sampled_from([1, 600, 86_400, 40 * 86_400]))
        # The same tag and outputs again make the same coinbase: it overwrites the one before.
        payee = draw(st.sampled_from(PAYEES[:6]))
        tag = draw(st.sampled_from([b"same", None]))
        block = chain.mine([(payee, 10_000), (payee, 5)], transactions, time=time, tag=tag)
        # The coinbase stands first, so what its block spends may already be its own.
        _add(unspent, block.transactions[0], spent)
    return chain


def _add(unspent: dict[Point, int], transaction: Transaction, spent: set[Point]) -> None:
    for vout, output in enumerate(transaction.outputs):
        point = (transaction.txid, vout)
        spendable = output.script[:1] != b"\x6a" and len(output.script) <= MAX_SCRIPT_SIZE
        if spendable and point not in spent:
            unspent[point] = output.value


@settings(max_examples=40, deadline=None)
@given(chains(), st.sets(st.sampled_from(FIRST_NAMES), min_size=1, max_size=3))
def test_flows_agree_with_the_slow_twin(chain: Chain, asked: set[str]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Inquiry(build_ledger(Path(folder), chain.raw, "regtest")) as inquiry,
    ):
        seen = {inquiry.ledger.address_text(i) for i in range(inquiry.ledger.counts["addresses"])}
        sources = sorted(asked & seen) or [FIRST_NAMES[-1]]
        entities = inquiry.each_entity(sources)
        addresses = {row["address"] for each in entities for row in each.result["addresses"]}
        naive = naive_flows(chain.blocks, addresses, REGTEST)

        payments = inquiry.payments(sources).result
        assert [(p["txid"], p["value"], p["mixed"]) for p in payments["payments"]] == naive.payments
        assert payments["total"]["value"] == sum(value for _, value, _ in naive.payments)

        outflows = inquiry.outflows(sources).result
        rows = [(o["txid"], o["vout"], o["value"]) for o in outflows["outflows"]]
        assert rows == naive.outflows
        assert sum(each["value"] for each in outflows["by_entity"]) == outflows["total"]["value"]

        proceeds = inquiry.proceeds(sources).result
        assert proceeds["total"] == {
            "received": payments["total"]["value"],
            "spent": sum(value for _, _, value in naive.outflows),
            "fee": naive.fee,
            "held": naive.held,
            "overwritten": naive.overwritten,
            "unspendable": naive.unspendable,
        }
        _check_sums(proceeds)
        groups = [{row["address"] for row in each.result["addresses"]} for each in entities]
        between = naive_between(chain.blocks, groups, REGTEST)
        assert payments["between"] == proceeds["between"] == outflows["between"] == between
        assert sum(each.result["balance"] for each in entities) == naive.held


def _check_sums(proceeds: dict[str, object]) -> None:
    total, months = proceeds["total"], proceeds["months"]
    assert isinstance(total, dict)
    assert isinstance(months, list)
    lost = total["overwritten"] + total["unspendable"]
    assert total["received"] - total["spent"] - total["fee"] == total["held"] + lost
    for key in ("received", "spent", "fee", "overwritten", "unspendable"):
        assert sum(month[key] for month in months) == total[key]
    assert months[-1]["held"] == total["held"]
    names = [month["month"] for month in months]
    assert names == sorted(set(names))


@given(st.lists(st.integers(0, 50)), st.sets(st.integers(0, 50)))
def test_contains_agrees_with_in(values: list[int], ordered: set[int]) -> None:
    found = contains(np.array(sorted(ordered), np.int64), np.array(values, np.int64))
    assert found.tolist() == [value in ordered for value in values]
