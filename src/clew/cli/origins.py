"""``clew origins``: where payments came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.questions import ask, lines_for, show
from clew.cli.registers import say_written, to_files, written
from clew.cli.units import Clock

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.analysis.examined import Examined
    from clew.interop.register import Register

GRADES = ("direct", "own wallet", "inferred", "broken")
DEPTH = 6


def way_back(command: options.Command) -> options.Command:
    """``--depth`` and ``--days``: how far a way back is followed."""
    with_days = click.option(
        "--days",
        metavar="N",
        type=options.Whole(0),
        help="Do not follow coins made longer before the payment.",
    )(command)
    return click.option(
        "--depth",
        metavar="N",
        type=options.Whole(0, 100),
        default=DEPTH,
        show_default=True,
        help="Follow each way back over N hops at most.",
    )(with_days)


@click.command(short_help="Where payments came from: the first service that could know.")
@options.addresses
@options.ledger
@way_back
@click.option(
    "--grade",
    "grades",
    type=click.Choice(GRADES),
    multiple=True,
    help="Show payments of this grade only; may be repeated. Sums count all.",
)
@click.option("--service", metavar="NAME", help="Show payments only of which a part came of this service.")
@options.paging
@to_files
@options.clock
@options.as_json
@options.view
def origins(
    addresses: tuple[str, ...],
    ledger: Path,
    depth: int,
    days: int | None,
    grades: tuple[str, ...],
    service: str | None,
    limit: int,
    offset: int,
    csv: Path | None,
    xlsx: Path | None,
    examiner: str | None,
    purpose: str | None,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """Go back from every payment into the entity of ADDR to the first service that could know the customer.

    Each row is one output that was paid. Its way back ends where a tagged service sent the coins, or where it
    can lead no further. Grades describe the route on the ledger, never a person: direct (withdrawn straight
    to the entity of ADDR), own wallet (through addresses of one strict entity, nothing else between),
    inferred (through other entities, or doubtful), broken. Somebody else may always have paid: the ledger
    cannot exclude a takeover, a resale, a gift or a friend. A file (--csv, --xlsx) holds all rows that were
    chosen, whatever --limit says, and names its examiner and what it is for.

    \b
    Examples:
      clew origins 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3
      clew origins @addresses.csv --grade direct --grade "own wallet" --json > origins.json
      clew origins @addresses.csv --xlsx origins.xlsx --examiner "A. Lee" --purpose 2026-17
    """
    inquiry, lines = ask(ledger, view), lines_for(addresses)
    known = None if lines is None else [*lines]

    def answer(limit: int, offset: int) -> Answer:
        return inquiry.origins(
            addresses, lines=known, depth=depth, days=days, grades=grades, service=service, limit=limit,
            offset=offset,
        )  # fmt: skip

    if not written(lambda: answer(0, 0), _register, csv, xlsx, examiner, purpose):
        show(answer(limit, offset), as_json, clock)
        say_written(csv, xlsx, as_json)


def _register(answer: Answer, who: Examined) -> Register:
    """The rows of an answer as a register: one for each origin."""
    from clew.interop.register import Column, Register
    from clew.interop.register import Table as Sheet

    rows = [_cells(payment, each) for payment in answer.result["payments"] for each in payment["origins"]]
    grades = answer.result["by_grade"]
    return Register(
        title="origins",
        question=f"origins {answer.parameters}",
        snapshot=answer.snapshot,
        tip=answer.ledger["tip"],
        examined=who,
        columns=tuple(Column(*each) for each in _COLUMNS),
        rows=rows,
        network=answer.ledger["network"],
        notes=(answer.result["notice"], *answer.caveats, answer.error_estimate or ""),
        more=(
            Sheet(
                "by grade",
                tuple(Column(each) for each in grades[0]),
                [tuple(each.values()) for each in grades],
            ),
        ),
    )


_COLUMNS = (
    ("payment", "Transaction and output of the payment."),
    ("height", "Height of its block."),
    ("time", "Its block's header time, Unix seconds, UTC; set by the miner."),
    ("address", "The address that was paid."),
    ("value", "Satoshi of the payment."),
    ("payment_grade", "Grade of the payment's routes together."),
    ("grade", "Grade of this route."),
    ("satoshi", "Share of the payment that came this way."),
    ("end", "Where the way back ends."),
    ("service", "The service that sent the coins."),
    ("actor", "Its id in the actor pack."),
    ("jurisdictions", "Countries under whose law it stands, by the actor pack."),
    ("hops", "Coins between the payment and its origin, by the shortest way."),
    ("seconds", "From the origin's block to the payment's."),
    ("origin", "Transaction and output of the coin at which the way back ends."),
    ("origin_address", "The address that this output pays to."),
    ("origin_value", "Satoshi of the whole output."),
    ("origin_height", "Height of its block."),
    ("origin_time", "Its block's header time, Unix seconds, UTC."),
    ("reasons", "Why the route has this grade."),
)


def _cells(payment: dict[str, Any], each: dict[str, Any]) -> tuple[Any, ...]:
    service = each["service"] or {}
    return (
        _coin(payment), payment["height"], payment["time"], payment["address"], payment["value"],
        payment["grade"], each["grade"], each["satoshi"], each["end"], service.get("label"),
        service.get("actor"), tuple(service.get("jurisdictions", ())), each["hops"], each["seconds"],
        _coin(each), each["address"], each["value"], each["height"], each["time"], tuple(each["reasons"]),
    )  # fmt: skip


def _coin(row: dict[str, Any]) -> str | None:
    if row["txid"] is None or row["vout"] is None:
        found: str | None = row["txid"]
        return found
    return f"{row['txid']}:{row['vout']}"


COMMANDS = (origins,)
