"""Bars: payments by month, their number and amount; and exposure by category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clew.report.charts import (
    HAIRLINE,
    INK,
    LEGEND,
    PAYMENTS_COLOUR,
    WIDTH,
    Flow,
    axes_at,
    month_axis,
    month_starts,
    plain_number,
    sheet_of,
    svg_of,
)
from clew.report.wording import SATOSHI, btc, count

SHADES = (PAYMENTS_COLOUR, "#cf9a5f", "#8a8a8a", "#b4c8df", "#4d7c3a", "#d7d7d7")
"""One for each policy: of different lightness, so that they tell the same in grey."""
NAMES = 46.0
"""Millimetres of the names at the left of exposure."""
AMOUNTS = 44.0
ROW, APART, TOP = 4.2, 2.2, 9.0
LONGEST = 30
BAR_DAYS, BAR_SHARE = 23.0, 0.06


@dataclass(frozen=True)
class Paid:
    """One calendar month: ``2009-01``, how many payments, and their sum in satoshi."""

    name: str
    payments: int
    value: int


@dataclass(frozen=True)
class Exposure:
    """A category, and its satoshi by policy."""

    category: str
    satoshi: Mapping[str, int]


def by_month(flows: Sequence[Flow]) -> list[Paid]:
    """Payments by month of block time (UTC), from the first month to the last, empty ones too."""
    numbers: Counter[int] = Counter()
    values: Counter[int] = Counter()
    for flow in flows:
        when = datetime.fromtimestamp(flow.time, UTC)
        month = when.year * 12 + when.month - 1
        numbers[month] += 1
        values[month] += flow.value
    if not numbers:
        return []
    months = range(min(numbers), max(numbers) + 1)
    return [Paid(f"{m // 12}-{m % 12 + 1:02}", numbers[m], values[m]) for m in months]


def payments_chart(months: Sequence[Paid]) -> str:
    """How many payments each month has, and below it what they sum to.

    ``months`` follow each other, and must not be empty.
    """
    starts, ends = month_starts([month.name for month in months])
    middles = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
    bars: dict[str, Any] = {
        "width": min(BAR_DAYS, (ends[-1] - starts[0]) * BAR_SHARE), "linewidth": 0, "color": PAYMENTS_COLOUR
    }  # fmt: skip
    from matplotlib.ticker import MaxNLocator

    with sheet_of(74) as figure:
        upper = axes_at(figure, 74, top=7, height=25, label="payments per month")
        lower = axes_at(figure, 74, top=42, height=23, label="BTC per month")
        upper.bar(middles, [month.payments for month in months], **bars)
        lower.bar(middles, [month.value / SATOSHI for month in months], **bars)
        upper.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
        upper.set_ylim(0, max(month.payments for month in months) * 1.12)
        lower.set_ylim(0, max([*(month.value / SATOSHI for month in months), 1e-8]) * 1.12)
        month_axis([upper, lower], [month.name for month in months], starts, ends)
        return svg_of(figure)


def payments_described(months: Sequence[Paid]) -> str:
    """What the bars of payments show, in a sentence or two."""
    number, value = sum(month.payments for month in months), sum(month.value for month in months)
    most = max(months, key=lambda month: month.payments)
    said = f"{count(number, 'payment')} of together {btc(value)} BTC"
    if len(months) == 1:
        return f"{said} in {months[0].name}."
    return (
        f"{said} in {len(months):,} months, from {months[0].name} to {months[-1].name}. The most came in "
        f"{most.name}: {most.payments:,}."
    )


def exposure_chart(exposures: Sequence[Exposure]) -> str:
    """The share of each category, a bar for each policy, with its amount; in the order given.

    Shares are of what the categories sum to under that policy. ``exposures`` must not be empty, and all
    state the same policies, of which poison is none.
    """
    policies = list(exposures[0].satoshi)
    totals = {policy: sum(each.satoshi[policy] for each in exposures) for policy in policies}
    block = ROW * len(policies) + APART
    tall = block * len(exposures)
    height = TOP + tall + 9
    with sheet_of(height) as figure:
        axes = axes_at(figure, height, top=TOP, height=tall, label="")
        axes.set_position(
            (NAMES / WIDTH, 1 - (TOP + tall) / height, (WIDTH - NAMES - AMOUNTS) / WIDTH, tall / height)
        )
        largest = 0.0
        for place, policy in enumerate(policies):
            shares = [100 * each.satoshi[policy] / max(totals[policy], 1) for each in exposures]
            rows = [number * block + APART / 2 + (place + 0.5) * ROW for number in range(len(exposures))]
            axes.barh(
                rows, shares, height=ROW * 0.78, color=SHADES[place % len(SHADES)], label=policy,
                linewidth=0.3, edgecolor=INK,
            )  # fmt: skip
            for row, share, each in zip(rows, shares, exposures, strict=True):
                text = f"{share:.1f} %, {btc(each.satoshi[policy])} BTC"
                axes.annotate(
                    text, (share, row), (4, 0), textcoords="offset points", va="center", fontsize=7, color=INK
                )
            largest = max(largest, *shares)
        axes.set_ylim(tall, 0)
        axes.set_xlim(0, max(largest, 1.0))
        middles = [(number + 0.5) * block for number in range(len(exposures))]
        axes.set_yticks(middles, [_short(each.category) for each in exposures])
        axes.xaxis.set_major_formatter(lambda value, _: f"{plain_number(value)} %")
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", color=HAIRLINE, linewidth=0.4)
        axes.legend(**LEGEND | {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0)}, ncols=len(policies))
        return svg_of(figure)


def exposure_described(exposures: Sequence[Exposure]) -> str:
    """What the bars of exposure show, in words: every amount."""
    said = []
    for each in exposures:
        amounts = ", ".join(f"{btc(value)} BTC by {policy}" for policy, value in each.satoshi.items())
        said.append(f"{each.category}: {amounts}")
    return f"Exposure by category. {'; '.join(said)}."


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


__all__ = [
    "Exposure", "Paid", "by_month", "exposure_chart", "exposure_described", "payments_chart",
    "payments_described",
]  # fmt: skip
