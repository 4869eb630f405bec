"""``clew score`` and ``clew validate``: what they say, and what they refuse before anything is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from accuracy.economy import Scored
from clew.cli.accuracy_keys import ACCURACY
from clew.heuristics.registry import RULES
from cli.process import Run
from cli.shape import check_keys

pytest.importorskip("typst", reason="the extra report is not installed")


def test_a_score_is_said_to_programs_and_to_people(inside: Run, scored: Scored) -> None:
    asked = ("score", "--truth", scored.folder, "--ledger", scored.ledger.path)
    ended = inside(*asked, "--json")
    assert (ended.code, ended.out.count("\n")) == (0, 1), ended
    found = json.loads(ended.out)
    met = check_keys(found, ACCURACY["score"])
    assert met >= {key.name for key in ACCURACY["score"]} - {"subjects[].rules[].name"}
    assert found["rank"] == 4
    assert found["economies"][0]["truth"]["world"] == "2021-merging"
    shown = inside(*asked)
    assert shown.code == 0
    assert shown.out.startswith("Rank 4 of 4: our own worlds")
    assert "Known failures, by form of transaction" in shown.out
    assert "No figure here is the probability" in shown.out


def test_the_ledger_may_be_named_before_the_command_or_by_the_variable(
    inside: Run,
    scored: Scored,
) -> None:
    for arguments, variables in (
        (("--ledger", scored.ledger.path, "score"), {}),
        (("score",), {"CLEW_LEDGER": str(scored.ledger.path)}),
    ):
        ended = inside(*arguments, "--truth", scored.folder, "--rank", 3, "--json", env=variables)
        assert ended.code == 0, ended
        assert json.loads(ended.out)["rank_means"] == "worlds by others"


def test_a_rule_of_ones_own_is_scored(
    inside: Run, scored: Scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Forgotten again after the test.
    monkeypatch.setitem(RULES, "never_change", None)
    del RULES["never_change"]
    path = tmp_path / "mine.py"
    path.write_text(
        "import numpy as np\n"
        "from clew.heuristics.registry import CHANGE, OUTPUT, heuristic\n"
        "@heuristic('never_change', 1, about=OUTPUT, kind=CHANGE)\n"
        "def never_change(transactions):\n"
        "    '''No output is change.'''\n"
        "    return np.zeros(transactions.outputs, np.int8)\n"
    )
    asked = ("score", "--truth", scored.folder, "--ledger", scored.ledger.path, "--rules", path, "--json")
    ended = inside(*asked)
    assert ended.code == 0, ended
    figures = [each for each in json.loads(ended.out)["figures"] if each["subject"] == "never_change"]
    recall = next(each for each in figures if (each["measure"], each["by"]) == ("recall", ""))
    assert recall["hits"] == 0
    assert recall["of"] > 100
    path.write_text(path.read_text().replace("np.int8", "np.int64"))
    assert "rule never_change: expected" in inside(*asked).failed_in_one_line()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("score",), "--truth: expected at least one"),
        (("score", "--truth", "x"), "found 0 for 1"),
        (("score", "--truth", "x", "--truth", "y", "--ledger", "z"), "found 1 for 2"),
        (("score", "--truth", "x", "--ledger", "nowhere"), "nowhere"),
        (("score", "--truth", "x", "--ledger", "y", "--rank", 5), "expected a number up to 4"),
        (("score", "--truth", "x", "--ledger", "y", "--rules", "none.py"), "none.py: expected a Python file"),
        (("validate",), "Missing option"),
        (("validate", "-o", "a.txt"), "expected a file that ends in"),
        (("validate", "-o", "nowhere/a.pdf"), "there is no folder"),
        (("validate", "-o", "a.pdf", "--worlds", "nowhere"), "expected a world"),
        (("validate", "-o", "a.pdf", "--worlds", ","), "expected names of worlds"),
        (("validate", "-o", "a.pdf", "--worlds", "2015,2015"), "expected each world once"),
        (("validate", "-o", "a.pdf", "--seeds", 0), "expected 1 or a greater number"),
        (("validate", "-o", "a.pdf", "--truth", "x"), "found 0 for 1"),
        (("validate", "-o", "a.pdf", "--ledger", "x"), "found 1 for 0"),
        (("validate", "-o", "a.pdf", "--rank", 3), "--rank: expected with --truth"),
        (
            ("validate", "-o", "a.pdf", "--truth", "x", "--ledger", "y", "--rank", 3, "--worlds", "2012"),
            "--rank: expected 4 beside --worlds",
        ),
        (("validate", "none.json", "-o", "a.pdf"), "none.json: expected what clew validate wrote"),
    ],
)
def test_what_cannot_be_scored_is_one_line(
    inside: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[object, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in inside(*arguments).failed_in_one_line()
    assert not list(tmp_path.iterdir())


def test_a_mistyped_world_is_told_before_anything_is_scored(
    inside: Run, scored: Scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("scored before worlds were looked up")

    monkeypatch.setattr("clew.cli.validate.one", never)
    asked = ("validate", "--truth", scored.folder, "--ledger", scored.ledger.path, "--worlds", "2012,nowhere")
    assert "expected a world" in inside(*asked, "-o", tmp_path / "a.json").failed_in_one_line()


def test_the_variable_alone_names_no_ledger_to_be_validated(
    inside: Run, scored: Scored, tmp_path: Path
) -> None:
    part, again = tmp_path / "part.json", tmp_path / "again.json"
    asked = ("validate", "--truth", scored.folder, "--ledger", scored.ledger.path)
    assert inside(*asked, "-o", part).code == 0
    ended = inside("validate", part, "-o", again, env={"CLEW_LEDGER": "nowhere"})
    assert ended.code == 0, ended
    assert again.read_bytes() == part.read_bytes()


def test_a_truth_of_another_chain_is_one_line(inside: Run, scored: Scored, tmp_path: Path) -> None:
    totals = json.loads((scored.folder / "truth" / "totals.json").read_text())
    (tmp_path / "totals.json").write_text(json.dumps({**totals, "tip": "12" * 32}))
    ended = inside("score", "--truth", tmp_path, "--ledger", scored.ledger.path)
    assert "this truth belongs to another chain" in ended.failed_in_one_line()


def test_a_validation_is_written_in_parts_and_put_together(
    inside: Run,
    scored: Scored,
    tmp_path: Path,
) -> None:
    first, second, report = (tmp_path / name for name in ("first.json", "second.json", "report.html"))
    asked = ("validate", "--truth", scored.folder, "--ledger", scored.ledger.path, "--json")
    ended = inside(*asked, "-o", first)
    assert ended.code == 0, ended
    said = json.loads(ended.out)
    assert check_keys(said, ACCURACY["validate"]) == {key.name for key in ACCURACY["validate"]}
    check_keys(json.loads(first.read_text()), ACCURACY["score"])
    made = inside(
        "validate", "--worlds", "2012", "--seeds", 1, "--first-seed", 4, "--blocks", 260, "--people", 60,
        "-o", second,
    )  # fmt: skip
    assert made.code == 0, made
    assert "world 2012, seed 4: scored in" in made.err
    origins = [each for each in json.loads(second.read_text())["figures"] if each["about"] == "origins"]
    sums = [each for each in origins if each["measure"] == "satoshi exact"]
    assert [each["subject"] for each in sums] == [f"{share} % of tags" for share in (100, 50, 20, 5)]
    assert all(each["hits"] == each["of"] > 0 for each in sums)
    whole = inside("validate", first, second, "-o", report, "--json")
    assert whole.code == 0, whole
    assert json.loads(whole.out)["economies"] == 2
    words = report.read_text()
    assert "2021-merging" in words
    assert "2012" in words
    assert "Origins of payments" in words
    # The same parts give the same bytes; the same economy twice is refused.
    before = report.read_bytes()
    inside("validate", first, second, "-o", report)
    assert report.read_bytes() == before
    assert "expected each economy once" in inside("validate", first, first, "-o", report).failed_in_one_line()
    assert report.read_bytes() == before
