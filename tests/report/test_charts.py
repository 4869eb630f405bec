from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from report.economy import START

pytest.importorskip("matplotlib")

from clew.report.charts import PAYMENTS_COLOUR, Flow, Month, flows_chart, months_chart, plain_number

COIN = 100_000_000
SVG = "{http://www.w3.org/2000/svg}"


def marks(svg: str) -> int:
    """How many markers are drawn beside those of the axes and the legend."""
    root = ElementTree.fromstring(svg)
    groups = [group for group in root.iter(f"{SVG}g") if group.get("clip-path")]
    return sum(1 for group in groups for _ in group.iter(f"{SVG}use"))


def words(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("count", [1, 2, 150, 151, 7300])
def test_one_mark_for_each_flow(count: int) -> None:
    flows = [Flow(START + 7_001 * n, 10_000 + 37 * n) for n in range(count)]
    assert marks(flows_chart(flows, "payment", PAYMENTS_COLOUR)) == count


def test_the_order_of_rows_changes_nothing() -> None:
    flows = [Flow(START + 86_400 * n, COIN * n, "mixed" if n % 3 else "plain") for n in range(1, 20)]
    assert flows_chart(flows, "payment", "#000") == flows_chart(flows[::-1], "payment", "#000")


def test_the_legend_names_only_the_kinds_there_are() -> None:
    plain = words(flows_chart([Flow(START, COIN), Flow(START + 9, COIN)], "payment", "#000"))
    assert "payment" not in plain
    mixed = words(flows_chart([Flow(START, COIN), Flow(START + 9, COIN, "mixed")], "payment", "#000"))
    assert "payment" in mixed
    assert "mixed: the net amount" in mixed
    assert "newly mined (coinbase)" not in mixed


@pytest.mark.parametrize(
    ("seconds", "pattern"),
    [(60, r"\d\d-\d\d \d\d:\d\d"), (86_400 * 30, r"\d{4}-\d\d-\d\d"), (86_400 * 900, r"\d{4}-\d\d"),
     (86_400 * 4_000, r"\d{4}")],
)  # fmt: skip
def test_the_time_axis_fits_its_span(seconds: int, pattern: str) -> None:
    drawn = words(flows_chart([Flow(START, COIN), Flow(START + seconds, COIN)], "payment", "#000"))
    ticks = [word for word in drawn if re.fullmatch(pattern, word)]
    assert 2 <= len(ticks) <= 9
    assert len(set(ticks)) == len(ticks)
    assert any(word.startswith("block time (UTC)") for word in drawn)


def test_amounts_of_any_size_have_a_scale() -> None:
    for values in ([1, 1], [1, 21_000_000 * COIN], [1, 1_000, 10**15], [0, 0]):
        svg = flows_chart([Flow(START + n, value) for n, value in enumerate(values)], "payment", "#000")
        assert "nan" not in svg
        assert not any("e+" in word or "e-" in word for word in words(svg))


def test_months() -> None:
    months = [Month("2009-01", 50 * COIN, 0, 50 * COIN), Month("2010-12", 0, 20 * COIN, 30 * COIN)]
    drawn = words(months_chart(months))
    assert "received from outside" in drawn
    assert "BTC held at the month's end" in drawn
    assert not any(word.startswith(("-", "−")) for word in drawn)
    assert words(months_chart(months[:1]))


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1_250, "1,250"), (0.001, "0.001"), (1e-8, "0.00000001"), (2.5, "2.5")]
)
def test_plain_numbers(value: float, text: str) -> None:
    assert plain_number(value) == text


def test_a_single_month_stands_on_an_axis_of_months() -> None:
    drawn = words(months_chart([Month("2009-01", 50 * COIN, 32 * COIN, 18 * COIN)]))
    assert {"2009-01-01", "2009-02-01"} <= set(drawn)
    assert len([word for word in drawn if word.endswith("-01")]) >= 5
