"""``clew simulate worlds --worst``: the plausible world in which a conclusion is worst."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli.comparison import Finding, compare
from clew.cli.sheet import Column, Sheet, count, show_json
from clew.cli.units import number
from clew.errors import StorageError, UsageError

if TYPE_CHECKING:
    from clew.simulate.economy.make import Size
    from clew.simulate.worlds.model import World
    from clew.simulate.worlds.search import Trial, Worst

PAYMENT_OUTPUTS = "payments (outputs)"
BLOCKS, PEOPLE, PAYMENTS, PAYERS = 400, 200, 300, 160
"""Size of each trial's economy."""

ENOUGH = 50
"""Trials with which a rank correlation of 0.5 is rarely chance, though hundreds of figures are compared."""


@dataclass(frozen=True)
class Conclusion:
    """Something that Clew concludes, and how right it is: from 0 to 1, by what was found and the truth."""

    about: str
    score: Callable[[dict[str, Finding]], float]


def _precision(name: str) -> Callable[[dict[str, Finding]], float]:
    return lambda findings: findings[name].true / findings[name].found if findings[name].found else 1.0


def _recall(name: str) -> Callable[[dict[str, Finding]], float]:
    return lambda findings: findings[name].share


CONCLUSIONS = {
    "addresses": Conclusion("how many of an entity's addresses are the operator's", _precision("addresses")),
    "accounts": Conclusion("how many of the paid accounts were found", _recall("accounts paid")),
    "payments": Conclusion("how much of what looks like payments is some", _precision(PAYMENT_OUTPUTS)),
    "payers": Conclusion("how many of the payments were found", _recall(PAYMENT_OUTPUTS)),
    "received": Conclusion("how much of what was received was found", _recall("received")),
    "cash-outs": Conclusion("how many of the cash-outs were found", _recall("outflows: cash-outs")),
}


def conclusion(name: str) -> Conclusion:
    """The conclusion of this name. Raises UsageError for another."""
    if name not in CONCLUSIONS:
        raise UsageError(f"--worst: expected a conclusion ({', '.join(CONCLUSIONS)}), found {name!r}")
    return CONCLUSIONS[name]


def findings(world: World, seed: int, size: Size) -> dict[str, Finding]:
    """What is found about the service of an economy of this world, beside what is true, by name."""
    from clew import build
    from clew.analysis.inquiry import Inquiry
    from clew.cli.report import everything
    from clew.ledger.ledger import open_ledger
    from clew.simulate.economy.make import make
    from clew.simulate.economy.truth import read

    with tempfile.TemporaryDirectory(prefix="clew-worst-") as name:
        folder = Path(name)
        make(folder / "economy", world, seed=seed, size=size)
        truth = read.read(folder / "economy")
        build.index(folder / "ledger", folder / "economy" / "blocks", network="regtest")
        with Inquiry(open_ledger(folder / "ledger")) as inquiry:
            return {each.name: each for each in compare(everything(inquiry, truth.seed_addresses), truth)}


def search(world: World, wanted: str, trials: int, seed: int) -> tuple[Worst, float]:
    """The worst of ``trials`` worlds drawn from a world's ranges, and the score of that world itself."""
    from clew.simulate.economy.make import Size
    from clew.simulate.worlds.search import worst

    size = Size(BLOCKS, PEOPLE, PAYMENTS, PAYERS, accounts=0)
    known = conclusion(wanted)

    def score(drawn: World) -> float:
        return known.score(findings(drawn, seed, size))

    def say(trial: Trial) -> None:
        click.echo(f"trial {trial.number + 1} of {trials}: {trial.score:.4f}", err=True)

    return worst(world, score, trials, seed, after=say), score(world)


def show(world: World, wanted: str, trials: int, seed: int, output: Path | None, as_json: bool) -> None:
    """Search, say what was found, and write the worst world to ``output``."""
    if output is not None and output.exists():
        raise UsageError(f"{output}: expected a file to make, found one that is there; name another with -o")
    if output is not None and not os.access(output.absolute().parent, os.W_OK):
        raise UsageError(f"{output}: expected a file to make in a folder of yours; name another with -o")
    found, base = search(world, wanted, trials, seed)
    if output is not None:
        _write(output, found.drawn.text)
    if as_json:
        show_json(
            {
                "world": world.name,
                "conclusion": wanted,
                "seed": seed,
                "score": base,
                "worst": {"trial": found.trial.number, "score": found.trial.score},
                "scores": [each.score for each in found.trials],
                "influences": [
                    {"place": ".".join(each.place), "correlation": each.correlation}
                    for each in found.influences
                ],
                "file": None if output is None else str(output),
            }
        )
    else:
        _sheet(world, wanted, found, base, output).show()


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        output.unlink(missing_ok=True)
        raise StorageError(
            f"{output}: expected to write a world file, found: {error.strerror}; name another with -o"
        ) from error


def _sheet(world: World, wanted: str, found: Worst, base: float, output: Path | None) -> Sheet:
    sheet = Sheet()
    scores = sorted(each.score for each in found.trials)
    sheet.line(f"{wanted}: {CONCLUSIONS[wanted].about}", "bold")
    sheet.facts(
        [
            (world.name, f"{base:.4f}"),
            ("worst world", f"{found.trial.score:.4f}, trial {found.trial.number + 1} of {len(scores)}"),
            ("median", f"{scores[len(scores) // 2]:.4f}"),
            ("best", f"{scores[-1]:.4f}"),
            *([("written to", str(output))] if output is not None else []),
        ]
    )
    sheet.heading("figures that go with it most")
    sheet.table(
        (Column("figure"), count("rank correlation"), count("in the worst world")),
        [
            (".".join(each.place), f"{each.correlation:+.2f}", number_of(found.trial.figures[each.place]))
            for each in found.influences
        ],
    )
    if len(scores) < ENOUGH:
        sheet.line(
            f"Of so few worlds ({len(scores)}) some figures go with the score by chance alone; "
            f"--trials {ENOUGH} or more tells",
            "dim",
        )
    return sheet


def number_of(value: float) -> str:
    """A figure as text."""
    return number(int(value)) if value == int(value) else f"{value:g}"
