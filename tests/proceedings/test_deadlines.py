"""Last days of periods of procedure, also against counting day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.proceedings.counting import last_day, working_day
from clew.proceedings.days import Term, day_of, exactly
from clew.proceedings.deadlines import deadline, deadlines
from proceedings.lawbook import law
from proceedings.matters import DATED, matter

RULES = """
    deadlines:
      - {name: xx.appeal, rule: "The act, Art. 358", title: Appeal, starts: judgment, term: 7 days,
         moves_from_holidays: true, who: either party, source: act, mark: memory}
      - {name: xx.decision, rule: "The act, Art. 14", title: Decision, starts: arrest, term: 2 months,
         first_day_counts: true, who: the court, source: act, mark: read}
      - {name: xx.months, rule: "The act, Art. 15", title: Notice, starts: conviction, term: 1 month,
         who: the court, source: act, mark: read}
    """


def asked(folder, rule, day, **more):
    known = law(folder, "- {in_force_from: 2000-01-01, maximum: 5 years}", RULES)
    return deadline(known, rule, day_of(day), **more)


@pytest.mark.parametrize(
    ("rule", "day", "last"),
    [
        ("xx.appeal", "2022-07-05", "2022-07-12"),
        ("xx.appeal", "2022-07-02", "2022-07-11"),
        ("xx.decision", "2020-04-27", "2020-06-26"),
        ("xx.decision", "2019-12-31", "2020-02-29"),
        ("xx.months", "2020-01-31", "2020-02-29"),
        ("xx.months", "2020-01-25", "2020-02-25"),
    ],
)
def test_days_and_months_by_the_calendar(tmp_path, rule, day, last):
    assert str(asked(tmp_path, rule, day).last_day) == last


def test_public_holidays_are_the_callers(tmp_path):
    without = asked(tmp_path, "xx.appeal", "2022-07-05")
    assert any("No calendar of public holidays" in each for each in without.assumptions)
    assert (without.has_calendar, without.is_moved) == (False, False)
    given_days = {date(2022, 7, 12), date(2022, 7, 13)}
    found = asked(tmp_path, "xx.appeal", "2022-07-05", holidays=given_days)
    assert (str(found.last_day), str(found.counted_to), found.is_moved) == ("2022-07-14", "2022-07-12", True)
    assert any("2 days, are all" in each for each in found.assumptions)
    # A period that does not move stays on the holiday.
    assert (
        str(asked(tmp_path, "xx.decision", "2020-04-27", holidays={date(2020, 6, 26)}).last_day)
        == "2020-06-26"
    )


@pytest.mark.parametrize(
    ("day", "today", "state"),
    [
        ("2022-07-05", "2022-07-12", "running"),
        ("2022-07-05", "2022-07-13", "passed"),
        ("2022-07", "2022-07-12", "undetermined"),
        ("2022-07", "2022-07-01", "running"),
        ("2022-07", "2022-08-09", "passed"),
        ("2022-07-05", "2022", "undetermined"),
        ("2022-07-05", date(2022, 7, 13), "passed"),
        ("2022-07-05", None, None),
    ],
)
def test_passed_or_running_on_a_day_that_is_given(tmp_path, day, today, state):
    asked_on = today if today is None or isinstance(today, date) else day_of(today)
    assert asked(tmp_path, "xx.appeal", day, today=asked_on).state == state


def test_an_imprecise_start_gives_a_span(tmp_path):
    found = asked(tmp_path, "xx.decision", "2020-04")
    assert (found.last_day.first, found.last_day.last) == (date(2020, 5, 31), date(2020, 6, 29))


def test_rule_source_and_other_ways_of_counting_are_said(tmp_path):
    found = asked(tmp_path, "xx.appeal", "2022-07-05")
    assert (found.steps[0].provision, found.steps[0].mark) == ("The act, Art. 358", "memory")
    assert found.unverified == ("The act, Art. 358: unverified: from memory",)
    months = asked(tmp_path, "xx.months", "2020-02-29")
    assert str(months.last_day) == "2020-03-29"
    assert any("whole months ends on 2020-03-31" in each for each in months.assumptions)
    with pytest.raises(UsageError, match=r"did you mean xx\.appeal"):
        asked(tmp_path, "xx.apeal", "2022-07-05")


def test_the_periods_of_a_matter_in_order(tmp_path):
    periods = """\
periods:
  - {proceeding: charged, rule: xx.appeal, day: 2022-07-05, source: act, mark: memory}
  - {proceeding: charged, rule: xx.appeal, day: 2021-07-05, source: act, mark: read}
"""
    known, law_of = matter(tmp_path, [DATED], [], {}, law_of_theirs=RULES, more=periods)
    found = deadlines(law_of, known, today=day_of("2022-01-01"))
    assert [(str(each.last_day), each.state) for each in found.rows] == [
        ("2021-07-12", "passed"),
        ("2022-07-12", "running"),
    ]
    assert found.rows[0].proceeding == "charged"
    assert "charged: the day on which the period began: unverified: from memory" in found.unverified


@given(
    st.dates(min_value=date(2020, 1, 1), max_value=date(2026, 1, 1)),
    st.integers(min_value=1, max_value=60),
    st.booleans(),
    st.sets(st.dates(min_value=date(2020, 1, 1), max_value=date(2020, 4, 1)), max_size=8),
)
def test_days_against_walking(start, number, first_day_counts, holidays):
    day = start - timedelta(days=1) if first_day_counts else start
    for _ in range(number):
        day += timedelta(days=1)
    counted = last_day(Term(days=number), exactly(start), first_day_counts).first
    assert counted == day
    while day.isoweekday() in {6, 7} or day in holidays:
        day += timedelta(days=1)
    assert working_day(counted, holidays) == day
