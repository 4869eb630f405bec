"""``clew validate``: economies made, indexed and scored, and a report on how often conclusions are wrong."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.origin_scores import coverages_of, origin_figures
from clew.cli.score import (
    ledgers_option,
    named,
    one,
    page,
    paired,
    rank_option,
    rules_of,
    rules_option,
    say,
    truth_option,
)
from clew.cli.sheet import show_json
from clew.cli.units import duration, plural, size
from clew.errors import ReportError, UsageError

if TYPE_CHECKING:
    from clew.accuracy.score import Score
    from clew.accuracy.validation import Validation
    from clew.heuristics.registry import Heuristic
    from clew.simulate.worlds.model import World

ENDINGS = (".pdf", ".html", ".json")
WORLDS = "2012,2015,2021,2025"
SEEDS, BLOCKS = 3, 400


@click.command(short_help="Measure on whole economies, and report how often conclusions are wrong.")
@click.argument("results", metavar="[RESULT.json]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write; its ending says which form: .pdf, .html or .json.",
)
@click.option(
    "--worlds",
    metavar="NAME,...",
    help=f"Make economies of these worlds, by name or file.  [default: {WORLDS}, if nothing else is named]",
)
@click.option(
    "--seeds",
    metavar="N",
    type=options.Whole(1, 1_000),
    default=SEEDS,
    show_default=True,
    help="How many economies of each world: seeds from the first on.",
)
@click.option(
    "--first-seed",
    metavar="N",
    type=options.Whole(0),
    default=1,
    show_default=True,
    help="The first seed.",
)
@click.option(
    "--blocks",
    metavar="B",
    type=options.Whole(0),
    default=BLOCKS,
    show_default=True,
    help="How many blocks each economy has.",
)
@click.option(
    "--people", metavar="N", type=options.Whole(0), help="How many people; the world's number without."
)
@truth_option
@ledgers_option
@rank_option
@rules_option
@options.threads
@options.as_json
@click.pass_context
def validate(
    context: click.Context,
    results: tuple[Path, ...],
    output: Path,
    worlds: str | None,
    seeds: int,
    first_seed: int,
    blocks: int,
    people: int | None,
    truths: tuple[Path, ...],
    ledgers: tuple[Path, ...],
    rank: int | None,
    files: tuple[Path, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Score economies and write what was found as a report, or as JSON that other runs can add to.

    Economies of worlds are made in a temporary folder, indexed, scored, and removed again. RESULT.json is
    what an earlier run wrote: its economies are taken in, so that a large validation can be run in parts,
    and written in another form without measuring again. Existing economies and labels are named as for
    clew score. Worlds are the unit of resampling: several of them say more than many seeds.

    \b
    Examples:
      clew validate -o accuracy.pdf
      clew validate --worlds 2015,2021-merging --seeds 2 --people 1000 -o part-1.json
      clew validate part-1.json part-2.json -o accuracy.html
      clew validate --truth ./labels --ledger ./main -o mine.pdf
    """
    from clew.accuracy.validation import Validation

    check_place(output)
    known = rules_of(files)
    # A ledger that is named only by the variable asks for nothing.
    pairs = paired(truths, named(context, ledgers) if truths else ledgers)
    if worlds is None and not pairs and not results:
        worlds = WORLDS
    chosen = _worlds(worlds) if worlds is not None else []
    _check_rank(rank, has_truths=bool(pairs), makes_economies=bool(chosen))
    scores = [each for path in results for each in read_result(path).scores]
    scores += [one(*pair, rank, known, say) for pair in pairs]
    for world in chosen:
        for seed in range(first_seed, first_seed + seeds):
            scores.append(_economy(world, seed, blocks, people, known, threads))
    found = Validation(scores)
    content = made(found, output)
    said = {
        "file": str(output),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "digest": digest(found),
        "rank": found.rank,
        "economies": len(found.economies),
    }
    if as_json:
        show_json(said)
    else:
        shown = page(found)
        shown.heading("the report")
        shown.line(f"wrote {output} ({size(len(content))}), SHA-256 {said['sha256']}")
        shown.line(
            f"of {plural(len(found.economies), 'economy', 'economies')}; SHA-256 of the figures "
            f"{said['digest']}"
        )
        shown.show()


def _say(text: str) -> None:
    click.echo(text, err=True)


