"""Pages of ``clew law``: days that matter, a case walked through, acts proposed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clew.cli.pages.law_matter import doubtful, foot
from clew.cli.sheet import Column, Sheet, count
from clew.cli.units import ABSENT, btc, number, plural

if TYPE_CHECKING:
    from clew.proceedings.due import CountLimitation, Due
    from clew.proceedings.example import Example
    from clew.proceedings.matter import Episode


def due_sheet(found: Due, steps: bool) -> Sheet:
    """Periods and limitation."""
    sheet = Sheet()
    on = f", seen on {found.today}" if found.today else ""
    sheet.line(f"{f'matter {found.matter}' if found.matter else 'asked for'}{on}", "bold")
    if found.periods:
        sheet.heading("periods of procedure")
        sheet.table(
            (Column("last day"), Column("state"), Column("period"), Column("from"), Column("of"),
             Column("whose"), Column("proceeding"), Column("case"), Column("unverified")),
            [
                (str(each.last_day), each.state or ABSENT, each.title, f"{each.day} ({each.starts})",
                 str(each.term), each.who, each.proceeding or ABSENT, each.case_number or ABSENT,
                 doubtful(each))
                for each in found.periods
            ],
        )  # fmt: skip
    if found.limitation:
        sheet.heading("limitation: last day on which a prosecution can begin, under the assumptions below")
        sheet.table(
            (Column("count"), Column("provision"), Column("last day"), Column("passed"), Column("term"),
             Column("state"), Column("unverified")),
            [_limited(each) for each in found.limitation],
        )  # fmt: skip
    if not found.periods and not found.limitation:
        sheet.line("no period and no count is entered")
    foot(sheet, found, steps)
    return sheet


def _limited(row: CountLimitation) -> tuple[str, ...]:
    provision = f"{row.provision or ABSENT}{' (counterpart)' if row.counterpart else ''}"
    if row.found is None:
        return row.count, provision, ABSENT, ABSENT, ABSENT, f"undetermined: {row.why}", ABSENT
    found = row.found
    state = {"ends": "determined", "none": "no limitation"}.get(found.state, found.state)
    return (
        row.count or ABSENT,
        provision,
        str(found.last_day or ABSENT),
        found.has_passed or ABSENT,
        str(found.term or ABSENT),
        f"{state}: {found.reason}" if found.reason else state,
        doubtful(found),
    )


def example_sheet(found: Example, steps: bool) -> Sheet:
    """The figures first, then the walk."""
    sheet = Sheet()
    sheet.line(found.title, "bold")
    if found.unverified:
        sheet.prose("These figures rest in part on unverified entries; the walk says on which.", "yellow")
    years = {name: _years(each) for name, each in found.kr_aggregate_years.items()}
    sheet.facts(
        [
            ("counts charged", number(found.counts_charged)),
            ("counts put to the court", number(found.counts_put_to_court)),
            ("arithmetic ceiling of these, no forecast", _years(found.us_ceiling_years)),
            *((f"hypothetical, {name.replace('_', ' ')}", each) for name, each in years.items()),
            ("refused on grounds that are", found.refusal or ""),
        ]
    )
    for chapter in found.chapters:
        sheet.heading(chapter.title)
        for text in chapter.sentences:
            sheet.prose(f"- {text}")
        for at, step in enumerate(chapter.steps if steps else (), 1):
            where = "; ".join(each for each in (step.provision, step.source) if each)
            sheet.prose(f"  {at}. {step.said}{f' [{where}]' if where else ''}", "dim")
    sheet.heading("figures that conflict, side by side")
    sheet.table(
        (
            Column("figure"),
            count("claimed"),
            Column("unit"),
            Column("date"),
            Column("covers"),
            Column("source"),
        ),
        [
            (figure.title, number(each.value), each.unit, str(each.date), each.scope, each.source)
            for figure in found.conflicts
            for each in figure.claims
        ],
    )
    sheet.line()
    unread = plural(len(found.unverified), "entry", "entries")
    sheet.prose(f"{unread} unverified: --json and -o list each, with its source", "yellow")
    return sheet


def _years(years: float | None) -> str:
    return "undetermined" if years is None else f"{years:g} years"


def episodes_sheet(found: Sequence[Episode], into: Path) -> Sheet:
    """What was appended."""
    sheet = Sheet()
    sheet.line(f"{into}: {plural(len(found), 'episode')} appended", "bold")
    sheet.table(
        (Column("episode"), Column("from"), Column("to"), Column("BTC", right=True), Column("value"),
         Column("without a rate"), Column("state")),
        [
            (each.name, str(each.begins), str(each.ends), btc(each.satoshi), ", ".join(map(str, each.value)),
             ", ".join(each.without_rate), "accepted" if each.accepted else "proposed")
            for each in found
        ],
    )  # fmt: skip
    return sheet
