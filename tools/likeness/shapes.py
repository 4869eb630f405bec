"""Measures of a transaction's shape: how many inputs and outputs, how large, how equal."""

from __future__ import annotations

from collections import Counter

from likeness.chains import Scene, Seen
from likeness.measure import BINARY, between, labels, of_each, yes
from likeness.scripts import has_note, paid
from likeness.tally import Mark, Marks

_COUNTS = ((2, "1"), (3, "2"), (4, "3"), (10, "4-9"), (100, "10-99"))
_MANY = "100 and more"
_SIZES = ((200, "under 200"), (250, "200-249"), (400, "250-399"), (1000, "400-999"), (10_000, "1,000-9,999"))
_HUGE = "10,000 and more"
_SHAPES = ("1 to 1", "1 to 2", "1 to more", "more to 1", "more to 2", "more to more")


def _inputs(_: Scene, seen: Seen) -> Marks:
    return between(len(seen.tx.inputs), _COUNTS, _MANY)


def _outputs(_: Scene, seen: Seen) -> Marks:
    return between(len(seen.tx.outputs), _COUNTS, _MANY)


def _shape(_: Scene, seen: Seen) -> Marks:
    into = {1: "1", 2: "2"}.get(len(seen.tx.outputs), "more")
    yield Mark(f"{'1' if len(seen.tx.inputs) == 1 else 'more'} to {into}")


def _size(_: Scene, seen: Seen) -> Marks:
    return between(seen.vsize, _SIZES, _HUGE)


def _merges(_: Scene, seen: Seen) -> Marks:
    """Whether inputs come from two addresses or more, as the multi-input rule needs."""
    return yes(len(set(seen.sources)) > 1)


def _notes(_: Scene, seen: Seen) -> Marks:
    return yes(has_note(seen))


def _joins(_: Scene, seen: Seen) -> Marks:
    """Whether three equal outputs or more make half of all, with as many addresses among the inputs."""
    most = max(Counter(paid(seen)).values(), default=0)
    return yes(3 <= most <= len(set(seen.sources)) and 2 * most >= len(seen.tx.outputs))


MEASURES = (
    of_each("inputs", "Inputs", "transactions", labels(_COUNTS, _MANY), _inputs),
    of_each("outputs", "Outputs", "transactions", labels(_COUNTS, _MANY), _outputs),
    of_each("shape", "Inputs to outputs", "transactions", _SHAPES, _shape),
    of_each("size", "Virtual bytes", "transactions", labels(_SIZES, _HUGE), _size),
    of_each("merges", "Inputs from two addresses or more", "transactions", BINARY, _merges),
    of_each("notes", "With an OP_RETURN output", "transactions", BINARY, _notes),
    of_each("joins", "Shaped like a coinjoin", "transactions", BINARY, _joins),
)
