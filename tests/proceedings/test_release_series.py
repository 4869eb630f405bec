"""Releases after each other: nobody is told by subtracting them, and none is lost or changed unseen."""

from __future__ import annotations

import random
from datetime import date
from itertools import product
from operator import gt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.disclosure import Possible

pytest.importorskip("highspy")

from clew.errors import UsageError
from clew.proceedings.statistics.attack import Attacker, attack
from clew.proceedings.statistics.columns import TOTAL
from clew.proceedings.statistics.releases import SUMS, keep, kept
from clew.proceedings.statistics.rests import betrayed
from clew.proceedings.statistics.series import released
from clew.proceedings.statistics.tables import THRESHOLD, PublishedTable, Release

DAYS = [date(2024, 1, 31), date(2025, 1, 31), date(2026, 1, 31), date(2027, 1, 31)]
COLUMNS = {"place": ("north", "south"), "outcome": ("none yet", "yes", "no")}
TABLE = ("place", "outcome")


def _records(counts, columns=COLUMNS):
    kinds = list(product(*columns.values()))
    return [
        dict(zip(columns, kind, strict=True))
        for kind, count in zip(kinds, counts, strict=True)
        for _ in range(count)
    ]


def _true(records, columns, categories):
    said = dict(zip(columns, categories, strict=True))
    return sum(all(each in (TOTAL, record[name]) for name, each in said.items()) for record in records)


def _alone(records, day, columns=COLUMNS, table=TABLE):
    """A release that is safe by itself, made by somebody who forgot the earlier ones."""
    return released(records, columns, [table], day)


def _judge(first, second, before, after, most, growing):
    """What both releases together leave possible, against the true counts and changes."""
    assert attack([first, second], second.threshold) == ()
    possible = Possible([first, second], most, growing)
    threshold = second.threshold
    for release, records in ((first, before), (second, after)):
        if release.date not in possible.days:
            continue
        for table in release.tables:
            for categories, count in table.cells.items():
                true = _true(records, table.columns, categories)
                if count is None and true < threshold and table.date == release.date:
                    values = possible.values(table.columns, categories, release.date)
                    assert 0 in values, (release.date, categories)
                    assert max(values) >= threshold, (release.date, categories, values)
    for table in second.tables:
        if table.date != second.date:
            continue
        for categories in table.cells:
            grown = _true(after, table.columns, categories) - _true(before, table.columns, categories)
            changes = possible.changes(table.columns, categories, first.date, second.date)
            assert grown in changes
            if 0 < abs(grown) < threshold:
                assert max(map(abs, changes)) >= threshold, (categories, grown, changes)
                assert not changes <= set(range(1, threshold))
                assert not changes <= set(range(-threshold + 1, 0))


@settings(max_examples=30)
@given(
    st.lists(st.integers(0, 4), min_size=4, max_size=4),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_records_that_are_added_are_not_told_by_any_two_registers(counts, added):
    columns = {"place": ("north", "south"), "outcome": ("yes", "no")}
    before = _records(counts, columns)
    after = before + _records(added, columns)
    first = released(before, columns, [TABLE], DAYS[0], threshold=2)
    second = released(after, columns, [TABLE], DAYS[1], [first], threshold=2)
    _judge(first, second, before, after, len(after) + 2, growing=True)


@settings(max_examples=20)
@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_records_that_leave_an_open_category_are_not_told_either(counts, added, moved):
    columns = {"place": ("north", "south"), "outcome": ("none yet", "yes")}
    before = _records(counts, columns)
    opened = {"outcome": ("none yet",)}
    after, moves = [], iter(moved)
    for record in before:
        goes = record["outcome"] == "none yet" and next(moves, False)
        after.append({**record, "outcome": "yes"} if goes else record)
    after += _records(added, columns)
    first = released(before, columns, [TABLE], DAYS[0], threshold=2, open_categories=opened)
    second = released(after, columns, [TABLE], DAYS[1], [first], threshold=2, open_categories=opened)
    _judge(first, second, before, after, len(after) + 2, growing=True)


def test_records_that_may_leave_categories_of_two_columns_are_not_told():
    columns = {"stage": ("charged", "final"), "outcome": ("none yet", "yes")}
    opened = {"stage": ("charged",), "outcome": ("none yet",)}
    table = ("stage", "outcome")
    updated = 0
    for seed in range(60):
        rng = random.Random(seed)
        before = _records([rng.choice((0, 0, 1, 2, 3, 4)) for _ in range(4)], columns)
        after = [dict(record) for record in before]
        for record in after:
            if rng.random() < 0.4:
                record["stage"] = "final"
            if rng.random() < 0.4:
                record["outcome"] = "yes"
        after += _records([rng.choice((0, 0, 1, 2, 3)) for _ in range(4)], columns)
        first = released(before, columns, [table], DAYS[0], threshold=2, open_categories=opened)
        second = released(after, columns, [table], DAYS[1], [first], threshold=2, open_categories=opened)
        updated += second.tables[0].date == DAYS[1]
        _judge(first, second, before, after, len(after) + 2, growing=True)
    assert updated > 20


@settings(max_examples=20)
@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=4), st.lists(st.integers(0, 3), min_size=4, max_size=4)
)
def test_a_corrected_register_is_compared_cell_by_cell(counts, others):
    columns = {"place": ("north", "south"), "outcome": ("yes", "no")}
    before, after = _records(counts, columns), _records(others, columns)
    first = released(before, columns, [TABLE], DAYS[0], threshold=2)
    second = released(after, columns, [TABLE], DAYS[1], [first], threshold=2)
    if second.corrected:
        assert any(map(gt, counts, others))
        assert second.tables[0].date == DAYS[1]
        _judge(first, second, before, after, max(len(before), len(after)) + 2, growing=False)


