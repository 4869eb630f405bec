"""A picture of comparisons: for each era and measure, shares of real and of simulated things side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from likeness.compare import Comparison, Row

SHOWN = ("inputs", "outputs", "size", "dollars", "age in days")
ERAS = ("2012", "2015-16", "2017-18", "2021", "2025 without notes")
REAL, MINE = "#2b5c8a", "#e0883a"


def draw(comparisons: Sequence[Comparison], output: Path) -> None:
    """Write the picture; the ending of ``output`` says in which form. Raises OSError."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rc("svg", hashsalt="clew", fonttype="none")
    matplotlib.rc("font", family="sans-serif", size=8)
    from matplotlib import pyplot
    from matplotlib.patches import Patch

    kept = [each for name in ERAS for each in comparisons if each.era.name == name]
    figure, axes = pyplot.subplots(len(kept), len(SHOWN), figsize=(15, 2.5 * len(kept)), squeeze=False)
    for down, comparison in enumerate(kept):
        rows = {row.measure.name: row for row in comparison.rows()}
        for across, name in enumerate(SHOWN):
            _panel(axes[down][across], rows[name], first=not down)
        axes[down][0].set_ylabel(f"{comparison.era.name}\nper cent", fontsize=9)
    handles = [Patch(color=color) for color in (REAL, MINE)]
    figure.legend(
        handles, ("real blocks", "simulated"), loc="upper right", ncols=2, frameon=False, fontsize=9
    )
    figure.tight_layout(rect=(0, 0, 1, 0.975))
    figure.savefig(output, metadata={"Date": None} if output.suffix == ".svg" else {}, dpi=110)
    pyplot.close(figure)


def _panel(axis: Any, row: Row, *, first: bool) -> None:
    if first:
        axis.set_title(row.measure.title, fontsize=9)
    names = row.measure.labels
    for offset, tally, color in ((-0.2, row.real, REAL), (0.2, row.mine, MINE)):
        shares = tally.shares
        if shares:
            axis.bar(
                [at + offset for at in range(len(names))],
                [100 * shares[name] for name in names],
                0.4,
                color=color,
            )
    apart = "real ones not known" if row.real.shares is None else f"distance {row.apart:.2f}, {row.verdict}"
    axis.text(0.98, 0.95, apart, transform=axis.transAxes, ha="right", va="top", fontsize=8, color="#444444")
    axis.set_xticks(
        range(len(names)), [name.replace(" and more", "+").replace("under ", "<") for name in names]
    )
    axis.tick_params(axis="x", rotation=40, labelsize=7)
    for label in axis.get_xticklabels():
        label.set_ha("right")
    axis.set_ylim(0, 108)
    axis.spines[["top", "right"]].set_visible(False)
