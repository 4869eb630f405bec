"""The commands about money that comes in, is held and goes out, with what it was worth."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.questions import ask, lines_for, show
from clew.cli.registers import say_written, to_files, written
from clew.cli.units import SATOSHI, Clock

if TYPE_CHECKING:
    from clew.analysis.answer import Answer

_KINDS = ("coinbase", "coinjoin", "mixed", "ordinary")
_SORTS = ("time", "value")


def satoshi(context: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    """Whole satoshi, or BTC where it has a decimal point or BTC behind it. Raises click.BadParameter."""
    if text is None:
        return None
    plain = text.strip().lower()
    try:
        amount = Decimal(plain.removesuffix("btc").strip())
        amount *= SATOSHI if plain.endswith("btc") or "." in plain else 1
        if amount.is_finite() and amount >= 0 and amount == amount.to_integral_value():
            return int(amount)
    except (InvalidOperation, ValueError):
        pass
    raise click.BadParameter(
        f"expected whole satoshi, such as 5000, or BTC, such as 0.00005 or 1BTC, found {text!r}"
    )


def listed(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[str, ...]:
    """Names with commas between, as they come."""
    if text is None:
        return ()
    found = tuple(part.strip() for part in text.split(","))
    if not all(found):
        raise click.BadParameter(f"expected names with commas between, found {text!r}")
    return found


def valued(command: options.Command) -> options.Command:
    """``--value``, ``--value-at`` and ``--prices``, given to the command as one dictionary ``worth``."""

    @wraps(command)
    def asked(
        *arguments: Any, value: tuple[str, ...], value_at: str | None, prices: str | None, **more: Any
    ) -> Any:
        worth = {"value": value, "value_at": value_at, "prices": prices}
        return command(*arguments, worth=worth, **more)

    with_prices = click.option(
        "--prices", metavar="NAME", help="With --value: only prices whose source has this name."
    )(asked)
    with_day = click.option(
        "--value-at", metavar="DATE", help="With --value: also at the beginning of this day (UTC)."
    )(with_prices)
    return click.option(
        "--value",
        metavar="CUR,CUR",
        callback=listed,
        help="What it was worth at the block's time, in these currencies; needs clew prices import.",
    )(with_day)  # type: ignore[return-value]


@click.command(short_help="Every payment into an entity from outside.")
@options.addresses
@options.ledger
@click.option(
    "--from", "first", metavar="DATE", help="Only payments of this day or later, in the zone of --tz."
)
@click.option("--to", "last", metavar="DATE", help="Only payments of this day or earlier.")
@click.option(
    "--least", metavar="AMOUNT", callback=satoshi, help="Only payments of this amount or more, as in 0.005."
)
@click.option("--most", metavar="AMOUNT", callback=satoshi, help="Only payments of this amount or less.")
@click.option(
    "--payer", metavar="ADDR", multiple=True, help="Only payments by the entity of ADDR. Repeat it."
)
@click.option(
    "--kind", metavar="KIND,KIND", callback=listed, help=f"Only payments of a kind: {', '.join(_KINDS)}."
)
@click.option(
    "--sort",
    type=click.Choice(_SORTS),
    default="time",
    show_default=True,
    help="By time, or the largest first.",
)
@valued
@to_files
@options.paging
@options.clock
@options.as_json
@options.view
def payments(
    addresses: tuple[str, ...],
    ledger: Path,
    first: str | None,
    last: str | None,
    least: int | None,
    most: int | None,
    payer: tuple[str, ...],
    kind: tuple[str, ...],
    sort: str,
    csv: Path | None,
    xlsx: Path | None,
    examiner: str | None,
    purpose: str | None,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
    view: options.View,
    worth: dict[str, Any],
) -> None:
    """List every payment into the entity of ADDR from outside it, and sum them by month.

    Money that moves within the entity is not a payment. A payment of new coins (coinbase) has no
    payer; a coinjoin has several. In a mixed transaction some inputs are the entity's own, and
    only what it gained is counted.

    With --value each payment has its value at the time of its block, and sums add these. A value
    is missing where no price is known; sums say how many are. A file (--csv, --xlsx) holds all
    rows that were chosen, and says who asked (--examiner), what for (--purpose), and when.

    \b
    Examples:
      clew payments 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3
      clew payments @addresses.csv --limit 0 --json > payments.json
      clew payments @addresses.csv --value KRW,USD --from 2019-01-01 --to 2019-12-31 --least 0.005
      clew payments @a.csv --value KRW --xlsx out.xlsx --examiner "A. Kim" --purpose "case 12"
      cat addresses.txt | clew payments - --tz Asia/Seoul
    """
    from clew.interop.payments import register

    inquiry, lines = ask(ledger, view), lines_for(addresses)
    known = None if lines is None else [*lines]

    def answer(limit: int, offset: int) -> Answer:
        return inquiry.payments(
            addresses, lines=known, limit=limit, offset=offset, tz=clock.name, first=first, last=last,
            least=least, most=most, payer=payer, kind=kind, sort=sort, **worth,
        )  # fmt: skip

    if not written(lambda: answer(0, 0), register, csv, xlsx, examiner, purpose):
        show(answer(limit, offset), as_json, clock)
        say_written(csv, xlsx, as_json)


@click.command(short_help="Received, spent and held, by month.")
@options.addresses
@options.ledger
@valued
@options.clock
@options.as_json
@options.view
def proceeds(
    addresses: tuple[str, ...],
    ledger: Path,
    clock: Clock,
    as_json: bool,
    view: options.View,
    worth: dict[str, Any],
) -> None:
    """Show by month what the entity of ADDR received from outside, spent to outside, and held.

    Money that moves within the entity is not income. With --tz, months begin and end in that zone.
    With --value, what came in and went out is also summed in a currency, payment by payment, each at
    the time of its block.

    \b
    Examples:
      clew proceeds 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
      clew proceeds @addresses.csv --tz Asia/Seoul --json
      clew proceeds @addresses.csv --value KRW,USD
    """
    answer = ask(ledger, view).proceeds(addresses, lines=lines_for(addresses), tz=clock.name, **worth)
    show(answer, as_json, clock)


@click.command(short_help="Every payment out of an entity, and to whom.")
@options.addresses
@options.ledger
@options.paging
@options.clock
@options.as_json
@options.view
def outflows(
    addresses: tuple[str, ...],
    ledger: Path,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """List every payment out of the entity of ADDR, and to which entity it went.

    \b
    Examples:
      clew outflows 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
      clew outflows @addresses.csv --limit 0 --json
    """
    answer = ask(ledger, view).outflows(addresses, lines=lines_for(addresses), limit=limit, offset=offset)
    show(answer, as_json, clock)


@click.command(short_help="Where the money went, by destination.")
@options.addresses
@options.ledger
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
@click.option("--until", metavar="DAY|HEIGHT", help="Follow only what was spent up to then.")
@click.option("--least", metavar="AMOUNT", callback=satoshi, help="Follow no less than this, as in 0.005.")
@valued
@to_files
@options.memory
@options.paging
@options.clock
@options.as_json
@options.view
def cashout(
    addresses: tuple[str, ...],
    ledger: Path,
    policies: str,
    hops: int,
    until: str | None,
    least: int | None,
    csv: Path | None,
    xlsx: Path | None,
    examiner: str | None,
    purpose: str | None,
    memory: float | None,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
    view: options.View,
    worth: dict[str, Any],
) -> None:
    """Show where what the entity of ADDR received went: to which services, holders and wallets.

    First what left it in one step, which is exact; then the same money followed on, by several
    policies side by side, to where it ended: an attributed service, an unknown holder that looks like
    one, a coinjoin, unspent, a limit, fees. Under each policy the ends add up to what was received.
    Last, at which hours and on which weekdays the entity signed, and how little that proves.

    \b
    Examples:
      clew cashout 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3
      clew cashout @addresses.csv --policy fifo,lifo,haircut,tiho --hops 5 --value KRW
      clew cashout @a.csv --tz Asia/Seoul --xlsx out.xlsx --examiner "A. Kim" --purpose "case 12"
    """
    from clew.build.memory import Memory
    from clew.cli.progress import Display
    from clew.interop.cashout import register

    inquiry, lines = ask(ledger, view), lines_for(addresses)
    known = None if lines is None else [*lines]
    bound = Memory.of(memory).bytes

    def answer(limit: int, offset: int) -> Answer:
        with Display() as display:
            return inquiry.cashout(
                addresses, lines=known, policy=policies, hops=hops, until=until, least=least or 0,
                tz=clock.name, memory=bound, limit=limit, offset=offset, tell=display, **worth,
            )  # fmt: skip

    if not written(lambda: answer(0, 0), register, csv, xlsx, examiner, purpose):
        show(answer(limit, offset), as_json, clock)
        say_written(csv, xlsx, as_json)


COMMANDS = (payments, proceeds, outflows, cashout)
