"""Pages about the reasons for an entity, and about what would be without some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.attribution import any_tags, in_short, tagged
from clew.cli.pages.frame import extent, foot
from clew.cli.sheet import Column, Sheet, amount, count, identity
from clew.cli.units import btc, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock

_REST = "clew entity --limit 0 shows all"


def explain(answer: Answer, clock: Clock) -> Sheet:
    """The chain of transactions between two addresses, its weakest step, and how many there are."""
    sheet, result = Sheet(), answer.result
    steps = result["steps"]
    if result["joined"]:
        sheet.line(f"one entity, {plural(len(steps), 'step')} apart", "bold")
    else:
        sheet.prose("two entities: no chain of transactions joins these addresses by the rules", "bold")
    sheet.facts([(each, _end(result[each])) for each in ("a", "b")])
    if result["joined"]:
        tagged(sheet, result["a"], "addresses of this entity", _REST)
    else:
        for each in ("a", "b"):
            tagged(sheet, result[each], f"addresses of the entity of {each}", _REST)
    if steps:
        sheet.heading("the shortest chain")
        sheet.table(
            (count("step"), count("block"), Column(clock.label), Column("rule"), *_chance_column(steps),
             identity("transaction"), identity("joins"), Column("because")),
            [_step(at, row, clock, steps) for at, row in enumerate(steps, 1)],
        )  # fmt: skip
        weakest = result["weakest"]
        sheet.prose(
            f"weakest step: {weakest['step']}, by {weakest['by']} ({weakest['rule']}, {weakest['txid']})"
        )
        _disjoint(sheet, result["disjoint"])
    foot(sheet, answer)
    return sheet


def _end(end: dict[str, Any]) -> str:
    size = plural(end["size"], "address", "addresses")
    return f"{end['address']} (entity {end['entity']}, {size}, the first of them {end['first_address']})"


def _chance_column(steps: list[dict[str, Any]]) -> tuple[Column, ...]:
    return (Column("stated", right=True),) if any(row["chance"] is not None for row in steps) else ()


def _step(at: int, row: dict[str, Any], clock: Clock, steps: list[dict[str, Any]]) -> tuple[Any, ...]:
    stated = () if not _chance_column(steps) else ("-" if row["chance"] is None else f"{row['chance']:.4f}",)
    return (
        f"{at}", number(row["height"]), clock.text(row["time"]), f"{row['rule']} {row['version']}", *stated,
        row["txid"], [row["from"], row["to"]], row["says"] or "",
    )  # fmt: skip


def _disjoint(sheet: Sheet, found: dict[str, Any]) -> None:
    paths = found["paths"]
    bound = "" if found["bound"] == "exact" else f"{found['bound']} "
    chains = f"{bound}{plural(paths, 'chain')}"
    if found["bound"] == "at least":
        sheet.prose(f"{chains} that share no transaction; counted no further")
    elif paths == 1:
        sheet.prose(f"{chains} that {'shares' if not bound else 'share'} no transaction: all hangs on one")
    else:
        sheet.prose(f"{chains} that share no transaction: so many transactions would all have to be wrong")
    if found["cut"]:
        sheet.line("those that would all have to be wrong:")
        for each in found["cut"]:
            sheet.line(f"  {each['txid']}  block {number(each['height'])}")


def bridges(answer: Answer, clock: Clock) -> Sheet:
    """The transactions on which parts hang, with what would fall away."""
    sheet, result = Sheet(), answer.result
    sheet.prose(result["says"], "bold")
    sheet.facts(
        [
            ("seen from", result["seen_from"]),
            ("entity", f"{result['entity']}"),
            ("hanging", plural(result["hanging"], "address", "addresses")),
            ("received there", f"{btc(result['hanging_received'])} BTC"),
            ("held there", f"{btc(result['hanging_balance'])} BTC"),
        ]
    )
    tagged(sheet, result, "its addresses", _REST)
    sheet.heading("transactions on which a part hangs")
    sheet.table(
        (count("block"), Column(clock.label), identity("transaction"), count("addresses"), amount("received"),
         amount("balance"), identity("first of the largest part")),
        [
            (number(row["height"]), clock.text(row["time"]), row["txid"], number(row["addresses"]),
             btc(row["received"]), btc(row["balance"]), _parts(row["parts"]))
            for row in result["bridges"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "bridges")
    if not result["judged_all"]:
        sheet.line("not searched: transactions that join several groups are too many to judge each", "yellow")
    if result["strength"]:
        sheet.heading("how many transactions would all have to be wrong")
        sheet.table(
            (count("transactions"), Column("bound"), count("addresses")),
            [
                (number(row["transactions"]), row["bound"], number(row["addresses"]))
                for row in result["strength"]
            ],
        )
    foot(sheet, answer)
    return sheet


def _parts(parts: list[dict[str, Any]]) -> list[str]:
    """The first address of the largest part, and how many parts there are besides."""
    largest = max(parts, key=lambda part: part["addresses"])
    more = [f"and {plural(len(parts) - 1, 'other part')}"] if len(parts) > 1 else []
    return [largest["first_address"], *more]


def whatif(answer: Answer, clock: Clock) -> Sheet:
    """An entity before and after something is taken away."""
    sheet, result = Sheet(), answer.result
    sheet.prose(result["says"], "bold")
    sheet.facts([("seen from", result["seen_from"]), ("entity", f"{result['entity']}")])
    for row in result["without"]:
        sheet.line(f"without {row['kind']} {row['what']}: {plural(row['links'], 'link')} of it")
    if not result["followed_all"]:
        sheet.line("cut: more entities join than are followed; what is shown is a lower bound", "yellow")
    tagged(sheet, result, "its addresses", _REST)
    sheet.heading("what holds the address")
    sheet.table(
        (Column(""), count("addresses"), amount("received"), amount("balance"), count("payments"),
         amount("from outside"), amount("to outside")),
        [(name, *_sums(result[name])) for name in ("before", "after")],
    )  # fmt: skip
    for name in ("lost", "gained"):
        part = result[name]
        sheet.line(f"payments {name}: {number(part['payments'])}, {btc(part['value'])} BTC")
    sheet.heading("parts that leave")
    sheet.table(
        (count("addresses"), amount("received"), amount("balance"), identity("first address")),
        [
            (number(row["addresses"]), btc(row["received"]), btc(row["balance"]), row["first_address"])
            for row in result["parts"]
        ],
    )
    extent(sheet, answer, "parts", result["lists"]["parts"])
    sheet.heading("entities that join")
    known = any_tags(result["joins"])
    sheet.table(
        (count("entity"), count("addresses"), count("joining"), amount("balance"),
         *([Column("its tags")] if known else []), identity("first address")),
        [
            (f"{row['entity']}", number(row["size"]), number(row["joining"]), btc(row["balance"]),
             *([in_short(row)] if known else []), row["address"])
            for row in result["joins"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "joins", result["lists"]["joins"])
    foot(sheet, answer)
    return sheet


def _sums(row: dict[str, int]) -> tuple[str, ...]:
    return (
        number(row["addresses"]), btc(row["received"]), btc(row["balance"]), number(row["payments"]),
        btc(row["from_outside"]), btc(row["to_outside"]),
    )  # fmt: skip