def test_the_attacker_subtracts_two_releases():
    before = _records([20, 30, 25, 15, 22, 18])
    after = before + _records([0, 1, 6, 0, 0, 0])
    first, second = _alone(before, DAYS[0]), _alone(after, DAYS[1])
    assert attack([first]) == attack([second]) == ()
    found = attack([first, second])
    assert [(each.categories, each.since, each.lower, each.upper) for each in found] == [
        (("north", "yes"), DAYS[0], 1, 1),
        ((TOTAL, "yes"), DAYS[0], 1, 1),
    ]
    safe = released(after, COLUMNS, [TABLE], DAYS[1], [first])
    assert attack([first, safe]) == ()


def test_the_attacker_finds_what_the_hidden_rest_of_a_row_has_grown_by():
    """Each hidden change looks wide by itself, but their sum is shown to be two."""
    columns = {"place": ("north",), "outcome": ("a", "b", "c")}
    before = _records([20, 30, 25], columns)
    after = before + _records([1, 1, 8], columns)
    first = _alone(before, DAYS[0], columns)
    cells = dict(_alone(after, DAYS[1], columns).tables[0].cells)
    for each in (("north", "a"), ("north", "b"), (TOTAL, "a"), (TOTAL, "b")):
        cells[each] = None
    naive = Release(DAYS[1], columns, (PublishedTable(TABLE, DAYS[1], cells),))
    bounds = Attacker([first, naive]).change(TABLE, ("north", "a"), DAYS[0], DAYS[1])
    assert (bounds.lower, bounds.upper) == (0, 2)
    safe = released(after, columns, [TABLE], DAYS[1], [first])
    if safe.tables[0].date == DAYS[1]:
        again = Attacker([first, safe]).change(TABLE, ("north", "a"), DAYS[0], DAYS[1])
        assert again.upper is None or again.upper >= 5


def test_a_later_release_does_not_narrow_down_what_an_earlier_one_hid():
    """Twenty-two in a row, two of them hidden; then both are shown, the small one as five."""
    columns = {"place": ("north", "south"), "outcome": ("yes", "no")}
    before = _records([20, 2, 11, 9], columns)
    after = before + _records([6, 3, 7, 8], columns)
    first, naive = _alone(before, DAYS[0], columns), _alone(after, DAYS[1], columns)
    assert None not in naive.tables[0].cells.values()
    bounds = {b.categories: b for b in Attacker([first, naive]).hidden()}
    safe = released(after, columns, [TABLE], DAYS[1], [first])
    both = {b.categories: b for b in Attacker([first, safe]).hidden() if b.day == DAYS[0]}
    assert both["north", "no"].lower == 0
    assert both["north", "no"].upper >= 5
    assert bounds["north", "no"].upper <= 5


def test_an_unchanged_table_is_carried_forward_with_its_day():
    records = _records([20, 30, 25, 15, 22, 18])
    first = _alone(records, DAYS[0])
    second = released(records, COLUMNS, [TABLE], DAYS[1], [first])
    assert second.tables == first.tables
    assert second.tables[0].date == DAYS[0]
    assert "is that of 2024-01-31" in second.notes[0]


