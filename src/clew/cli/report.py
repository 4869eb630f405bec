"""``clew report``: everything about an entity in one document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.questions import ask, lines_for
from clew.cli.sheet import Sheet, show_json
from clew.cli.units import size
from clew.errors import ReportError

if TYPE_CHECKING:
    from clew.analysis.inquiry import Inquiry
    from clew.report import ReportAnswers, Traced

ENDINGS = (".pdf", ".html")
ROWS = 200


@click.command(short_help="Everything about an entity as PDF or HTML.")
@options.addresses
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write; its ending says which form: .pdf or .html.",
)
@options.ledger
@click.option(
    "--limit",
    metavar="N",
    type=options.Whole(0),
    default=ROWS,
    show_default=True,
    help="Print at most N rows of each table; 0 prints all. Sums count all rows.",
)
@click.option(
    "--trace",
    "trace_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Also show the flow diagram of a trace that clew trace -o wrote at this snapshot.",
)
@click.option(
    "--exposure",
    "with_exposure",
    is_flag=True,
    help="Also show from and to which kinds of services money came and went, as clew exposure does.",
)
@options.as_json
def report(
    addresses: tuple[str, ...],
    output: Path,
    ledger: Path,
    limit: int,
    trace_file: Path | None,
    with_exposure: bool,
    as_json: bool,
) -> None:
    """Write a report about the entity of ADDR as PDF or as one self-contained HTML file.

    It says what was asked, the state of the ledger, the entity and its evidence, every payment,
    the proceeds, the outflows, the method with its limits, and how to compute it again. The same
    ledger, addresses and limit give the same bytes.

    \b
    Examples:
      clew report 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S -o report.pdf
      clew report @addresses.csv -o report.html --limit 0
      clew report 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --exposure -o report.pdf
      clew report 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --trace trace.json -o report.pdf
    """
    if output.suffix.lower() not in ENDINGS:
        raise ReportError(f"{output}: expected a file that ends in .pdf or .html")
    written = write(
        ask(ledger), addresses, output, limit=limit, trace_file=trace_file, with_exposure=with_exposure
    )
    if as_json:
        show_json(written)
    else:
        sheet = Sheet()
        sheet.line(f"wrote {written['file']} ({size(written['bytes'])})")
        sheet.line(f"SHA-256 {written['sha256']}")
        sheet.line(f"snapshot {written['snapshot']}")
        sheet.show()


def write(
    inquiry: Inquiry,
    addresses: tuple[str, ...],
    output: Path,
    *,
    limit: int = ROWS,
    trace_file: Path | None = None,
    with_exposure: bool = False,
) -> dict[str, Any]:
    """Ask everything, write the report with ``limit`` rows a table (0: all), say what was written."""
    import hashlib

    from clew.report import write_report

    on = inquiry.ledger.network
    if on.currency != "Bitcoin":
        raise ReportError(
            f"expected a ledger of Bitcoin, whose amounts a report states; found one of {on.name}"
        )
    shown = traced(inquiry, trace_file) if trace_file else None
    answers = replace(everything(inquiry, addresses), trace=shown)
    if with_exposure:
        answers = replace(answers, exposure=inquiry.exposure(answers.addresses))
    write_report(output, answers, limit=limit)
    content = output.read_bytes()
    return {
        "file": str(output),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "snapshot": answers.payments.snapshot,
    }


def traced(inquiry: Inquiry, path: Path) -> Traced:
    """The trace in a file, with the names that the ledger gives to the services at which coins end."""
    from clew.cli.picture import services
    from clew.report import Traced
    from clew.report.tracefile import read_trace

    content = read_trace(path)
    return Traced(content, path.name, services(inquiry.ledger, content))


def everything(inquiry: Inquiry, addresses: tuple[str, ...]) -> ReportAnswers:
    """The answers that a report is made of.

    The status is left out: how far the ledger is behind changes while the ledger does not, and the
    same ledger must give the same bytes.
    """
    from clew.report import ReportAnswers

    found = inquiry.addresses(addresses, lines=lines_for(addresses))
    tip = inquiry.block(inquiry.ledger.tip.height, limit=1)
    return ReportAnswers(
        entity=inquiry.each_entity(found),
        payments=inquiry.payments(found),
        proceeds=inquiry.proceeds(found),
        outflows=inquiry.outflows(found),
        tip_time=tip.result["time"],
    )
