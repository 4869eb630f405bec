"""Pages about money that comes in, is held, and goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.attribution import any_tags, in_short
from clew.cli.pages.frame import extent, foot, lower_bound
from clew.cli.pages.values import total_cells, total_columns, value_cells, value_columns, value_facts
from clew.cli.sheet import Cell, Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, number

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock


def payments(answer: Answer, clock: Clock) -> Sheet:
    """The register of payments, its totals, and what it does not show."""
    sheet, result = Sheet(), answer.result
    lower_bound(sheet, result["entities"])
    sheet.heading("payments from outside")
    known = any_tags(payer for row in result["payments"] for payer in row["payers"])
    money_in = answer.parameters.get("value", [])
    day = answer.parameters.get("value_at")
    sheet.table(
        (count("block"), Column(clock.label), Column("median time past"), amount("value"),
         *value_columns(money_in, day), Column("kind"),
         identity("txid"), identity("paid to"), count("from entity"),
         *([Column("tags of payers")] if known else []), identity("from address")),
        [_payment(row, clock, known) for row in result["payments"]],
    )  # fmt: skip
    extent(sheet, answer, "payments")
    sheet.heading("by month")
    sheet.table(
        (Column(f"month of {clock.label}"), count("payments"), amount("received"),
         *total_columns(money_in, day)),
        [
            (row["month"], number(row["payments"]), btc(row["value"]), *total_cells(row.get("values", ())))
            for row in result["months"]
        ],
    )  # fmt: skip
    total = result["total"]
    sheet.line()
    sheet.facts(
        [
            (
                "payments",
                f"{number(total['payments'])} ({total['coinbase']:,} of new coins, {total['mixed']:,} mixed)",
            ),
            ("received", f"{btc(total['value'])} BTC"),
            *value_facts(result["values"], day),
            ("paying entities", _payers(total["payers"])),
        ]
    )
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def _payers(payers: int) -> str:
    return f"{number(payers)} (not a number of people)" if payers else number(payers)


def _payment(row: dict[str, Any], clock: Clock, known: bool) -> tuple[Cell, ...]:
    payers = row["payers"]
    return (
        number(row["height"]),
        clock.text(row["time"]),
        clock.text(row["median_time"]),
        btc(row["value"]),
        *value_cells(row.get("values", ())),
        _kind(row),
        row["txid"],
        [f"{output['vout']}:{output['address']}" for output in row["outputs"]],
        [f"{payer['entity']}" for payer in payers],
        *([[text for payer in payers for text in in_short(payer)]] if known else []),
        [address for payer in payers for address in payer["addresses"]],
    )


def _kind(row: dict[str, Any]) -> list[str]:
    kinds = {"coinbase": "new coins", "coinjoin": "coinjoin", "mixed": "mixed"}
    words = [word for key, word in kinds.items() if row.get(key)]
    named = row.get("coinjoin_rule")
    return [f"{word} ({named})" if word == "coinjoin" and named else word for word in words]


def proceeds(answer: Answer, clock: Clock) -> Sheet:
    """Received, spent and held by month of the time zone asked for."""
    sheet, result = Sheet(), answer.result
    lower_bound(sheet, result["entities"])
    sheet.heading("proceeds by month")
    money_in = answer.parameters.get("value", [])
    day = answer.parameters.get("value_at")
    sheet.table(
        (Column(f"month of {clock.label}"), amount("received"), *total_columns(money_in, day, "received "),
         amount("spent"), *total_columns(money_in, day, "spent "), amount("fee"),
         amount("held"), count("payments"), count("outflows")),
        [
            (row["month"], btc(row["received"]), *total_cells(row.get("received_values", ())),
             btc(row["spent"]), *total_cells(row.get("spent_values", ())), btc(row["fee"]), btc(row["held"]),
             number(row["payments"]), number(row["outflows"]))
            for row in result["months"]
        ],
    )  # fmt: skip
    total = result["total"]
    seldom = [name for name in ("overwritten", "unspendable") if total[name]]
    sheet.line()
    sheet.facts((name, f"{btc(total[name])} BTC") for name in ("received", "spent", "fee", *seldom, "held"))
    for name in ("received", "spent"):
        sheet.facts(value_facts(total.get(f"{name}_values", ()), day, f"{name} "))
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def outflows(answer: Answer, clock: Clock) -> Sheet:
    """Every payment out of the entity, to whom, and the totals by receiving entity."""
    sheet, result = Sheet(), answer.result
    lower_bound(sheet, result["entities"])
    sheet.heading("payments to outside")
    known = any_tags(result["outflows"])
    sheet.table(
        (count("block"), Column(clock.label), Column("median time past"), amount("value"), Column("kind"),
         Column("script type"), identity("txid"), count("vout"), count("to entity"), count("its size"),
         *([Column("its tags")] if known else []), identity("to address")),
        [_outflow(row, clock, known) for row in result["outflows"]],
    )  # fmt: skip
    extent(sheet, answer, "outflows")
    sheet.heading("by receiving entity")
    known = any_tags(result["by_entity"])
    sheet.table(
        (count("entity"), count("its size"), *([Column("its tags")] if known else []), amount("value"),
         count("payments"), identity("first address")),
        [
            (_text(row["entity"]), number(row["size"]), *([in_short(row)] if known else []),
             btc(row["value"]), number(row["payments"]),
             row["address"] or ABSENT)
            for row in result["by_entity"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "receiving entities", result["lists"]["by_entity"])
    total = result["total"]
    sheet.line()
    sheet.facts(
        [
            ("outflows", f"{number(total['outflows'])} ({total['mixed']:,} mixed)"),
            ("spent", f"{btc(total['value'])} BTC"),
            ("fees", f"{btc(total['fee'])} BTC"),
        ]
    )
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def _outflow(row: dict[str, Any], clock: Clock, known: bool) -> tuple[Cell, ...]:
    return (
        number(row["height"]),
        clock.text(row["time"]),
        clock.text(row["median_time"]),
        btc(row["value"]),
        _kind(row),
        row["script_type"] or ABSENT,
        row["txid"],
        _text(row["vout"]),
        _text(row["entity"]),
        number(row["size"]),
        *([in_short(row)] if known else []),
        row["address"] or ABSENT,
    )


def _text(value: int | None) -> str:
    return ABSENT if value is None else f"{value}"
