"""An economy that grows: its arrays have room for all that a block brings, and idle hours harm nobody."""

from __future__ import annotations

import numpy as np

from clew.kernels import economy_life as kernels
from clew.kernels.economy_state import BETS, COINS, DROPPED, NONE, REQUESTS, WITHDRAWAL
from clew.simulate.economy.course import Course, begin
from clew.simulate.economy.make import Size, run
from clew.simulate.economy.state import Order
from clew.simulate.worlds.load import load
from clew.simulate.worlds.model import World

SIZE = Size(blocks=260, people=120, payments=60, payers=30, accounts=50)


def changed(world: World, section: str, **figures: float) -> World:
    """A world with other figures in a section."""
    old = getattr(world, section)
    new = {name: getattr(old, name).model_copy(update={"value": value}) for name, value in figures.items()}
    return world.model_copy(update={section: old.model_copy(update=new)})


def fresh(people: int = 60) -> Course:
    return begin(load("2012"), 1, 260, people=people)


def test_no_request_is_dropped_for_want_of_room() -> None:
    course = fresh()
    state = course.society.state
    rows = len(state.e.request)
    state.e.count[REQUESTS] = rows - 1
    state.spare_requests(50)
    assert len(state.e.request) >= rows + 49
    for number in range(50):
        kernels.ask(state.e, 0, NONE, 0, 1_000 + number, WITHDRAWAL, 0, 1, NONE)
    assert (state.e.count[REQUESTS], state.e.count[DROPPED]) == (rows + 49, 0)


def test_room_for_requests_keeps_those_there_are() -> None:
    course = fresh()
    state = course.society.state
    state.ask(0, Order(5_000, WITHDRAWAL, wallet=3, who=2), due=7)
    before = state.e.request[0].copy()
    state.spare_requests(1 << 17)
    np.testing.assert_array_equal(state.e.request[0], before)


def test_room_for_bets_keeps_those_there_are() -> None:
    society = fresh().society
    society.life.bet[0] = 1, 2, 3, 4
    society.state.e.count[BETS] = len(society.life.bet)
    life = society.spare_bets(10)
    assert society.life is life
    assert len(life.bet) >= society.state.e.count[BETS] + 10
    np.testing.assert_array_equal(life.bet[0], (1, 2, 3, 4))


def test_a_world_that_sleeps_at_weekends() -> None:
    # Blocks are hours apart here, so that some come without a working hour between.
    *_, course = run(changed(load("2012"), "time", weekend=0.0), 1, Size(blocks=2_000, people=20, payments=5))
    assert len(course.ends) == 2_000
    assert course.society.state.e.count[COINS] > 2_000
