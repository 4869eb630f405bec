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
LEAST_DAYS = 0.5
BAR_DAYS = 23.0
BAR_SHARE = 0.06
MARKED_MONTHS = 36
MOST_NAMES = 9
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


def flows_chart(flows: Sequence[Flow], noun: str, colour: str, tip: int) -> str:
    """Each amount by block time, and below it their running sum up to ``tip``, in Unix seconds.

    ``flows`` must not be empty.
    """
    ordered = sorted(flows, key=lambda flow: flow.time)
    wide = _is_wide([flow.value for flow in ordered])
    with sheet_of(78) as figure:
        label = f"BTC per {noun}" + (", logarithmic scale" if wide else "")
        upper = axes_at(figure, 78, top=7, height=38, label=label)
        lower = axes_at(figure, 78, top=53, height=17, label="BTC, running sum")
        few = len(ordered) <= STEMS_UP_TO
        for kind in MARKERS:
            if some := [flow for flow in ordered if flow.kind == kind]:
                _scatter(upper, some, noun, colour, few=few, stems=few and not wide)
        _amount_axis(upper, [flow.value for flow in ordered], wide)
        last = _time_axis([upper, lower], [flow.time / DAY for flow in ordered])
        times, sums = _running_sum(ordered)
        end = max(times[-1], min(last, tip / DAY))
        lower.step([times[0], *times, end], [0.0, *sums, sums[-1]], where="post", color=colour, linewidth=1.1)
        lower.set_ylim(0, max(sums[-1] * 1.12, 1e-8))
        upper.tick_params(labelbottom=False)
        if len({flow.kind for flow in ordered}) > 1:
            upper.legend(**LEGEND, ncols=3)
        return svg_of(figure)


def months_chart(months: Sequence[Month], first: int, tip: int) -> str:
    """Received and paid out in each month, and below it what was held at its end.

    The axis covers the months and nothing else; the lower line runs from ``first``, the first
    movement, to ``tip`` at most, both in Unix seconds.
    """
    starts, ends = month_starts([month.name for month in months])
    with sheet_of(82) as figure:
        upper = axes_at(figure, 82, top=7, height=40, label="BTC per month")
        lower = axes_at(figure, 82, top=55, height=19, label="BTC held at the month's end")
        _bars(upper, months, starts, ends)
        until = [max(start, min(end, tip / DAY)) for start, end in zip(starts, ends, strict=True)]
        _held(lower, months, min(max(first / DAY, starts[0]), until[0]), until)
        month_axis([upper, lower], [month.name for month in months], starts, ends)
        return svg_of(figure)


def _bars(axes: Axes, months: Sequence[Month], starts: Sequence[float], ends: Sequence[float]) -> None:
    """Received upwards, paid out downwards, in the middle of each month."""
    middles = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
    bars: dict[str, Any] = {"width": min(BAR_DAYS, (ends[-1] - starts[0]) * BAR_SHARE), "linewidth": 0}
    received, spent = [m.received / SATOSHI for m in months], [-m.spent / SATOSHI for m in months]
    axes.bar(middles, received, color=PAYMENTS_COLOUR, label="received from outside", **bars)
    axes.bar(middles, spent, color=OUTFLOWS_COLOUR, label="paid out with fees, downwards", **bars)
    axes.axhline(0, color=INK, linewidth=0.5)
    axes.yaxis.set_major_formatter(lambda value, _: plain_number(abs(value)))
    axes.legend(**LEGEND, ncols=2)


def _held(axes: Axes, months: Sequence[Month], first: float, ends: Sequence[float]) -> None:
    """Each month at the height of its end, the last of which may be the tip; marked where there is room."""
    held = [month.held / SATOSHI for month in months]
    marker = "o" if len(months) <= MARKED_MONTHS else ""
    axes.step([first, *ends], [0.0, *held], where="pre", color=INK, linewidth=1.1)
    axes.plot(ends, held, linestyle="none", marker=marker, markersize=3.4, color=INK, clip_on=False)
    axes.set_ylim(0, max([*held, 1e-8]) * 1.12)


