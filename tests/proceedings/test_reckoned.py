"""What is computed from the shipped books, at the edges of their versions; and that no wording forecasts."""

import importlib
import json

import pytest

from clew.proceedings.aggregate import aggregate
from clew.proceedings.days import Term, day_of
from clew.proceedings.exposure import count_exposure, exposure
from clew.proceedings.limitation import limitation
from clew.proceedings.load import load_law, load_matter
from clew.proceedings.outcome_range import against_range
from clew.proceedings.predicates import predicate_on
from clew.proceedings.steps import row
from clew.proceedings.threshold import meets_threshold
from clew.proceedings.versions import applicable, in_force
from clew.proceedings.wording import faults_of


@pytest.fixture(scope="module")
def law():
    return load_law()


@pytest.fixture(scope="module")
def case():
    return load_matter("2020")


def day(text):
    return day_of(text)


@pytest.mark.parametrize(
    ("provision", "before", "since"),
    [
        ("kr.youth-act.11-2", (None, "10 years"), ("5 years", "30 years")),
        ("kr.youth-act.11-3", (None, "7 years"), ("3 years", "30 years")),
        ("kr.youth-act.11-5", (None, "1 year"), ("1 year", "30 years")),
        ("kr.youth-act.11-1", ("5 years", "life"), ("5 years", "life")),
    ],
)
def test_the_amendment_of_2_june_2020(law, provision, before, since):
    for text, expected in (("2020-06-01", before), ("2020-06-02", since)):
        found = count_exposure(law, provision, day(text), day(text))
        assert (
            tuple(None if each is None else str(each) for each in (found.minimum, found.maximum)) == expected
        )
    over = applicable(law, provision, day("2020-06-01"), day("2020-06-02"))
    assert (over.state, over.spans_amendment, len(over.versions)) == ("undetermined", True, 2)
    assert in_force(law, provision, day("2020-06")).certain is None


def test_a_heavier_later_law_does_not_replace_the_one_at_the_act(law):
    """At most 10 years, and since 2 June 2020 at least 5 and, by the general cap, at most 30."""
    act = day("2018-03-01"), day("2018-03-01")
    for judged in ("2020-06-01", "2021-01-01"):
        found = applicable(law, "kr.youth-act.11-2", *act, day(judged))
        assert (str(found.counts.maximum), found.milder) == ("10 years", None)
    # A fine was possible instead, and is no longer: pieces without common measure, so nothing is chosen.
    assert applicable(law, "kr.youth-act.11-3", *act, day("2021-01-01")).reason == "milder undetermined"


def test_three_counts_of_twenty_years_and_their_counterparts(case):
    matter, law = case
    found = exposure(law, matter)
    request = found.requests[0]
    assert (len(request.counts_charged), len(request.put_to_court)) == (9, 3)
    assert found.ceiling.total == Term(months=720)
    assert {str(each.maximum) for each in found.counts if each.count in request.put_to_court} == {"20 years"}
    assert (found.aggregate.one_offence_years, found.aggregate.concurrent_years) == (5, 7.5)
    assert (found.aggregate.hypothetical, found.aggregate.before) == (True, "kr.criminal-act.39-1")
    assert any("(7 years 6 months)" in step.said for step in found.aggregate.steps)
    # The other six have no provision, so that the nine have no ceiling.
    assert sum(each.reason == "no provision" for each in found.counts) == 6
    assert (
        next(top for name, top in zip(found.proceedings, found.ceilings, strict=True) if "us" in name).total
        is None
    )


def test_korea_adds_half_up_to_fifty_years_and_the_united_kingdom_has_no_such_rule(law):
    assert str(aggregate(law, "KR", [Term(months=480)] * 2).concurrent) == "50 years"
    assert aggregate(law, "GB", [Term(months=168)] * 2).concurrent is None


@pytest.mark.parametrize(
    ("offence", "begins", "ends", "state"),
    [
        ("kr.network-act.74-1-2", "2015-07", "2018-03", "predicate"),
        ("kr.youth-act.11-2", "2015-07", "2018-03", "not a predicate"),
        ("kr.youth-act.11-2", "2019", "2019", "undetermined"),
        ("kr.youth-act.11-2", "2020", "2020", "predicate"),
        ("kr.network-act.74-1-2", "2011", "2011", "undetermined"),
    ],
)
def test_predicates_of_concealment_by_the_day_of_the_act(law, offence, begins, ends, state):
    assert predicate_on(law, "kr.proceeds.3", offence, day(begins), day(ends)).state == state


def test_limitation_of_concealment_and_of_production(law):
    money = limitation(law, "kr.proceeds.3", day("2015-07"), day("2018-03-04"), asked_on=day("2022-02-01"))
    assert (money.state, str(money.last_day), money.has_passed) == ("ends", "2025-03-03", "no")
    assert limitation(law, "kr.youth-act.11-1", day("2018-03-04"), day("2018-03-04")).state == "none"
    sold = limitation(law, "kr.youth-act.11-2", day("2018-03-04"), day("2018-03-04"))
    assert (sold.state, sold.reason) == ("undetermined", "from majority")
    assert limitation(law, "uk.proceeds-2002.327", day("2018"), day("2018")).state == "none"


def test_thresholds_of_act_and_treaty(law):
    year = Term(months=12)
    assert meets_threshold(law, "kr.extradition-act", year).state == "met"
    assert meets_threshold(law, "kr-us.treaty", year).state == "not met"
    assert meets_threshold(law, "kr-us.treaty", Term(months=60)).state == "met"


def test_what_was_imposed_lies_within_the_range_or_is_open(case):
    matter, law = case
    found = {
        each.name: against_range(law, matter, each).state
        for each in matter.outcomes
        if each.sentence is not None
    }
    assert found["kr-2019-judgment"] == "within"
    assert set(found.values()) <= {"within", "undetermined"}


PARTS = (
    "aggregate", "counts", "deadlines", "exposure", "limitation", "milder", "outcome_range", "penalty",
    "predicates", "threshold", "trail", "versions",
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_no_sentence_that_is_said_forecasts(part):
    module = importlib.import_module(f"clew.proceedings.{part}")
    said = [each for name, each in vars(module).items() if name.isupper() and isinstance(each, str)]
    assert said
    assert [each for text in said for each in faults_of(text)] == []


def test_no_result_forecasts_and_every_one_says_what_is_unverified(case):
    matter, law = case
    act = day("2015-07"), day("2018-03")
    results = [
        exposure(law, matter),
        limitation(law, "kr.proceeds.3", *act),
        predicate_on(law, "kr.proceeds.3", "kr.youth-act.11-2", *act),
        applicable(law, "kr.proceeds.3", *act, day("2022-07-05")),
        against_range(law, matter, "kr-2022-judgment"),
    ]
    for each in results:
        text = json.dumps(row(each), ensure_ascii=False)
        assert faults_of(text) == []
        assert each.unverified
        assert each.steps
        assert not {step.mark for step in each.steps} <= {None}
