"""``clew law register``: public proceedings by case number and role, watched to their end."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.lawful import DAY, Command, needs_extra
from clew.cli.pages import law_register as pages
from clew.cli.sheet import show_json
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.proceedings.days import Day

STATUSES = ("open", "under appeal", "final", "discontinued", "unknown")


def _file(command: Command) -> Command:
    return click.argument("register", metavar="REGISTER", type=click.Path(path_type=Path))(command)


def _who(command: Command) -> Command:
    """``--by`` and ``--on``: who enters it, and the day."""
    with_day = click.option(
        "--on", metavar="DATE", type=DAY, help="The day on which it is entered.  [default: today, UTC]"
    )(command)
    return click.option(
        "--by", metavar="ROLE", required=True, help="Who enters it: an office or a role, no name."
    )(with_day)


def day_of(on: Day | None) -> date:
    """The day given, else that of the clock (or of SOURCE_DATE_EPOCH)."""
    if on is None:
        return date.fromisoformat(options.made()[:10])
    if not on.is_exact:
        raise UsageError(f"--on: expected a whole day as in 2026-11-25, found {on}; give the day")
    return on.first


@click.group(short_help="Public proceedings by case number and role, watched to their end.")
def register() -> None:
    """Keep a register of public proceedings, by case number and role; nobody is named in it.

    The register is one file that is only added to: entries are corrected or withdrawn by later ones, and each
    carries the SHA-256 of the one before. Nothing from a court's order to disclose an offender's identity
    enters: it is refused, since to publish it again is an offence in Korea.

    \b
    Examples:
      clew law register new cases.jsonl
      clew law register add cases.jsonl new.csv --by "court watch desk"
      clew law register list cases.jsonl --overdue 2026-11-25
      clew law register verify cases.jsonl
    """


@register.command(short_help="Begin a register.")
@_file
@options.as_json
def new(register: Path, as_json: bool) -> None:
    """Begin an empty register; the file must not be there yet.

    \b
    Examples:
      clew law register new cases.jsonl
    """
    with needs_extra():
        from clew import law

        made = law.register(register, new=True)
        if as_json:
            show_json({"register": str(register), "head": made.head})
        else:
            click.echo(f"{register}: a register without proceedings, head {made.head}")


@register.command(short_help="Enter proceedings from CSV or YAML.")
@_file
@click.argument("file", metavar="FILE")
@_who
@options.as_json
def add(register: Path, file: str, by: str, on: Day | None, as_json: bool) -> None:
    """Enter the proceedings of FILE, all or none: a CSV, or YAML with a list under proceedings; - is YAML.

    Columns and keys are those that clew law register list --csv writes. A name, an age, an address or a
    nationality has no column and is refused. A sentence outside the statutory range is entered and shown.

    \b
    Examples:
      clew law register add cases.jsonl new.csv --by "court watch desk"
      clew law register add cases.jsonl - --by "court watch desk" --on 2026-11-25 < new.yaml
    """
    with needs_extra():
        from clew.proceedings.load import load_law
        from clew.proceedings.registry import register as kept
        from clew.proceedings.registry.entry import read_entries
        from clew.proceedings.registry.table import import_csv

        law = load_law()
        if file.lower().endswith(".csv"):
            found = import_csv(register, law, Path(file), by=by, when=day_of(on))
        else:
            found = kept.add(register, law, read_entries(file), by=by, when=day_of(on))
        pages.show_standing(found, law, as_json, said=f"{register}: entered")


@register.command(short_help="Say what is otherwise now, or was wrong.")
@_file
@click.argument("name", metavar="ID")
@click.option("--set", "changes", metavar="KEY=VALUE", multiple=True,
              help="A key and its value, as in status=final or sentence.imprisonment=18 months.")  # fmt: skip
@click.option("--unset", metavar="KEY", multiple=True, help="A key to take away; may be repeated.")
@click.option("--why", metavar="TEXT", required=True, help="Why; it is kept with the entry.")
@_who
@options.as_json
def correct(
    register: Path,
    name: str,
    changes: tuple[str, ...],
    unset: tuple[str, ...],
    why: str,
    by: str,
    on: Day | None,
    as_json: bool,
) -> None:
    """Enter what is otherwise now, or was wrong, of the proceeding ID. The earlier entry stays.

    \b
    Examples:
      clew law register correct cases.jsonl p1 --set status=final --unset next_date --by desk --why x
    """
    with needs_extra():
        from clew.proceedings.load import load_law
        from clew.proceedings.registry import register as kept

        law = load_law()
        said = _changes(kept.open_register(register).one(name).row(), changes, unset)
        found = kept.correct(register, law, name, said, by=by, when=day_of(on), why=why)
        pages.show_standing([found], law, as_json, said=f"{register}: corrected")


def _changes(old: dict[str, Any], changes: tuple[str, ...], unset: tuple[str, ...]) -> dict[str, Any]:
    """Keys and values as they were typed; ``a.b`` is b in a; a list is parted by semicolons."""
    said: dict[str, Any] = {}
    for text in changes:
        key, mark, value = text.partition("=")
        if not mark or not key:
            raise UsageError(f"--set: expected KEY=VALUE, found {text!r}; write it as in status=final")
        first, _, inner = key.partition(".")
        is_list = isinstance(old.get(first), list) or inner == "other"
        found: Any = [each.strip() for each in value.split(";")] if is_list else value
        if not inner and first == "person":
            found = int(value) if value.isdecimal() else value
        if inner:
            before = said.get(first, old.get(first)) or {}
            said[first] = {**{k: v for k, v in before.items() if v not in (None, [])}, inner: found}
        else:
            said[first] = found
    return {**said, **dict.fromkeys(unset)}


@register.command(short_help="Take a proceeding out, with the reason.")
@_file
@click.argument("name", metavar="ID")
@click.option("--why", metavar="TEXT", required=True, help="Why; it is kept with the entry.")
@_who
@options.as_json
def withdraw(register: Path, name: str, why: str, by: str, on: Day | None, as_json: bool) -> None:
    """Take the proceeding ID out of what is listed and counted; its entries stay in the file.

    \b
    Examples:
      clew law register withdraw cases.jsonl p1 --by desk --why "entered twice"
    """
    with needs_extra():
        from clew.proceedings.load import load_law
        from clew.proceedings.registry import register as kept

        found = kept.withdraw(register, name, by=by, when=day_of(on), why=why)
        pages.show_standing([found], load_law(), as_json, said=f"{register}: withdrawn")


@register.command("list", short_help="What stands in a register, by next date.")
@_file
@click.option("--status", type=click.Choice(STATUSES), help="Only proceedings of this status.")
@click.option("--jurisdiction", metavar="CC", help="Only those of this state, as in KR.")
@click.option("--before", metavar="DATE", type=DAY, help="Only those whose next date lies before this day.")
@click.option("--overdue", metavar="DATE", type=DAY,
              help="Only those not over whose next date has passed by then, or is missing.")  # fmt: skip
@click.option("--id", "name", metavar="ID", help="Every entry about one proceeding, the first one first.")
@click.option("--csv", "as_csv", is_flag=True, help="Write them as CSV, which register add reads.")
@options.as_json
def list_(
    register: Path,
    status: Any,
    jurisdiction: str | None,
    before: Day | None,
    overdue: Day | None,
    name: str | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List proceedings by next date: status, outcome, and the sentence beside the statutory range.

    \b
    Examples:
      clew law register list cases.jsonl
      clew law register list cases.jsonl --jurisdiction KR --status open --json
      clew law register list cases.jsonl --overdue 2026-11-25
      clew law register list cases.jsonl --csv > cases.csv
    """
    with needs_extra():
        from clew.proceedings.load import load_law
        from clew.proceedings.registry import register as kept
        from clew.proceedings.registry.table import to_csv

        opened = kept.open_register(register)
        if name is not None:
            pages.show_history(kept.history(opened, name), as_json)
            return
        found = kept.listed(
            opened,
            status=status,
            jurisdiction=jurisdiction,
            next_before=None if before is None else before.first,
        )
        if overdue is not None:
            late = {each.proceeding.id for each in kept.overdue(opened, overdue.first)}
            found = tuple(each for each in found if each.proceeding.id in late)
        if as_csv:
            if as_json:
                raise UsageError("expected --csv or --json, found both; give one of them")
            click.echo(to_csv(found), nl=False)
        else:
            pages.show_standing(found, load_law(), as_json, said=f"{register}:", head=opened.head)


