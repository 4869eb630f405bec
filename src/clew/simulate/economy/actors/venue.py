"""Where the rounds of one coinjoin protocol are held: when they are due, and who comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from clew.kernels.economy_state import A_WALLET, ADDRESS, INPUT_WEIGHT, KINDS, OUTPUT_BYTES
from clew.simulate.economy.actors.crowd import Crowd, Mixer
from clew.simulate.economy.actors.people import is_mixed, is_ripe
from clew.simulate.economy.arrivals import Arrivals
from clew.simulate.economy.rounds import Kind, Part, Round
from clew.simulate.economy.settings import DAY

if TYPE_CHECKING:
    from clew.simulate.economy.actors.mixing import Passage
    from clew.simulate.economy.course import Course
    from clew.simulate.worlds.model import Coinjoins

_PATIENCE = 2 * DAY
_MOST_DUE = 4
"""Rounds that are made up for at once, after a time in which too few could take part."""


class Venue:
    """Rounds of one protocol. What a round is, the subclass says in ``hold``."""

    def __init__(self, course: Course, model: Coinjoins, kinds: Sequence[str]) -> None:
        self.protocol: str = model.protocol
        self.dice = course.dice.separate(f"coinjoins {model.protocol}")
        self.crowd = Crowd(self.dice, model, kinds)
        self.fewest, self.most = int(model.fewest), max(int(model.fewest), int(model.most))
        self.remixes = float(model.remixes)
        self.passages: list[Passage] = []
        self._rate = float(model.rounds) * course.scale
        self._arrivals = Arrivals(self.dice.separate("when"), self._rate)
        self._due = 0

    def step(self, course: Course) -> None:
        """Hold the rounds that are due, as far as there are people for them."""
        self._due += self._arrivals.due(course.now)
        if self.passages:
            self.passages = [each for each in self.passages if each.open and each.waiting]
            if self._due == 0 and any(course.now - each.since > _PATIENCE for each in self.passages):
                self._due = 1
        if self._due == 0:
            return
        self.prepare(course)
        while self._due > 0 and self.hold(course):
            self._due -= 1
        self._due = min(self._due, max(_MOST_DUE, round(4 * self.rounds_a_block(course))))
        self.thin(course)

    def prepare(self, course: Course) -> None:
        """See to it that there are people for the rounds that are due."""

    def hold(self, course: Course) -> bool:
        """Hold a round; False if too few can take part now."""
        raise NotImplementedError

    def thin(self, course: Course) -> None:
        """Let people leave who have mixed enough."""

    def weight(self) -> int:
        """How much of the world's mixing is done here."""
        return 1 + round(1000 * self._rate * (self.fewest + self.most))

    def guest(self, course: Course, actor: int, home: int) -> Mixer:
        """The software of somebody who wants to enter."""
        return self.crowd.guest(course, actor, home)

    def admit(self, passage: Passage) -> None:
        """Take a passage, whose coins wait, into the next rounds."""
        self.passages.append(passage)

    def rounds_a_block(self, course: Course) -> float:
        """Mean number of rounds in a block."""
        return self._rate * course.passed / DAY

    def waiting(self, course: Course) -> list[tuple[Passage, list[int]]]:
        """Passages with coins that may be spent now, one of each actor."""
        found: list[tuple[Passage, list[int]]] = []
        actors: list[int] = []
        for each in self.passages:
            coins = [coin for coin in each.waiting if is_ripe(course, coin)]
            if coins and each.open and each.actor not in actors:
                found.append((each, coins))
                actors.append(each.actor)
        return found

    def of_passage(self, course: Course, passage: Passage, parts: Iterable[Part]) -> list[Part]:
        """The outputs that are a passage's own: the actor may take part as one of the people too."""
        e, wallets = course.society.state.e, passage.mixer.wallets
        return [each for each in parts if e.address[e.coin[each.coin, ADDRESS], A_WALLET] in wallets]

    def record(
        self, course: Course, tx: int, inputs: Iterable[tuple[int, int]], outputs: Iterable[Part]
    ) -> None:
        """Enter a round; ``inputs``: coin and actor of each."""
        parts: list[Part] = []
        for coin, actor in inputs:
            kind: Kind = "remix" if is_mixed(course, coin) else "input"
            parts.append(Part(coin, actor, kind))
        course.rounds.append(Round(tx, self.protocol, tuple(parts), tuple(outputs)))


def input_weight(kind: str) -> int:
    """Weight units of an input that spends a kind of script."""
    return int(INPUT_WEIGHT[KINDS.index(kind)])


def output_weight(kind: str) -> int:
    """Weight units of an output with a kind of script."""
    return 4 * int(OUTPUT_BYTES[KINDS.index(kind)])
