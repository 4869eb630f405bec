"""Pages about a register of public proceedings, and about what was published of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clew.cli.sheet import Column, Sheet, show_json
from clew.cli.units import ABSENT, number, plural

if TYPE_CHECKING:
    from clew.proceedings.load import Law
    from clew.proceedings.registry.register import Standing
    from clew.report.public.publish import Published
    from clew.report.public.releases import Checked


def show_standing(
    found: Sequence[Standing], law: Law, as_json: bool, *, said: str, head: str | None = None
) -> None:
    """Proceedings, each with its sentence beside the statutory range."""
    rows = [_row(each, law) for each in found]
    if as_json:
        show_json({"proceedings": rows, "head": head})
        return
    sheet = Sheet()
    sheet.line(f"{said} {plural(len(rows), 'proceeding')}", "bold")
    sheet.table(
        (Column("id"), Column("case"), Column("court"), Column("role"), Column("stage"), Column("status"),
         Column("next date"), Column("outcome"), Column("sentence"), Column("statutory range")),
        [
            (each["id"], each["case_number"], each["court"], each["role"], each["stage"], each["status"],
             each["next_date"] or ABSENT, each["outcome"] or ABSENT, _sentence(each), _range(each["range"]))
            for each in rows
        ],
    )  # fmt: skip
    for each in rows:
        if each["range"]["is_conflict"]:
            sheet.prose(f"{each['id']}: conflict, for a person to look at: {each['range']['why']}", "yellow")
    if head is not None:
        sheet.line(f"head {head}", "dim")
    sheet.show()


def _row(each: Standing, law: Law) -> dict[str, Any]:
    from clew.proceedings.registry.ranges import against_range

    found = against_range(law, each.proceeding)
    range_ = {
        "minimum": None if found.minimum is None else str(found.minimum),
        "maximum": None if found.maximum is None else str(found.maximum),
        "aggregate": None if found.aggregate is None else str(found.aggregate),
        "state": found.state,
        "why": found.why,
        "is_conflict": found.is_conflict,
    }
    return {**each.row(), "range": range_}


def _sentence(each: dict[str, Any]) -> str:
    said = each["sentence"] or {}
    parts = [said.get("imprisonment"), said.get("fine")]
    if said.get("suspended"):
        parts.append(f"suspended for {said['suspended']}")
    return ", ".join(str(part) for part in parts if part) or ABSENT


def _range(found: dict[str, Any]) -> str:
    if found["minimum"] is None and found["maximum"] is None:
        return str(found["state"])
    bounds = f"{found['minimum'] or 'none'} to {found['maximum'] or 'undetermined'}"
    return f"{found['state']} ({bounds})"


def show_history(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    """Every entry about one proceeding."""
    if as_json:
        show_json({"entries": list(rows)})
        return
    sheet = Sheet()
    for row in rows:
        sheet.line(f"{row['number']}. {row['entry']} on {row['when']} by {row['by']}", "bold")
        if row.get("why"):
            sheet.prose(f"   {row['why']}")
        for key, value in (row.get("proceeding") or {}).items():
            sheet.line(f"   {key}: {value}")
    sheet.show()


def checked_sheet(found: Checked) -> Sheet:
    """Whether a release is whole and counts."""
    sheet = Sheet()
    sheet.line(f"{found.state}: release of {found.day}, expires {found.expires}", "bold")
    for fault in found.faults:
        sheet.line(fault)
    sheet.line(f"release {found.digest}", "dim")
    return sheet


def published_sheet(found: Published) -> Sheet:
    """What was published."""
    sheet = Sheet()
    sheet.line(f"{found.folder}: written as of {found.day}, expires {found.expires}", "bold")
    sheet.facts(
        [
            ("proceedings", number(found.proceedings)),
            ("counts shown", number(found.shown)),
            ("counts withheld", number(found.withheld)),
            ("files", number(len(found.files))),
            ("snapshot", found.snapshot),
            ("release", found.digest),
        ]
    )
    if found.singling:
        sheet.heading("not for the public: combinations of columns that would single out small groups")
        for each in found.singling:
            sheet.prose(f"- {each.said}")
    return sheet
