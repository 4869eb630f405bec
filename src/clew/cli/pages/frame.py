"""What the pages share: the first line, how much of a list is shown, and the foot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from clew.analysis.answer import COMPLETE, CUT, NONE_FOUND
from clew.cli.units import number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.sheet import Sheet

Row = Mapping[str, Any]


def lower_bound(sheet: Sheet, entities: Iterable[Row]) -> None:
    """The first line about entities, and one line for each of them."""
    known = list(entities)
    addresses = sum(entity["size"] for entity in known)
    bound = f"lower bound: {plural(addresses, 'address', 'addresses')}"
    if len(known) > 1:
        joined = "that no rule joins, taken together because you named them"
        bound = f"{number(len(known))} entities {joined}; {bound}"
    sheet.prose(bound, "bold")
    for entity in known:
        size = plural(entity["size"], "address", "addresses")
        sheet.line(f"entity {entity['entity']}: {size}, the first of them {entity['address']}{_said(entity)}")


def _said(entity: Row) -> str:
    """The labels of an entity's tags, after its first address."""
    labels = dict.fromkeys(tag["label"] for tag in entity["tags"])
    conflict = " (conflict)" if entity["conflict"] else ""
    return f"; tagged {', '.join(labels)}{conflict}" if labels else ""


def extent(sheet: Sheet, answer: Answer, noun: str, listed: Row | None = None) -> None:
    """Say in words how much of a list is shown, unless it is all there.

    ``listed`` says it of one list of several; without it the answer has one list.
    """
    listed = answer.result if listed is None else listed
    status = listed["status"]
    if status == NONE_FOUND:
        sheet.line(f"{noun}: none found")
    elif status == CUT:
        sheet.line(f"{noun}: cut: {_part(listed, answer.parameters.get('offset', 0))}", "yellow")
    elif status != COMPLETE:
        reason = f" ({listed['reason']})" if listed.get("reason") else ""
        sheet.line(f"{noun}: {status}{reason}", "yellow")


def _part(listed: Row, before: int) -> str:
    shown, found = listed["shown"], number(listed["found"])
    if not before:
        return f"{number(shown)} of {found} shown; --limit 0 shows all"
    if not shown:
        return f"none shown; --offset {before} leaves out all {found}"
    return f"rows {number(before + 1)} to {number(before + shown)} of {found} shown"


def foot(sheet: Sheet, answer: Answer) -> None:
    """Caveats, how often such answers are wrong, and the state of the ledger they were computed at."""
    sheet.line()
    for caveat in answer.caveats:
        sheet.prose(f"caveat: {caveat}", "dim")
    if answer.error_estimate:
        sheet.prose(f"error estimate: {answer.error_estimate}", "dim")
    tip = answer.ledger["tip"]
    sheet.line(f"{answer.ledger['network']}, tip {number(tip['height'])} {tip['hash']}", "dim")
    sheet.line(f"rules {answer.ledger['rule_set']}: {rules(answer.ledger['rules'])}", "dim")
    sheet.line(f"snapshot {answer.snapshot}", "dim")


def rules(known: Iterable[Row]) -> str:
    """Names and versions of the rules that entities rest on."""
    return ", ".join(f"{rule['name']} {rule['version']}" for rule in known) or "none"


def yes(flag: bool) -> str:
    """``yes`` or ``no``."""
    return "yes" if flag else "no"
