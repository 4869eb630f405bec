"""Charts as SVG: the same input gives the same bytes.

Nothing is taken from the user's matplotlib settings, no date is written, and element ids are
salted with a fixed word. Letters stay letters: the page's own font sets them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from clew.report.wording import SATOSHI

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Kind = Literal["plain", "coinbase", "mixed"]

PAYMENTS_COLOUR = "#1f4e79"
OUTFLOWS_COLOUR = "#a34a1f"
INK = "#222222"
GREY = "#8a8a8a"
HAIRLINE = "#dddddd"

DAY = 86_400
WIDTH = 174.0
LEFT = 19.0
RIGHT = 7.0
STEMS_UP_TO = 150
PEN_WIDTHS = 1500
HALF_A_YEAR = 183
LOG_FROM_RATIO = 50

MEASURED_FONT = "STIXGeneral"
PAGE_FONTS = "'Libertinus Serif', 'Charter', 'Georgia', 'Times New Roman', 'Liberation Serif', serif"

LEGEND: dict[str, Any] = {
    "loc": "lower right",
    "bbox_to_anchor": (1.0, 1.0),
    "borderaxespad": 0.2,
    "frameon": False,
}
MARKERS: dict[Kind, str] = {"plain": "o", "coinbase": "s", "mixed": "D"}
LABELS: dict[Kind, str] = {"coinbase": "newly mined (coinbase)", "mixed": "mixed: the net amount"}


@dataclass(frozen=True)
class Flow:
    """One amount at one time: Unix seconds, satoshi, and what marks it."""

    time: int
    value: int
    kind: Kind = "plain"


@dataclass(frozen=True)
class Month:
    """One calendar month: ``2009-01``; amounts in satoshi; ``held`` at its end."""

    name: str
    received: int
    spent: int
    held: int


def flows_chart(flows: Sequence[Flow], noun: str, colour: str) -> str:
    """Each amount by block time, and below it their running sum. ``flows`` must not be empty."""
    ordered = sorted(flows, key=lambda flow: flow.time)
    with _sheet(78) as figure:
        upper = _axes(figure, 78, top=7, height=38, label=f"BTC per {noun}")
        lower = _axes(figure, 78, top=53, height=17, label="BTC, running sum")
        for kind in MARKERS:
            if some := [flow for flow in ordered if flow.kind == kind]:
                _scatter(upper, some, noun, colour, few=len(ordered) <= STEMS_UP_TO)
        _amount_axis(upper, [flow.value for flow in ordered])
        first, last = _time_axis([upper, lower], [flow.time / DAY for flow in ordered])
        times, sums = _running_sum(ordered)
        lower.step([first, *times, last], [0.0, *sums, sums[-1]], where="post", color=colour, linewidth=1.1)
        lower.set_ylim(0, max(sums[-1] * 1.12, 1e-8))
        upper.tick_params(labelbottom=False)
        if len({flow.kind for flow in ordered}) > 1:
            upper.legend(**LEGEND, ncols=3)
        return _svg(figure)


def months_chart(months: Sequence[Month]) -> str:
    """Received and paid out in each month, and below it what was held at its end."""
    with _sheet(82) as figure:
        upper = _axes(figure, 82, top=7, height=40, label="BTC per month")
        lower = _axes(figure, 82, top=55, height=19, label="BTC held at the month's end")
        starts = [_month_start(month.name) for month in months]
        ends = [_month_start(month.name, after=1) for month in months]
        middles = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
        bars: dict[str, Any] = {"width": 23.0, "linewidth": 0}
        upper.bar(
            middles,
            [m.received / SATOSHI for m in months],
            color=PAYMENTS_COLOUR,
            label="received from outside",
            **bars,
        )
        upper.bar(
            middles,
            [-m.spent / SATOSHI for m in months],
            color=OUTFLOWS_COLOUR,
            label="paid out, with fees",
            **bars,
        )
        upper.axhline(0, color=INK, linewidth=0.5)
        upper.yaxis.set_major_formatter(lambda value, _: plain_number(abs(value)))
        upper.legend(**LEGEND, ncols=2)
        first, last = _time_axis([upper, lower], [starts[0], ends[-1]], least=HALF_A_YEAR)
        held = [month.held / SATOSHI for month in months]
        lower.step(
            [first, starts[0], *ends, last],
            [0.0, 0.0, *held, held[-1]],
            where="post",
            color=INK,
            linewidth=1.1,
        )
        lower.set_ylim(0, max([*held, 1e-8]) * 1.12)
        upper.tick_params(labelbottom=False)
        return _svg(figure)


@contextmanager
def _sheet(height: float) -> Iterator[Figure]:
    """An empty figure of ``height`` millimetres under fixed settings."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "svg.hashsalt": "clew",
                "svg.fonttype": "none",
                "font.family": MEASURED_FONT,
                "font.size": 8,
                "legend.fontsize": 8,
                "legend.handlelength": 1.2,
                "legend.handletextpad": 0.4,
                "legend.columnspacing": 3.0,
                "axes.unicode_minus": True,
                "path.simplify": False,
                "timezone": "UTC",
            }
        )
        yield Figure(figsize=(WIDTH / 25.4, height / 25.4), facecolor="none")


