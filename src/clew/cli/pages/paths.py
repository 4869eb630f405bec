"""The page about flows between two sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.cli.pages.frame import foot, lower_bound
from clew.cli.sheet import Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock

_LIMITS = {"hops": "--hops", "most": "--most", "time": "--since or --until"}


def paths(answer: Answer, clock: Clock) -> Sheet:
    """Both directions: what was found, how far it was looked, and the flows step by step."""
    sheet, result = Sheet(), answer.result
    for side in ("a", "b"):
        sheet.line(f"{side.upper()}:", "bold")
        lower_bound(sheet, result[side])
    for key, title in (("a_to_b", "from A to B"), ("b_to_a", "from B to A")):
        _direction(sheet, result[key], title, clock)
    sheet.prose(result["notice"], "yellow")
    foot(sheet, answer)
    return sheet


def _direction(sheet: Sheet, found: dict[str, Any], title: str, clock: Clock) -> None:
    sheet.heading(title)
    sheet.line(extent(found), "yellow" if found["cut_by"] else "")
    left = {name.replace("_", " "): count for name, count in found["not_followed"].items() if count}
    if left:
        said = ", ".join(f"{number(count)} in {name}" for name, count in left.items())
        sheet.line(f"not followed, since they would connect nobody: coins or transactions {said}")
    shortest, widest = found["shortest"], found["widest"]
    if shortest is None:
        return
    if shortest == widest:
        _flow(sheet, shortest, "the shortest and the widest", clock)
    else:
        _flow(sheet, shortest, "the shortest", clock)
        _flow(sheet, widest, "the widest", clock)


def extent(found: dict[str, Any]) -> str:
    """How far a direction was searched, in a sentence."""
    looked = f"{plural(found['looked_at'], 'transaction')} looked at"
    if found["status"] == "none found":
        return f"none found ({looked})"
    if found["status"] == "complete":
        return f"complete: {plural(found['arrivals'], 'transaction')} of a flow pay there ({looked})"
    by = " and ".join(_LIMITS[each] for each in found["cut_by"])
    whole = f"every flow of up to {plural(found['searched_whole'], 'transaction')} was looked for"
    got = "none found so far; " if found["shortest"] is None else ""
    return f"cut by {by}: {got}{whole} ({looked})"


def _flow(sheet: Sheet, flow: dict[str, Any], title: str, clock: Clock) -> None:
    exact = "" if flow["is_exact"] else "; a better one is not excluded"
    marked = "; MARKED: it leads through what connects nobody" if flow["is_marked"] else ""
    size = f"{plural(flow['transactions'], 'transaction')}, at most {btc(flow['width'])} BTC"
    sheet.line()
    sheet.prose(f"{title}: {size}{exact}{marked}", "bold")
    start = flow["start"]
    sheet.line(f"starts with {plural(start['coins_found'], 'coin')} of {btc(start['value'])} BTC")
    sheet.table(
        (count("block"), Column(clock.label), Column("median time past"), amount("passes on"),
         count("from entity"), count("to entity"), Column("remarks"), identity("txid"), identity("coins")),
        [
            (
                number(step["height"]),
                clock.text(step["time"]),
                clock.text(step["median_time"]),
                btc(step["value"]),
                [f"{each['entity']}" for each in step["from"]],
                [f"{each['entity']}{_label(each)}" for each in step["to"]],
                _remarks(step) or ABSENT,
                step["txid"],
                [f"{each['coin'].rpartition(':')[2]}:{each['address']}" for each in step["coins"]],
            )
            for step in flow["steps"]
        ],
    )  # fmt: skip


def _label(card: dict[str, Any]) -> str:
    return f" ({card['tags'][0]['label']})" if card["tags"] else ""


def _remarks(step: dict[str, Any]) -> list[str]:
    said = []
    if step["coinjoin_rule"]:
        said.append(f"coinjoin ({step['coinjoin_rule']})")
    if step["held_by"]:
        said.append(
            f"held by a {step['held_by']}" if step["held_by"] == "service" else "held by an unknown holder"
        )
    if step["mixed"]:
        said.append("inputs of several entities")
    return said
