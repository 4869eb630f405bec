"""Pages of ``clew law``: law as it is entered, and whether a file is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clew.cli.pages.law_matter import predicates
from clew.cli.sheet import Column, Sheet, count
from clew.cli.units import ABSENT, number, plural

if TYPE_CHECKING:
    from clew.proceedings.load import Read
    from clew.proceedings.shown import Origin, Shown, ShownVersion


def shown_sheet(found: Shown) -> Sheet:
    """Books, provisions, rules, each with its source."""
    sheet = Sheet()
    if found.name is None:
        sheet.heading("books of law")
        sheet.table(
            (Column("book"), Column("of"), Column("as of"), count("provisions"), count("rules"),
             count("extradition acts"), count("entries"), count("unverified"), Column("about")),
            [
                (each.name, each.jurisdiction or ABSENT, str(each.as_of), number(each.provisions),
                 number(each.rules), number(each.regimes), number(each.entries), number(each.unverified),
                 each.about)
                for each in found.books
            ],
        )  # fmt: skip
    for book in found.books if found.name is not None else ():
        sheet.line(f"{book.title}: book {book.name}, as of {book.as_of}", "bold")
    if found.on is not None:
        sheet.line(f"in force on {found.on}")
    _versions(sheet, found.versions, dated=found.on is not None)
    _rules(sheet, found)
    predicates(sheet, found.predicates)
    if found.name is not None and not found.versions and not found.rules:
        sheet.line("nothing is entered for this day" if found.on else "nothing is entered")
    return sheet


def _versions(sheet: Sheet, versions: Sequence[ShownVersion], *, dated: bool) -> None:
    for name in dict.fromkeys(each.provision for each in versions):
        rows = [each for each in versions if each.provision == name]
        sheet.heading(f"{name}: {rows[0].title}")
        sheet.line(f"{rows[0].cited}; {', '.join(rows[0].conduct)}")
        sheet.table(
            (Column("from"), Column("to"), Column("minimum"), Column("maximum"), Column("fine"),
             Column("limitation"), *((Column("on that day"),) if dated else ()), Column("source")),
            [
                (str(each.in_force_from), str(each.in_force_to or ABSENT), *_penalty(each),
                 each.limitation or "general rule", *((each.on_that_day or ABSENT,) if dated else ()),
                 source(each.origin))
                for each in rows
            ],
        )  # fmt: skip
        for each in rows:
            for text in (each.why, each.origin.note):
                if text:
                    sheet.prose(f"from {each.in_force_from}: {text}", "dim")


def _penalty(row: ShownVersion) -> tuple[str, str, str]:
    if row.state != "in force":
        return row.state, row.state, row.state
    fine = ABSENT if row.fine is None else str(row.fine)
    if row.fine_times_value:
        times = f"{row.fine_times_value} times the value"
        fine = times if row.fine is None else f"{fine} or {times}"
    if row.fine_relation and fine != ABSENT:
        fine = f"{row.fine_relation} {fine}"
    return str(row.minimum or ABSENT), str(row.maximum or ABSENT), fine


def _rules(sheet: Sheet, found: Shown) -> None:
    for kind in dict.fromkeys(each.kind for each in found.rules):
        sheet.heading(f"{kind}s")
        sheet.table(
            (Column("name"), Column("cited"), Column("says"), Column("from"), Column("to"), Column("source")),
            [
                (each.name, each.cited, each.says, str(each.in_force_from or ABSENT),
                 str(each.in_force_to or ABSENT), source(each.origin))
                for each in found.rules
                if each.kind == kind
            ],
        )  # fmt: skip


def source(origin: Origin) -> str:
    """A source's title, and what of the entry was not read in it."""
    from clew.proceedings.steps import MARKS

    said = MARKS[origin.mark]
    if origin.unverified:
        said = said or f"unverified: {', '.join(origin.unverified)}"
    return f"{origin.title} ({said})" if said else origin.title


def check_row(read: Read) -> dict[str, Any]:
    """What was found of a file, as JSON."""
    kind = "book" if read.book else "matter" if read.matter else None
    return {
        "file": read.file,
        "kind": kind,
        "name": (read.book or read.matter).name if kind else None,  # type: ignore[union-attr]
        "faults": list(read.faults),
        "conflicts": list(read.conflicts),
        "missing": list(read.missing),
    }


def check_sheet(reads: Sequence[Read]) -> Sheet:
    """What was found of each file."""
    sheet = Sheet()
    for read in reads:
        for fault in read.faults:
            sheet.line(fault)
        row = check_row(read)
        for conflict in row["conflicts"]:
            sheet.line(f"conflict: {conflict}", "yellow")
        for missing in row["missing"]:
            sheet.line(f"missing: {missing}", "yellow")
        if not read.faults:
            sheet.line(f"{read.file}: {row['kind']} {row['name']}, {plural(0, 'fault')}")
    return sheet
