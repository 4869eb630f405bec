"""Pages about addresses and the entities that control them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.attribution import any_tags, in_short, tagged
from clew.cli.pages.frame import extent, foot
from clew.cli.sheet import Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock


def address(answer: Answer, clock: Clock) -> Sheet:
    """An address, its sums, and the outputs paid to it."""
    sheet, result = Sheet(), answer.result
    sheet.line(f"lower bound: {plural(result['size'], 'address', 'addresses')}", "bold")
    sheet.facts(
        [
            ("address", result["address"]),
            ("script type", result["script_type"]),
            ("entity", f"{result['entity']}"),
            *_sums(result),
            ("first seen", _seen(result["first"], clock)),
            ("last seen", _seen(result["last"], clock)),
        ]
    )
    tagged(sheet, result, "this address or others of its entity")
    sheet.heading(f"{plural(result['count'], 'output')} paid to it")
    sheet.table(
        (count("block"), Column(clock.label), amount("value"), identity("output"), identity("spent by")),
        [
            (number(row["height"]), clock.text(row["time"]), btc(row["value"]),
             f"{row['txid']}:{row['vout']}", row["spent_by"] or ABSENT)
            for row in result["outputs"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "outputs")
    foot(sheet, answer)
    return sheet


def entity(answer: Answer, clock: Clock) -> Sheet:
    """An entity, its sums, its addresses, and the reason for each."""
    sheet, result = Sheet(), answer.result
    sheet.line(f"lower bound: {plural(result['size'], 'address', 'addresses')}", "bold")
    sheet.facts(
        [
            ("entity", f"{result['entity']}"),
            *_sums(result),
            ("from outside", f"{btc(result['from_outside'])} BTC"),
            ("to outside", f"{btc(result['to_outside'])} BTC"),
            ("fees paid", f"{btc(result['fee'])} BTC"),
            ("first seen", _seen(result["first"], clock)),
            ("last seen", _seen(result["last"], clock)),
        ]
    )
    tagged(sheet, result, "its addresses")
    sheet.heading("addresses")
    sheet.table(
        (count("id"), amount("received"), amount("balance"), identity("address")),
        [
            (f"{row['id']}", btc(row["received"]), btc(row["balance"]), row["address"])
            for row in result["addresses"]
        ],
    )
    extent(sheet, answer, "addresses", result["lists"]["addresses"])
    sheet.heading("links: why they are one entity")
    if result["size"] == 1:
        sheet.line("links: none found; one address needs none")
    else:
        _links(sheet, result["links"])
        extent(sheet, answer, "links", result["lists"]["links"])
    foot(sheet, answer)
    return sheet


def _links(sheet: Sheet, links: list[dict[str, Any]]) -> None:
    """One row for each transaction that joins addresses, which are one entity because they signed it."""
    joined: dict[tuple[str, ...], dict[str, None]] = {}
    for link in links:
        key = (number(link["height"]), f"{link['rule']} {link['version']}", link["txid"])
        joined.setdefault(key, {}).update(dict.fromkeys((link["a"], link["b"])))
    sheet.table(
        (count("block"), Column("rule"), identity("transaction"), identity("joins")),
        [(*key, list(addresses)) for key, addresses in joined.items()],
    )


def entities(answer: Answer, clock: Clock) -> Sheet:
    """How many entities there are, how large, and the largest."""
    sheet, result = Sheet(), answer.result
    sheet.line(plural(result["entities"], "entity", "entities"), "bold")
    sheet.heading("by size")
    sheet.table(
        (count("addresses each"), count("entities"), count("addresses")),
        [
            (_span(row["size_from"], row["size_to"]), number(row["entities"]), number(row["addresses"]))
            for row in result["by_size"]
        ],
    )
    sheet.heading("the largest (each size is a lower bound)")
    known = any_tags(result["largest"])
    sheet.table(
        (count("entity"), count("addresses"), amount("balance"),
         *([Column("its tags")] if known else []), identity("first address")),
        [
            (f"{row['entity']}", number(row["size"]), btc(row["balance"]),
             *([in_short(row)] if known else []), row["address"])
            for row in result["largest"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "entities")
    foot(sheet, answer)
    return sheet


def _sums(result: dict[str, Any]) -> list[tuple[str, str]]:
    always = ("received", "sent", "balance")
    seldom = [name for name in ("overwritten", "unspendable") if result[name]]
    return [(name, f"{btc(result[name])} BTC") for name in (*always, *seldom)]


def _seen(seen: dict[str, Any] | None, clock: Clock) -> str:
    if seen is None:
        return ABSENT
    return f"block {number(seen['height'])}, {clock.text(seen['time'])} {clock.label}, in {seen['txid']}"


def _span(low: int, high: int) -> str:
    return number(low) if low == high else f"{number(low)} to {number(high)}"
