"""The plausible world in which a conclusion is worst: worlds drawn from the ranges that figures state."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clew.errors import UsageError
from clew.simulate.dice import Dice
from clew.simulate.worlds.figures import Figure, Shares, plain
from clew.simulate.worlds.model import World, entries
from clew.simulate.worlds.write import text
from clew.written.tree import NAMES

if TYPE_CHECKING:
    from pydantic import ValidationError

Place = tuple[str, ...]

DECADE = 10
ATTEMPTS = 200
DIGITS = 4
"""Digits that a drawn figure has: more would say more than the range does."""

_BITS = 53
_HALVINGS = 24


@dataclass(frozen=True)
class Drawn:
    """A world drawn from the ranges of another."""

    world: World
    figures: dict[Place, float]
    """What was drawn, by place."""
    text: str
    """The world as a complete file; each drawn figure says what it was drawn from."""


@dataclass(frozen=True)
class Trial:
    """One world and how it scored."""

    number: int
    score: float
    figures: dict[Place, float]


@dataclass(frozen=True)
class Influence:
    """How the score goes with a figure: Spearman's rank correlation, from -1 to 1."""

    place: Place
    correlation: float


@dataclass(frozen=True)
class Worst:
    """What a search found."""

    drawn: Drawn
    """The world with the lowest score; of equal ones the first."""
    trial: Trial
    trials: tuple[Trial, ...]
    influences: tuple[Influence, ...]
    """The figures that go with the score most, the strongest first."""


@dataclass(frozen=True)
class Range:
    """What a figure, or one of some shares, is and may be."""

    value: float
    low: float
    high: float
    keys: Place
    """Where its value stands below its entry."""


def ranges(world: World) -> dict[Place, Range]:
    """What may be something else, by place: figures, and shares by name."""
    found: dict[Place, Range] = {}
    for where, entry in entries(world):
        if isinstance(entry, Figure) and entry.between is not None:
            found[where] = Range(entry.value, *entry.between, ("is",))
        elif isinstance(entry, Shares):
            for name, (low, high) in (entry.between or {}).items():
                found[(*where, name)] = Range(entry.shares[name], low, high, ("shares", name))
    return {where: each for where, each in found.items() if each.low < each.high}


def sample(world: World, dice: Dice, name: str = "") -> Drawn:
    """A world in which each figure with a range is drawn from it.

    Uniformly, or uniformly in the logarithm where the range spans over a decade. Draws that make no
    world (more payers than payments, say) are thrown away. The same dice give the same world.
    Raises UsageError where the ranges seem to hold no world at all.
    """
    from pydantic import ValidationError

    known = ranges(world)
    dumped = world.model_dump(by_alias=True)
    dumped["name"] = name or f"{world.name}-drawn"
    last: ValidationError | None = None
    for _ in range(ATTEMPTS):
        figures = {where: _draw(each, dice) for where, each in known.items()}
        for where, value in figures.items():
            keys = known[where].keys
            entry = where[: len(where) + 1 - len(keys)]
            _at(dumped, (*entry, *keys[:-1]))[keys[-1]] = value
        try:
            drawn = World.model_validate(dumped)
        except ValidationError as error:
            last = error
            continue
        return Drawn(drawn, figures, text(drawn, head=_head(world), notes=_notes(known)))
    assert last is not None
    said = last.errors(include_url=False)[0]
    raise UsageError(
        f"{world.name}: expected ranges in which some world lies, found none in {ATTEMPTS} draws "
        f"({said['msg']}); narrow the ranges"
    )


def worst(
    world: World,
    score: Callable[[World], float],
    trials: int,
    seed: int,
    *,
    most_influences: int = 12,
    after: Callable[[Trial], None] | None = None,
) -> Worst:
    """Draws ``trials`` worlds, scores each, and keeps the one that scores lowest.

    ``after`` is called with each trial when it is done. Trial n is the same whatever the number of
    trials. Raises UsageError for no trials, and for a score that is no number.
    """
    if trials < 1:
        raise UsageError(f"expected at least one trial, found {trials}; ask for more")
    done: list[Trial] = []
    lowest: tuple[Trial, Drawn] | None = None
    for number in range(trials):
        drawn = sample(world, Dice(f"clew world {seed}/{number}"), f"{world.name}-{seed}-{number}")
        found = float(score(drawn.world))
        if not math.isfinite(found):
            raise UsageError(f"trial {number}: expected a number as score, found {found}; score it otherwise")
        trial = Trial(number, found, drawn.figures)
        done.append(trial)
        if lowest is None or found < lowest[0].score:
            lowest = trial, drawn
        if after is not None:
            after(trial)
    assert lowest is not None
    return Worst(lowest[1], lowest[0], tuple(done), _influences(done)[:most_influences])


def _draw(known: Range, dice: Dice) -> float:
    low, high = known.low, known.high
    if low > 0 and high / low > DECADE:
        value = _logarithmic(low, high, dice)
    else:
        value = low + (high - low) * (dice.below(1 << _BITS) / (1 << _BITS))
    # A count stays a count.
    whole = all(each == int(each) for each in (known.value, low, high)) and high >= DECADE
    value = float(round(value)) if whole else float(f"{value:.{DIGITS}g}")
    return min(max(value, low), high)


def _logarithmic(low: float, high: float, dice: Dice) -> float:
    """Halves the range in its logarithm, over and over: only the square root, which is exact everywhere."""
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if dice.below(2) else (middle, high)
    return low


def _at(dumped: Any, where: Place) -> Any:
    for part in where:
        if isinstance(dumped, list):
            dumped = (
                next((item for item in dumped if part in [item.get(key) for key in NAMES]), None)
                or dumped[int(part)]
            )
        else:
            dumped = dumped[part]
    return dumped


def _head(world: World) -> str:
    return (
        f"Drawn from the ranges of the world {world.name}; every figure without a note is that world's own."
    )


def _notes(known: dict[Place, Range]) -> dict[Place, str]:
    notes: dict[Place, str] = {}
    for where, each in known.items():
        if len(each.keys) == 1:
            notes[where] = f"drawn from {plain(each.low)} to {plain(each.high)}; was {plain(each.value)}"
        else:
            before = notes.get(where[:-1])
            was = f"{where[-1]} {plain(each.value)}"
            notes[where[:-1]] = f"{before}, {was}" if before else f"drawn from between; were {was}"
    return notes


def _influences(trials: Sequence[Trial]) -> tuple[Influence, ...]:
    scores = ranks([trial.score for trial in trials])
    found = [
        Influence(where, round(_correlation(ranks([trial.figures[where] for trial in trials]), scores), 4))
        for where in trials[0].figures
    ]
    return tuple(sorted(found, key=lambda each: (-abs(each.correlation), each.place)))


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1; equal ones share the mean of theirs."""
    order = sorted(range(len(values)), key=lambda index: values[index])
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in range(start, end + 1):
            found[order[place]] = (start + end) / 2 + 1
        start = end + 1
    return found


def _correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's; 0 where one of them does not vary."""
    count = len(first)
    mean, other = sum(first) / count, sum(second) / count
    both = sum((a - mean) * (b - other) for a, b in zip(first, second, strict=True))
    spread = sum((a - mean) ** 2 for a in first) * sum((b - other) ** 2 for b in second)
    return both / math.sqrt(spread) if spread else 0.0
