"""Pages about tables of prices, and the values that other pages show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from clew.cli.pages.frame import Row, extent, foot
from clew.cli.sheet import Column, Sheet, count
from clew.cli.units import ABSENT, number

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock

_DAY = 86_400
_MANY = 6


def money(value: str | None) -> str:
    """A value as people read it: thousands set apart, hundredths; ``-`` where it is missing."""
    if value is None:
        return ABSENT
    whole, _, part = value.partition(".")
    return f"{int(whole):,}.{part}" if part else f"{int(whole):,}"


def prices_list(answer: Answer, clock: Clock) -> Sheet:
    """Every import of prices, and whether it counts."""
    sheet, result = Sheet(), answer.result
    sheet.heading("imports of prices")
    sheet.table(
        (Column("import"), Column("time"), Column("kind"), Column("source"), Column("prices in"),
         Column("from"), Column("to"), count("rows"), Column("file"), Column("state"), Column("SHA-256")),
        [
            (row["import"], row["time"], row["kind"], row["source"], _currencies(row["series"]),
             *_bounds(row["series"]), number(sum(each["rows"] for each in row["series"])), row["file"],
             f"withdrawn {row['withdrawn']}" if row["withdrawn"] else "in force", row["digest"])
            for row in result["imports"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "imports")
    sheet.line(f"prices {result['prices'] or 'none in force'}")
    foot(sheet, answer)
    return sheet


def _currencies(series: Iterable[Row]) -> str:
    found = [f"{each['currency']} ({', '.join(each['fields'])})" for each in series]
    return ", ".join(found) if len(found) <= _MANY else f"{len(found)} currencies"


def _bounds(series: Iterable[Row]) -> tuple[str, str]:
    known = [*series]
    return _day(min(each["first"] for each in known)), _day(max(each["last"] for each in known))


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def prices_show(answer: Answer, clock: Clock) -> Sheet:
    """The price of a coin on each day."""
    sheet, result, currency = Sheet(), answer.result, answer.parameters["currency"]
    sheet.heading(f"price of one coin in {currency}")
    sheet.table(
        (Column("day (UTC)"), Column(currency, right=True), Column("high", right=True),
         Column("low", right=True), Column("from"), Column("source")),
        [
            (row["day"], money(row["value"]), money(row["high"]), money(row["low"]), origin(row),
             row["source"] or ABSENT)
            for row in result["days"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "days")
    total = result["total"]
    sheet.line()
    sheet.facts([("days", number(total["days"])), ("without a price", number(total["missing"]))])
    foot(sheet, answer)
    return sheet


def origin(row: Row) -> str:
    """Where a price is from, in a few words; or why it is missing."""
    if row["missing"]:
        return str(row["missing"])
    when = datetime.fromtimestamp(row["price_time"], UTC)
    text = when.strftime("%Y-%m-%d" if row["resolution"] == _DAY else "%Y-%m-%d %H:%M:%S")
    said = f"{row['field']} {row['price']} {row['quoted']} of {text}"
    if row["rates"] is None:
        return said
    per = f"{row['rate_from']} {row['quoted']} and {row['rate_to']} {row['currency']} a euro"
    return f"{said}; {per} on {row['rate_day']}"


def import_sheet(answer: Row) -> Sheet:
    """What an import did, for people."""
    sheet = Sheet()
    state = (
        "imported" if answer["is_new"] else f"in force already since {answer['time']}, not imported again:"
    )
    sheet.line(f"{state} {answer['file']} from {answer['source']}", "bold")
    sheet.table(
        (Column("currency"), Column("states"), Column("a row holds"), Column("from"), Column("to"),
         count("rows")),
        [
            (each["currency"], ", ".join(each["fields"]), f"{each['resolution']:,} s", _day(each["first"]),
             _day(each["last"]), number(each["rows"]))
            for each in answer["series"]
        ],
    )  # fmt: skip
    for text in answer["findings"]:
        sheet.prose(f"{answer['file']}: {text}", "yellow")
    sheet.line(f"import {answer['import']}")
    sheet.line(f"SHA-256 {answer['digest']}", "dim")
    sheet.line(f"prices {answer['prices']}", "dim")
    sheet.line(f"snapshot {answer['snapshot']}", "dim")
    return sheet


def withdrawn_sheet(answer: dict[str, Any]) -> Sheet:
    """What a withdrawal did, for people."""
    sheet = Sheet()
    sheet.line(f"withdrawn {answer['import']}: {answer['file']} from {answer['source']}", "bold")
    sheet.line(f"prices {answer['prices'] or 'none in force'}", "dim")
    sheet.line(f"snapshot {answer['snapshot']}", "dim")
    return sheet
