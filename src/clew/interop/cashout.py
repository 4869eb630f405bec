"""Where money went, by destination, as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clew.analysis.answer import Answer
from clew.analysis.examined import Examined
from clew.analysis.hours import WEEKDAYS
from clew.interop.payments import (
    asked_about,
    btc,
    moment,
    notes_of,
    question_of,
    tags,
    total_cells,
    total_columns,
)
from clew.interop.register import Cell, Column, Register, Table

Row = Mapping[str, Any]

_WHO = (
    Column("kind", "service, holder (looks like a service), plain, own, mixed or nobody."),
    Column("entity", "Id of the entity, at this snapshot."),
    Column("size", "Addresses known to be its; a lower bound."),
    Column("address", "Its first address."),
    Column("tags", "What sources say of who holds it, with the source."),
    Column("looks_like", "Of an unknown holder: why it is taken for one."),
)


def register(answer: Answer, examined: Examined) -> Register:
    """The destinations of an answer, which must list all of them; further tables for the other parts."""
    result, stated = answer.result, answer.parameters
    money: Sequence[str] = stated.get("value", [])
    day = stated.get("value_at")
    under = tuple(
        Column(f"{policy}_{name}", doc)
        for policy in stated["policies"]
        for name, doc in (("coins", "Coins that ended there."), ("satoshi", "What they hold of the money."))
    )
    return Register(
        title="destinations",
        question=question_of(answer),
        snapshot=answer.snapshot,
        tip=answer.ledger["tip"],
        examined=examined,
        columns=(
            Column("end", "Why it ended there: service, holder, unspent, coinjoin, hops, value, time, fee."),
            *_WHO,
            *under,
            Column("least_satoshi", "The least under these policies: a range of conventions, not bounds."),
            Column("most_satoshi", "The most under these policies."),
            *(column for policy in stated["policies"] for column in _valued(policy, money, day)),
        ),
        rows=[_destination(row) for row in result["destinations"]],
        network=answer.ledger["network"],
        notes=notes_of(answer),
        more=(
            _services(result["services"], stated["policies"]), _direct(result["direct"], money, day),
            _sums(result["total"]), _hours(result["hours"]), asked_about(answer),
        ),
    )  # fmt: skip


def _valued(policy: str, money: Sequence[str], day: str | None) -> Iterator[Column]:
    for column in total_columns(money, day):
        yield Column(f"{policy}_{column.name}")


def _destination(row: Row) -> tuple[Cell, ...]:
    span = row["range"] or {"least": None, "most": None}
    amounts: list[Cell] = [cell for each in row["under"] for cell in (each["coins"], each["taint"])]
    values = [cell for each in row["under"] for cell in total_cells(each.get("values", ()))]
    return (row["end"], *_who(row), *amounts, span["least"], span["most"], *values)


def _who(row: Row) -> tuple[Cell, ...]:
    return (row["kind"], row["entity"], row["size"], row["address"], tags(row), row["why"])


def _direct(rows: Sequence[Row], money: Sequence[str], day: str | None) -> Table:
    columns = (
        *_WHO, Column("value_satoshi"), Column("value_btc"), Column("payments"), Column("first"),
        Column("last"), *total_columns(money, day),
    )  # fmt: skip
    return Table(
        "direct",
        columns,
        [
            (*_who(row), row["value"], btc(row["value"]), row["payments"], moment(row["first"]),
             moment(row["last"]), *total_cells(row.get("values", ())))
            for row in rows
        ],
    )  # fmt: skip


def _services(rows: Sequence[Row], policies: Sequence[str]) -> Table:
    columns = (
        Column("service"), Column("label"), Column("entities"), Column("direct_satoshi"),
        Column("direct_btc"),
        *(Column(f"{policy}_{name}") for policy in policies for name in ("coins", "satoshi")),
    )  # fmt: skip
    return Table(
        "services",
        columns,
        [
            (row["service"], row["label"], row["entities"], row["direct"], btc(row["direct"]),
             *(each[name] for each in row["under"] for name in ("coins", "taint")))
            for row in rows
        ],
    )  # fmt: skip


def _sums(total: Row) -> Table:
    names = ("received", "sent", "fee", "held", "overwritten", "unspendable", "followed")
    rows: list[tuple[Cell, ...]] = [(name, total[name], btc(total[name])) for name in names]
    rows += [(f"sent to {each['kind']}", each["value"], btc(each["value"])) for each in total["by_kind"]]
    return Table("totals", (Column("what"), Column("satoshi"), Column("btc")), rows)


def _hours(found: Row) -> Table:
    rows: list[tuple[Cell, ...]] = [(f"{hour:02d}", count) for hour, count in enumerate(found["by_hour"])]
    rows += [*zip(WEEKDAYS, found["by_weekday"], strict=True)]
    return Table("hours", (Column(f"hour or weekday ({found['tz']})"), Column("transactions")), rows)


__all__ = ["register"]
