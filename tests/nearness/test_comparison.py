"""Eras beside real blocks: what is near, what is unlike, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from clew.simulate.economy.course import Course
from likeness.chains import Scene
from likeness.compare import Comparison, Side, among, compare
from likeness.eras import ERAS, FILES, Era, read
from likeness.measures import MEASURES
from likeness.scripts import has_note
from nearness.made import HEIGHT, NOW, coin, scene, seen

ERA = Era("era", "world", (HEIGHT,), date(2020, 1, 1), date(2021, 1, 1), "made by hand")
SMALL = scene(*(seen(1, [1, 2]) for _ in range(60)))
WIDE = scene(*(seen(5, [1, 2]) for _ in range(60)))


def verdicts(comparison: Comparison) -> dict[str, str]:
    return {row.measure.name: row.verdict for row in comparison.rows()}


def test_the_same_is_near_and_another_unlike() -> None:
    comparison = Comparison(ERA, [SMALL])
    compare([comparison], [WIDE, Scene(HEIGHT, NOW + 10**8, WIDE.seen)])
    assert comparison.mine.transactions == 60
    found = verdicts(comparison)
    assert found["outputs"] == "near"
    assert found["inputs"] == "unlike"
    assert found["fees"] == found["age in days"] == found["dollars"] == "not known"


def test_real_blocks_that_differ_let_more_be_near() -> None:
    comparison = Comparison(ERA, [SMALL, WIDE])
    compare([comparison], [WIDE])
    row = next(row for row in comparison.rows() if row.measure.name == "inputs")
    assert (row.apart, row.among, row.verdict) == (0.5, 1, "near")
    assert among(row.measure, [SMALL]) is None
    tiny = scene(seen(1))
    assert among(row.measure, [SMALL, tiny]) is None


def test_a_window_is_looked_at_as_one() -> None:
    """Reuse is seen across blocks, up to as many transactions as a real block has."""
    one, other = scene(seen(1, [1])), scene(seen(1, [2]))
    side = Side(2)
    side.add(one)
    assert side.tallies["reuse"].shares is None
    side.add(other)
    assert side.tallies["reuse"].shares == {"yes": 0.5, "no": 0.5}
    apart = Side(1)
    apart.add(one)
    apart.add(other)
    assert apart.tallies["reuse"].shares == {"yes": 0, "no": 1}


def test_quantiles_are_of_real_coins() -> None:
    side = Side(1)
    side.add(scene(seen(1, [100_000_000], [coin(100_000_850)]), dollars=7, scale=10))
    rows = side.amounts.rows()
    assert rows["value, real bitcoin"] == [10] * 5
    assert rows["value, dollars of the day"] == [7] * 5
    assert (
        rows["fee, satoshi per virtual byte"] == [850 / side.tallies["size"].things / seen(1, [1]).vsize] * 5
    )


@pytest.mark.parametrize("era", ERAS, ids=lambda era: era.name)
def test_real_blocks_are_those_that_are_named(shared_data: Path, era: Era) -> None:
    for height in era.blocks:
        block = read(shared_data, height)
        assert block.height == height
        assert block.seen
        assert block.dollars is not None
        kept = era.keep(block)
        assert len(kept.seen) == sum(era.kept is None or not has_note(each) for each in block.seen)
        for measure in MEASURES:
            shares = measure.tally(kept).shares
            if shares is None:
                assert measure.coins or measure.name in ("tip", "likely change", "keys", "short r", "high s")
            else:
                assert sum(shares.values()) == pytest.approx(1)


def test_two_files_bear_each_others_names(shared_data: Path) -> None:
    assert {read(shared_data, height).height for height in FILES} == set(FILES)
    assert read(shared_data, 574_200).day == date(2019, 5, 2)


def test_counts_of_a_real_block(shared_data: Path) -> None:
    """Block 227836, counted with another program: 99 transactions, of them 57 with one input."""
    block = read(shared_data, 227_836)
    inputs = next(each for each in MEASURES if each.name == "inputs").tally(block)
    assert inputs.things == len(block.seen) == 99
    assert inputs.counts["1"] == sum(len(each.tx.inputs) == 1 for each in block.seen) == 57


def test_spent_outputs_give_fees_and_ages(shared_data: Path) -> None:
    block = read(shared_data, 866_342)
    fees = [each.fee for each in block.seen]
    assert all(fee is not None and fee > 0 for fee in fees)
    coins = [coin for each in block.seen for coin in each.coins or ()]
    assert all(0 <= coin.height <= block.height and coin.time <= block.time + 7200 for coin in coins)


def test_simulated_blocks_are_read_from_bytes(course: Course, scenes: Sequence[Scene]) -> None:
    e = course.society.state.e
    assert len(scenes) == course.blocks - 1
    assert sum(len(each.seen) for each in scenes) == int(e.count[5]) - (course.blocks - 1)
    for each in scenes[::50]:
        assert each.time == course.calendar.times[each.height]
        assert each.dollars == course.calendar.prices[course.calendar.day(each.height)] / 100
    spent = [coin for each in scenes for seen in each.seen for coin in seen.coins or ()]
    assert len(spent) == int(e.count[6])
    assert sum(coin.value for coin in spent) == int(e.coin[e.input[: len(spent), 0], 0].sum())
