"""The commands that ask why addresses are one entity, and what would be if a reason were wrong."""

from __future__ import annotations

from pathlib import Path

import click

from clew.cli import options
from clew.cli.questions import ask, lines_for, show
from clew.cli.units import Clock


@click.command(short_help="Why two addresses are one entity.")
@click.argument("a", metavar="ADDR")
@click.argument("b", metavar="ADDR")
@options.ledger
@options.clock
@options.as_json
@options.view
def explain(a: str, b: str, ledger: Path, clock: Clock, as_json: bool, view: options.View) -> None:
    """Show the shortest chain of transactions that joins two addresses.

    Each step puts two addresses under one control, by one rule in one transaction. The weakest step is
    named, and how many chains there are that share no transaction: so many would all have to be wrong. Where
    no rule joins the two, the answer says so, and which entity each belongs to.

    \b
    Examples:
      clew explain 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
      clew explain entity:9 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --at 170 --json
    """
    show(ask(ledger, view).explain(a, b, lines=lines_for((a, b))), as_json, clock)


@click.command(short_help="Single transactions on which parts of an entity hang.")
@click.argument("address", metavar="ADDR")
@options.ledger
@options.paging
@options.clock
@options.as_json
@options.view
def bridges(
    address: str, ledger: Path, limit: int, offset: int, clock: Clock, as_json: bool, view: options.View
) -> None:
    """Show which single transactions hold parts of the entity of ADDR to it.

    If such a transaction had been made by several owners, the addresses beyond it would not be under one
    control with ADDR: how many they are, what they received, and what they hold. For all others it is said
    how many transactions would all have to be wrong.

    \b
    Examples:
      clew bridges 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
      clew bridges 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --limit 0 --json
    """
    asked = ask(ledger, view)
    answer = asked.bridges(address, lines=lines_for((address,)), limit=limit, offset=offset)
    show(answer, as_json, clock)


@click.command(short_help="An entity without a rule, a transaction or a tag.")
@click.argument("address", metavar="ADDR")
@click.option(
    "--without",
    metavar="RULE|TXID|TAG",
    multiple=True,
    required=True,
    help="What to take away: a rule by name, a transaction by id, or a tag as tag:LABEL; may be repeated.",
)
@options.ledger
@options.paging
@options.clock
@options.as_json
@options.view
def whatif(
    address: str,
    without: tuple[str, ...],
    ledger: Path,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """Show what the entity of ADDR would be if a rule, a transaction or a tag were taken away.

    Without a rule that joins, or a transaction, parts may leave. Without a rule that detects coinjoins,
    more may join. The ledger itself stays as it is.

    \b
    Examples:
      clew whatif 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --without coinjoin
      clew whatif entity:9 --without f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16
    """
    asked = ask(ledger, view)
    answer = asked.whatif(address, without, lines=lines_for((address,)), limit=limit, offset=offset)
    show(answer, as_json, clock)


COMMANDS = (explain, bridges, whatif)
