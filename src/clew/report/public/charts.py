"""Bars as SVG inside the page: drawn from whole numbers, set in the page's own font and colours.

Labels stand above their bars, so that the picture is narrow enough for a telephone and its letters stay
readable there. A count that is not shown has no length: a dashed frame of one width stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from clew.report.public.phrases import Voice
from clew.report.public.tables import Bar

WIDTH = 360
LEFT = 2
ROW, LABEL, THICK = 44, 15, 16
VALUES = 64
"""Room for a number beside the longest bar."""
HIDDEN = 26


def bars(name: str, caption: str, counts: Sequence[Bar], voice: Voice, threshold: int) -> str:
    """A chart of bars, with title and description; ``name`` begins the ids of its parts.

    The same input gives the same text. No style is set in it: classes are those of the page.
    """
    height = ROW * len(counts) + 4
    longest = max((each.count or 0 for each in counts), default=0) or 1
    said = "; ".join(f"{each.label}: {value_of(each, voice, threshold)}" for each in counts)
    parts = [
        f'<svg class="bars" role="img" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'aria-labelledby="{name}-title {name}-desc" focusable="false">',
        f'<title id="{name}-title">{escape(voice("chart.of", caption=caption))}</title>',
        f'<desc id="{name}-desc">{escape(voice("chart.says", said=said))}</desc>',
    ]
    for number, each in enumerate(counts):
        parts += _bar(each, number * ROW, longest, voice, threshold)
    return "\n".join([*parts, "</svg>"])


def value_of(each: Bar, voice: Voice, threshold: int) -> str:
    """A bar's number in words."""
    return voice("hidden", threshold=threshold) if each.count is None else f"{each.count:,}"


def _bar(each: Bar, top: int, longest: int, voice: Voice, threshold: int) -> list[str]:
    y = top + LABEL + 5
    parts = [f'<text class="label" x="{LEFT}" y="{top + LABEL}">{escape(each.label)}</text>']
    if each.count is None:
        wide = HIDDEN
        parts.append(f'<rect class="hidden" x="{LEFT}.5" y="{y}.5" width="{wide - 1}" height="{THICK - 1}"/>')
        text = voice("hidden.short")
    else:
        wide = round((WIDTH - VALUES - LEFT) * each.count / longest)
        if each.count:
            parts.append(f'<rect class="bar" x="{LEFT}" y="{y}" width="{max(wide, 1)}" height="{THICK}"/>')
        text = f"{each.count:,}"
    parts.append(f'<text class="value" x="{LEFT + wide + 6}" y="{y + THICK - 3}">{escape(text)}</text>')
    return parts


__all__ = ["bars", "value_of"]
