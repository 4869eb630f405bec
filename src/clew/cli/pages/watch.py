"""Pages about watches, and what one would have said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.frame import Row, extent, foot
from clew.cli.sheet import Column, Sheet, count, identity
from clew.cli.units import ABSENT, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock


def watch_sheet(card: Row) -> Sheet:
    """One watch."""
    sheet = Sheet()
    sheet.line(f"watch {card['watch']}: {card['state']}", "bold")
    sheet.facts(
        [
            ("asks", card["question"]),
            ("starts from", _start(card)),
            ("examiner", card["examiner"]),
            ("purpose", card["purpose"]),
            ("added", f"{card['added']}, after block {number(card['since'])}"),
            ("last day", f"{card['until']}; it then ends by itself"),
            ("alerts to", card["to"] or "standard output of clew index and clew follow"),
            ("alerts", _said(card)),
        ]
    )
    if card["kind"] == "arrival":
        sheet.facts([("on its way", f"{plural(card['reached'], 'coin')} now within reach")])
    if card["removed"]:
        sheet.facts([("removed", f"{card['removed']}; {card['reason'] or 'no reason given'}")])
    if card["cut"]:
        sheet.prose("cut: more coins than are remembered; arrivals may be missed; use fewer hops", "yellow")
    return sheet


def _start(card: Row) -> str:
    tagged = f"a service, by {plural(len(card['tags']), 'tag')}" if card["tags"] else ""
    stated = f"case {card['case']}" if card["case"] else ""
    return ", ".join(each for each in (stated, tagged) if each)


def _said(card: Row) -> str:
    return number(card["alerts"]) + (f", {number(card['withdrawn'])} withdrawn" if card["withdrawn"] else "")


def list_sheet(answer: dict[str, Any]) -> Sheet:
    """Every watch."""
    sheet, rows = Sheet(), answer["watches"]
    sheet.line(plural(len(rows), "watch", "watches"), "bold")
    sheet.table(
        (Column("watch"), Column("state"), Column("kind"), Column("terms"), Column("starts from"),
         Column("examiner"), Column("purpose"), Column("added"), Column("last day"), count("alerts"),
         Column("to"), Column("notes"), identity("address")),
        [
            (row["watch"], row["state"], row["kind"], _terms(row), _start(row), row["examiner"],
             row["purpose"], row["added"], row["until"], _said(row), row["to"] or "standard output",
             _notes(row), row["address"])
            for row in rows
        ],
    )  # fmt: skip
    if rows:
        sheet.line("A watch ends by itself after its last day.")
    if answer["waiting"]:
        waiting = plural(answer["waiting"], "line")
        sheet.line(f"{waiting} not delivered yet: clew index or clew follow will", "yellow")
    return sheet


def _terms(row: Row) -> str:
    if row["kind"] == "arrival":
        return plural(row["hops"], "hop")
    if row["kind"] == "payers":
        return f"by {row['every']}"
    return plural(row["days"], "day") if row["days"] else plural(row["blocks"], "block")


def _notes(row: Row) -> list[str]:
    notes = [f"removed {row['removed']}"] if row["removed"] else []
    notes += [row["reason"]] if row["reason"] else []
    return notes + (["cut"] if row["cut"] else [])


def watch_test(answer: Answer, clock: Clock) -> Sheet:
    """What a watch would have said."""
    sheet, result = Sheet(), answer.result
    sheet.prose(result["watched"], "bold")
    sheet.line(f"{plural(result['blocks'], 'block')} judged, from block {number(result['first_height'])} on")
    if result["cut"]:
        sheet.line("cut: more coins than are remembered; arrivals may be missed", "yellow")
    sheet.table(
        (count("block"), Column(clock.label), Column("kind"), Column("what"), identity("transaction")),
        [
            (number(row["height"]), clock.text(row["time"]), row["kind"], row["says"], row["txid"] or ABSENT)
            for row in result["alerts"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "alerts")
    sheet.prose(result["notice"])
    foot(sheet, answer)
    return sheet


__all__ = ["list_sheet", "watch_sheet", "watch_test"]
