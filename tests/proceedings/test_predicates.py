"""Predicate offences by day, also against a twin that walks through every day and every way edges can lie."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.proceedings.days import Day, day_of, exactly
from clew.proceedings.load import Law, load_law
from clew.proceedings.predicates import predicate_on
from clew.proceedings.provisions import Book
from proceedings.lawbook import book, law, provision

LAUNDERING = "- {in_force_from: 2000-01-01, maximum: 5 years}"
OFFENCE = provision(
    "xx.2",
    """
    - {in_force_from: 2005-01-01, in_force_to: 2017-12-31, maximum: 1 year}
    - {in_force_from: 2018-01-01, maximum: 3 years}
    """,
)
LIST = """
    predicates:
      - name: xx.predicates
        of: xx.1
        begins: 2010
        in_full: true
        entries:
          - {offence: xx.2, in_force_from: 2014-03-01, in_force_to: 2015-06-30, source: act, mark: memory}
          - {maximum_at_least: 3 years, in_force_from: 2022-01-04, source: act, mark: read}
    """


def asked(folder, day, until=None, *, lists=LIST, offence=OFFENCE):
    known = law(folder, LAUNDERING, lists, others=offence)
    return predicate_on(known, "xx.1", "xx.2", day_of(day), None if until is None else day_of(until))


@pytest.mark.parametrize(
    ("day", "until", "state", "by", "reason"),
    [
        ("2014-02-28", None, "not a predicate", (), None),
        ("2014-03-01", None, "predicate", ("listed",), None),
        ("2015-06-30", None, "predicate", ("listed",), None),
        ("2015-07-01", None, "not a predicate", (), None),
        ("2014-03", None, "predicate", ("listed",), None),
        ("2014", None, "undetermined", ("listed",), "differs between the days"),
        ("2014-02-28", "2014-03-01", "undetermined", ("listed",), "differs between the days"),
        ("2014-03-01", "2015-06-30", "predicate", ("listed",), None),
        ("2022-01-03", None, "not a predicate", (), None),
        ("2022-01-04", None, "predicate", ("threshold",), None),
        ("2010-06-01", None, "undetermined", (), "before the list"),
        ("2010-12-31", None, "not a predicate", (), None),
        ("2009-12-31", None, "undetermined", (), "before the list"),
        ("2025-01-01", None, "undetermined", (), "after the book"),
        ("2024-12-31", "2025-01-01", "undetermined", ("threshold",), "after the book"),
    ],
)
def test_listed_or_by_threshold_on_every_day(tmp_path, day, until, state, by, reason):
    found = asked(tmp_path, day, until)
    assert (found.state, found.by, found.reason) == (state, by, reason)


def test_it_rests_on_the_entry_with_its_mark(tmp_path):
    found = asked(tmp_path, "2014-03-01")
    listed = next(step for step in found.steps if "is listed" in step.said)
    assert (listed.provision, listed.source, listed.mark) == ("The act, xx.1", "The act as printed", "memory")
    assert any("every offence on the list is entered" in each for each in found.assumptions)
    assert found.unverified == ("The act, xx.1: unverified: from memory",)


THRESHOLD = """
    predicates:
      - name: xx.predicates
        of: xx.1
        begins: 2005-01-01
        in_full: true
        entries:
          - {maximum_at_least: 3 years, in_force_from: 2006-01-01, source: act, mark: read}
    """


@pytest.mark.parametrize(
    ("day", "state"),
    [("2017-12-31", "not a predicate"), ("2018-01-01", "predicate"), ("2017-12", "not a predicate")],
)
def test_the_threshold_takes_the_maximum_in_force_on_the_day(tmp_path, day, state):
    assert asked(tmp_path, day, lists=THRESHOLD).state == state


@pytest.mark.parametrize(
    ("version", "state", "reason"),
    [
        ("minimum: 5 years", "predicate", None),
        ("minimum: 1 year", "undetermined", "the maximum is undetermined"),
        ("maximum: life", "predicate", None),
        ('fine: "1 KRW"', "undetermined", "the maximum is undetermined"),
        ("unread: Not seen", "undetermined", "unread"),
        ("absent: Came later", "undetermined", "absent"),
    ],
)
def test_without_a_maximum_the_minimum_may_tell(tmp_path, version, state, reason):
    offence = provision("xx.2", f"- {{in_force_from: 2000-01-01, {version}}}")
    found = asked(tmp_path, "2010-01-01", lists=THRESHOLD, offence=offence)
    assert (found.state, found.reason) == (state, reason)


def test_any_offence_counts_where_the_law_says_so(tmp_path):
    lists = """
        predicates:
          - {name: xx.predicates, of: xx.1, begins: 2005-01-01, all_offences: true}
        """
    found = asked(tmp_path, "2005-01-01", lists=lists)
    assert (found.state, found.by) == ("predicate", ("all offences",))
    assert asked(tmp_path, "2004-12-31", lists=lists).reason == "before the list"


def test_without_a_list_it_is_undetermined(tmp_path):
    found = asked(tmp_path, "2005-01-01", lists="")
    assert (found.state, found.reason, found.list) == ("undetermined", "no list", None)


def test_a_threshold_says_nothing_on_another_states_offences(tmp_path):
    first = book(tmp_path, LAUNDERING, THRESHOLD)
    second = book(tmp_path, "- {in_force_from: 2000-01-01, maximum: 9 years}", name="yy", jurisdiction="US")
    found = predicate_on(load_law([str(first), str(second)]), "xx.1", "yy.1", day_of("2015"))
    assert (found.state, found.reason) == ("undetermined", "another state's offence")


def test_an_imprecise_edge_leaves_its_days_open(tmp_path):
    lists = LIST.replace("in_force_from: 2014-03-01", "in_force_from: 2014-03")
    assert asked(tmp_path, "2014-03-15", lists=lists).reason == "a boundary is imprecise"
    assert asked(tmp_path, "2014-03-31", lists=lists).state == "predicate"
    assert asked(tmp_path, "2014-02-28", lists=lists).state == "not a predicate"
    lists = LIST.replace("in_force_to: 2015-06-30", "in_force_to: 2015-06")
    assert asked(tmp_path, "2015-06-01", lists=lists).state == "predicate"
    assert asked(tmp_path, "2015-06-15", lists=lists).reason == "a boundary is imprecise"
    assert asked(tmp_path, "2015-06-01", "2015-06-15", lists=lists).state == "undetermined"
    assert asked(tmp_path, "2015-07-01", lists=lists).state == "not a predicate"


def test_days_in_the_wrong_order_are_said(tmp_path):
    with pytest.raises(UsageError, match="expected a last day on or after 2015-01-01, found 2014-12-31"):
        asked(tmp_path, "2015-01-01", "2014-12-31")


# --- against a twin ---------------------------------------------------------------------------------------

FIRST = date(2020, 1, 1)
AS_OF = FIRST + timedelta(days=50)


def dated(number):
    return FIRST + timedelta(days=number)


def near(draw, edges, width):
    start = draw(st.sampled_from(edges)) + draw(st.integers(min_value=-2, max_value=2))
    return Day(dated(start), dated(start + draw(st.integers(min_value=0, max_value=width))))


@st.composite
def lists(draw):
    """A list entered from day 10 on, entries near days 15, 25 and 40, an offence amended on day 30."""
    entries = []
    for _ in range(draw(st.integers(min_value=0, max_value=3))):
        begins = near(draw, [10, 15, 23], 2)
        ends = draw(st.sampled_from([None, near(draw, [30, 40], 2)]))
        what = draw(
            st.sampled_from([{"offence": "xx.2"}, {"offence": "xx.1"}, {"maximum_at_least": "3 years"}])
        )
        entries.append(
            {**what, "in_force_from": begins, "in_force_to": ends, "source": "act", "mark": "read"}
        )
    return entries


def lawful(entries):
    def version(begins, ends, years):
        return {
            "in_force_from": begins, "in_force_to": ends, "maximum": years, "source": "act", "mark": "read",
        }  # fmt: skip

    def offence(name, *versions):
        about = {"act": "The act", "article": name, "title": "t", "conduct": ["other"]}
        return {"name": name, **about, "versions": versions}

    return Law(
        (
            Book.model_validate(
                {
                    "name": "xx", "jurisdiction": "KR", "title": "A state", "about": "Made up.",
                    "as_of": AS_OF,
                    "sources": {"act": {"kind": "statute", "title": "The act"}},
                    "provisions": [
                        offence("xx.1", version(dated(-99), None, "5 years")),
                        offence(
                            "xx.2", version(dated(-99), dated(29), "1 year"),
                            version(dated(30), None, "3 years"),
                        ),
                    ],
                    "predicates": [
                        {
                            "name": "xx.list",
                            "of": "xx.1",
                            "begins": dated(10),
                            "in_full": True,
                            "entries": entries,
                        }
                    ],
                }
            ),
        )
    )  # fmt: skip


def walked(entries, day):
    """The twin: each day, and for each entry whether it covers it in all, some or no worlds."""
    answers = set()
    for number in range((day.last - day.first).days + 1):
        one = day.first + timedelta(days=number)
        if one < dated(10) or one > AS_OF:
            answers.add("undetermined")
            continue
        covered = {"no"}
        for each in entries:
            begins, ends = each["in_force_from"], each["in_force_to"] or exactly(date.max)
            applies = each.get("offence") == "xx.2" or ("offence" not in each and one >= dated(30))
            ways = {
                begin <= one <= end
                for begin in (begins.first, begins.last)
                for end in (ends.first, ends.last)
            }
            if applies and ways != {False}:
                covered.add("yes" if ways == {True} else "maybe")
        answers.add(
            "predicate" if "yes" in covered else "undetermined" if "maybe" in covered else "not a predicate"
        )
    return answers.pop() if len(answers) == 1 else "undetermined"


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_the_answer_agrees_with_a_walk_through_the_days(data):
    entries = data.draw(lists())
    one = near(data.draw, [10, 15, 25, 30, 40, 50], data.draw(st.sampled_from([0, 0, 1, 9])))
    until = near(data.draw, [10, 15, 25, 30, 40, 50], 9) if data.draw(st.booleans()) else one
    if until.first < one.first:
        until = one
    found = predicate_on(lawful(entries), "xx.1", "xx.2", one, until)
    assert found.state == walked(entries, Day(one.first, until.last))


def test_an_offence_that_a_list_in_part_does_not_name_is_undetermined(tmp_path):
    part = LIST.replace("in_full: true", "in_full: false")
    named = asked(tmp_path, "2016-01-01", lists=part)
    assert (named.state, named.reason) == ("not a predicate", None)
    without = part.replace("offence: xx.2", "offence: xx.1")
    found = asked(tmp_path, "2014-05-01", lists=without)
    assert (found.state, found.reason) == ("undetermined", "not entered")
    assert any("nothing of it about" in each.said for each in found.steps)
    whole = without.replace("in_full: false", "in_full: true")
    assert asked(tmp_path, "2014-05-01", lists=whole).state == "not a predicate"
