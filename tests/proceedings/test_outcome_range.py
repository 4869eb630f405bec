"""What was imposed beside the range that the law threatens: above it is a conflict, never a verdict."""

from decimal import Decimal

import pytest

from clew.errors import UsageError
from clew.proceedings.money import Money
from clew.proceedings.outcome_range import against_range
from proceedings.matters import DATED, matter

OUTCOME = """\
outcomes:
  - {{name: judgment, proceeding: charged, date: 2019-05-02, result: convicted, {charges}
     sentence: {{{sentence}}}, source: act, mark: memory}}
"""
RANGE = "- {in_force_from: 2000-01-01, minimum: 1 year, maximum: 5 years}"


def asked(folder, sentence, *, versions=RANGE, counts=1, charges="", law_of_theirs=""):
    more = OUTCOME.format(sentence=sentence, charges=charges)
    known, law_of = matter(
        folder, [DATED] * counts, [], {}, theirs=versions, law_of_theirs=law_of_theirs, more=more
    )
    return against_range(law_of, known, "judgment")


@pytest.mark.parametrize(
    ("term", "state"),
    [
        ("1 year", "within"),
        ("18 months", "within"),
        ("5 years", "within"),
        ("61 months", "above the maximum"),
        ("life", "above the maximum"),
        ("11 months", "below the minimum"),
        ("365 days", "undetermined"),
    ],
)
def test_a_term_beside_the_range(tmp_path, term, state):
    found = asked(tmp_path, f"imprisonment: {term}")
    assert (found.state, found.is_conflict) == (state, state == "above the maximum")
    assert bool(found.may_be_lawful_by) == (state in {"above the maximum", "below the minimum"})


def test_above_the_maximum_is_shown_as_a_conflict_with_reasons_why_it_can_be_lawful(tmp_path):
    found = asked(tmp_path, "imprisonment: 6 years")
    assert any("a conflict for a person to look at" in step.said for step in found.steps)
    assert "further counts judged together that are not entered" in found.may_be_lawful_by
    assert "judgment: the outcome itself: unverified: from memory" in found.unverified


def test_below_the_minimum_names_mitigation_and_suspension(tmp_path):
    found = asked(tmp_path, "imprisonment: 6 months, suspended: 2 years")
    assert found.state == "below the minimum"
    assert any("mitigation" in each for each in found.may_be_lawful_by)
    assert any("suspension" in each for each in found.may_be_lawful_by)
    assert any("suspended for 2 years" in step.said for step in found.steps)


FACTOR = """
    several: {method: heaviest times factor, factor: 1.5, cap: 30 years, rules: [xx.rule], apart: xx.apart}
    """


@pytest.mark.parametrize(
    ("term", "counts", "rule", "state"),
    [
        ("7 years", 2, FACTOR, "within"),
        ("90 months", 2, FACTOR, "within"),
        ("91 months", 2, FACTOR, "above the maximum"),
        ("10 years", 2, "", "within"),
        ("121 months", 2, "", "above the maximum"),
    ],
)
def test_several_counts_by_the_rule_or_else_their_sum(tmp_path, term, counts, rule, state):
    found = asked(tmp_path, f"imprisonment: {term}", counts=counts, law_of_theirs=rule)
    assert found.state == state
    assert len(found.counts) == counts


def test_only_the_counts_of_the_outcome(tmp_path):
    found = asked(tmp_path, "imprisonment: 6 years", counts=2, charges="charges: [count-2],")
    assert [each.count for each in found.counts] == ["count-2"]
    assert found.state == "above the maximum"


def test_a_milder_later_version_is_looked_for_up_to_the_outcome(tmp_path):
    versions = """
        - {in_force_from: 2000-01-01, in_force_to: 2018-12-31, maximum: 5 years}
        - {in_force_from: 2019-01-01, maximum: 2 years}
        """
    for applies, state in (("yes", "above the maximum"), ("no", "within"), ("undetermined", "undetermined")):
        rule = f'\n    milder: {{applies: "{applies}", rule: xx.rule}}\n'
        found = asked(tmp_path, "imprisonment: 3 years", versions=versions, law_of_theirs=rule)
        assert found.state == state


@pytest.mark.parametrize(
    ("sentence", "versions", "state", "reason"),
    [
        ("", RANGE, "undetermined", "no sentence"),
        (
            "imprisonment: 3 years",
            "- {in_force_from: 2000-01-01, minimum: 1 year}",
            "undetermined",
            "range undetermined",
        ),
        (
            "imprisonment: 6 months",
            "- {in_force_from: 2000-01-01, minimum: 1 year}",
            "below the minimum",
            None,
        ),
    ],
)
def test_without_sentence_or_maximum(tmp_path, sentence, versions, state, reason):
    found = asked(tmp_path, sentence, versions=versions)
    assert (found.state, found.reason) == (state, reason)


FINE = '- {in_force_from: 2000-01-01, maximum: 5 years, fine: "100 KRW"MORE}'


@pytest.mark.parametrize(
    ("sentence", "more", "state"),
    [
        ('fine: "100 KRW"', "", "within"),
        ('fine: "101 KRW"', "", "above the maximum"),
        ('fine: "50 USD"', "", "undetermined"),
        ('fine: "50 KRW"', ", fine_times_value: 2", "undetermined"),
        ('imprisonment: 6 years, fine: "50 KRW"', "", "above the maximum"),
        ('imprisonment: 1 year, fine: "101 KRW"', "", "above the maximum"),
        ('imprisonment: 1 year, fine: "50 USD"', "", "undetermined"),
    ],
)
def test_fines(tmp_path, sentence, more, state):
    found = asked(tmp_path, sentence, versions=FINE.replace("MORE", more))
    assert found.state == state
    if not more:
        assert found.highest_fine == Money(Decimal(100), "KRW")


def test_an_unknown_outcome_is_said(tmp_path):
    known, law_of = matter(tmp_path, [DATED], [], {}, more=OUTCOME.format(sentence="", charges=""))
    with pytest.raises(UsageError, match=r"expected an outcome of small, found 'judgement'; did you mean"):
        against_range(law_of, known, "judgement")


def test_a_judgment_before_the_end_of_the_act_is_said_and_stops_nothing(tmp_path):
    more = OUTCOME.format(sentence="imprisonment: 2 years", charges="").replace("2019-05-02", "2017-05-02")
    known, law_of = matter(tmp_path, [DATED], [], {}, theirs=RANGE, more=more)
    found = against_range(law_of, known, "judgment")
    assert found.state == "within"
    assert any("lies before the end of the act, 2018-03-04" in step.said for step in found.steps)
