"""Worlds without such things have none; the same seed gives the same; what is rare costs nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clew.kernels.economy_state import COINS, FORMS, INPUTS, T_FORM, TXS
from clew.simulate.dice import Dice
from clew.simulate.economy.actors.decomposition import decompose, denominations, frequent
from clew.simulate.economy.arrivals import Arrivals
from simulate.economy.joins.lived import EVERYTHING, NOTHING, Lived, live

SHAPES = (
    "joinmarket", "wasabi-1", "wasabi-1.1", "wabisabi", "whirlpool", "tx0", "payjoin", "exchange order",
    "channel", "channel close", "anchor", "escrow", "escrow release", "anyone", "known key", "note",
    "equal payout", "equal sweep", "dust",
)  # fmt: skip


def test_worlds_without_rates_have_none(tmp_path: Path) -> None:
    (tmp_path / "everything.yaml").write_text(EVERYTHING, encoding="utf-8")
    lived = live(tmp_path / "nothing.yaml", NOTHING, blocks=260)
    e = lived.state.e
    forms = {FORMS[each] for each in np.unique(e.tx[: e.count[TXS], T_FORM])}
    assert not forms & set(SHAPES)
    assert lived.course.rounds == []


def test_everything_there_is_happens(lived: Lived) -> None:
    e = lived.state.e
    forms = {FORMS[each] for each in np.unique(e.tx[: e.count[TXS], T_FORM])}
    assert forms >= set(SHAPES)


@pytest.mark.parametrize(
    ("form", "figure"),
    [
        ("exchange order", "exchange_orders"),
        ("channel", "channels"),
        ("escrow", "escrows"),
        ("note", "notes"),
        ("equal payout", "equal_payouts"),
        ("equal sweep", "equal_sweeps"),
    ],
)
def test_shapes_come_at_the_world_s_rate(lived: Lived, form: str, figure: str) -> None:
    expected = float(getattr(lived.course.world.shared, figure)) * lived.days
    found = len(lived.of_form(form))
    # At first there are few coins, so that some cannot.
    assert 0.85 * expected - 4 * expected**0.5 < found < expected + 4 * expected**0.5


def test_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    one, two, other = (live(tmp_path / "world.yaml", EVERYTHING, seed, 240) for seed in (7, 7, 8))
    assert one.course.rounds == two.course.rounds
    for name, count in (("coin", COINS), ("tx", TXS), ("input", INPUTS)):
        here, there = getattr(one.state.e, name), getattr(two.state.e, name)
        size = int(one.state.e.count[count])
        np.testing.assert_array_equal(here[:size], there[:size])
    assert one.course.rounds != other.course.rounds


def test_arrivals_come_at_their_rate() -> None:
    arrivals = Arrivals(Dice("a"), 5)
    assert arrivals.due(1_000) == 0
    found = [arrivals.due(1_000 + 3_600 * hour) for hour in range(1, 24 * 400)]
    assert abs(sum(found) - 2_000) < 180
    assert {0, 1, 2} <= set(found)
    mean = sum(found) / len(found)
    spread = sum((each - mean) ** 2 for each in found) / len(found)
    assert 0.8 < spread / mean < 1.2
    assert sum(Arrivals(Dice("a"), 0).due(day) for day in range(0, 10**7, 86_400)) == 0


def test_standard_denominations() -> None:
    found = denominations()
    assert found[0] == 100_000_000_000
    assert found[-1] == 5_000
    assert {8_192, 6_561, 13_122, 10_000, 20_000, 50_000} <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("total", [5_100, 12_345, 999_999, 43_046_721, 10**9 + 7])
def test_decompositions_add_up(total: int) -> None:
    fee = 43
    chosen = frequent([total, total // 2, total // 2 + 5, 300_000, 300_000, 20_000, 20_000], fee)
    assert chosen == sorted(chosen, reverse=True)
    for seed in range(20):
        outputs, change = decompose(total, chosen, fee, Dice(str(seed)))
        assert len(outputs) <= 9
        assert set(outputs) <= set(chosen)
        left = total - sum(outputs) - fee * len(outputs)
        if change:
            assert left == change + fee
            assert change >= 5_000
        else:
            assert 0 <= left < 5_000 + fee
