"""The command ``index`` on real blocks: what it prints, and how it ends when it cannot go on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import fields
from pathlib import Path

import pytest

from clew.build import Summary
from clew.cli.keys import COMMANDS
from cli.process import PROGRAM, Run, surroundings
from cli.shape import check_keys


@pytest.fixture(scope="module")
def blocks(shared_data: Path) -> Path:
    return shared_data / "blocks" / "mainnet-0-4312"


def test_the_summary_and_the_status(clew: Run, blocks: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    ended = clew("index", blocks, "--ledger", ledger, "--threads", 2)
    assert ended.code == 0, ended
    lines = dict(line.split("  ", 1) for line in ended.out.splitlines()[1:])
    facts = {name.strip(): value.strip() for name, value in lines.items()}
    assert facts["blocks"] == "4,313"
    assert facts["transactions"] == "4,371"
    assert facts["tip"].startswith("00000000a9da6357")
    assert facts["added"] == "4,313 blocks, 4,371 transactions"
    assert "MB/s" in facts["rate"]
    status = clew("status", env={"CLEW_LEDGER": str(ledger)}).out
    assert "215,600.00000000 BTC" in status
    assert "4,149 outputs" in status
    assert "behind        0 blocks; the block files reach block 4,312" in status


def test_the_summary_as_json_has_the_documented_keys(clew: Run, blocks: Path, tmp_path: Path) -> None:
    ended = clew("index", blocks, "--ledger", tmp_path / "ledger", "--until", 200, "--json")
    assert ended.code == 0, ended
    assert ended.out.count("\n") == 1
    found = json.loads(ended.out)
    assert list(found) == [*(each.name for each in fields(Summary)), "alerts"]
    check_keys(found, COMMANDS["index"])
    assert (found["added_blocks"], found["tip"]["height"], found["resumed_from"]) == (201, 200, None)
    on = json.loads(clew("index", blocks, "--ledger", tmp_path / "ledger", "--until", 250, "--json").out)
    check_keys(on, COMMANDS["index"])
    assert (on["added_blocks"], on["tip"]["height"]) == (50, 250)


def test_a_plan_as_json_has_the_documented_keys(clew: Run, blocks: Path, tmp_path: Path) -> None:
    """Nothing is built, and the parts add up."""
    ended = clew("index", blocks, "--ledger", tmp_path / "ledger", "--plan", "--json")
    assert ended.code == 0, ended
    found = json.loads(ended.out)
    keys = COMMANDS["index --plan"]
    assert check_keys(found, keys) == {key.name for key in keys}
    assert found["counts"]["bytes"] == (blocks / "blk00000.dat").stat().st_size
    assert sum(found["ledger_by"].values()) == found["ledger"] <= found["disk_peak"]
    assert max(found["memory_by"].values()) == found["memory"]
    assert list(tmp_path.iterdir()) == []


def test_blocks_that_lie_there_twice_are_skipped(clew: Run, blocks: Path, tmp_path: Path) -> None:
    (tmp_path / "blocks").mkdir()
    for number in (0, 1):
        shutil.copy(blocks / "blk00000.dat", tmp_path / "blocks" / f"blk{number:05d}.dat")
    shown = clew("index", tmp_path / "blocks", "--ledger", tmp_path / "ledger", "--until", 9).out
    assert re.search(r"^ *duplicates skipped  4,313 blocks$", shown, re.MULTILINE), shown
    assert "notice: --until 9: 4,303 more blocks are in the files" in shown


def test_how_far_behind(clew: Run, blocks: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    clew("index", blocks, "--ledger", ledger, "--until", 200)
    assert "4,112 blocks; the block files reach block 4,312" in clew("status", "--ledger", ledger).out


def test_a_terminal_sees_progress_and_a_pipe_sees_none_of_it(
    clew: Run, terminal: Run, blocks: Path, tmp_path: Path
) -> None:
    shown = terminal("index", blocks, "--ledger", tmp_path / "one", columns=100)
    assert shown.code == 0
    assert "scan" in shown.out
    assert "1 file of 1 file" in shown.out
    assert "0 bytes of 965.5 kB" in shown.out
    assert "block 4,312" in shown.out
    piped = clew("index", blocks, "--ledger", tmp_path / "two")
    assert "\x1b" not in piped.out + piped.err
    assert "━" not in piped.err


def test_what_cannot_be_read_is_one_line_and_leaves_nothing(clew: Run, blocks: Path, tmp_path: Path) -> None:
    def fails(*arguments: object) -> str:
        line = clew("index", *arguments, "--ledger", tmp_path / "ledger").failed_in_one_line()
        assert not (tmp_path / "ledger").exists()
        return line

    (tmp_path / "empty").mkdir()
    assert str(tmp_path / "none") in fails(tmp_path / "none")
    assert str(tmp_path / "empty") in fails(tmp_path / "empty")
    assert "testnet3" in fails(blocks, "--network", "testnet3")
    cut = tmp_path / "cut"
    cut.mkdir()
    data = (blocks / "blk00000.dat").read_bytes()
    (cut / "blk00000.dat").write_bytes(data[:500] + bytes([data[500] ^ 1]) + data[501:])
    assert "blk00000.dat" in fails(cut)


def test_a_folder_with_other_things_in_it_is_left_alone(clew: Run, blocks: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    assert str(tmp_path) in clew("index", blocks, "--ledger", tmp_path).failed_in_one_line()
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent otherwise there")
def test_stopped_by_the_user_is_one_line_and_goes_on(clew: Run, blocks: Path, tmp_path: Path) -> None:
    many = tmp_path / "blocks"
    many.mkdir()
    shutil.copy(blocks / "blk00000.dat", many)
    ledger = tmp_path / "ledger"
    process = subprocess.Popen(
        [*PROGRAM, "index", str(many), "--ledger", str(ledger)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(), encoding="utf-8",
    )  # fmt: skip
    while not ledger.exists() and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    if process.returncode:
        assert (process.returncode, out) == (2, "")
        assert err.startswith("clew: ")
        assert err.count("\n") == 1
    again = clew("index", many, "--ledger", ledger)
    assert (again.code, "4,313" in again.out) == (0, True)
