"""Transactions whose links leave groups apart: they are wrong as one, and hold as several."""

from __future__ import annotations

import random

import numpy as np
import pytest

from clew.analysis import hanging
from clew.analysis.hanging import Hanging
from clew.analysis.reasons import reasons_of
from clew.ledger.control import Links
from naive import reasons as naive


def some_rows(chance: random.Random) -> list[naive.Row]:
    """Links of which several stand in one transaction and do not meet there; all hold together."""
    count = chance.randrange(4, 12)
    rows: list[naive.Row] = []
    transactions = chance.randrange(2, 8)
    while not rows or len(naive.stays(rows, rows[0][0], [])) < len({end for row in rows for end in row[:2]}):
        rows = []
        for _ in range(chance.randrange(count, 2 * count)):
            a, b = chance.sample(range(count), 2)
            rows.append((a, b, chance.randrange(transactions), chance.randrange(2)))
    return sorted(rows, key=lambda row: row[2])


def links_of(rows: list[naive.Row]) -> Links:
    columns = (np.array(column, "<u4") for column in zip(*rows, strict=True))
    a, b, transaction, rule = columns
    return Links(a, b, transaction, rule.astype(np.uint8))


@pytest.mark.parametrize("seed", range(80))
def test_joints(seed: int) -> None:
    rows = some_rows(random.Random(seed))
    for by_rule in (False, True):
        found = reasons_of(links_of(rows), by_rule=by_rule)
        known = []
        for joint in range(len(found.transaction)):
            places = found.places_of(np.array([joint]))
            group = set(found.addresses[places].tolist())
            known.append((int(found.transaction[joint]), int(found.rule[joint]), group))
            assert all(joint in found.joints_of(np.array([place])) for place in places.tolist())
        assert known == naive.joints(rows, by_rule=by_rule)


@pytest.mark.parametrize("seed", range(80))
def test_what_hangs_on_transactions_of_several_joints(seed: int) -> None:
    rows = some_rows(random.Random(seed))
    reasons = reasons_of(links_of(rows))
    whole = set(reasons.addresses.tolist())
    for place in range(len(whole)):
        start = int(reasons.addresses[place])
        found = Hanging(reasons, place)
        parts: dict[int, list[set[int]]] = {}
        for transaction, size, part in zip(*(column.tolist() for column in found.parts), strict=True):
            members = set(reasons.addresses[found.places_of(part)].tolist())
            assert len(members) == size
            parts.setdefault(transaction, []).append(members)
        falls = {each: whole - naive.stays(rows, start, [each]) for each in {row[2] for row in rows}}
        assert {each: set().union(*some) for each, some in parts.items()} == {
            each: part for each, part in falls.items() if part
        }
        for transaction, some in parts.items():
            for part_ in some:
                assert naive.stays(rows, min(part_), [transaction]) == part_
        standing = set(reasons.addresses[found.standing].tolist())
        assert standing == whole - set().union(*falls.values())
        assert found.judged_all


def test_too_many_to_judge_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hanging, "MOST_SPLIT", 0)
    # Two groups in one transaction, and another one that joins them.
    rows = [(0, 1, 5, 0), (2, 3, 5, 1), (1, 2, 6, 0), (4, 5, 7, 0), (6, 7, 7, 1), (3, 4, 8, 0), (5, 6, 9, 0)]
    assert not Hanging(reasons_of(links_of(rows)), 0).judged_all
