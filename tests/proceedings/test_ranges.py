"""A sentence beside the statutory range: shown as a conflict, never refused, undetermined where unsure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clew.proceedings.load import Law
from clew.proceedings.registry.ranges import EntryRange, against_range
from clew.proceedings.registry.register import add, create
from proceedings import register_law
from proceedings.register_law import DAY, entry, sentenced


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Law:
    return register_law.law(tmp_path_factory.mktemp("law"))


def compared(law: Law, folder: Path, said: dict[str, Any]) -> EntryRange:
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
        ("2 years", {**OLD, "offences": ["zz.act.1", "zz.act.2"]}, "undetermined"),
        ("life", OLD, "above the maximum"),
        ("2 years", {}, "undetermined"),
    ],
)
def test_a_term_is_compared_with_what_its_provisions_threaten(
    law: Law, tmp_path: Path, term: str, changes: dict[str, str], state: str
) -> None:
    found = compared(law, tmp_path, sentenced(term, **changes))
    assert found.state == state
    assert found.steps
    assert found.is_conflict == (state == "above the maximum")
    assert ("It can be lawful by: " in found.why) == (state in {"above the maximum", "below the minimum"})


@pytest.mark.parametrize(("term", "reaches"), [("7 years", True), ("90 months", True), ("8 years", False)])
def test_what_more_counts_can_reach_is_said_beside_a_term_that_it_covers(
    law: Law, tmp_path: Path, term: str, reaches: bool
) -> None:
    found = compared(law, tmp_path, sentenced(term, **OLD))
    assert (str(found.maximum), str(found.aggregate)) == ("5 years", "90 months")
    assert ("can reach 90 months by statute" in found.why) == reaches


def test_a_fine_alone_and_an_open_proceeding_have_no_term(law: Law, tmp_path: Path) -> None:
    fine = {"fine": "1,000 KRW"}
    assert compared(law, tmp_path, sentenced("1 year", sentence=fine, **OLD)).state == "no term"
    (tmp_path / "other").mkdir()
    found = compared(law, tmp_path / "other", entry())
    assert (found.state, found.maximum, found.steps) == ("no term", None, ())
