"""Trees of a model of change: grown by LightGBM, kept as whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from clew.errors import UsageError
from clew.heuristics.change.model import MILLION, ChangeModel
from clew.training.sample import Array, Sample

SCALE = 1 << 16
"""A leaf is a logit in so many parts."""
STEP = SCALE // 16
"""Scores are calibrated in steps of so much."""
LEAST, MOST = 100, MILLION - 100
"""Millionths: no chance is stated to be smaller, or greater, on the strength of simulated payments."""


@dataclass(frozen=True)
class Recipe:
    """How trees are grown. ``hessian``: how much a leaf must hold at least, in rows of even chance."""

    trees: int = 80
    leaves: int = 31
    rate: float = 0.1
    l2: float = 10.0
    hessian: float = 20.0
    seed: int = 1

    def parameters(self) -> dict[str, Any]:
        """As LightGBM takes them."""
        return {
            "objective": "binary",
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "lambda_l2": self.l2,
            "min_data_in_leaf": 1,
            "min_sum_hessian_in_leaf": self.hessian / 4,
            "max_bin": 15,
            "min_data_in_bin": 1,
            "boost_from_average": False,
            "seed": self.seed,
            "deterministic": True,
            "force_col_wise": True,
            "num_threads": 1,
            "verbose": -1,
        }

    def stated(self) -> dict[str, Any]:
        """For the model's file."""
        return asdict(self)


def lightgbm() -> Any:
    """The package. Raises UsageError where it is not installed."""
    try:
        import lightgbm as package
    except ImportError as error:
        raise UsageError(
            f"training needs the package {error.name}, which is not installed: pip install 'clew[model]'"
        ) from error
    return package


def pooled(samples: Sequence[Sample]) -> tuple[Array, Array, Array]:
    """What is clear in several samples: distinct rows (int16), whether they are right (bool) and how often
    that was seen (float64), each sample counting the same."""
    rows, right, weight = [], [], []
    total = sum(int(each.clear.sum()) for each in samples)
    for each in samples:
        mine = each.some(each.clear)
        rows.append(mine.rows)
        right.append(mine.right)
        weight.append(mine.weight * (total / len(samples) / max(mine.weight.sum(), 1.0)))
    return distinct(np.concatenate(rows), np.concatenate(right), np.concatenate(weight))


def distinct(rows: Array, right: Array, weight: Array) -> tuple[Array, Array, Array]:
    """The same with equal rows put together, in an order that follows from what they hold."""
    both = np.ascontiguousarray(np.concatenate([rows, right[:, None].astype(rows.dtype)], axis=1))
    keys = both.view(np.dtype((np.void, both.dtype.itemsize * both.shape[1])))[:, 0]
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    return rows[first], right[first], np.bincount(place, weight)


def grow(samples: Sequence[Sample], recipe: Recipe) -> ChangeModel:
    """Trees grown on samples, not calibrated. Raises UsageError where nothing is to be learned."""
    rows, right, weight = pooled(samples)
    if not right.any() or right.all():
        raise UsageError(
            f"training: expected outputs that are change and others, found {int(right.sum())} of one kind "
            f"and {int((~right).sum())} of the other; give more truth"
        )
    package = lightgbm()
    names = samples[0].columns
    data = package.Dataset(rows.astype(np.float64), right.astype(np.float64), weight=weight)
    grown = package.train(recipe.parameters(), data, recipe.trees).dump_model()
    return ChangeModel(1, names, _flat(grown["tree_info"]), (0,), (MILLION // 2,))


def _flat(grown: Sequence[Any]) -> dict[str, list[int]]:
    """Trees as arrays, see kernels/trees.py."""
    parts: dict[str, list[int]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "leaf", "roots")
    }

    def put(node: Any) -> int:
        if "leaf_value" in node and "split_feature" not in node:
            parts["leaf"].append(round(float(node["leaf_value"]) * SCALE))
            return -len(parts["leaf"])
        at = len(parts["feature"])
        parts["feature"].append(int(node["split_feature"]))
        # All columns hold whole numbers.
        parts["threshold"].append(int(np.floor(node["threshold"])))
        for name in ("left", "right"):
            parts[name].append(0)
        for name in ("left", "right"):
            parts[name][at] = put(node[f"{name}_child"])
        return at

    for tree in grown:
        parts["roots"].append(put(tree["tree_structure"]))
    return parts


def calibration(scores: Array, right: Array, weight: Array) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Scores (int64) and chances (millionths) that never fall as scores rise: isotonic regression by
    pooling adjacent violators (Ayer et al. 1955), on scores in steps."""
    steps, place = np.unique(scores // STEP, return_inverse=True)
    yes, all_ = np.bincount(place, weight * right), np.bincount(place, weight)
    blocks: list[list[float]] = []
    for step, one, whole in zip(steps.tolist(), yes.tolist(), all_.tolist(), strict=True):
        blocks.append([step, one, whole])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            _, more, weighs = blocks.pop()
            blocks[-1][1] += more
            blocks[-1][2] += weighs
    # One seen of each kind more: a block in which nobody erred is no proof that nobody does.
    chances = [min(max(round(MILLION * (one + 1) / (whole + 2)), LEAST), MOST) for _, one, whole in blocks]
    chances = np.maximum.accumulate(np.array(chances)).tolist()
    knots = [int(step) * STEP for step, _, _ in blocks]
    return tuple(knots), tuple(int(each) for each in chances)


__all__ = ["Recipe", "calibration", "distinct", "grow", "lightgbm", "pooled"]
