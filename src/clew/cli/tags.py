"""``clew tags``: who is said to hold an address, brought in, checked, listed and withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.bitcoin.networks import NETWORKS
from clew.cli import options
from clew.cli.pages import attribution
from clew.cli.progress import Display
from clew.cli.questions import ask, lines_for, show
from clew.cli.sheet import show_json
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.interop.tagcsv import Form
    from clew.reference.tags import Pack


@dataclass(frozen=True)
class _Step:
    """How many files are read."""

    done: int
    total: int
    stage: str = "files"
    unit: str = "files"
    height: int | None = None


def _pairs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """``FIELD=VALUE`` as given, each field once. Raises click.BadParameter."""
    found: dict[str, str] = {}
    for text in values:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.BadParameter(f"expected FIELD=VALUE, as in label=Name, found {text!r}")
        if name.strip() in found:
            raise click.BadParameter(f"{name.strip()} is given twice; give it once")
        found[name.strip()] = value.strip()
    return found


def _files(command: options.Command) -> options.Command:
    return click.argument(
        "paths", metavar="FILE|DIR...", nargs=-1, required=True, type=click.Path(path_type=Path)
    )(command)


def _form(command: options.Command) -> options.Command:
    """How tables are read."""
    for option, name, metavar, text in (
        (
            "--set",
            "stated",
            "FIELD=TEXT",
            "CSV, lists: what holds for every row, as in source=URL. Repeat it.",
        ),
        ("--map", "mapped", "FIELD=COLUMN", "CSV: the column of a field, as in address=Wallet. Repeat it."),
    ):
        command = click.option(option, name, metavar=metavar, multiple=True, callback=_pairs, help=text)(
            command
        )
    command = click.option("--delimiter", metavar="CHAR", help="CSV: what stands between cells.")(command)
    return click.option(
        "--encoding", metavar="NAME", help="CSV: as in cp1252. Without it: UTF-8, else cp1252."
    )(command)


def _as_form(
    mapped: dict[str, str], stated: dict[str, str], delimiter: str | None, encoding: str | None
) -> Form:
    from clew.interop.tagcsv import Form

    return Form(mapped, stated, "\t" if delimiter in ("\\t", "tab") else delimiter, encoding)


def _packs(paths: Sequence[Path], network: str | None, form: Form, words: Sequence[str] = ()) -> list[Pack]:
    from clew.interop import packs
    from clew.interop.subjects import Subjects

    files = packs.find(paths)
    with Display() as display:

        def step(done: int, total: int) -> None:
            display(_Step(done, total))

        return packs.read(files, Subjects(NETWORKS[network] if network else None), form, words, step)


@click.group(short_help="Who is said to hold an address: tags and their sources.")
def tags() -> None:
    """Bring in, check, list and withdraw tags: what others say about who holds an address.

    Tags are kept beside the ledger, in its folder, with their source, time and file. They change no
    entity: they are shown with it, side by side, also where they contradict each other.

    \b
    Examples:
      clew tags check packs/
      clew tags import packs/
      clew tags list 1Archive1n2C579dMsAu3iC6tWzuQJz8dN
      clew tags sources
    """


@tags.command("import", short_help="Bring in TagPacks, actor packs, the OFAC list, CSV.")
@_files
@options.ledger
@_form
@click.option("--skip-bad", is_flag=True, help="Import what is good, and list what is not.")
@click.option("--strict", is_flag=True, help="Refuse a file for a mistyped address too.")
@options.as_json
def import_(
    paths: tuple[Path, ...],
    ledger: Path,
    mapped: dict[str, str],
    stated: dict[str, str],
    delimiter: str | None,
    encoding: str | None,
    skip_bad: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Import files of tags, and those in folders: all of them, or none.

    GraphSense TagPacks and actor packs (YAML), the OFAC list (JSON, sdn.csv, sdnlist.txt), tables of
    tags (CSV) and vocabularies of concepts. Of a file with several networks, only tags of this
    ledger's are used; the others are counted. A tag on an address that the chain has not seen is
    kept, and found once the chain has it.

    A file with bad YAML, an unknown concept or confidence, or a tag without label or source is
    refused, with its line. A row whose address is mistyped is left out and said. A file that is
    already in force is not imported again.

    \b
    Examples:
      clew tags import packs/exchanges.yaml packs/actors.actorpack.yaml
      clew tags import list.csv --map address=Wallet --map label=Name --set source=https://example.org
      clew tags import packs/ --skip-bad --json
    """
    from clew.analysis.attribution import attributions_of
    from clew.interop.imports import bring_in, refuse, refused
    from clew.ledger.ledger import open_ledger

    opened = open_ledger(ledger)
    attributions = attributions_of(opened)
    words = [concept.id for _, concept in attributions.store.concepts()]
    read = _packs(paths, opened.network.name, _as_form(mapped, stated, delimiter, encoding), words)
    if found := refused(read, skip_bad=skip_bad, strict=strict):
        refuse(found)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    imported = bring_in(attributions, read, now)
    answer = attribution.imported(open_ledger(ledger), read, imported)
    if as_json:
        show_json(answer)
    else:
        attribution.import_sheet(answer).show()


