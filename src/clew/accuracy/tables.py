"""A validation as tables of text: what a page and a report show, in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from clew.accuracy import entity_tables, origin_tables
from clew.accuracy import event_tables as events
from clew.accuracy.changes import CERTAIN
from clew.accuracy.figures import ACTOR, ADDRESSES, CHANGE, COINJOIN, COLLISIONS, WALLET, Tally
from clew.accuracy.origins import ORIGINS, WRONG
from clew.accuracy.validation import Row, Validation
from clew.accuracy.words import (
    ABSENT,
    Sheet,
    names,
    per_million,
    percent,
    plain,
)

MOST_FORMS, FEWEST_FORMS = 8, 2
_MOST = {"set": MOST_FORMS, "model": MOST_FORMS}
_KINDS = ("set", "model", "coinjoin", "lookalike", "control", "change")
"""Kinds of subjects, in the order in which their failures are told."""


def economies(found: Validation) -> Sheet:
    """What was scored."""
    rows = []
    for place, each in enumerate(found.economies):
        truth, counts = each["truth"], each["counts"]
        seed = ABSENT if truth["seed"] is None else str(truth["seed"])
        numbers = [f"{counts[name]:,}" for name in ("blocks", "transactions", "addresses", "owners_known")]
        rows.append((str(place + 1), str(truth["world"]) or str(truth["name"]), seed, *numbers))
    return Sheet(
        "Economies",
        "Of some addresses nobody's single ownership is known; they are left out, and counted apart.",
        ("", "world", "seed>", "blocks>", "transactions>", "addresses>", "with a known owner>"),
        tuple(rows),
    )


def by_world(found: Validation, rows: Iterable[tuple[str, Row | None]]) -> Sheet:
    """Some figures of each world."""
    listed = []
    for name, row in rows:
        if row is not None:
            shares = [_of_world(row, tally) for _, tally in found.by_world(row)]
            listed.append((name, *shares))
    return Sheet(
        "Main figures",
        "Each figure of each world alone, over its seeds.",
        ("", *(f"{world or 'labels'}>" for world in found.worlds)),
        tuple(listed),
    )


def _of_world(row: Row, tally: Tally) -> str:
    if row.key.about == COINJOIN and row.key.measure == "ordinary taken for some":
        return per_million(tally)
    return plain(tally.rate) if row.key.measure in ("log loss", "Brier score") else percent(tally.rate)


def main_figures(found: Validation) -> Iterator[tuple[str, Row | None]]:
    """The figures that a world is judged by."""
    for name in names(found, "set"):
        yield f"{name}: B-cubed precision", found.row(ADDRESSES, name, "B-cubed precision", ACTOR)
        yield f"{name}: B-cubed recall, wallets", found.row(ADDRESSES, name, "B-cubed recall", WALLET)
        measure = "services that stand with another"
        yield f"{name}: services that collide", found.row(COLLISIONS, name, measure, ACTOR)
    for name in names(found, "coinjoin"):
        yield f"{name}: recall", found.row(COINJOIN, name, "recall")
        yield f"{name}: false, per million", found.row(COINJOIN, name, "ordinary taken for some")
    for name in names(found, "change"):
        yield f"{name}: precision", found.row(CHANGE, name, "precision")
    for name in names(found, "model"):
        yield f"{name}: log loss", found.row(CHANGE, name, "log loss")
        yield f"{name}: right at {CERTAIN} or more", found.row(CHANGE, name, f"right at {CERTAIN} or more")
    for name in origin_tables.subjects(found):
        yield f"origins, {name}: graded routes wrong", found.row(ORIGINS, name, WRONG)


def failures(found: Validation) -> Sheet:
    """What fails most often, of each rule and way to fail, with an example: sets and models first."""
    kinds = {str(each["name"]): str(each["kind"]) for each in found.subjects}
    ranked = sorted(found.failures, key=lambda each: _KINDS.index(kinds[each["subject"]]))
    rows = []
    number: dict[tuple[str, str], int] = {}
    for each in ranked:
        way = (each["subject"], each["what"])
        number[way] = number.get(way, 0) + 1
        if each["count"] and number[way] <= _MOST.get(kinds[each["subject"]], FEWEST_FORMS):
            first: dict[str, Any] = each["examples"][0]
            where = f"{each['form']}, made by {each['model']}"
            example = f"{first['economy'] + 1}: {first['id']}"
            rows.append((each["subject"], each["what"], where, f"{each['count']:,}", example))
    return Sheet(
        "Known failures, by form of transaction",
        f"The {MOST_FORMS} most frequent forms of each way in which a set or model fails, {FEWEST_FORMS} of "
        "those of single rules; the example stands in the economy of that number above.",
        ("rule", "what", "where", "how often>", "example"),
        tuple(rows),
    )


def every(found: Validation) -> Iterator[Sheet]:
    """All tables in order; those without rows are left out."""
    yield from (each for each in _every(found) if each.rows)


def _every(found: Validation) -> Iterator[Sheet]:
    yield economies(found)
    for name in names(found, "set"):
        yield entity_tables.entities(found, name)
        for by in ("wallet size", "wallet model", "owner"):
            yield entity_tables.entities_by(found, name, by)
    yield events.links(found)
    yield events.coinjoins(found)
    yield events.rounds(found)
    yield events.look_alikes(found)
    yield events.changes(found)
    yield events.models(found)
    yield events.models_by(found)
    for name in names(found, "model"):
        yield events.calibration(found, name)
    yield origin_tables.routes(found)
    yield origin_tables.hops(found)
    yield origin_tables.reached(found)
    if len(found.worlds) > 1:
        yield by_world(found, main_figures(found))
    yield failures(found)


__all__ = ["by_world", "economies", "every", "failures", "main_figures"]
