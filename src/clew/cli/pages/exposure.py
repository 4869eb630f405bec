"""The page about exposure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.frame import extent, foot, lower_bound
from clew.cli.sheet import Column, Sheet, amount, count
from clew.cli.units import ABSENT, btc, number

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock


def exposure(answer: Answer, clock: Clock) -> Sheet:
    """What was received and sent, by category under each policy, and by service."""
    sheet, result = Sheet(), answer.result
    lower_bound(sheet, result["entities"])
    for key in ("received", "sent"):
        sheet.heading(f"{key}: {btc(result[key]['value'])} BTC")
        _side(sheet, answer, key)
    sheet.line()
    sheet.line(f"fees of their own transactions: {btc(result['own_fees'])} BTC, not among what was sent")
    for each in result["categories"]:
        sheet.prose(f"{each['category']}: {each['says']}", "dim")
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def _side(sheet: Sheet, answer: Answer, key: str) -> None:
    side = answer.result[key]
    sheet.table(
        (Column("policy"), Column("category"), amount("direct"), amount("indirect"), amount("together"),
         Column("share (%)", right=True)),
        [
            (policy["policy"], row["category"], btc(row["direct"]), btc(row["indirect"]), btc(row["value"]),
             row["share"])
            for policy in side["policies"]
            for row in policy["by_category"]
        ],
    )  # fmt: skip
    for policy in side["policies"]:
        ends = ", ".join(f"{each['end']} {btc(each['value'])} BTC" for each in policy["unattributed"])
        if ends:
            sheet.line(f"unattributed by {policy['policy']}: {ends}")
    names = [policy["policy"] for policy in side["policies"]]
    if side["services"]:
        sheet.line()
    sheet.table(
        (Column("service"), Column("category"), count("entities"),
         *(amount(f"{name}, {part}") for name in names for part in ("direct", "indirect"))),
        [_service(each) for each in side["services"]],
    )  # fmt: skip
    extent(sheet, answer, "services", answer.result["lists"][key])


def _service(found: dict[str, Any]) -> tuple[str, ...]:
    amounts = [btc(under[part]) for under in found["under"] for part in ("direct", "indirect")]
    return found["label"] or ABSENT, found["category"], number(found["entities"]), *amounts
