"""The register of payments as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from clew.analysis.answer import Answer
from clew.analysis.examined import Examined
from clew.interop.register import Cell, Column, Register, Table

_MOST_NAMED = 5
"""Addresses that each row of a file names; of more, all stand in the workbook's sheet ``asked``."""

Row = Mapping[str, Any]

_COLUMNS = (
    Column("txid", "Transaction id, as block explorers show it."),
    Column("height", "Height of the block."),
    Column("block_time", "Time in the block's header (UTC), set by its miner; the payment was sent before."),
    Column("median_time", "Median time of the eleven blocks that end there (UTC)."),
    Column("value_satoshi", "What the entity gained by the transaction, in satoshi."),
    Column("value_btc", "The same in BTC."),
    Column("kind", "coinbase, coinjoin, mixed, or ordinary."),
    Column("outputs", "Outputs to the entity: number:address."),
    Column("payer_entities", "Ids of the paying entities, at this snapshot."),
    Column("payer_addresses", "Their addresses among the inputs."),
    Column("payer_tags", "What sources say of who holds these, with the source."),
)


def register(answer: Answer, examined: Examined) -> Register:
    """The payments of an answer, which must list all of them, with totals by month and in all."""
    result = answer.result
    currencies: Sequence[str] = answer.parameters.get("value", [])
    day = answer.parameters.get("value_at")
    return Register(
        title="payments",
        question=question_of(answer),
        snapshot=answer.snapshot,
        tip=answer.ledger["tip"],
        examined=examined,
        columns=(*_COLUMNS, *value_columns(currencies, day)),
        rows=[_row(each) for each in result["payments"]],
        network=answer.ledger["network"],
        notes=notes_of(answer),
        more=(_months(answer, currencies, day), asked_about(answer)),
    )


def question_of(answer: Answer) -> str:
    """The question with its parameters.

    Paging is left out, since a file has all rows. Of many addresses the number and a digest stand there.
    """
    stated = {key: value for key, value in answer.parameters.items() if key not in ("limit", "offset")}
    asked = stated.get("addresses", [])
    if len(asked) > _MOST_NAMED:
        digest = sha256("\n".join(asked).encode()).hexdigest()
        stated["addresses"] = f"{len(asked)}, SHA-256 of them with a line end between: {digest}"
    return f"{answer.question} {json.dumps(stated, ensure_ascii=False, separators=(', ', ': '))}"


def asked_about(answer: Answer) -> Table:
    """The addresses that were asked about, as a table."""
    return Table("asked", (Column("address"),), [(each,) for each in answer.parameters["addresses"]])


def notes_of(answer: Answer) -> tuple[str, ...]:
    """What must be read with the table, the notice first."""
    rules = ", ".join(f"{rule['name']} {rule['version']}" for rule in answer.ledger["rules"])
    estimate = (answer.error_estimate,) if answer.error_estimate else ()
    said = f"Entities by the set of rules {answer.ledger['rule_set']} ({rules})."
    return (answer.result["notice"], *answer.caveats, *estimate, said)


