"""``clew simulate economy``: an economy whose truth is known, as block files and tables."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.sheet import Sheet, show_json
from clew.cli.units import btc, duration, number, plural
from clew.cli.units import size as as_size
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.simulate.economy.make import Made
    from clew.simulate.worlds.model import World

ERA = "2015"
"""The era of the case."""


@click.command(short_help="An economy whose truth is known: people, exchanges, a service.")
@click.option(
    "--era", metavar="YEAR", help=f"Which era: 2012, 2015 (to 2018), 2021 or 2025.  [default: {ERA}]"
)
@click.option(
    "--world", metavar="NAME|FILE", help="Another world of clew simulate worlds, or a file of one's own."
)
@click.option(
    "--seed",
    metavar="N",
    type=options.Whole(0),
    default=1,
    show_default=True,
    help="Which economy; the same number, world and sizes give the same bytes.",
)
@click.option(
    "--blocks",
    metavar="B",
    type=options.Whole(0),
    default=2_000,
    show_default=True,
    help="How many blocks the world's years are divided into.",
)
@click.option(
    "--people", metavar="N", type=options.Whole(0), help="How many people; daily rates shrink or grow too."
)
@click.option("--payments", metavar="N", type=options.Whole(0), help="How many payments the service takes.")
@click.option("--payers", metavar="N", type=options.Whole(0), help="How many people pay them.")
@click.option(
    "--accounts", metavar="N", type=options.Whole(0), help="How many accounts at the service nobody pays."
)
@options.folder_to_make("economy")
@click.option("--signed", is_flag=True, help="Real keys and signatures, which a node accepts. Takes longer.")
@click.option("--plain", is_flag=True, help="Do not obfuscate: write a key of zeros to xor.dat.")
@options.as_json
def economy(
    era: str | None,
    world: str | None,
    seed: int,
    blocks: int,
    people: int | None,
    payments: int | None,
    payers: int | None,
    accounts: int | None,
    folder: Path,
    signed: bool,
    plain: bool,
    as_json: bool,
) -> None:
    """Make an economy, with the truth about it.

    People with wallets of many kinds, exchanges, merchants, miners; a service with an address for
    each account, whoever pays it and by which way, innocent look-alikes, and an operator who hides
    what he takes. Its blocks (regtest) are written as a node writes them, with undo files. Beside
    them lie truth/ (who owned each address, why each payment was made), prices.csv, tagpacks/ (what
    an investigator knows at the start) and a README.

    Needs the packages pyarrow, pydantic and pyyaml: pip install "clew[simulate]"; --signed needs
    coincurve: pip install "clew[signed]".

    \b
    Examples:
      clew simulate economy -o ./economy
      clew simulate economy --era 2021 --seed 7 --blocks 3000 -o ./economy-2021
      clew simulate economy --world mine.yaml --people 500 --signed -o ./mine --json
    """
    from clew.simulate.economy.make import Size, make

    where = chosen(era, world)
    size = Size(blocks=blocks, people=people, payments=payments, payers=payers, accounts=accounts)
    started = time.perf_counter()
    with Display() as display:
        made = make(folder, where, seed=seed, size=size, signed=signed, obfuscated=not plain, tell=display)
    seconds = time.perf_counter() - started
    if as_json:
        show_json(
            {**made.as_dict(), "folder": str(folder), "seed": seed, "signed": signed, "seconds": seconds}
        )
    else:
        _sheet(made, folder, seconds).show()


def chosen(era: str | None, world: str | None) -> World:
    """The world that was asked for. Raises UsageError for two, or one that is not there."""
    from clew.simulate.worlds.load import ERAS, load

    if era is not None and world is not None:
        raise UsageError(f"expected --era or --world, found both: {era} and {world}; give one of them")
    if world is not None:
        return load(world)
    if era is not None and era not in ERAS:
        raise UsageError(
            f"expected an era ({', '.join(ERAS)}), found {era!r}; clew simulate worlds lists worlds of each"
        )
    return load(era or ERA)


def _sheet(made: Made, folder: Path, seconds: float) -> Sheet:
    sheet = Sheet()
    known: dict[str, Any] = made.as_dict()
    what = f"{plural(known['files'], 'file')}, {plural(known['blocks'], 'block')}"
    sheet.line(f"{folder}: {as_size(known['bytes'])} in {what}", "bold")
    rate = known["transactions"] / seconds if seconds else 0.0
    sheet.facts(
        [
            ("world", known["world"]),
            ("made in", f"{duration(seconds)}, {rate:,.0f} transactions/s"),
            ("transactions", number(known["transactions"])),
            ("inputs", number(known["inputs"])),
            ("outputs", number(known["outputs"])),
            ("addresses", number(known["addresses"])),
            ("actors", number(known["actors"])),
        ]
    )
    service = known["service"]
    sheet.heading("the service")
    sheet.facts(
        [
            ("accounts", number(service["accounts_given"])),
            ("of these paid", number(service["accounts_paid"])),
            ("payments", f"{number(service['payments'])} from outside, {btc(service['received'])} BTC"),
            ("known at the start", service["seed_addresses"][0] if service["seed_addresses"] else "nothing"),
        ]
    )
    return sheet
