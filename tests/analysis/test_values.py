"""Payments chosen and valued, proceeds by month, and cash-out, on the shop's chain and by hand."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clew.analysis.chosen import KINDS
from clew.analysis.inquiry import Inquiry
from clew.errors import UsageError
from clew.interop import pricecsv
from clew.ledger.ledger import Ledger
from clew.reference.prices import DAY, PRICE, RATES, PriceFile, Series
from clew.reference.pricestore import Prices
from naive import prices as naive
from naive.chain import address_of
from naive.shop import BTC, seconds

SHOP = address_of("shop1")
USD = {
    "2020-01-31": "9502.37", "2020-02-01": "9333.77", "2020-02-20": "9604.72", "2020-04-15": "6871.95",
    "2020-04-16": "6623.80",
}  # fmt: skip
"""No price of 2020-04-17 and 18: what came in then is missing."""


@pytest.fixture(scope="module")
def priced(shop: Inquiry, tmp_path_factory: pytest.TempPathFactory) -> Inquiry:
    """The shop's ledger with dollars of some days, and a won at 1,100 to the dollar."""
    folder = tmp_path_factory.mktemp("priced")
    ledger = Path(shutil.copytree(shop.ledger.path, folder / "ledger"))
    table = folder / "usd.csv"
    table.write_text("date,usd\n" + "".join(f"{day},{price}\n" for day, price in USD.items()))
    Prices(ledger).add(pricecsv.read(table, source="by hand"), "tests", "2026-01-01")
    days = np.array([seconds(2020, 1, 31), seconds(2020, 4, 13)], np.int64)
    rates = [
        Series(code, DAY, (PRICE,), days, (text, text)) for code, text in (("USD", "1.25"), ("KRW", "1375"))
    ]
    Prices(ledger).add(PriceFile("ecb", "00", RATES, "ECB", tuple(rates)), "tests", "2026-01-01")
    return Inquiry(Ledger(ledger))


def values_of(answer: Any, currency: str) -> list[str | None]:
    return [
        next(each["value"] for each in row["values"] if each["currency"] == currency)
        for row in answer.result["payments"]
    ]


def test_each_payment_is_valued_at_its_time(priced: Inquiry) -> None:
    answer = priced.payments(SHOP, value=["usd", "KRW"])
    assert values_of(answer, "USD") == ["95023.70", "186675.40", "33119.00", None]
    # Of 2020-02-01 the last rate is that of January 31st; of 2020-04-16 that of the 13th.
    assert values_of(answer, "KRW") == ["104526070.00", "205342940.00", "36430900.00", None]
    rated = answer.result["payments"][2]["values"][1]
    assert (rated["rate_day"], rated["quoted"], rated["source"]) == ("2020-04-13", "USD", "by hand")
    assert answer.result["payments"][3]["values"][0]["missing"] == "no price for 2020-04-17"
    usd, krw = answer.result["values"]
    assert (usd["value"], usd["valued"], usd["missing"], usd["satoshi_missing"]) == (
        "314818.10",
        3,
        1,
        50 * BTC,
    )
    assert (krw["value"], krw["missing"]) == ("346299910.00", 1)
    months = {row["month"]: row["values"][0] for row in answer.result["months"]}
    assert {month: (row["value"], row["missing"]) for month, row in months.items()} == {
        "2020-01": ("95023.70", 0), "2020-02": ("186675.40", 0), "2020-03": ("0.00", 0),
        "2020-04": ("33119.00", 1),
    }  # fmt: skip
    assert any("missing, not zero" in each for each in answer.caveats)
    assert any("Where rates is set" in each for each in answer.caveats)


def test_totals_add_up_to_the_last_digit(priced: Inquiry) -> None:
    answer = priced.payments(SHOP, value=["KRW"], value_at="2020-02-20")
    (total,) = answer.result["values"]
    stated = [Fraction(each) for each in values_of(answer, "KRW") if each]
    assert sum(stated) == Fraction(total["value"])
    by_month = [row["values"][0]["value"] for row in answer.result["months"]]
    assert sum(map(Fraction, by_month)) == Fraction(total["value"])
    # 2020-02-20 has a price, but no rate of the five days before.
    assert total["at_day"] == {
        "currency": "KRW", "value": None, "valued": 0, "missing": 4, "satoshi_missing": 85 * BTC,
    }  # fmt: skip


def test_the_value_at_a_day(priced: Inquiry) -> None:
    answer = priced.payments(SHOP, value=["USD"], value_at=date(2020, 2, 20))
    assert [row["values"][0]["at_day"]["value"] for row in answer.result["payments"]] == [
        naive.worth(satoshi * BTC, USD["2020-02-20"]) for satoshi in (10, 20, 5, 50)
    ]
    assert answer.result["values"][0]["at_day"]["value"] == naive.worth(85 * BTC, USD["2020-02-20"])


