"""How somebody who does not trust us computes the report again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import TYPE_CHECKING

from clew import schema
from clew.report.answers import DEFAULT_LIMIT, ReportAnswers
from clew.report.document import Cell, Commands, Fact, Facts, Paragraph, Part, Span, cell, prose
from clew.report.wording import moment

if TYPE_CHECKING:
    from clew.analysis.answer import Answer

LIST_FILE = "addresses.csv"
TYPED_UP_TO = 4
SETTERS = ("jinja2", "matplotlib", "typst")


def subject(answers: ReportAnswers) -> str:
    """The addresses as they are typed after a command: themselves, or the file that lists them."""
    if len(answers.addresses) > TYPED_UP_TO:
        return f"@{LIST_FILE}"
    return " ".join(shlex.quote(address) for address in answers.addresses)


def command(answers: ReportAnswers, question: str) -> str:
    """The command line that asks one question again, whole, as JSON."""
    whole = "" if question == "proceeds" else " --limit 0"
    return f"clew {question} {subject(answers)} --ledger LEDGER{whole} --json"


def entity_command(entity: Answer, asked: Sequence[str]) -> str:
    """The command line that asks about one entity again, by the first of its addresses ``asked`` about."""
    own = {row["address"] for row in entity.result["addresses"]}
    address = next((one for one in asked if one in own), entity.result["address"])
    return f"clew entity {shlex.quote(address)} --ledger LEDGER --limit 0 --json"


def compute_again(answers: ReportAnswers, version: str, limit: int) -> tuple[Part, ...]:
    """The parts of the last section: command lines, versions, and what must come out."""
    rows = "" if limit == DEFAULT_LIMIT else f" --limit {limit}"
    network, height = answers.payments.ledger["network"], answers.tip["height"]
    lines = [
        f"clew index BLOCKS --ledger LEDGER --network {network} --until {height}",
        "clew status --ledger LEDGER",
        *(entity_command(entity, answers.addresses) for entity in answers.entities[:TYPED_UP_TO]),
        *(command(answers, question) for question in _questions(answers)),
        f"clew report {subject(answers)} --ledger LEDGER{rows}{_also(answers)} -o report.pdf",
    ]
    text = (
        "`BLOCKS` is the data folder of any Bitcoin node that has seen the tip named below, `LEDGER` a new "
        "folder. No network connection is needed or opened."
    )
    if len(answers.addresses) > TYPED_UP_TO:
        text += f" `{LIST_FILE}` is a file with the addresses of section 1, one on each line."
    if len(answers.entities) > TYPED_UP_TO:
        text += (
            f" `clew entity` is to be asked for each of the {len(answers.entities):,} entities of section 3."
        )
    return (
        Paragraph(prose(text)),
        Commands(tuple(lines)),
        Paragraph(
            prose(
                "`clew status` must then state the snapshot below. If it does, the answers to the other "
                "questions are the same, byte for byte. The PDF and the HTML too are the same bytes with the "
                "same versions of the packages that set them."
            )
        ),
        Facts(
            (
                Fact("Snapshot", cell(answers.payments.snapshot, "code")),
                Fact("Tip", cell(answers.tip["hash"], "code")),
                Fact("Program", cell(f"clew {version}, ledger format {schema.VERSION}")),
                Fact("Rules", _rules(answers)),
                Fact("Python packages", _setters()),
                Fact("Date of the PDF", _date(answers)),
            )
        ),
    )


def _questions(answers: ReportAnswers) -> tuple[str, ...]:
    return ("payments", "proceeds", "outflows", *(("exposure",) if answers.exposure else ()))


def _also(answers: ReportAnswers) -> str:
    """The options that add chapters; a trace's digest stands in its own."""
    trace = f" --trace {shlex.quote(answers.trace.file)}" if answers.trace else ""
    return (" --exposure" if answers.exposure else "") + trace


def _setters() -> Cell:
    names = ", ".join(f"{name} {_version(name)}" for name in SETTERS)
    text = "the PDF's properties name the typesetter within the package typst, which counts its own versions"
    return ((Span(names),), (Span(text, "quiet"),))


def _date(answers: ReportAnswers) -> Cell:
    """Where the date in the PDF's properties comes from: PDF/A-2b allows no file without one."""
    of = "of the latest block in this report" if answers.tip_time is None else "of the tip"
    text = "not when the file was made: PDF/A-2b demands a date, and the same ledger must give the same bytes"
    return ((Span(f"{moment(answers.time)} UTC, the block time {of}"),), (Span(text, "quiet"),))


def _rules(answers: ReportAnswers) -> Cell:
    """The rules that the ledger's entities rest on."""
    rules = answers.payments.ledger["rules"]
    return tuple((Span(f"{rule['name']}, version {rule['version']}"),) for rule in rules)


def _version(package: str) -> str:
    try:
        return installed(package)
    except PackageNotFoundError:
        return "not installed"
