"""Anybody can send coins through coinjoins, and get back as many as were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.kernels.economy_state import NONE
from clew.simulate.economy.actors.mixing import Passage
from simulate.economy.joins.lived import EVERYTHING, NOTHING, Lived, start

BLOCKS = 330
VALUES = {
    "joinmarket": 3_000_000,
    "wasabi-1": 7_000_000,
    "wasabi-1.1": 25_000_000,
    "wabisabi": 4_321_000,
    "whirlpool": 4_000_000,
}


class Visits:
    """Lets people enter, each at one venue, and notes what becomes of it."""

    def __init__(self, lived: Lived) -> None:
        self._lived = lived
        self.passages: list[tuple[str, int, Passage, list[int] | None]] = []
        venues = lived.mixing.venues
        self._left = [(venue, rounds) for rounds in (1, 3) for venue in venues for _ in range(3)]

    def step(self, course) -> None:  # type: ignore[no-untyped-def]
        state, mixing = course.society.state, self._lived.mixing
        if course.height < 220:
            return
        for number, (protocol, rounds, passage, coins) in enumerate(self.passages):
            if coins is None and passage.coins() is not None:
                self.passages[number] = protocol, rounds, passage, passage.coins()
        if not self._left:
            return
        venue, rounds = self._left[-1]
        value = VALUES[venue.protocol]
        rich = [
            each
            for each in course.society.people
            if each.wallet != NONE and state.balance(each.wallet) > 3 * value
        ]
        if not rich:
            return
        person = rich[course.height % len(rich)]
        everywhere, mixing.venues = mixing.venues, [venue]
        passage = mixing.enter(course, person.wallet, value, who=person.actor, rounds=rounds)
        mixing.venues = everywhere
        if passage is not None:
            self.passages.append((venue.protocol, rounds, passage, None))
            self._left.pop()


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lived, Visits]:
    course, mixing = start(tmp_path_factory.mktemp("worlds") / "everything.yaml", EVERYTHING, 3, BLOCKS)
    lived = Lived(course, mixing)
    found = Visits(lived)
    course.actors.insert(0, found)
    for _ in course.run():
        pass
    return lived, found


@pytest.mark.parametrize("protocol", list(VALUES))
def test_coins_come_out(visits: tuple[Lived, Visits], protocol: str) -> None:
    lived, found = visits
    mine = [each for each in found.passages if each[0] == protocol]
    assert len(mine) == 6
    for _, rounds, passage, coins in mine:
        assert coins is not None, (rounds, passage.waiting)
        assert sum(map(lived.state.value, coins)) >= VALUES[protocol]
        for coin in coins:
            # Each was in as many rounds as it was to be, and is the actor's.
            part = lived.side(coin)
            assert (part.purpose, part.owner) == ("equal", passage.actor)
            assert _depth(lived, coin, passage.actor) >= rounds
            assert not lived.is_spent(coin)


def _depth(lived: Lived, coin: int, actor: int) -> int:
    """Through how many rounds, at least, a coin of an actor's came."""
    if lived.made_by(coin) not in lived.coinjoined:
        return 0
    part = next(each for each in lived.course.rounds if each.tx == lived.made_by(coin))
    return 1 + min(_depth(lived, each.coin, actor) for each in part.inputs if each.actor == actor)


def test_coins_lie_in_the_wallet_that_is_named(visits: tuple[Lived, Visits]) -> None:
    lived, found = visits
    for protocol, _, passage, coins in found.passages:
        held = lived.state.coins(passage.wallet)
        if protocol != "wabisabi":
            assert set(coins or ()) <= set(held)
        assert lived.state.e.wallet[passage.wallet, 1] == passage.actor


def test_change_is_listed_apart(visits: tuple[Lived, Visits]) -> None:
    lived, found = visits
    changes = [coin for _, _, passage, _ in found.passages for coin in passage.rest()]
    assert changes
    assert {lived.side(coin).purpose for coin in changes} == {"coinjoin change"}


def test_who_gives_up_gets_all_back(tmp_path: Path) -> None:
    course, mixing = start(tmp_path / "everything.yaml", EVERYTHING, 4, 260)
    given_up: list[tuple[Passage, list[int]]] = []

    class Visit:
        passage: Passage | None = None
        since = 0

        def step(self, course) -> None:  # type: ignore[no-untyped-def]
            state = course.society.state
            if self.passage is None and course.height > 230:
                person = max(
                    (each for each in course.society.people if each.wallet != NONE),
                    key=lambda each: state.balance(each.wallet),
                )
                self.passage = mixing.enter(course, person.wallet, 30_000_000, who=person.actor, rounds=9)
                self.since = course.height
            elif self.passage is not None and course.height == self.since + 2:
                assert self.passage.coins() is None
                given_up.append((self.passage, self.passage.give_up()))

    course.actors.insert(0, Visit())
    for _ in course.run():
        pass
    assert given_up
    _, coins = given_up[0]
    state = course.society.state
    assert sum(map(state.value, coins)) > 29_000_000
    # Nobody touched them since.
    assert all(coin in state.coins(int(state.e.address[state.e.coin[coin, 1], 0])) for coin in coins)


def test_without_coinjoins_nobody_enters(tmp_path: Path) -> None:
    (tmp_path / "everything.yaml").write_text(EVERYTHING, encoding="utf-8")
    course, mixing = start(tmp_path / "nothing.yaml", NOTHING, 1, 210)
    for _ in course.run():
        pass
    person = next(each for each in course.society.people if each.wallet != NONE)
    assert mixing.enter(course, person.wallet, 1_000_000, who=person.actor) is None


def test_amounts_that_suit_nobody_are_refused(visits: tuple[Lived, Visits]) -> None:
    lived, _ = visits
    course = lived.course
    state = course.society.state
    before = int(state.e.count[5])
    person = max(
        (each for each in course.society.people if each.wallet != NONE),
        key=lambda each: state.balance(each.wallet),
    )
    assert lived.mixing.enter(course, person.wallet, 10**14, who=person.actor) is None
    value = state.balance(person.wallet) + 1
    assert lived.mixing.enter(course, person.wallet, value, who=person.actor) is None
    assert state.e.count[5] == before
