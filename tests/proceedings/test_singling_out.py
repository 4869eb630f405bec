"""Combinations of columns that single somebody out, columns that are refused, and tables that read back."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.proceedings.statistics.columns import allowed_columns, coded, declared
from clew.proceedings.statistics.program import solver
from clew.proceedings.statistics.singling import singling_out
from clew.proceedings.statistics.tables import PublishedTable, Release, counted, planned

COLUMNS = {
    "jurisdiction": ("kr", "us"),
    "year": ("2019", "2020", "2021"),
    "role": ("operator", "payer"),
    "outcome": ("convicted", "acquitted", "none yet"),
}


def _naive(records, names, k):
    """Every combination with a small group, then those that hold no smaller one."""
    small = set()
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            groups = Counter(tuple(record[name] for name in chosen) for record in records)
            if groups and min(groups.values()) < k:
                small.add(frozenset(chosen))
    return {each for each in small if not any(other < each for other in small)}


def _naive_alike(records, names, secret, k):
    alike = set()
    others = [name for name in names if name != secret]
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            groups = defaultdict(list)
            for record in records:
                groups[tuple(record[name] for name in chosen)].append(record[secret])
            if any(len(each) >= k and len(set(each)) == 1 for each in groups.values()):
                alike.add(frozenset(chosen))
    return {each for each in alike if not any(other < each for other in alike)}


@settings(max_examples=60)
@given(
    st.lists(
        st.fixed_dictionaries({name: st.sampled_from(each) for name, each in COLUMNS.items()}), max_size=40
    ),
    st.integers(2, 6),
)
def test_minimal_combinations_are_those_of_every_combination(records, k):
    found = singling_out(records, COLUMNS, k)
    assert {frozenset(each.columns) for each in found if not each.tells} == _naive(records, COLUMNS, k)
    alike = {frozenset(each.columns) for each in found if each.tells}
    assert alike == _naive_alike(records, COLUMNS, "outcome", k)


def test_sentences_are_plain_and_hold_no_category():
    records = [{"jurisdiction": "kr", "year": "2019", "role": "payer", "outcome": "convicted"}] * 6
    records += [{"jurisdiction": "us", "year": "2019", "role": "payer", "outcome": "convicted"}] * 7
    records += [{"jurisdiction": "us", "year": "2020", "role": "payer", "outcome": "acquitted"}] * 6
    records += [{"jurisdiction": "kr", "year": "2020", "role": "payer", "outcome": "acquitted"}] * 2
    found = singling_out(records, COLUMNS)
    assert [each.said for each in found] == [
        "By jurisdiction and year there is 1 group of fewer than 5 records, the smallest of 2.",
        "By jurisdiction and outcome there is 1 group of fewer than 5 records, the smallest of 2.",
        "By year 2 groups have one outcome only, the smallest with 8 records: whoever is known to be in it, "
        "their outcome is known.",
    ]
    random.Random(1).shuffle(records)
    assert singling_out(records, COLUMNS) == found
    words = {category for each in COLUMNS.values() for category in each}
    assert not any(word in each.said for each in found for word in words)


def test_nobody_is_singled_out_where_nobody_is():
    assert singling_out([], COLUMNS) == ()
    with pytest.raises(UsageError, match="k: expected 2 or more"):
        singling_out([], COLUMNS, 1)


@pytest.mark.parametrize(
    "name",
    [
        "name",
        "Full Name",
        "defendantName",
        "date_of_birth",
        "birthdate",
        "address",
        "home-address",
        "e-mail",
        "email",
        "alias",
        "nick_name",
        "account",
        "victim age",
        "age",
        "case_number",
        "docket",
        "이름",
        "피해자 나이",
        "생년월일",
    ],
)
def test_columns_that_name_persons_are_refused(name):
    with pytest.raises(UsageError, match="expected a column that names nobody"):
        allowed_columns(["jurisdiction", name])


def test_nationality_stands_alone():
    assert allowed_columns(["nationality", "year of decision"]) == ("nationality", "year of decision")
    with pytest.raises(UsageError, match="beside nationality"):
        allowed_columns(["nationality", "sex"])


def test_columns_of_a_register_pass():
    names = ("jurisdiction", "year of decision", "stage", "offence family", "outcome", "role", "instance")
    assert allowed_columns(names) == names
    assert allowed_columns(["관할", "선고연도", "단계", "결과"])


def test_an_undeclared_category_is_told_by_the_number_of_its_record():
    with pytest.raises(UsageError, match="record 2") as caught:
        coded([{"year": "2019"}, {"year": "a secret"}], {"year": ("2019",)})
    assert "secret" not in str(caught.value)
    with pytest.raises(UsageError, match="record 1: expected the column 'year', found none"):
        coded([{}], {"year": ("2019",)})


@pytest.mark.parametrize("categories", [(), ("a", "a"), ("total",), ("",), (" a",), ("a" * 81,)])
def test_categories_are_declared_whole_and_once(categories):
    with pytest.raises(UsageError, match="column 'year'"):
        declared({"year": categories})


@pytest.mark.parametrize(
    "tables", [[], [()], [("year", "year")], [("month",)], [("year", "role"), ("role", "year")]]
)
def test_tables_are_of_declared_columns_each_once(tables):
    with pytest.raises(UsageError, match="table"):
        planned(tables, COLUMNS)


def test_counts_have_all_margins():
    records = [{"year": each, "role": "payer"} for each in ("2019", "2019", "2020")]
    columns = {name: COLUMNS[name] for name in ("year", "role")}
    counts = counted(coded(records, columns), ("role", "year"), columns)
    assert counts["payer", "2019"] == 2
    assert counts["total", "2019"] == 2
    assert counts["payer", "total"] == counts["total", "total"] == 3
    assert counts["operator", "total"] == 0
    assert len(counts) == 12


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(("kr", "us", "total"))), st.none() | st.integers(5, 10**6), max_size=3
    )
)
def test_a_release_reads_back_from_its_text(cells):
    table = PublishedTable(("jurisdiction",), date(2025, 1, 1), cells)
    release = Release(
        date(2026, 1, 1),
        {"jurisdiction": ("kr", "us")},
        (table,),
        notes=("한글",),
        zeros=((("jurisdiction", "kr"),),),
        open={"jurisdiction": ("us",)},
        recoded={"jurisdiction": {"kr": ("north", "south")}},
        corrected=True,
        whole=False,
        before="00",
    )
    text = release.to_json()
    assert Release.from_json(text) == release
    assert Release.from_json(text).to_json() == text
    with pytest.raises(UsageError, match="there: expected a release of format 1"):
        Release.from_json(text[:-3], "there")


def test_a_missing_solver_is_told_with_the_extra_that_brings_it(monkeypatch):
    def importing(name, *rest):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("clew.proceedings.statistics.program.import_module", importing)
    with pytest.raises(UsageError, match=r'package highspy.*pip install "clew\[law\]"') as caught:
        solver()
    assert "\n" not in str(caught.value)
