"""Bars: payments by month, and exposure by category."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

pytest.importorskip("matplotlib")

from clew.report.bars import (
    Exposure,
    Paid,
    by_month,
    exposure_chart,
    exposure_described,
    payments_chart,
    payments_described,
)
from clew.report.charts import Flow
from clew.report.wording import btc
from report.economy import START

COIN = 100_000_000


def words(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_every_payment_falls_into_its_month() -> None:
    chance = random.Random(1)
    flows = [Flow(START + chance.randrange(86_400 * 900), chance.randrange(COIN)) for _ in range(500)]
    months = by_month(flows)
    assert sum(each.payments for each in months) == 500
    assert sum(each.value for each in months) == sum(each.value for each in flows)
    for month in months:
        inside = [each for each in flows if f"{datetime.fromtimestamp(each.time, UTC):%Y-%m}" == month.name]
        assert (month.payments, month.value) == (len(inside), sum(each.value for each in inside))
    names = [each.name for each in months]
    assert names == sorted(set(names))
    assert len(names) in (30, 31)


def test_months_without_payments_are_there() -> None:
    months = by_month([Flow(1_577_836_800, 5), Flow(1_577_836_800 + 70 * 86_400, 7)])
    assert months == [Paid("2020-01", 1, 5), Paid("2020-02", 0, 0), Paid("2020-03", 1, 7)]
    assert by_month([]) == []


def test_one_bar_for_each_month_in_both_panels() -> None:
    months = [Paid(f"2020-{n:02}", n, n * COIN) for n in range(1, 13)]
    svg = payments_chart(months)
    assert svg.count("fill: #1f4e79") == 24
    assert "payments per month" in words(svg)
    assert "BTC per month" in words(svg)
    assert payments_chart(months) == svg


def test_counts_have_no_fractions() -> None:
    drawn = words(payments_chart([Paid("2020-01", 1, COIN)]))
    assert drawn[: drawn.index("payments per month")].count("0.5") == 0


def test_bars_of_payments_in_words() -> None:
    assert payments_described([Paid("2020-01", 1, COIN), Paid("2020-02", 3, 2 * COIN)]) == (
        "4 payments of together 3.00000000 BTC in 2 months, from 2020-01 to 2020-02. The most came in "
        "2020-02: 3."
    )


ROWS = [
    Exposure("exchange", {"fifo": 3 * COIN, "haircut": COIN}),
    Exposure("unattributed", {"fifo": COIN, "haircut": 3 * COIN}),
    Exposure("a category with a name that is far too long for its place", {"fifo": 0, "haircut": 0}),
]


def test_exposure_states_each_share_and_amount() -> None:
    svg = exposure_chart(ROWS)
    drawn = words(svg)
    for text in (
        "75.0 %, 3.00000000 BTC",
        "25.0 %, 1.00000000 BTC",
        "0.0 %, 0.00000000 BTC",
        "fifo",
        "haircut",
    ):
        assert text in drawn, text
    assert any(each.endswith("…") and len(each) <= 30 for each in drawn)
    assert exposure_chart(ROWS) == svg
    told = exposure_described(ROWS)
    for each in ROWS:
        for policy, value in each.satoshi.items():
            assert f"{btc(value)} BTC by {policy}" in told


def test_exposure_to_nothing() -> None:
    assert "0.0 %, 0.00000000 BTC" in words(exposure_chart([Exposure("exchange", {"fifo": 0})]))
