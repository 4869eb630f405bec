"""Sets and models of a ledger as they are scored, and a set with change beside strict."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from accuracy.economy import Scored
from accuracy.made import tallies
from clew.accuracy import divisions
from clew.accuracy.figures import ACTOR, ADDRESSES, CHANGE
from clew.accuracy.score import score
from clew.accuracy.validation import Validation
from clew.build import sets
from clew.heuristics.change.model import ChangeModel
from clew.heuristics.rulesets import EXTENDED
from clew.ledger.ledger import open_ledger
from clew.schema import YES
from naive.grouping import merge


def _by_fresh(path: Path, millionths: int) -> Path:
    """A model that gives this chance where the rule of fresh addresses says yes, and none elsewhere."""
    tree = {
        "feature": (0,), "threshold": (YES - 1,), "left": (-1,), "right": (-2,), "leaf": (0, 1),
        "roots": (0,),
    }  # fmt: skip
    model = ChangeModel(1, ("fresh",), tree, (0, 1), (0, millionths))
    path.write_text(model.text(), encoding="utf-8")
    return path


def test_strict_is_the_ledgers_own_with_its_links(scored: Scored) -> None:
    (strict,) = divisions.divisions_of(scored.ledger)
    assert (strict.name, strict.stated) == ("strict", "")
    assert strict.versions == tuple((rule.name, rule.version) for rule in scored.ledger.rules)
    assert np.array_equal(strict.entity, np.asarray(scored.ledger.column("entities.entity")))
    pairs = list(
        zip(strict.links["a"].tolist(), strict.links["b"].tolist(), strict.links["rule"], strict=True)
    )
    assert len(pairs) == len(scored.ledger.column("links.a"))
    assert merge(len(strict.entity), [(a, b) for a, b, _ in pairs]) == strict.entity.tolist()


def test_a_set_with_change_is_scored_beside_strict(
    scored: Scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ledger"
    shutil.copytree(scored.ledger.path, folder)
    model = _by_fresh(tmp_path / "model.json", 999_000)
    sets.cluster(folder, replace(EXTENDED, change=model))
    ledger = open_ledger(folder)
    strict, extended = divisions.divisions_of(ledger)
    assert extended.name == "extended"
    digest = ChangeModel.read(model).digest[:12]
    assert extended.stated.startswith(f"model {digest}, must-link {EXTENDED.must_link}, ")
    monkeypatch.setattr(divisions, "MODEL", model)
    (stated,) = divisions.models_of(ledger)
    assert len(stated.probability) == len(stated.predicted) == ledger.counts["outputs"]
    assert {0.0, 0.999} <= set(stated.probability[stated.predicted].tolist())
    found = Validation([score(ledger, scored.truth, [], [strict, extended], [stated])])
    names = {each["name"]: each for each in found.subjects}
    assert names["extended"]["stated"] == extended.stated
    assert names[divisions.CHANGE_MODEL]["version"] == 1
    precision, both = (
        [found.row(ADDRESSES, name, f"B-cubed {which}", ACTOR) for name in ("strict", "extended")]
        for which in ("precision", "recall")
    )
    # Whoever takes what goes to fresh addresses for change finds more.
    assert all(precision)
    assert (both[1].tally.rate or 0) > (both[0].tally.rate or 0)  # type: ignore[union-attr]
    row = found.row(CHANGE, divisions.CHANGE_MODEL, "log loss")
    assert row is not None
    assert (
        row.tally.of
        == tallies(
            [each for each in found.scores[0].figures if each.key.measure == "log loss" and not each.key.by]
        )["log loss",][1]
    )
    ledger.close()


def test_without_a_model_none_is_asked(
    scored: Scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(divisions, "MODEL", tmp_path / "none.json")
    assert list(divisions.models_of(scored.ledger)) == []
