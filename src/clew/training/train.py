"""A model of change, trained on truth: its trees, its chances, its recipe, and how good it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clew.errors import StoppedError
from clew.heuristics.change.model import ChangeModel
from clew.ledger.disk import replace_text
from clew.training.crossing import WALLET, WORLD, Held, calibrated, crossed, curve, figures, shared
from clew.training.fit import Recipe, grow, lightgbm
from clew.training.sample import Array, Sample, together


@dataclass(frozen=True)
class Progress:
    """How far a stage is: ``done`` of ``total`` in ``unit``."""

    stage: str
    done: int
    total: int
    unit: str
    height: int | None = None


@dataclass(frozen=True)
class Trained:
    """A model, and how good it is: one row of figures for each world and each wallet software that was
    left out, and a calibration curve of all of these."""

    model: ChangeModel
    folds: list[dict[str, Any]]
    curve: list[dict[str, Any]]


def train(
    samples: Sequence[Sample],
    recipe: Recipe,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Trained:
    """Train a model. Its chances are those that were right for worlds and wallets left out of training.

    Raises UsageError where LightGBM is missing or nothing is to be learned, StoppedError.
    """
    tell = progress or (lambda _: None)
    try:
        held = crossed(samples, recipe, lambda *step: tell(Progress(step[0], step[1], step[2], "folds")))
        trees = grow(samples, recipe)
    except KeyboardInterrupt:
        raise StoppedError("training stopped; nothing was written; run the same command again") from None
    model = calibrated(trees, held, stated(samples, recipe))
    return Trained(model, judged(model, held), _curve(model, held))


def stated(samples: Sequence[Sample], recipe: Recipe) -> dict[str, Any]:
    """How a model was made, as plain values: what somebody needs to make it again."""
    return {
        "trees": recipe.stated(),
        "samples": [
            {
                "source": each.source,
                "outputs": len(each),
                "clear": int(each.clear.sum()),
                "right": int(each.right.sum()),
                "digest": digest(each),
            }
            for each in samples
        ],
        "versions": {"lightgbm": lightgbm().__version__},
    }


def digest(sample: Sample) -> str:
    """SHA-256 (hex) over the rows of a sample, what is said of each, and its weight."""
    from hashlib import sha256

    found = sha256(" ".join(sample.columns).encode())
    for part in (sample.rows, sample.right, sample.clear, sample.weight.astype("<f8")):
        found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()


def judged(model: ChangeModel, held: Sequence[Held]) -> list[dict[str, Any]]:
    """Figures of each fold; a wallet software's are of all worlds together."""
    rows = []
    for kind in (WORLD, WALLET):
        for name in dict.fromkeys(each.name for each in held if each.kind == kind):
            mine = [each for each in held if each.kind == kind and each.name == name]
            sample, chances = _together(model, mine)
            rows.append({"kind": kind, "left_out": name, **figures(chances, sample)})
    return rows


def _together(model: ChangeModel, held: Sequence[Held]) -> tuple[Sample, Array]:
    chances = np.concatenate([shared(model, each.sample, each.scores) for each in held])
    return together([each.sample for each in held]), chances


def _curve(model: ChangeModel, held: Sequence[Held]) -> list[dict[str, Any]]:
    sample, chances = _together(model, [each for each in held if each.kind == WORLD] or held)
    return curve(chances, sample)


def write(path: Path, model: ChangeModel) -> None:
    """Write a model's file in one step. Raises StorageError."""
    replace_text(path, model.text())


__all__ = ["Progress", "Recipe", "Trained", "digest", "judged", "stated", "train", "write"]
