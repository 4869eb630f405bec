"""The chapter on exposure: from and to which kinds of services the money came and went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clew.analysis.exposure.categories import order
from clew.report.answers import ReportAnswers
from clew.report.bars import Exposure, exposure_chart, exposure_described
from clew.report.document import Cell, Chart, Column, Paragraph, Part, Points, Section, Table, cell, prose
from clew.report.wording import btc

CONVENTION = (
    "Which coin in a transaction is which is a convention: the ledger does not say. Figures under several "
    "policies are a range of conventions, not bounds. Direct is what those asked about paid, or were paid, "
    "themselves; indirect passed through others' hands. Shares are no measure of a person."
)
SIDES = {"received": "Received", "sent": "Sent"}


def exposed(answers: ReportAnswers) -> tuple[Section, ...]:
    """The chapter, if exposure was asked: a picture and a table for what was received and what was sent."""
    if answers.exposure is None:
        return ()
    result, asked = answers.exposure.result, answers.exposure.parameters
    far = f"through at most {asked['hops']:,} transactions" if asked["hops"] else "without limit"
    least = f", no less than {btc(asked['least'])} BTC" if asked["least"] else ""
    said = [prose(f"{each['category'].capitalize()}: {each['says']}") for each in result["categories"]]
    parts: list[Part] = [Paragraph(prose(f"Money was followed {far}{least}. {CONVENTION}"))]
    for key, title in SIDES.items():
        parts += _side(title, result[key])
    return (Section("Exposure to services", (*parts, *((Points(tuple(said)),) if said else ()))),)


def exposures_of(side: Mapping[str, Any]) -> list[Exposure]:
    """The categories of one side of an answer about exposure, each with its satoshi by policy."""
    found: dict[str, dict[str, int]] = {}
    names = [each["policy"] for each in side["policies"]]
    for each in side["policies"]:
        for row in each["by_category"]:
            found.setdefault(row["category"], dict.fromkeys(names, 0))[each["policy"]] = row["value"]
    return [Exposure(category, found[category]) for category in sorted(found, key=order)]


def _side(title: str, side: Mapping[str, Any]) -> tuple[Part, ...]:
    exposures = exposures_of(side)
    if not exposures:
        return (Paragraph(prose(f"{title}: nothing.")),)
    caption = f"{title}: {btc(side['value'])} BTC by category, in percent under each policy."
    described = f"{caption} {exposure_described(exposures)}"
    stays = [
        f"{each['policy']}: "
        + ", ".join(f"{btc(row['value'])} BTC {row['end']}" for row in each["unattributed"])
        for each in side["policies"]
        if each["unattributed"]
    ]
    end = (Paragraph(prose(f"Unattributed, by why its way ends. {'; '.join(stays)}.")),) if stays else ()
    return (Chart(exposure_chart(exposures), described, caption), _table(title, side), *end)


def _table(title: str, side: Mapping[str, Any]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            cell(each["policy"]),
            cell(row["category"]),
            cell(btc(row["direct"])),
            cell(btc(row["indirect"])),
            cell(btc(row["value"])),
            cell(row["share"]),
        )
        for each in side["policies"]
        for row in each["by_category"]
    ]
    return Table(
        f"{title}, by category",
        prose(
            f"Complete: every category under each policy; each policy adds up to {btc(side['value'])} BTC."
        ),
        (
            Column("Policy", 20),
            Column("Category"),
            Column("Direct, BTC", 30, "right"),
            Column("Indirect, BTC", 30, "right"),
            Column("Together, BTC", 30, "right"),
            Column("%", 14, "right"),
        ),
        tuple(rows),
    )


__all__ = ["exposed", "exposures_of"]