def test_what_is_chosen_is_listed_and_summed(priced: Inquiry) -> None:
    def heights(**how: Any) -> list[int]:
        answer = priced.payments(SHOP, **how)
        assert answer.result["total"]["payments"] == len(answer.result["payments"])
        assert answer.result["total"]["value"] == sum(row["value"] for row in answer.result["payments"])
        assert answer.result["total"]["value"] == sum(row["value"] for row in answer.result["months"])
        assert answer.result["all"] == {"payments": 4, "value": 85 * BTC}
        assert any("were asked for" in each for each in answer.caveats)
        return [row["height"] for row in answer.result["payments"]]

    assert heights(first="2020-02-01") == [7, 10, 11]
    assert heights(last="2020-01-31") == [6]
    # In Seoul the first payment came on February 1st.
    assert heights(last="2020-01-31", tz="Asia/Seoul") == []
    assert heights(first="2020-02-01", last="2020-02-01", tz="Asia/Seoul") == [6, 7]
    assert heights(least=10 * BTC, most=20 * BTC) == [6, 7]
    assert heights(payer=address_of("alice1")) == [7]
    assert heights(payer=[address_of("alice2"), address_of("miner")]) == [6, 7]
    assert heights(payer=SHOP) == []
    assert heights(kind=["coinbase"]) == [11]
    assert heights(kind=["mixed", "coinjoin"]) == [10]
    assert heights(kind=["ordinary"]) == [6, 7]
    assert heights(kind=KINDS) == [6, 7, 10, 11]


def test_the_largest_first(priced: Inquiry) -> None:
    answer = priced.payments(SHOP, sort="value", limit=2, offset=1)
    assert [row["value"] for row in answer.result["payments"]] == [20 * BTC, 10 * BTC]
    assert answer.parameters["sort"] == "value"
    assert [payer["addresses"][0] for payer in answer.result["payments"][1]["payers"]] == [
        address_of("miner")
    ]


def test_without_prices_nothing_changes(shop: Inquiry, priced: Inquiry) -> None:
    assert shop.payments(SHOP).snapshot == Ledger(shop.ledger.path).snapshot()
    assert priced.payments(SHOP).snapshot != shop.payments(SHOP).snapshot
    assert "values" not in shop.payments(SHOP).result["payments"][0]
    missing = shop.payments(SHOP, value=["USD"]).result
    assert missing["values"][0]["value"] is None
    assert "clew prices import" in missing["payments"][0]["values"][0]["missing"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"value": ["XXX"]}, "expected a code of ISO 4217"),
        ({"value_at": "2020-01-01"}, "expected with --value"),
        ({"value": ["USD"], "value_at": "1/1/2020"}, "expected a day as"),
        ({"value": ["USD"], "prices": "nobody"}, "none in force"),
        ({"first": "yesterday"}, "expected a day as"),
        ({"first": "2020-02-01", "last": "2020-01-01"}, "expected a day not before"),
        ({"least": 2, "most": 1}, "found 1 satoshi below 2"),
        ({"kind": ["odd"]}, "expected one of coinbase"),
        ({"sort": "odd"}, "expected one of time, value"),
        ({"payer": "nonsense"}, "address"),
        ({"tz": "Nowhere"}, "IANA"),
    ],
)
def test_what_cannot_be_asked(priced: Inquiry, how: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        priced.payments(SHOP, **how)


def test_proceeds_by_month_are_valued_movement_by_movement(priced: Inquiry) -> None:
    result = priced.proceeds(SHOP, value=["USD"]).result
    got = {
        row["month"]: (row["received_values"][0]["value"], row["spent_values"][0]["value"])
        for row in result["months"]
    }
    february = naive.worth(15 * BTC, USD["2020-02-20"]), naive.worth(29 * BTC // 10, USD["2020-02-20"])
    assert got["2020-02"] == ("186675.40", str(sum(map(Decimal, february))))
    assert got["2020-04"] == ("33119.00", "6871.95")
    assert result["total"]["received_values"][0]["missing"] == 1
    assert result["total"]["spent_values"][0]["value"] == str(sum(map(Decimal, (*february, "6871.95"))))


def test_cash_out_adds_up_in_one_step_and_under_each_policy(priced: Inquiry) -> None:
    answer = priced.cashout(SHOP, policy=["fifo", "haircut", "poison"], value=["USD"], tz="Asia/Seoul")
    result, total = answer.result, answer.result["total"]
    assert [(row["kind"], row["value"]) for row in result["direct"]] == [
        ("plain", 15 * BTC), ("plain", 29 * BTC // 10), ("mixed", BTC), ("nobody", 0),
    ]  # fmt: skip
    assert sum(row["value"] for row in result["direct"]) == total["sent"]
    assert total["received"] == total["sent"] + total["fee"] + total["held"]
    for place, policy in enumerate(("fifo", "haircut")):
        under = [row["under"][place] for row in result["destinations"]]
        assert {each["policy"] for each in under} == {policy}
        assert sum(each["taint"] for each in under) == total["followed"] == 91 * BTC
    assert all(row["under"][2]["taint"] is None for row in result["destinations"])
    own = next(row for row in result["destinations"] if row["kind"] == "own")
    assert (own["end"], own["range"]["least"], own["range"]["most"]) == (
        "unspent",
        total["held"],
        total["held"],
    )
    exchange = next(row for row in result["destinations"] if row["address"] == address_of("exchange"))
    assert exchange["range"] == {"least": 15 * BTC, "most": 15 * BTC}
    assert exchange["under"][0]["values"][0]["value"] == naive.worth(15 * BTC, USD["2020-02-20"])
    assert any("No zone, place or person follows" in each for each in answer.caveats)


def test_hours_are_those_of_the_zone(priced: Inquiry) -> None:
    for zone, hour in (("UTC", 0), ("Asia/Seoul", 9)):
        found = priced.cashout(SHOP, tz=zone).result["hours"]
        assert (found["tz"], found["transactions"], found["is_few"]) == (zone, 4, True)
        assert found["by_hour"] == [4 if each == hour else 0 for each in range(24)]
        # 2020-02-20 was a Thursday, April 15th to 18th Wednesday to Saturday.
        assert found["by_weekday"] == [0, 0, 1, 2, 0, 1, 0]
