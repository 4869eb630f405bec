"""What a rule on several offences makes of their maxima, also against sums made month by month."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.proceedings.aggregate import aggregate
from clew.proceedings.days import LIFE, Term, term_of
from clew.proceedings.load import Law
from clew.proceedings.penalty import worded
from clew.proceedings.provisions import Book

KOREA = {"method": "heaviest times factor", "factor": 1.5, "cap": "30 years", "cap_aggravated": "50 years"}


def known(several=None, country="KR"):
    return Law(
        (
            Book.model_validate(
                {
                    "name": "xx", "jurisdiction": country, "title": "A state", "about": "Made up.",
                    "as_of": "2024-01-01", "sources": {"act": {"kind": "statute", "title": "The act"}},
                    "several": several,
                }
            ),
        )
    )  # fmt: skip


def put(maxima, several=None, **about):
    return aggregate(known(several or {**KOREA, **about}), "KR", [term_of(each) for each in maxima])


@pytest.mark.parametrize(
    ("maxima", "one", "concurrent", "limited_by"),
    [
        (["5 years"], "5 years", "5 years", "one offence"),
        (["5 years"] * 3, "5 years", "90 months", "factor"),
        (["5 years", "1 year"], "5 years", "6 years", "sum"),
        (["5 years", "30 months"], "5 years", "90 months", "factor"),
        (["5 years", "7 years"], "7 years", "126 months", "factor"),
        (["30 years"], "30 years", "30 years", "one offence"),
        (["40 years"], "30 years", "30 years", "cap"),
        (["30 years"] * 2, "30 years", "45 years", "factor"),
        (["40 years"] * 2, "30 years", "50 years", "cap"),
        (["30 years", "life"], "life", "life", "life"),
        (["7 months", "7 months"], "7 months", "10 months", "factor"),
        (["60 days", "60 days"], "60 days", "90 days", "factor"),
    ],
)
def test_the_heaviest_times_one_and_a_half_at_most_the_sum_and_the_cap(maxima, one, concurrent, limited_by):
    found = put(maxima)
    assert (str(found.one_offence), str(found.concurrent), found.limited_by) == (one, concurrent, limited_by)
    assert found.hypothetical is True
    assert any("no forecast" in each for each in found.assumptions)


def test_seven_and_a_half_years_are_ninety_months():
    found = put(["5 years"] * 3)
    assert found.concurrent == Term(months=90)
    assert found.concurrent_years == 7.5
    assert any("7.5 years (7 years 6 months)" in step.said for step in found.steps)


def test_half_months_are_rounded_down_and_said():
    assert any("Rounded down" in step.said for step in put(["7 months"] * 2).steps)
    assert not any("Rounded down" in step.said for step in put(["5 years"] * 3).steps)


def test_a_factor_is_taken_as_written():
    assert put(["100 months"] * 3, factor=1.15).concurrent == Term(months=115)


def test_without_a_higher_cap_the_cap_holds_for_several_and_without_any_there_is_none():
    assert str(put(["25 years"] * 2, cap_aggravated=None).concurrent) == "30 years"
    assert str(put(["40 years"] * 2, cap=None, cap_aggravated=None).concurrent) == "60 years"
    assert str(put(["5 years", "1 year"], at_most_sum=False).concurrent) == "90 months"


def test_states_that_add_up_and_states_without_a_rule():
    assert str(put(["5 years"] * 3, {"method": "sum"}).concurrent) == "15 years"
    for several in ({"method": "no statutory rule"}, None):
        found = aggregate(known(several), "KR", [term_of("5 years")] * 3)
        assert (found.concurrent, found.state) == (None, "undetermined")
        assert str(found.one_offence) == "5 years"


def test_no_maxima_and_no_book_are_said():
    with pytest.raises(UsageError, match="expected at least one maximum"):
        put([])
    with pytest.raises(UsageError, match="expected a country with a book of law, found 'US'; known: KR"):
        aggregate(known(KOREA), "US", [LIFE])


@settings(deadline=None)
@given(st.lists(st.integers(min_value=1, max_value=480), min_size=1, max_size=6))
def test_against_counting_half_months(months):
    """The twin counts in half months, so that nothing is a fraction."""
    halves = min(max(months) * 3, sum(months) * 2, 2 * 600) if len(months) > 1 else min(months[0] * 2, 720)
    found = put([f"{each} months" for each in months])
    assert found.concurrent == Term(months=halves // 2)
    assert found.one_offence == Term(months=min(max(months), 360))
    assert found.total == Term(months=sum(months))


@pytest.mark.parametrize(
    ("term", "said"),
    [
        (Term(months=90), "7.5 years (7 years 6 months)"),
        (Term(months=15), "1.25 years (1 year 3 months)"),
        (Term(months=13), "about 1.08 years (1 year 1 month)"),
        (Term(months=60), "5 years"),
        (Term(months=7), "7 months"),
        (Term(months=2, days=3), "2 months 3 days"),
        (LIFE, "life"),
        (None, "undetermined"),
    ],
)
def test_terms_as_they_are_read(term, said):
    assert worded(term) == said