def check_place(output: Path) -> None:
    """Raises ReportError before anything is measured if the file cannot be written there."""
    if output.suffix.lower() not in ENDINGS:
        raise ReportError(f"{output}: expected a file that ends in .pdf, .html or .json")
    if not output.absolute().parent.is_dir():
        raise ReportError(f"cannot write {output}: there is no folder {output.parent}; make it first")
    if output.is_dir():
        raise ReportError(f"cannot write {output}: it is a folder; name a file in it")


def read_result(path: Path) -> Validation:
    """What an earlier run wrote as JSON. Raises UsageError for anything else."""
    from clew.accuracy.validation import Validation

    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{path}: expected what clew validate wrote as JSON, found: {said}") from None
    try:
        return Validation.from_dict(kept)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _check_rank(rank: int | None, *, has_truths: bool, makes_economies: bool) -> None:
    """Raises UsageError for a rank that is no truth's, or is not that of the economies made here."""
    from clew.accuracy.truth import OWN_WORLDS

    if rank is not None and not has_truths:
        raise UsageError(
            "--rank: expected with --truth, whose rank it is, found no --truth; economies made here are of "
            f"rank {OWN_WORLDS}, and results say theirs"
        )
    if rank not in (None, OWN_WORLDS) and makes_economies:
        raise UsageError(
            f"--rank: expected {OWN_WORLDS} beside --worlds, whose economies are of this rank, found {rank}; "
            "score each rank alone"
        )


def _worlds(text: str) -> list[World]:
    from clew.simulate.worlds.load import load

    named_worlds = [each.strip() for each in text.split(",") if each.strip()]
    if not named_worlds:
        raise UsageError("--worlds: expected names of worlds, found none; clew simulate worlds lists them")
    if len(set(named_worlds)) != len(named_worlds):
        raise UsageError(f"--worlds: expected each world once, found {text}; name it once, and give --seeds")
    return [load(each) for each in named_worlds]


def _economy(
    world: World,
    seed: int,
    blocks: int,
    people: int | None,
    rules: Sequence[Heuristic],
    threads: int | None,
) -> Score:
    """Make an economy, index it, score it as one of our own worlds, its origins too, and forget it."""
    import time
    from dataclasses import replace

    from clew import build
    from clew.accuracy.truth import OWN_WORLDS
    from clew.simulate.economy.make import Size, make

    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="clew-validate-") as name:
        folder = Path(name)
        make(folder / "economy", world, seed=seed, size=Size(blocks, people))
        build.index(folder / "ledger", folder / "economy" / "blocks", network="regtest", threads=threads)
        _cluster(folder / "ledger", threads)
        found = one(folder / "economy", folder / "ledger", OWN_WORLDS, rules, lambda _: None)
        # Tags come last: entities are built and scored with tags withheld.
        figures = [
            each
            for coverage in coverages_of(folder / "economy")
            for each in origin_figures(folder / "economy", folder / "ledger", coverage)
        ]
    found = replace(found, figures=(*found.figures, *figures))
    # The folder is gone: what was made is said instead.
    found.source.update(name=f"{world.name}, seed {seed}", people=people)
    _say(f"world {world.name}, seed {seed}: scored in {duration(time.perf_counter() - started)}")
    return found


def _cluster(ledger: Path, threads: int | None) -> None:
    """Build every set of rules that comes with Clew, with tags withheld."""
    from clew.build import sets
    from clew.heuristics.rulesets import SETS, STRICT_SET

    for each in SETS.values():
        if each is not STRICT_SET and (each.change is None or each.change.is_file()):
            sets.cluster(ledger, each, threads=threads)


def digest(found: Validation) -> str:
    """SHA-256 over everything that was found, as hex."""
    return hashlib.sha256(canonical(found)).hexdigest()


def canonical(found: Validation) -> bytes:
    """A validation as JSON: the same figures, the same bytes."""
    return json.dumps(found.as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def made(found: Validation, output: Path) -> bytes:
    """Write a validation in the form that the file's ending names; returns what was written."""
    from clew.report.file import replace, setter_of, version

    if output.suffix.lower() == ".json":
        content = canonical(found) + b"\n"
    else:
        setter = setter_of(output)
        try:
            from clew.report.validation import document

            content = setter(document(found, digest=digest(found), version=version()))
        except ImportError as error:
            raise ReportError(
                f"a report needs the package {error.name}, which is not installed: pip install 'clew[report]'"
            ) from error
    with suppress(FileNotFoundError):
        if output.is_file() and output.read_bytes() == content:
            return content
    replace(output, content)
    return content


__all__ = ["validate"]
