"""The command ``clew trace``: money followed from transaction to transaction."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from clew.analysis.defaults import ORDERS
from clew.analysis.examined import Examined
from clew.cli import options
from clew.cli.progress import Display
from clew.cli.questions import ask, lines_for, show
from clew.cli.units import SATOSHI, Clock
from clew.errors import UsageError

_BTC = "btc"


def satoshi(text: str) -> int:
    """An amount: whole satoshi, or BTC where it has a decimal point or BTC behind it. Raises UsageError."""
    plain = text.strip().lower()
    in_btc = plain.endswith(_BTC) or "." in plain
    try:
        amount = Decimal(plain.removesuffix(_BTC).strip())
        found = amount * SATOSHI if in_btc else amount
        if not 0 <= found < options.HIGHEST or found != found.to_integral_value():
            raise ValueError
    except (InvalidOperation, ValueError):
        raise UsageError(
            f"--least {text}: expected whole satoshi, such as 5000, or BTC, such as 0.00005 or 1BTC"
        ) from None
    return int(found)


def _who(output: Path, examiner: str | None, purpose: str | None) -> Examined:
    """Who asks, for a file that can be written. Raises UsageError."""
    if output.is_dir():
        raise UsageError(f"{output}: expected the name of a file, found a folder; name a file in it")
    if not output.parent.is_dir():
        raise UsageError(f"{output}: there is no folder {output.parent}; make it first")
    return options.who(examiner, purpose, str(output))


@click.command(short_help="Where money went from here, or where it came from.")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--forward/--backward",
    "forward",
    default=True,
    help="Where it went, or where it came from.",
    show_default=True,
)
@click.option(
    "--policy",
    "policies",
    metavar="NAME,...",
    default="fifo,haircut",
    show_default=True,
    help="Conventions: poison, haircut, fifo, lifo, seniority, juniority, tiho.",
)
@click.option(
    "--hops",
    metavar="N",
    type=options.Whole(0),
    default=10,
    show_default=True,
    help="Follow through at most N transactions; 0: no limit.",
)
@click.option(
    "--until",
    metavar="DAY|HEIGHT",
    help="Forward: follow only what was spent up to then (YYYY-MM-DD or height).",
)
@click.option("--since", metavar="DAY|HEIGHT", help="Backward: follow only what was made from then on.")
@click.option(
    "--least",
    metavar="AMOUNT",
    default="0",
    help="Follow no less taint than this: satoshi, or BTC such as 0.01.",
)
@click.option(
    "--permute",
    metavar="N",
    type=options.Whole(0),
    default=ORDERS,
    show_default=True,
    help="Follow N times more with each transaction's outputs in another order; say how far results move. "
    "0: not.",
)
@click.option(
    "--seed", metavar="N", type=options.Whole(0), default=0, help="What these orders are drawn from."
)
@click.option(
    "--bounds",
    is_flag=True,
    help="Say for each destination the most that could have arrived and the least that must have.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the whole trace to FILE, for clew check. It names its examiner and purpose.",
)
@options.examined
@click.option(
    "--memory",
    metavar="GIB",
    type=float,
    help="Memory to use at most, in GiB. Without it: half of the machine's. The trace is the same.",
)
@options.ledger
@options.paging
@options.clock
@options.as_json
@options.view
def trace(
    sources: tuple[str, ...],
    forward: bool,
    policies: str,
    hops: int,
    until: str | None,
    since: str | None,
    least: str,
    permute: int,
    seed: int,
    bounds: bool,
    output: Path | None,
    examiner: str | None,
    purpose: str | None,
    memory: float | None,
    ledger: Path,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """Follow money from SOURCE through the ledger, satoshi by satoshi, by several policies side by side.

    SOURCE is an output (txid:vout), a transaction, an address, entity:ID, @file.csv or -. Of addresses and
    entities the coins count that came to them from outside. A trace stops at attributed services, unknown
    holders and coinjoins, where the coins are other people's, and says of every branch why it ended. Figures
    under several policies are a range of conventions, not bounds. Poison is a set and has no amounts.

    With -o the whole trace is written as JSON, which clew check compares with a node's block files.

    \b
    Examples:
      clew trace f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16:0
      clew trace entity:9 --policy poison,haircut,fifo --hops 5 --until 2011-12-31
      clew trace @payments.csv --least 0.001 --permute 20 --json
      clew trace @payments.csv --hops 0 --bounds
      clew trace 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --backward --since 2009-01-09
      clew trace @payments.csv -o trace.json --examiner "A. Kim" --purpose "case 17"
    """
    from clew.analysis.trace.policies import chosen
    from clew.build.memory import Memory

    names = chosen((policies,))
    who = _who(output, examiner, purpose) if output else None
    bound = Memory.of(memory).bytes
    with Display() as display:
        asked = ask(ledger, view)
        answer, found = asked.traced(
            sources,
            lines=lines_for(sources),
            backward=not forward,
            policy=names,
            hops=hops,
            until=until,
            since=since,
            least=satoshi(least),
            permute=permute,
            seed=seed,
            bounds=bounds,
            tz=clock.name,
            memory=bound,
            limit=limit,
            offset=offset,
            tell=display,
        )
        if output:
            from clew.analysis.trace.file import text_of, trace_file
            from clew.report.file import replace

            replace(output, text_of(trace_file(found, answer, who)).encode())
    show(answer, as_json, clock)
    if output and not as_json:
        click.echo(f"wrote {output}")


__all__ = ["satoshi", "trace"]
