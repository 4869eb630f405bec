"""Files of the rows of an answer: CSV and XLSX, with who asks and what for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.interop.register import Register

_STREAM = "-"


def to_files(command: options.Command) -> options.Command:
    """``--csv``, ``--xlsx``, ``--examiner`` and ``--purpose``."""
    command = options.examined(command)
    command = click.option(
        "--xlsx",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Write all rows as an XLSX workbook, with totals.",
    )(command)
    return click.option(
        "--csv",
        metavar="FILE",
        type=click.Path(path_type=Path, allow_dash=True),
        help="Write all rows as CSV; - writes it to standard output and nothing else.",
    )(command)


def written(
    whole: Callable[[], Answer],
    layout: Callable[..., Register],
    csv: Path | None,
    xlsx: Path | None,
    examiner: str | None,
    purpose: str | None,
) -> bool:
    """Write the files that were asked for; True where standard output was taken. Raises UsageError."""
    if csv is None and xlsx is None:
        if purpose:
            raise UsageError(
                "--purpose: expected with --csv FILE or --xlsx FILE, found without a file to write"
            )
        return False
    from clew.interop.register import csv_parts, write_csv, write_xlsx

    if xlsx is not None and xlsx.suffix.lower() != ".xlsx":
        raise UsageError(f"--xlsx {xlsx}: expected a name that ends in .xlsx")
    asked = options.who(examiner, purpose, str(csv if csv is not None else xlsx))
    register = layout(whole(), asked)
    if xlsx is not None:
        write_xlsx(xlsx, register)
    if csv is None:
        return False
    if str(csv) != _STREAM:
        write_csv(csv, register)
        return False
    for part in csv_parts(register):
        sys.stdout.buffer.write(part)
    sys.stdout.flush()
    return True


def say_written(csv: Path | None, xlsx: Path | None, as_json: bool) -> None:
    """Name the files that were written, below a page."""
    for path in (csv, xlsx):
        if path is not None and not as_json:
            click.echo(f"wrote {path}")


__all__ = ["say_written", "to_files", "written"]
