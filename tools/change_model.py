"""How good the model of change is that comes with Clew: tables of docs/model.md, and docs/calibration.svg.

    python tools/change_model.py FIGURES.json ECONOMY LEDGER [ECONOMY LEDGER ...] [--svg FILE]
    python tools/change_model.py --revealed ECONOMY LEDGER [ECONOMY LEDGER ...]

FIGURES.json is what ``clew train --json`` printed. Each ECONOMY (``clew simulate economy``) and LEDGER (of
its blocks) was not trained on; their truth judges the model. With --revealed, models are trained on change
that multi-input reveals on the first ledger, as it is and reweighted, and all truths judge these.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clew.heuristics.change.model import ChangeModel
from clew.heuristics.rulesets import MODEL
from clew.report import charts
from clew.training.crossing import curve, figures, shared, wilson
from clew.training.fit import Recipe
from clew.training.revealed import from_revealed
from clew.training.sample import Sample, from_truth
from clew.training.train import train

HEADS = (
    "left out",
    "outputs",
    "base rate",
    "log loss",
    "of base rate",
    "0.99 or more",
    "right",
    "at least",
    "found",
)
SHEET, TOP, HEIGHT = 92.0, 8.0, 72.0


def row(name: str, found: dict[str, Any]) -> tuple[str, ...]:
    """One line of a table."""
    lower = found["high_lower"]
    return (
        name,
        f"{found['outputs']:,}",
        f"{found['base_rate']:.3f}",
        f"{found['log_loss']:.4f}",
        f"{found['base_loss']:.4f}",
        f"{found['high']:,}",
        f"{found['high_right']:,}",
        "" if lower is None else f"{lower:.4f}",
        f"{found['high_share']:.3f}",
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of Markdown."""
    yield f"| {' | '.join(heads)} |"
    yield "|" + "|".join("---" if not place else "---:" for place in range(len(heads))) + "|"
    for each in rows:
        yield f"| {' | '.join(each)} |"


def judged(model: ChangeModel, sample: Sample) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures of a sample, and of each wallet software in it."""
    chances = shared(model, sample, model.score(sample.rows))
    yield "", figures(chances, sample)
    for number, name in enumerate(sample.groups):
        mine = sample.group == number
        if mine.any():
            yield name, figures(chances[mine], sample.some(mine))


def chart(left_out: Sequence[dict[str, Any]], unseen: Sequence[dict[str, Any]]) -> str:
    """Stated chance and what was right, as SVG."""
    with charts.sheet_of(SHEET) as figure:
        axes = charts.axes_at(figure, SHEET, top=TOP, height=HEIGHT, label="share that was the payer's")
        axes.plot([0, 1], [0, 1], color=charts.GREY, linewidth=0.6)
        series = (
            (left_out, "worlds 2012, 2015, 2021, 2025, each left out in turn", charts.PAYMENTS_COLOUR, "o"),
            (unseen, "worlds that were only tested", charts.OUTFLOWS_COLOUR, "s"),
        )
        for bins, label, colour, marker in series:
            known = [each for each in bins if each["outputs"]]
            axes.plot(
                [each["mean"] for each in known],
                [each["right"] / each["outputs"] for each in known],
                marker=marker,
                markersize=3.5,
                linewidth=0.8,
                color=colour,
                label=label,
            )
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xlabel("stated chance, mean of each bin", style="italic")
        axes.legend(loc="upper left", frameon=False)
        return charts.svg_of(figure)


def summed(curves: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Several calibration curves as one."""
    found = []
    for bins in zip(*curves, strict=True):
        outputs = sum(each["outputs"] for each in bins)
        mean = sum((each["mean"] or 0.0) * each["outputs"] for each in bins) / outputs if outputs else None
        right = sum(each["right"] for each in bins)
        found.append({"from": bins[0]["from"], "outputs": outputs, "mean": mean, "right": right})
    return found


def shipped(told: dict[str, Any], pairs: Sequence[tuple[Path, Path]], svg: Path | None) -> Iterator[str]:
    """The tables of the model that comes with Clew."""
    model = ChangeModel.read(MODEL)
    yield f"digest {model.digest}"
    yield from table(HEADS, [row(f"{each['kind']} {each['left_out']}", each) for each in told["folds"]])
    rows, curves = [], []
    by_wallet: dict[str, list[int]] = {}
    for folder, ledger in pairs:
        sample = from_truth(folder, ledger)
        for name, found in judged(model, sample):
            if not name:
                rows.append(row(sample.source, found))
            held = by_wallet.setdefault(name, [0, 0])
            held[0] += found["high_right"]
            held[1] += found["high"]
        curves.append(curve(shared(model, sample, model.score(sample.rows)), sample))
    yield ""
    yield from table(("only tested", *HEADS[1:]), rows)
    yield ""
    lowers = {name: wilson(*counts) for name, counts in by_wallet.items() if counts[1]}
    lines = [
        (name or "all", f"{by_wallet[name][1]:,}", f"{by_wallet[name][0]:,}", f"{lower:.4f}")
        for name, lower in sorted(lowers.items())
    ]
    yield from table(("wallet software, worlds only tested", *HEADS[5:8]), lines)
    yield ""
    whole = summed(curves)
    bins = [
        (f"{a['from']:.2f}", f"{a['outputs']:,}", _share(a), f"{b['outputs']:,}", _share(b))
        for a, b in zip(told["curve"], whole, strict=True)
    ]
    yield from table(("chance from", "left out", "stated, right", "only tested", "stated, right"), bins)
    if svg:
        svg.write_text(chart(told["curve"], whole), "utf-8")


def _share(each: dict[str, Any]) -> str:
    return f"{each['mean']:.4f}, {each['right'] / each['outputs']:.4f}" if each["outputs"] else ""


def revealed(pairs: Sequence[tuple[Path, Path]]) -> Iterator[str]:
    """What reweighting does, where the whole truth is known."""
    truths = [from_truth(folder, ledger) for folder, ledger in pairs]
    rows = []
    for weighted in (False, True):
        sample = from_revealed(pairs[0][1], weighted=weighted)
        model = train([sample], Recipe(trees=60)).model
        name = "reweighted" if weighted else "as revealed"
        share = float(np.average(sample.right, weights=sample.weight))
        rows.append((f"{name}: learned from", f"{len(sample):,}", f"{share:.3f}", *[""] * 6))
        for truth in truths:
            found = figures(shared(model, truth, model.score(truth.rows)), truth)
            rows.append(row(f"{name}, judged by {truth.source}", found))
    yield from table(("model", *HEADS[1:]), rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--revealed", action="store_true")
    parser.add_argument("--svg", type=Path)
    given = parser.parse_args()
    paths = list(given.paths)
    told = None if given.revealed else json.loads(paths.pop(0).read_text("utf-8"))
    pairs = list(zip(paths[::2], paths[1::2], strict=True))
    print(*(revealed(pairs) if told is None else shipped(told, pairs, given.svg)), sep="\n")


if __name__ == "__main__":
    main()
