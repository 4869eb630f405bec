from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from report.economy import START

pytest.importorskip("matplotlib")

from clew.report.charts import PAYMENTS_COLOUR, Flow, Month, flows_chart, months_chart, plain_number

COIN = 100_000_000
DAY = 86_400
JANUARY = 1_230_768_000
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
    assert marks(flows_chart(flows, "payment", PAYMENTS_COLOUR, START)) == count


def test_the_order_of_rows_changes_nothing() -> None:
    flows = [Flow(START + 86_400 * n, COIN * n, "mixed" if n % 3 else "plain") for n in range(1, 20)]
    assert flows_chart(flows, "payment", "#000", START) == flows_chart(flows[::-1], "payment", "#000", START)


def test_the_legend_names_only_the_kinds_there_are() -> None:
    plain = words(flows_chart([Flow(START, COIN), Flow(START + 9, COIN)], "payment", "#000", START))
    assert "payment" not in plain
    mixed = words(flows_chart([Flow(START, COIN), Flow(START + 9, COIN, "mixed")], "payment", "#000", START))
    assert "payment" in mixed
    assert "mixed: the net amount" in mixed
    assert "newly mined (coinbase)" not in mixed


@pytest.mark.parametrize(
    ("seconds", "pattern"),
    [(60, r"\d\d-\d\d \d\d:\d\d"), (86_400 * 30, r"\d{4}-\d\d-\d\d"), (86_400 * 900, r"\d{4}-\d\d"),
     (86_400 * 4_000, r"\d{4}")],
)  # fmt: skip
def test_the_time_axis_fits_its_span(seconds: int, pattern: str) -> None:
    drawn = words(flows_chart([Flow(START, COIN), Flow(START + seconds, COIN)], "payment", "#000", START))
    ticks = [word for word in drawn if re.fullmatch(pattern, word)]
    assert 2 <= len(ticks) <= 9
    assert len(set(ticks)) == len(ticks)
    assert any(word.startswith("block time (UTC)") for word in drawn)


def test_amounts_of_any_size_have_a_scale() -> None:
    for values in ([1, 1], [1, 21_000_000 * COIN], [1, 1_000, 10**15], [0, 0]):
        svg = flows_chart(
            [Flow(START + n, value) for n, value in enumerate(values)], "payment", "#000", START
        )
        assert "nan" not in svg
        assert not any("e+" in word or "e-" in word for word in words(svg))


WIDE, NARROW = (COIN, 100 * COIN), (60 * COIN, 100 * COIN)


@pytest.mark.parametrize(("ends", "wide"), [(WIDE, True), (NARROW, False)])
def test_a_logarithmic_scale_says_so_and_has_no_stems(ends: tuple[int, int], wide: bool) -> None:
    flows = [Flow(START + 9_000 * n, value) for n, value in enumerate((*ends, ends[1]))]
    drawn = flows_chart(flows, "payment", "#000", START)
    assert ("BTC per payment, logarithmic scale" in words(drawn)) is wide
    assert ("LineCollection" in drawn) is not wide


def line(svg: str) -> list[tuple[float, float]]:
    """The points of the line in the lower panel, the last one in the file drawn with a pen."""
    paths = re.findall(r'<path d="([^"]*)" clip-path="[^"]*" style="fill: none; stroke: #[0-9a-f]{6};', svg)
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", paths[-1])]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_the_running_sum_ends_at_the_tip() -> None:
    flows = [Flow(START, COIN), Flow(START + 10 * DAY, COIN)]
    at_the_last, half_a_day_later, much_later = (
        max(x for x, _ in line(flows_chart(flows, "payment", "#000", START + days * DAY // 10)))
        for days in (100, 101, 9_000)
    )
    start = min(x for x, _ in line(flows_chart(flows, "payment", "#000", START)))
    assert half_a_day_later - at_the_last == pytest.approx((at_the_last - start) / 100, abs=0.02)
    assert much_later - at_the_last == pytest.approx((at_the_last - start) / 50, abs=0.02)


def test_months() -> None:
    months = [Month("2009-01", 50 * COIN, 0, 50 * COIN), Month("2010-12", 0, 20 * COIN, 30 * COIN)]
    drawn = words(months_chart(months, JANUARY, JANUARY + 900 * DAY))
    assert "received from outside" in drawn
    assert "paid out with fees, downwards" in drawn
    assert "BTC held at the month's end" in drawn
    assert not any(word.startswith(("-", "−")) for word in drawn)


def test_the_line_of_what_was_held_runs_from_the_first_movement_to_the_tip() -> None:
    months = [Month("2009-01", 50 * COIN, 0, 50 * COIN), Month("2009-02", 0, 20 * COIN, 30 * COIN)]
    whole = line(months_chart(months, JANUARY, JANUARY + 900 * DAY))
    part = line(months_chart(months, JANUARY + 8 * DAY, JANUARY + 44 * DAY))
    left, right = whole[0][0], whole[-1][0]
    assert (part[0][0] - left) / (right - left) == pytest.approx(8 / 59, abs=0.001)
    assert (part[-1][0] - left) / (right - left) == pytest.approx(44 / 59, abs=0.001)
    assert [y for _, y in part] == [y for _, y in whole]


@pytest.mark.parametrize(("first", "tip"), [(40, 41), (-3, -2), (20, 10)])
def test_block_times_out_of_order_draw_a_line_all_the_same(first: int, tip: int) -> None:
    months = [Month("2009-01", COIN, 0, COIN), Month("2009-02", COIN, 0, 2 * COIN)]
    across = [x for x, _ in line(months_chart(months, JANUARY + first * DAY, JANUARY + tip * DAY))]
    assert across == sorted(across)


@pytest.mark.parametrize(
    ("count", "named"),
    [(1, ["2009-11"]), (3, ["2009-11", "2009-12", "2010-01"]), (12, ["2009-11", "2010-01", "2010-03",
     "2010-05", "2010-07", "2010-09"]), (80, ["2010-01", "2011-01", "2012-01", "2013-01", "2014-01",
     "2015-01", "2016-01"]), (140, ["2010-01", "2012-01", "2014-01", "2016-01", "2018-01", "2020-01"])],
)  # fmt: skip
def test_months_are_named_below_their_bars(count: int, named: list[str]) -> None:
    names = [f"{2009 + (10 + n) // 12}-{(10 + n) % 12 + 1:02}" for n in range(count)]
    drawn = words(months_chart([Month(name, COIN, 0, COIN) for name in names], JANUARY, 2**31))
    assert [word for word in drawn if re.fullmatch(r"\d{4}-\d\d", word)] == named


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1_250, "1,250"), (0.001, "0.001"), (1e-8, "0.00000001"), (2.5, "2.5")]
)
def test_plain_numbers(value: float, text: str) -> None:
    assert plain_number(value) == text
