"""What is told of the service is complete, adds up, and agrees with what is told of the chain."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="the extra simulate is not installed")
pytest.importorskip("pydantic", reason="the extra simulate is not installed")


from simulate.economy.truth.whole import ACCOUNTS, Whole, sum_by

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
