"""Writes docs/truth.md: what lies beside a simulated economy's blocks, every table and every column.

    python tools/make_truth.py

What a table and a column mean is said once, in ``clew.simulate.economy.truth``; a test asserts that the
page is up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clew.kernels.economy_state import FORMS, KINDS, PURPOSES, ROLES
from clew.simulate.economy.concealment import KINDS as ACTS
from clew.simulate.economy.payments import LABELS
from clew.simulate.economy.truth.columns import SQL_TYPES, Column, Table
from clew.simulate.economy.truth.dictionary import TABLES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "truth.md"

LISTS = {"kinds of scripts": KINDS, "roles": ROLES, "purposes": PURPOSES, "forms": FORMS}
"""Words of which there are many, by what they are called."""

INTRODUCTION = """\
# The truth beside an economy

Made by `make docs`; do not edit it by hand.

`clew simulate economy -o DIR` writes what is true of an economy beside its blocks. Rules and detectors never
see it; answers are compared with it.

| file | what it is |
|---|---|
| `truth/*.parquet` | the tables below |
| `truth/totals.json` | the sums |
| `prices.csv` | what a coin was worth on each day (UTC): `date`, `usd`, `krw` |
| `tagpacks/exchanges-N.yaml` | N % of the addresses that tagged custodians used, within the larger samples |
| `tagpacks/service-seeds.yaml` | some addresses of the service, that of a test purchase first |
| `tagpacks/custodians.actorpack.yaml` | those custodians, and their countries |
| `README.md` | the world, the sizes, what is right and what is filler |

The packs have the form of GraphSense's TagPacks and ActorPacks. The same world, seed and sizes give the same
bytes; only the version of the package that wrote them stands in Parquet files besides.

![Who paid whom, and the way of the service's money](economy-flows.svg)

The picture is of one economy, drawn from its tables by `tools/economy_picture.py`. A band is as high as the
coins that went there are many; change is left out.

```sql
-- How many of its customers paid the service straight from each custodian?
SELECT a.name, a.country, count(DISTINCT o.customer) AS customers
FROM 'truth/origins.parquet' o JOIN 'truth/actors.parquet' a ON a.actor = o.custodian
WHERE o.hops = 0 GROUP BY ALL ORDER BY customers DESC;

-- Through which coinjoins did each payment come? Back over the coins of whoever paid it.
WITH RECURSIVE way(payment, owner, tx) AS (
  SELECT payment, source, tx FROM 'truth/payments.parquet'
  UNION
  SELECT w.payment, w.owner, i.prev_tx
  FROM way w JOIN 'truth/inputs.parquet' i ON i.tx = w.tx AND i.actor = w.owner)
SELECT DISTINCT w.payment, j.protocol, j.txid
FROM way w JOIN 'truth/coinjoins.parquet' j ON j.tx = w.tx ORDER BY ALL;
```

From Python, `clew.simulate.economy.truth.read.read(DIR)` gives the facts that answers are compared with.

Actors, wallets and addresses are cited by number. `tx` is a transaction's number in the chain, as in a
ledger of Clew. Amounts are satoshi, times Unix seconds (UTC).
"""


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield from ("## Tables", "")
    for table in TABLES:
        yield from _table(table)
    yield from ("## What reaches the service", "")
    yield "Whether the ledger can show that an output is no purchase by whoever funded it is its label."
    yield from ("", "| purpose | label | what it is |", "|---|---|---|")
    for purpose, (label, explanation) in LABELS.items():
        yield f"| {PURPOSES[purpose]} | {label or 'purchase'} | {explanation} |"
    yield from ("", "## What the operator does", "", "| act | what it is |", "|---|---|")
    for act, explanation in ACTS.items():
        yield f"| {act} | {explanation} |"
    yield from ("", "## Words")
    for name, words in LISTS.items():
        yield from ("", f"*{name.capitalize()}*: {', '.join(words)}.")


def _table(table: Table) -> Iterator[str]:
    yield from (f"### {table.name}", "", f"{table.doc} Ordered by {table.order}.", "")
    yield from ("| column | type | meaning |", "|---|---|---|")
    for column in table.columns:
        unit = f", {column.unit}" if column.unit else ""
        yield f"| `{column.name}` | {SQL_TYPES[column.type]}{unit} | {_meaning(column)} |"
    yield ""


def _meaning(column: Column) -> str:
    told = column.doc
    if column.words:
        listed = next((name for name, words in LISTS.items() if words == column.words), "")
        told += f" One of the {listed} below." if listed else f" One of: {', '.join(column.words)}."
    if column.empty:
        told += f" Null: {column.empty}."
    return told.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
