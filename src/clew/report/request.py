"""One exchange's list as a document: its own transactions, and the times at which to look for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from clew.analysis.examined import Examined
from clew.report.document import Cell, Column, Document, Fact, Facts, Line, Points, Section, Span, Table, cell
from clew.report.wording import btc

TITLE = "Transactions to look up"
MOTTO = "A transaction is a lead, not an accusation."
_MARK = 16


def document(
    request: dict[str, Any],
    *,
    network: str,
    tip: dict[str, Any],
    snapshot: str,
    notes: Sequence[str],
    examined: Examined,
    version: str,
) -> Document:
    """The document of one service's list, as ``clew.analysis.origins.requests`` has it."""
    zone = request["zone"]
    rows = request["rows"]
    with_context = any("routes" in row for row in rows)
    return Document(
        title=TITLE,
        subtitle=(Span(_whom(request)),),
        motto=MOTTO,
        snapshot=snapshot,
        mark=snapshot[:_MARK],
        ledger=f"{network}, tip {tip['height']:,}",
        version=version,
        time=int(datetime.fromisoformat(examined.made.replace("Z", "+00:00")).timestamp()),
        sections=(
            Section("Who asks", (Facts(_facts(request, examined, snapshot, tip)),)),
            Section("The transactions", (_table(rows, zone),)),
            *((Section("What they are about", (_context(rows),)),) if with_context else ()),
            Section("Notes", (Points(tuple(_line(each) for each in notes)),)),
        ),
    )


def _whom(request: dict[str, Any]) -> str:
    where = ", ".join(request["jurisdictions"])
    return f"{request['label']} ({where})" if where else str(request["label"])


def _line(text: str) -> Line:
    return (Span(text),)


def _facts(
    request: dict[str, Any], examined: Examined, snapshot: str, tip: dict[str, Any]
) -> tuple[Fact, ...]:
    zone = request["zone"] or "UTC only: the country has several time zones, or is not known"
    return (
        Fact("examiner", cell(examined.examiner)),
        Fact("reference", cell(examined.purpose)),
        Fact("made", cell(examined.made)),
        Fact("addressed to", cell(_whom(request))),
        Fact("time zone", cell(zone)),
        Fact("transactions", cell(f"{len(request['rows']):,}")),
        Fact("last block", cell(f"{tip['height']:,}")),
        Fact("snapshot", cell(snapshot, "code")),
    )


def _table(rows: list[dict[str, Any]], zone: str | None) -> Table:
    return Table(
        title="Withdrawals and deposits",
        state=_line("An output is cited as transaction:number. The first ones are the most promising."),
        columns=(
            Column("No.", 8, "right"),
            Column("movement", 18),
            Column("block time", 38),
            Column("BTC", 22, "right"),
            Column("output, and the address that it pays to"),
        ),
        rows=tuple(_row(number, row, zone) for number, row in enumerate(rows, 1)),
        total=(
            cell(""),
            cell(""),
            cell("sum"),
            cell(btc(sum(row["value"] for row in rows))),
            cell(""),
        ),
    )


def _row(number: int, row: dict[str, Any], zone: str | None) -> tuple[Cell, ...]:
    times: Cell = (_line(row["utc"]), *((_line(row["local"]),) if row["local"] else ()))
    output: Cell = (
        (Span(f"{row['txid']}:{row['vout']}", "code"),),
        *(((Span(row["address"], "code"),),) if row["address"] else ()),
    )
    return (cell(f"{number:,}"), cell(row["movement"]), times, cell(btc(row["value"])), output)


def _context(rows: list[dict[str, Any]]) -> Table:
    told = [(number, route) for number, row in enumerate(rows, 1) for route in row.get("routes", ())]
    return Table(
        title="Routes",
        state=_line("What came of these outputs, as far as the ledger shows."),
        columns=(
            Column("No.", 8, "right"),
            Column("grade", 18),
            Column("hops", 10, "right"),
            Column("BTC of it", 22, "right"),
            Column("paid"),
        ),
        rows=tuple(
            (
                cell(f"{number:,}"),
                cell(route["grade"]),
                cell(f"{route['hops']:,}"),
                cell(btc(route["satoshi"])),
                (
                    (Span(f"{route['txid']}:{route['vout']}", "code"),),
                    (Span(str(route["address"]), "code"),),
                ),
            )
            for number, route in told
        ),
    )


__all__ = ["MOTTO", "TITLE", "document"]