def _axes(figure: Figure, sheet: float, *, top: float, height: float, label: str) -> Axes:
    """Axes at a fixed place, in millimetres from the top: no measuring of letters moves them."""
    axes = figure.add_axes(
        (LEFT / WIDTH, 1 - (top + height) / sheet, (WIDTH - LEFT - RIGHT) / WIDTH, height / sheet)
    )
    axes.set_facecolor("none")
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=GREY, linewidth=0.5)
    axes.grid(axis="y", color=HAIRLINE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(axis="both", which="both", length=0, colors=INK, pad=3)
    axes.tick_params(axis="x", which="major", length=2.5, width=0.5, color=GREY)
    axes.yaxis.set_major_formatter(lambda value, _: plain_number(value))
    axes.annotate(
        label,
        (0, 1),
        (-LEFT * 72 / 25.4, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="left",
        va="bottom",
        color=INK,
        style="italic",
    )
    return axes


def _scatter(axes: Axes, flows: Sequence[Flow], noun: str, colour: str, few: bool) -> None:
    kind = flows[0].kind
    times = [flow.time / DAY for flow in flows]
    values = [flow.value / SATOSHI for flow in flows]
    if few:
        axes.vlines(times, 0, values, color=colour, linewidth=0.7, alpha=0.55)
    axes.plot(
        times, values, linestyle="none", marker=MARKERS[kind], markersize=3.4 if few else 1.6, color=colour,
        markerfacecolor="white" if kind == "mixed" else colour, markeredgewidth=0.7 if few else 0.3,
        alpha=1 if few else 0.5, label=LABELS.get(kind, noun),
    )  # fmt: skip


def _running_sum(ordered: Sequence[Flow]) -> tuple[list[float], list[float]]:
    """Times in days and sums so far in BTC; of many that fall within the width of the pen, the last."""
    start, span = ordered[0].time, max(ordered[-1].time - ordered[0].time, 1)
    points: dict[int, tuple[float, float]] = {}
    total = 0
    for flow in ordered:
        total += flow.value
        points[(flow.time - start) * PEN_WIDTHS // span] = (flow.time / DAY, total / SATOSHI)
    return [time for time, _ in points.values()], [value for _, value in points.values()]


def _amount_axis(axes: Axes, values: Sequence[int]) -> None:
    """Logarithmic where a linear axis would press the small amounts onto the floor."""
    low, high = max(min(values), 1) / SATOSHI, max(*values, 1) / SATOSHI
    if len(values) > 2 and high / low >= LOG_FROM_RATIO:
        from matplotlib.ticker import NullFormatter

        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: plain_number(value))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylim(low / 2, high * 2)
    else:
        axes.set_ylim(0, high * 1.15)


def _time_axis(panels: Sequence[Axes], times: Sequence[float], least: float = 0.5) -> tuple[float, float]:
    """One UTC axis of ``least`` days or more, labelled below the last panel. Returns its two ends."""
    from matplotlib import dates

    untyped: Any = dates
    span = max(times) - min(times)
    margin = max(span * 0.02, least / 24, (least - span) / 2)
    first, last = min(times) - margin, max(times) + margin
    days = last - first
    form = "%m-%d %H:%M" if days < 4 else "%Y-%m-%d" if days < 500 else "%Y-%m" if days < 2300 else "%Y"
    for axes in panels:
        axes.set_xlim(first, last)
        axes.xaxis.set_major_locator(untyped.AutoDateLocator(tz=UTC, minticks=3, maxticks=7))
        axes.xaxis.set_major_formatter(untyped.DateFormatter(form, tz=UTC))
    year = f" in {datetime.fromtimestamp(first * DAY, UTC):%Y}" if days < 4 else ""
    panels[-1].set_xlabel(f"block time (UTC){year}", color=INK, style="italic", labelpad=2)
    return first, last


def plain_number(value: float) -> str:
    """A tick's number, zero or more, without an exponent: ``0.001``, ``1,250``."""
    return f"{value:,.8f}".rstrip("0").rstrip(".")


def _month_start(name: str, after: int = 0) -> float:
    """Days since 1970 at the start of the month ``after`` months after ``2009-01``."""
    year, month = divmod(int(name[:4]) * 12 + int(name[5:]) - 1 + after, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC).timestamp() / DAY


def _svg(figure: Figure) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<[^<>!]*>", lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag[0]), text)
    text = re.sub(rf"'?{MEASURED_FONT}'?(, [^;\"]*)?", PAGE_FONTS, text)
    return _styles_once(text)


def _styles_once(svg: str) -> str:
    """Markers repeat their style thousands of times: state each once, as a class."""
    style = re.compile(r'(<use [^<>]*) style="([^"]*)"')
    styles = dict.fromkeys(hit[2] for hit in style.finditer(svg))
    classes = {text: f"mark{i}" for i, text in enumerate(styles)}
    svg = style.sub(lambda hit: f'{hit[1]} class="{classes[hit[2]]}"', svg)
    rules = "".join(f" .{name} {{{text}}}" for text, name in classes.items())
    return svg.replace("</style>", f"{rules}</style>", 1)
