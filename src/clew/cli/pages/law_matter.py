"""Pages of ``clew law`` about a matter: what can be charged, and what bars extradition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clew.cli.sheet import Column, Sheet, count
from clew.cli.units import ABSENT, number, plural

if TYPE_CHECKING:
    from clew.proceedings.aggregate import Aggregate
    from clew.proceedings.counts import CountExposure
    from clew.proceedings.exposure import Ceiling, Exposure, RequestExposure
    from clew.proceedings.extradition.table import Extradition
    from clew.proceedings.predicates import Predicate
    from clew.proceedings.steps import Reasoned
    from clew.proceedings.threatened import Threatened


def foot(sheet: Sheet, found: Reasoned, steps: bool = False) -> None:
    """Steps where they are asked for, assumptions, and what is unverified."""
    if steps:
        sheet.heading("steps")
        for at, step in enumerate(found.steps, 1):
            where = "; ".join(each for each in (step.provision, step.source) if each)
            doubt = "" if step.mark in (None, "read") else f", unverified: {_mark(step.mark)}"
            sheet.prose(f"{at}. {step.said}{f' [{where}{doubt}]' if where else ''}")
    if found.assumptions:
        sheet.heading("assumed")
        for text in found.assumptions:
            sheet.prose(f"- {text}")
    if found.unverified:
        sheet.heading(f"unverified: {plural(len(found.unverified), 'entry', 'entries')}")
        for text in found.unverified:
            sheet.prose(f"- {text}", "yellow")


def _mark(mark: str | None) -> str:
    return {"memory": "from memory", "inferred": "inferred"}.get(mark or "", "")


def exposure_sheet(found: Exposure | Threatened, steps: bool) -> Sheet:
    """Counts, ceilings, and what is hypothetical."""
    from clew.proceedings.exposure import Exposure

    sheet = Sheet()
    if isinstance(found, Exposure):
        sheet.line(f"matter {found.matter}: what the law threatens, by count", "bold")
        _counts(sheet, found.counts)
        sheet.heading("arithmetic ceilings, no forecast of any sentence")
        sheet.table(
            (Column("proceeding"), count("counts"), Column("sum of maxima"), Column("undetermined")),
            [
                (name, number(len(each.counts)), _total(each), ", ".join(each.undetermined) or ABSENT)
                for name, each in zip(found.proceedings, found.ceilings, strict=True)
            ],
        )
        for request in found.requests:
            _request(sheet, request)
    else:
        sheet.line("what the law threatens, by count", "bold")
        _counts(sheet, found.counts)
        sheet.line()
        sheet.facts([("arithmetic ceiling, no forecast", _total(found.ceiling))])
        if found.aggregate is not None:
            _aggregate(sheet, found.aggregate)
        predicates(sheet, found.predicates)
    foot(sheet, found, steps)
    return sheet


def _counts(sheet: Sheet, counts: Sequence[CountExposure]) -> None:
    sheet.table(
        (Column("count"), Column("provision"), Column("act from"), Column("to"), Column("minimum"),
         Column("maximum"), Column("fine"), Column("state"), Column("unverified")),
        [
            (each.count, each.provision or ABSENT, str(each.begins or ABSENT), str(each.ends or ABSENT),
             str(each.minimum or ABSENT), str(each.maximum or ABSENT), _fine(each), _state(each),
             doubtful(each))
            for each in counts
        ],
    )  # fmt: skip
    for each in counts:
        if each.state == "undetermined" and len(each.versions) > 1:
            for version in each.versions:
                ends = version.in_force_to or "the end of the book"
                sheet.prose(f"{each.count}: version from {version.in_force_from} to {ends}: {version}")


def doubtful(*found: Reasoned) -> str:
    """Whether something in a row was not read in a source; the list at the end says what."""
    return "in part" if any(each.unverified for each in found) else ABSENT


def _fine(each: CountExposure) -> str:
    parts = [] if each.fine is None else [str(each.fine)]
    if each.fine_times_value:
        parts.append(f"{each.fine_times_value} times the value")
    said = " or ".join(parts)
    return f"{each.fine_relation or ''} {said}".strip() if said else ABSENT


def _state(each: CountExposure) -> str:
    return each.state if each.reason is None else f"{each.state}: {each.reason}"


def _total(found: Ceiling) -> str:
    return str(found.total) if found.total is not None else "undetermined"


def _request(sheet: Sheet, found: RequestExposure) -> None:
    sheet.heading(f"request {found.request}: {found.requesting} asks {found.requested}")
    sheet.facts(
        [
            ("counts charged", number(len(found.counts_charged))),
            ("counts put to the court", f"{len(found.put_to_court)}: {', '.join(found.put_to_court)}"),
            ("confined by", found.confined_by or ""),
            (f"arithmetic ceiling of {', '.join(found.ceiling.counts)}, no forecast", _total(found.ceiling)),
        ]
    )
    if found.counterparts:
        sheet.line()
        sheet.line(f"counterparts in {found.requested}, as a person named them")
        _counts(sheet, found.counterparts)
    if found.aggregate is not None:
        _aggregate(sheet, found.aggregate)


def _aggregate(sheet: Sheet, found: Aggregate) -> None:
    from clew.proceedings.penalty import worded

    sheet.line()
    sheet.line(f"hypothetical maximum in {found.jurisdiction}, no forecast")
    several = plural(len(found.maxima), "concurrent offence")
    concurrent = "no statutory rule" if found.concurrent is None else worded(found.concurrent)
    sheet.facts(
        [
            ("if one comprehensive offence", worded(found.one_offence)),
            (f"if {several}", concurrent),
            ("before", found.before or ""),
        ]
    )


def predicates(sheet: Sheet, found: Sequence[Predicate]) -> None:
    """Which offences were predicates on the days asked for."""
    if not found:
        return
    sheet.heading("predicate offences on these days, by the list of the day")
    sheet.table(
        (Column("offence"), Column("from"), Column("to"), Column("state"), Column("by"),
         Column("unverified")),
        [
            (each.offence, str(each.begins), str(each.ends),
             f"{each.state}: {each.reason}" if each.reason else each.state, ", ".join(each.by) or ABSENT,
             "see below" if each.unverified else ABSENT)
            for each in found
        ],
    )  # fmt: skip
    doubts = dict.fromkeys(text for each in found for text in each.unverified)
    if doubts:
        sheet.heading(f"unverified in these: {plural(len(doubts), 'entry', 'entries')}")
        for text in doubts:
            sheet.prose(f"- {text}", "yellow")


def extradition_sheet(found: Extradition, only: str | None, steps: bool) -> Sheet:
    """The table of counts and grounds, or all grounds of one count."""
    sheet = Sheet()
    sheet.line(
        f"request {found.request}: {found.requesting} asks {found.requested}, made {found.made}", "bold"
    )
    refused = f"on grounds that are {found.refusal}" if found.refusal else ""
    if refused and any(text.startswith("Decision of") for text in found.unverified):
        refused += " (unverified in part: see below)"
    sheet.facts(
        [
            ("counts charged", number(len(found.counts_charged))),
            ("counts put to the court", number(len(found.counts_put_to_court))),
            ("confined by", found.confined_by or ""),
            ("confined because", found.confined_why or ""),
            ("refused", refused),
        ]
    )
    if only is None:
        _grounds(sheet, found)
        _thresholds(sheet, found)
    else:
        _one(sheet, found, only)
    sheet.heading("specialty")
    for text in found.specialty.said:
        sheet.prose(f"- {text}")
    for each in found.prevailing:
        sheet.heading(f"{each.title} prevails over {each.over_title}")
        for text in each.differences:
            sheet.prose(f"- {text}")
    foot(sheet, found, steps)
    return sheet


def _grounds(sheet: Sheet, found: Extradition) -> None:
    from clew.proceedings.extradition.rows import STATES, ground_rows

    for regime in dict.fromkeys(each.regime for each in found.rows):
        sheet.heading(f"grounds of {regime}, by count")
        sheet.table(
            (Column("ground"), Column("title"), Column("kind"), *(Column(state) for state in STATES),
             Column("flagged"), Column("decides"), Column("unverified")),
            [
                (row.ground.rule, row.ground.title, row.ground.kind,
                 *(row.counts(state, " (threshold)") for state in STATES),
                 row.flagged, ", ".join(row.ground.decides), doubtful(*row.cells))
                for row in ground_rows(found.rows, regime)
            ],
        )  # fmt: skip


def _thresholds(sheet: Sheet, found: Extradition) -> None:
    from clew.proceedings.extradition.rows import written

    sheet.heading("threshold of dual criminality; whether conduct corresponds is for the court")
    keys = dict.fromkeys((each.regime, each.needs) for each in found.dual_criminality)
    sheet.table(
        (Column("by"), Column("needs"), Column("met"), Column("not met"), Column("undetermined")),
        [
            (regime, needs, *(
                written(each.number for each in found.dual_criminality
                        if each.regime == regime and each.state == state)
                for state in ("met", "not met", "undetermined")))
            for regime, needs in keys
        ],
    )  # fmt: skip


def _one(sheet: Sheet, found: Extradition, only: str) -> None:
    rows = [each for each in found.rows if each.count == only]
    put = "put to the court" if rows[0].put_to_court else "not put to the court"
    sheet.heading(f"count {rows[0].number} ({only}), {rows[0].charged}: {put}")
    for each in rows:
        sheet.line(f"{each.regime}, {each.rule} ({each.kind}): {each.said}", "bold")
        sheet.prose(f"  {each.title}")
        for text in each.why:
            sheet.prose(f"  - {text}")
