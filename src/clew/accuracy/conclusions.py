"""Conclusions counted by kind: what every answer states of the likes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clew.accuracy.changes import class_names
from clew.accuracy.figures import ACTOR, ADDRESSES, CHANGE, COINJOIN, LINKS, PAIRS
from clew.accuracy.validation import Row, Validation
from clew.analysis import estimates
from clew.analysis.estimates import Figure

_OF_SETS = (
    (estimates.PAIR, PAIRS, "precision"),
    (estimates.ADDRESS, ADDRESSES, "alone with its owner's"),
    (estimates.LINK, LINKS, "links of one owner"),
)


def conclusions(found: Validation) -> Iterator[Figure]:
    """Every kind of conclusion of every set, rule and model: how many there were, and how many were wrong."""
    for subject in found.subjects:
        name = str(subject["name"])
        if subject["kind"] == "set":
            rules = tuple((str(each["name"]), int(each["version"])) for each in subject["rules"])
            for kind, about, measure in _OF_SETS:
                yield from _figure(
                    kind, name, rules, str(subject["stated"]), found.row(about, name, measure, ACTOR)
                )
        else:
            yield from _of_rule(found, name, subject)


def _of_rule(found: Validation, name: str, subject: dict[str, Any]) -> Iterator[Figure]:
    rules: tuple[tuple[str, int], ...]
    if subject["version"] is None:
        rules = tuple((str(each["name"]), int(each["version"])) for each in subject["rules"])
    else:
        rules = ((name, int(subject["version"])),)
    if subject["kind"] == "coinjoin":
        yield from _figure(estimates.COINJOIN, name, rules, "", found.row(COINJOIN, name, "precision"))
    elif subject["kind"] == "change":
        yield from _figure(estimates.CHANGE, name, rules, "", found.row(CHANGE, name, "precision"))
    elif subject["kind"] == "model":
        for group in class_names():
            row = found.row(CHANGE, name, "change among", "", "probability", group)
            yield from _figure(estimates.CHANGE, name, rules, group, row)


def _figure(
    kind: str, name: str, rules: tuple[tuple[str, int], ...], group: str, row: Row | None
) -> Iterator[Figure]:
    if row is not None and row.tally.of:
        of, right = int(row.tally.of), int(row.tally.hits)
        yield Figure(kind, name, rules, group, of, of - right)


__all__ = ["conclusions"]
