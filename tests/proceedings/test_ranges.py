"""A sentence beside the statutory range: shown as a conflict, never refused, undetermined where unsure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clew.proceedings.load import Law
from clew.proceedings.ranges import AgainstRange, against_range
from clew.proceedings.register import add, create
from proceedings import register_law
from proceedings.register_law import DAY, entry, sentenced


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Law:
    return register_law.law(tmp_path_factory.mktemp("law"))


def compared(law: Law, folder: Path, said: dict[str, Any]) -> AgainstRange:
    create(folder / "register.jsonl")
    (new,) = add(folder / "register.jsonl", law, [said], by="clerk", when=DAY)
    return against_range(law, new.proceeding)


OLD = {"acts_from": "2015-06-01", "acts_to": "2018-03-02"}
BOTH = {"acts_from": "2019-06-01", "acts_to": "2020-03-02", "opened": "2020-05-01", "decided": "2021"}


@pytest.mark.parametrize(
    ("term", "changes", "state"),
    [
        ("18 months", OLD, "within the range"),
        ("5 years", OLD, "within the range"),
        ("61 months", OLD, "above the maximum"),
        ("11 months", OLD, "below the minimum"),
        ("6 years", BOTH, "undetermined"),
        ("8 years", BOTH, "above the maximum"),
        ("2 years", BOTH, "within the range"),
        ("2 years", {**OLD, "offences": ["zz.act.1", "zz.act.2"]}, "undetermined"),
        ("life", OLD, "above the maximum"),
    ],
)
def test_a_term_is_compared_with_every_version_that_can_apply(
    law: Law, tmp_path: Path, term: str, changes: dict[str, str], state: str
) -> None:
    found = compared(law, tmp_path, sentenced(term, **changes))
    assert found.state == state
    assert found.is_conflict == (state in {"above the maximum", "below the minimum"})
    assert found.steps


def test_the_aggregate_is_stated_beside_a_term_above_one_maximum(law: Law, tmp_path: Path) -> None:
    found = compared(law, tmp_path, sentenced("7 years", **OLD))
    assert (str(found.maximum), str(found.aggregate)) == ("5 years", "90 months")
    assert "Several offences judged together can reach 90 months" in found.why


def test_unknown_days_of_acts_are_an_assumption_and_unverified_versions_say_so(
    law: Law, tmp_path: Path
) -> None:
    found = compared(law, tmp_path, sentenced("2 years", opened="2021-01-01", decided="2021-06-01"))
    assert found.assumptions == ("The days of the acts are not entered.",)
    assert found.maximum is None
    assert found.minimum is not None
    assert any("unverified: from memory" in each for each in found.unverified)


def test_without_a_term_nothing_is_compared(law: Law, tmp_path: Path) -> None:
    assert compared(law, tmp_path, entry()).state == "no term"
