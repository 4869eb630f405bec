"""A sentence beside the statutory range: shown as a conflict, never refused, undetermined where unsure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clew.proceedings.load import Law
from clew.proceedings.outcome_range import AgainstRange
from clew.proceedings.ranges import entry_range, range_state
from clew.proceedings.register import add, create
from proceedings import register_law
from proceedings.register_law import DAY, entry, sentenced


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Law:
    return register_law.law(tmp_path_factory.mktemp("law"))


def compared(law: Law, folder: Path, said: dict[str, Any]) -> tuple[str, AgainstRange | None]:
    create(folder / "register.jsonl")
    (new,) = add(folder / "register.jsonl", law, [said], by="clerk", when=DAY)
    return range_state(law, new.proceeding), entry_range(law, new.proceeding)


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
    found, reasons = compared(law, tmp_path, sentenced(term, **changes))
    assert found == state
    assert reasons is not None
    assert reasons.steps
    assert reasons.is_conflict == (state == "above the maximum")
    if state == "above the maximum":
        assert reasons.may_be_lawful_by


def test_a_fine_alone_and_an_open_proceeding_have_no_term(law: Law, tmp_path: Path) -> None:
    fine = {"fine": "1,000 KRW"}
    state, reasons = compared(law, tmp_path, sentenced("1 year", sentence=fine, **OLD))
    assert state == "no term"
    assert reasons is not None
    assert reasons.fine_state == "undetermined"
    (tmp_path / "other").mkdir()
    assert compared(law, tmp_path / "other", entry()) == ("no term", None)
