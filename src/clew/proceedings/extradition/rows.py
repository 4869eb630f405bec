"""The table of counts and grounds read row by row: a ground, and the numbers of the counts in each state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clew.proceedings.extradition.grounds import Cell, State
from clew.proceedings.facts import runs

STATES: tuple[State, ...] = ("barred", "not barred", "undetermined")
"""In the order in which tables show them."""


@dataclass(frozen=True)
class GroundRow:
    """One ground of one regime, for all counts of a request."""

    cells: tuple[Cell, ...]

    @property
    def ground(self) -> Cell:
        """A cell that says what the ground is."""
        return self.cells[0]

    @property
    def flagged(self) -> str:
        """Numbers of the flagged counts, as written."""
        return written(each.number for each in self.cells if each.flagged)

    def counts(self, state: State, threshold: str) -> str:
        """Numbers of the counts in a state, as written; ``threshold`` follows where it alone does not bar."""
        found = [each for each in self.cells if each.state == state]
        alone = bool(found) and all(each.said.endswith("by the threshold") for each in found)
        return f"{written(each.number for each in found)}{threshold if alone else ''}"


def ground_rows(cells: Sequence[Cell], regime: str) -> Iterator[GroundRow]:
    """The rows of one regime, in the order of its grounds."""
    mine = [each for each in cells if each.regime == regime]
    for ground in dict.fromkeys(each.ground for each in mine):
        yield GroundRow(tuple(each for each in mine if each.ground == ground))


def written(numbers: Iterable[int]) -> str:
    """Numbers as tables show them: ``1-6, 8``; a dash where there are none."""
    said = (str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs(numbers))
    return ", ".join(said) or "-"