def test_a_series_of_a_growing_register_gives_nothing_away():
    rng = random.Random(11)
    columns = {
        "place": ("kr", "us", "gb"),
        "year": tuple("12345"),
        "stage": ("charged", "tried", "final"),
        "outcome": ("none yet", "convicted", "acquitted"),
    }
    tables = [("place", "year"), ("place", "outcome"), ("year", "stage"), ("stage", "outcome")]
    opened = {"stage": ("charged", "tried"), "outcome": ("none yet",)}
    records: list[dict[str, str]] = []
    series: list[Release] = []
    for day in DAYS[:3]:
        for record in records:
            if record["stage"] != "final" and rng.random() < 0.5:
                record["stage"] = "final"
                record["outcome"] = rng.choice(("convicted", "convicted", "acquitted"))
        for _ in range(70):
            stage = rng.choice(columns["stage"])
            outcome = rng.choice(("convicted", "acquitted")) if stage == "final" else "none yet"
            place = rng.choice(columns["place"])
            records.append({"place": place, "year": rng.choice("12345"), "stage": stage, "outcome": outcome})
        series.append(released(records, columns, tables, day, series, open_categories=opened))
    assert attack(series) == ()
    assert any(table.date == DAYS[2] for table in series[2].tables)


def test_years_that_grow_by_one_are_linked():
    early = {"year": ("2023", "2024"), "outcome": ("yes", "no")}
    late = {"year": ("2023", "2024", "2025"), "outcome": ("yes", "no")}
    before = _records([20, 11, 12, 13], early)
    first = released(before, early, [("year", "outcome")], DAYS[0])
    after = before + [{"year": "2025", "outcome": each} for each in ["yes"] * 9 + ["no"] * 3]
    second = released(after, late, [("year", "outcome")], DAYS[1], [first])
    assert attack([first, second]) == ()
    assert second.tables[0].date == DAYS[1]
    assert second.tables[0].cells["2023", "yes"] == 20


@pytest.mark.parametrize("finer_first", [False, True])
def test_split_and_merged_categories_are_subtracted_too(finer_first):
    """2015-2017 and 2015-2018: the one less the other is a year of two."""
    coarse = {"year": ("2015-2017", "2018-2019"), "outcome": ("yes", "no")}
    fine = {"year": ("2015", "2016", "2017", "2018", "2019"), "outcome": ("yes", "no")}
    parts = {"2015-2017": ("2015", "2016", "2017"), "2018-2019": ("2018", "2019")}
    exact = _records([30, 40, 35, 45, 2, 3, 6, 7, 30, 33], fine)
    coarse_of = {each: whole for whole, listed in parts.items() for each in listed}
    merged = [{**record, "year": coarse_of[record["year"]]} for record in exact]
    one, other = ((exact, fine), (merged, coarse)) if finer_first else ((merged, coarse), (exact, fine))
    table = ("year", "outcome")
    first = released(one[0], one[1], [table], DAYS[0])
    with pytest.raises(UsageError, match="gone"):
        released(other[0], other[1], [table], DAYS[1], [first])
    alone = released(other[0], other[1], [table], DAYS[1])
    naive = Release(DAYS[1], other[1], alone.tables, recoded={"year": parts})
    second = released(other[0], other[1], [table], DAYS[1], [first], recoded={"year": parts})
    assert attack([first, second]) == ()
    assert attack([first]) == attack([alone]) == ()
    assert attack([first, naive])


def test_the_folder_is_a_chain(tmp_path):
    records = _records([20, 30, 25, 15, 22, 18])
    folder = tmp_path / "releases"
    assert kept(folder) == ()
    for number, day in enumerate(DAYS[:3]):
        grown = records + _records([7 * number] * 6)
        keep(folder, released(grown, COLUMNS, [TABLE], day, kept(folder)))
    series = kept(folder)
    assert [each.date for each in series] == DAYS[:3]
    assert attack(series) == ()
    with pytest.raises(UsageError, match="2026-01-31"):
        keep(folder, series[-1])
    with pytest.raises(UsageError, match="expected a day after all earlier"):
        released(records, COLUMNS, [TABLE], DAYS[0], series)


@pytest.mark.parametrize("name", ["2024-01-31.json", "2025-01-31.json", "2026-01-31.json", SUMS])
@pytest.mark.parametrize("how", ["lost", "altered"])
def test_a_lost_or_altered_release_is_named(tmp_path, name, how):
    records = _records([20, 30, 25, 15, 22, 18])
    for number, day in enumerate(DAYS[:3]):
        keep(tmp_path, released(records + _records([7 * number] * 6), COLUMNS, [TABLE], day, kept(tmp_path)))
    path = tmp_path / name
    if how == "lost":
        path.unlink()
    else:
        text = path.read_text()
        path.write_text(text.replace("1", "2", 1) if name == SUMS else text.replace("20", "21", 1))
    with pytest.raises(UsageError, match=r"\d{4}-\d{2}-\d{2}\.json|SHA256SUMS"):
        kept(tmp_path)


