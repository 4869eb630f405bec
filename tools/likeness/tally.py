"""Counts by label, the shares that they make, and how far two of them are apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Mark(NamedTuple):
    """A label put on something, how much it weighs, and how many things were looked at for it."""

    label: str
    weight: float = 1.0
    things: float = 1.0


Marks = Iterable[Mark]


@dataclass
class Tally:
    """How much weighs each of ``labels``, from so many ``things`` in all."""

    labels: tuple[str, ...]
    counts: dict[str, float] = field(default_factory=dict)
    things: float = 0

    def add(self, marks: Marks) -> None:
        """Count. Raises KeyError for a label that is not among ``labels``."""
        for label, weight, things in marks:
            if label not in self.labels:
                raise KeyError(label)
            self.counts[label] = self.counts.get(label, 0.0) + weight
            self.things += things

    def __add__(self, other: Tally) -> Tally:
        merged = {label: self.counts.get(label, 0.0) + other.counts.get(label, 0.0) for label in self.labels}
        return Tally(self.labels, merged, self.things + other.things)

    @property
    def shares(self) -> dict[str, float] | None:
        """Each label's share, or None if nothing was counted. What chance took below nothing is nothing."""
        kept = {label: max(0.0, self.counts.get(label, 0.0)) for label in self.labels}
        whole = sum(kept.values())
        return {label: count / whole for label, count in kept.items()} if whole else None


def distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Total variation: the part of one that would have to change its label to give the other, 0 to 1."""
    # Not a set: its order, and so the sum's last digit, would differ from run to run.
    labels = dict.fromkeys((*one, *other))
    return sum(abs(one.get(label, 0.0) - other.get(label, 0.0)) for label in labels) / 2


def quantiles(values: Sequence[float], at: Sequence[float]) -> list[float]:
    """The values at these parts, 0 to 1, of some values in order; nearest rank."""
    ranked = sorted(values)
    last = len(ranked) - 1
    return [ranked[min(last, max(0, round(part * last)))] for part in at] if ranked else []
