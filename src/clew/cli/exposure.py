"""``clew exposure``: from and to which kinds of services money came and went."""

from __future__ import annotations

from pathlib import Path

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.questions import ask, lines_for, show
from clew.cli.trace import satoshi
from clew.cli.units import Clock

HOPS, MOST_HOPS = 10, 1_000


@click.command(short_help="To and from which kinds of services money went and came.")
@options.addresses
@click.option(
    "--policy", "policies", metavar="NAME,...", default="fifo,haircut", show_default=True,
    help="Conventions: haircut, fifo, lifo, seniority, juniority, tiho.",
)  # fmt: skip
@click.option(
    "--hops", metavar="N", type=options.Whole(0, MOST_HOPS), default=HOPS, show_default=True,
    help="Follow through at most N transactions; 0: no limit.",
)  # fmt: skip
@click.option(
    "--least", metavar="AMOUNT", default="0", help="Follow no less than this: satoshi, or BTC such as 0.01."
)
@options.memory
@options.ledger
@options.paging
@options.clock
@options.as_json
@options.view
def exposure(
    addresses: tuple[str, ...],
    policies: str,
    hops: int,
    least: str,
    memory: float | None,
    ledger: Path,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """Show from which kinds of services the money of the entity of ADDR came, and to which it went.

    Direct is what services paid it, or it paid them; indirect what came and went through others' hands,
    followed as clew trace does, by several policies side by side. Amounts by category add up to the
    total, shares to 100 %. What no service is named for is unattributed, and it is said where it stays.
    Categories are those of the tags in force. Shares are no score of anybody.

    \b
    Examples:
      clew exposure 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
      clew exposure @addresses.csv --policy haircut --hops 5 --json
      clew exposure entity:9 --least 0.001
    """
    from clew.analysis.trace.policies import chosen
    from clew.build.memory import Memory

    names, lowest, bound = chosen((policies,)), satoshi(least), Memory.of(memory).bytes
    with Display() as display:
        answer = ask(ledger, view).exposure(
            addresses, lines=lines_for(addresses), policy=names, hops=hops, least=lowest, memory=bound,
            limit=limit, offset=offset, tell=display,
        )  # fmt: skip
    show(answer, as_json, clock)


COMMANDS = (exposure,)
