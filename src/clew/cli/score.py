"""``clew score``: how often a ledger's conclusions are wrong, where the truth is known."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.sheet import Column, show_json
from clew.cli.sheet import Sheet as Page
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.accuracy.score import Score
    from clew.accuracy.truth import Truth
    from clew.accuracy.validation import Validation
    from clew.accuracy.words import Sheet
    from clew.heuristics.registry import Heuristic
    from clew.ledger.ledger import Ledger

Tell = Callable[[str], None]


def truth_option(command: options.Command) -> options.Command:
    """``--truth``, once for each economy."""
    return click.option(
        "--truth",
        "truths",
        metavar="PATH",
        type=click.Path(path_type=Path),
        multiple=True,
        help="What is true: the folder of an economy, a CSV file of labels, a folder of them, or the word "
        "tags for the services that the ledger's tags name. Give it once for each ledger.",
    )(command)


def ledgers_option(command: options.Command) -> options.Command:
    """``--ledger``, once for each truth."""
    return click.option(
        "--ledger",
        "ledgers",
        metavar="DIR",
        type=click.Path(path_type=Path),
        multiple=True,
        help="The ledger that a truth is about, in the order of truths. Without it: the variable "
        f"{options.LEDGER_VARIABLE}.",
    )(command)


def rank_option(command: options.Command) -> options.Command:
    """``--rank``: where the truth comes from."""
    return click.option(
        "--rank",
        metavar="N",
        type=options.Whole(1, 4),
        help="Where the truth comes from: 1 real labelled data, 2 emulators by others, 3 worlds by others, 4 "
        "our own worlds. Without it: 4 for an economy, 1 for labels. Economies made here are of rank 4.",
    )(command)


def rules_option(command: options.Command) -> options.Command:
    """``--rules``: files of rules of the user's own."""
    return click.option(
        "--rules",
        "files",
        metavar="FILE",
        type=click.Path(path_type=Path),
        multiple=True,
        help="A Python file of rules of your own, to be scored too.",
    )(command)


@click.command(short_help="How often conclusions are wrong, where the truth is known.")
@truth_option
@ledgers_option
@rank_option
@rules_option
@options.as_json
@click.pass_context
def score(
    context: click.Context,
    truths: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    rank: int | None,
    files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Compare what a ledger concludes with what is true of it: entities, change, coinjoins.

    The truth is that of a simulated economy whose blocks the ledger was made of, or labels of your own as
    CSV: address,owner[,wallet][,kind][,is_derived]; txid,vout,is_change; txid,is_coinjoin[,protocol]. A
    folder of such files is one truth. A label that was derived from a cluster confirms none: such rows are
    left out, and counted. The word tags stands for the tags that the ledger holds, of which the same is
    true. Every score states its rank. What the figures mean, and what they do not:
    docs/accuracy.md.

    \b
    Examples:
      clew score --truth ./economy --ledger ./ledger
      clew score --truth ./e1 --ledger ./l1 --truth ./e2 --ledger ./l2 --json
      clew score --truth seized.csv --ledger ./main --rank 1
      clew score --truth tags --ledger ./main
    """
    if not truths:
        raise UsageError("--truth: expected at least one, found none; name an economy's folder or a CSV file")
    pairs = paired(truths, named(context, ledgers))
    found = scored(pairs, rank, rules_of(files), say)
    if as_json:
        show_json(found.as_dict())
    else:
        page(found).show()


def say(text: str) -> None:
    """Say on a terminal what is being scored."""
    if sys.stderr is not None and sys.stderr.isatty():
        click.echo(text, err=True)


def named(context: click.Context, ledgers: tuple[Path, ...]) -> tuple[Path, ...]:
    """The ledgers that were named, after the command, before it, or by the variable."""
    if ledgers:
        return ledgers
    other = context.find_root().params.get("ledger") or os.environ.get(options.LEDGER_VARIABLE)
    return (Path(other),) if other else ()


def rules_of(files: Sequence[Path]) -> list[Heuristic]:
    """Every rule that comes with Clew, and those in files of the user's own, by name."""
    from clew.heuristics.files import load
    from clew.heuristics.shelf import shipped

    known = shipped()
    for path in files:
        known |= {rule.name: rule for rule in load(path)}
    return [known[name] for name in sorted(known)]


def paired(truths: Sequence[Path], ledgers: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Each truth beside its ledger. Raises UsageError where they do not pair."""
    if len(ledgers) != len(truths):
        raise UsageError(
            f"expected a ledger for each truth, found {len(ledgers)} for {len(truths)}; give --truth and "
            "--ledger in pairs, in the same order"
        )
    return list(zip(truths, ledgers, strict=True))


def scored(
    pairs: Sequence[tuple[Path, Path]], rank: int | None, rules: Sequence[Heuristic], tell: Tell
) -> Validation:
    """The scores of ledgers beside truths; see ``paired``."""
    from clew.accuracy.validation import Validation

    return Validation([one(*pair, rank, rules, tell) for pair in pairs])


def one(path: Path, ledger_path: Path, rank: int | None, rules: Sequence[Heuristic], tell: Tell) -> Score:
    """The score of one ledger beside one truth."""
    from clew.accuracy.divisions import divisions_of, models_of
    from clew.accuracy.score import score as score_of
    from clew.ledger.ledger import open_ledger

    ledger = open_ledger(ledger_path)
    try:
        truth = truth_of(path, ledger, rank)
        return score_of(ledger, truth, rules, list(divisions_of(ledger)), list(models_of(ledger)), tell)
    finally:
        ledger.close()


def truth_of(path: Path, ledger: Ledger, rank: int | None) -> Truth:
    """The truth at a path. Raises UsageError where it is none, or another chain's."""
    from clew.accuracy.economy import is_economy, read_economy
    from clew.accuracy.labels import read_labels
    from clew.accuracy.tagged import TAGS, read_tags
    from clew.accuracy.truth import OWN_WORLDS, REAL

    if str(path) == TAGS and not path.exists():
        return read_tags(ledger, rank or REAL)
    if path.is_dir() and (is_economy(path) or not any(path.glob("*.csv"))):
        return read_economy(path, ledger, rank or OWN_WORLDS)
    return read_labels(path, ledger, rank or REAL)


def page(found: Validation) -> Page:
    """What is shown of a validation."""
    from clew.accuracy.method import rank_sentence
    from clew.accuracy.tables import every

    shown = Page()
    shown.line(rank_sentence(found.rank), "bold")
    for sheet in every(found):
        _table(shown, sheet)
    shown.line()
    shown.prose(
        "The rate on the real chain is unknown. No figure here is the probability that a certain conclusion "
        "is wrong. What the figures mean: docs/accuracy.md.",
        "dim",
    )
    return shown


def _table(shown: Page, sheet: Sheet) -> None:
    from clew.accuracy.words import heading, is_number

    shown.heading(sheet.title)
    shown.prose(sheet.said, "dim")
    shown.table([Column(heading(each), right=is_number(each)) for each in sheet.heads], sheet.rows)


__all__ = ["score"]
