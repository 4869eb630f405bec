"""``clew index``: a node's block files into a ledger."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options, watching
from clew.cli.progress import Display
from clew.cli.sheet import Sheet, show_json
from clew.cli.units import duration, number, plural, size

if TYPE_CHECKING:
    from clew.build import Summary

HIGHEST_BLOCK = 2**32 - 1


@click.command(short_help="Read block files into a ledger, or bring one up to date.")
@options.blocks
@options.ledger
@options.network
@options.magic
@click.option(
    "--until",
    metavar="HEIGHT",
    type=options.Whole(0, HIGHEST_BLOCK),
    help="Stop after the block of this height.",
)
@options.threads
@options.memory
@click.option(
    "--check",
    metavar="work",
    type=click.Choice(("work",)),
    help="Also check the proof of work of every block, on networks where else a sample is (scrypt).",
)
@options.node
@click.option("--timings", is_flag=True, help="Also state how long each stage took.")
@click.option("--plan", is_flag=True, help="Build nothing: state what a whole build would take.")
@options.as_json
def index(
    blocks: Path | None,
    ledger: Path,
    network: str | None,
    magic: bytes | None,
    until: int | None,
    threads: int | None,
    memory: float | None,
    check: str | None,
    origin: tuple[str, str] | None,
    rpc_cookie: Path | None,
    rpc_user_file: Path | None,
    timings: bool,
    plan: bool,
    as_json: bool,
) -> None:
    """Read a Bitcoin node's block files into a ledger, or bring a ledger up to date.

    Reads blk*.dat as Bitcoin Core writes them, also while the node runs; it never writes there.
    Without a folder it reads the one that the ledger was made from, else the one where Bitcoin
    Core usually keeps its data. A run that was stopped goes on where it stood. Litecoin, Dogecoin and
    Bitcoin Cash have networks of their own: name one with --network.

    With --from the blocks are fetched from a running node instead. Only then is a connection
    opened, and only to that address. A password is read from a file, never from the command line.

    \b
    Examples:
      clew index --ledger ./ledger
      clew index /mnt/node/blocks --ledger ./ledger --until 400000
      clew index ~/.bitcoin --network signet --ledger ./signet --json
      clew index --from rpc http://127.0.0.1:8332 --rpc-cookie ~/.bitcoin/.cookie
    """
    from clew import build

    if plan:
        _show_plan(blocks, network or "main", memory, threads, as_json=as_json)
        return
    node = options.node_address(origin, rpc_cookie, rpc_user_file)
    with Display() as display:
        summary = build.index(
            ledger,
            blocks,
            network=network,
            magic=magic,
            until=until,
            threads=threads,
            check_work=check is not None,
            memory=memory,
            progress=display,
            node=node,
        )
    shown = False

    def tell(lines: Sequence[str]) -> None:
        """Print alerts where they are noted as told; as JSON they are part of the one object."""
        nonlocal shown
        if as_json:
            show_json(as_dict(summary) | {"alerts": [json.loads(line) for line in lines]})
            shown = True
        else:
            click.echo("\n".join(lines))
        sys.stdout.flush()

    try:
        watching.judge(ledger, tell)
    finally:
        if as_json and not shown:
            show_json(as_dict(summary) | {"alerts": []})
        elif not as_json:
            _sheet(summary, ledger, timings=timings).show()


def _show_plan(
    blocks: Path | None, network: str, memory: float | None, threads: int | None, *, as_json: bool
) -> None:
    """State what a whole build would take; nothing is built."""
    from clew.build.plan import GB, GIB, for_folder

    found = for_folder(blocks, network, memory, threads)
    if as_json:
        show_json({**asdict(found), "share": found.share})
        return
    sheet = Sheet()
    sheet.line(
        f"A whole build of {found.counts['bytes'] / GB:,.1f} GB of block files, {found.source}", "bold"
    )
    facts = [(name, number(count)) for name, count in found.counts.items() if name != "bytes"]
    facts.append(("memory, at most", f"{found.memory / GIB:,.2f} GiB, beside the process itself"))
    facts += [(f"  {name}", f"{held / GIB:,.2f} GiB") for name, held in found.memory_by.items()]
    facts.append(("ledger", f"{size(found.ledger)}, {100 * found.share:.1f} % of the block files"))
    largest = sorted(found.ledger_by.items(), key=lambda each: -each[1])[:8]
    facts += [(f"  {name}", size(held)) for name, held in largest]
    facts.append(("disk while building", size(found.disk_peak)))
    facts += [("read", size(found.read)), ("written", size(found.written))]
    facts += [(f"time on {name.upper()}", duration(seconds)) for name, seconds in found.seconds.items()]
    sheet.facts(facts)
    sheet.show()


def as_dict(summary: Summary) -> dict[str, object]:
    """The summary as plain values for JSON."""
    return asdict(summary)


def _sheet(summary: Summary, ledger: Path, *, timings: bool = False) -> Sheet:
    sheet = Sheet()
    sheet.line(f"{ledger}: {summary.network}, indexed to block {number(summary.tip.height)}", "bold")
    sheet.facts(_facts(summary))
    if timings:
        sheet.line("stage: processor time, time passed (both added up over threads)", "bold")
        sheet.facts([(each.name, f"{each.worked:,.2f} s, {each.passed:,.2f} s") for each in summary.stages])
    for notice in summary.notices:
        sheet.line(f"notice: {notice}", "yellow")
    return sheet


def _facts(summary: Summary) -> list[tuple[str, str]]:
    added = f"{plural(summary.added_blocks, 'block')}, {plural(summary.added_transactions, 'transaction')}"
    facts = [("read from", summary.folder), ("tip", summary.tip.hash), ("added", added)]
    if summary.resumed_from is not None:
        facts.append(("went on after", f"block {number(summary.resumed_from)}, where a stopped run stood"))
    if summary.rolled_back:
        facts.append(("taken back", f"{plural(summary.rolled_back, 'block')}: another chain has more work"))
    if summary.stale_blocks:
        facts.append(("left out", f"{plural(summary.stale_blocks, 'block')} off the best chain"))
    if summary.duplicate_frames:
        facts.append(("duplicates skipped", plural(summary.duplicate_frames, "block")))
    facts.append(("read", f"{size(summary.bytes_read)} in {duration(summary.seconds)}"))
    if summary.bytes_read and summary.seconds:
        rate = f"{summary.bytes_read / summary.seconds / 1e6:,.1f} MB/s"
        facts.append(("rate", f"{rate}, {number(round(summary.added_blocks / summary.seconds))} blocks/s"))
    stages = ", ".join(f"{name} {duration(seconds)}" for name, seconds in summary.phases.items())
    facts.append(("time", stages))
    facts.extend((name, number(value)) for name, value in summary.counts.items())
    return facts
