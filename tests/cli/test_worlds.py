"""The command ``simulate worlds``: lists, figures, files written and files checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.cli.keys import COMMANDS
from clew.simulate.worlds.load import available, load
from clew.simulate.worlds.model import entries
from cli.process import Run
from cli.shape import check_keys


def test_worlds_are_listed(inside: Run) -> None:
    ended = inside("simulate", "worlds")
    assert ended.code == 0, ended
    lines = ended.out.splitlines()
    assert lines[0].split() == ["world", "era", "span", "figures", "guesses", "about"]
    assert [line.split()[0] for line in lines[1:]] == list(available())


def test_the_list_as_json(inside: Run) -> None:
    found = json.loads(inside("simulate", "worlds", "--json").out)
    keys = COMMANDS["simulate worlds"]
    assert check_keys(found, keys) == {key.name for key in keys}
    for row in found["worlds"]:
        assert row["figures"] == len(list(entries(load(row["name"]))))
        assert 0 < row["guesses"] < row["figures"]


def test_figures_with_range_and_source(inside: Run) -> None:
    ended = inside("simulate", "worlds", "2015", "--limit", 0)
    assert ended.code == 0, ended
    line = next(each for each in ended.out.splitlines() if each.startswith("people.custodial "))
    assert line.split()[1:6] == ["0.35", "0.15", "to", "0.6", "guess"]
    assert "custodians.exchange-a.deposit_script" in ended.out
    assert "shows all" not in ended.out


def test_figures_are_paged(inside: Run) -> None:
    ended = inside("simulate", "worlds", "2015", "--limit", 2, "--offset", 4)
    whole = len(list(entries(load("2015"))))
    assert ended.out.splitlines()[-1] == f"2 of {whole} figures, after the first 4; --limit 0 shows all"
    found = json.loads(inside("simulate", "worlds", "2015", "--limit", 2, "--offset", 4, "--json").out)
    assert [row["place"] for row in found["rows"]] == ["time.hours", "time.weekend"]
    assert (found["status"], found["shown"], found["found"]) == ("cut", 2, whole)


@pytest.mark.parametrize("name", ["2015", "2025-shared"])
def test_figures_as_json_have_the_documented_keys(inside: Run, name: str) -> None:
    found = json.loads(inside("simulate", "worlds", name, "--limit", 0, "--json").out)
    keys = COMMANDS["simulate worlds NAME"]
    assert check_keys(found, keys) == {key.name for key in keys}
    assert found["status"] == "complete"
    kinds = [row["kind"] for row in found["rows"]]
    assert kinds.count("guess") == found["guesses"]
    values = {row["place"]: row["value"] for row in found["rows"]}
    assert values["wallets.core.low_r"] is (name != "2015")
    assert isinstance(values["money.price"], dict)


def test_a_world_is_written_to_start_from(inside: Run, tmp_path: Path) -> None:
    ended = inside("simulate", "worlds", "2021-merging", "--yaml")
    assert ended.code == 0, ended
    path = tmp_path / "mine.yaml"
    path.write_text(ended.out, encoding="utf-8")
    assert load(path) == load("2021-merging")
    checked = inside("simulate", "worlds", "--check", path)
    assert (checked.code, checked.out.startswith(f"{path}: world 2021-merging, 2021-01-01 to ")) == (0, True)
    found = json.loads(inside("simulate", "worlds", "--check", path, "--json").out)
    assert check_keys(found, COMMANDS["simulate worlds"])
    shown = inside("simulate", "worlds", path, "--limit", 1)
    assert shown.out.startswith("2021-merging: The year 2021")


def test_a_file_that_is_no_world_is_told_by_its_line(inside: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text('name: mine\nbased_on: "2015"\nabout: Mine.\npeple: {}\n', encoding="utf-8")
    ended = inside("simulate", "worlds", "--check", path)
    assert ended.code == 2
    assert ended.err == f"clew: {path}:4: peple: expected a known key, found 'peple'; did you mean people?\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("2013",), "expected a world (2012, 2015, "),
        (("--yaml",), "--yaml: expected the name of a world, found none"),
        (("2015", "--yaml", "--json"), "expected --yaml or --json, found both"),
        (("2015", "--check", "x.yaml"), "--check: expected it alone, found 2015 too"),
        (("--yaml", "--check", "x.yaml"), "--check: expected it alone, found --yaml too"),
        (("--check", "nowhere.yaml"), "nowhere.yaml: expected a world file, but it cannot be read: "),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(inside: Run, arguments: tuple[str, ...], said: str) -> None:
    ended = inside("simulate", "worlds", *arguments)
    assert ended.code == 2
    assert ended.err.startswith(f"clew: {said}")


def test_the_worst_world_is_refused_its_file_before_the_search(inside: Run, tmp_path: Path) -> None:
    search = ("simulate", "worlds", "2015", "--worst", "payments", "--trials", 1000, "-o")
    (tmp_path / "mine.yaml").write_text("mine")
    for name in ("mine.yaml", "none/worst.yaml"):
        assert "expected a file to make" in inside(*search, tmp_path / name).failed_in_one_line()
