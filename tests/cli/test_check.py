"""The command ``check``: what it prints, and how it ends where something differs."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from check.chains import Made
from clew.cli.keys import COMMANDS
from cli.process import Run
from cli.shape import check_keys
from naive.trace import Question, seal, trace


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(5, most=6)


@pytest.fixture(scope="module")
def blocks(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.write(tmp_path_factory.mktemp("blocks"))


@pytest.fixture(scope="module")
def told(made: Made) -> dict[str, Any]:
    return trace(made.blocks, made.coins[:6], Question())


def test_a_right_trace(inside: Run, told: dict[str, Any], blocks: Path, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    ended = inside("check", file, "--against", blocks)
    assert (ended.code, ended.err) == (0, "")
    assert "none found" in ended.out
    assert "services, unknown holders, coinjoins" in " ".join(ended.out.split())
    found = json.loads(inside("check", file, "--against", blocks, "--json", "--quick").out)
    check_keys(found, COMMANDS["check"])
    assert (found["found"], found["quick"], found["trace"]) == (0, True, str(file))


def test_an_altered_trace(inside: Run, told: dict[str, Any], blocks: Path, tmp_path: Path) -> None:
    other = deepcopy(told)
    other["transactions"][0]["height"] += 1
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(seal(other)), encoding="utf-8")
    ended = inside("check", file, "--against", blocks)
    assert ended.code == 2
    assert "1 difference found, the first: transactions." in ended.err
    assert ended.err.count("\n") == 1
    ended = inside("check", file, "--against", blocks, "--json")
    found = json.loads(ended.out)
    check_keys(found, COMMANDS["check"])
    assert (ended.code, found["found"], len(found["findings"])) == (2, 1, 1)


def test_what_cannot_be_checked(clew: Run, blocks: Path, tmp_path: Path) -> None:
    assert "No such file" in clew("check", tmp_path / "none.json", "--against", blocks).failed_in_one_line()
    assert "--against" in clew("check", tmp_path / "none.json").failed_in_one_line()
