"""Whether inputs can be shared out among the participants of a coinjoin, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clew.schema import NO, UNKNOWN, YES

MOST_STEPS = 20_000
"""How many inputs may be taken in one search; the answer is unknown where that is not enough."""

MOST_LOOKS = 5_000_000
"""How many inputs may be looked at in all searches of one transaction, so that none is dear."""


@dataclass
class Looks:
    """How many more inputs may be looked at."""

    left: int = MOST_LOOKS


def share_out(inputs: Sequence[int], bounds: Sequence[tuple[int, int]], looks: Looks) -> int:
    """YES where each participant can have inputs of its own with at least one left over, else NO.

    ``inputs``: satoshi, falling; ``bounds``: between which sums each participant must bring. UNKNOWN where
    MOST_STEPS or ``looks`` do not suffice.
    """
    used: set[int] = set()
    # A way is (whose turn it is, which input it takes next, the sum so far); each yields those beyond it.
    steps = 0

    def ways(turn: int, at: int, total: int) -> Iterator[tuple[int, int, int, int | None]]:
        least, most = bounds[turn]
        if total >= least:
            yield turn + 1, 0, 0, None
        for place in range(at, len(inputs)):
            looks.left -= 1
            if looks.left < 0:
                return
            if place not in used and total + inputs[place] <= most:
                yield turn, place + 1, total + inputs[place], place

    if not bounds:
        return YES if inputs else NO
    # A list of what is left to try instead of calls in calls: there may be more turns than Python lets nest.
    trying: list[tuple[Iterator[tuple[int, int, int, int | None]], int | None]] = [(ways(0, 0, 0), None)]
    while trying:
        following = next(trying[-1][0], None)
        if looks.left < 0:
            return UNKNOWN
        if following is None:
            _, taken = trying.pop()
            if taken is not None:
                used.discard(taken)
            continue
        turn, at, total, taken = following
        if taken is not None:
            steps += 1
            if steps > MOST_STEPS:
                return UNKNOWN
            used.add(taken)
        if turn == len(bounds):
            if len(used) < len(inputs):
                return YES
            # Nothing is left over for the taker.
            continue
        trying.append((ways(turn, at, total), taken))
    return NO


__all__ = ["MOST_LOOKS", "MOST_STEPS", "Looks", "share_out"]
