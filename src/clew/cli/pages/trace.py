"""The page of a trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from clew.cli.pages.attribution import any_tags, in_short
from clew.cli.pages.frame import extent, foot
from clew.cli.sheet import Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock

Row = dict[str, Any]

_MOVING = 10
"""Destinations that are shown of those that other orders move; as JSON there are all."""

_ENDS = {
    "source": "came to a source again",
    "unspendable": "nobody can spend it",
    "overwritten": "lost to a later transaction of the same id",
    "service": "an attributed service",
    "holder": "an unknown holder, who looks like a service",
    "hops": "the limit of hops",
    "value": "less than the limit of value",
    "unspent": "not spent up to the tip",
    "coinbase": "new coins",
    "time": "beyond the limit of time",
    "coinjoin": "a coinjoin",
    "fee": "fees",
}


def trace(answer: Answer, clock: Clock) -> Sheet:
    """Sources, what became of the money by policy, destinations, wallets on the way."""
    sheet, result = Sheet(), answer.result
    total = result["total"]
    way = answer.parameters["direction"]
    sheet.prose(f"{way} from {plural(total['coins'], 'coin')} of {btc(total['value'])} BTC", "bold")
    _sources(sheet, answer, clock)
    for each in result["traces"]:
        _one(sheet, answer, each)
    _destinations(sheet, answer)
    if result["bounds"]:
        _bounds(sheet, result["bounds"])
    _wallets(sheet, answer, clock)
    if result["permuted"]:
        _permuted(sheet, result["permuted"])
    foot(sheet, answer)
    return sheet


def _sources(sheet: Sheet, answer: Answer, clock: Clock) -> None:
    sheet.heading("sources")
    sheet.table(
        (count("source"), count("block"), Column(clock.label), amount("value"), identity("coin"),
         count("entity"), identity("address")),
        [
            (number(row["source"]), number(row["height"]), clock.text(row["time"]), btc(row["value"]),
             row["coin"], _text(row["entity"]), row["address"] or ABSENT)
            for row in answer.result["sources"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "sources", answer.result["lists"]["sources"])


def _one(sheet: Sheet, answer: Answer, each: Row) -> None:
    reached = f"{plural(each['coins'], 'coin')}, {plural(each['transactions'], 'transaction')}"
    sheet.heading(f"by {each['policy']}: {reached}")
    named = {"service", "source"}
    sheet.table(
        (Column("end"), Column("meaning"), Column("attributed"), count("coins"), amount("taint")),
        [
            (row["end"], _ENDS[row["end"]], "yes" if row["end"] in named else "no", number(row["coins"]),
             btc(row["taint"]))
            for row in each["ends"]
        ],
    )  # fmt: skip
    left = each["unattributed"]
    if left["taint"] is not None:
        ends = ", ".join(row["end"] for row in left["ends"]) or "nothing"
        sheet.prose(f"unattributed: {btc(left['taint'])} BTC ({ends})")
    sheet.line()
    sheet.table(
        (amount("taint"), amount("value"), count("hop"), Column("end"), identity("coin"), count("entity"),
         identity("address"), Column("from source")),
        [
            (btc(row["taint"]), btc(row["value"]), number(row["hop"]), row["end"], row["coin"],
             _text(row["entity"]), row["address"] or ABSENT, _by(row["by"]))
            for row in each["branches"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "branches", each)


def _by(shares: list[list[int]] | None) -> list[str] | str:
    if shares is None:
        return ABSENT
    return [f"{source}:{btc(taint)}" for source, taint in shares] or ABSENT


def _destinations(sheet: Sheet, answer: Answer) -> None:
    rows = answer.result["destinations"]
    policies = [each["policy"] for each in answer.result["traces"]]
    sheet.heading("services: a range of conventions, not bounds")
    known = any_tags(rows)
    sheet.table(
        (count("entity"), *([Column("its tags")] if known else []), *_headings(policies, answer),
         amount("least"), amount("most"), identity("first address")),
        [
            (_text(row["entity"]), *([in_short(row)] if known else []), *_amounts(row["under"]),
             btc((row["range"] or {}).get("least")), btc((row["range"] or {}).get("most")), row["address"])
            for row in rows
        ],
    )  # fmt: skip
    extent(sheet, answer, "services", answer.result["lists"]["destinations"])


def _headings(policies: Iterable[str], answer: Answer) -> list[Column]:
    return [count("poison (coins)") if each == "poison" else amount(each) for each in policies]


def _amounts(under: list[Row]) -> list[str]:
    return [number(each["coins"]) if each["taint"] is None else btc(each["taint"]) for each in under]


def _wallets(sheet: Sheet, answer: Answer, clock: Clock) -> None:
    rows = answer.result["wallets"]
    policies = [each["policy"] for each in answer.result["traces"]]
    sheet.heading("wallets on the way: what arrived, and the lowest they held until it left")
    sheet.table(
        (count("entity"), *_headings(policies, answer), Column(f"from, {clock.label}"), Column("until"),
         amount("lowest"), Column("lowest at"), identity("first address")),
        [
            (_text(row["entity"]), *_amounts(row["arrived"]), clock.text(row["since"]["time"]),
             clock.text(row["until"]["time"]) if row["until"] else ABSENT, btc(row["lowest"]),
             clock.text(row["lowest_at"]["time"]), row["address"])
            for row in rows
        ],
    )  # fmt: skip
    extent(sheet, answer, "wallets", answer.result["lists"]["wallets"])


def _bounds(sheet: Sheet, found: Row) -> None:
    sheet.heading(f"bounds, whatever the policy: over {plural(found['coins'], 'coin')} that poison reaches")
    sheet.table(
        (Column("end"), count("entity"), amount("must have arrived"), amount("could have arrived")),
        [
            (row["end"], _text(row["entity"]), btc(row["least"]), btc(row["most"]))
            for row in found["destinations"]
        ],
    )
    if found["status"] != "complete":
        sheet.prose("Where there is no figure it was not searched, since that would take too long.")


def _permuted(sheet: Sheet, moved: Row) -> None:
    samples = plural(moved["samples"], "sample")
    for each in moved["policies"]:
        sheet.heading(f"{each['policy']} with outputs in other orders: {samples}, seed {moved['seed']}")
        # sorted keeps the order of those that move as far.
        far = sorted(each["destinations"], key=lambda row: row["least"] - row["most"])
        moving = [row for row in far if row["least"] < row["most"]]
        if moving:
            sheet.table(
                (Column("end"), count("entity"), amount("as they stand"), amount("least"), amount("most")),
                [
                    (row["end"], _text(row["entity"]), btc(row["taint"]), btc(row["least"]), btc(row["most"]))
                    for row in moving[:_MOVING]
                ],
            )
        some = f"; those that move farthest: {_MOVING}" if len(moving) > _MOVING else ""
        sheet.line(f"{number(len(moving))} of {plural(len(far), 'destination')} move{some}")
    if not moved["policies"]:
        sheet.line("outputs in other orders: no policy asked for rests on their order")


def _text(value: int | None) -> str:
    return ABSENT if value is None else f"{value}"
