"""``clew requests``: what to ask each exchange for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.origins import GRADES, way_back
from clew.cli.questions import ask, lines_for, show
from clew.cli.units import Clock
from clew.errors import ReportError, UsageError

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.analysis.examined import Examined
    from clew.interop.register import Register

FORMS = ("csv", "xlsx", "pdf")
MOVEMENTS = ("withdrawal", "deposit")


@click.command(short_help="What to ask each exchange for, and nothing besides.")
@options.addresses
@options.ledger
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write a list for each exchange into this folder, which must be missing or empty.",
)
@click.option(
    "--format",
    "forms",
    type=click.Choice(FORMS),
    multiple=True,
    help="With -o: in which forms; may be repeated.  [default: all three]",
)
@click.option(
    "--grade",
    "grades",
    type=click.Choice(GRADES[:3]),
    multiple=True,
    help='Of routes of this grade; may be repeated.  [default: direct and "own wallet"]',
)
@click.option(
    "--movement",
    "movements",
    type=click.Choice(MOVEMENTS),
    multiple=True,
    help="Withdrawals from which payments came, or deposits that were made of them; may be repeated.  "
    "[default: withdrawal]",
)
@click.option("--service", metavar="NAME", help="Only for this exchange.")
@way_back
@click.option(
    "--with-context", is_flag=True, help="Say also what was paid, to which address, and by which route."
)
@options.examined
@options.as_json
@options.view
def requests(
    addresses: tuple[str, ...],
    ledger: Path,
    folder: Path | None,
    forms: tuple[str, ...],
    grades: tuple[str, ...],
    movements: tuple[str, ...],
    service: str | None,
    depth: int,
    days: int | None,
    with_context: bool,
    examiner: str | None,
    purpose: str | None,
    as_json: bool,
    view: options.View,
) -> None:
    """List, for each exchange at which payments into the entity of ADDR began, what a request must name.

    That is the exchange's own withdrawals (or deposits): transaction and output, address, amount, and the
    block's time in UTC and in the exchange's zone, if its country has only one. Neither ADDR, nor the
    payments, nor a reason stands in it, unless --with-context. Of a direct withdrawal the transaction is the
    payment; its address is left out. Keep --purpose to a reference number.

    \b
    Examples:
      clew requests 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3
      clew requests @addresses.csv -o requests --examiner "A. Lee" --purpose 2026-17
      clew requests @addresses.csv --service exchange-a --format csv -o for-a
    """
    if forms and folder is None:
        raise UsageError("--format: expected with -o DIR, found without it; name a folder")
    who = options.who(examiner, purpose, str(folder)) if folder is not None else None
    asked = ask(ledger, view)
    chosen: dict[str, Any] = {"grades": grades} if grades else {}
    chosen |= {"movements": movements} if movements else {}
    answer = asked.requests(
        addresses, lines=lines_for(addresses), depth=depth, days=days, service=service,
        with_context=with_context, **chosen,
    )  # fmt: skip
    if folder is not None and who is not None:
        write(folder, answer, who, forms or FORMS)
    show(answer, as_json, Clock())


def write(folder: Path, answer: Answer, who: Examined, forms: tuple[str, ...]) -> list[Path]:
    """Write a list for each exchange; all of them or none. Returns the files."""
    from clew.folders import whole_folder
    from clew.interop.register import write_csv, write_xlsx

    if not answer.result["requests"]:
        raise UsageError(
            f"{folder}: there is nothing to write: no route of these grades ends at a tagged service; give "
            "--grade inferred, or import tags of exchanges"
        )
    names = _names(answer.result["requests"])
    with whole_folder(folder) as making:
        for name, request in zip(names, answer.result["requests"], strict=True):
            for form in dict.fromkeys(forms):
                place = making / f"{name}.{form}"
                if form == "pdf":
                    place.write_bytes(_pdf(answer, request, who))
                elif form == "xlsx":
                    write_xlsx(place, _register(answer, request, who))
                else:
                    write_csv(place, _register(answer, request, who))
    return [folder / f"{name}.{form}" for name in names for form in dict.fromkeys(forms)]


def _names(requests: list[dict[str, Any]]) -> list[str]:
    """A file's name for each list, none twice: countries and holder."""
    names: list[str] = []
    for each in requests:
        where = "+".join(each["jurisdictions"]) or "unknown"
        name = f"{where}-{each['label']}"
        name = re.sub(r"[^A-Za-z0-9+.-]+", "-", name).strip("-.")[:80] or "service"
        found, number = name, 2
        while found.casefold() in {known.casefold() for known in names}:
            found, number = f"{name}-{number}", number + 1
        names.append(found)
    return names


def _register(answer: Answer, request: dict[str, Any], who: Examined) -> Register:
    from clew.interop.register import Column, Register

    with_context = bool(answer.parameters["with_context"])
    columns = _COLUMNS + (_CONTEXT if with_context else ())
    return Register(
        title="transactions",
        question=f"transactions of {request['label']} to look up",
        snapshot=answer.snapshot,
        tip=answer.ledger["tip"],
        examined=who,
        columns=tuple(Column(*each) for each in columns),
        rows=[_cells(request, row, with_context) for row in request["rows"]],
        network=answer.ledger["network"],
        notes=answer.caveats,
    )


_COLUMNS = (
    ("service", "Whom to ask."),
    ("jurisdictions", "Countries under whose law it stands, by the actor pack."),
    ("movement", "withdrawal: the service sent this output; deposit: it received it."),
    ("txid", "Transaction id."),
    ("vout", "Number of the output in it, from 0."),
    ("address", "The address that the output pays to; empty where it is left out."),
    ("satoshi", "Value of the output."),
    ("height", "Height of the block."),
    ("block_time_utc", "Time in the block's header, UTC; it was sent earlier."),
    ("block_time_local", "The same in the service's zone; empty where that is not known."),
    ("zone", "That zone; empty where the country has several, or is not known."),
)
_CONTEXT = (
    ("grades", "Grades of the routes of payments that came of it."),
    ("payments", "These payments, as transaction:number."),
    ("paid_addresses", "The addresses that they paid."),
    ("paid_satoshi", "What of each payment came of it."),
)


def _cells(request: dict[str, Any], row: dict[str, Any], with_context: bool) -> tuple[Any, ...]:
    cells = (
        request["label"], tuple(request["jurisdictions"]), row["movement"], row["txid"], row["vout"],
        row["address"], row["value"], row["height"], row["utc"], row["local"], request["zone"],
    )  # fmt: skip
    if not with_context:
        return cells
    routes = row["routes"]
    return (
        *cells,
        tuple(each["grade"] for each in routes),
        tuple(f"{each['txid']}:{each['vout']}" for each in routes),
        tuple(each["address"] for each in routes),
        tuple(f"{each['satoshi']}" for each in routes),
    )


def _pdf(answer: Answer, request: dict[str, Any], who: Examined) -> bytes:
    from clew.report.file import version

    try:
        from clew.report.pdf import pdf
        from clew.report.request import document

        return pdf(
            document(
                request,
                network=answer.ledger["network"],
                tip=answer.ledger["tip"],
                snapshot=answer.snapshot,
                notes=answer.caveats,
                examined=who,
                version=version(),
            )
        )
    except ImportError as error:
        raise ReportError(
            f"a PDF needs the package {error.name}, which is not installed: pip install 'clew[report]'; or "
            "give --format csv"
        ) from error


COMMANDS = (requests,)
