"""Versions in force and versions that count, also against a twin that walks through days and worlds."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.proceedings.days import Day, Term, day_of, exactly
from clew.proceedings.load import Law
from clew.proceedings.provisions import Book
from clew.proceedings.versions import applicable, in_force
from proceedings.lawbook import law

THREE = """
    - {in_force_from: 2010-01-01, in_force_to: 2014-06-30, maximum: 5 years}
    - {in_force_from: 2014-07-01, in_force_to: 2020-06-01, maximum: 3 years}
    - {in_force_from: 2020-06-02, maximum: 7 years}
    """
YES = "milder: {applies: yes, rule: xx.rule}\n".replace("yes", '"yes"')
NO = 'milder: {applies: "no", rule: xx.rule}\n'
OPEN = "milder: {applies: undetermined, rule: xx.rule}\n"


def maximum(version):
    return None if version is None else str(version.maximum)


@pytest.mark.parametrize(
    ("day", "certain", "possible"),
    [
        ("2010-01-01", "5 years", ["5 years"]),
        ("2014-06-30", "5 years", ["5 years"]),
        ("2014-07-01", "3 years", ["3 years"]),
        ("2020-06-01", "3 years", ["3 years"]),
        ("2020-06-02", "7 years", ["7 years"]),
        ("2024-12-31", "7 years", ["7 years"]),
        ("2020-06", None, ["3 years", "7 years"]),
        ("2020-05", "3 years", ["3 years"]),
        ("2014", None, ["5 years", "3 years"]),
        ("after 2020-06-01", None, ["7 years"]),
        ("before 2020-06-03", None, ["5 years", "3 years", "7 years"]),
    ],
)
def test_the_version_on_a_day(tmp_path, day, certain, possible):
    found = in_force(law(tmp_path, THREE), "xx.1", day_of(day))
    assert maximum(found.certain) == certain
    assert [maximum(each) for each in found.possible] == possible


@pytest.mark.parametrize(
    ("day", "reason", "worded"),
    [
        ("2009-12-31", "before the first version", "before the first version entered"),
        ("2009", "before the first version", "before the first version entered"),
        ("2025-01-01", "after the book", "up to which the law was looked at"),
        ("2020-06", "imprecise days", "may have been in force"),
        ("2020-07", None, "was in force"),
    ],
)
def test_why_a_day_has_no_certain_version_is_said(tmp_path, day, reason, worded):
    found = in_force(law(tmp_path, THREE), "xx.1", day_of(day))
    assert found.reason == reason
    assert (found.certain is None) == (reason is not None)
    assert any(worded in step.said for step in found.steps)


def test_a_day_after_the_last_version_that_ended(tmp_path):
    ended = law(tmp_path, "- {in_force_from: 2010-01-01, in_force_to: 2012-12-31, maximum: 1 year}")
    found = in_force(ended, "xx.1", day_of("2013-01-01"))
    assert (found.certain, found.possible, found.reason) == (None, (), "after the last version")
    assert in_force(ended, "xx.1", day_of("2012-12-31")).certain is not None


@pytest.mark.parametrize("key", ["unread", "absent"])
def test_a_version_without_text_is_found_and_does_not_count(tmp_path, key):
    known = law(
        tmp_path,
        f"""
        - {{in_force_from: 2010-01-01, in_force_to: 2011-12-31, {key}: Not seen yet}}
        - {{in_force_from: 2012-01-01, maximum: 1 year}}
        """,
    )
    found = in_force(known, "xx.1", day_of("2011-12-31"))
    assert found.reason == key
    assert found.certain is not None
    act = applicable(known, "xx.1", day_of("2011"), day_of("2011-12-31"))
    assert (act.state, act.reason, act.counts) == ("undetermined", key, None)
    assert any("Not seen yet" in step.said for step in act.steps)


def test_steps_name_provision_source_and_mark(tmp_path):
    known = law(
        tmp_path,
        """
        - {in_force_from: 2010-01-01, in_force_to: 2011-12-31, maximum: 1 year, source: act, mark: memory}
        - {in_force_from: 2012-01-01, maximum: 1 year, unverified: [maximum], source: act, mark: read}
        """,
    )
    old = in_force(known, "xx.1", day_of("2010-01-01"))
    assert (old.steps[0].provision, old.steps[0].source, old.steps[0].mark) == (
        "The act, xx.1",
        "The act as printed",
        "memory",
    )
    assert old.unverified == ("The act, xx.1, version from 2010-01-01: unverified: from memory",)
    new = in_force(known, "xx.1", day_of("2012-01-01"))
    assert new.unverified == ("The act, xx.1, version from 2012-01-01: maximum: unverified: from memory",)


def test_an_act_within_one_version(tmp_path):
    act = applicable(law(tmp_path, THREE), "xx.1", day_of("2014-07-01"), day_of("2020-06-01"))
    assert (act.state, maximum(act.counts), act.spans_amendment) == ("determined", "3 years", False)
    assert any("no day of judgment" in each for each in act.assumptions)


@pytest.mark.parametrize(
    ("begins", "ends", "spans", "reason"),
    [
        ("2020-06-01", "2020-06-02", True, "spans an amendment"),
        ("2020", "2020", False, "imprecise days"),
        ("2020-06-01", "2020-06", False, "imprecise days"),
        ("2014-06", "2020-06-30", True, "spans an amendment"),
        ("2009-12-31", "2010-01-01", False, "before the first version"),
        ("2024", "2025", False, "after the book"),
    ],
)
def test_an_act_over_an_edge_shows_every_version_and_decides_nothing(tmp_path, begins, ends, spans, reason):
    act = applicable(law(tmp_path, THREE), "xx.1", day_of(begins), day_of(ends))
    assert (act.state, act.counts, act.at_the_act) == ("undetermined", None, None)
    assert (act.spans_amendment, act.reason) == (spans, reason)
    if reason in {"spans an amendment", "imprecise days"}:
        assert len(act.versions) >= 2


CONTINUING = "continuing:\n  - {rule: xx.apart, offences: [xx.1], in_force_from: 2012-01-01}\n"


def test_a_dated_rule_on_continuing_offences_lets_the_version_at_the_end_count(tmp_path):
    act = applicable(law(tmp_path, THREE, CONTINUING), "xx.1", day_of("2014-01"), day_of("2020-06-02"))
    assert (act.state, maximum(act.counts), act.spans_amendment) == ("determined", "7 years", True)
    assert len(act.versions) == 3
    assert any("one continuing act" in each for each in act.assumptions)
    assert any("Art. 10" in each and "memory" in each for each in act.unverified)


@pytest.mark.parametrize(("ends", "in_force_from"), [("2020", "2012-01-01"), ("2020-06-02", "2020-06-03")])
def test_the_rule_does_not_help_with_an_imprecise_end_nor_before_it_is_in_force(
    tmp_path, ends, in_force_from
):
    rule = CONTINUING.replace("2012-01-01", in_force_from)
    act = applicable(law(tmp_path, THREE, rule), "xx.1", day_of("2014-01"), day_of(ends))
    assert act.state == "undetermined"


@pytest.mark.parametrize(
    ("rule", "act", "judged", "counts", "milder"),
    [
        (YES, "2010-06-01", "2014-06-30", "5 years", None),
        (YES, "2010-06-01", "2014-07-01", "3 years", "3 years"),
        (YES, "2010-06-01", "2021-01-01", "3 years", "3 years"),
        (YES, "2014-07-01", "2021-01-01", "3 years", None),
        (YES, "2010-06-01", "2014", None, None),
        (NO, "2010-06-01", "2021-01-01", "5 years", None),
        (OPEN, "2010-06-01", "2021-01-01", None, None),
        (OPEN, "2020-06-02", "2021-01-01", "7 years", None),
        ("", "2010-06-01", "2021-01-01", None, None),
        (YES, "2010-06-01", "2025-01-01", None, None),
        (NO, "2010-06-01", "2025-01-01", "5 years", None),
    ],
)
def test_the_milder_version_counts_where_the_book_says_so(tmp_path, rule, act, judged, counts, milder):
    found = applicable(law(tmp_path, THREE, rule), "xx.1", day_of(act), day_of(act), day_of(judged))
    assert (maximum(found.counts), maximum(found.milder)) == (counts, milder)
    assert found.state == ("undetermined" if counts is None else "determined")


def test_days_in_the_wrong_order_are_said(tmp_path):
    known = law(tmp_path, THREE)
    with pytest.raises(UsageError, match="end of the act on or after 2012-01-02, when it begins"):
        applicable(known, "xx.1", day_of("2012-01-02"), day_of("2012-01-01"))
    with pytest.raises(UsageError, match="judgment on or after 2012-01-02, when the act ends"):
        applicable(known, "xx.1", day_of("2012-01-01"), day_of("2012-01-02"), day_of("2012-01-01"))
    with pytest.raises(UsageError, match=r"did you mean xx\.1"):
        in_force(known, "xx.2", day_of("2012-01-01"))


# --- against a twin ---------------------------------------------------------------------------------------

FIRST = date(2020, 1, 1)
AS_OF = FIRST + timedelta(days=60)
numbers = st.integers(min_value=-5, max_value=70)


def dated(number):
    return FIRST + timedelta(days=number)


@st.composite
def days(draw, around):
    """A day near an edge, or a span of some days over one."""
    start = draw(st.sampled_from(around)) + draw(st.integers(min_value=-3, max_value=3))
    return Day(dated(start), dated(start + draw(st.sampled_from([0, 0, 0, 1, 2, 5, 12]))))


@st.composite
def timelines(draw):
    """Versions one after another, with edges that may be imprecise, the last one open or not."""
    steps = draw(st.lists(st.integers(min_value=8, max_value=20), min_size=1, max_size=3))
    widths = [draw(st.integers(min_value=0, max_value=3)) for _ in steps]
    starts = [sum(steps[:number]) for number in range(len(steps))]
    begins = [Day(dated(start), dated(start + width)) for start, width in zip(starts, widths, strict=True)]
    ends = [Day(day.first - timedelta(days=1), day.last - timedelta(days=1)) for day in begins[1:]]
    last = starts[-1] + steps[-1]
    ends.append(draw(st.sampled_from([None, exactly(dated(last))])))
    return [
        {"in_force_from": begin, "in_force_to": end, "maximum": Term(months=12 * (number + 1))}
        for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    ], [*starts, last]


def lawful(versions):
    made = Book.model_validate(
        {
            "name": "xx", "jurisdiction": "KR", "title": "A state", "about": "Made up.", "as_of": AS_OF,
            "sources": {"act": {"kind": "statute", "title": "The act"}},
            "provisions": [
                {
                    "name": "xx.1", "act": "The act", "article": "1", "title": "t", "conduct": ["other"],
                    "versions": [{**each, "source": "act", "mark": "read"} for each in versions],
                }
            ],
        }
    )  # fmt: skip
    return Law((made,))


def worlds(versions):
    """Every way in which the edges can lie, as first days of each version and the day after the last."""
    ways = [[]]
    for each in versions:
        begin = each["in_force_from"]
        span = range((begin.last - begin.first).days + 1)
        ways = [[*way, begin.first + timedelta(days=number)] for way in ways for number in span]
    end = versions[-1]["in_force_to"]
    return [[*way, date.max if end is None else end.last + timedelta(days=1)] for way in ways]


def walked(versions, day):
    """Answers of the twin: for each world and each day, a version's number or what lies outside."""
    answers = set()
    for world in worlds(versions):
        for number in range((day.last - day.first).days + 1):
            one = day.first + timedelta(days=number)
            found = [place for place, (begin, end) in enumerate(pairwise(world)) if begin <= one < end]
            answers.add(found[0] if found else "outside")
            if one > AS_OF:
                answers.add("outside")
    return answers


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_in_force_agrees_with_a_walk_through_days_and_worlds(data):
    versions, edges = data.draw(timelines())
    day = data.draw(days([*edges, 60]))
    answers = walked(versions, day)
    found = in_force(lawful(versions), "xx.1", day)
    numbers = {found_in(versions, each) for each in found.possible}
    assert numbers == answers - {"outside"}
    assert (found.certain is not None) == (len(answers) == 1 and "outside" not in answers)
    assert (found.reason is None) == (found.certain is not None)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_act_agrees_with_a_walk_through_days_and_worlds(data):
    versions, edges = data.draw(timelines())
    one, other = data.draw(days([*edges, 60])), data.draw(days([*edges, 60]))
    begins, ends = (one, other) if one.first <= other.first else (other, one)
    answers = walked(versions, Day(begins.first, ends.last))
    spans = all(
        any(b < edge <= e for edge in world[1:-1])
        for world in worlds(versions)
        for b in (begins.first, begins.last)
        for e in (ends.first, ends.last)
        if b <= e
    )
    act = applicable(lawful(versions), "xx.1", begins, ends)
    assert (act.state == "determined") == (len(answers) == 1 and "outside" not in answers)
    if begins.last <= ends.first:
        assert act.spans_amendment == spans
    assert {found_in(versions, each) for each in act.versions} == answers - {"outside"}


def found_in(versions, version):
    return next(n for n, each in enumerate(versions) if each["maximum"] == version.maximum)
