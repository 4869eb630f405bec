"""When people of one place are awake, and errands that wait between blocks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from clew.simulate.dice import Dice
from clew.simulate.economy.actors.purchases import Plans
from clew.simulate.economy.course import Course
from clew.simulate.economy.errands import Agenda, Errand, until
from clew.simulate.economy.hours import Hours, nearest_zone, place
from clew.simulate.worlds.load import load

WORLD = load("2015")
WEEK = 7 * 86_400
START = int(datetime(2016, 2, 1, tzinfo=UTC).timestamp())
"""A Monday, 0 o'clock in London."""


def local(moment: int, zone: str) -> datetime:
    return datetime.fromtimestamp(moment, ZoneInfo(zone))


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York"])
def test_people_act_at_their_own_hours(zone: str) -> None:
    hours, dice = Hours(WORLD.time, zone), Dice("hours")
    drawn = [hours.pick(dice, lambda: START + dice.below(4 * WEEK)) for _ in range(6_000)]
    found = Counter(local(each, zone).hour for each in drawn)
    shares = WORLD.time.hours.shares
    for hour in range(24):
        expected = 6_000 * shares[str(hour)] / sum(shares.values())
        assert abs(found[hour] - expected) < 5 * expected**0.5, hour
    weekend = sum(local(each, zone).weekday() >= 5 for each in drawn)
    usual = 2 * float(WORLD.time.weekend)
    assert abs(weekend / 6_000 - usual / (5 + usual)) < 0.03


def test_after_waits_for_the_morning() -> None:
    hours, dice = Hours(WORLD.time, "Europe/London"), Dice("after")
    night = START + 3 * 3600
    found = [hours.after(dice, night) for _ in range(2_000)]
    assert min(found) >= night
    assert max(found) < night + 86_400
    asleep = sum(each < night + 3600 for each in found)
    awake = sum(hours.after(dice, night + 18 * 3600) == night + 18 * 3600 for _ in range(2_000))
    assert awake > 3 * asleep


def test_payments_grow_over_time() -> None:
    """Three times as many at the end as at the start: 37.5 % in the first half."""
    service = cast(Any, SimpleNamespace(opens=START, closes=START + 100 * WEEK))
    plans = Plans(cast(Any, SimpleNamespace(world=WORLD)), service, Dice("plans"))
    hours = Hours(WORLD.time, "Europe/Berlin")
    drawn = [plans.time(hours) for _ in range(4_000)]
    early = sum(each < START + 50 * WEEK for each in drawn)
    assert abs(early / 4_000 - 0.375) < 0.03
    assert all(service.opens <= each < service.closes for each in drawn)


def test_zones_nearest_to_a_country() -> None:
    names = [each.name for each in WORLD.time.zones]
    for country, name in (("JP", "east-asia"), ("FR", "europe"), ("GB", "britain"), ("US", "america")):
        zone = place(country)
        assert zone is not None
        assert names[nearest_zone(WORLD.time, zone)] == name
    # Auckland is nearer to Seoul across the date line than New York is.
    assert names[nearest_zone(WORLD.time, "Pacific/Auckland")] == "east-asia"
    assert place("XX") is None


def test_every_zone_exists() -> None:
    countries = {a + b for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    zones = [place(each) for each in sorted(countries)]
    assert sum(each is not None for each in zones) > 40
    for zone in zones:
        if zone is not None:
            ZoneInfo(zone)


def test_errands_go_on_when_they_are_due_and_in_order() -> None:
    seen: list[tuple[str, int]] = []
    course = cast(Course, SimpleNamespace(height=0))

    def errand(name: str, *heights: int) -> Errand[None]:
        for height in heights:
            seen.append((name, course.height))
            yield height
        seen.append((name, course.height))

    agenda = Agenda()
    agenda.add(2, errand("late", 5))
    agenda.add(1, errand("first", 1, 3))
    agenda.add(1, errand("second"))
    for height in range(7):
        cast(Any, course).height = height
        agenda.step(course)
    assert seen == [
        ("first", 1),
        ("second", 1),
        ("late", 2),
        # An errand waits a block at least, whatever it asks for.
        ("first", 2),
        ("first", 3),
        ("late", 5),
    ]


def test_until_waits_for_a_time_and_for_ever_after_the_end() -> None:
    calendar = SimpleNamespace(times=(0, 100, 200, 300), height_at=lambda time: -(-time // 100))
    course = cast(Course, SimpleNamespace(height=1, blocks=4, calendar=calendar))
    assert list(until(course, 100)) == []
    assert list(until(course, 150)) == [2]
    assert list(until(course, 300)) == [3]
    assert list(until(course, 301)) == [4]
