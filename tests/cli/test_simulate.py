"""The command ``simulate bulk``: what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.cli.keys import COMMANDS
from cli.process import Run
from cli.shape import check_keys


def test_what_was_made_is_said(inside: Run, tmp_path: Path) -> None:
    ended = inside("simulate", "bulk", "--size", "1.5MB", "--seed", 3, "-o", tmp_path / "bulk")
    assert ended.code == 0, ended
    assert f"{tmp_path / 'bulk'}: 1.5 MB in 1 file" in ended.out
    assert "MB/s" in ended.out
    assert "OP_RETURN" in ended.out
    assert (tmp_path / "bulk" / "blk00000.dat").stat().st_size >= 1_500_000
    assert any((tmp_path / "bulk" / "xor.dat").read_bytes())


def test_json_has_the_documented_keys(inside: Run, tmp_path: Path) -> None:
    folder = tmp_path / "bulk"
    ended = inside("simulate", "bulk", "--size", "1 MB", "--recent", "--plain", "--json", "-o", folder)
    assert ended.code == 0, ended
    found = json.loads(ended.out)
    check_keys(found, COMMANDS["simulate bulk"])
    assert (found["recent"], found["folder"], found["seed"]) == (True, str(folder), 1)
    assert found["size"] == (folder / "blk00000.dat").stat().st_size
    assert (folder / "xor.dat").read_bytes() == bytes(8)


@pytest.mark.parametrize("size", ["ten", "10XB", "-1GB", "0", "999999", "11TB", "1e9", "", "10 G B"])
def test_a_size_that_is_none_is_one_line(clew: Run, tmp_path: Path, size: str) -> None:
    line = clew("simulate", "bulk", f"--size={size}", "-o", tmp_path / "bulk").failed_in_one_line()
    assert "Invalid value for '--size': expected a size" in line
    assert not (tmp_path / "bulk").exists()


def test_a_folder_in_use_is_refused_in_one_line(clew: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("here")
    line = clew("simulate", "bulk", "--size", "1MB", "-o", tmp_path).failed_in_one_line()
    assert line.startswith(f"{tmp_path}: expected an empty folder, or none yet")
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_without_a_size_one_line(clew: Run) -> None:
    assert "--size" in clew("simulate", "bulk").failed_in_one_line()
