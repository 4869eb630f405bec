"""Scores of several economies as one, kept and read back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from accuracy.economy import Scored
from accuracy.made import SOURCE
from clew.accuracy.conclusions import conclusions
from clew.accuracy.failures import Failure
from clew.accuracy.figures import ACTOR, ADDRESSES, COINJOIN, PAIRS, Figure, Key, Tally
from clew.accuracy.score import ALL_PROTOCOLS, Score, answers_of
from clew.accuracy.tables import every
from clew.accuracy.validation import Validation
from clew.accuracy.words import percent
from clew.errors import UsageError
from clew.heuristics.shelf import shipped

SET = {
    "kind": "set",
    "name": "strict",
    "version": None,
    "stated": "",
    "rules": [{"name": "rule", "version": 1}],
}


def one(world: str, seed: int, hits: int, of: int, **source: Any) -> Score:
    """A score with one figure, and a failure for each miss."""
    tip = f"{world}-{seed}"
    failure = Failure("pairs", "strict", "wrong", "payment", "core", of - hits, (f"{tip}-x",))
    return Score(
        source={**SOURCE, "world": world, "seed": seed, "tip": tip, **source},
        left_out={"addresses that were never paid": 2},
        counts={"blocks": 3, "transactions": 9, "outputs": 9, "addresses": 9, "owners_known": 9},
        subjects=(SET,),
        figures=(Figure(Key(PAIRS, "strict", "precision", ACTOR), Tally(hits, of), Tally(1, 10)),),
        failures=(failure,) if hits < of else (),
    )


def test_sums_run_over_economies_and_worlds() -> None:
    found = Validation([one("a", 1, 90, 100), one("a", 2, 100, 100), one("b", 1, 10, 20)])
    row = found.row(PAIRS, "strict", "precision", ACTOR)
    assert row is not None
    assert (row.tally, row.base) == (Tally(200, 220), Tally(3, 30))
    assert dict(found.by_world(row)) == {"a": Tally(190, 200), "b": Tally(10, 20)}
    assert row.wilson is not None
    assert row.resampled is not None
    # World b is far off: resampled by world, the interval is wider than if items were independent.
    assert row.resampled[0] < row.wilson[0]
    assert row.interval == (row.resampled[0], max(row.wilson[1], row.resampled[1]))
    assert [each["count"] for each in found.failures] == [20]
    assert [each["economy"] for each in found.failures[0]["examples"]] == [0, 2]


def test_what_is_kept_is_read_back_the_same() -> None:
    found = Validation([one("a", 1, 90, 100), one("a", 2, 0, 0), one("b", 1, 10, 20)])
    kept = json.loads(json.dumps(found.as_dict()))
    assert Validation.from_dict(kept).as_dict() == found.as_dict()
    parts = [Validation([each]) for each in found.scores]
    again = Validation([score for part in parts for score in Validation.from_dict(part.as_dict()).scores])
    assert again.as_dict()["figures"] == found.as_dict()["figures"]


def test_a_whole_score_is_read_back_the_same(scored: Scored) -> None:
    found = Validation([scored.score])
    assert Validation.from_dict(json.loads(json.dumps(found.as_dict()))).as_dict() == found.as_dict()
    assert Score.from_dict(json.loads(json.dumps(scored.score.as_dict()))) == scored.score


@pytest.mark.parametrize(
    "kept", [{}, {"format": 9}, {"format": 1, "economies": [{}]}, {"format": 1, "economies": 5}]
)
def test_something_else_is_refused_in_one_line(kept: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="validate again") as caught:
        Validation.from_dict(kept)
    assert "\n" not in str(caught.value)


def test_ranks_and_versions_are_not_mixed_and_no_economy_counts_twice() -> None:
    first = one("a", 1, 1, 2)
    with pytest.raises(
        UsageError, match=r"one rank, found 1 \(real labelled data\) and 4 \(our own worlds\)"
    ):
        Validation([first, one("a", 2, 1, 2, rank=1)])
    with pytest.raises(UsageError, match="expected each economy once"):
        Validation([first, one("a", 1, 1, 2)])
    other = replace(one("b", 1, 1, 2), subjects=({**SET, "rules": [{"name": "rule", "version": 2}]},))
    with pytest.raises(UsageError, match=r"in the version of the other economies \(rule 1\), found rule 2"):
        Validation([first, other])
    with pytest.raises(UsageError, match="expected at least one score"):
        Validation([])


def test_a_figure_without_an_error_has_an_interval_still() -> None:
    row = Validation([one("a", 1, 50, 50), one("b", 1, 50, 50)]).row(PAIRS, "strict", "precision", ACTOR)
    assert row is not None
    assert row.resampled == (1.0, 1.0)
    assert row.interval is not None
    assert row.interval[0] == pytest.approx(0.963, abs=1e-3)


def test_conclusions_are_counted_by_kind() -> None:
    found = Validation([one("a", 1, 90, 100), one("b", 1, 10, 20)])
    assert [tuple(each) for each in conclusions(found)] == [
        ("pair", "strict", (("rule", 1),), "", 120, 20),
    ]


def test_every_table_has_a_cell_for_each_heading(scored: Scored) -> None:
    sheets = list(every(Validation([scored.score])))
    assert len(sheets) > 5
    for sheet in sheets:
        assert all(len(row) == len(sheet.heads) for row in sheet.rows), sheet.title


def test_rules_are_asked_in_parts_and_answer_as_at_once(
    scored: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = shipped()["multi_input"]
    whole = answers_of(rule, scored.ledger)
    monkeypatch.setattr("clew.accuracy.score.AT_ONCE", 301)
    assert np.array_equal(answers_of(rule, scored.ledger), whole)


def test_an_economy_has_figures_of_every_kind(scored: Scored) -> None:
    about = {each.key.about for each in scored.score.figures}
    assert {"pairs", "addresses", "entities", "links", "service", "collisions", "joint", "coinjoin"} <= about
    found = Validation([scored.score])
    row = found.row(ADDRESSES, "strict", "B-cubed precision", ACTOR)
    assert row is not None
    assert 0.9 < (row.tally.rate or 0) <= 1
    if any(each["name"] == ALL_PROTOCOLS for each in found.subjects):
        together = found.row(COINJOIN, ALL_PROTOCOLS, "recall")
        assert together is not None
        assert together.tally.of == int((scored.truth.round_size > 0).sum()) - int(
            (scored.truth.protocol == scored.truth.protocols.index("tx0")).sum()
        )


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (None, "-"), (0.0, "0 %"), (1.0, "100 %"), (0.5, "50.0 %"), (0.12345, "12.3 %"), (0.99, "99.00 %"),
        (0.99996, "99.996 %"), (0.9999999, "99.99999 %"), (0.000004, "0.0004 %"), (0.0006, "0.06 %"),
    ],
)  # fmt: skip
def test_shares_are_told_from_none_and_from_all(rate: float | None, said: str) -> None:
    assert percent(rate) == said
