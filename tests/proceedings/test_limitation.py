"""Until when a prosecution can begin, also against counting day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.proceedings.counting import last_day, other_last_day
from clew.proceedings.days import LIFE, Day, Term, day_of, exactly
from clew.proceedings.limitation import limitation
from proceedings.lawbook import law

TABLE = """
    limitation:
      general:
        - {maximum_at_least: life, term: 15 years}
        - {maximum_at_least: 10 years, term: 10 years}
        - {maximum_at_least: 5 years, term: 7 years}
        - {term: 5 years}
      first_day_counts: FIRST
      rules: [xx.apart]
      assumptions: [Nothing stopped time.]
    """
COUNTS = TABLE.replace("FIRST", "true")
ONE = "- {in_force_from: 2000-01-01, maximum: 5 years}"


def asked(folder, ends, *, versions=ONE, more=COUNTS, begins=None, on=None):
    known = law(folder, versions, more)
    return limitation(
        known, "xx.1", day_of(begins or ends), day_of(ends), asked_on=None if on is None else day_of(on)
    )


@pytest.mark.parametrize(
    ("maximum", "last"),
    [
        ("1 year", "2023-03-03"),
        ("59 months", "2023-03-03"),
        ("5 years", "2025-03-03"),
        ("10 years", "2028-03-03"),
        ("life", "2033-03-03"),
    ],
)
def test_by_the_maximum_from_the_end_of_the_act(tmp_path, maximum, last):
    found = asked(tmp_path, "2018-03-04", versions=ONE.replace("5 years", maximum), begins="2015-06")
    assert (found.state, str(found.last_day)) == ("ends", last)
    assert "Nothing stopped time." in found.assumptions
    assert any("version at the act counts" in each for each in found.assumptions)
    assert any("Art. 10" in each for each in found.unverified)


def test_the_day_of_the_act_may_not_count(tmp_path):
    assert str(asked(tmp_path, "2018-03-04", more=TABLE.replace("FIRST", "false")).last_day) == "2025-03-04"


@pytest.mark.parametrize(
    ("ends", "last", "on", "passed"),
    [
        ("2018-03-04", "2025-03-03", "2025-03-03", "no"),
        ("2018-03-04", "2025-03-03", "2025-03-04", "yes"),
        ("2018-03-04", "2025-03-03", "2025-03", "undetermined"),
        ("2018-03", None, "2025-02-28", "no"),
        ("2018-03", None, "2025-03-15", "undetermined"),
        ("2018-03", None, "2025-03-31", "yes"),
    ],
)
def test_an_imprecise_end_gives_a_span_of_last_days(tmp_path, ends, last, on, passed):
    found = asked(tmp_path, ends, on=on)
    assert found.has_passed == passed
    if last is None:
        assert found.last_day == Day(date(2025, 2, 28), date(2025, 3, 30))
        assert str(found.last_day) == "2025-02-28 to 2025-03-30"
    else:
        assert str(found.last_day) == last


def test_a_versions_own_term_and_none(tmp_path):
    own = ONE.replace("maximum", "limitation: 3 years, maximum")
    assert str(asked(tmp_path, "2018-03-04", versions=own).last_day) == "2021-03-03"
    none = asked(
        tmp_path, "2018-03-04", versions=ONE.replace("maximum", "limitation: none, maximum"), on="2024"
    )
    assert (none.state, none.last_day, none.has_passed) == ("none", None, "no")


FALLBACK = """
    limitation: {fallback: TERM, first_day_counts: false, assumptions: [Nothing stopped time.]}
    """


def test_one_term_for_all_offences(tmp_path):
    found = asked(tmp_path, "2018-03-04", more=FALLBACK.replace("TERM", "5 years"))
    assert str(found.last_day) == "2023-03-04"
    assert asked(tmp_path, "2018-03-04", more=FALLBACK.replace("TERM", "none")).state == "none"


AMENDED = """
    - {in_force_from: 2000-01-01, in_force_to: 2015-12-31, maximum: 5 years}
    - {in_force_from: 2016-01-01, maximum: LATER}
    """


@pytest.mark.parametrize(("later", "state"), [("7 years", "ends"), ("10 years", "undetermined")])
def test_an_act_over_an_amendment_needs_the_same_term_in_both(tmp_path, later, state):
    found = asked(tmp_path, "2018-03-04", versions=AMENDED.replace("LATER", later), begins="2015")
    assert found.state == state
    assert str(found.versions[0].term) == "7 years"
    assert len(found.versions) == 2


@pytest.mark.parametrize(
    ("versions", "more", "reason"),
    [
        (ONE, "", "no rule"),
        ('- {in_force_from: 2000-01-01, fine: "1 KRW"}', COUNTS, "maximum undetermined"),
        ("- {in_force_from: 2000-01-01, unread: Not seen}", COUNTS, "version undetermined"),
        ("- {in_force_from: 2019-01-01, maximum: 5 years}", COUNTS, "version undetermined"),
    ],
)
def test_why_it_is_undetermined(tmp_path, versions, more, reason):
    found = asked(tmp_path, "2018-03-04", versions=versions, more=more)
    assert (found.state, found.reason, found.last_day) == ("undetermined", reason, None)


NONE_SINCE = """
      exceptions:
        - {rule: xx.rule, offences: [xx.1], effect: none, in_force_from: 2021-09-24, reaches_back: BACK}
    """
MAJORITY = """
        - {rule: xx.apart, offences: [xx.1], effect: from majority, in_force_from: 2013-06-19,
           reaches_back: true}
    """


@pytest.mark.parametrize(
    ("back", "ends", "state", "last"),
    [
        ("true", "2021-09-24", "none", None),
        ("false", "2021-09-24", "none", None),
        ("false", "2021-09-23", "ends", "2028-09-22"),
        ("true", "2021-09-23", "none", None),
        # Seven years, the first day counted: expired on the day before the rule, or not.
        ("true", "2014-09-25", "none", None),
        ("true", "2014-09-24", "ends", "2021-09-23"),
        ("true", "2014-09", "undetermined", None),
        ("false", "2021-09", "undetermined", None),
    ],
)
def test_no_limitation_reaches_back_only_to_what_had_not_expired(tmp_path, back, ends, state, last):
    found = asked(tmp_path, ends, more=COUNTS + NONE_SINCE.replace("BACK", back))
    assert (found.state, None if found.last_day is None else str(found.last_day)) == (state, last)
    assert any("What the rule says." in step.said and step.provision for step in found.steps)


def test_before_an_exception_is_in_force_it_does_not_hold(tmp_path):
    more = COUNTS + NONE_SINCE.replace("BACK", "true")
    assert str(asked(tmp_path, "2018-03-04", more=more, on="2021-09-23").last_day) == "2025-03-03"
    assert asked(tmp_path, "2018-03-04", more=more, on="2021-09-24").state == "none"


def test_from_majority_is_undetermined_since_nothing_is_held_on_victims(tmp_path):
    found = asked(
        tmp_path, "2018-03-04", more=COUNTS.rstrip() + "\n      exceptions:" + MAJORITY, on="2030-01-01"
    )
    assert (found.state, found.reason, found.last_day) == ("undetermined", "from majority", None)
    assert str(found.without_exceptions) == "2025-03-03"
    assert found.has_passed == "undetermined"
    assert found.exceptions == ("xx.apart",)


def test_what_may_have_run_longer_may_not_have_expired_when_limitation_was_abolished(tmp_path):
    more = COUNTS + NONE_SINCE.replace("BACK", "true").rstrip() + MAJORITY
    expired = asked(tmp_path, "2014-09-24", more=more)
    assert (expired.state, expired.exceptions) == ("undetermined", ("xx.apart", "xx.rule"))
    assert any("Whether it holds for this act is undetermined" in step.said for step in expired.steps)
    assert asked(tmp_path, "2014-09-25", more=more).state == "none"


# --- counting, against a twin -------------------------------------------------------------------------------


def walked(months, start, first_day_counts):
    """Days one by one: a month ends before the day of its number comes again, or with the month."""
    day = start if first_day_counts else start + timedelta(days=1)
    number, count = start.day, 0
    while True:
        following = day + timedelta(days=1)
        reaches = following.day == number if first_day_counts else day.day == number
        is_end = reaches or (following.day == 1 and number > day.day)
        count += is_end
        if count == months:
            return day
        day = following


@given(
    st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 1, 1)),
    st.integers(min_value=1, max_value=36),
    st.booleans(),
)
def test_months_against_walking_day_by_day(start, months, first_day_counts):
    assert last_day(Term(months=months), exactly(start), first_day_counts).first == walked(
        months, start, first_day_counts
    )


@pytest.mark.parametrize(
    ("start", "term", "counts", "last", "other"),
    [
        ("2020-02-29", "12", True, "2021-02-28", None),
        ("2020-02-29", "12", False, "2021-02-28", None),
        ("2019-02-28", "12", False, "2020-02-28", "2020-02-29"),
        ("2020-01-31", "1", False, "2020-02-29", None),
        ("2020-09-30", "4", False, "2021-01-30", "2021-01-31"),
        ("2020-01-01", "1", True, "2020-01-31", None),
    ],
)
def test_ends_of_months(start, term, counts, last, other):
    months, day = Term(months=int(term)), day_of(start)
    assert str(last_day(months, day, counts)) == last
    found = other_last_day(months, day, counts)
    assert (None if found is None else str(found)) == other


def test_beyond_the_calendar_and_terms_without_end():
    assert last_day(Term(months=12), Day(date(9998, 1, 1), date.max), False) == Day(
        date(9999, 1, 1), date.max
    )
    for term in (LIFE, Term()):
        with pytest.raises(ValueError, match="a term with a last day"):
            last_day(term, day_of("2020"), False)


def test_spans_of_days_are_shown_whole():
    one, other = date(2020, 1, 1), date(2020, 12, 31)
    assert str(Day(one, other)) == "2020"
    assert str(Day(one, date(2020, 1, 31))) == "2020-01"
    assert str(Day(one, date(2020, 1, 30))) == "2020-01-01 to 2020-01-30"
    assert str(Day(date(2019, 12, 31), other)) == "2019-12-31 to 2020-12-31"
    assert str(Day(date.min, date.max)) == "any day"
