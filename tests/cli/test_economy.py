"""The command ``simulate economy``: what it says, and what it refuses in one line before anything is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.cli.keys import COMMANDS
from cli.process import PROJECT, Run
from cli.shape import check_keys

SMALL = ("--blocks", 260, "--people", 60, "--payments", 40, "--payers", 20, "--accounts", 10)


def test_what_was_made_is_said_to_programs(inside: Run, tmp_path: Path) -> None:
    ended = inside("simulate", "economy", "-o", tmp_path / "made", *SMALL, "--json")
    assert (ended.code, ended.out.count("\n")) == (0, 1), ended
    found = json.loads(ended.out)
    keys = COMMANDS["simulate economy"]
    assert check_keys(found, keys) == {key.name for key in keys}
    assert (found["blocks"], found["people"], found["signed"]) == (260, 60, False)
    assert sorted(each.name for each in (tmp_path / "made").iterdir()) == [
        "README.md", "blocks", "prices.csv", "tagpacks", "truth",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--era", "1999"), "expected an era"),
        (("--era", "2012", "--world", "2015"), "found both"),
        (("--world", "nowhere"), "expected a world"),
        (("--world", "nowhere.yaml"), "cannot be read"),
        (("--colour", "blue"), "No such option"),
        (("--blocks", 99), "a coinbase cannot be spent for 100 blocks"),
        (("--blocks", 10**9), "ask for fewer"),
        (("--people", 0), "there must be somebody"),
        (("--payments", 0), "the service must be paid"),
        (("--payments", 5, "--payers", 10), "5 payments of 10 payers"),
        (("--accounts", 10**9), "ask for fewer"),
        (("--seed", -1), "expected 0 or a greater number"),
    ],
)
def test_what_cannot_be_made_is_one_line(
    inside: Run, tmp_path: Path, arguments: tuple[object, ...], said: str
) -> None:
    ended = inside("simulate", "economy", "-o", tmp_path / "made", *arguments)
    assert said in ended.failed_in_one_line()
    assert not list(tmp_path.iterdir())


def test_a_folder_with_things_in_it_and_a_file_are_kept(inside: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    for folder, said in ((tmp_path, "found things in it"), (mine, "found a file")):
        assert said in inside("simulate", "economy", "-o", folder).failed_in_one_line()
    assert [each.read_text() for each in tmp_path.iterdir()] == ["mine"]


def test_a_world_with_a_mistake_is_one_line(inside: Run, tmp_path: Path) -> None:
    text = (PROJECT / "docs" / "small-world.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text.replace("noise: {is: 0.01", "noise: {is: 7"), encoding="utf-8")
    line = inside("simulate", "economy", "--world", wrong, "-o", tmp_path / "made").failed_in_one_line()
    assert "money.noise.is: expected 0 to 0.5, found 7" in line
    assert not (tmp_path / "made").exists()
