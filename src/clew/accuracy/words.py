"""Figures in words: the same on a page, in a report and in the documents."""

from __future__ import annotations

from dataclasses import dataclass

from clew.accuracy.figures import Tally
from clew.accuracy.validation import Row, Validation

ABSENT = "-"
MILLION = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """A table: its title, a sentence on how to read it, headings (those of numbers end in ``>``), rows."""

    title: str
    said: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def percent(rate: float | None) -> str:
    """A share in per cent, with as many digits as tell it from none and from all."""
    if rate is None:
        return ABSENT
    if rate in (0.0, 1.0):
        return f"{100 * rate:.0f} %"
    for digits in (1, 2, 3, 4, 5, 6, 7):
        text = f"{100 * rate:.{digits}f}"
        if float(text) not in (0.0, 100.0) and (digits > 1 or 0.02 < rate < 0.98):
            return f"{text} %"
    return f"{100 * rate:.8f} %"


def plain(value: float | None) -> str:
    """A number that is no share."""
    return ABSENT if value is None else f"{value:.4f}" if value < 10 else f"{value:,.1f}"


def counted(tally: Tally) -> str:
    """``3 of 1,000``."""
    return f"{whole(tally.hits)} of {whole(tally.of)}"


def whole(value: float) -> str:
    """A count, with thousands set apart."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}"


def rate(row: Row | None) -> str:
    """A figure's rate, in per cent."""
    return ABSENT if row is None else percent(row.tally.rate)


def between(row: Row | None) -> str:
    """A figure's interval, in per cent."""
    if row is None or row.interval is None:
        return ABSENT
    low, high = row.interval
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def base(row: Row | None) -> str:
    """A figure's base rate, in per cent."""
    return ABSENT if row is None or row.base is None else percent(row.base.rate)


def per_million(tally: Tally | None) -> str:
    """How many of a million."""
    return ABSENT if tally is None or tally.rate is None else f"{MILLION * tally.rate:,.1f}"


def per_million_between(row: Row | None) -> str:
    """An interval, of a million."""
    if row is None or row.interval is None:
        return ABSENT
    return " to ".join(f"{MILLION * each:,.1f}" for each in row.interval)


def names(found: Validation, *kinds: str) -> list[str]:
    """Names of the subjects of some kinds."""
    return [str(each["name"]) for each in found.subjects if each["kind"] in kinds]


def span(row: Row | None) -> str:
    """An interval of what is no share."""
    if row is None or row.interval is None:
        return ABSENT
    return f"{plain(row.interval[0])} to {plain(row.interval[1])}"


def is_number(head: str) -> bool:
    """Whether a heading is one of numbers."""
    return head.endswith(">")


def heading(head: str) -> str:
    """A heading as shown."""
    return head.removesuffix(">")
