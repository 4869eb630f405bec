"""Maxima of counts, arithmetic ceilings, and hypothetical aggregates of counterparts."""

from decimal import Decimal

import pytest

from clew.errors import UsageError
from clew.proceedings.days import LIFE, Term, day_of
from clew.proceedings.exposure import ceiling, count_exposure, exposure
from clew.proceedings.money import Money
from clew.proceedings.steps import row
from proceedings.lawbook import law
from proceedings.matters import DATED, matter

YEARS = 12


def one(folder, versions, begins, ends=None, more="", **about):
    known = law(folder, versions, more, **about)
    return count_exposure(known, "xx.1", day_of(begins), day_of(ends or begins), count="count-1")


def test_minimum_maximum_and_fine_of_the_version_at_the_act(tmp_path):
    found = one(
        tmp_path,
        '- {in_force_from: 2010-01-01, minimum: 1 year, maximum: 20 years, fine: "500,000 USD", '
        "fine_times_value: 2, fine_relation: either or both}",
        "2015",
    )
    assert (found.state, found.minimum, found.maximum) == ("determined", Term(12), Term(240))
    assert (found.fine, found.fine_times_value) == (Money(Decimal(500000), "USD"), 2)
    assert found.fine_relation == "either or both"
    assert "a maximum of 20 years" in " ".join(step.said for step in found.steps)


SPAN = """
    - {in_force_from: 2010-01-01, in_force_to: 2014-06-30, maximum: 5 years}
    - {in_force_from: 2014-07-01, maximum: LATER}
    """


def test_an_act_over_an_amendment_shows_both_and_gives_no_figure(tmp_path):
    found = one(tmp_path, SPAN.replace("LATER", "7 years"), "2014-06-30", "2014-07-01")
    assert (found.state, found.reason, found.maximum) == ("undetermined", "spans an amendment", None)
    assert [str(each.maximum) for each in found.versions] == ["5 years", "7 years"]


def test_where_both_versions_threaten_the_same_the_figure_stands(tmp_path):
    found = one(tmp_path, SPAN.replace("LATER", "5 years"), "2014-06-30", "2014-07-01")
    assert (found.state, str(found.maximum), found.is_same_in_all) == ("determined", "5 years", True)
    assert len(found.versions) == 2


def test_an_unread_version_among_them_leaves_it_open(tmp_path):
    versions = SPAN.replace("maximum: LATER", "unread: Not seen")
    assert one(tmp_path, versions, "2014-06-30", "2014-07-01").state == "undetermined"
    assert one(tmp_path, versions, "2015").reason == "unread"


def test_before_and_after_what_is_entered_there_is_no_figure(tmp_path):
    versions = SPAN.replace("LATER", "5 years")
    assert one(tmp_path, versions, "2009").reason == "before the first version"
    assert one(tmp_path, versions, "2025").reason == "after the book"
    assert one(tmp_path, versions, "2025").maximum is None


CAP = """
    several: {method: heaviest times factor, factor: 1.5, cap: 30 years, rules: [xx.rule]}
    """


def test_a_text_without_maximum_has_the_general_cap_where_the_law_has_one(tmp_path):
    minimum = "- {in_force_from: 2010-01-01, minimum: 5 years}"
    found = one(tmp_path, minimum, "2015", more=CAP)
    assert (str(found.maximum), found.versions[0].is_general_cap) == ("30 years", True)
    assert any(step.provision == "The act, Art. 9" for step in found.steps)
    open_ended = one(tmp_path, minimum, "2015")
    assert (open_ended.maximum, open_ended.state, open_ended.reason) == (None, "undetermined", "no maximum")


def test_a_fine_alone_has_no_maximum_of_imprisonment(tmp_path):
    found = one(tmp_path, '- {in_force_from: 2010-01-01, fine: "5,000,000 KRW"}', "2015", more=CAP)
    assert (found.maximum, found.reason) == (None, "no maximum")
    assert found.fine == Money(Decimal(5000000), "KRW")


def counts_of(folder, *maxima):
    for place, each in enumerate(maxima):
        made = folder / str(place)
        made.mkdir()
        yield one(made, f"- {{in_force_from: 2010-01-01{', maximum: ' + each if each else ''}}}", "2015")


@pytest.mark.parametrize(
    ("maxima", "total"),
    [
        (["20 years"] * 3, "60 years"),
        (["20 years", "18 months", "6 months"], "22 years"),
        (["20 years", "life"], "life"),
        (["life", None], "life"),
        (["20 years", None], None),
        ([], None),
    ],
)
def test_the_arithmetic_ceiling_is_the_sum(tmp_path, maxima, total):
    top = ceiling(list(counts_of(tmp_path, *maxima)))
    assert (None if top.total is None else str(top.total)) == total
    assert top.state == ("undetermined" if total is None else "determined")
    assert any("no forecast" in each for each in top.assumptions)
    assert not total or any("rithmetic ceiling" in step.said for step in top.steps)


