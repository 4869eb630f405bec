"""``simulate scenarios`` and ``simulate scenario``: what they print, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.cli.keys import COMMANDS
from clew.simulate.scenarios import SCENARIOS
from cli.process import Run
from cli.shape import check_keys

MINE = "from clew.simulate.scenarios import scenario\n@scenario\ndef my_own(story):\n    'Mine.'\n"


def test_the_list_names_every_scenario_once(inside: Run) -> None:
    ended = inside("simulate", "scenarios")
    assert ended.code == 0, ended
    for name, each in SCENARIOS.items():
        assert [
            line.split(None, 1)[1] for line in ended.out.splitlines() if line.split(None, 1)[:1] == [name]
        ] in (
            [each.title],
            [each.title, each.title],
        )


def test_the_list_as_json_has_the_documented_keys(inside: Run) -> None:
    ended = inside("simulate", "scenarios", "--json")
    found = json.loads(ended.out)
    assert check_keys(found, COMMANDS["simulate scenarios"]) == {
        key.name for key in COMMANDS["simulate scenarios"]
    }
    assert [each["name"] for each in found["scenarios"]] == list(SCENARIOS)


def test_a_scenario_is_written_and_said(inside: Run, tmp_path: Path) -> None:
    ended = inside("simulate", "scenario", "bridge", "-o", tmp_path / "it")
    assert ended.code == 0, ended
    assert ended.out.startswith(
        f"{tmp_path / 'it'}: bridge\nPart of an entity hangs on a single transaction.\n"
    )
    assert "of 8 addresses 5 stand without any one transaction" in ended.out
    assert sorted(each.name for each in (tmp_path / "it").iterdir()) == ["README.md", "blocks", "truth"]


def test_json_has_the_documented_keys(inside: Run, tmp_path: Path) -> None:
    ended = inside("simulate", "scenario", "sweep", "-o", tmp_path / "it", "--json")
    assert ended.code == 0, ended
    found = json.loads(ended.out)
    assert check_keys(found, COMMANDS["simulate scenario"]) == {
        key.name for key in COMMANDS["simulate scenario"]
    }
    assert found["folder"] == str(tmp_path / "it")
    payments = (tmp_path / "it" / "truth" / "payments.csv").read_text().splitlines()
    addresses = (tmp_path / "it" / "truth" / "addresses.csv").read_text().splitlines()
    assert (found["payments"], found["addresses"]) == (len(payments) - 1, len(addresses) - 1)
    label = found["labels"][0]
    assert any(line.startswith(f"{label['txid']},{label['vout']},{label['value']},") for line in payments)


def test_signed_it_is_another_chain_of_the_same_story(inside: Run, tmp_path: Path) -> None:
    pytest.importorskip("coincurve")
    plain, signed = (
        json.loads(inside("simulate", "scenario", "escrow", "--json", "-o", tmp_path / name, *options).out)
        for name, options in (("plain", ()), ("signed", ("--signed",)))
    )
    assert plain["tip"]["height"] == signed["tip"]["height"]
    assert plain["tip"]["hash"] != signed["tip"]["hash"]
    assert "Every signature is real." in (tmp_path / "signed" / "README.md").read_text()
    assert "Keys and signatures are filler." in (tmp_path / "plain" / "README.md").read_text()


def test_the_folder_is_named_after_the_scenario(
    clew: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(MINE)
    assert clew("simulate", "scenario", "mine.py").code == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.py", "my-own"]


@pytest.mark.parametrize(
    ("which", "said"),
    [
        (
            "peeling-chian",
            "clew simulate scenarios lists them), found 'peeling-chian'; did you mean peeling-chain?",
        ),
        ("", "expected the name of a scenario"),
        ("gone.py", "gone.py: cannot be read: No such file or directory; name a Python file"),
        ("/", "expected the name of a scenario"),
    ],
)
def test_what_is_no_scenario_is_one_line(clew: Run, tmp_path: Path, which: str, said: str) -> None:
    assert said in clew("simulate", "scenario", which, "-o", tmp_path / "it").failed_in_one_line()
    assert not (tmp_path / "it").exists()


def test_a_mistake_in_a_users_file_is_one_line(clew: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE + "    1 / 0\n")
    line = clew("simulate", "scenario", tmp_path / "mine.py", "-o", tmp_path / "it").failed_in_one_line()
    assert line == f"{tmp_path / 'mine.py'}, line 5: ZeroDivisionError: division by zero; correct the file"
    assert not (tmp_path / "it").exists()


def test_a_folder_in_use_is_refused_in_one_line(clew: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("here")
    line = clew("simulate", "scenario", "sweep", "-o", tmp_path).failed_in_one_line()
    assert line.startswith(f"{tmp_path}: expected an empty folder, or none yet")
    assert (
        clew("simulate", "scenario", "sweep", "-o", "/")
        .failed_in_one_line()
        .startswith("/: expected an empty")
    )
