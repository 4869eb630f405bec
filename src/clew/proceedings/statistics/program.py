"""Linear and whole-number programmes, solved by HiGHS on one thread, the same way each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.errors import ReportError, UsageError
from clew.proceedings.statistics.unknowns import Sum, joined

MOST_NODES = 5_000
"""Nodes of a search in whole numbers before it is given up. No clock: the answer is the same everywhere."""

NEAR = 1e-6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solution:
    """The best values that were found, and their cost."""

    values: Floats
    cost: float

    def whole(self, first: int) -> Floats | None:
        """The first so many values, rounded to whole numbers, or None where they are not near to any."""
        near = np.rint(self.values[:first])
        return near if np.all(np.abs(self.values[:first] - near) < NEAR) else None


def solver() -> Any:
    """The package highspy. Raises UsageError that says how to install it where it is missing."""
    try:
        return import_module("highspy")
    except ImportError as error:
        raise UsageError(
            f"statistics need the package {error.name}, which is not installed; install it with: "
            'pip install "clew[law]"'
        ) from error


def _silent(package: Any) -> Any:
    """A solver that prints nothing: as it is, it prints its version when it makes its callbacks."""

    def enable(solver: Any) -> None:
        solver.setOptionValue("output_flag", False)
        package.Highs.enableCallbacks(solver)

    return type("Silent", (package.Highs,), {"enableCallbacks": enable})()


class Program:
    """Minimise a cost over variables in bounds, under rows that may come and go."""

    def __init__(self, lower: Floats, upper: Floats, cost: Floats) -> None:
        """Variables with their bounds and cost; infinite bounds are ``inf``."""
        self._package = solver()
        self._solver = _silent(self._package)
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_max_nodes", MOST_NODES),
            ("mip_rel_gap", 0.1),
        ):
            self._solver.setOptionValue(name, value)
        self._size = len(cost)
        empty = np.zeros(0)
        none = np.zeros(0, dtype=np.int32)
        starts = np.zeros(self._size, dtype=np.int32)
        self._solver.addCols(self._size, cost, lower, upper, 0, starts, none, empty)

    def rows(self, sums: Sequence[Sum], lower: Floats, upper: Floats) -> None:
        """Demand of each sum to lie between its bounds."""
        if sums:
            starts, at, weight = joined(sums)
            self._solver.addRows(len(sums), lower, upper, len(at), starts, at, weight)

    def costs(self, at: Sequence[int], cost: Sequence[float]) -> None:
        """Set the cost of some variables."""
        where = np.asarray(at, dtype=np.int32)
        self._solver.changeColsCost(len(where), where, np.asarray(cost, dtype=np.float64))

    def solve(self, demand: tuple[Sum, float, float] | None = None, whole: int = 0) -> Solution | None:
        """The cheapest values, under one more row if given; None where there are none.

        ``whole`` is how many of the first variables must be whole numbers. None may then also mean that the
        search was given up. Raises ReportError where the solver fails.
        """
        if demand is not None:
            row, lower, upper = demand
            self._solver.addRow(lower, upper, len(row.at), row.at.astype(np.int32), row.weight)
        if whole:
            self._kinds(whole, self._package.HighsVarType.kInteger)
        try:
            return self._solved(bool(whole))
        finally:
            if whole:
                self._kinds(whole, self._package.HighsVarType.kContinuous)
            if demand is not None:
                self._solver.deleteRows(1, np.array([self._solver.getNumRow() - 1], dtype=np.int32))

    def _kinds(self, first: int, kind: Any) -> None:
        kinds = np.full(first, int(kind), dtype=np.uint8)
        self._solver.changeColsIntegrality(first, np.arange(first, dtype=np.int32), kinds)

    def _solved(self, whole: bool) -> Solution | None:
        self._solver.run()
        status, kind = self._solver.getModelStatus(), self._package.HighsModelStatus
        plain = (kind.kOptimal, kind.kInfeasible, kind.kUnbounded)
        for presolve in ("choose", "off"):
            # Started from the answer before, the simplex method may lose its way; so it starts anew.
            if status not in plain and not (whole and status != kind.kUnboundedOrInfeasible):
                self._solver.clearSolver()
                self._solver.setOptionValue("presolve", presolve)
                self._solver.run()
                status = self._solver.getModelStatus()
        self._solver.setOptionValue("presolve", "choose")
        if status == kind.kInfeasible:
            return None
        if status == kind.kUnbounded:
            return Solution(np.zeros(0), -np.inf)
        info = self._solver.getInfo()
        if status != kind.kOptimal and not whole:
            raise ReportError(f"statistics: expected the solver to end, found {status}; publish fewer tables")
        if info.primal_solution_status != 2:
            return None
        values = np.array(self._solver.getSolution().col_value)
        return Solution(values, float(info.objective_function_value))
