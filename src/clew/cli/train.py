"""``clew train``: a model of change from truth of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.sheet import Column, Sheet, show_json
from clew.cli.units import number
from clew.errors import UsageError


@click.command(short_help="Train a model of change on truth of your own.")
@click.option(
    "-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path), help="The model's file."
)
@click.option(
    "--truth",
    "truths",
    metavar="DIR LEDGER",
    type=(click.Path(path_type=Path), click.Path(path_type=Path)),
    multiple=True,
    help="An economy whose truth is known, and the ledger made of its blocks; give several.",
)
@click.option(
    "--revealed",
    "revealed",
    metavar="LEDGER",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A ledger: learn from change that multi-input reveals later on it.",
)
@click.option(
    "--unweighted", is_flag=True, help="With --revealed: do not make up for wallets that merge little."
)
@click.option(
    "--trees",
    metavar="N",
    type=options.Whole(1, 10_000),
    default=80,
    show_default=True,
    help="How many trees.",
)
@click.option(
    "--leaves",
    metavar="N",
    type=options.Whole(2, 1_000),
    default=31,
    show_default=True,
    help="Leaves of each.",
)
@click.option(
    "--seed",
    metavar="N",
    type=options.Whole(0, 2**31 - 1),
    default=1,
    show_default=True,
    help="For LightGBM.",
)
@options.as_json
def train(
    output: Path,
    truths: tuple[tuple[Path, Path], ...],
    revealed: tuple[Path, ...],
    unweighted: bool,
    trees: int,
    leaves: int,
    seed: int,
    as_json: bool,
) -> None:
    """Train a model of change on truth of your own, for clew cluster extended --model FILE.

    Truth is that of simulated economies (clew simulate economy), or change that multi-input reveals on
    a real ledger: of a transaction's outputs one is later spent together with coins of who paid, and
    no other is. What is revealed favours wallets that merge their coins; each output is weighted by how
    seldom such outputs are revealed, which makes up for a part of that.

    The chances that the model states are those that were right for worlds and wallet software left out
    of training. The same truth, options and versions give the same file.

    Needs the package lightgbm: pip install "clew[model]"; with --truth also pyarrow.

    \b
    Examples:
      clew train -o model.json --truth ./economy ./economy-ledger
      clew train -o mine.json --revealed ./ledger --json
      clew cluster extended --model mine.json --ledger ./ledger
    """
    if not truths and not revealed:
        raise UsageError(
            "expected truth to learn from: --truth DIR LEDGER, or --revealed LEDGER; found neither"
        )
    if output.is_dir():
        raise UsageError(f"{output}: expected a file to write, found a folder; name a file")
    from clew.training import sample, train
    from clew.training.fit import Recipe, lightgbm
    from clew.training.revealed import from_revealed

    lightgbm()
    samples = [sample.from_truth(folder, ledger) for folder, ledger in truths]
    samples += [from_revealed(ledger, weighted=not unweighted) for ledger in revealed]
    with Display() as display:
        done = train.train(samples, Recipe(trees, leaves, seed=seed), progress=display)
    train.write(output, done.model)
    if as_json:
        show_json(
            {
                "file": str(output),
                "digest": done.model.digest,
                "recipe": done.model.recipe,
                "folds": done.folds,
                "curve": done.curve,
            }
        )
        return
    _sheet(output, done).show()


def _sheet(output: Path, done: Any) -> Sheet:
    sheet = Sheet()
    sheet.line(f"{output}: a model of change, digest {done.model.digest}", "bold")
    for each in done.model.recipe["samples"]:
        sheet.facts([("learned from", f"{each['source']}: {number(each['clear'])} outputs")])
    sheet.table(
        [Column("left out"), Column("outputs", right=True), Column("log loss", right=True)]
        + [Column(name, right=True) for name in ("base rate's", "0.99 or more", "right", "at least")],
        [_row(each) for each in done.folds],
    )
    return sheet


def _row(each: dict[str, Any]) -> tuple[str, ...]:
    lower = each["high_lower"]
    return (
        f"{each['kind']} {each['left_out']}",
        number(each["outputs"]),
        f"{each['log_loss']:.4f}",
        f"{each['base_loss']:.4f}",
        number(each["high"]),
        number(each["high_right"]),
        "none" if lower is None else f"{lower:.4f}",
    )
