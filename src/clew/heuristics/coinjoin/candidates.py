"""A cheap first pass that all detectors share: most transactions have no equal outputs at all.

What candidates spend is looked up for them alone, and once for all detectors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.heuristics.registry import Answers
from clew.heuristics.transactions import Transactions

Rows: TypeAlias = npt.NDArray[np.int64]

_EQUAL, _STORING = "_with_equal_outputs", "_with_stored_data"


def with_equal_outputs(transactions: Transactions) -> tuple[Rows, Transactions]:
    """Places of transactions with two inputs and two equal outputs or more, and these alone."""
    from clew.kernels import coinjoins

    def mark(marks: Any) -> None:
        coinjoins.repeats(transactions.first_input, transactions.first_output, transactions.value, marks)

    return _kept(transactions, _EQUAL, mark)


def with_stored_data(transactions: Transactions) -> tuple[Rows, Transactions]:
    """Places of transactions with three outputs or more, one of them OP_RETURN, and these alone."""
    from clew.kernels import coinjoins

    def mark(marks: Any) -> None:
        coinjoins.stores(transactions.first_output, transactions.script_type, marks)

    return _kept(transactions, _STORING, mark)


def _kept(transactions: Transactions, name: str, mark: Callable[[Any], None]) -> tuple[Rows, Transactions]:
    """Mark them, or take those that another rule has marked."""
    if name not in transactions.kept:
        marks = np.empty(len(transactions), np.uint8)
        mark(marks)
        rows = np.flatnonzero(marks)
        transactions.kept[name] = rows, transactions.some(rows)
    found: tuple[Rows, Transactions] = transactions.kept[name]
    return found


def spread(transactions: Transactions, rows: Rows, found: Answers) -> Answers:
    """``found`` at ``rows``, NO elsewhere."""
    answers = np.zeros(len(transactions), np.int8)
    answers[rows] = found
    return answers


__all__ = ["Rows", "spread", "with_equal_outputs", "with_stored_data"]
