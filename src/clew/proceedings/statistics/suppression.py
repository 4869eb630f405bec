"""Which cells are hidden, so that nobody can work out a small count from all that is shown.

Cells under the threshold are hidden, noughts too: a nought says that all of a group are elsewhere, and so
what became of each of them. Only combinations that cannot occur are shown as nought. More cells are
hidden until every goal (``goals``) has a *witness*: values of all unknowns that agree with every shown cell
of every table and release, and in which the goal holds. Whoever knows all that is published cannot tell
the witness from the truth. A witness in whole numbers is a proof. One with fractions is not: a linear
programme sees wider bounds than an attacker who knows that persons are whole. So witnesses must be whole,
unless more than ``MOST_WHOLE`` unknowns are linked, where the search takes seconds for each goal: then
fractions are taken, and the result says so. Tables linked without a circle (``cliques``) seldom need one.

For a goal without witness one linear programme finds the table in which it holds and that departs from the
shown cells at the least cost (Kelly, Golden and Assad, 1992; Fischetti and Salazar, 2001, solve it exactly);
the cells it departs in are hidden. Where its answer has fractions it is solved again in whole numbers. At the
end, cells that turn out not to be needed are shown again, the dearest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p

import numpy as np
from numpy.typing import NDArray

from clew.errors import ReportError
from clew.proceedings.statistics.goals import Goal, goals, small_changes
from clew.proceedings.statistics.program import NEAR, Program, Solution
from clew.proceedings.statistics.unknowns import Cell, Floats, Sum, Unknowns, joined

MOST_WHOLE = 1_000
"""Up to so many unknowns, of all days, every witness must be whole numbers."""

MARGIN_COST = 5.0
"""How much dearer a cell is to hide than one by one column more."""


class ContradictionError(ReportError):
    """The register and the earlier releases cannot both be as the attacker is supposed to know."""


@dataclass(frozen=True)
class Suppression:
    """Which cells are hidden, and the proof that this is enough."""

    hidden: frozenset[Cell]
    primary: frozenset[Cell]
    """Those hidden for their own count or change."""

    withheld: tuple[int, ...]
    """Tables, by position, that could not be made safe otherwise than whole."""

    witnesses: tuple[Floats, ...]
    whole: bool
    """Whether every witness is whole numbers, so that the proof holds against whoever computes in them."""

    bounded: int
    """Goals that earlier releases, or combinations that cannot occur, exclude whatever is hidden now."""


def suppress(
    unknowns: Unknowns,
    cells: Mapping[Cell, int],
    groups: Mapping[Cell, int],
    tables: Sequence[frozenset[Cell]],
    threshold: int,
    *,
    also: frozenset[Cell] = frozenset(),
    before: Sequence[Floats] = (),
    most_whole: int = MOST_WHOLE,
) -> Suppression:
    """Hide cells of the last day of ``unknowns`` until every goal has a witness.

    ``cells`` are the true counts of the cells to publish, ``groups`` those of groups in no table, and
    ``tables`` the cells of each table. Those in ``also`` are hidden in any case. ``before`` are witnesses of
    a search over the same unknowns and at least the same tables. The last day's own ``shown`` and
    ``hidden`` are not looked at. Raises ContradictionError where no table agrees with all releases,
    ReportError where not even withholding helps.
    """
    return _Search(unknowns, cells, groups, tables, threshold, also, most_whole).result(before)


class _Search:
    """Goals, their witnesses so far, and what is hidden for them."""

    def __init__(
        self,
        unknowns: Unknowns,
        cells: Mapping[Cell, int],
        groups: Mapping[Cell, int],
        tables: Sequence[frozenset[Cell]],
        threshold: int,
        also: frozenset[Cell],
        most_whole: int,
    ) -> None:
        self.unknowns = unknowns
        self.cells = {cell: count for cell, count in sorted(cells.items()) if not unknowns.is_zero(cell)}
        self.tables = tables
        self.last = len(unknowns.days) - 1
        self.free = len(unknowns.bounds[0])
        self.must_be_whole = self.free <= most_whole
        changed = small_changes(unknowns, self.cells, threshold) | (also & set(self.cells))
        self.primary = frozenset(changed | {c for c, count in self.cells.items() if count < threshold})
        self.hidden: set[Cell] = set()
        self.withheld: list[int] = []
        others = {cell: n for cell, n in groups.items() if cell not in cells and not unknowns.is_zero(cell)}
        self.goals = list(goals(unknowns, self.cells, others, threshold))
        self.starts, self.at, self.weight = joined(goal.sum for goal in self.goals)
        self.met: list[NDArray[np.bool_]] = []
        self.values: list[Floats] = []
        self.witnesses: list[Floats] = []
        self.bounded: set[int] = set()
        self.nought: set[int] = set()
        self.place = {cell: self.free + 2 * at for at, cell in enumerate(self.cells)}
        self.program = self._program()

    def _program(self) -> Program:
        """The unknowns, and two columns for each cell of the last day: above and below its true count."""
        lower, upper = self.unknowns.bounds
        more = 2 * len(self.cells)
        cost = np.zeros(self.free + more)
        for cell, at in self.place.items():
            cost[at : at + 2] = self._cost(cell)
        program = Program(
            np.concatenate((lower, np.zeros(more))), np.concatenate((upper, np.full(more, np.inf))), cost
        )
        shown = list(self.unknowns.shown(self.last))
        counts = np.array([count for _, count in shown], dtype=np.float64)
        program.rows([each for each, _ in shown], counts, counts)
        agreements = list(self.unknowns.agreements())
        program.rows(agreements, np.zeros(len(agreements)), np.zeros(len(agreements)))
        growths = list(self.unknowns.growths())
        program.rows(growths, np.zeros(len(growths)), np.full(len(growths), np.inf))
        before = self.unknowns.shown_before(self.last)
        rows = [self.unknowns.since(c, self.last, n, before.get(c)) for c, n in self.cells.items()]
        counts = np.array([count for _, count in rows], dtype=np.float64)
        sums = [
            Sum(np.concatenate((row.at, (at, at + 1))), np.concatenate((row.weight, (-1.0, 1.0))))
            for (row, _), at in zip(rows, self.place.values(), strict=True)
        ]
        program.rows(sums, counts, counts)
        return program

    def _cost(self, cell: Cell) -> float:
        """What hiding one more cell costs: more for a margin, and for a larger count."""
        return float(1 + log1p(self.cells[cell])) * MARGIN_COST ** -len(cell) * 100

    def result(self, before: Sequence[Floats]) -> Suppression:
        base = self.program.solve()
        if base is None or base.cost > NEAR:
            raise ContradictionError("the register contradicts what earlier releases tell of it")
        self._hide(self.primary)
        self._keep(base)
        for each in before:
            self._hide({c for c, n in self.cells.items() if abs(self._now(c).of(each) - n) > NEAR})
            self._keep(Solution(each, 0))
        order = sorted(range(len(self.goals)), key=lambda at: (self.goals[at].unless_nought, at))
        waiting = order
        while waiting:
            hidden = len(self.hidden)
            for at in waiting:
                if not self._is_met(at):
                    self._reach(at)
            waiting = [at for at in order if at in self.nought] if len(self.hidden) > hidden else []
            self.nought -= set(waiting)
        self._show_again()
        return Suppression(
            frozenset(self.hidden),
            self.primary,
            tuple(sorted(self.withheld)),
            tuple(self.witnesses),
            all(bool(np.all(each == np.rint(each))) for each in self.witnesses),
            len(self.bounded),
        )

    def _now(self, cell: Cell) -> Sum:
        return self.unknowns.value(cell, self.last)

    def _is_met(self, at: int) -> bool:
        return at in self.bounded or at in self.nought or any(met[at] for met in self.met)

    def _hide(self, cells: frozenset[Cell] | set[Cell]) -> None:
        fresh = sorted(cells - self.hidden)
        self.hidden.update(fresh)
        places = [at for cell in fresh for at in (self.place[cell], self.place[cell] + 1)]
        if places:
            self.program.costs(places, [0.0] * len(places))

    def _keep(self, found: Solution) -> bool:
        """Keep a solution as a witness, if it is in whole numbers or need not be."""
        witness = found.whole(self.free)
        if witness is None:
            if self.must_be_whole:
                return False
            witness = found.values[: self.free]
        values = np.add.reduceat(witness[self.at] * self.weight, self.starts) if self.goals else np.zeros(0)
        met = np.zeros(len(self.goals), dtype=bool)
        for at, goal in enumerate(self.goals):
            met[at] = any(low - NEAR <= values[at] <= high + NEAR for low, high in goal.ways)
        self.witnesses.append(witness)
        self.values.append(values)
        self.met.append(met)
        return True

    def _reach(self, at: int) -> None:
        """Find a witness of a goal, hiding what it takes."""
        goal = self.goals[at]
        if goal.unless_nought and self._is_nought(at):
            self.nought.add(at)
            return
        found, way = self._cheapest(goal)
        if found is None or way is None:
            self.bounded.add(at)
            return
        if self.must_be_whole and found.whole(self.free) is None:
            found = self.program.solve((goal.sum, *way), self.free) or self._withholding(at, way)
        self._hide(self._departures(found))
        if not self._keep(found):
            raise ReportError(
                "statistics: expected whole numbers of the solver, found none; nothing is published"
            )

    def _is_nought(self, at: int) -> bool:
        """Whether a change is known to be nought from what is shown so far."""
        if any(abs(values[at]) >= 1 for values in self.values):
            return False
        for way in ((1.0, np.inf), (-np.inf, -1.0)):
            found = self.program.solve((self.goals[at].sum, *way))
            if found is not None and found.cost <= NEAR:
                return False
        return True

    def _cheapest(self, goal: Goal) -> tuple[Solution | None, tuple[float, float] | None]:
        best: tuple[Solution | None, tuple[float, float] | None] = (None, None)
        for way in goal.ways:
            found = self.program.solve((goal.sum, *way))
            if found is not None and (best[0] is None or found.cost < best[0].cost - NEAR):
                best = (found, way)
            if found is not None and found.cost <= NEAR:
                break
        return best

    def _departures(self, found: Solution) -> set[Cell]:
        return {c for c, at in self.place.items() if found.values[at : at + 2].max() > NEAR}

    def _withholding(self, at: int, way: tuple[float, float]) -> Solution:
        """Withhold tables whole, one more each time, until the search in whole numbers ends."""
        for number, table in enumerate(self.tables):
            if number in self.withheld:
                continue
            self.withheld.append(number)
            self._hide({cell for cell in table if cell in self.cells})
            found = self.program.solve((self.goals[at].sum, *way), self.free)
            if found is not None:
                return found
        raise ReportError(
            "statistics: expected tables that can be made safe, found none, also withheld whole; publish "
            "fewer tables that share columns"
        )

    def _show_again(self) -> None:
        """Show hidden cells that no proof needs, the dearest first."""
        met = np.array(self.met)
        alive = np.ones(len(self.witnesses), dtype=bool)
        needed = [at for at in range(len(self.goals)) if at not in self.bounded and at not in self.nought]
        whole = {cell for number in self.withheld for cell in self.tables[number]}
        spare = self.hidden - self.primary - whole
        for cell in sorted(spare, key=lambda each: (-self._cost(each), each)):
            value = self._now(cell)
            agree = alive & np.array(
                [abs(value.of(each) - self.cells[cell]) < NEAR for each in self.witnesses]
            )
            if agree.any() and bool(met[agree][:, needed].any(axis=0).all()):
                alive = agree
                self.hidden.discard(cell)
        self.witnesses = [each for each, keep in zip(self.witnesses, alive, strict=True) if keep]