def test_releases_out_of_order_are_named(tmp_path):
    records = _records([20, 30, 25, 15, 22, 18])
    for number, day in enumerate(DAYS[:3]):
        keep(tmp_path, released(records + _records([7 * number] * 6), COLUMNS, [TABLE], day, kept(tmp_path)))
    lines = (tmp_path / SUMS).read_text().splitlines(keepends=True)
    (tmp_path / SUMS).write_text("".join([lines[1], lines[0], lines[2]]))
    with pytest.raises(UsageError, match=r"2025-01-31\.json: expected a release made after none"):
        kept(tmp_path)
    (tmp_path / SUMS).write_text("".join(lines[:2]))
    with pytest.raises(UsageError, match=r"2026-01-31\.json: expected a file that SHA256SUMS lists"):
        kept(tmp_path)


def test_a_row_whose_hidden_rest_has_grown_by_two_hides_one_cell_more():
    one = PublishedTable(("outcome",), DAYS[0], {("a",): 20, ("b",): 30, ("c",): 25, (TOTAL,): 75})
    other = PublishedTable(("outcome",), DAYS[1], {("a",): None, ("b",): None, ("c",): 33, (TOTAL,): 85})
    assert betrayed([one], other, 5) == {("c",)}
    same = PublishedTable(("outcome",), DAYS[1], {("a",): None, ("b",): None, ("c",): 25, (TOTAL,): 77})
    assert betrayed([one], same, 5) == {(TOTAL,)}
    wide = PublishedTable(("outcome",), DAYS[1], {("a",): None, ("b",): None, ("c",): 25, (TOTAL,): 85})
    assert betrayed([one], wide, 5) == set()


def test_no_hidden_rest_of_a_row_has_changed_by_little_where_records_may_move():
    """Whoever subtracts, row by row, all that two releases both show: no rest of one to four is left."""
    columns = {"place": ("kr", "us", "gb"), "stage": ("a", "b", "c", "d")}
    opened = {"stage": ("a", "b", "c")}
    table = ("place", "stage")
    updated = 0
    for seed in range(8):
        rng = random.Random(seed)
        series: list[Release] = []
        records = [{name: rng.choice(each) for name, each in columns.items()} for _ in range(150)]
        for day in DAYS[:3]:
            series.append(released(records, columns, [table], day, series, open_categories=opened))
            for record in records:
                if record["stage"] != "d" and rng.random() < 0.2:
                    record["stage"] = rng.choice(columns["stage"])
            records += [{name: rng.choice(each) for name, each in columns.items()} for _ in range(30)]
        assert attack(series) == ()
        last = series[-1].tables[0]
        updated += last.date == DAYS[2]
        for earlier in series[:-1]:
            before = earlier.tables[0].cells
            for place in columns["place"]:
                line = [(place, each) for each in columns["stage"]]
                both = [each for each in line if None not in (before[each], last.cells[each])]
                margin = (place, TOTAL)
                if last.date == DAYS[2] and None not in (before[margin], last.cells[margin]):
                    rest = last.cells[margin] - before[margin]
                    rest -= sum(last.cells[each] - before[each] for each in both)
                    assert rest == 0 or abs(rest) >= 5
    assert updated >= 4


def test_who_knows_the_rules_and_tries_every_register_learns_of_no_small_change() -> None:
    """The reader works the rules backwards: which pairs of registers give the very same two releases?"""
    columns = {"kind": ("a", "b")}

    def records(counts: tuple[int, int]) -> list[dict[str, str]]:
        return [{"kind": kind} for kind, count in zip("ab", counts, strict=True) for _ in range(count)]

    told: dict[tuple[str, str], list[tuple[tuple[int, int], tuple[int, int]]]] = {}
    for before in product(range(8), repeat=2):
        first = released(records(before), columns, [("kind",)], date(2026, 1, 1))
        for growth in product(range(7), repeat=2):
            after = (before[0] + growth[0], before[1] + growth[1])
            second = released(records(after), columns, [("kind",)], date(2026, 2, 1), (first,))
            told.setdefault((first.to_json(), second.to_json()), []).append((before, growth))
    for pairs in told.values():
        for change in (
            {growth[0] for _, growth in pairs},
            {growth[1] for _, growth in pairs},
            {sum(growth) for _, growth in pairs},
        ):
            assert not (min(change) >= 1 and max(change) < THRESHOLD), pairs
