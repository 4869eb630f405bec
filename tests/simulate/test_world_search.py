"""Worlds drawn from ranges: inside them, the same for the same dice, spread as they should be."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from clew.errors import UsageError
from clew.simulate.dice import Dice
from clew.simulate.worlds.load import available, load
from clew.simulate.worlds.model import World
from clew.simulate.worlds.search import Range, Trial, _draw, ranges, ranks, sample, worst


@pytest.fixture(scope="module")
def case() -> World:
    return load("2015")


@pytest.mark.parametrize("name", available())
def test_what_is_drawn_lies_in_its_range(name: str) -> None:
    world = load(name)
    known = ranges(world)
    assert len(known) > 150
    for number in range(5):
        drawn = sample(world, Dice(f"test {number}"))
        assert drawn.figures.keys() == known.keys()
        for where, value in drawn.figures.items():
            assert known[where].low <= value <= known[where].high, where
        assert float(drawn.world.people.count) == drawn.figures["people", "count"]
        assert drawn.world.payers.routes.shares["exchange"] == drawn.figures["payers", "routes", "exchange"]


def test_what_has_no_range_stays(case: World) -> None:
    drawn = sample(case, Dice("test"))
    assert drawn.world.money.price == case.money.price
    assert drawn.world.time == case.time.model_copy(
        update={"zones": drawn.world.time.zones, "weekend": drawn.world.time.weekend}
    )
    assert [each.selection for each in drawn.world.wallets] == [each.selection for each in case.wallets]


def test_the_same_dice_draw_the_same_world(case: World) -> None:
    first, second, other = (sample(case, Dice(seed)) for seed in ("a", "a", "b"))
    assert first == second
    assert first.text == second.text
    assert first.figures != other.figures


def test_the_first_draw_never_changes(case: World) -> None:
    """Bytes from words of the dice alone: a library's logarithm would differ between machines."""
    figure = Range(2, 1, 100, ("is",))
    assert [_draw(figure, Dice(seed)) for seed in "abc"] == FIRST
    assert [_draw(Range(0.5, 0, 1, ("is",)), Dice(seed)) for seed in "abc"] == FIRST_SHARES


FIRST = [42.0, 5.0, 2.0]
FIRST_SHARES = [0.1297, 0.2325, 0.8282]


def test_a_drawn_world_is_a_file_that_keeps_its_sources(case: World, tmp_path: Path) -> None:
    drawn = sample(case, Dice("test"), "drawn-once")
    path = tmp_path / "drawn.yaml"
    path.write_text(drawn.text, encoding="utf-8")
    again = load(path)
    assert again == drawn.world
    assert again.name == "drawn-once"
    assert again.sources == case.sources
    line = next(each for each in drawn.text.splitlines() if each.strip().startswith("custodial:"))
    assert line.endswith("# drawn from 0.15 to 0.6; was 0.35")
    assert drawn.text.count("# drawn from") >= len(ranges(case)) - len(case.payers.routes.between or ())


def test_wide_ranges_are_drawn_in_their_logarithm() -> None:
    dice = Dice("spread")
    wide = sorted(_draw(Range(10, 0.1, 1000, ("is",)), dice) for _ in range(2000))
    assert math.sqrt(0.1 * 1000) == pytest.approx(wide[1000], rel=0.3)
    narrow = sorted(_draw(Range(2, 1, 9, ("is",)), dice) for _ in range(2000))
    assert narrow[1000] == pytest.approx(5, rel=0.1)
    shares = [_draw(Range(0.1, 0, 0.4, ("is",)), dice) for _ in range(2000)]
    assert sum(shares) / 2000 == pytest.approx(0.2, rel=0.1)


def test_counts_stay_whole(case: World) -> None:
    for seed in "abcdef":
        figures = sample(case, Dice(seed)).figures
        for where in (("people", "count"), ("mining", "pools"), ("service", "payers"), ("tags", "seeds")):
            assert figures[where] == int(figures[where])


def test_draws_that_make_no_world_are_thrown_away(case: World) -> None:
    """Half of these draws have fewer payments than payers; none of the worlds has."""
    dumped = case.model_dump(by_alias=True)
    for key in ("payers", "payments"):
        dumped["service"][key] = {"is": 500, "between": [100, 1000], "from": "guess"}
    world = World.model_validate(dumped)
    for seed in range(20):
        service = sample(world, Dice(str(seed))).world.service
        assert int(service.payments) >= int(service.payers)


def test_ranges_without_a_world_are_an_error(case: World) -> None:
    dumped = case.model_dump(by_alias=True)
    dumped["service"]["payers"] = {"is": 4073, "between": [4073, 900_000], "from": "guess"}
    dumped["service"]["payments"] = {"is": 4073, "from": "guess"}
    with pytest.raises(
        UsageError, match=r"2015: expected ranges in which some world lies.*narrow the ranges"
    ):
        sample(World.model_validate(dumped), Dice("x"))


def test_the_worst_is_found_and_what_it_hangs_on(case: World) -> None:
    """A score that falls with one figure, and a little with another."""
    seen: list[Trial] = []

    def score(world: World) -> float:
        return 1 - float(world.operator.mixes) - 0.1 * float(world.people.custodial)

    found = worst(case, score, 60, 7, after=seen.append)
    assert found.trials == tuple(seen)
    assert [trial.number for trial in found.trials] == list(range(60))
    assert found.trial.score == min(trial.score for trial in found.trials) == score(found.drawn.world)
    assert found.drawn.figures == found.trial.figures
    assert found.influences[0].place == ("operator", "mixes")
    assert found.influences[0].correlation < -0.9
    assert len(found.influences) == 12
    assert found.drawn.world.name == f"2015-7-{found.trial.number}"


def test_more_trials_begin_with_the_same(case: World) -> None:
    few = worst(case, lambda world: float(world.money.scale), 3, 1)
    more = worst(case, lambda world: float(world.money.scale), 6, 1)
    assert more.trials[:3] == few.trials
    assert worst(case, lambda world: float(world.money.scale), 3, 2).trials != few.trials


def test_a_score_that_never_varies_goes_with_nothing(case: World) -> None:
    found = worst(case, lambda world: 0.5, 4, 1)
    assert found.trial.number == 0
    assert {each.correlation for each in found.influences} == {0.0}


def test_what_cannot_be_searched_is_refused(case: World) -> None:
    with pytest.raises(UsageError, match="expected at least one trial, found 0"):
        worst(case, lambda world: 0.0, 0, 1)
    with pytest.raises(UsageError, match="trial 0: expected a number as score, found nan"):
        worst(case, lambda world: math.nan, 2, 1)


def test_equal_values_share_a_rank() -> None:
    assert ranks([30.0, 10.0, 20.0, 10.0]) == [4.0, 1.5, 3.0, 1.5]
    assert ranks([]) == []
