import pytest

from clew.errors import UsageError
from clew.proceedings.days import LIFE, Term, term_of
from clew.proceedings.threshold import meets_threshold, order
from proceedings.lawbook import law

REGIMES = """
    courts:
      - {name: xx.court, title: A court, level: first, source: act, mark: read}
    regimes:
      - name: xx.extradition
        title: The act
        requested: [KR]
        in_force_from: 2000-01-01
        dual_criminality: {maximum: 1 year, strictly_more: STRICT, rule: xx.rule}
        grounds:
          - {name: ground.xx.1, rule: Art. 1, title: A bar, kind: mandatory, decides: [xx.court],
             test: person, source: act, mark: read}
    """


def threshold(folder, strict, *maxima):
    text = REGIMES.replace("STRICT", str(strict).lower())
    return meets_threshold(law(folder, "- {in_force_from: 2000-01-01}", text), "xx.extradition", *maxima)


@pytest.mark.parametrize(
    ("maximum", "at_least", "more_than"),
    [
        ("11 months", "not met", "not met"),
        ("1 year", "met", "not met"),
        ("12 months", "met", "not met"),
        ("13 months", "met", "met"),
        ("300 days", "not met", "not met"),
        ("365 days", "undetermined", "undetermined"),
        ("400 days", "met", "met"),
        ("life", "met", "met"),
    ],
)
def test_one_year_is_at_least_one_year_and_not_more(tmp_path, maximum, at_least, more_than):
    assert threshold(tmp_path, False, term_of(maximum)).state == at_least
    assert threshold(tmp_path, True, term_of(maximum)).state == more_than


def test_without_a_maximum_it_is_undetermined(tmp_path):
    answer = threshold(tmp_path, False, None)
    assert answer.state == "undetermined"
    assert any("No maximum" in step.said for step in answer.steps)


def test_several_maxima_must_agree(tmp_path):
    year, half = Term(months=12), Term(months=6)
    assert threshold(tmp_path, False, year, Term(months=24)).state == "met"
    assert threshold(tmp_path, False, half, Term(months=3)).state == "not met"
    assert threshold(tmp_path, False, year, half).state == "undetermined"
    assert threshold(tmp_path, False, year, None).state == "undetermined"


def test_it_rests_on_the_rule_of_the_regime_and_says_that_both_states_count(tmp_path):
    answer = threshold(tmp_path, True, LIFE)
    assert (answer.steps[0].provision, answer.steps[0].source) == ("The act, Art. 9", "The act as printed")
    assert "more than 1 year" in answer.steps[0].said
    assert answer.in_both
    assert any("other state" in each for each in answer.assumptions)


def test_an_unknown_regime_is_said(tmp_path):
    text = REGIMES.replace("STRICT", "true")
    with pytest.raises(UsageError, match=r"did you mean xx\.extradition"):
        meets_threshold(law(tmp_path, "- {in_force_from: 2000-01-01}", text), "xx.extradicion", LIFE)


def test_terms_are_ordered_only_where_every_calendar_agrees():
    assert order(Term(months=1), Term(days=30)) is None
    assert order(Term(months=1), Term(days=32)) == -1
    assert order(Term(months=1), Term(days=27)) == 1
    assert order(Term(days=30), Term(days=30)) == 0
    assert order(LIFE, Term(months=600)) == 1
    assert order(LIFE, LIFE) == 0
