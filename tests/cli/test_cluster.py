"""The command ``cluster``: what it prints, and how it ends where it cannot do what is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from build.nodes import built, node
from build.test_sets import model, payments
from clew.cli.keys import COMMANDS
from clew.heuristics.registry import RULES
from clew.ledger.ledger import Ledger
from clew.ledger.sets import FOLDER, open_set
from clew.simulate.blockfile import write_block_files
from clew.simulate.chain import Chain
from clew.simulate.locks import lock
from clew.training.train import write
from cli.process import Run
from cli.shape import check_keys
from naive.tags import pack

RULE = '''
import numpy as np
from clew.heuristics.registry import CONTROL, heuristic

@heuristic("pairs", 1, kind=CONTROL)
def pairs(transactions):
    """Transactions of two inputs."""
    return np.where(np.diff(transactions.first_input) == 2, 2, 0).astype(np.int8)
'''

SET = f"""{RULE}
from clew.heuristics.rulesets import RuleSet
RULESET = RuleSet("two", pairs)
"""


@pytest.fixture
def ledger(inside: Run, tmp_path: Path) -> Path:
    """A small ledger."""
    chain = Chain()
    chain.mine(lock("miner"), count=12)
    write_block_files(tmp_path / "blocks", chain.raw_blocks, network=chain.network)
    asked = ("index", tmp_path / "blocks", "--ledger", tmp_path / "ledger", "--network", "regtest")
    assert inside(*asked).code == 0
    return tmp_path / "ledger"


@pytest.fixture(autouse=True)
def own_rules() -> Iterator[None]:
    """Rules that a test loads are gone after it."""
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def file(tmp_path: Path, text: str, name: str = "my_rule.py") -> Path:
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_the_pages(inside: Run, ledger: Path, tmp_path: Path) -> None:
    ended = inside("cluster", "extended", "--ledger", ledger)
    # A run of more than ten seconds, as the first one may be, says how far it is.
    assert (ended.code, [each for each in ended.err.splitlines() if " % (" not in each]) == (0, [])
    assert "entities of extended, block 12" in ended.out
    assert "0.999 or more joins, 0.01 or less keeps apart" in ended.out
    assert "for leads, not for exhibits" in ended.out
    assert inside("cluster", "--rules", file(tmp_path, RULE), "--ledger", ledger).code == 0
    listed = inside("cluster", "--list", "--ledger", ledger)
    assert "extended" in listed.out
    assert "my_rule" in listed.out
    assert "for exhibits" in listed.out.splitlines()[1]
    gone = inside("cluster", "--remove", "my_rule", "--ledger", ledger)
    assert gone.out == f"{ledger}: the set my_rule is removed\n"
    assert "my_rule" not in inside("cluster", "--list", "--ledger", ledger).out


def test_json_has_the_documented_keys(inside: Run, ledger: Path, tmp_path: Path) -> None:
    found = json.loads(inside("cluster", "extended", "--ledger", ledger, "--json", "--must-link", "0.99").out)
    check_keys(found, COMMANDS["cluster"])
    assert (found["must_link"], found["cannot_link"]) == (990_000, 10_000)
    inside("cluster", "--rules", file(tmp_path, SET), "--ledger", ledger)
    found = json.loads(inside("cluster", "--list", "--ledger", ledger, "--json").out)
    check_keys(found, COMMANDS["cluster --list"])
    assert [each["name"] for each in found["sets"]] == ["strict", "extended", "two"]
    found = json.loads(inside("cluster", "--remove", "two", "--ledger", ledger, "--json").out)
    check_keys(found, COMMANDS["cluster --remove"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "expected one of SET, --rules FILE, --list, --skipped SET and --remove SET"),
        (("extended", "--skipped", "extended"), "expected one of SET"),
        (("--skipped", "extended"), "expected a set that this ledger holds (strict)"),
        (("--skipped", "strict"), "skips nothing"),
        (("extended", "--without-tag", "abcd:1"), "expected the id of an import in force"),
        (("extended", "--without-tag", "abcd:1", "--without-tags"), "with --without-tags none is used"),
        (("extended", "--list"), "expected one of SET"),
        (("loose",), "expected one of strict, extended"),
        (("strict",), "the ledger's own entities"),
        (("extended", "--must-link", "0.1", "--cannot-link", "0.2"), "cannot-link <= must-link"),
        (("extended", "--must-link", "1.5"), "expected a number from 0 to 1"),
        (("extended", "--must-link", "-0.1"), "expected a number from 0 to 1"),
        (("extended", "--must-link", "nan"), "expected a number from 0 to 1"),
        (("extended", "--cannot-link", "0.0000001"), "at most six digits"),
        (("extended", "--large", "0"), "expected 1 or a greater number"),
        (("extended", "--model", "none.json"), "expected a model of change"),
        (("--rules", "none.py"), "expected a Python file"),
        (("--remove", "extended"), "beside its own"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    inside: Run, ledger: Path, asked: tuple[str, ...], said: str
) -> None:
    ended = inside("cluster", *asked, "--ledger", ledger)
    assert ended.code == 2
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1
    assert said in ended.err
    assert not (ledger / "sets").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 +", "does not import: SyntaxError"),
        ("import nowhere_at_all", "does not import: ModuleNotFoundError"),
        ("", "expected a rule about transactions of kind CONTROL"),
        (f"{RULE}\nRULESET = 3", "expected RULESET to be a RuleSet, found int"),
        (SET.replace('"two"', '"extended"'), "which comes with Clew"),
        (SET.replace('"two"', '"Two"'), "expected a name"),
        (RULE.replace("== 2, 2, 0).astype(np.int8)", "== 2, 2, 0)"), "pairs: expected 13 answers"),
        (
            RULE.replace("return np.where", "raise ValueError('no')\n    np.where"),
            "pairs: ValueError: no at block",
        ),
    ],
)
def test_files_of_rules_that_are_none(
    inside: Run, ledger: Path, tmp_path: Path, text: str, said: str
) -> None:
    ended = inside("cluster", "--rules", file(tmp_path, text), "--ledger", ledger)
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1
    assert said in ended.err
    assert not (ledger / "sets").exists()


def test_a_question_is_answered_through_a_set(inside: Run, ledger: Path, tmp_path: Path) -> None:
    inside("cluster", "--rules", file(tmp_path, SET), "--ledger", ledger)
    found = json.loads(inside("entities", "--rules", "two", "--ledger", ledger, "--json").out)
    assert found["rule_set"] == "two"
    assert any("for leads, not for exhibits" in each for each in found["caveats"])


@pytest.fixture
def paying(inside: Run, tmp_path: Path) -> tuple[Path, tuple[object, ...]]:
    """A ledger of payments with a set by a model, and what made the set."""
    built(tmp_path / "paying", node(tmp_path / "paid", payments()))
    write(tmp_path / "model.json", model())
    asked = ("cluster", "extended", "--model", tmp_path / "model.json", "--must-link", "0.99")
    asked = (*asked, "--ledger", tmp_path / "paying")
    assert inside(*asked).code == 0
    return tmp_path / "paying", asked


def test_what_was_skipped_is_listed(inside: Run, paying: tuple[Path, tuple[object, ...]]) -> None:
    ledger, asked = paying
    made = json.loads(inside(*asked, "--json").out)
    found = json.loads(inside("cluster", "--skipped", "extended", "--ledger", ledger, "--json").out)
    assert check_keys(found, COMMANDS["cluster --skipped"]) == {
        key.name for key in COMMANDS["cluster --skipped"]
    }
    counted = [row["reason"] for row in found["skipped"]]
    assert {reason: counted.count(reason) for reason in made["skipped"]} == made["skipped"]
    assert made["skipped"]["overruled"]
    page = inside("cluster", "--skipped", "extended", "--ledger", ledger, "--limit", "1").out
    assert f"{len(counted)} links that the set extended skipped or overruled" in page
    assert found["skipped"][0]["txid"] in page
    assert f"cut: 1 of {len(counted)}, from row 1 on" in page
    shown = inside(*asked).out
    assert "skipped: overruled" not in shown
    assert f"cannot-links overruled  {made['skipped']['overruled']}" in shown
    assert f"skipped: cannot-link    {made['skipped']['cannot-link']}" in shown
    assert "look at them" not in shown
    # Where every entity counts as large, none is joined with another, and somebody is told to look.
    large = json.loads(inside(*asked, "--large", "1", "--json").out)["skipped"]["large"]
    assert large > 0
    assert f"look at them: {large:,} link" in inside(*asked, "--large", "1").out


def test_a_tag_is_left_out(inside: Run, paying: tuple[Path, tuple[object, ...]], tmp_path: Path) -> None:
    ledger, asked = paying
    state = Ledger(ledger)
    set_ = open_set(state, ledger / FOLDER / "extended")
    # Two that change joins.
    ends = [int(set_.column(f"set_links.{side}")[0]) for side in "ab"]
    tags = [
        f"address: {state.address_text(end)}, label: Exchange {end}, actor: exchange{end}, category: exchange"
        for end in ends
    ]
    brought = inside("tags", "import", pack(tmp_path / "p.yaml", *tags), "--ledger", ledger, "--json")
    identity = json.loads(brought.out)["imports"][0]["import"]
    ways: tuple[tuple[str, ...], ...] = (
        (), ("--without-tag", f"{identity}:1"), ("--without-tag", identity), ("--without-tags",),
    )  # fmt: skip
    found = [json.loads(inside(*asked, *way, "--json").out) for way in ways]
    assert len({each["attributions"] for each in found}) == 4
    assert found[3]["attributions"] == ""
    assert found[0]["skipped"]["services"] > found[2]["skipped"]["services"] == 0
    assert found[2]["entities"] == found[3]["entities"] < found[0]["entities"]
    own = ("cluster", "--rules", file(tmp_path, RULE), "--ledger", ledger, "--without-tag", f"{identity}:1")
    assert "the set my_rule uses none" in inside(*own).failed_in_one_line()


def test_what_train_needs_is_said(inside: Run, tmp_path: Path) -> None:
    for asked, said in (
        (("-o", tmp_path / "m.json"), "expected truth to learn from"),
        (("-o", tmp_path, "--revealed", tmp_path), "found a folder"),
    ):
        ended = inside("train", *asked)
        assert (ended.code, len(ended.err.splitlines())) == (2, 1)
        assert said in ended.err
