"""The pages about patterns of concealment, and about the schedule of acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.frame import extent, foot, lower_bound
from clew.cli.sheet import Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, duration, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock

_LIMITS = {"hops": "--hops", "most": "--most"}
_MOST_SHOWN = 12
"""Transactions of a finding that a page names; JSON has more."""


def patterns(answer: Answer, clock: Clock) -> Sheet:
    """What was looked at, what each pattern is and looks like, and the candidates."""
    sheet, result = Sheet(), answer.result
    _scene(sheet, answer)
    sheet.heading("patterns")
    sheet.table(
        (Column("pattern"), count("candidates"), Column("rule"), Column("innocent")),
        [
            (each["name"], number(each["found"]), each["rule"], each["innocent"])
            for each in result["patterns"]
        ],
    )
    for each in result["patterns"]:
        if each["cut_by"]:
            sheet.line(f"{each['name']}: more transactions lie there than are looked at", "yellow")
    sheet.heading("candidates")
    first = answer.parameters["offset"]
    sheet.table(
        (count("no."), Column("pattern"), count("block"), Column(clock.label), amount("value"),
         count("transactions"), Column("figures"), identity("txids")),
        [_row(place, each, clock) for place, each in enumerate(result["findings"], first)],
    )  # fmt: skip
    extent(sheet, answer, "candidates", result["lists"]["findings"])
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def _scene(sheet: Sheet, answer: Answer) -> None:
    lower_bound(sheet, answer.result["entities"])
    scene = answer.result["scene"]
    others = scene["entities"] - len(answer.result["entities"])
    sums = f"{plural(scene['addresses'], 'address', 'addresses')}, "
    sums += plural(scene["transactions"], "transaction")
    sheet.line(f"looked at with {plural(others, 'entity', 'entities')} that only they paid: {sums}")
    if scene["cut_by"]:
        sheet.line(
            f"cut by {' and '.join(_LIMITS[each] for each in scene['cut_by'])}: there may be more", "yellow"
        )
    left = scene["not_followed"]
    sheet.line(
        f"not followed: {plural(left['paid_by_others'], 'entity', 'entities')} that others paid, too; "
        f"{number(left['large'])} of many addresses; {plural(left['coinjoins'], 'coinjoin')}"
    )


def _row(place: int, found: dict[str, Any], clock: Clock) -> tuple[Any, ...]:
    first = found["transactions"][0]
    figures = [f"{each['name']} {_figure(each)}" for each in found["figures"]]
    txids = [each["txid"] for each in found["transactions"][:_MOST_SHOWN]]
    left = found["transactions_found"] - len(txids)
    return (
        number(place),
        found["pattern"],
        number(first["height"]),
        clock.text(first["time"]),
        btc(found["value"]),
        number(found["transactions_found"]),
        [*figures, *([f"ends: {found['ends']}"] if found["ends"] else [])],
        [*txids, *([f"and {number(left)} more"] if left else [])],
    )


def _figure(figure: dict[str, Any]) -> str:
    if figure["unit"] == "satoshi":
        return f"{btc(figure['value'])} BTC"
    if figure["unit"] == "seconds":
        return duration(figure["value"])
    return number(figure["value"])


def schedule(answer: Answer, clock: Clock) -> Sheet:
    """Every act in order: date, act, amount, value, where it went."""
    sheet, result = Sheet(), answer.result
    _scene(sheet, answer)
    sheet.heading("schedule of acts")
    currencies = answer.parameters.get("value", [])
    sheet.table(
        (count("block"), Column(clock.label), Column("act"), amount("amount"),
         *(Column(each, right=True) for each in currencies), Column("to"), count("to entity"),
         count("candidate"), identity("txid"), identity("addresses")),
        [_act(each, clock) for each in result["schedule"]],
    )  # fmt: skip
    extent(sheet, answer, "acts", result["lists"]["schedule"])
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def _act(act: dict[str, Any], clock: Clock) -> tuple[Any, ...]:
    tags = act["to"]["tags"] if act["to"] else []
    left = act["addresses_found"] - len(act["addresses"])
    return (
        number(act["height"]),
        clock.text(act["time"]),
        act["act"],
        btc(act["amount"]),
        *(each["value"] or ABSENT for each in act.get("values", [])),
        tags[0]["label"] if tags else ABSENT,
        f"{act['to']['entity']}" if act["to"] else ABSENT,
        [f"{each}" for each in act["findings"]],
        act["txid"],
        [*act["addresses"], *([f"and {number(left)} more"] if left > 0 and act["addresses"] else [])],
    )