def moment(seconds: int) -> str:
    """A time as text: ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def btc(satoshi: int) -> Decimal:
    """Satoshi as BTC with eight decimals."""
    return Decimal(satoshi).scaleb(-8)


def _row(payment: Row) -> tuple[Cell, ...]:
    payers = payment["payers"]
    return (
        payment["txid"],
        payment["height"],
        moment(payment["time"]),
        moment(payment["median_time"]),
        payment["value"],
        btc(payment["value"]),
        kind(payment),
        [f"{output['vout']}:{output['address']}" for output in payment["outputs"]],
        [str(payer["entity"]) for payer in payers],
        [address for payer in payers for address in payer["addresses"]],
        [text for payer in payers for text in tags(payer)],
        *value_cells(payment.get("values", ())),
    )


def kind(payment: Row) -> str:
    """The kinds of a payment in words."""
    named = payment.get("coinjoin_rule")
    known = {
        "coinbase": payment["coinbase"],
        f"coinjoin ({named})" if named else "coinjoin": payment["coinjoin"],
        "mixed": payment["mixed"],
    }
    return ", ".join(word for word, is_it in known.items() if is_it) or "ordinary"


def tags(row: Row) -> list[str]:
    """The tags of an entity, each with its source."""
    found = [f"{tag['label']} ({tag['source']})" for tag in row["tags"]]
    more = row["tags_found"] - len(row["tags"])
    return [*found, *([f"and {more} more"] if more else []), *(["conflict"] if row["conflict"] else [])]


def value_columns(currencies: Iterable[str], day: str | None) -> Iterator[Column]:
    """Columns of the value of one amount in each currency."""
    for currency in currencies:
        yield Column(
            f"value_{currency}", f"What it was worth in {currency} at the block's time; empty if missing."
        )
        yield Column(f"high_{currency}", "At the day's highest price; empty where the table does not tell.")
        yield Column(f"low_{currency}", "At the day's lowest price; empty where the table does not tell.")
        yield Column(f"price_{currency}", "The price used, its time and source; or why it is missing.")
        if day:
            yield Column(f"value_{currency}_at_{day}", f"What it was worth at the beginning of {day} (UTC).")
            yield Column(f"price_{currency}_at_{day}", "The price used, or why it is missing.")


def value_cells(values: Iterable[Row]) -> Iterator[Cell]:
    """The cells of ``value_columns``."""
    for each in values:
        for name in ("value", "high", "low"):
            yield None if each[name] is None else Decimal(each[name])
        yield price(each)
        if at_day := each["at_day"]:
            yield None if at_day["value"] is None else Decimal(at_day["value"])
            yield price(at_day)


def price(quote: Row) -> str:
    """A price with its time and source, or why it is missing."""
    if quote["missing"]:
        return f"missing: {quote['missing']}"
    held = f"{quote['field']} {quote['price']} {quote['quoted']} from {moment(quote['price_time'])}"
    rated = ""
    if quote["rates"]:
        rated = (
            f", a euro {quote['rate_from']} {quote['quoted']} and {quote['rate_to']} {quote['currency']} on "
            f"{quote['rate_day']} ({quote['rates']})"
        )
    return f"{held} ({quote['source']}, import {quote['import']}){rated}"


def total_columns(currencies: Iterable[str], day: str | None) -> Iterator[Column]:
    """Columns of sums of values, and of what they leave out."""
    for currency in currencies:
        for ending in ("", *([f"_at_{day}"] if day else [])):
            yield Column(f"value_{currency}{ending}")
            yield Column(f"missing_{currency}{ending}")
            yield Column(f"missing_satoshi_{currency}{ending}")


def total_cells(totals: Iterable[Row]) -> Iterator[Cell]:
    """The cells of ``total_columns``."""
    for each in totals:
        for total in (each, *([each["at_day"]] if each["at_day"] else [])):
            yield None if total["value"] is None else Decimal(total["value"])
            yield total["missing"]
            yield total["satoshi_missing"]


def _months(answer: Answer, currencies: Sequence[str], day: str | None) -> Table:
    columns = (
        Column(f"month ({answer.parameters['tz']})"),
        Column("payments"),
        Column("value_satoshi"),
        Column("value_btc"),
        *total_columns(currencies, day),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            each["month"],
            each["payments"],
            each["value"],
            btc(each["value"]),
            *total_cells(each.get("values", ())),
        )
        for each in answer.result["months"]
    ]
    total = answer.result["total"]
    in_all = total_cells(answer.result["values"])
    rows.append(("all", total["payments"], total["value"], btc(total["value"]), *in_all))
    return Table("totals", columns, rows)


__all__ = [
    "asked_about",
    "btc",
    "moment",
    "notes_of",
    "question_of",
    "register",
    "tags",
    "value_cells",
    "value_columns",
]