def month_starts(names: Sequence[str]) -> tuple[list[float], list[float]]:
    """Days since 1970 at which months as ``2009-01`` begin, and at which they end."""
    return [_month_start(name) for name in names], [_month_start(name, after=1) for name in names]


def month_axis(
    panels: Sequence[Axes], names: Sequence[str], starts: Sequence[float], ends: Sequence[float]
) -> None:
    """The months from the first to the last, a name below the middle of every one or every few."""
    least = -(-len(names) // MOST_NAMES)
    every = next((step for step in (1, 2, 3, 6) if step >= least), -(-least // 12) * 12)
    named = [i for i, name in enumerate(names) if _months_since_0(name) % every == 0]
    for axes in panels:
        axes.set_xlim(starts[0], ends[-1])
        axes.set_xticks([(starts[i] + ends[i]) / 2 for i in named], [names[i] for i in named])
    panels[0].tick_params(labelbottom=False)
    panels[-1].set_xlabel("month of block time (UTC)", color=INK, style="italic", labelpad=2)


@contextmanager
def sheet_of(height: float) -> Iterator[Figure]:
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


def axes_at(figure: Figure, sheet: float, *, top: float, height: float, label: str) -> Axes:
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


def _scatter(axes: Axes, flows: Sequence[Flow], noun: str, colour: str, *, few: bool, stems: bool) -> None:
    kind = flows[0].kind
    times = [flow.time / DAY for flow in flows]
    values = [flow.value / SATOSHI for flow in flows]
    if stems:
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


def _is_wide(values: Sequence[int]) -> bool:
    """Whether a linear axis would press the small amounts onto the floor."""
    return len(values) > 2 and max(values) >= LOG_FROM_RATIO * max(min(values), 1)


def _amount_axis(axes: Axes, values: Sequence[int], wide: bool) -> None:
    """Logarithmic for a ``wide`` range: then nothing may stand for an amount by its length."""
    low, high = max(min(values), 1) / SATOSHI, max(*values, 1) / SATOSHI
    if wide:
        from matplotlib.ticker import NullFormatter

        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: plain_number(value))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylim(low / 2, high * 2)
    else:
        axes.set_ylim(0, high * 1.15)


def _time_axis(panels: Sequence[Axes], times: Sequence[float]) -> float:
    """One UTC axis of half a day or more, labelled below the last panel. Returns its end."""
    from matplotlib import dates

    untyped: Any = dates
    span = max(times) - min(times)
    margin = max(span * 0.02, LEAST_DAYS / 24, (LEAST_DAYS - span) / 2)
    first, last = min(times) - margin, max(times) + margin
    days = last - first
    form = "%m-%d %H:%M" if days < 4 else "%Y-%m-%d" if days < 500 else "%Y-%m" if days < 2300 else "%Y"
    for axes in panels:
        axes.set_xlim(first, last)
        axes.xaxis.set_major_locator(untyped.AutoDateLocator(tz=UTC, minticks=3, maxticks=7))
        axes.xaxis.set_major_formatter(untyped.DateFormatter(form, tz=UTC))
    year = f" in {datetime.fromtimestamp(first * DAY, UTC):%Y}" if days < 4 else ""
    panels[-1].set_xlabel(f"block time (UTC){year}", color=INK, style="italic", labelpad=2)
    return last


def plain_number(value: float) -> str:
    """A tick's number, zero or more, without an exponent: ``0.001``, ``1,250``."""
    return f"{value:,.8f}".rstrip("0").rstrip(".")


def _months_since_0(name: str) -> int:
    """``2009-01`` as a number of months, January a multiple of twelve."""
    return int(name[:4]) * 12 + int(name[5:]) - 1


def _month_start(name: str, after: int = 0) -> float:
    """Days since 1970 at the start of the month ``after`` months after ``2009-01``."""
    year, month = divmod(_months_since_0(name) + after, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC).timestamp() / DAY


def svg_of(figure: Figure) -> str:
    """A figure as SVG, without dates, names or settings of this machine."""
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
