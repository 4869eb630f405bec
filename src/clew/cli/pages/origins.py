"""The page about where payments came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.frame import extent, foot, lower_bound
from clew.cli.sheet import Cell, Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, duration, number

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock


def origins(answer: Answer, clock: Clock) -> Sheet:
    """Each payment's origins, what there is of each grade, and which services are named."""
    sheet, result = Sheet(), answer.result
    lower_bound(sheet, result["entities"])
    sheet.heading("origins of payments")
    sheet.table(
        (count("block"), Column(clock.label), amount("payment"), Column("grade"), amount("share"),
         Column("origin"), Column("under"), count("hops"), Column("before"), Column("doubts"),
         identity("payment"), identity("coin of origin"), identity("its address")),
        [cells for row in result["payments"] for cells in _rows(row, clock)],
    )  # fmt: skip
    extent(sheet, answer, "payments")
    sheet.heading("by grade")
    sheet.table(
        (Column("grade"), count("payments"), count("origins"), amount("sum")),
        [
            (row["grade"], number(row["payments"]), number(row["origins"]), btc(row["satoshi"]))
            for row in result["by_grade"]
        ],
    )
    _services(sheet, result["by_service"])
    _reasons(sheet, result["doubts"])
    sheet.line()
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def _rows(payment: dict[str, Any], clock: Clock) -> list[tuple[Cell, ...]]:
    """A row for each origin of a payment."""
    return [
        (
            number(payment["height"]),
            clock.text(payment["time"]),
            btc(payment["value"]),
            each["grade"],
            btc(each["satoshi"]),
            each["service"]["label"] if each["service"] else each["end"],
            " ".join(each["service"]["jurisdictions"]) if each["service"] else ABSENT,
            number(each["hops"]),
            ABSENT if each["seconds"] is None else duration(each["seconds"]),
            each["doubts"] or [ABSENT],
            _coin(payment),
            _coin(each),
            each["address"] or ABSENT,
        )
        for each in payment["origins"]
    ]


def _coin(row: dict[str, Any]) -> str:
    if row["txid"] is None:
        return ABSENT
    return row["txid"] if row["vout"] is None else f"{row['txid']}:{row['vout']}"


def _services(sheet: Sheet, services: list[dict[str, Any]]) -> None:
    if not services:
        sheet.line("no tagged service was reached", "dim")
        return
    sheet.heading("services reached")
    sheet.table(
        (Column("service"), Column("under"), Column("kind"), count("payments"), amount("sum"),
         *(count(each) for each in services[0]["grades"])),
        [
            (row["label"], " ".join(row["jurisdictions"]) or ABSENT, row["category"] or ABSENT,
             number(row["payments"]), btc(row["satoshi"]), *(number(each) for each in row["grades"].values()))
            for row in services
        ],
    )  # fmt: skip


def _reasons(sheet: Sheet, doubts: list[dict[str, Any]]) -> None:
    if not doubts:
        return
    sheet.heading("why routes are graded lower")
    sheet.table(
        (Column("reason"), count("origins"), count("payments"), Column("that is")),
        [(row["reason"], number(row["origins"]), number(row["payments"]), row["says"]) for row in doubts],
    )


__all__ = ["origins"]