@register.command(short_help="Is the chain whole, and nothing missing at its end?")
@_file
@click.option("--head", metavar="DIGEST", help="A head noted earlier, which must still be in it.")
@options.as_json
def verify(register: Path, head: str | None, as_json: bool) -> None:
    """Check every entry and its place in the chain; with --head also that nothing was cut off since.

    \b
    Examples:
      clew law register verify cases.jsonl
      clew law register verify cases.jsonl --head 3f9c2a1b7d04…
    """
    with needs_extra():
        from clew.proceedings.registry import register as kept
        from clew.proceedings.steps import row

        found = kept.verify(register, head=head)
        if as_json:
            show_json(row(found))
        else:
            for fault in found.faults:
                click.echo(fault)
            if not found.faults:
                click.echo(
                    f"{register}: whole: {found.entries} entries, {found.proceedings} proceedings, "
                    f"{found.withdrawn} withdrawn, head {found.head}"
                )
        if found.faults:
            raise UsageError(f"{register}: expected a whole chain, found it broken; restore it from a copy")


@register.command(short_help="Say that a release that was stopped was never public.")
@_file
@click.argument("release", metavar="DIGEST")
@click.option("--why", metavar="TEXT", required=True, help="Why; it is kept with the entry.")
@_who
@options.as_json
def forget(register: Path, release: str, why: str, by: str, on: Day | None, as_json: bool) -> None:
    """Take back the note of a release that was stopped before anybody saw it.

    DIGEST is what clew law publish printed as release, or the first eight or more of its digits. Never forget
    a release that was public: the next one would not be checked against it.

    \b
    Examples:
      clew law register forget cases.jsonl 71d11a736336 --by desk --why "stopped before it was public"
    """
    with needs_extra():
        from clew.proceedings.registry.register import open_register
        from clew.proceedings.registry.releases import forget_release, noted

        known = [each.digest for each in noted(open_register(register)) if each.digest.startswith(release)]
        if len(release) < 8 or len(known) != 1:
            raise UsageError(
                f"{register}: expected the first 8 or more digits of one release that is noted, found "
                f"{len(known)} for {release!r}; check it"
            )
        forget_release(register, known[0], by=by, when=day_of(on), why=why)
        if as_json:
            show_json({"register": str(register), "release": known[0], "head": open_register(register).head})
        else:
            click.echo(f"{register}: the release {known[0]} counts as never made")


__all__ = ["register"]
