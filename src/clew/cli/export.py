"""``clew export``: the ledger's tables as files for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from clew.cli import options
from clew.cli.progress import Display
from clew.cli.sheet import Column, Sheet, count, show_json
from clew.cli.units import number, size


@click.command(short_help="The ledger's tables as Parquet files.")
@click.option(
    "--parquet",
    "folder",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder to write, new or empty: one file for each table.",
)
@options.ledger
@click.option("--tables", metavar="A,B", help="Write only these tables. Without it: all.")
@options.as_json
def export(folder: Path, ledger: Path, tables: str | None, as_json: bool) -> None:
    """Write the ledger's tables, as of the tip, as Parquet files.

    The tables and columns are those of clew sql. Each file states the tip, the digest and the
    snapshot that its rows belong to. Files are written beside the folder and moved into place at
    the end, so that a run that was stopped leaves none.

    Needs the package pyarrow: pip install "clew[sql]".

    \b
    Examples:
      clew export --parquet ./tables
      clew export --parquet ./tables --tables blocks,transactions --json
    """
    from clew.analysis.attribution import snapshot_of
    from clew.interop.parquet import export as write
    from clew.ledger.ledger import open_ledger

    opened = open_ledger(ledger)
    names = None if tables is None else [name.strip() for name in tables.split(",")]
    with Display() as display:
        written = write(opened, folder, names, display)
    if as_json:
        tip = opened.tip
        show_json(
            {
                "folder": str(folder),
                "tip": {"height": tip.height, "hash": tip.hash, "work": tip.work},
                "snapshot": snapshot_of(opened),
                "tables": [
                    {"table": each.table, "file": str(each.path), "rows": each.rows, "bytes": each.bytes}
                    for each in written
                ],
            }
        )
        return
    sheet = Sheet()
    sheet.line(f"wrote {folder} ({size(sum(each.bytes for each in written))})", "bold")
    rows = [(each.table, number(each.rows), size(each.bytes)) for each in written]
    sheet.table((Column("table"), count("rows"), Column("size", right=True)), rows)
    sheet.line(f"snapshot {snapshot_of(opened)}")
    sheet.show()


__all__ = ["export"]
