"""The page of where money went, by destination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.attribution import any_tags, in_short
from clew.cli.pages.frame import Row, extent, foot, lower_bound
from clew.cli.pages.values import total_cells, total_columns
from clew.cli.sheet import Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, number

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock

_KINDS = {
    "service": "service", "holder": "unknown holder", "plain": "plain entity", "own": "the entity itself",
    "mixed": "unknown (mixed)", "nobody": "nobody",
}  # fmt: skip
_ENDS = {
    "service": "at a service", "holder": "at an unknown holder", "unspent": "unspent",
    "coinjoin": "in a coinjoin", "hops": "hops: cut", "value": "too small: cut", "time": "too late: cut",
    "fee": "fees",
    "unspendable": "unspendable", "overwritten": "overwritten", "source": "back at a source",
}  # fmt: skip
_WIDEST = 40


def cashout(answer: Answer, clock: Clock) -> Sheet:
    """What left in one step, where it ended under each policy, and when it was signed."""
    sheet, result = Sheet(), answer.result
    money = answer.parameters.get("value", [])
    day = answer.parameters.get("value_at")
    lower_bound(sheet, result["entities"])
    sheet.heading("in one step (no policy)")
    known = any_tags(result["direct"])
    sheet.table(
        (Column("to"), count("entity"), count("its size"), *([Column("its tags")] if known else []),
         amount("value"), *total_columns(money, day), count("payments"), Column(f"first, {clock.label}"),
         Column("last"), identity("first address")),
        [
            (_KINDS[row["kind"]], _id(row), number(row["size"]), *([in_short(row)] if known else []),
             btc(row["value"]), *total_cells(row.get("values", ())), number(row["payments"]),
             clock.text(row["first"]), clock.text(row["last"]), row["address"] or ABSENT)
            for row in result["direct"]
        ],
    )  # fmt: skip
    extent(sheet, answer, "receivers", result["lists"]["direct"])
    sheet.line()
    sheet.facts(_sums(result["total"]))
    _services(sheet, answer)
    _followed(sheet, answer)
    _hours(sheet, result["hours"])
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def _sums(total: Row) -> list[tuple[str, str]]:
    names = ["received", "sent", "fee", *(n for n in ("overwritten", "unspendable") if total[n]), "held"]
    found = [(name, f"{btc(total[name])} BTC") for name in names]
    found += [
        (f"sent to {_KINDS[each['kind']]}", f"{btc(each['value'])} BTC ({each['receivers']:,})")
        for each in total["by_kind"]
    ]
    return found


def _followed(sheet: Sheet, answer: Answer) -> None:
    result, policies = answer.result, answer.parameters["policies"]
    money = answer.parameters.get("value", [])
    day = answer.parameters.get("value_at")
    sheet.heading(f"followed on: where {btc(result['total']['followed'])} BTC ended, by policy")
    rows = result["destinations"]
    known = any_tags(rows)
    columns: list[Column] = [Column("end"), Column("who"), count("entity")]
    for policy in policies:
        columns += [
            amount(policy) if policy != "poison" else count("poison (coins)"),
            *total_columns(money, day),
        ]
    sheet.table(
        (*columns, *([Column("tags")] if known else []), identity("first address")),
        [
            (_ENDS[row["end"]], _KINDS.get(row["kind"], ABSENT), _id(row),
             *(cell for each in row["under"] for cell in _under(each, len(money) * (3 if day else 2))),
             *([in_short(row)] if known else []), row["address"] or ABSENT)
            for row in rows
        ],
    )  # fmt: skip
    extent(sheet, answer, "destinations", result["lists"]["destinations"])
    for row in rows:
        if row["why"]:
            sheet.prose(f"entity {row['entity']} looks like a service: {' '.join(row['why'])}")


def _under(each: Row, cells: int) -> tuple[str, ...]:
    if each["taint"] is None:
        return (number(each["coins"]), *[ABSENT] * cells)
    return (btc(each["taint"]), *total_cells(each.get("values", ())))


def _services(sheet: Sheet, answer: Answer) -> None:
    rows = answer.result["services"]
    if not rows:
        return
    sheet.heading("attributed services, over all their entities")
    columns = (
        amount(policy) if policy != "poison" else count("poison (coins)")
        for policy in answer.parameters["policies"]
    )
    sheet.table(
        (Column("service"), count("entities"), amount("in one step"), *columns),
        [
            (row["label"], number(row["entities"]), btc(row["direct"]),
             *(cell for each in row["under"] for cell in _under(each, 0)))
            for row in rows
        ],
    )  # fmt: skip


def _id(row: Row) -> str:
    return ABSENT if row["entity"] is None else f"{row['entity']}"


def _hours(sheet: Sheet, found: dict[str, Any]) -> None:
    # It loads NumPy, which help does without.
    from clew.analysis.hours import FEW, WEEKDAYS

    few = f"; fewer than {FEW}, so mostly chance" if found["is_few"] else ""
    sheet.heading(f"blocks with what it signed, in {found['tz']} ({number(found['transactions'])}{few})")
    most = max(*found["by_hour"], *found["by_weekday"], 1)
    for names, counts in (
        ([f"{hour:02d}" for hour in range(24)], found["by_hour"]),
        (WEEKDAYS, found["by_weekday"]),
    ):
        sheet.table(
            (Column("hour" if len(names) == 24 else "weekday"), count("transactions"), Column("")),
            [
                (name, number(each), "#" * -(-each * _WIDEST // most))
                for name, each in zip(names, counts, strict=True)
            ],
        )
