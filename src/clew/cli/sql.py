"""``clew sql``: a question in SQL to the ledger's tables."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.questions import lines_for
from clew.cli.sheet import Column, Sheet, printable, show_json
from clew.cli.units import ABSENT, plural
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.interop.sql import Found
    from clew.ledger.ledger import Ledger

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL")
_EXPLAINED = ("explain_key", "explain_value")


class _Gib(click.FloatRange):
    """Gibibytes, more than none."""

    def __init__(self) -> None:
        super().__init__(min=0.0, max=1e9, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Raises click.BadParameter where it is none, or out of bounds."""
        found = float(super().convert(value, param, ctx))
        if found != found:
            self.fail(f"expected a number, found {value}", param, ctx)
        return found


@click.command(short_help="A question in SQL to the ledger's tables.")
@click.argument("statement", metavar="STATEMENT|-")
@options.ledger
@click.option(
    "--limit",
    metavar="N",
    type=options.Whole(0),
    default=options.PAGE,
    show_default=True,
    help="Show at most N rows; 0 shows all.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values with a line of headings.")
@click.option(
    "--memory",
    metavar="GIB",
    type=_Gib(),
    help="Gibibytes that the question may use. Without it: four fifths of the machine's.",
)
@click.option(
    "--threads",
    metavar="N",
    type=options.Whole(1, 1024),
    help="How many threads to use. Without it: as many as the machine has.",
)
@options.as_json
def sql(
    statement: str,
    ledger: Path,
    limit: int,
    as_csv: bool,
    memory: float | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Ask the ledger in SQL: one SELECT, in DuckDB's dialect; - reads it from standard input.

    It only reads, and only the ledger: no file, no network. Tables are as of the tip: blocks,
    transactions, outputs, inputs, addresses, spends, postings, entities, members, entity_list,
    totals, links and the smaller ones; SHOW TABLES and DESCRIBE TABLE list them and their columns.
    The row number is a column: height of blocks, else id. Conditions on id, height of transactions
    and transaction of outputs and inputs are quick; most others read a column whole. What has the
    same rows needs no join: outputs have spent_by, addresses have entity.

    Functions: hex_hash(txid) and wire_hash('…') turn hashes to and from how people write them,
    address_text(id) and address_id('…') addresses, transaction_id('…') finds a transaction,
    outputs_of(address) lists the outputs of an address, btc(value) and utc(time) show amounts and
    times. unspent(), overwritten(), unspendable() are values of spent_by; no_address() and
    no_output() stand where there is none. signing_text(signing) names what an input's signatures
    say. Codes are told by script_types and rules.

    Needs the packages duckdb and pyarrow: pip install "clew[sql]".

    \b
    Examples:
      clew sql "select height, utc(time), hex_hash(hash) from blocks where height = 170"
      clew sql "select sum(value) from outputs where spent_by = unspent()"
      clew sql "from postings where address = address_id('12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S')"
      clew sql - --csv --limit 0 < question.sql > answer.csv
    """
    from clew.interop.sql import ask
    from clew.ledger.ledger import open_ledger

    if as_csv and as_json:
        raise UsageError("expected --csv or --json, found both; give one of them")
    if statement == "-":
        statement = "".join(lines_for(("-",)) or ())
    opened = open_ledger(ledger)
    with ask(opened, statement, memory=memory, threads=threads) as found:
        if as_csv:
            _print_csv(found, limit)
        elif as_json:
            _print_json(opened, statement, found, limit)
        else:
            _print_table(found, limit)


def _cut(rows: Iterator[tuple[Any, ...]], limit: int) -> tuple[list[tuple[Any, ...]], bool]:
    """The first ``limit`` rows, or all where it is 0; and whether there are more."""
    shown = list(islice(rows, limit) if limit else rows)
    return shown, bool(limit) and next(rows, None) is not None


def _print_table(found: Found, limit: int) -> None:
    rows, is_cut = _cut(found.rows, limit)
    sheet = Sheet()
    if tuple(name for name, _ in found.columns) == _EXPLAINED:
        # A drawing of several lines.
        for line in "\n".join(str(drawn) for _, drawn in rows).splitlines():
            sheet.line(line)
        return sheet.show()
    columns = [Column(printable(name), right=_is_number(kind)) for name, kind in found.columns]
    sheet.table(columns, [tuple(_text(value) for value in row) for row in rows])
    if not rows:
        sheet.line(f"no rows ({', '.join(name for name, _ in found.columns)})")
    elif is_cut:
        sheet.line(f"cut after {plural(len(rows), 'row')}; --limit 0 shows all")
    sheet.show()


def _is_number(kind: str) -> bool:
    return kind.partition("(")[0].removeprefix("U") in _NUMBERS


def _print_csv(found: Found, limit: int) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([name for name, _ in found.columns])
    rows: Iterable[tuple[Any, ...]] = islice(found.rows, limit) if limit else found.rows
    shown = 0
    for row in rows:
        writer.writerow(["" if value is None else _text(value) for value in row])
        shown += 1
    if limit and next(found.rows, None) is not None:
        click.echo(f"cut after {plural(shown, 'row')}; --limit 0 shows all", err=True)


def _print_json(ledger: Ledger, statement: str, found: Found, limit: int) -> None:
    from clew.analysis.attribution import snapshot_of

    rows, is_cut = _cut(found.rows, limit)
    tip = ledger.tip
    show_json(
        {
            "network": ledger.network.name,
            "tip": {"height": tip.height, "hash": tip.hash, "work": tip.work},
            "snapshot": snapshot_of(ledger),
            "statement": statement,
            "columns": [{"name": name, "type": kind} for name, kind in found.columns],
            "rows": [[_plain(value) for value in row] for row in rows],
            "status": "cut" if is_cut else "complete" if rows else "none found",
            "shown": len(rows),
        }
    )


def _plain(value: Any) -> Any:
    """A value of DuckDB's as JSON has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        # JSON has no word for what is no number.
        return value if value - value == 0 else None
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {_text(key): _plain(each) for key, each in value.items()}
    return str(value)


def _text(value: Any) -> str:
    """A value of DuckDB's as people read it."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    plain = _plain(value)
    if isinstance(plain, str):
        return plain
    import json

    return json.dumps(plain)


__all__ = ["sql"]
