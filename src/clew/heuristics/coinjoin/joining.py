"""Whether inputs can be shared out among the participants of a coinjoin, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field

from clew.schema import NO, UNKNOWN, YES

MOST_STEPS = 20_000
"""How many inputs may be tried in one search; the answer is unknown where that is not enough."""


@dataclass
class Sharing:
    """Inputs by falling value, and between which sums each participant must bring."""

    inputs: list[int]
    bounds: list[tuple[int, int]]
    steps: int = MOST_STEPS
    used: set[int] = field(default_factory=set)

    def possible(self, turn: int = 0, at: int = 0, total: int = 0) -> int:
        """YES where each participant can have inputs of its own with at least one left over, else NO;
        UNKNOWN where the steps do not suffice."""
        if turn == len(self.bounds):
            return YES if len(self.used) < len(self.inputs) else NO
        least, most = self.bounds[turn]
        if total >= least:
            found = self.possible(turn + 1)
            if found != NO:
                return found
        for place in range(at, len(self.inputs)):
            value = self.inputs[place]
            if place in self.used or total + value > most:
                continue
            self.steps -= 1
            if self.steps < 0:
                return UNKNOWN
            self.used.add(place)
            found = self.possible(turn, place + 1, total + value)
            if found != NO:
                return found
            self.used.discard(place)
        return NO


__all__ = ["MOST_STEPS", "Sharing"]
