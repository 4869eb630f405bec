"""A model judged by what it was not trained on: worlds and wallet software that were left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clew.heuristics.change.model import MILLION, ChangeModel
from clew.training.fit import Recipe, calibration, grow
from clew.training.sample import Array, Sample

WORLD, WALLET, ALL = "world", "wallet", "all"
HIGH, LOW = 990_000, 10_000
BINS = (0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 100)
"""Percent: where the bins of a calibration curve begin and end."""
Z = 1.959963984540054
"""Half the width of an interval of 95 %, in standard deviations."""


@dataclass(frozen=True)
class Held:
    """A fold: what was left out (``kind`` and ``name``), and the scores (int64) of its ``sample``."""

    kind: str
    name: str
    sample: Sample
    scores: Array


def folds(samples: Sequence[Sample]) -> Iterator[tuple[str, str, list[Sample], list[Sample]]]:
    """Kind, name, what is trained on, and what is left out: each source, and each group of wallets, once."""
    for place, each in enumerate(samples):
        rest = [*samples[:place], *samples[place + 1 :]]
        if rest:
            yield WORLD, each.source, rest, [each]
    names = sorted({name for each in samples for name in np.array(each.groups)[np.unique(each.group)]})
    for name in names if len(names) > 1 else ():
        masks = [np.array(each.groups)[each.group] == name for each in samples]
        rest = [each.some(~mask) for each, mask in zip(samples, masks, strict=True) if not mask.all()]
        yield (
            WALLET,
            name,
            rest,
            [each.some(mask) for each, mask in zip(samples, masks, strict=True) if mask.any()],
        )


def crossed(samples: Sequence[Sample], recipe: Recipe, step: Callable[[str, int, int], None]) -> list[Held]:
    """Scores of each fold by trees that were grown without it."""
    if len(samples) == 1 and len(np.unique(samples[0].group)) == 1:
        samples = _halves(samples[0])
    plan = list(folds(samples))
    held = []
    for done, (kind, name, rest, out) in enumerate(plan):
        step("folds", done, len(plan))
        model = grow(rest, recipe)
        held += [Held(kind, name, each, model.score(each.rows)) for each in out]
    step("folds", len(plan), len(plan))
    return held


def _halves(sample: Sample) -> list[Sample]:
    """Where nothing tells of worlds or wallets, earlier and later transactions."""
    middle = int(np.median(sample.transaction))
    early = sample.transaction <= middle
    return [
        replace(sample.some(mask), source=f"{sample.source}, {which} half")
        for mask, which in ((early, "first"), (~early, "second"))
    ]


def calibrated(model: ChangeModel, held: Sequence[Held], recipe: dict[str, Any]) -> ChangeModel:
    """The model with chances as they were right for worlds and wallets that were left out, each fold of a
    kind counting by its outputs."""
    scores = np.concatenate([each.scores[each.sample.clear] for each in held])
    right = np.concatenate([each.sample.right[each.sample.clear] for each in held])
    weight = np.concatenate([each.sample.weight[each.sample.clear] for each in held])
    knots, chances = calibration(scores, right, weight)
    return replace(model, scores=knots, chances=chances, recipe=recipe)


def shared(model: ChangeModel, sample: Sample, scores: Array) -> Array:
    """Chances (int64, millionths) of a sample's rows, those of one transaction summing to one at most."""
    chances = model.calibrated(scores)
    starts = np.flatnonzero(np.append(True, sample.transaction[1:] != sample.transaction[:-1]))
    total = np.add.reduceat(chances, starts) if len(chances) else chances
    total = np.repeat(total, np.diff(np.append(starts, len(chances))))
    return np.where(total > MILLION, chances * MILLION // np.maximum(total, 1), chances)


def figures(chances: Array, sample: Sample) -> dict[str, Any]:
    """How good stated chances are: log loss beside that of the base rate, and what was right of what was
    sure, with the lower bounds of Wilson's intervals (1927) of 95 %."""
    clear, right, weight = sample.clear, sample.right, sample.weight
    high, low = chances >= HIGH, chances <= LOW
    of_high, of_low = int((high & right).sum()), int((low & ~right).sum())
    base = float(np.average(right[clear], weights=weight[clear])) if clear.any() else float("nan")
    p = chances[clear] / MILLION
    loss = -np.log(np.where(right[clear], p, 1 - p).clip(1e-9))
    return {
        "outputs": len(sample),
        "base_rate": base,
        "log_loss": float(np.average(loss, weights=weight[clear])) if clear.any() else float("nan"),
        "base_loss": entropy(base),
        "high": int(high.sum()),
        "high_right": of_high,
        "high_lower": wilson(of_high, int(high.sum())),
        "high_share": of_high / max(int(right.sum()), 1),
        "low": int(low.sum()),
        "low_right": of_low,
        "low_lower": wilson(of_low, int(low.sum())),
    }


def curve(chances: Array, sample: Sample) -> list[dict[str, Any]]:
    """By bin of stated chance: how many outputs, their mean chance, and how many were the payer's."""
    found = []
    edges = np.array(BINS) * (MILLION // 100)
    place = np.searchsorted(edges, chances, "right") - 1
    place = np.minimum(place, len(BINS) - 2)
    for number in range(len(BINS) - 1):
        mine = (place == number) & sample.clear
        count = int(mine.sum())
        mean = float(chances[mine].mean()) / MILLION if count else None
        found.append({"from": BINS[number] / 100, "outputs": count, "mean": mean})
        found[-1]["right"] = int(sample.right[mine].sum())
    return found


def entropy(rate: float) -> float:
    """Log loss of stating always the base rate."""
    if not 0 < rate < 1:
        return 0.0
    return float(-(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)))


def wilson(right: int, whole: int) -> float | None:
    """Lower bound of Wilson's interval of 95 %; None of nothing."""
    if not whole:
        return None
    share = right / whole
    spread = Z * np.sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole))
    return float((share + Z * Z / (2 * whole) - spread) / (1 + Z * Z / whole))


__all__ = ["Held", "calibrated", "crossed", "curve", "figures", "folds", "shared", "wilson"]
