"""What a measure is: it puts labels on what is in a scene, the same for real and simulated ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from likeness.chains import Scene, Seen
from likeness.tally import Mark, Marks, Tally

YES, NO = "yes", "no"
BINARY = (YES, NO)

Label = Callable[[Scene, Seen], Marks]
"""Labels one transaction."""

Edges = tuple[tuple[float, str], ...]
"""Labels of ranges of numbers, each with the number at which it ends."""


@dataclass(frozen=True)
class Measure:
    """``read`` labels what is in a scene; ``of``: the things that are counted.

    ``whole``: it looks at a scene as one, so scenes must be of like size. ``coins``: it needs to know
    what is spent.
    """

    name: str
    title: str
    of: str
    labels: tuple[str, ...]
    read: Callable[[Scene], Marks]
    whole: bool = False
    coins: bool = False

    def tally(self, *scenes: Scene) -> Tally:
        """What it counts in some scenes."""
        found = Tally(self.labels)
        for scene in scenes:
            found.add(self.read(scene))
        return found


def each(label: Label) -> Callable[[Scene], Marks]:
    """A reading that labels one transaction after the other."""

    def read(scene: Scene) -> Marks:
        for seen in scene.seen:
            yield from label(scene, seen)

    return read


def once(label: Label) -> Label:
    """Labels of a transaction's parts, weighed so that each transaction counts once.

    Otherwise one that spends thousands of coins, of which real blocks have some, outweighs a block.
    """

    def shared(scene: Scene, seen: Seen) -> Marks:
        marks = list(label(scene, seen))
        whole = sum(mark.things for mark in marks)
        for name, weight, things in marks:
            yield Mark(name, weight / whole, things / whole)

    return shared


def yes(value: bool) -> Iterator[Mark]:
    """The label of a truth value."""
    yield Mark(YES if value else NO)


def between(value: float, edges: Edges, above: str) -> Iterator[Mark]:
    """The label of the first edge that a value is below."""
    yield Mark(next((label for edge, label in edges if value < edge), above))


def labels(edges: Edges, above: str) -> tuple[str, ...]:
    """All labels that ``between`` may give."""
    return (*(label for _, label in edges), above)


def of_each(
    name: str, title: str, of: str, names: Sequence[str], label: Label, *, coins: bool = False
) -> Measure:
    """A measure that labels each transaction by itself."""
    return Measure(name, title, of, tuple(names), each(label), coins=coins)
