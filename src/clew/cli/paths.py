"""``clew paths``: flows between two sets of addresses."""

from __future__ import annotations

from pathlib import Path

import click

from clew.analysis.defaults import FLOW_HOPS, FLOW_TRANSACTIONS, MOST_FLOW_HOPS
from clew.cli import options
from clew.cli.questions import ask, lines_for, show
from clew.cli.units import Clock
from clew.errors import UsageError


def since(command: options.Command) -> options.Command:
    """``--since`` and ``--until``: a height or a day."""
    with_until = click.option(
        "--until",
        metavar="HEIGHT|DAY",
        help="Look at no block above this height, or after this day (UTC, as 2018-03-31).",
    )(command)
    return click.option(
        "--since",
        metavar="HEIGHT|DAY",
        help="Look at no block below this height, or before this day (UTC, by the median time past).",
    )(with_until)


def named(text: str) -> tuple[str, ...]:
    """What a text with commas names."""
    return tuple(each.strip() for each in text.split(","))


@click.command(short_help="Flows between two sets of addresses, both ways.")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--hops", metavar="N", type=options.Whole(1, MOST_FLOW_HOPS), default=FLOW_HOPS, show_default=True,
    help="Transactions of a flow at most.",
)  # fmt: skip
@click.option(
    "--most", metavar="N", type=options.Whole(1), default=FLOW_TRANSACTIONS, show_default=True,
    help="Transactions to look at in each direction at most.",
)  # fmt: skip
@since
@click.option(
    "--through-services",
    is_flag=True,
    help="Let flows through services, unknown holders and coinjoins too, marked. They connect nobody.",
)
@options.ledger
@options.clock
@options.as_json
@options.view
def paths(
    a: str,
    b: str,
    hops: int,
    most: int,
    since: str | None,
    until: str | None,
    through_services: bool,
    ledger: Path,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """Show how coins went from A to B, and from B to A: in the fewest transactions, and the widest way.

    A and B are addresses, or sets of them with commas between or as @file.csv; each stands for its entity.
    The widest flow is the one whose smallest sum of coins on the way is the largest: no more than that
    can have gone that way. No flow leads through a service, an unknown holder or a coinjoin, since
    a path through a hot wallet connects nobody; how many coins were not followed for that is said.

    \b
    Examples:
      clew paths 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
      clew paths @operator.csv @accounts.csv --hops 6 --since 2017-01-01 --json
      clew paths entity:9 entity:77 --through-services
    """
    first, second = named(a), named(b)
    if "-" in first and "-" in second:
        raise UsageError("'-' stands on both sides; standard input can be only one of them, @file the other")
    asked = ask(ledger, view)
    answer = asked.paths(
        first,
        second,
        lines=lines_for((*first, *second)),
        hops=hops,
        most=most,
        since=since,
        until=until,
        through_services=through_services,
    )
    show(answer, as_json, clock)


COMMANDS = (paths,)
