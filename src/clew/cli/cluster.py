"""``clew cluster``: entities of another set of rules, beside a ledger's own."""

from __future__ import annotations

from dataclasses import asdict, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.sheet import Column, Sheet, count, identity, show_json
from clew.cli.units import duration, number, plural
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.build.constrained import Labels
    from clew.build.sets import Clustering
    from clew.heuristics.rulesets import RuleSet
    from clew.ledger.ledger import Ledger

MILLION = 1_000_000


class Chance(click.types.FloatParamType):
    """A probability from 0 to 1, as millionths."""

    name = "probability"  # in the messages of click

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Millionths. Raises click.BadParameter for what is no number from 0 to 1 of six digits."""
        try:
            found = Decimal(str(value)) * MILLION
            whole = int(found)
        except (InvalidOperation, ValueError, OverflowError):
            self.fail(f"expected a number from 0 to 1, such as 0.99, found {value!r}", param, ctx)
        if not 0 <= found <= MILLION or found != whole:
            self.fail(f"expected a number from 0 to 1 of at most six digits, found {value}", param, ctx)
        return whole


@click.command(short_help="Entities of another set of rules, beside the ledger's own.")
@click.argument("name", metavar="[SET]", required=False)
@options.ledger
@click.option(
    "--rules",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A Python file of your own that defines rules, or a set of rules.",
)
@click.option(
    "--must-link",
    metavar="P",
    type=Chance(),
    help="Join an output with who paid where the model gives it at least this chance.  [default: 0.999]",
)
@click.option(
    "--cannot-link",
    metavar="P",
    type=Chance(),
    help="Never join them, not by other payments either, where it gives at most this.  [default: 0.01]",
)
@click.option(
    "--large",
    metavar="N",
    type=options.Whole(1),
    help="Do not join two entities that have so many addresses each.  [default: 1000]",
)
@click.option(
    "--model",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A model of change that clew train has made, instead of the one that comes with Clew.",
)
@click.option("--without-tags", is_flag=True, help="Do not let tags keep services apart.")
@click.option(
    "--without-tag",
    "left_out",
    metavar="TAG",
    multiple=True,
    help="Leave out a tag, as IMPORT:NUMBER, or all of an import, as IMPORT; clew tags list shows them. "
    "Repeat it.",
)
@click.option("--list", "as_list", is_flag=True, help="Build nothing: list the sets that the ledger holds.")
@click.option("--skipped", metavar="SET", help="Build nothing: list the links that this set skipped.")
@click.option("--remove", metavar="SET", help="Build nothing: remove this set from the ledger.")
@options.paging
@options.threads
@options.memory
@options.as_json
def cluster(
    name: str | None,
    ledger: Path,
    file: Path | None,
    must_link: int | None,
    cannot_link: int | None,
    large: int | None,
    model: Path | None,
    without_tags: bool,
    left_out: tuple[str, ...],
    as_list: bool,
    skipped: str | None,
    remove: str | None,
    limit: int,
    offset: int,
    threads: int | None,
    memory: float | None,
    as_json: bool,
) -> None:
    """Build the entities of another set of rules, beside the ledger's own.

    The ledger's own entities are those of strict: they are the default, and the only ones for exhibits.
    The set extended adds outputs that a model of change gives to who paid, within constraints: for
    leads. A question shows another set's entities with --rules SET.

    A file of your own may say RULESET = RuleSet("mine", linking=...). Without that, a transaction links
    its inputs where one of the file's rules of kind CONTROL says yes and it is no coinjoin; the set is
    called as the file is. The file is Python, and runs with your rights.

    A set holds for the tip at which it was built; build it again when the ledger has gone on. Stopped or
    failed, a run leaves the former one as it was.

    \b
    Examples:
      clew cluster extended --ledger ./ledger
      clew cluster extended --must-link 0.99 --cannot-link 0.01
      clew cluster extended --without-tag 1f2e3d4c:7
      clew cluster --skipped extended --limit 0 --json
      clew cluster --rules my_rule.py
      clew cluster --list --json
    """
    from clew.build import sets

    if sum((name is not None, file is not None, as_list, skipped is not None, remove is not None)) != 1:
        raise UsageError(
            "expected one of SET, --rules FILE, --list, --skipped SET and --remove SET; clew cluster --help"
        )
    if as_list:
        _show_list(ledger, as_json=as_json)
        return
    if skipped is not None:
        _show_skipped(ledger, skipped, limit, offset, as_json=as_json)
        return
    if remove is not None:
        sets.remove(ledger, remove)
        if as_json:
            show_json({"removed": remove})
        else:
            click.echo(f"{ledger}: the set {remove} is removed")
        return
    chosen = _chosen(name, file)
    changed: dict[str, Any] = {
        "must_link": must_link,
        "cannot_link": cannot_link,
        "large": large,
        "change": model,
    }
    chosen = replace(chosen, **{key: value for key, value in changed.items() if value is not None})
    if left_out and (without_tags or not chosen.change):
        why = "with --without-tags none is used" if without_tags else f"the set {chosen.name} uses none"
        raise UsageError(f"--without-tag: expected a set that tags keep apart, but {why}; leave it away")
    services = None if without_tags or not chosen.change else _services(ledger, left_out)
    with Display() as display:
        done = sets.cluster(
            ledger, chosen, services=services, memory=memory, threads=threads, progress=display
        )
    if as_json:
        show_json(asdict(done))
    else:
        _sheet(ledger, done).show()


def _chosen(name: str | None, file: Path | None) -> RuleSet:
    from clew.build.sets import named
    from clew.heuristics.files import load_set

    if file is not None:
        return load_set(file)
    assert name is not None
    return named(name)


def _services(ledger: Path, left_out: tuple[str, ...]) -> Labels:
    """The addresses of services, by the tags in force but those left out. Raises UsageError."""
    from clew.analysis.attribution import attributions_of
    from clew.build.constrained import Labels
    from clew.ledger.ledger import Ledger

    state = Ledger(ledger)
    found = attributions_of(state).services(state, without=left_out)
    return Labels(found.addresses, found.actors, found.digest)


def _show_list(ledger: Path, *, as_json: bool) -> None:
    from clew.ledger import sets
    from clew.ledger.ledger import Ledger

    state = Ledger(ledger)
    rows = [_strict(state)]
    for name in sets.names(state)[1:]:
        held = sets.read(ledger / sets.FOLDER / name)
        rows.append(
            {
                "name": name,
                "height": held.height,
                "tip": held.tip,
                "is_current": held.tip == state.tip.hash and held.ledger == state.rolling_digest,
                "for_exhibits": False,
                "entities": held.entities,
                "must_link": held.must_link if held.model else None,
                "cannot_link": held.cannot_link if held.model else None,
                "model": held.model or None,
                "rules": [{"name": rule.name, "version": rule.version} for rule in held.rules],
            }
        )
    if as_json:
        show_json({"sets": rows})
        return
    sheet = Sheet()
    sheet.line(f"{ledger}: sets of rules, block {number(state.tip.height)}", "bold")
    for row in rows:
        rules = ", ".join(f"{rule['name']} {rule['version']}" for rule in row["rules"])
        state_ = "at the tip" if row["is_current"] else f"of block {number(row['height'])}: build it again"
        use = "for exhibits" if row["for_exhibits"] else "for leads"
        sheet.facts([(row["name"], f"{number(row['entities'])} entities, {state_}, {use}: {rules}")])
    sheet.show()


def _show_skipped(ledger: Path, name: str, limit: int, offset: int, *, as_json: bool) -> None:
    from clew.analysis.skipped import skipped
    from clew.ledger.ledger import Ledger

    found = skipped(Ledger(ledger), name, limit=limit, offset=offset)
    if as_json:
        show_json(found)
        return
    sheet = Sheet()
    sheet.line(f"{ledger}: {plural(found['found'], 'link')} that the set {name} skipped or overruled", "bold")
    sheet.table(
        (count("block"), Column("reason"), Column("chance", right=True), identity("transaction"),
         identity("not joined, or overruled")),
        [
            (number(row["height"]), row["reason"], f"{row['chance']:g}", row["txid"], [row["a"], row["b"]])
            for row in found["skipped"]
        ],
    )  # fmt: skip
    if found["status"] == "cut":
        shown = f"{number(found['shown'])} of {number(found['found'])}, from row {number(offset + 1)} on"
        sheet.line(f"cut: {shown}; --limit 0 shows all", "yellow")
    sheet.show()


def _strict(state: Ledger) -> dict[str, Any]:
    return {
        "name": "strict",
        "height": state.tip.height,
        "tip": state.tip.hash,
        "is_current": True,
        "for_exhibits": True,
        "entities": state.counts["entities"],
        "must_link": None,
        "cannot_link": None,
        "model": None,
        "rules": [{"name": rule.name, "version": rule.version} for rule in state.manifest.rules],
    }


def _sheet(ledger: Path, done: Clustering) -> Sheet:
    from clew.schema import LARGE, OVERRULED, SKIP_REASONS

    sheet = Sheet()
    sheet.line(f"{ledger}: entities of {done.name}, block {number(done.height)}", "bold")
    facts = [
        ("addresses", number(done.addresses)),
        ("entities", f"{number(done.entities)}; of strict: {number(done.strict)}"),
        ("largest", plural(done.largest, "address", "addresses")),
    ]
    if done.model:
        bounds = (
            f"{done.must_link / MILLION:g} or more joins, {done.cannot_link / MILLION:g} or less keeps apart"
        )
        facts += [
            ("model of change", done.model),
            ("chance", bounds),
            ("links by change", number(done.links)),
        ]
        facts += [
            (f"skipped: {reason}", number(links))
            for reason, links in done.skipped.items()
            if reason != SKIP_REASONS[OVERRULED]
        ]
        # Nothing was skipped there: certain links had joined what the model would keep apart.
        facts.append(("cannot-links overruled", number(done.skipped[SKIP_REASONS[OVERRULED]])))
    facts.append(("time", duration(done.seconds)))
    sheet.facts(facts)
    if large := done.skipped.get(SKIP_REASONS[LARGE], 0):
        told = f"{plural(large, 'link')} would join two large entities each, and joined none"
        sheet.line(f"look at them: {told}; clew cluster --skipped {done.name} shows which", "yellow")
    sheet.prose("for leads, not for exhibits", "dim")
    return sheet
