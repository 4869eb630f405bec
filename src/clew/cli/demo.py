"""``clew demo``: the case, on an economy whose truth is known: from one address to a report."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.sheet import Column, Sheet, count
from clew.cli.units import btc, duration, number, plural
from clew.errors import ReportError, UsageError

if TYPE_CHECKING:
    from clew.cli.comparison import Finding
    from clew.simulate.economy.truth.read import Truth

MARK = ".clew-demo"
"""File that says that a demo made the folder, so that the next one may replace what it made."""

MADE = ("economy", "ledger", "report.pdf", "report.html")
SEED = 1
WORLD = "2015"
BLOCKS = 2_000

EXPLANATION = (
    "in truth: what there is on the chain; share: how much of it was found",
    "addresses: all under the operator's control; accounts paid: those that others paid",
    "accounts are missed that were never swept, or swept alone: no transaction joins them",
    "payments are counted by output here; clew payments and the report count transactions",
    "false payments: the operator's own money, from a wallet that the rules did not join",
    "outflows: found are all of them, true are the cash-outs among them, paid to an exchange",
    "most cash-outs took a detour, whose first step is an outflow and no cash-out",
    "direct cash-outs: those paid straight from the service's addresses",
)


class Stopwatch:
    """Times the stages of the demo, and says when each begins."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, what: str) -> Iterator[None]:
        """Time one stage."""
        click.echo(f"{name}: {what}", err=True)
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started


@click.command(short_help="The whole way on a simulated economy, beside its truth.")
@options.folder_to_make("demo", "The folder to make; one that an earlier demo made is replaced.")
@click.option(
    "--seed",
    metavar="N",
    type=options.Whole(0),
    default=SEED,
    show_default=True,
    help="Which economy; the same number gives the same one.",
)
@click.option(
    "--blocks",
    metavar="B",
    type=options.Whole(0),
    default=BLOCKS,
    show_default=True,
    help="How many blocks the economy's three years are divided into.",
)
@click.option(
    "--people", metavar="N", type=options.Whole(0), help="How many people; the world's number without."
)
@click.option(
    "--payments", metavar="N", type=options.Whole(0), help="How many payments the service takes; likewise."
)
def demo(folder: Path, seed: int, blocks: int, people: int | None, payments: int | None) -> None:
    """Simulate the case, index its blocks, ask, report, and compare with the truth.

    The economy (regtest, world 2015) has exchanges in many countries, people with wallets, and a
    service with over a million accounts, some thousands of payers and about 7,300 payments, whose
    operator sweeps, peels, mixes and cashes out. Its block files are written as a node writes them, its
    truth beside them. Clew then starts from the few addresses of the service that are known.

    \b
    Examples:
      clew demo
      clew demo -o ./small --people 500 --payments 300
    """
    from clew import build
    from clew.analysis.inquiry import Inquiry
    from clew.cli.comparison import compare
    from clew.cli.report import everything
    from clew.ledger.ledger import open_ledger
    from clew.simulate.economy.make import Size, make
    from clew.simulate.economy.truth.read import read
    from clew.simulate.worlds.load import load

    size, world = Size(blocks, people, payments), load(WORLD)
    clear(folder)
    watch = Stopwatch()
    with watch.stage("simulate", f"an economy from seed {seed}"), Display() as display:
        try:
            make(folder / "economy", world, seed=seed, size=size, tell=display)
        except BaseException:
            forsake(folder)
            raise
        known = read(folder / "economy")
        seeds = known.seed_addresses
    with watch.stage("index", f"its block files into {folder / 'ledger'}"), Display() as display:
        build.index(folder / "ledger", folder / "economy" / "blocks", network="regtest", progress=display)
    with (
        watch.stage("ask", f"about {plural(len(seeds), 'address', 'addresses')}"),
        Inquiry(open_ledger(folder / "ledger")) as inquiry,
    ):
        answers = everything(inquiry, seeds)
        findings = list(compare(answers, known))
    try:
        with watch.stage("report", "as PDF and as HTML"):
            from clew.report import write_report

            for name in ("report.pdf", "report.html"):
                write_report(folder / name, answers)
    except ReportError:
        _sheet(folder, known, findings, watch).show()
        raise
    _sheet(folder, known, findings, watch).show()


def clear(folder: Path) -> None:
    """Make the folder ready: missing, empty, or made by an earlier demo. Raises UsageError otherwise."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: expected a folder to make, found a file; name another with -o")
    mark = folder / MARK
    if folder.is_dir() and any(folder.iterdir()) and not mark.is_file():
        raise UsageError(
            f"{folder}: expected an empty folder, or one that clew demo made, found other things in it; "
            "name another with -o"
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("Made by clew demo, which may replace what it made here.\n", encoding="utf-8")
    for name in MADE:
        made = folder / name
        if made.is_dir():
            shutil.rmtree(made)
        else:
            made.unlink(missing_ok=True)


def forsake(folder: Path) -> None:
    """Leave no folder behind in which nothing was made."""
    (folder / MARK).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _sheet(folder: Path, known: Truth, findings: list[Finding], watch: Stopwatch) -> Sheet:
    sheet = Sheet()
    sheet.line("The case", "bold")
    sheet.facts(_case(known))
    sheet.line()
    sheet.line("What was found from these addresses of the service, and the truth", "bold")
    for address in known.seed_addresses:
        sheet.line(f"  {address}")
    sheet.line()
    sheet.table(
        (Column(""), count("found"), count("true"), count("false"), count("in truth"), count("share")),
        [_row(finding) for finding in findings],
    )
    sheet.line()
    for line in EXPLANATION:
        sheet.line(line, "dim")
    sheet.heading("files")
    sheet.facts((name, str(folder / name)) for name in MADE if (folder / name).exists())
    sheet.heading("time")
    total = sum(watch.seconds.values())
    sheet.facts([*((name, duration(each)) for name, each in watch.seconds.items()), ("all", duration(total))])
    return sheet


def _case(known: Truth) -> Iterator[tuple[str, str]]:
    """What is true of the service, whatever can be found. Worth is that of each payment's day."""
    service, payments = known.totals["service"], known.payments
    payers = len({each.payer for each in payments if each.label is None})
    countries = len({each.country for each in payments if each.country is not None})
    labels = [each.label for each in payments if each.label is not None]
    dollars, won = sum(each.usd for each in payments), sum(each.krw for each in payments)
    yield "accounts", f"{number(service['accounts_given'])}, of which {number(service['accounts_paid'])} paid"
    yield "payments", f"{number(len(payments))}, by {number(payers)} payers in {countries} countries"
    yield "received", f"{btc(known.received)} BTC, worth ${dollars:,.0f}, or ₩{won:,.0f}, on the day"
    alike = labels.count("visible"), labels.count("invisible")
    yield "look-alikes", f"{number(alike[0])} that the ledger can show, {number(alike[1])} that it cannot"
    yield "cash-outs", f"{number(len(known.cash_outs))}, at {plural(len(known.cashed_out), 'exchange')}"


def _row(finding: Finding) -> tuple[str, ...]:
    figures = (finding.found, finding.true, finding.false, finding.in_truth)
    shown = [btc(figure) if finding.money else number(figure) for figure in figures]
    name = f"{finding.name} (BTC)" if finding.money else finding.name
    return (name, *shown, f"{100 * finding.share:.1f} %")
