"""Training: the same truth gives the same file, chances are honest on what was left out, and calibration
never falls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.heuristics.change.model import MILLION, ChangeModel, column_names
from clew.training.crossing import folds, shared, wilson
from clew.training.fit import Recipe, calibration, distinct, grow
from clew.training.sample import Sample, from_truth
from clew.training.train import train

RECIPE = Recipe(trees=6, leaves=5, hessian=4.0)
SMALL_DIGEST = "32879d8f37603c016014270b6aec0e3a6f01939b3e1283a3a1d885ef90f71dc4"
LIGHTGBM = "4.7.0"


@pytest.fixture
def grower() -> str:
    """The version of LightGBM."""
    return str(pytest.importorskip("lightgbm", reason="needs the extra model").__version__)


def made(seed: int, groups: Sequence[str] = ("a", "b"), count: int = 4_000) -> Sample:
    """Rows drawn so that two columns tell most of what is right, each of a transaction of its own."""
    dice = np.random.default_rng(seed)
    names = column_names()
    rows = dice.integers(0, 3, (count, len(names))).astype(np.int16)
    odds = (rows[:, 2] - 1) * 2.0 + (rows[:, 5] == 2) * 1.5
    right = dice.random(count) < 1 / (1 + np.exp(-odds))
    return Sample(
        f"made {seed}", names, rows, np.arange(count), np.arange(count), right,
        dice.random(count) < 0.95, np.ones(count), dice.integers(0, len(groups), count), tuple(groups),
    )  # fmt: skip


def test_the_same_truth_gives_the_same_model(grower: str) -> None:
    one, other = (train([made(1), made(2)], RECIPE) for _ in range(2))
    assert one.model.text() == other.model.text()
    assert one.model.digest != train([made(1), made(3)], RECIPE).model.digest
    if grower == LIGHTGBM:
        assert one.model.digest == SMALL_DIGEST


def test_chances_are_better_than_the_base_rate_and_right_on_what_was_left_out(grower: str) -> None:
    done = train([made(1), made(2)], replace(RECIPE, trees=30))
    assert [(each["kind"], each["left_out"]) for each in done.folds] == [
        ("world", "made 1"), ("world", "made 2"), ("wallet", "a"), ("wallet", "b"),
    ]  # fmt: skip
    for each in done.folds:
        assert each["log_loss"] < each["base_loss"]
    for each in done.curve:
        if each["outputs"] > 300:
            assert each["right"] / each["outputs"] == pytest.approx(each["mean"], abs=0.08)


def test_trees_as_whole_numbers_say_what_lightgbm_says(grower: str) -> None:
    import lightgbm

    sample = made(1)
    model = grow([sample], RECIPE)
    from clew.training.fit import SCALE, pooled

    rows, right, weight = pooled([sample])
    data = lightgbm.Dataset(rows.astype(np.float64), right.astype(np.float64), weight=weight)
    grown = lightgbm.train(RECIPE.parameters(), data, RECIPE.trees)
    wanted = grown.predict(sample.rows.astype(np.float64), raw_score=True)
    assert model.score(sample.rows) / SCALE == pytest.approx(wanted, abs=RECIPE.trees / SCALE)


def test_nothing_to_learn_is_said(grower: str) -> None:
    sample = made(1)
    with pytest.raises(UsageError, match="expected outputs that are change and others"):
        train([replace(sample, right=np.ones(len(sample), bool))], RECIPE)


def test_without_the_package_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "lightgbm", None)
    with pytest.raises(UsageError, match=r"needs the package lightgbm.*pip install 'clew\[model\]'"):
        train([made(1), made(2)], RECIPE)


def test_each_fold_leaves_its_own_out() -> None:
    samples = [made(1), made(2)]
    for kind, name, rest, out in folds(samples):
        assert sum(map(len, rest)) + sum(map(len, out)) == sum(map(len, samples))
        if kind == "world":
            assert name not in [each.source for each in rest]
        else:
            assert all(name not in np.array(each.groups)[each.group] for each in rest)


@given(st.lists(st.tuples(st.integers(-200_000, 200_000), st.booleans()), min_size=1, max_size=60))
def test_chances_never_fall_and_are_never_certain(seen: list[tuple[int, bool]]) -> None:
    scores, right = (np.array(each) for each in zip(*seen, strict=True))
    knots, chances = calibration(scores, right, np.ones(len(seen)))
    assert list(knots) == sorted(set(knots))
    assert list(chances) == sorted(chances)
    assert 0 < chances[0] <= chances[-1] < MILLION
    model = ChangeModel(
        1,
        ("x",),
        {name: [] for name in ("feature", "threshold", "left", "right", "leaf", "roots")},
        knots,
        chances,
    )
    assert model.calibrated(scores).sum() / MILLION == pytest.approx(right.sum(), abs=2 * len(knots))


def test_pooling_of_violators_by_hand() -> None:
    scores = np.repeat(np.array([0, 1, 2, 3]) * 4096, 100)
    right = np.concatenate([np.arange(100) < share for share in (10, 60, 40, 90)])
    knots, chances = calibration(scores, right, np.ones(400))
    assert knots == (0, 4096, 3 * 4096)
    assert chances == (round(MILLION * 11 / 102), round(MILLION * 101 / 202), round(MILLION * 91 / 102))


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans(), st.integers(1, 5)), min_size=1)
)
def test_equal_rows_are_put_together(seen: list[tuple[int, int, bool, int]]) -> None:
    rows = np.array([each[:2] for each in seen], np.int16)
    found = distinct(rows, np.array([each[2] for each in seen]), np.array([each[3] for each in seen], float))
    wanted: dict[tuple[int, int, bool], float] = {}
    for a, b, right, weight in seen:
        wanted[a, b, right] = wanted.get((a, b, right), 0.0) + weight
    mine = zip(found[0].tolist(), found[1].tolist(), found[2].tolist(), strict=True)
    assert {(row[0], row[1], right): weight for row, right, weight in mine} == wanted


def test_a_transaction_has_one_change_at_most() -> None:
    sample = replace(made(1, count=6), transaction=np.array([0, 0, 1, 1, 2, 2]))
    model = ChangeModel(
        1,
        sample.columns,
        {name: [] for name in ("feature", "threshold", "left", "right", "leaf", "roots")},
        (0, 10),
        (100, 900_000),
    )
    chances = shared(model, sample, np.array([10, 10, 10, 0, 0, 0]))
    assert chances.tolist() == [500_000, 500_000, 900_000, 100, 100, 100]


def test_wilson_by_hand() -> None:
    assert wilson(0, 0) is None
    assert wilson(10, 10) == pytest.approx(0.7224672, abs=1e-6)
    assert wilson(985, 1000) == pytest.approx(0.9754017, abs=1e-4)


def test_one_command_trains_on_an_economy_and_on_what_a_ledger_reveals(grower: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from click.testing import CliRunner

    from clew.cli import program

    def run(*arguments: object) -> str:
        done = CliRunner().invoke(program, [*map(str, arguments)])
        assert done.exit_code == 0, done.output
        return done.stdout

    economy, ledger = tmp_path / "economy", tmp_path / "ledger"
    run("simulate", "economy", "-o", economy, "--blocks", 200, "--people", 300, "--accounts", 100)
    run("index", economy / "blocks", "--network", "regtest", "--ledger", ledger)
    small = ("--trees", 5, "--leaves", 7)
    told = json.loads(run("train", "-o", tmp_path / "a.json", "--truth", economy, ledger, *small, "--json"))
    again = json.loads(run("train", "-o", tmp_path / "b.json", "--truth", economy, ledger, *small, "--json"))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert told["digest"] == again["digest"] == ChangeModel.read(tmp_path / "a.json").digest
    assert {each["kind"] for each in told["folds"]} == {"wallet"}
    sample = from_truth(economy, ledger)
    assert told["recipe"]["samples"][0]["outputs"] == len(sample)
    page = run("train", "-o", tmp_path / "c.json", "--revealed", ledger, *small)
    assert "learned from" in page
    model = ChangeModel.read(tmp_path / "c.json")
    assert "change revealed up to height" in model.recipe["samples"][0]["source"]
    run("cluster", "extended", "--model", tmp_path / "c.json", "--ledger", ledger, "--json")
    sets = json.loads(run("cluster", "--list", "--ledger", ledger, "--json"))["sets"]
    assert [each["name"] for each in sets] == ["strict", "extended"]
    assert sets[1]["model"] == model.digest
    run("entity", next(iter(_addresses(ledger))), "--rules", "extended", "--ledger", ledger)


def _addresses(ledger: Path) -> list[str | None]:
    from clew.ledger.ledger import Ledger

    state = Ledger(ledger)
    return [state.address_text(number) for number in range(3)]
