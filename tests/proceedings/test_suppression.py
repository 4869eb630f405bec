"""Hidden counts stay hidden: judged by every register that could be, and by an attacker with programmes."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.disclosure import Possible

pytest.importorskip("highspy")

from clew.errors import ReportError, UsageError
from clew.proceedings.statistics.attack import Attacker, attack
from clew.proceedings.statistics.columns import TOTAL
from clew.proceedings.statistics.program import Program
from clew.proceedings.statistics.series import released
from clew.proceedings.statistics.tables import PublishedTable, Release

DAY = date(2026, 1, 31)
COLUMNS = {"place": ("north", "south"), "stage": ("charged", "tried"), "outcome": ("yes", "no", "none")}
PAIRS = [("place", "stage"), ("place", "outcome"), ("stage", "outcome")]


def _records(counts, columns):
    kinds = list(product(*columns.values()))
    return [
        dict(zip(columns, kind, strict=True))
        for kind, count in zip(kinds, counts, strict=True)
        for _ in range(count)
    ]


def _true(records, table, categories):
    said = dict(zip(table.columns, categories, strict=True))
    return sum(all(each in (TOTAL, record[name]) for name, each in said.items()) for record in records)


def _judge(release, records, most):
    """Every hidden small count may be nought and may reach the threshold; shown ones are right."""
    possible = Possible([release], most)
    for table in release.tables:
        for categories, count in table.cells.items():
            true = _true(records, table, categories)
            if count is not None:
                assert count == true
                assert count >= release.threshold
            elif true < release.threshold:
                values = possible.values(table.columns, categories, release.date)
                assert 0 in values, (table.columns, categories)
                assert max(values) >= release.threshold, (table.columns, categories, values)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.integers(2, 3))
def test_no_register_of_two_columns_gives_a_hidden_count_away(counts, threshold):
    columns = {"place": COLUMNS["place"], "outcome": COLUMNS["outcome"]}
    records = _records(counts, columns)
    release = released(records, columns, [("place", "outcome")], DAY, threshold=threshold)
    _judge(release, records, len(records) + threshold)


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
    st.lists(st.sampled_from(range(4)), min_size=1, max_size=3, unique=True),
)
def test_tables_that_share_columns_are_attacked_together(counts, chosen):
    columns = {"place": ("north", "south"), "stage": ("charged", "tried"), "outcome": ("yes", "no")}
    records = _records(counts, columns)[:9]
    tables = [
        [("place", "stage"), ("place", "outcome"), ("stage", "outcome"), ("place",)][at] for at in chosen
    ]
    release = released(records, columns, tables, DAY, threshold=2)
    _judge(release, records, len(records) + 2)


def _primary_only(records, columns, tables, threshold=5):
    """What somebody publishes who hides small cells and nothing else."""
    made = []
    for table in tables:
        axes = [(*columns[name], TOTAL) for name in table]
        empty = PublishedTable(table, DAY, {})
        cells = {each: _true(records, empty, each) for each in product(*axes)}
        made.append(PublishedTable(table, DAY, {k: v if v >= threshold else None for k, v in cells.items()}))
    return Release(DAY, columns, tuple(made))


def test_the_attacker_reads_a_single_hidden_cell_off_its_margin():
    columns = {"place": ("north", "south"), "outcome": ("yes", "no")}
    records = _records([20, 3, 10, 9], columns)
    naive = _primary_only(records, columns, [("place", "outcome")])
    found = attack([naive])
    assert [(each.categories, each.lower, each.upper, each.known) for each in found] == [
        (("north", "no"), 3, 3, True)
    ]
    assert attack([released(records, columns, [("place", "outcome")], DAY)]) == ()


def test_the_attacker_subtracts_two_tables():
    """Neither table gives its hidden cells away alone; the one minus the other does."""
    columns = {"place": ("north", "south"), "stage": ("charged", "tried"), "outcome": ("yes", "no")}
    records = _records([9, 1, 8, 2, 30, 20, 25, 40], columns)
    alone = _primary_only(records, columns, [("place", "stage")])
    whole = _primary_only(records, columns, [("place", "stage"), ("place", "stage", "outcome")])
    assert attack([alone]) == ()
    known = {each.categories: each.lower for each in attack([whole]) if each.known}
    assert known["north", "charged", "no"] == 1
    assert known["north", "tried", "no"] == 2
    safe = released(records, columns, [("place", "stage"), ("place", "stage", "outcome")], DAY)
    assert attack([safe]) == ()


def test_a_row_of_one_outcome_is_not_shown_as_such():
    columns = {"place": ("north", "south"), "outcome": ("yes", "no", "none")}
    records = _records([12, 0, 0, 9, 8, 7], columns)
    naive = _primary_only(records, columns, [("place", "outcome")])
    assert {each.categories for each in attack([naive])} == {("north", "no"), ("north", "none")}
    release = released(records, columns, [("place", "outcome")], DAY)
    assert attack([release]) == ()
    table = release.tables[0]
    assert table.cells["north", "yes"] is None or table.cells["north", TOTAL] is None


def test_what_cannot_occur_is_shown_as_nought():
    columns = {"stage": ("charged", "final"), "outcome": ("none yet", "yes", "no")}
    records = _records([30, 0, 0, 0, 20, 10], columns)
    zeros = [{"stage": "charged", "outcome": "yes"}, {"stage": "charged", "outcome": "no"}]
    zeros.append({"stage": "final", "outcome": "none yet"})
    release = released(records, columns, [("stage", "outcome")], DAY, zeros=zeros)
    assert release.tables[0].cells["charged", "yes"] == 0
    assert release.tables[0].shown == len(release.tables[0].cells)
    hidden = released(records, columns, [("stage", "outcome")], DAY)
    assert hidden.tables[0].cells["charged", "yes"] is None
    with pytest.raises(UsageError, match="record 1: expected nothing that cannot occur"):
        released(records, columns, [("stage",)], DAY, zeros=[{"stage": "charged"}])


def test_groups_that_no_table_counts_are_not_known_to_be_small():
    """Two of place and stage, of stage and outcome overlap so far that the third group could be known."""
    rng = random.Random(7)
    columns = {"place": ("north", "south"), "stage": ("charged", "tried"), "outcome": ("yes", "no")}
    for _ in range(10):
        records = _records([rng.choice((0, 1, 2, 8, 20)) for _ in range(8)], columns)
        release = released(records, columns, [("place", "stage"), ("stage", "outcome")], DAY)
        attacker = Attacker([release])
        for categories in product(*columns.values()):
            bounds = attacker.count(tuple(columns), categories, DAY, exact=True)
            assert not (bounds.lower >= 1 and bounds.upper is not None and bounds.upper < 5)


def test_whole_numbers_are_looked_at_where_real_ones_see_wider():
    rng = random.Random(3)
    records = _records([rng.choice((0, 0, 1, 3, 7)) for _ in range(12)], COLUMNS)
    release = released(records, COLUMNS, PAIRS, DAY)
    for bounds in Attacker([release]).hidden(exact=True):
        true = sum(
            all(e in (TOTAL, r[n]) for n, e in zip(bounds.columns, bounds.categories, strict=True))
            for r in records
        )
        if true < 5:
            assert bounds.lower == 0
            assert bounds.upper is None or bounds.upper >= 5


def test_the_order_of_the_records_changes_nothing():
    rng = random.Random(5)
    columns = {"place": tuple("abcd"), "year": tuple("123456"), "outcome": tuple("xyz")}
    tables = [("place", "year"), ("year", "outcome"), ("place", "outcome")]
    records = [{name: rng.choice(each) for name, each in columns.items()} for _ in range(150)]
    first = released(records, columns, tables, DAY)
    rng.shuffle(records)
    assert released(records, columns, tables, DAY).to_json() == first.to_json()
    assert Release.from_json(first.to_json()) == first


def test_few_records_show_nothing():
    columns = {"place": ("north", "south")}
    release = released(_records([1, 2], columns), columns, [("place",)], DAY)
    assert release.tables[0].withheld
    assert "withheld whole" in release.notes[0]


def test_an_empty_register_looks_like_one_of_few_records():
    columns = {"place": ("north", "south"), "outcome": ("yes", "no")}
    none = released([], columns, [("place", "outcome")], DAY)
    few = released(_records([1, 0, 2, 0], columns), columns, [("place", "outcome")], DAY)
    assert none.to_json() == few.to_json()


def test_hidden_cells_look_alike_in_rows():
    columns = {"place": ("north", "south"), "outcome": ("yes", "no")}
    release = released(_records([20, 3, 10, 9], columns), columns, [("place", "outcome")], DAY)
    rows = list(release.rows())
    assert rows[0][:2] == ("release", "counted")
    hidden = [row for row in rows if row[-1] == "no"]
    assert len(hidden) >= 4
    assert {row[-2] for row in hidden} == {""}
    assert Counter(map(len, rows)) == {len(rows[0]): len(rows)}


def test_nothing_is_printed_by_the_solver(capfd):
    columns = {"place": ("north", "south"), "outcome": ("yes", "no")}
    released(_records([20, 3, 10, 9], columns), columns, [("place", "outcome")], DAY)
    assert capfd.readouterr() == ("", "")


CUBE = {name: tuple("12345") for name in ("place", "stage", "outcome")}
CIRCLE = [("place", "stage"), ("stage", "outcome"), ("place", "outcome")]


def _linked():
    """A register whose tables are linked in a circle, so that programmes answer with fractions."""
    rng = random.Random(1)
    return [{name: rng.choice(each) for name, each in CUBE.items()} for _ in range(140)]


def test_a_table_is_withheld_whole_where_the_search_for_whole_numbers_ends_without_one(monkeypatch):
    records = _linked()
    solve, given_up = Program.solve, []

    def tired(self, demand=None, whole=0):
        if whole and not given_up:
            given_up.append(demand)
            return None
        return solve(self, demand, whole)

    monkeypatch.setattr(Program, "solve", tired)
    release = released(records, CUBE, CIRCLE, DAY)
    monkeypatch.undo()
    assert given_up
    assert [table.withheld for table in release.tables].count(True) >= 1
    assert any("is withheld whole" in note for note in release.notes)
    assert attack([release]) == ()


def test_nothing_is_published_where_no_search_ends(monkeypatch):
    records = _linked()
    solve = Program.solve
    monkeypatch.setattr(
        Program, "solve", lambda self, demand=None, whole=0: None if whole else solve(self, demand)
    )
    with pytest.raises(ReportError, match="expected tables that can be made safe"):
        released(records, CUBE, CIRCLE, DAY)


def test_fractions_are_taken_only_above_the_limit_and_said():
    records = _linked()
    assert released(records, CUBE, CIRCLE, DAY).whole
    loose = released(records, CUBE, CIRCLE, DAY, most_whole=0)
    assert not loose.whole
    assert "in real numbers" in loose.notes[-1]
    assert attack([loose]) == ()
