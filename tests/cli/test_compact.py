"""The command ``compact``: what it prints, and how it ends where there is nothing to compact."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.cli.keys import COMMANDS
from clew.simulate.blockfile import write_block_files
from clew.simulate.chain import Chain
from clew.simulate.locks import lock
from cli.process import Run
from cli.shape import check_keys


@pytest.fixture
def ledger(inside: Run, tmp_path: Path) -> Path:
    """One that was extended once."""
    chain = Chain()
    chain.mine(lock("miner"), count=12)
    write_block_files(tmp_path / "blocks", chain.raw_blocks, network=chain.network)
    for more in (("--until", 9), ()):
        asked = ("index", tmp_path / "blocks", "--ledger", tmp_path / "ledger", "--network", "regtest", *more)
        assert inside(*asked).code == 0
    return tmp_path / "ledger"


def test_the_page(inside: Run, ledger: Path) -> None:
    before = json.loads(inside("digest", "--ledger", ledger, "--json").out)
    ended = inside("compact", "--ledger", ledger)
    assert (ended.code, ended.err) == (0, "")
    assert "regtest, block 12, compacted" in ended.out
    assert "1 folder of rows, 2 segments" in ended.out
    assert json.loads(inside("digest", "--ledger", ledger, "--json").out) == before
    again = inside("compact", "--ledger", ledger)
    assert again.out == f"{ledger}: regtest, block 12, compact already; nothing changed\n"
    assert inside("verify", "--ledger", ledger).code == 0


def test_json_has_the_documented_keys(inside: Run, ledger: Path) -> None:
    for compacted in (True, False):
        found = json.loads(inside("compact", "--ledger", ledger, "--json", "--threads", 1).out)
        check_keys(found, COMMANDS["compact"])
        assert found["compacted"] is compacted


def test_what_is_no_ledger(inside: Run, tmp_path: Path) -> None:
    ended = inside("compact", "--ledger", tmp_path / "none")
    assert "no such folder" in ended.failed_in_one_line()
    assert not (tmp_path / "none").exists()
