"""``clew compact``: a ledger brought into the one form that follows from its chain alone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.sheet import Sheet, show_json
from clew.cli.units import duration, number, plural, size

if TYPE_CHECKING:
    from clew.build import Compaction


@click.command(short_help="Bring a ledger's files into their one form.")
@options.ledger
@options.threads
@options.memory
@options.as_json
def compact(ledger: Path, threads: int | None, memory: float | None, as_json: bool) -> None:
    """Bring a ledger's files into the one form that follows from its chain alone.

    A ledger that was extended many times, or whose chain was reorganised, has its rows in several
    folders and recent changes apart, which makes it larger and questions a little slower. Compacted,
    it has the same bytes in its files as any other compacted ledger of that chain. What it says, its
    digest too, stays the same.

    What is rewritten needs room beside the ledger, at most as much as the ledger takes. Questions can
    be asked meanwhile. Stopped or failed, it leaves the ledger as it was.

    \b
    Examples:
      clew compact --ledger ./ledger
      clew compact --ledger ./ledger --memory 8 --json
    """
    from clew import build

    with Display() as display:
        done = build.compact(ledger, threads=threads, memory=memory, progress=display)
    if as_json:
        show_json(asdict(done))
    else:
        _sheet(ledger, done).show()


def _sheet(ledger: Path, done: Compaction) -> Sheet:
    sheet = Sheet()
    what = "compacted" if done.compacted else "compact already; nothing changed"
    sheet.line(f"{ledger}: {done.network}, block {number(done.tip.height)}, {what}", "bold")
    if done.compacted:
        before = f"{plural(done.pieces, 'folder')} of rows, {plural(done.segments, 'segment')}"
        sheet.facts(
            [
                ("before", f"{size(done.bytes_before)}: {before}"),
                ("now", size(done.bytes_after)),
                ("time", duration(done.seconds)),
            ]
        )
    return sheet
