"""How values in currencies stand in the tables of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clew.cli.pages.frame import Row
from clew.cli.pages.prices import money
from clew.cli.sheet import Column
from clew.cli.units import ABSENT, btc, number


def value_columns(currencies: Sequence[str], day: str | None) -> Iterator[Column]:
    """Columns of the value of one amount in each currency, and at the ``day`` of --value-at."""
    for currency in currencies:
        yield Column(currency, right=True)
        if day:
            yield Column(f"{currency} at {day}", right=True)


def value_cells(values: Iterable[Row]) -> Iterator[str]:
    """The cells of ``value_columns``; ``missing`` where there is no price."""
    for each in values:
        yield "missing" if each["missing"] else money(each["value"])
        if at_day := each["at_day"]:
            yield "missing" if at_day["missing"] else money(at_day["value"])


def total_columns(currencies: Sequence[str], day: str | None, before: str = "") -> Iterator[Column]:
    """Columns of sums of values, and how many amounts have none."""
    for currency in currencies:
        yield Column(f"{before}{currency}", right=True)
        yield Column("missing", right=True)
        if day:
            yield Column(f"{before}{currency} at {day}", right=True)


def total_cells(totals: Iterable[Row]) -> Iterator[str]:
    """The cells of ``total_columns``."""
    for each in totals:
        yield money(each["value"])
        yield number(each["missing"]) if each["missing"] else ABSENT
        if at_day := each["at_day"]:
            yield money(at_day["value"])


def value_facts(totals: Iterable[Row], day: str | None, before: str = "") -> Iterator[tuple[str, str]]:
    """Lines of sums in each currency, which say how much they leave out."""
    for each in totals:
        yield f"{before}{each['currency']}", _sum(each)
        if at_day := each["at_day"]:
            yield f"{before}{each['currency']} at {day}", _sum(at_day)


def _sum(total: Row) -> str:
    if not total["missing"]:
        return f"{money(total['value'])}, none missing"
    left_out = f"{number(total['missing'])} payments without a price ({btc(total['satoshi_missing'])} BTC)"
    return (
        f"missing: {left_out}" if total["value"] is None else f"{money(total['value'])}, without {left_out}"
    )
