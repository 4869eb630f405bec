"""Edges: days beyond the calendar, terms without a last day, decisions whose order is open."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from clew.cli import lawful
from clew.proceedings.days import day_of
from clew.proceedings.due import due
from clew.proceedings.extradition.decided import decided
from clew.proceedings.extradition.table import extradite
from clew.proceedings.load import check_text, load_matter, text_of
from proceedings.states import matter

DECISION = """\
  - {{name: {name}, proceeding: asked, charges: [two], date: {date}, result: extradition {result},
     source: paper, mark: read}}
"""


@pytest.mark.parametrize("written", ["before 0001-01-01", "after 9999-12-31"])
def test_no_day_lies_beyond_the_calendar(written: str) -> None:
    with pytest.raises(ValueError, match="within the calendar"):
        day_of(written)


@pytest.mark.parametrize("term", ["0 years", "0 days", "life"])
@pytest.mark.parametrize("old", ["limitation: 7 years", "term: 7 days", "term: 15 years"])
def test_a_period_has_a_last_day(term: str, old: str) -> None:
    text = text_of("law", "kr")
    line = next(number for number, each in enumerate(text.splitlines(), 1) if old in each)
    faults = check_text("kr.yaml", text.replace(old, f"{old.partition(':')[0]}: {term}", 1)).faults
    assert faults
    assert all(each.startswith(f"kr.yaml:{line}: ") for each in faults)
    assert any("a term with a last day" in each for each in faults)


@pytest.mark.parametrize(
    ("days", "results", "last"),
    [
        (("2020-07-06", "2020-07-06"), ("granted", "refused"), None),
        (("2020-07", "2020-07-06"), ("granted", "refused"), None),
        (("2020", "2020-07-06"), ("refused", "granted"), None),
        (("2020-07-05", "2020-07-06"), ("granted", "refused"), "second"),
        (("2020-07-06", "2020-07-05"), ("granted", "refused"), "first"),
        (("2020-07-06", "2020-07-06"), ("refused", "refused"), "second"),
    ],
)
def test_of_decisions_that_differ_none_is_taken_unless_it_is_surely_the_last(
    tmp_path: Path, days: tuple[str, str], results: tuple[str, str], last: str | None
) -> None:
    rows = "".join(
        DECISION.format(name=name, date=day, result=result)
        for name, day, result in zip(("first", "second"), days, results, strict=True)
    )
    law, known = matter(tmp_path, outcomes=rows)
    found = decided(known, known.requests[0]).of("two")
    assert (found.name if found else None) == last
    if last is None:
        assert extradite(law, known).refusal is None


def test_an_outcome_that_is_not_known_is_not_called_pending() -> None:
    known, law = load_matter("2020")
    outcomes = [
        each.model_copy(update={"result": "unknown", "sentence": None})
        if each.name == "kr-2019-judgment"
        else each
        for each in known.outcomes
    ]
    for finality, said in (
        ("final", "not known"), ("unknown", "not known"), ("open", "pending"), ("under appeal", "pending"),
    ):  # fmt: skip
        proceedings = [
            each.model_copy(update={"finality": finality}) if each.name == "kr-2018-appeal" else each
            for each in known.proceedings
        ]
        changed = known.model_copy(update={"outcomes": outcomes, "proceedings": proceedings})
        cell = extradite(law, changed).cell("us-1", "ground.kr.7-2")
        assert cell.state == "undetermined"
        why = next(each for each in cell.why if each.startswith("Flagged"))
        assert said in why
        assert ("pending" in why) == (said == "pending")


def test_limitation_of_a_count_says_that_it_was_charged() -> None:
    known, law = load_matter("2020")
    said = due(law, known, today=day_of("2026-11-25")).assumptions
    assert [each for each in said if each.startswith("us-7: proceedings on it were opened on 2018-08")]
    assert [each for each in said if each.startswith("kr-2022-1: proceedings on it were opened on 2022-02")]


def test_a_day_on_the_command_line_names_the_extra_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from clew.cli.law import law

    monkeypatch.delitem(sys.modules, "clew.proceedings.days")
    monkeypatch.setitem(sys.modules, "pydantic", None)
    result = CliRunner().invoke(law, ["show", "kr", "--on", "2018-03-04"])
    assert "pip install 'clew[law]'" in str(result.exception)
    assert lawful.PACKAGES["pydantic"] == "law"


@pytest.mark.parametrize(
    ("imposed", "is_above"), [("1825 days", False), ("1900 days", True), ("5 years", False)]
)
def test_a_sentence_in_days_is_above_a_maximum_in_years_only_where_it_surely_is(
    imposed: str, is_above: bool
) -> None:
    text = text_of("cases", "2020").replace(
        "sentence: {imprisonment: 18 months}", f"sentence: {{imprisonment: {imposed}}}"
    )
    text = text.replace("provision: kr.youth-act.11-2", "provision: kr.proceeds.3")
    conflicts = check_text("2020.yaml", text).conflicts
    assert any(f"{imposed} was imposed" in each for each in conflicts) is is_above