@tags.command("check", short_help="Say what is wrong with files of tags, and where.")
@_files
@_form
@click.option(
    "--network",
    metavar="NAME",
    type=click.Choice(tuple(NETWORKS)),
    help="Judge addresses for this network. Without it: for any network of a tag's currency.",
)
@click.option(
    "--for-export",
    is_flag=True,
    help="Also refuse what seems to name a natural person: for packs that are given to others.",
)
@options.as_json
def check(
    paths: tuple[Path, ...],
    mapped: dict[str, str],
    stated: dict[str, str],
    delimiter: str | None,
    encoding: str | None,
    network: str | None,
    for_export: bool,
    as_json: bool,
) -> None:
    """Check files of tags, and those in folders, without a ledger; each finding with file and line.

    Ends with exit code 2 where anything is wrong: bad YAML, unknown fields, concepts or confidence,
    a missing label or source, a wrong checksum, a tag that is there twice.

    With --for-export also where a tag seems to speak of a natural person: concepts such as victim or
    donation; labels formed like a name, e-mail addresses, telephone numbers, names of accounts; words
    of donations, politics, religion and health. No rule finds all names: read the pack as well.

    \b
    Examples:
      clew tags check packs/
      clew tags check packs/ours.yaml --for-export
      clew tags check list.csv --map address=Wallet --map label=Name --set source=me --json
    """
    from dataclasses import replace

    from clew.reference import persons
    from clew.reference.tags import FAULTS

    read = _packs(paths, network, _as_form(mapped, stated, delimiter, encoding))
    if for_export:
        read = [replace(pack, findings=(*pack.findings, *persons.of_pack(pack))) for pack in read]
    answer = attribution.checked(read)
    if as_json:
        show_json(answer)
    else:
        attribution.check_sheet(answer).show()
    faults = [each for pack in read for each in pack.findings if each.kind in FAULTS]
    if faults:
        more = f"; and {len(faults) - 1:,} more" if len(faults) > 1 else ""
        raise UsageError(f"{faults[0]}{more}")


@tags.command("list", short_help="The tags in force, or those on an address.")
@click.argument("addresses", metavar="[ADDR...]", nargs=-1)
@options.ledger
@options.paging
@options.as_json
def list_(addresses: tuple[str, ...], ledger: Path, limit: int, offset: int, as_json: bool) -> None:
    """List the tags in force, each with where it comes from; of ADDR those on these addresses.

    An address need not be on the chain. Tags that contradict each other stand side by side.

    \b
    Examples:
      clew tags list
      clew tags list 1Archive1n2C579dMsAu3iC6tWzuQJz8dN --json
      cat addresses.txt | clew tags list -
    """
    answer = ask(ledger).tags(addresses, lines=lines_for(addresses), limit=limit, offset=offset)
    show(answer, as_json)


@tags.command(short_help="What was imported, when, and from which file.")
@options.ledger
@options.as_json
def sources(ledger: Path, as_json: bool) -> None:
    """List every import of tags, also those withdrawn, in the order of time.

    \b
    Examples:
      clew tags sources
      clew tags sources --json
    """
    show(ask(ledger).tag_sources(), as_json)


@tags.command(short_help="Let an import count no longer.")
@click.argument("import_id", metavar="IMPORT")
@options.ledger
@click.option("--reason", metavar="TEXT", help="Why; it is kept with the withdrawal.")
@options.as_json
def withdraw(import_id: str, ledger: Path, reason: str | None, as_json: bool) -> None:
    """Withdraw an import, named by its id or the beginning of it; nothing is deleted.

    The withdrawal is noted with its time. The file can be imported again.

    \b
    Examples:
      clew tags withdraw 3f9c2a1b7d04
      clew tags withdraw 3f9c2a1b7d04 --reason "withdrawn by its maker" --json
    """
    from clew.analysis.attribution import attributions_of, snapshot_of
    from clew.ledger.ledger import open_ledger

    attributions = attributions_of(open_ledger(ledger))
    found = attributions.find(import_id)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    attributions.store.withdraw(found.number, now, reason)
    answer: dict[str, Any] = {
        "import": found.id,
        "file": found.file,
        "tags": found.tags,
        "withdrawn": now,
        "reason": reason,
        "snapshot": snapshot_of(open_ledger(ledger)),
    }
    if as_json:
        show_json(answer)
    else:
        attribution.withdrawn_sheet(answer).show()


__all__ = ["tags"]
