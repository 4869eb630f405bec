"""``clew simulate scenarios`` and ``clew simulate scenario``: small chains whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.sheet import Column, Sheet, amount, identity, show_json
from clew.cli.units import btc, number

if TYPE_CHECKING:
    from clew.simulate.scenarios import Written


@click.command(short_help="List the scenarios: small chains that show one thing each.")
@options.as_json
def scenarios(as_json: bool) -> None:
    """List the scenarios: small chains, written in a few lines each, whose truth is known.

    \b
    Examples:
      clew simulate scenarios
      clew simulate scenarios --json
    """
    from clew.simulate.scenarios import SCENARIOS

    if as_json:
        names = ("name", "topic", "title", "answers")
        listed = [{name: getattr(each, name) for name in names} for each in SCENARIOS.values()]
        show_json({"scenarios": listed})
        return
    sheet = Sheet()
    for topic in dict.fromkeys(each.topic for each in SCENARIOS.values()):
        sheet.heading(topic)
        rows = [(each.name, each.title) for each in SCENARIOS.values() if each.topic == topic]
        sheet.table((identity("scenario"), Column("what it shows")), rows)
    sheet.line()
    sheet.prose(
        "clew simulate scenario NAME writes one, or one of your own: clew simulate scenario my_file.py"
    )
    sheet.show()


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    from clew.simulate.scenarios import SCENARIOS

    return [CompletionItem(name) for name in SCENARIOS if name.startswith(incomplete)]


@click.command(short_help="Write one scenario: block files, its truth, and what it shows.")
@click.argument("which", metavar="NAME|FILE.py[:NAME]", shell_complete=_complete)
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder to make; it must be missing or empty. Without it: one of the scenario's name, here.",
)
@click.option("--signed", is_flag=True, help="Sign everything, so that a node accepts it.")
@options.as_json
def scenario(which: str, folder: Path | None, signed: bool, as_json: bool) -> None:
    """Write one scenario to a folder: blocks, the truth, and a README that tells what happened and why.

    NAME is one of clew simulate scenarios. FILE.py is a Python file of your own with functions under
    @scenario; it is run. The same scenario gives the same bytes. --signed needs the package coincurve:
    pip install "clew[signed]".

    \b
    Examples:
      clew simulate scenario peeling-chain
      clew simulate scenario my_file.py:two-brothers -o ./brothers
      clew index ./peeling-chain/blocks --network regtest --ledger ./ledger
    """
    from clew.simulate.scenarios import find, write

    found = find(which)
    written = write(found, folder or Path(found.name), signed=signed)
    if as_json:
        show_json(_as_dict(written))
    else:
        _sheet(written).show()


def _as_dict(written: Written) -> dict[str, Any]:
    tip = written.story.chain.tip
    return {
        "name": written.scenario.name,
        "title": written.scenario.title,
        "answers": written.scenario.answers,
        "folder": str(written.folder),
        "tip": {"height": tip.height, "hash": tip.header.hash[::-1].hex()},
        "transactions": len({each.txid for each in written.story.told}),
        "addresses": len(written.story.owned),
        "payments": len(written.story.told),
        "labels": [
            {
                "label": each.label,
                "txid": each.txid,
                "vout": each.vout,
                "value": each.value,
                "address": each.address,
            }
            for each in written.story.told
            if each.label
        ],
    }


def _sheet(written: Written) -> Sheet:
    found = _as_dict(written)
    sheet = Sheet()
    sheet.line(f"{found['folder']}: {found['name']}", "bold")
    sheet.prose(found["title"])
    sheet.line()
    sheet.facts(
        [
            ("last block", f"{number(found['tip']['height'])} ({found['tip']['hash']})"),
            ("transactions", number(found["transactions"])),
            ("outputs", number(found["payments"])),
            ("addresses", number(found["addresses"])),
        ]
    )
    sheet.line()
    rows = [
        (each["label"], btc(each["value"]), each["address"], f"{each['txid']}:{each['vout']}")
        for each in found["labels"]
    ]
    sheet.table((Column("output"), amount("value"), identity("address"), identity("txid:vout")), rows)
    sheet.heading("right answers")
    for paragraph in found["answers"].split("\n\n"):
        sheet.prose(" ".join(paragraph.split()))
    return sheet
