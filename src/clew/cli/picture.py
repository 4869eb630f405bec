"""``clew picture``: a trace as a flow diagram."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.sheet import Sheet, show_json
from clew.cli.units import btc, number, plural, size
from clew.errors import NotFoundError, ReportError

if TYPE_CHECKING:
    from clew.ledger.ledger import Ledger


@click.command(short_help="A trace as a flow diagram (SVG).")
@click.argument("file", metavar="TRACE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write; it ends in .svg.",
)
@click.option(
    "--policy",
    metavar="NAME",
    help="Whose flow to draw. Without it: the first of the trace that has amounts.",
)
@click.option(
    "--ledger",
    "ledger",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=f"Tell services apart by this ledger. Without it: {options.LEDGER_VARIABLE}, if set.",
)
@options.as_json
def picture(file: Path, output: Path, policy: str | None, ledger: Path | None, as_json: bool) -> None:
    """Draw the trace that clew trace -o wrote as a Sankey diagram in block time: one SVG file.

    From left to right: the sources, the transactions with most of the money, and where it ended: services,
    and what is unattributed by reason, and fees. Smaller transactions run together as others; every end
    has the sum that the trace states. The file is enough; several services are told apart where its ledger is
    at hand. The same trace gives the same bytes, and a text in the file tells the same as the picture.

    \b
    Examples:
      clew picture trace.json -o flow.svg
      clew picture trace.json --policy fifo --ledger ./ledger -o flow.svg
    """
    from clew.report.bands import bands_of
    from clew.report.file import replace
    from clew.report.sankey import sankey
    from clew.report.tracefile import read_trace

    if output.suffix.lower() != ".svg":
        raise ReportError(f"{output}: expected a file that ends in .svg")
    content = read_trace(file)
    labels = _labels(content, ledger)
    bands = bands_of(content, policy, labels)
    drawn = sankey(content, bands.policy, labels).encode("utf-8")
    if not output.absolute().parent.is_dir():
        raise ReportError(f"cannot write {output}: there is no folder {output.parent}; make it first")
    replace(output, drawn)
    written: dict[str, Any] = {
        "file": str(output),
        "bytes": len(drawn),
        "policy": bands.policy,
        "satoshi": bands.total,
        "ends": [{"end": end, "satoshi": value} for end, value in bands.ends().items()],
        "transactions": len(bands.steps),
        "folded": bands.folded,
        "snapshot": content["snapshot"],
    }
    if as_json:
        show_json(written)
    else:
        _sheet(written).show()


def _labels(content: Mapping[str, Any], named: Path | None) -> dict[str, str]:
    """Names of services by coin; none where no ledger is named, or it is not of this trace."""
    from clew.ledger.ledger import open_ledger

    folder = named or os.environ.get(options.LEDGER_VARIABLE) or _of_the_program()
    if not folder:
        return {}
    ledger = open_ledger(folder)
    if ledger.network.name != content["network"]:
        raise ReportError(
            f"{folder}: expected a ledger of {content['network']}, as the trace is, found one of "
            f"{ledger.network.name}; name another with --ledger"
        )
    return services(ledger, content)


def _of_the_program() -> str | None:
    found = click.get_current_context().find_root().params.get("ledger")
    return str(found) if found else None


def services(ledger: Ledger, content: Mapping[str, Any]) -> dict[str, str]:
    """The label that a trace gives to the service at which a coin ends, by coin.

    The file lists services by address; whose address a coin has the ledger tells. A coin that it does not
    have gets no name.
    """
    labels = {each["address"]: str(each["label"]) for each in content["given"]["services"] if each["address"]}
    found = {}
    for trace in content["traces"]:
        ended = [coin["coin"] for step in trace["steps"] for coin in step["out"] if coin["end"] == "service"]
        for coin in ended:
            if coin not in found:
                found[coin] = labels.get(_address(ledger, coin) or "")
    return {coin: label for coin, label in found.items() if label}


def _address(ledger: Ledger, coin: str) -> str | None:
    txid, _, index = coin.partition(":")
    try:
        output = ledger.find_output(txid, int(index))
    except NotFoundError:
        return None
    return ledger.address_text(int(ledger.column("outputs.address")[output]))


def _sheet(written: Mapping[str, Any]) -> Sheet:
    sheet = Sheet()
    sheet.line(f"wrote {written['file']} ({size(written['bytes'])})", "bold")
    sheet.line(f"{btc(written['satoshi'])} BTC by {written['policy']}")
    sheet.facts([(each["end"], f"{btc(each['satoshi'])} BTC") for each in written["ends"]])
    drawn = f"{plural(written['transactions'], 'transaction')} drawn each"
    sheet.line(f"{drawn}, {number(written['folded'])} with less money together as others")
    sheet.line(f"snapshot {written['snapshot']}")
    return sheet


__all__ = ["picture", "services"]
