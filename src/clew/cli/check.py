"""``clew check``: a trace file, computed again from block files by code that shares nothing with the rest."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.sheet import Sheet, show_json
from clew.cli.units import number, plural, size
from clew.errors import DifferenceError, UsageError


@dataclass(frozen=True)
class _Step:
    """How many blocks were read; up to which height is left open, since some are read twice."""

    done: int
    total: int
    height: int | None = None
    stage: str = "blocks"
    unit: str = "blocks"


@click.command(short_help="Check a trace file against block files, with a second small program.")
@click.argument("trace", metavar="TRACE.json", type=click.Path(path_type=Path))
@click.option(
    "--against",
    metavar="BLOCKS_DIR",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder with a node's block files (blk*.dat, and xor.dat if there is one).",
)
@click.option(
    "--quick",
    is_flag=True,
    help="Read only the blocks that the trace needs; what is said to be unspent is then taken as it is.",
)
@options.as_json
def check(trace: Path, against: Path, quick: bool, as_json: bool) -> None:
    """Check a trace file that clew trace has written against a node's block files.

    No ledger is needed. The checker is a single file of its own (clew/check.py), which also runs
    alone: python check.py TRACE.json --against BLOCKS_DIR. It checks the headers' work, that every
    transaction cited is in the best chain, and computes all figures of every policy again: an
    altered figure, another stop, a branch that was left out is a finding. What it does not check it
    says: that services, unknown holders and coinjoins are rightly given.

    Ends with exit code 2 where anything differs, and lists it.

    \b
    Examples:
      clew check trace.json --against ~/.bitcoin/blocks
      clew check trace.json --against ~/.bitcoin/blocks --quick --json
    """
    from clew import check as checker

    with Display() as display:

        class Shown(checker.Blocks):
            """Blocks that say how many were read."""

            times = 0

            def block(self, height: int) -> Any:
                self.times += 1
                if self.times % 256 == 0:
                    display(_Step(self.times, max(self.times, len(self.chain))))
                return super().block(height)

        started = time.monotonic()
        try:
            answer = checker.report(trace, against, quick, Shown)
        except checker.Unusable as error:
            raise UsageError(str(error)) from None
    took = round(time.monotonic() - started)
    asked: dict[str, Any] = {"trace": str(trace), "against": str(against), "quick": quick, "seconds": took}
    answer = asked | answer
    if as_json:
        show_json(answer)
    else:
        _sheet(answer).show()
    if answer["found"]:
        first = answer["findings"][0]
        differ = plural(answer["found"], "difference")
        said = f"{first['where']}: expected {first['expected']}, found {first['found']}"
        raise DifferenceError(
            f"{trace}: {differ} found, the first: {said}; trace again, and ask who altered it"
        )


def _sheet(answer: dict[str, Any]) -> Sheet:
    sheet = Sheet()
    tip = number(answer["tip"]["height"])
    sheet.line(f"{answer['trace']}: {answer['network']}, up to block {tip}", "bold")
    sheet.facts(
        [
            ("compared with", answer["against"]),
            ("policies", ", ".join(answer["policies"])),
            ("transactions cited", number(answer["transactions"])),
            ("headers", number(answer["headers"])),
            ("blocks", f"{size(answer['bytes'])} read, {number(answer['seconds'])} s"),
            ("differences", number(answer["found"]) if answer["found"] else "none found"),
        ]
    )
    for each in answer["findings"]:
        sheet.prose(f"{each['where']}: expected {each['expected']}, found {each['found']}")
    if answer["found"] > len(answer["findings"]):
        sheet.line(f"These are the first {len(answer['findings'])} of {number(answer['found'])}.")
    sheet.heading("Not checked")
    for each in answer["unchecked"]:
        sheet.prose(each)
    return sheet
