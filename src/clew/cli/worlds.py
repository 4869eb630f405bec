"""``clew simulate worlds``: what worlds there are, what one holds, and whether a file of one's own is one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.sheet import Column, Sheet, count, show_json
from clew.cli.units import number, plural
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.simulate.worlds.figures import Entry
    from clew.simulate.worlds.model import World

GUESS = "guess"
_WORLDS = (
    Column("world"), Column("era"), Column("span"), count("figures"), count("guesses"), Column("about")
)  # fmt: skip
_FIGURES = (Column("place"), Column("value"), Column("range"), Column("kind"), Column("source"))
_CUT = 60
"""Characters of a long value that a table shows."""


@click.command(short_help="The worlds that can be simulated, and their figures.")
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option(
    "--yaml",
    "as_yaml",
    is_flag=True,
    help="Write the whole world as YAML, with what it is based on put in: to start from.",
)
@click.option(
    "--check",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Say whether a file is a world; if not, what is wrong and on which line.",
)
@click.option(
    "--worst",
    "wanted",
    metavar="CONCLUSION",
    help="Draw worlds from the ranges of NAME (2015) and keep the one in which a conclusion is worst: "
    "addresses, accounts, payments, payers, received or cash-outs.",
)
@click.option(
    "--trials",
    metavar="N",
    type=options.Whole(1),
    default=20,
    show_default=True,
    help="How many worlds --worst draws; each takes some seconds.",
)
@click.option(
    "--seed", metavar="N", type=options.Whole(0), default=1, show_default=True, help="Which worlds it draws."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where --worst writes the worst world, for clew simulate economy --world.",
)
@options.paging
@options.as_json
def worlds(
    name: str | None,
    as_yaml: bool,
    check: Path | None,
    wanted: str | None,
    trials: int,
    seed: int,
    output: Path | None,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """List the worlds that come with clew; or one world's figures, each with its source.

    A world says how people, exchanges, miners and a service behave: data in a YAML file, in which
    each figure names the source that it comes from, or says that it is a guess. A file of one's own
    may be based on another world and say only what differs; docs/worlds.md tells how.

    --worst simulates and indexes an economy of each world that it draws, asks about the service, and
    compares the answers with the truth.

    Needs the packages pydantic and pyyaml: pip install "clew[simulate]".

    \b
    Examples:
      clew simulate worlds
      clew simulate worlds 2015 --limit 20
      clew simulate worlds 2015 --yaml > mine.yaml
      clew simulate worlds --check mine.yaml
      clew simulate worlds 2015 --worst payments --trials 50 -o worst.yaml
    """
    from clew.simulate.worlds.load import available, load

    _one_of(name, as_yaml, check, as_json)
    if wanted is not None:
        from clew.cli import worst

        if check is not None or as_yaml:
            raise UsageError("--worst: expected no --check and no --yaml with it, found one; leave it out")
        worst.conclusion(wanted)
        worst.show(load(name or "2015"), wanted, trials, seed, output, as_json)
        return
    if output is not None:
        raise UsageError("-o: expected --worst with it, found none; name a conclusion")
    if check is not None or name is None:
        found = [load(check)] if check is not None else [load(each) for each in available()]
        _overview(found, as_json, checked=check)
        return
    world = load(name)
    if as_yaml:
        from clew.simulate.worlds.write import text

        click.echo(text(world), nl=False)
    else:
        _figures(world, limit, offset, as_json)


def _one_of(name: str | None, as_yaml: bool, check: Path | None, as_json: bool) -> None:
    if check is not None and (name is not None or as_yaml):
        other = "--yaml" if as_yaml else name
        raise UsageError(f"--check: expected it alone, found {other} too; leave one out")
    if as_yaml and name is None:
        raise UsageError("--yaml: expected the name of a world, found none; clew simulate worlds lists them")
    if as_yaml and as_json:
        raise UsageError("expected --yaml or --json, found both; give one of them")


def _overview(found: list[World], as_json: bool, checked: Path | None) -> None:
    rows = [_summary(world) for world in found]
    if as_json:
        show_json({"worlds": rows})
        return
    sheet = Sheet()
    if checked is not None:
        row = rows[0]
        figures = f"{plural(row['figures'], 'figure')}, {number(row['guesses'])} of them guessed"
        sheet.line(f"{checked}: world {row['name']}, {row['start']} to {row['end']}, {figures}")
    else:
        sheet.table(_WORLDS, [_row(row) for row in rows])
    sheet.show()


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    span = f"{row['start']} to {row['end']}"
    return row["name"], row["era"], span, number(row["figures"]), number(row["guesses"]), row["about"]


def _summary(world: World) -> dict[str, Any]:
    from clew.simulate.worlds.model import entries

    cited = [_source(world, entry).kind for _, entry in entries(world)]
    return {
        "name": world.name,
        "era": world.era,
        "start": world.time.start.isoformat(),
        "end": world.time.end.isoformat(),
        "figures": len(cited),
        "guesses": cited.count(GUESS),
        "about": world.about,
    }


def _source(world: World, entry: Entry) -> Any:
    return world.sources[str(getattr(entry, "source", ""))]


def _figures(world: World, limit: int, offset: int, as_json: bool) -> None:
    from clew.simulate.worlds.model import entries

    every = list(entries(world))
    shown = every[offset : offset + limit] if limit else every[offset:]
    status = "complete" if len(shown) == len(every) else "cut"
    rows = [_described(world, where, entry) for where, entry in shown]
    if as_json:
        extent = {"status": status, "shown": len(rows), "found": len(every)}
        show_json({**_summary(world), "rows": rows, **extent})
        return
    sheet = Sheet()
    row = _summary(world)
    sheet.line(f"{world.name}: {world.about}", "bold")
    figures = f"{plural(row['figures'], 'figure')}, {number(row['guesses'])} of them guessed"
    sheet.line(f"{row['start']} to {row['end']}, {figures}")
    sheet.line()
    sheet.table(_FIGURES, [_figure_row(each) for each in rows])
    if status == "cut":
        whole = plural(len(every), "figure")
        sheet.line(f"{number(len(rows))} of {whole}, after the first {number(offset)}; --limit 0 shows all")
    sheet.show()


def _figure_row(row: dict[str, Any]) -> tuple[str, ...]:
    span = f"{_plain(row['low'])} to {_plain(row['high'])}" if row["low"] is not None else ""
    return row["place"], _short(row["value"]), span, row["kind"], row["title"]


def _short(value: Any) -> str:
    said = _plain(value)
    if isinstance(value, dict):
        said = ", ".join(f"{key}: {_plain(each)}" for key, each in value.items())
    return said if len(said) <= _CUT else said[: _CUT - 1] + "…"


def _plain(value: Any) -> str:
    from clew.simulate.worlds.figures import plain

    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return plain(value)


def _described(world: World, where: tuple[str, ...], entry: Entry) -> dict[str, Any]:
    source = _source(world, entry)
    dumped = entry.model_dump(mode="json", by_alias=True)
    dumped.pop("from")
    between = dumped.pop("between", None)
    low, high = between if isinstance(between, list) else (None, None)
    (value,) = dumped.values()
    return {
        "place": ".".join(where),
        "value": value,
        "low": low,
        "high": high,
        "source": str(getattr(entry, "source", "")),
        "kind": source.kind,
        "title": source.title,
        "where": source.where,
        "note": source.note,
    }


__all__ = ["worlds"]
