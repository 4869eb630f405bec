"""``clew rules``: which rules there are, and what each of them means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.sheet import Column, Sheet, count, identity, show_json
from clew.errors import NotFoundError

if TYPE_CHECKING:
    from clew.heuristics.registry import Heuristic


@click.command(short_help="The rules, and what each means.")
@click.argument("name", metavar="[NAME]", required=False)
@options.own_rules
@options.as_json
def rules(name: str | None, own_rules: Path | None, as_json: bool) -> None:
    """List the rules that come with Clew; or show one's documentation.

    A rule answers yes, no or unknown about a transaction, an output or an address. Its documentation says
    what each answer means, where the rule errs, and where it comes from. With --rules, the rules in a file of
    your own are listed; the file is Python, and runs with your rights.

    \b
    Examples:
      clew rules
      clew rules joinmarket
      clew rules --rules my_rule.py --json
    """
    found = _found(name, own_rules)
    if as_json:
        show_json({"rules": [described(rule) for rule in found]})
    elif name:
        _documentation(found[0]).show()
    else:
        _list(found).show()


def _found(name: str | None, own_rules: Path | None) -> list[Heuristic]:
    """The rules asked for, by name. Raises RuleError for a bad file, NotFoundError for an unknown name."""
    from clew.heuristics.files import load
    from clew.heuristics.shelf import shipped

    known = shipped()
    if own_rules:
        known = {rule.name: rule for rule in load(own_rules)}
    if name is None:
        return [known[each] for each in sorted(known)]
    if name not in known:
        raise NotFoundError(f"rule {name}: expected one of {', '.join(sorted(known))}; clew rules lists them")
    return [known[name]]


def described(rule: Heuristic) -> dict[str, Any]:
    """A rule as JSON shows it."""
    return {
        "name": rule.name,
        "version": rule.version,
        "about": rule.about,
        "source": rule.source,
        "kind": rule.kind,
        "says": first_sentence(rule.doc),
        "doc": rule.doc,
    }


def first_sentence(doc: str) -> str:
    """The first sentence of a documentation, on one line."""
    first = " ".join(doc.split("\n\n")[0].split())
    return first.partition(". ")[0].rstrip(".") + "."


def _list(found: list[Heuristic]) -> Sheet:
    sheet = Sheet()
    sheet.table(
        (identity("rule"), count("version"), Column("about"), Column("kind"), Column("says")),
        [(rule.name, f"{rule.version}", rule.about, rule.kind, first_sentence(rule.doc)) for rule in found],
    )
    return sheet


def _documentation(rule: Heuristic) -> Sheet:
    sheet = Sheet()
    sheet.line(f"{rule.name} {rule.version}", "bold")
    sheet.line(f"about {rule.about}, kind {rule.kind}")
    sheet.line(f"source {rule.source}", "dim")
    for paragraph in rule.doc.split("\n\n"):
        sheet.line()
        sheet.prose(" ".join(paragraph.split()))
    return sheet


__all__ = ["described", "first_sentence", "rules"]
