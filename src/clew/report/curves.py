"""Charts of accuracy: what was stated beside what was so, and shares with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clew.report.charts import (
    GREY,
    HAIRLINE,
    INK,
    OUTFLOWS_COLOUR,
    PAYMENTS_COLOUR,
    axes_at,
    plain_number,
    sheet_of,
    svg_of,
)

SIDE = 70.0
ROW = 4.6
TOP = 9.0
NAMES = 48.0
"""Millimetres of the names at the left of shares."""


@dataclass(frozen=True)
class Stated:
    """A class of predictions: mean of what was stated, share that was so, its interval, how many."""

    mean: float
    share: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Share:
    """A share and its interval; ``target``: what was asked for, None for nothing."""

    name: str
    share: float
    low: float
    high: float
    target: float | None = None


def calibration_chart(points: Sequence[Stated]) -> str:
    """The share that was so by what was stated, and below how many predictions there are of each.

    ``points`` must not be empty.
    """
    height = 112.0
    with sheet_of(height) as figure:
        upper = axes_at(figure, height, top=TOP, height=SIDE, label="share that is change")
        upper.plot([0, 1], [0, 1], color=GREY, linewidth=0.6, linestyle=(0, (4, 3)), label="as stated")
        for each in points:
            upper.plot([each.mean] * 2, [each.low, each.high], color=PAYMENTS_COLOUR, linewidth=0.9)
        upper.plot(
            [each.mean for each in points],
            [each.share for each in points],
            color=PAYMENTS_COLOUR,
            linewidth=0.6,
            marker="o",
            markersize=3.2,
            label="measured, with 95 % intervals",
        )
        upper.set_ylim(-0.02, 1.02)
        upper.legend(loc="upper left", frameon=False)
        upper.tick_params(labelbottom=False)
        lower = axes_at(figure, height, top=TOP + SIDE + 9, height=15, label="predictions, logarithmic scale")
        lower.bar(
            [each.mean for each in points],
            [each.count for each in points],
            width=0.008,
            color=GREY,
            linewidth=0,
        )
        lower.set_yscale("log")
        lower.yaxis.set_major_formatter(lambda value, _: plain_number(value))
        lower.set_ylim(0.7, max(each.count for each in points) * 2)
        for axes in (upper, lower):
            axes.set_xlim(-0.02, 1.02)
        lower.set_xlabel("probability that was stated", color=INK, style="italic", labelpad=2)
        return svg_of(figure)


def shares_chart(shares: Sequence[Share], label: str) -> str:
    """Shares as points with their intervals, one below the other; the axis begins below the least.

    ``shares`` must not be empty.
    """
    height = TOP + ROW * len(shares) + 9
    with sheet_of(height) as figure:
        axes = axes_at(figure, height, top=TOP, height=ROW * len(shares), label=label)
        box = axes.get_position()
        left = box.x0 + NAMES / 174.0 - 19.0 / 174.0
        axes.set_position((left, box.y0, box.x1 - left, box.height))
        rows = range(len(shares))
        for row, each in zip(rows, shares, strict=True):
            axes.plot([each.low, each.high], [row, row], color=PAYMENTS_COLOUR, linewidth=1.1)
            if each.target is not None:
                axes.plot([each.target] * 2, [row - 0.38, row + 0.38], color=OUTFLOWS_COLOUR, linewidth=1.1)
        axes.plot(
            [each.share for each in shares],
            list(rows),
            linestyle="none",
            marker="o",
            markersize=3.2,
            color=PAYMENTS_COLOUR,
        )
        least = min(min(each.low, each.target if each.target is not None else 1.0) for each in shares)
        axes.set_xlim(least - (1.0 - least) * 0.06 - 1e-6, 1.0 + (1.0 - least) * 0.03 + 1e-6)
        axes.set_ylim(len(shares) - 0.4, -0.6)
        axes.set_yticks(list(rows), [each.name for each in shares])
        axes.grid(axis="x", color=HAIRLINE, linewidth=0.4)
        axes.ticklabel_format(axis="x", useOffset=False)
        return svg_of(figure)


__all__ = ["Share", "Stated", "calibration_chart", "shares_chart"]
