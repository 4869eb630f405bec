"""Why addresses are one entity, and views of a ledger, as people and programs see them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from build.nodes import built, node
from clew.cli.keys import EVERY, QUESTIONS
from clew.simulate.scenarios import Story, tell
from cli.process import Run
from cli.shape import check_keys
from naive.tags import pack

VIEWED = ["address", "entity", "payments", "proceeds", "outflows", "bridges"]


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Story]:
    room, story = tmp_path_factory.mktemp("ring"), tell("ring")
    built(room / "ledger", node(room / "blocks", story.chain.raw_blocks))
    return room / "ledger", story


def where(story: Story, name: str) -> str:
    return next(each.address for each in story.places if each.name == name)


def asked(inside: Run, ledger: Path, *words: str) -> dict[str, Any]:
    ended = inside(*words, "--json", "--ledger", ledger)
    assert (ended.code, ended.err) == (0, "")
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_explained_for_people(inside: Run, ring: tuple[Path, Story]) -> None:
    ledger, story = ring
    first, third = where(story, "wallet 1"), where(story, "wallet 3")
    lines = inside("explain", first, third, "--ledger", ledger).out.splitlines()
    assert lines[0] == "one entity, 2 steps apart"
    assert any(line.startswith("weakest step: 1, by rule (") for line in lines)
    said = "2 chains that share no transaction: so many transactions would all have to be wrong"
    assert said in lines
    assert all(address in "\n".join(lines) for address in (first, third, where(story, "wallet 2")))


def test_nothing_to_explain(inside: Run, ring: tuple[Path, Story]) -> None:
    ledger, story = ring
    miner = next(each.address for each in story.places if "wallet" not in each.name)
    out = inside("explain", where(story, "wallet 1"), miner, "--ledger", ledger).out
    first = "two entities: no chain of transactions joins these addresses by the rules"
    assert out.splitlines()[0] == first


def test_bridges_for_people(inside: Run, ring: tuple[Path, Story]) -> None:
    ledger, story = ring
    out = inside("bridges", where(story, "wallet 1"), "--ledger", ledger).out
    assert out.splitlines()[0] == "Of 5 addresses, 4 stand without any one transaction."
    assert where(story, "wallet 5") in out
    alone = inside("bridges", where(story, "wallet 5"), "--limit", "1", "--ledger", ledger).out
    assert alone.splitlines()[0].startswith("Of 5 addresses, 4 stand without any one transaction, seen")


def test_whatif_for_people(inside: Run, ring: tuple[Path, Story]) -> None:
    ledger, story = ring
    [txid] = [row.txid for row in story.told if row.label == "4 with 5"]
    out = inside("whatif", where(story, "wallet 1"), "--without", txid, "--ledger", ledger).out
    assert out.splitlines()[0] == "1 of 5 addresses leave, in 1 part; 4 addresses are left together."
    assert f"without transaction {txid}: 1 link of it" in out
    assert "joins: none found" in out


def test_tags_are_shown_for_people(inside: Run, ring: tuple[Path, Story], tmp_path: Path) -> None:
    old, story = ring
    ledger = tmp_path / "tagged"
    shutil.copytree(old, ledger)
    first, third = where(story, "wallet 1"), where(story, "wallet 3")
    miner = next(each.address for each in story.places if "wallet" not in each.name)
    tags = [f"address: {first}, label: Shop {number}, category: shop" for number in range(6)]
    tags.append(f"address: {miner}, label: Big Pool, category: miner")
    path = pack(tmp_path / "p.yaml", *tags)
    assert inside("tags", "import", path, "--ledger", ledger).code == 0
    for words in (
        ("explain", first, third),
        ("bridges", first),
        ("whatif", first, "--without", "multi_input"),
    ):
        lines = inside(*words, "--ledger", ledger).out.splitlines()
        assert sum(line.startswith("tags: who is said to hold") for line in lines) == 1
        assert any(line.startswith("Shop 0 ") and "https://example.org" in line for line in lines)
        assert "tags: cut: 5 of 6 shown; clew entity --limit 0 shows all" in lines
    out = inside("explain", first, miner, "--ledger", ledger).out
    assert "tags: who is said to hold addresses of the entity of a" in out
    assert "tags: who is said to hold addresses of the entity of b" in out
    assert "Big Pool" in out


def test_tags_of_what_joins_are_shown(inside: Run, tmp_path: Path) -> None:
    ledger, story = tmp_path / "ledger", tell("joinmarket")
    built(ledger, node(tmp_path / "blocks", story.chain.raw_blocks))
    path = pack(tmp_path / "p.yaml", f"address: {where(story, 'stranger 1 1')}, label: Big Exchange")
    assert inside("tags", "import", path, "--ledger", ledger).code == 0
    out = inside("whatif", where(story, "ann 1"), "--without", "coinjoin", "--ledger", ledger).out
    assert "its tags" in out
    assert "Big Exchange" in out


def test_every_key_is_documented(inside: Run, ring: tuple[Path, Story]) -> None:
    ledger, story = ring
    first, third = where(story, "wallet 1"), where(story, "wallet 3")
    [txid] = [row.txid for row in story.told if row.label == "4 with 5"]
    met = set()
    for words in (("explain", first, third), ("bridges", first), ("whatif", first, "--without", txid)):
        met |= check_keys(asked(inside, ledger, *words), (*EVERY, *QUESTIONS[words[0]]))
    # A detector takes something else away, so that entities join; nobody has tagged this ledger.
    told = {key.name for name in ("explain", "bridges", "whatif") for key in QUESTIONS[name]}
    keys = {key for key in told if "tags[]." not in key}
    assert keys - met == {key for key in keys if key.startswith("joins[]")}


@pytest.mark.parametrize("question", VIEWED)
def test_as_of_a_height(inside: Run, ring: tuple[Path, Story], question: str) -> None:
    ledger, story = ring
    [row] = [row for row in story.told if row.label == "1 with 2"]
    then = asked(inside, ledger, question, where(story, "wallet 1"), "--at", str(row.height))
    assert then["tip"]["height"] == row.height
    assert then["rule_set"] == "strict"
    assert then["caveats"][0].startswith(f"As of block {row.height:,}")
    now = asked(inside, ledger, question, where(story, "wallet 1"))
    assert now["snapshot"] != then["snapshot"]
    if question in ("address", "entity", "bridges"):
        assert (then["size"], now["size"]) == (2, 5)


def test_all_entities_as_of_a_height(inside: Run, ring: tuple[Path, Story]) -> None:
    ledger, _ = ring
    assert asked(inside, ledger, "entities", "--at", "0")["entities"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("entities", "--at", "999999"), "height 999999: the ledger holds heights 0 to"),
        (
            ("entities", "--rules", "extended"),
            "rules 'extended': expected a set that this ledger holds (strict)",
        ),
        (("explain", "entity:1", "entity:1"), "expected two different addresses"),
        (("whatif", "entity:1", "--without", "luck"), "'luck': expected a rule of the set strict"),
        (("whatif", "entity:1"), "--without"),
        (("explain", "entity:1"), "ADDR"),
        (("entity", "entity:99999"), "expected an id below"),
        (("entities", "--at", "-1"), "expected 0 or a greater number"),
    ],
)
def test_refused(inside: Run, ring: tuple[Path, Story], words: tuple[str, ...], said: str) -> None:
    ended = inside(*words, "--ledger", ring[0])
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1
