"""The command ``verify`` on real blocks: what it prints, and how it ends where something differs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from clew.cli.keys import COMMANDS
from cli.process import Run
from cli.shape import check_keys


@pytest.fixture(scope="module")
def blocks(shared_data: Path) -> Path:
    return shared_data / "blocks" / "mainnet-0-4312-xor"


@pytest.fixture(scope="module")
def ledger(inside: Run, blocks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify") / "ledger"
    assert inside("index", blocks, "--ledger", folder, "--until", 300).code == 0
    return folder


@pytest.fixture(scope="module")
def damaged(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same blocks, one of them with a flipped bit in its coinbase."""
    folder = tmp_path_factory.mktemp("damaged")
    data = bytearray((shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat").read_bytes())
    at = 0
    for _ in range(200):
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    data[at + 150] ^= 1
    (folder / "blk00000.dat").write_bytes(data)
    return folder


def test_the_page(inside: Run, ledger: Path, blocks: Path) -> None:
    ended = inside("verify", "--ledger", ledger, "--against", blocks, "--all")
    assert (ended.code, ended.err) == (0, "")
    facts = dict(line.split("  ", 1) for line in ended.out.splitlines()[1:])
    facts = {name: text.strip() for name, text in facts.items()}
    assert facts["headers"] == "301"
    assert facts["blocks"].startswith("301 (all)")
    assert facts["undo records"].startswith("300 blocks")
    assert facts["not in the ledger"] == "4,012 blocks"
    assert facts["differences"] == "none found"


def test_the_files_alone(inside: Run, ledger: Path) -> None:
    ended = inside("verify", "--ledger", ledger)
    assert ended.code == 0
    assert "as committed" in ended.out
    found = json.loads(inside("verify", "--ledger", ledger, "--json").out)
    check_keys(found, COMMANDS["verify"])
    assert found["against"] is None


def test_a_sample_as_json_has_the_documented_keys(inside: Run, ledger: Path, blocks: Path) -> None:
    asked = ("verify", "--ledger", ledger, "--against", blocks, "--json", "--sample", 20)
    found = json.loads(inside(*asked, "--seed", 3).out)
    check_keys(found, COMMANDS["verify"])
    assert (found["against"]["blocks"], found["against"]["seed"], found["found"]) == (20, 3, 0)
    assert found["status"] == "none found"


def test_a_difference_is_listed_and_ends_in_one_line(inside: Run, ledger: Path, damaged: Path) -> None:
    ended = inside("verify", "--ledger", ledger, "--against", damaged, "--all")
    assert ended.code == 2
    assert ended.err.startswith("clew: ")
    assert ended.err.count("\n") == 1
    assert "1 difference found, the first: block file (block 200, file " in ended.err
    assert "block file (block 200" in ended.out
    assert f"{damaged / 'blk00000.dat'}" in ended.out
    told = inside("verify", "--ledger", ledger, "--against", damaged, "--all", "--json")
    found = json.loads(told.out)
    check_keys(found, COMMANDS["verify"])
    assert (told.code, found["found"], found["status"]) == (2, 1, "complete")
    assert found["by_column"] == [{"what": "block file", "findings": 1}]
    assert (found["findings"][0]["height"], found["findings"][0]["row"]) == (200, None)


def test_what_cannot_be_asked(clew: Run, ledger: Path, blocks: Path) -> None:
    def fails(*arguments: object) -> str:
        return clew("verify", "--ledger", ledger, *arguments).failed_in_one_line()

    assert "--against" in fails("--all")
    assert "--against" in fails("--sample", 3)
    assert "--all" in fails("--against", blocks, "--all", "--sample", 3)
    assert "--sample" in fails("--against", blocks, "--sample", -3)
    assert "none" in fails("--against", ledger / "none")
    assert "no ledger" in clew("verify").failed_in_one_line()


def test_damaged_places_in_the_ledgers_files_are_listed(inside: Run, ledger: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ledger"
    shutil.copytree(ledger, copy)
    (file,) = copy.glob("rows-*/outputs.value.low")
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(data)
    ended = inside("verify", "--ledger", copy)
    assert ended.code == 2
    said = f"ledger file (file {file}, offset 0): expected the bytes 0 to {len(data):,} that were committed"
    assert said in ended.out
    assert said in ended.err
    found = json.loads(inside("verify", "--ledger", copy, "--json").out)
    check_keys(found, COMMANDS["verify"])
    assert (found["files"]["damaged"], found["found"]) == (1, 1)
    assert (found["findings"][0]["file"], found["findings"][0]["offset"]) == (str(file), 0)
