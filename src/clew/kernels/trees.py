"""Sums of decision trees in whole numbers: the same bytes on any machine."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, kernel


class Trees(NamedTuple):
    """Decision trees. By inner node: ``feature`` int32 (column of the rows), ``threshold`` int32 (at most:
    to the left), ``left`` and ``right`` int32: a node, or where negative, the leaf ``-1 - n``. By leaf:
    ``leaf`` int32. ``roots`` int32: a node or leaf likewise, by tree."""

    feature: Any
    threshold: Any
    left: Any
    right: Any
    leaf: Any
    roots: Any


@kernel
def score(trees: Trees, rows: Any, scores: Any) -> None:
    """Sum the leaves that each row (int16, rows x columns) comes to, over all trees (``scores`` int64)."""
    trees = borrowed(trees)
    for row in range(len(rows)):
        total = np.int64(0)
        for tree in range(len(trees.roots)):
            node = trees.roots[tree]
            while node >= 0:
                if rows[row, trees.feature[node]] <= trees.threshold[node]:
                    node = trees.left[node]
                else:
                    node = trees.right[node]
            total += np.int64(trees.leaf[-1 - node])
        scores[row] = total


@kernel
def share(starts: Any, candidate: Any, chances: Any, whole: int) -> None:
    """Let the chances of a transaction's candidates (``chances`` int64, by output) sum to ``whole`` at most.

    ``starts`` int64: where each transaction's outputs begin, and one past the last; ``candidate`` bool.
    """
    for row in range(len(starts) - 1):
        total = 0
        for i in range(starts[row], starts[row + 1]):
            if candidate[i]:
                total += chances[i]
        if total > whole:
            for i in range(starts[row], starts[row + 1]):
                if candidate[i]:
                    chances[i] = chances[i] * whole // total
