"""The commands that ask: each one question, shown as a page or as one JSON object."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.sheet import show_json
from clew.cli.units import Clock

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.analysis.inquiry import Inquiry


def ask(ledger: Path, view: options.View | None = None) -> Inquiry:
    """The ledger, ready for questions; as of a height and by a set of rules where a view says so."""
    from clew.analysis.inquiry import Inquiry
    from clew.ledger.ledger import open_ledger

    inquiry = Inquiry(open_ledger(ledger))
    return inquiry.seen(at=view.at, rules=view.rules) if view else inquiry


def lines_for(addresses: tuple[str, ...]) -> Iterable[str] | None:
    """Standard input, if ``-`` asks for it. What is no text there is shown as such in an error."""
    if "-" not in addresses:
        return None
    if sys.stdin is None:
        return ()
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdin


def show(answer: Answer, as_json: bool, clock: Clock | None = None) -> None:
    """Print an answer: one JSON object, or the page of its question."""
    if as_json:
        show_json(answer.as_dict())
        return
    from clew.cli import pages

    getattr(pages, answer.question.replace(" ", "_"))(answer, clock or Clock()).show()


def show_each(answers: Sequence[Answer], as_json: bool, clock: Clock) -> None:
    """Print one answer as ``show`` does; several as pages below each other, or in one JSON object."""
    if as_json and len(answers) > 1:
        show_json({"answers": [answer.as_dict() for answer in answers]})
        return
    for position, answer in enumerate(answers):
        if position:
            click.echo()
        show(answer, as_json, clock)


@click.command(short_help="The tip, the counts, how far behind.")
@options.ledger
@options.as_json
def status(ledger: Path, as_json: bool) -> None:
    """Show the tip, how much the ledger holds, and how far it is behind the block files.

    \b
    Examples:
      clew status --ledger ./ledger
      clew status --json
    """
    show(ask(ledger).status(), as_json)


@click.command(short_help="SHA-256 of everything the ledger says.")
@options.ledger
@options.as_json
def digest(ledger: Path, as_json: bool) -> None:
    """Compute the SHA-256 of everything the ledger says, from its files.

    Two ledgers of the same chain and rules have the same digest, whatever machine made them. The
    files are read whole and compared with what was committed, so damage is found as well.

    \b
    Examples:
      clew digest --ledger ./ledger
      clew digest --json
    """
    show(ask(ledger).digest(), as_json)


@click.command(short_help="A block and its transactions.")
@click.argument("block", metavar="HEIGHT|HASH")
@options.ledger
@options.paging
@options.clock
@options.as_json
def block(block: str, ledger: Path, limit: int, offset: int, clock: Clock, as_json: bool) -> None:
    """Show a block's header, its sums and its transactions.

    \b
    Examples:
      clew block 170
      clew block 00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee --json
    """
    show(ask(ledger).block(block, limit=limit, offset=offset), as_json, clock)


@click.command(short_help="A transaction, its inputs and outputs.")
@click.argument("txid", metavar="TXID")
@options.own_rules
@options.ledger
@options.clock
@options.as_json
def tx(txid: str, own_rules: Path | None, ledger: Path, clock: Clock, as_json: bool) -> None:
    """Show a transaction: its inputs, its outputs, who spent them, and what the rules say of it.

    clew rules tells what each rule means. With --rules, rules of your own are asked as well; the file is
    Python, and runs with your rights.

    \b
    Examples:
      clew tx f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16
      clew tx f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16 --tz Asia/Seoul
      clew tx f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16 --rules my_rule.py
    """
    from clew.heuristics.files import load

    known = load(own_rules) if own_rules else ()
    show(ask(ledger).tx(txid, known), as_json, clock)


@click.command(short_help="An address and the outputs paid to it.")
@options.addresses
@options.ledger
@options.paging
@options.clock
@options.as_json
@options.view
def address(
    addresses: tuple[str, ...],
    ledger: Path,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """Show an address: its sums, its entity, and every output paid to it.

    Of several addresses each is shown alone; as JSON they stand in a list called answers.

    \b
    Examples:
      clew address 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
      clew address 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --limit 0 --json
    """
    asked = ask(ledger, view)
    show_each(
        asked.each_address(addresses, lines=lines_for(addresses), limit=limit, offset=offset), as_json, clock
    )


@click.command(short_help="The addresses under one control, and why.")
@options.addresses
@options.ledger
@options.paging
@options.clock
@options.as_json
@options.view
def entity(
    addresses: tuple[str, ...],
    ledger: Path,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """Show which addresses are under one control with ADDR, and the reason for each.

    The number of addresses is a lower bound: the rules in force miss some, and are made so that
    they seldom join what does not belong together. With entity:ID, an id that was absorbed leads to the
    entity that it is part of now, and the answer says since when and why.

    \b
    Examples:
      clew entity 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
      clew entity f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16:0 --json
      clew entity entity:9 --at 170
    """
    answers = ask(ledger, view).each_entity(addresses, lines=lines_for(addresses), limit=limit, offset=offset)
    show_each(answers, as_json, clock)


@click.command(short_help="How many entities there are, and how large.")
@options.ledger
@options.paging
@options.as_json
@options.view
def entities(ledger: Path, limit: int, offset: int, as_json: bool, view: options.View) -> None:
    """Show how many entities there are, how large they are, and the largest.

    \b
    Examples:
      clew entities
      clew entities --limit 10 --json
    """
    show(ask(ledger, view).entities(limit=limit, offset=offset), as_json)


COMMANDS = (status, digest, block, tx, address, entity, entities)
