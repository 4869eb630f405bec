"""Pages about tags: in force, imported, checked; and tags as other pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from clew.cli.pages.frame import Row, extent, foot
from clew.cli.sheet import Column, Sheet, count, identity
from clew.cli.units import ABSENT, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock
    from clew.interop.imports import Imported
    from clew.ledger.ledger import Ledger
    from clew.reference.tags import Pack


def tags_list(answer: Answer, clock: Clock) -> Sheet:
    """The tags in force, with where each comes from."""
    sheet, result = Sheet(), answer.result
    total = result["total"]
    unseen = f", {number(total['not_on_chain'])} on addresses not on this chain" if total["tags"] else ""
    sheet.line(f"{plural(total['tags'], 'tag')}{unseen}", "bold")
    sheet.table(
        (identity("address"), count("entity"), Column("label"), Column("actor"), Column("kind"),
         Column("confidence"), Column("notes"), Column("source"), Column("file:line"), Column("tag")),
        [
            (row["address"], ABSENT if row["entity"] is None else f"{row['entity']}", row["label"],
             row["actor"] or ABSENT, _kind(row), confidence(row), _notes(row), row["source"],
             f"{row['file']}:{row['line']}", row["tag"])
            for row in result["tags"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "tags")
    foot(sheet, answer)
    return sheet


def _kind(row: Row) -> list[str]:
    return [*dict.fromkeys(each for each in (row["category"], row["abuse"], *row["concepts"]) if each)]


def confidence(row: Row) -> str:
    """A tag's confidence in words and as a number."""
    return f"{row['confidence']} ({row['confidence_level']})" if row["confidence"] else ABSENT


def _notes(row: Row) -> list[str]:
    notes = [row["seen"]] if row["entity"] is None else []
    notes += ["derived"] if row["derived"] else []
    return notes + (["conflict"] if row["conflict"] else [])


