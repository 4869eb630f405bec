"""The page about what to ask exchanges for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.frame import foot
from clew.cli.sheet import Cell, Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock


def requests(answer: Answer, clock: Clock) -> Sheet:
    """A list for each exchange."""
    sheet, result = Sheet(), answer.result
    total = result["total"]
    sheet.line(
        f"{plural(total['services'], 'service')}, {plural(total['outputs'], 'output')} to ask about", "bold"
    )
    for each in result["requests"]:
        where = " ".join(each["jurisdictions"]) or "jurisdiction unknown"
        sheet.heading(f"{each['label']} ({where})")
        zone = each["zone"] or "its zone unknown, UTC only"
        sheet.table(
            (Column("movement"), Column("block time (UTC)"), Column(f"in {zone}"), amount("value"),
             identity("output"), identity("address"), *_context_columns(answer)),
            [_row(row) for row in each["rows"]],
        )  # fmt: skip
    if not result["requests"]:
        sheet.line("none found: no route of the grades asked for ends at a tagged service")
    if total["left_out"]:
        sheet.line()
        sheet.line(
            f"{number(total['left_out'])} outputs at the end of routes of other grades are left out; --grade "
            "asks for them",
            "dim",
        )
    foot(sheet, answer)
    return sheet


def _context_columns(answer: Answer) -> tuple[Column, ...]:
    return (Column("grade"), count("hops"), identity("paid")) if answer.parameters["with_context"] else ()


def _row(row: dict[str, Any]) -> tuple[Cell, ...]:
    cells: tuple[Cell, ...] = (
        row["movement"], row["utc"], row["local"] or ABSENT, btc(row["value"]),
        f"{row['txid']}:{row['vout']}", row["address"] or ABSENT,
    )  # fmt: skip
    if "routes" not in row:
        return cells
    routes = row["routes"]
    return (
        *cells,
        [each["grade"] for each in routes],
        [number(each["hops"]) for each in routes],
        [f"{each['txid']}:{each['vout']}" for each in routes],
    )


__all__ = ["requests"]