def nine():
    return [DATED] * 3 + [""] * 6


def test_three_of_nine_counts_give_sixty_years_and_five_or_seven_and_a_half_in_the_other_state(tmp_path):
    put = ["count-1", "count-2", "count-3"]
    known, law_of = matter(tmp_path, nine(), put, {each: ["yy.1"] for each in put})
    found = exposure(law_of, known)
    assert len(found.counts) == 9
    assert [each.count for each in found.counts if each.reason == "no provision"] == [
        f"count-{number}" for number in range(4, 10)
    ]
    assert found.put_to_court == ("count-1", "count-2", "count-3")
    assert found.ceiling.years == 60
    assert found.ceiling.counts == found.put_to_court
    assert (found.aggregate.one_offence_years, found.aggregate.concurrent_years) == (5, 7.5)
    assert found.aggregate.hypothetical is True
    assert found.aggregate.before == "yy.apart"
    assert found.requests[0].confined_by == "the ministry"
    assert any("3 of 9 counts were put to the court" in step.said for step in found.steps)
    assert any("7.5 years (7 years 6 months)" in step.said for step in found.steps)
    # The nine together have no ceiling, since six have no provision.
    assert found.ceilings[0].total is None
    assert len(found.ceilings[0].undetermined) == 6


def test_limb_and_marks_are_said(tmp_path):
    counts = [DATED, DATED + ", limb: promotion"]
    known, law_of = matter(tmp_path, counts, ["count-1"], {"count-1": ["yy.1"]})
    found = exposure(law_of, known)
    assert [each for each in found.assumptions if "limb" in each] == [
        "count-1: which limb of the provision is charged is not known; the maximum is that of the provision"
    ]
    assert found.counts[1].limb == "promotion"
    assert "count-1: the dates of acts: unverified: from memory" in found.unverified
    assert "count-1: that yy.1 is its counterpart: unverified: inferred" in found.unverified


def test_without_dates_there_is_no_figure(tmp_path):
    known, law_of = matter(tmp_path, [", provision: xx.1"], [], {})
    found = exposure(law_of, known)
    assert found.counts[0].reason == "no dates"
    assert found.ceiling.total is None
    assert found.aggregate is None


@pytest.mark.parametrize(
    ("counterparts", "concurrent"),
    [
        ({"count-1": ["yy.1"], "count-2": ["yy.2"]}, "126 months"),
        ({"count-1": ["yy.1"]}, None),
        ({"count-1": ["yy.1"], "count-2": ["yy.1", "yy.2"]}, None),
        ({"count-1": ["yy.1"], "count-2": ["xx.1"]}, None),
        ({}, None),
    ],
)
def test_the_aggregate_needs_one_counterpart_of_the_requested_state_for_each_count(
    tmp_path, counterparts, concurrent
):
    known, law_of = matter(tmp_path, [DATED] * 2, ["count-1", "count-2"], counterparts)
    together = exposure(law_of, known).aggregate
    assert (None if together is None else str(together.concurrent)) == concurrent


def test_a_request_of_which_nothing_was_put_to_the_court_has_no_ceiling(tmp_path):
    text = """\
requests:
  - {name: ask, person: person-1, requesting: US, requested: KR, regimes: [yy.extradition], made: 2019-01-01,
     proceeding: asked, charges: [count-1], put_to_court: [], confined_by: the ministry,
     source: act, mark: read}
"""
    known, law_of = matter(tmp_path, [DATED], [], {}, more=text)
    found = exposure(law_of, known)
    assert (found.put_to_court, found.ceiling.total, found.aggregate) == ((), None, None)
    assert found.ceilings[0].years == 20


def test_chosen_counts_and_unknown_ones(tmp_path):
    known, law_of = matter(tmp_path, [DATED] * 3, ["count-1", "count-2"], {})
    assert exposure(law_of, known, charges=["count-2"]).ceiling.years == 20
    with pytest.raises(UsageError, match=r"expected a count of small, found 'count-9'; did you mean"):
        exposure(law_of, known, charges=["count-9"])


def test_it_becomes_json(tmp_path):
    known, law_of = matter(tmp_path, nine(), ["count-1"], {"count-1": ["yy.1"]})
    made = row(exposure(law_of, known))
    assert made["requests"][0]["ceiling"]["total"] == "20 years"
    assert made["requests"][0]["aggregate"]["concurrent"] == "5 years"
    assert made["counts"][0]["versions"][0]["maximum"] == "20 years"


def test_life_of_one_count_stays_life(tmp_path):
    known, law_of = matter(
        tmp_path, [DATED] * 2, ["count-1"], {}, theirs="- {in_force_from: 2000-01-01, maximum: life}"
    )
    assert exposure(law_of, known).ceiling.total == LIFE
