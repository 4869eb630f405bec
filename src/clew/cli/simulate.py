"""``clew simulate``: block files that are made, not found."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.economy import economy
from clew.cli.progress import Display
from clew.cli.scenarios import scenario, scenarios
from clew.cli.sheet import Column, Sheet, count, show_json
from clew.cli.units import duration, number, plural
from clew.cli.units import size as as_size
from clew.cli.worlds import worlds

if TYPE_CHECKING:
    from clew.simulate.bulk import Composition

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
LEAST, MOST = 10**6, 10**13
MOST_THREADS = 1024


def _size(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """A number of bytes, such as 10GB or 500MB. Raises click.BadParameter for anything else."""
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,9})?)\s*([kKMGT]?B?)", value.strip())
    if found is None or found[2].upper() not in UNITS:
        raise click.BadParameter(f"expected a size such as 10GB or 500MB, found {value!r}")
    asked = round(float(found[1]) * UNITS[found[2].upper()])
    if not LEAST <= asked <= MOST:
        raise click.BadParameter(f"expected a size from 1MB to 10TB, found {value!r}")
    return asked


@click.group(short_help="Make block files: to measure on, and to learn from.")
def simulate() -> None:
    """Make the block files of a regtest chain.

    \b
    Examples:
      clew simulate bulk --size 10GB --seed 1 -o ./bulk
      clew simulate economy -o ./economy
      clew simulate worlds
      clew simulate scenario peeling-chain -o ./peeling
    """


for command in (economy, worlds, scenarios, scenario):
    simulate.add_command(command)


@simulate.command(short_help="A chain of any size, composed as the main chain is.")
@click.option("--size", metavar="SIZE", callback=_size, required=True, help="How much to make, such as 10GB.")
@click.option(
    "--seed",
    metavar="N",
    type=options.Whole(0),
    default=1,
    show_default=True,
    help="Which chain; the same number and size give the same bytes.",
)
@options.folder_to_make("bulk")
@click.option(
    "--recent",
    is_flag=True,
    help="Transactions of the last years alone: small, with many OP_RETURN outputs.",
)
@click.option("--plain", is_flag=True, help="Do not obfuscate: write a key of zeros to xor.dat.")
@click.option(
    "--threads",
    metavar="N",
    type=options.Whole(1, MOST_THREADS),
    help="How many threads to use, of which two are of use. The bytes are the same.",
)
@options.as_json
def bulk(
    size: int, seed: int, folder: Path, recent: bool, plain: bool, threads: int | None, as_json: bool
) -> None:
    """Make a regtest chain to measure on, as block files like a node's.

    Transactions follow the main chain's: sizes, inputs, outputs, script types by era, witnesses, age
    of what is spent, owners and reuse of addresses. Everything that clew index checks is right;
    signatures are filler. Says at the end what the chain is made of. A size is in bytes, kB, MB, GB or
    TB of a thousand each; the last block may pass it.

    \b
    Examples:
      clew simulate bulk --size 10GB --seed 1 -o ./bulk
      clew simulate bulk --size 500MB --recent -o ./recent --json
      clew index ./bulk --network regtest --ledger ./bulk-ledger
    """
    from clew.simulate.bulk import make

    started = time.perf_counter()
    with Display() as display:
        made = make(
            folder, size, seed=seed, recent=recent, obfuscated=not plain, threads=threads, progress=display
        )
    seconds = time.perf_counter() - started
    if as_json:
        show_json(
            {**made.as_dict(), "folder": str(folder), "seed": seed, "recent": recent, "seconds": seconds}
        )
    else:
        _sheet(made, folder, seconds).show()


def _sheet(made: Composition, folder: Path, seconds: float) -> Sheet:
    sheet = Sheet()
    what = f"{plural(made.files, 'file')}, {plural(made.blocks, 'block')}"
    sheet.line(f"{folder}: {as_size(made.size)} in {what}", "bold")
    rate = made.size / seconds / 1e6 if seconds else 0.0
    sheet.facts(
        [
            ("made in", f"{duration(seconds)}, {rate:,.0f} MB/s"),
            ("transactions", f"{number(made.transactions)}, {made.size / made.transactions:,.0f} bytes each"),
            ("inputs", f"{number(made.inputs)}, {made.inputs / made.transactions:.2f} a transaction"),
            ("outputs", f"{number(made.outputs)}, {made.outputs / made.transactions:.2f} a transaction"),
            ("unspent", f"{number(made.unspent)}, {_share(made.unspent, made.outputs)} of outputs"),
            ("addresses", f"{number(made.addresses)}, of {number(made.owners)} owners"),
            (
                "witnesses",
                f"{as_size(made.witness_bytes)}, {_share(made.witness_bytes, made.size)} of bytes",
            ),
            ("coinjoins", number(made.coinjoins)),
            ("most inputs of a block", number(made.most_inputs)),
        ]
    )
    sheet.heading("kinds")
    sheet.table((Column(""), count("outputs"), count("share"), count("inputs")), _kinds(made))
    sheet.heading("age of what is spent")
    sheet.table((Column("blocks"), count("inputs"), count("share")), _ages(made))
    return sheet


def _kinds(made: Composition) -> list[tuple[str, ...]]:
    return [
        (name, number(found), _share(found, made.outputs), number(made.input_kinds[name]))
        for name, found in made.output_kinds.items()
    ]


def _ages(made: Composition) -> list[tuple[str, ...]]:
    return [(name, number(found), _share(found, made.inputs)) for name, found in made.ages.items()]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