def tags_sources(answer: Answer, clock: Clock) -> Sheet:
    """Every import, in the order of time."""
    sheet, result = Sheet(), answer.result
    sheet.line(plural(len(result["imports"]), "import"), "bold")
    sheet.table(
        (Column("import"), Column("time"), Column("format"), count("tags"), count("actors"),
         count("concepts"), count("left out"), Column("file"), Column("state"), Column("SHA-256")),
        [
            (row["import"], row["time"], row["format"], number(row["tags"]), number(row["actors"]),
             number(row["concepts"]), number(row["left_out"]), row["file"],
             f"withdrawn {row['withdrawn']}" if row["withdrawn"] else "in force", row["digest"])
            for row in result["imports"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "imports")
    sheet.line(f"attributions {result['attributions'] or 'none in force'}")
    foot(sheet, answer)
    return sheet


def tagged(sheet: Sheet, result: Row, noun: str, rest: str = "--limit 0 shows all") -> None:
    """The part of a page that shows the tags of what it is about; left out where there are none.

    ``rest``: what shows those that are cut.
    """
    if not result["tags_found"]:
        return
    conflict = "; they name different holders (conflict)" if result["conflict"] else ""
    sheet.heading(f"tags: who is said to hold {noun}{conflict}")
    sheet.table(
        (Column("label"), Column("actor"), Column("kind"), Column("confidence"), Column("through"),
         Column("derived"), Column("source"), Column("file:line"), identity("address")),
        [
            (row["label"], row["actor"] or ABSENT, _kind(row), confidence(row),
             f"{row['through']}", "derived" if row["derived"] else ABSENT, row["source"],
             f"{row['file']}:{row['line']}", row["address"])
            for row in result["tags"]
        ],
    )  # fmt: skip
    if len(result["tags"]) < result["tags_found"]:
        shown = f"{number(len(result['tags']))} of {number(result['tags_found'])} shown"
        sheet.line(f"tags: cut: {shown}; {rest}", "yellow")


def in_short(row: Row) -> list[str]:
    """The tags of one entity of many, in a cell."""
    names = [*dict.fromkeys(_name(each) for each in row["tags"])]
    more = row["tags_found"] - len(row["tags"])
    return [*names, *([f"and {more:,} more"] if more else []), *(["conflict"] if row["conflict"] else [])]


def _name(row: Row) -> str:
    known = [row["actor"]] if row["actor"] and row["actor"].casefold() != row["label"].casefold() else []
    told = ", ".join([*known, *(["derived"] if row["derived"] else [])])
    return f"{row['label']} ({told})" if told else str(row["label"])


def any_tags(rows: Iterable[Row]) -> bool:
    """Whether a page needs a column of tags."""
    return any(row["tags_found"] for row in rows)


def imported(ledger: Ledger, packs: Sequence[Pack], brought: Sequence[Imported]) -> dict[str, Any]:
    """What an import did, as plain values for JSON."""
    from clew.analysis.attribution import attributions_of, snapshot_of
    from clew.analysis.tags import import_row
    from clew.schema import NO_ADDRESS

    attributions = attributions_of(ledger)
    placed = attributions.placed(ledger)
    rows = []
    for each in brought:
        own = placed.ids[placed.imports == each.stated.number]
        rows.append(
            {
                **import_row(each.stated),
                "is_new": each.is_new,
                "not_on_chain": int((own == NO_ADDRESS).sum()),
            }
        )
    return {
        "imports": rows,
        "findings": _findings(packs),
        "attributions": attributions.digest,
        "snapshot": snapshot_of(ledger),
    }


def _findings(packs: Sequence[Pack]) -> list[dict[str, Any]]:
    return [
        {"file": each.file, "line": each.line, "kind": each.kind, "text": each.text}
        for pack in packs
        for each in pack.findings
    ]


def import_sheet(answer: Row) -> Sheet:
    """What an import did, for people."""
    sheet = Sheet()
    new = [row for row in answer["imports"] if row["is_new"]]
    again = len(answer["imports"]) - len(new)
    said = f"; {plural(again, 'file')} in force already, not imported again" if again else ""
    sheet.line(f"imported {plural(len(new), 'file')}{said}", "bold")
    sheet.table(
        (Column("import"), Column("format"), count("tags"), count("not on this chain"), count("actors"),
         count("concepts"), count("left out"), count("of other networks"), Column("file"), Column("state")),
        [
            (row["import"], row["format"], number(row["tags"]), number(row["not_on_chain"]),
             number(row["actors"]), number(row["concepts"]), number(row["left_out"]),
             number(sum(each["tags"] for each in row["other_networks"])), row["file"],
             "new" if row["is_new"] else f"already imported {row['time']}")
            for row in answer["imports"]
        ],
    )  # fmt: skip
    _show_findings(sheet, answer["findings"])
    sheet.line(f"attributions {answer['attributions']}")
    sheet.line(f"snapshot {answer['snapshot']}", "dim")
    return sheet


def _show_findings(sheet: Sheet, findings: Sequence[Row]) -> None:
    if findings:
        sheet.heading("what was found")
        for each in findings:
            sheet.prose(f"{each['file']}:{each['line']}: {each['text']}")
        sheet.line()


def checked(packs: Sequence[Pack]) -> dict[str, Any]:
    """What a check found, as plain values for JSON."""
    from clew.reference.tags import FAULTS

    findings = _findings(packs)
    return {
        "files": [
            {
                "file": pack.file,
                "format": pack.format or None,
                "tags": len(pack.tags),
                "derived": sum(tag.is_derived for tag in pack.tags),
                "actors": len(pack.actors),
                "concepts": len(pack.concepts),
                "other_networks": [
                    {"network": name, "tags": tags} for name, tags in sorted(pack.other_networks.items())
                ],
            }
            for pack in packs
        ],
        "faults": sum(each["kind"] in FAULTS for each in findings),
        "findings": findings,
        "status": "complete" if findings else "none found",
        "shown": len(findings),
        "found": len(findings),
    }


def check_sheet(answer: Row) -> Sheet:
    """What a check found, for people."""
    sheet = Sheet()
    faults = plural(answer["faults"], "fault") if answer["faults"] else "no fault"
    sheet.line(f"checked {plural(len(answer['files']), 'file')}: {faults}", "bold")
    sheet.table(
        (Column("format"), count("tags"), count("derived"), count("actors"), count("concepts"),
         count("of other networks"), Column("file")),
        [
            (row["format"] or ABSENT, number(row["tags"]), number(row["derived"]), number(row["actors"]),
             number(row["concepts"]), number(sum(each["tags"] for each in row["other_networks"])),
             row["file"])
            for row in answer["files"]
        ],
    )  # fmt: skip
    _show_findings(sheet, answer["findings"])
    return sheet


def withdrawn_sheet(answer: Row) -> Sheet:
    """That an import was withdrawn, for people."""
    sheet = Sheet()
    sheet.line(f"withdrew {answer['import']} ({answer['file']}, {plural(answer['tags'], 'tag')})", "bold")
    sheet.line(f"snapshot {answer['snapshot']}", "dim")
    return sheet
