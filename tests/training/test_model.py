"""A model of change as whole numbers: the shipped one is what it was, and a file that is none is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clew.errors import RuleError
from clew.heuristics.change.model import MILLION, ChangeModel, column_names
from clew.heuristics.rulesets import MODEL
from clew.training.train import write
from naive import merging

PROJECT = Path(__file__).resolve().parents[2]


def small() -> ChangeModel:
    trees = {
        "feature": [0, 3], "threshold": [0, 1], "left": [-1, -2], "right": [1, -3], "leaf": [-7, 2, 9],
        "roots": [0, -3],
    }  # fmt: skip
    return ChangeModel(1, column_names(), trees, (-1, 3, 12), (200, 5_000, 999_000), {"made": "by hand"})


def test_the_shipped_model_is_what_it_was_trained_to_be() -> None:
    model = ChangeModel.read(MODEL)
    assert MODEL.stat().st_size < 300_000
    assert model.inputs == column_names()
    assert model.digest in (PROJECT / "docs" / "model.md").read_text("utf-8")
    assert model.text() == MODEL.read_text("utf-8")


def test_scores_and_chances_are_as_by_hand() -> None:
    model = small()
    rows = np.random.default_rng(3).integers(-1, 4, (50, len(model.inputs)))
    scores = model.score(rows).tolist()
    assert scores == [merging.score(model.trees, row) for row in rows.tolist()]
    found = model.calibrated(np.array([-50, -1, 0, 3, 11, 12, 99])).tolist()
    assert found == [200, 200, 200, 5_000, 5_000, 999_000, 999_000]


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path / "model.json", small())
    found = ChangeModel.read(tmp_path / "model.json")
    assert (found, found.digest) == (small(), small().digest)
    assert [each.name for each in tmp_path.iterdir()] == ["model.json"]


def test_every_changed_number_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    write(path, small())
    text = path.read_text()
    for old, new in (("999000", "999001"), ("by hand", "by foot"), ("[-7, 2, 9]", "[-7, 3, 9]")):
        path.write_text(text.replace(old, new))
        with pytest.raises(RuleError, match=r"expected digest \w+, found \w+; the file was changed"):
            ChangeModel.read(path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"clew_change_model": 1}', '{"clew_change_model": 2}', "\xff"]
)
def test_what_is_no_model(tmp_path: Path, text: str) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RuleError, match=r"model\.json: expected a model of change"):
        ChangeModel.read(path)
    with pytest.raises(RuleError, match="expected a model of change"):
        ChangeModel.read(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"right": [0, -3]}, "trees"),
        ({"left": [-9, -2]}, "trees"),
        ({"feature": [99, 3]}, "features that it names"),
        ({"leaf": [1 << 40, 2, 9]}, "32 bits as leaf"),
        ({"threshold": [0]}, "as many of each part"),
        ({"roots": [5]}, "roots"),
    ],
)
def test_trees_that_do_not_fit_together(part: dict[str, Any], said: str) -> None:
    with pytest.raises(RuleError, match=said):
        replace(small(), trees={**small().trees, **part})


@pytest.mark.parametrize(
    ("scores", "chances", "said"),
    [
        ((3, 1), (1, 2), "ascending scores"),
        ((1, 3), (2, 1), "chances that do not fall"),
        ((1, 3), (2, MILLION + 1), "from 0 to"),
        ((), (), "a chance for each score"),
    ],
)
def test_chances_that_are_none(scores: Any, chances: Any, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        replace(small(), scores=scores, chances=chances)


def test_a_column_that_this_version_has_not(tmp_path: Path) -> None:
    from clew.heuristics.change.model import columns
    from clew.heuristics.plain import Input, Output
    from clew.heuristics.plain import Transaction as Plain
    from clew.heuristics.transactions import Given
    from clew.schema import PUBKEYHASH

    outputs = tuple(Output(5_000 * (n + 1), PUBKEYHASH, n, is_fresh=n == 1) for n in range(2))
    given = Given([Plain((Input(9, PUBKEYHASH, 50_000),), outputs, height=3, size=200, base_size=200)])
    candidate, rows = columns(given)
    assert candidate.tolist() == [True, True]
    assert rows.shape == (2, len(column_names()))
    _, some = columns(given, ("rank", "fresh"))
    names = column_names()
    assert some.tolist() == rows[:, [names.index("rank"), names.index("fresh")]].tolist()
    with pytest.raises(RuleError, match="found 'moon'"):
        columns(given, ("moon",))


def test_the_file_states_its_digest(tmp_path: Path) -> None:
    write(tmp_path / "m.json", small())
    assert json.loads((tmp_path / "m.json").read_text())["digest"] == small().digest
