"""``clew rules``, and rules of one's own asked about a transaction."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from clew.cli.keys import COMMANDS, EVERY, QUESTIONS
from clew.heuristics.registry import RULES
from clew.heuristics.shelf import shipped
from cli.process import Run
from cli.shape import check_keys

PROJECT = Path(__file__).resolve().parents[2]
# Block 170: the first payment between two people.
PAYMENT = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"

MINE = '''
import numpy as np
from clew.heuristics.registry import heuristic

@heuristic("two_outputs", 3)
def two_outputs(transactions):
    """Yes where a transaction has two outputs. No otherwise."""
    return np.where(np.diff(transactions.first_output) == 2, 2, 0).astype(np.int8)

@heuristic("large_output", 1, about="output")
def large_output(transactions):
    """Unknown of outputs above 20 BTC."""
    return (transactions.value > 20 * 10**8).astype(np.int8)
'''


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    before = dict(shipped())
    yield file  # type: ignore[misc]
    RULES.clear()
    RULES.update(before)


def test_every_shipped_rule_is_listed(inside: Run) -> None:
    found = json.loads(inside("rules", "--json").out)
    check_keys(found, COMMANDS["rules"])
    names = [each["name"] for each in found["rules"]]
    assert names == sorted(shipped())
    assert {"joinmarket", "wasabi_1", "wasabi_1_1", "wabisabi", "whirlpool", "tx0", "payjoin"} <= set(names)
    lines = inside("rules").out.splitlines()
    assert len(lines) == len(names) + 1
    for name, line in zip(names, lines[1:], strict=True):
        assert line.startswith(f"{name} ")
        assert line.endswith(".")


def test_the_documentation_of_one(inside: Run) -> None:
    out = inside("rules", "whirlpool").out
    assert out.startswith("whirlpool 1\n")
    (found,) = json.loads(inside("rules", "whirlpool", "--json").out)["rules"]
    assert " ".join(found["doc"].split()) in " ".join(out.split())


def test_an_unknown_rule(inside: Run) -> None:
    assert inside("rules", "nothing").failed_in_one_line().startswith("rule nothing: expected one of ")


def test_a_file_of_ones_own_is_listed(inside: Run, mine: Path) -> None:
    found = json.loads(inside("rules", "--rules", mine, "--json").out)["rules"]
    assert [each["name"] for each in found] == ["large_output", "two_outputs"]
    assert [each["says"] for each in found] == [
        "Unknown of outputs above 20 BTC.", "Yes where a transaction has two outputs.",
    ]  # fmt: skip
    assert inside("rules", "two_outputs", "--rules", mine).out.startswith("two_outputs 3\n")


def test_ones_own_rules_say_what_they_think_of_a_transaction(
    inside: Run, early_chain: Path, mine: Path
) -> None:
    asked = ("tx", PAYMENT, "--rules", mine, "--ledger", early_chain)
    found = json.loads(inside(*asked, "--json").out)
    check_keys(found, (*EVERY, *QUESTIONS["tx"]))
    assert [(each["name"], each["version"], each["answers"]) for each in found["own_rules"]] == [
        ("two_outputs", 3, ["yes"]), ("large_output", 1, ["no", "unknown"]),
    ]  # fmt: skip
    assert "own rule large_output 1" in inside(*asked).out


def test_a_rule_that_raises_is_named_with_its_block(inside: Run, early_chain: Path, mine: Path) -> None:
    mine.write_text(MINE.replace("== 2, 2, 0", "== 2, 2, 0, 0"))
    said = inside("tx", PAYMENT, "--rules", mine, "--ledger", early_chain).failed_in_one_line()
    assert said.startswith("rule two_outputs: TypeError:")
    assert "at block 170" in said


def test_a_file_that_does_not_import(inside: Run, early_chain: Path, mine: Path) -> None:
    mine.write_text("import nothing_of_the_kind\n")
    said = inside("tx", PAYMENT, "--rules", mine, "--ledger", early_chain).failed_in_one_line()
    assert said.startswith(f"{mine}:1: the file of rules does not import: ModuleNotFoundError")


def test_the_page_of_rules_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_rules", PROJECT / "tools" / "make_rules.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (PROJECT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == tool.page(), "run: make docs"
