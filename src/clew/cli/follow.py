"""``clew follow``: a ledger that keeps in step with its node."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options, watching
from clew.cli.progress import Display
from clew.cli.sheet import printable, show_json
from clew.cli.units import number, plural
from clew.errors import ClewError

if TYPE_CHECKING:
    from clew.build import Advance

EVERY = 10.0
LONGEST_PAUSE = 86_400.0


@click.command(short_help="Keep a ledger in step with its node.")
@options.blocks
@options.ledger
@options.network
@options.magic
@options.threads
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(0.1, LONGEST_PAUSE),
    default=EVERY,
    show_default=True,
    help="How long to wait between two looks.",
)
@options.node
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line for each advance.")
def follow(
    blocks: Path | None,
    ledger: Path,
    network: str | None,
    magic: bytes | None,
    threads: int | None,
    every: float,
    origin: tuple[str, str] | None,
    rpc_cookie: Path | None,
    rpc_user_file: Path | None,
    as_json: bool,
) -> None:
    """Index, then keep looking for new blocks and index them as they come, until Ctrl-C.

    Prints a line for each advance. A folder is watched by the sizes and times of its files; with
    --from a running node is asked for its last block, and nothing else is connected to. What passes
    by itself, such as a block that is still being written or a node that is away, is told on
    standard error and tried again. What clew watch finds is told after the advance, as JSON lines.
    Ctrl-C ends it at any time, with exit code 0.

    \b
    Examples:
      clew follow ~/.bitcoin --ledger ./ledger
      clew follow --ledger ./ledger --every 60 --json >> advances.jsonl
      clew follow --from rpc http://127.0.0.1:8332 --ledger ./ledger
    """
    from clew import build

    node = options.node_address(origin, rpc_cookie, rpc_user_file)
    # Whoever reads a log wants the advances alone; a bar is for a terminal.
    watched = sys.stderr is not None and sys.stderr.isatty()

    def alert(lines: Sequence[str]) -> None:
        click.echo("\n".join(lines))
        sys.stdout.flush()

    def judge() -> None:
        try:
            watching.judge(ledger, alert)
        except ClewError as error:
            # What was not judged or told waits for the next time.
            trouble(str(error))

    def told(advance: Advance) -> None:
        if as_json:
            show_json(as_dict(advance))
        else:
            click.echo(_line(advance))
        sys.stdout.flush()
        judge()

    def trouble(message: str) -> None:
        click.echo(f"notice: {printable(message)}", err=True)

    judge()
    with suppress(KeyboardInterrupt), Display() if watched else nullcontext() as display:
        build.follow(
            ledger,
            blocks,
            every=every,
            told=told,
            trouble=trouble,
            node=node,
            network=network,
            magic=magic,
            threads=threads,
            progress=display,
        )


def as_dict(advance: Advance) -> dict[str, object]:
    """An advance as plain values for JSON."""
    return {
        "height": advance.tip.height,
        "hash": advance.tip.hash,
        "blocks_added": advance.blocks_added,
        "blocks_undone": advance.blocks_undone,
        "seconds": advance.seconds,
        "at": int(datetime.now(UTC).timestamp()),
    }


def _line(advance: Advance) -> str:
    undone = f", {plural(advance.blocks_undone, 'block')} undone" if advance.blocks_undone else ""
    added = f"{plural(advance.blocks_added, 'block')} added"
    return f"block {number(advance.tip.height)} {advance.tip.hash}: {added}{undone}"
