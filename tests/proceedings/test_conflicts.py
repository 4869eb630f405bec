"""Claims of one figure stand side by side until a person decides; decisions are appended and all kept."""

from pathlib import Path

import pytest

from clew.errors import UsageError
from clew.proceedings.conflicts import conflicts
from clew.proceedings.steps import row
from proceedings.states import matter

FIGURES = """\
figures:
  paid: {title: Payments, unit: payments}
  won: {title: Proceeds in won, unit: KRW}
  usd: {title: Proceeds in dollars, unit: USD}
  same: {title: Accounts, unit: accounts}
claims:
  - {name: paid-a, figure: paid, value: 7300, date: 2019-10-16, scope: at least so many,
     source: paper, mark: read}
  - {name: paid-b, figure: paid, value: 7293, date: 2018, scope: of members, source: paper, mark: memory,
     note: To be read.}
  - {name: won-a, figure: won, value: 406000000, date: 2018, scope: all, source: paper, mark: read}
  - {name: usd-a, figure: usd, value: 370000, date: 2019, scope: all, source: paper, mark: read}
  - {name: same-a, figure: same, value: 31, date: 2018, scope: all, source: paper, mark: read}
  - {name: same-b, figure: same, value: 31, date: 2019, scope: all, source: paper, mark: read}
"""
DECISION = "  - {{figure: paid, by: prosecution in 18-cr-1, when: {when}, why: Read in the file.{takes}}}\n"


def found(folder: Path, decisions: str = ""):
    _, small = matter(folder, FIGURES + ("decisions:\n" + decisions if decisions else ""))
    return conflicts(small)


def test_differing_claims_stand_side_by_side_with_date_and_scope(tmp_path: Path) -> None:
    (only,) = found(tmp_path)
    assert (only.figure, only.unit, only.lowest, only.highest) == ("paid", "payments", 7293, 7300)
    assert [(each.value, str(each.date), each.scope, each.mark) for each in only.claims] == [
        (7300, "2019-10-16", "at least so many", "read"), (7293, "2018", "of members", "memory"),
    ]  # fmt: skip
    assert only.decision is None
    assert not only.is_settled
    assert only.said == "2 claims differ and stand side by side; nobody has decided between them"
    assert only.unverified == ("Payments, 7,293: unverified: from memory",)


def test_claims_in_different_units_are_never_compared_and_equal_ones_do_not_conflict(tmp_path: Path) -> None:
    assert {each.figure for each in found(tmp_path)} == {"paid"}


def test_a_decision_takes_a_claim_and_keeps_the_others(tmp_path: Path) -> None:
    (only,) = found(tmp_path, DECISION.format(when="2024-01-01", takes=", takes: paid-b"))
    assert only.is_settled
    assert [(each.claim, each.is_taken) for each in only.claims] == [("paid-a", False), ("paid-b", True)]
    assert "prosecution in 18-cr-1 took paid-b on 2024-01-01" in only.said


def test_the_last_decision_counts_and_all_are_kept(tmp_path: Path) -> None:
    both = DECISION.format(when="2024-01-01", takes=", takes: paid-b") + DECISION.format(
        when="2024-02-01", takes=""
    )
    (only,) = found(tmp_path, both)
    assert not only.is_settled
    assert not any(each.is_taken for each in only.claims)
    assert [each.takes for each in only.decisions] == ["paid-b", None]
    assert "left them side by side on 2024-02-01" in only.said
    (again,) = found(tmp_path, both + DECISION.format(when="2024-03-01", takes=", takes: paid-a"))
    assert [each.claim for each in again.claims if each.is_taken] == ["paid-a"]
    assert len(again.decisions) == 3


def test_a_decision_for_a_claim_of_another_figure_is_a_fault_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a claim of paid, found 'won-a', a claim of won") as error:
        found(tmp_path, DECISION.format(when="2024-01-01", takes=", takes: won-a"))
    assert "small.yaml:" in str(error.value)


def test_a_conflict_goes_to_json(tmp_path: Path) -> None:
    (only,) = row(found(tmp_path))
    assert [each["value"] for each in only["claims"]] == [7300, 7293]
    assert only["claims"][1]["date"] == "2018"
