"""Draws the flows of money of one simulated economy, from its truth tables.

    python tools/economy_picture.py FOLDER OUTPUT.svg

Above, who paid whom in the whole economy; below, the way of the service's money: from the custodians who
paid it out, by which ways to the service, and from there to where it ended. A band is as high as the
coins that went there are many. Change and other money that stays with its owner is not drawn.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from clew.simulate.economy.truth.read import Truth, read
from economy_flows import GROUPS, Flow, economy_flows, service_flows

COIN = 100_000_000
COLOURS = {
    "miners": "#c9a227",
    "exchanges": "#3d6fa3",
    "people": "#4f9d8f",
    "merchants": "#7d9c3e",
    "gambling": "#8a63a8",
    "unnamed services": "#6b7280",
    "the service": "#b5382e",
}
GREY = "#9ca3af"
NODES = {
    "the service": COLOURS["the service"],
    "through an unnamed service": COLOURS["unnamed services"],
    "look-alikes": COLOURS["miners"],
    "through coinjoins": COLOURS["gambling"],
    "mixed": COLOURS["gambling"],
    "peeled": "#d07a4a",
    "split": "#d9a05b",
    "swept together": "#c45a4a",
    "moved one by one": "#cf8d7f",
    "purchases": COLOURS["merchants"],
    "operator's accounts": COLOURS["the service"],
    **dict.fromkeys(("kept", "still held", "fees", "no custodian", "others"), GREY),
}
"""Colours of what is not an actor."""

OTHER = COLOURS["people"]


def picture(folder: Path, output: Path) -> None:
    """Draw the flows of the economy in ``folder``; the ending of ``output`` says the format.

    Raises UsageError where there is no truth.
    """
    import matplotlib

    matplotlib.use("agg")
    # Letters stay letters in SVG, which keeps it small.
    matplotlib.rc("svg", hashsalt="clew", fonttype="none")
    matplotlib.rc("font", family="sans-serif", size=9)
    from matplotlib import pyplot

    truth = read(folder)
    totals = truth.totals
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(12, 12), height_ratios=(5, 6))
    _draw(above, economy_flows(truth), (0, 1), COLOURS.__getitem__, 1000)
    _draw(below, service_flows(truth), (0, 0.22, 0.54, 0.77, 1), _Colours(truth), 1)
    _head(
        above,
        f"Who paid whom: {totals['transactions']:,} transactions, {totals['blocks']:,} blocks",
        {0: "payer", 1: "payee, in thousand coins"},
    )
    _head(
        below,
        "The service's money, from where it came to where it went",
        {0: "paid out by", 0.22: "by which way", 0.77: "what was done", 1: "where it ended, in coins"},
    )
    figure.subplots_adjust(left=0.155, right=0.815, top=0.945, bottom=0.015, hspace=0.17)
    figure.savefig(output, metadata={"Date": None} if output.suffix == ".svg" else {}, dpi=110)
    pyplot.close(figure)


# The drawing

_WIDTH, _GAP, _LINE = 0.022, 0.022, 0.03
"""Of a node, of the room between two, and from one label to the next."""

_LEAST = 1 / 2000
"""Of all that is drawn: what is less is left out."""


def _draw(
    axes: Any, flows: Sequence[Flow], xs: Sequence[float], colour: Callable[[str], str], scale: int
) -> None:
    """Columns of nodes at ``xs``, and bands between them; amounts in coins times ``scale``."""
    from matplotlib.patches import Rectangle

    flows = _worth_drawing(flows)
    nodes = [_nodes(flows, column) for column in range(len(xs))]
    most = max(sum(each.values()) for each in nodes)
    room = 1 - _GAP * max(len(each) - 1 for each in nodes)
    places: list[dict[str, tuple[float, float]]] = []
    for column, each in enumerate(nodes):
        at = 1.0 - (1 - room * sum(each.values()) / most - _GAP * (len(each) - 1)) / 2
        spots = {}
        for name, value in each.items():
            height = room * value / most
            spots[name] = (at, height)
            corner = (xs[column] - _WIDTH / 2, at - height)
            axes.add_patch(Rectangle(corner, _WIDTH, height, color=colour(name), lw=0))
            at -= height + _GAP
        places.append(spots)
        _label(axes, xs[column], column == 0, each, spots, scale)
    _bands(axes, flows, xs, nodes, places, colour, room / most)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.axis("off")


def _worth_drawing(flows: Sequence[Flow]) -> list[Flow]:
    whole = max(sum(flow.value for flow in flows if flow.column == column) for column in range(4))
    return [flow for flow in flows if flow.value > whole * _LEAST]


def _label(
    axes: Any,
    x: float,
    before: bool,
    values: Mapping[str, int],
    spots: Mapping[str, tuple[float, float]],
    scale: int,
) -> None:
    """Names and amounts beside the nodes of a column, none over another."""
    lowest = 2.0
    for name, (top, height) in spots.items():
        y = lowest = min(top - height / 2, lowest - _LINE)
        axes.text(
            x + (-1 if before else 1) * (_WIDTH / 2 + 0.008), y, f"{name}  {_amount(values[name], scale)}",
            ha="right" if before else "left", va="center", zorder=3, color="#1f2937",
            bbox={"facecolor": "white", "alpha": 0.5, "pad": 1, "linewidth": 0},
        )  # fmt: skip


def _nodes(flows: Sequence[Flow], column: int) -> dict[str, int]:
    """Names in a column, greatest first, and their satoshi: what comes in or goes out, whichever is more."""
    out: Counter[str] = Counter()
    into: Counter[str] = Counter()
    for flow in flows:
        if flow.column == column:
            out[flow.source] += flow.value
        if flow.column == column - 1:
            into[flow.target] += flow.value
    sums = {name: max(out[name], into[name]) for name in out | into}
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _bands(
    axes: Any,
    flows: Sequence[Flow],
    xs: Sequence[float],
    nodes: Sequence[Mapping[str, int]],
    places: Sequence[Mapping[str, tuple[float, float]]],
    colour: Callable[[str], str],
    unit: float,
) -> None:
    from matplotlib.patches import PathPatch

    ranks = [{name: rank for rank, name in enumerate(each)} for each in nodes]
    used: Counter[tuple[int, str, str]] = Counter()
    order = sorted(flows, key=lambda flow: (flow.column, ranks[flow.column][flow.source],
                                            ranks[flow.column + 1][flow.target]))  # fmt: skip
    ends = {}
    arriving = sorted(flows, key=lambda flow: (flow.column, ranks[flow.column + 1][flow.target],
                                               ranks[flow.column][flow.source]))  # fmt: skip
    for flow in arriving:
        top = places[flow.column + 1][flow.target][0] - used[flow.column, "in", flow.target] * unit
        used[flow.column, "in", flow.target] += flow.value
        ends[flow] = top
    for flow in order:
        top = places[flow.column][flow.source][0] - used[flow.column, "out", flow.source] * unit
        used[flow.column, "out", flow.source] += flow.value
        left, right = xs[flow.column] + _WIDTH / 2, xs[flow.column + 1] - _WIDTH / 2
        path = _band(left, right, top, ends[flow], flow.value * unit)
        axes.add_patch(PathPatch(path, color=colour(flow.source), alpha=0.38, lw=0))


def _band(left: float, right: float, top: float, end: float, height: float) -> Any:
    from matplotlib.path import Path as Outline

    middle = (left + right) / 2
    points = [
        (left, top), (middle, top), (middle, end), (right, end),
        (right, end - height), (middle, end - height), (middle, top - height), (left, top - height),
        (left, top),
    ]  # fmt: skip
    curve = Outline.CURVE4
    codes = [Outline.MOVETO, curve, curve, curve, Outline.LINETO, curve, curve, curve, Outline.CLOSEPOLY]
    return Outline(points, codes)


def _head(axes: Any, title: str, heads: Mapping[float, str]) -> None:
    """A title, and what the columns are, by their places."""
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=24)
    for x, head in heads.items():
        side = "right" if x == 0 else "left"
        axes.text(
            x + (_WIDTH / 2 if x == 0 else -_WIDTH / 2), 1.04, head, ha=side, color=GREY, style="italic"
        )


class _Colours:
    """The colour of each node of the service's money."""

    def __init__(self, truth: Truth) -> None:
        kinds = truth.table("actors", ["name", "kind"]).to_pylist()
        self._kinds = {row["name"]: GROUPS.get(row["kind"], "people") for row in kinds}

    def __call__(self, name: str) -> str:
        return NODES.get(name) or COLOURS.get(self._kinds.get(name.removesuffix("'s accounts"), "")) or OTHER


def _amount(value: int, scale: int) -> str:
    coins = value / COIN / scale
    return f"{coins:,.0f}" if coins >= 100 else f"{coins:,.1f}" if coins >= 1 else f"{coins:.2f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("economy", type=Path, help="a folder that clew simulate economy made")
    parser.add_argument("picture", type=Path, help="an SVG or PNG file to make")
    asked = parser.parse_args()
    picture(asked.economy, asked.picture)
