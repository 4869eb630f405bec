"""``clew verify``: a ledger compared with its own checksums, block files and undo files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.sheet import Sheet, show_json
from clew.cli.units import number, plural, size
from clew.errors import DifferenceError, UsageError

if TYPE_CHECKING:
    from clew.ledger.ledger import Ledger
    from clew.verify import Compared, Findings, OwnFiles

SAMPLE = 100


@dataclass(frozen=True)
class _Step:
    """How far the ledger's own files are read."""

    done: int
    total: int
    stage: str = "files"
    unit: str = "bytes"
    height: int | None = None


@click.command(short_help="Check a ledger's files, and compare it with block files.")
@options.ledger
@click.option(
    "--against",
    metavar="BLOCKS_DIR",
    type=click.Path(path_type=Path),
    help="Compare with the block files in this folder too, and with its undo files (rev*.dat).",
)
@click.option(
    "--sample",
    metavar="N",
    type=options.Whole(0),
    help=f"Compare N blocks drawn at random, and all headers. Without it: {SAMPLE}.",
)
@click.option("--all", "everything", is_flag=True, help="Compare all blocks.")
@click.option(
    "--seed",
    metavar="N",
    type=options.Whole(0),
    default=0,
    show_default=True,
    help="Draw the sample by this number; the same number draws the same blocks.",
)
@options.as_json
def verify(
    ledger: Path, against: Path | None, sample: int | None, everything: bool, seed: int, as_json: bool
) -> None:
    """Check that a ledger's files hold what was committed, and compare it with block files.

    Blocks are read again by a slow and plain second parser. Every header is compared; of the
    blocks drawn, every row. Where the folder has undo files, what each input spends is compared
    with what the node noted. Blocks that a node has pruned cannot be compared; how many is said.

    Ends with exit code 2 where anything differs, and lists it.

    \b
    Examples:
      clew verify --ledger ./ledger
      clew verify --ledger ./ledger --against ~/.bitcoin/blocks
      clew verify --ledger ./ledger --against ~/.bitcoin/blocks --all --json
    """
    from clew.ledger.ledger import open_ledger
    from clew.verify import Findings, check_own
    from clew.verify import against as compare

    if against is None and (sample is not None or everything):
        raise UsageError("--sample and --all say how much to compare; name the block files with --against")
    if sample is not None and everything:
        raise UsageError("--sample and --all exclude each other; give one of them")
    opened, findings, compared = open_ledger(ledger), Findings(), None
    drawn = None if everything else SAMPLE if sample is None else sample
    with Display() as display:
        own = check_own(opened, findings, lambda done, total: display(_Step(done, total)))
        if against is not None:
            compared = compare(opened, against, findings, sample=drawn, seed=seed, step=display)
    answer = as_dict(opened, own, compared, findings, drawn, seed)
    if as_json:
        show_json(answer)
    else:
        _sheet(ledger, answer).show()
    if len(findings):
        _fail(ledger, findings)


def as_dict(
    ledger: Ledger,
    own: OwnFiles,
    compared: Compared | None,
    findings: Findings,
    sample: int | None,
    seed: int,
) -> dict[str, Any]:
    """What was compared and found, as plain values for JSON."""
    whole = None
    if compared is not None:
        whole = {**asdict(compared), "sample": sample, "seed": seed}
        whole["absent"] = [list(each) for each in compared.absent]
    listed = [asdict(each) for each in findings.listed]
    status = "none found" if not len(findings) else "complete" if len(findings) == len(listed) else "cut"
    return {
        "network": ledger.network.name,
        "tip": asdict(ledger.tip),
        "files": asdict(own),
        "against": whole,
        "by_column": [{"what": what, "findings": count} for what, count in sorted(findings.counts.items())],
        "findings": listed,
        "status": status,
        "shown": len(listed),
        "found": len(findings),
    }


def _fail(ledger: Path, findings: Findings) -> NoReturn:
    differences = plural(len(findings), "difference")
    raise DifferenceError(
        f"{ledger}: {differences} found, the first: {findings.listed[0]}; where a block file is named, "
        "copy it from the node again, else build the ledger again in a new folder"
    )


def _sheet(ledger: Path, answer: dict[str, Any]) -> Sheet:
    sheet = Sheet()
    tip = number(answer["tip"]["height"])
    sheet.line(f"{ledger}: {answer['network']}, up to block {tip}", "bold")
    sheet.facts(_facts(answer))
    for notice in (answer["against"] or {}).get("notices", ()):
        sheet.line(f"notice: {notice}", "yellow")
    if answer["findings"]:
        sheet.heading("What differs")
        sheet.facts((each["what"], plural(each["findings"], "difference")) for each in answer["by_column"])
        if answer["status"] == "cut":
            sheet.line(f"The first {number(answer['shown'])} of {number(answer['found'])}:")
        sheet.line()
        for each in answer["findings"]:
            sheet.prose(_text(each))
    return sheet


def _text(finding: dict[str, Any]) -> str:
    from clew.verify import Finding

    return str(Finding(**finding))


def _facts(answer: dict[str, Any]) -> list[tuple[str, str]]:
    own, against = answer["files"], answer["against"]
    what = f"{size(own['bytes'])} of files, by their checksums"
    facts = [(what, plural(own["damaged"], "damaged place") if own["damaged"] else "as committed")]
    if against is None:
        return [*facts, ("block files", "not compared (--against compares them)")]
    facts.append(("compared with", against["folder"]))
    facts.append(("headers", number(against["headers"])))
    drawn = "all" if against["sample"] is None else f"drawn by seed {against['seed']}"
    facts.append(("blocks", f"{number(against['blocks'])} ({drawn}), {size(against['bytes'])}"))
    facts += [(name, number(against[name])) for name in ("transactions", "outputs", "inputs")]
    undo = f"{plural(against['undo_blocks'], 'block')}, {plural(against['undo_inputs'], 'input')}"
    if against["undo_absent"]:
        undo += f"; no record of {plural(against['undo_absent'], 'block')}"
    facts.append(("undo records", undo))
    facts.append(("not compared", _absent(against)))
    facts.append(("not in the ledger", plural(against["other_blocks"], "block")))
    facts.append(("differences", number(answer["found"]) if answer["found"] else "none found"))
    return facts


def _absent(against: dict[str, Any]) -> str:
    if not against["absent_blocks"]:
        return "0 blocks"
    spans = [f"{first}" if first == last else f"{first} to {last}" for first, last in against["absent"][:10]]
    more = f" and {len(against['absent']) - 10:,} more ranges" if len(against["absent"]) > 10 else ""
    blocks = plural(against["absent_blocks"], "block")
    return f"{blocks} that no file holds: heights {', '.join(spans)}{more}"
