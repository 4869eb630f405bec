"""Questions about reasons, on scenarios whose answers are clear by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clew.analysis.inquiry import Inquiry
from clew.heuristics.registry import COINJOIN
from clew.heuristics.shelf import shipped
from clew.simulate.scenarios import Story

Told = Callable[[str], tuple[Story, Inquiry]]


def where(story: Story, name: str) -> str:
    """The address that a scenario calls so."""
    [found] = [each.address for each in story.places if each.name == name]
    return found


def txid(story: Story, label: str) -> str:
    [found] = [row.txid for row in story.told if row.label == label]
    return found


def test_two_chains_lead_round_a_ring(told: Told) -> None:
    story, asked = told("ring")
    first, third = where(story, "wallet 1"), where(story, "wallet 3")
    result = asked.explain(first, third).result
    assert result["joined"] is True
    # Of the two the earlier one: by the second address.
    assert [(each["from"], each["to"], each["txid"]) for each in result["steps"]] == [
        (first, where(story, "wallet 2"), txid(story, "1 with 2")),
        (where(story, "wallet 2"), third, txid(story, "2 with 3")),
    ]
    assert {each["rule"] for each in result["steps"]} == {asked.ledger.rules[0].name}
    assert all(each["says"] for each in result["steps"])
    assert all(each["chance"] is None and each["joins"] == 2 for each in result["steps"])
    assert (result["disjoint"]["paths"], result["disjoint"]["bound"]) == (2, "exact")
    assert result["weakest"]["step"] == 1
    back = asked.explain(third, first).result
    assert [each["txid"] for each in back["steps"]] == [txid(story, "2 with 3"), txid(story, "1 with 2")]
    last = asked.explain(first, where(story, "wallet 5")).result
    assert len(last["steps"]) == 2
    assert (last["disjoint"]["paths"], [each["txid"] for each in last["disjoint"]["cut"]]) == (
        1, [txid(story, "4 with 5")]
    )  # fmt: skip


def test_one_hangs_on_the_ring(told: Told) -> None:
    story, asked = told("ring")
    result = asked.bridges(where(story, "wallet 1")).result
    assert result["says"] == "Of 5 addresses, 4 stand without any one transaction."
    (bridge,) = result["bridges"]
    assert (bridge["txid"], bridge["addresses"]) == (txid(story, "4 with 5"), 1)
    assert (bridge["received"], bridge["balance"]) == (30_000_000, 0)
    assert [part["first_address"] for part in bridge["parts"]] == [where(story, "wallet 5")]
    assert result["strength"] == [
        {"transactions": 1, "bound": "exact", "addresses": 1},
        {"transactions": 2, "bound": "exact", "addresses": 3},
    ]
    # From the one that hangs, all others do.
    hanging = asked.bridges(where(story, "wallet 5")).result
    assert hanging["standing"] == 1
    assert hanging["core"]["standing"] == 4
    assert not hanging["core"]["holds_address"]
    assert "4 stand without any one transaction, seen from the busiest" in hanging["says"]


def test_what_hangs_on_the_bridge(told: Told) -> None:
    story, asked = told("bridge")
    result = asked.bridges(where(story, "service 1")).result
    assert result["says"] == "Of 8 addresses, 5 stand without any one transaction."
    (bridge,) = result["bridges"]
    assert (bridge["txid"], bridge["addresses"], bridge["received"]) == (
        txid(story, "bridge"),
        3,
        290_000_000,
    )
    assert (result["hanging"], result["hanging_received"]) == (3, 290_000_000)
    seen_from_there = asked.bridges(where(story, "service 7")).result
    assert (seen_from_there["standing"], seen_from_there["hanging"]) == (3, 5)


def test_without_the_bridge(told: Told) -> None:
    story, asked = told("bridge")
    bridge, five = txid(story, "bridge"), where(story, "service 1")
    before = asked.entity(five).snapshot
    result = asked.whatif(five, [bridge]).result
    assert result["says"] == "3 of 8 addresses leave, in 1 part; 5 addresses are left together."
    assert (result["before"]["addresses"], result["after"]["addresses"]) == (8, 5)
    assert [(part["addresses"], part["received"]) for part in result["parts"]] == [(3, 290_000_000)]
    assert result["without"] == [{"what": bridge, "kind": "transaction", "links": 1}]
    # What came to the three is theirs then.
    assert result["lost"]["payments"] == 3 * 2 + 1
    assert result["lost"]["value"] == 290_000_000
    assert asked.entity(five).snapshot == before


def test_a_transaction_without_which_all_stay(told: Told) -> None:
    story, asked = told("ring")
    result = asked.whatif(where(story, "wallet 1"), [txid(story, "1 with 2")]).result
    assert result["changes"] is False
    assert result["says"] == "Nothing changes: all 5 addresses stay together, although 1 links fall."


def test_a_mistaken_join_hangs_on_one(told: Told) -> None:
    story, asked = told("mistaken-join")
    ann, ben = where(story, "ann 1"), where(story, "ben 1")
    result = asked.explain(ann, ben).result
    assert [each["txid"] for each in result["steps"]] == [txid(story, "mistake")]
    assert result["disjoint"]["paths"] == 1
    parts = asked.whatif(ann, [txid(story, "mistake")]).result
    assert (parts["after"]["addresses"], parts["parts"][0]["addresses"]) == (3, 3)
    assert parts["parts"][0]["first_address"] in {where(story, f"ben {number}") for number in (1, 2, 3)}


def test_two_services_and_the_block_that_made_them_one(told: Told) -> None:
    story, asked = told("late-merge")
    first, second = where(story, "first service 1"), where(story, "second service 1")
    [merge] = [row for row in story.told if row.label == "merge"]
    before = asked.seen(at=merge.height - 1)
    apart = before.explain(first, second)
    assert apart.result["joined"] is False
    assert apart.result["steps"] == []
    assert apart.result["weakest"] is None
    assert apart.result["a"]["size"] == apart.result["b"]["size"] == 3
    assert apart.caveats[0].startswith(f"As of block {merge.height - 1:,}")
    younger = apart.result["b"]["entity"]
    assert before.entity(first).result["size"] == 3
    assert asked.explain(first, second).result["steps"][-1]["height"] == merge.height
    answer = asked.payments(f"entity:{younger}")
    (told_,) = answer.parameters["absorbed"]
    assert told_["entity"] == younger
    assert told_["into"] == told_["heir"] == apart.result["a"]["entity"]
    assert (told_["height"], told_["txid"]) == (merge.height, merge.txid)
    assert answer.result["entities"][0]["size"] == 6
    assert before.entity(f"entity:{younger}").result["entity"] == younger


def test_without_the_detector_strangers_join(told: Told) -> None:
    story, asked = told("joinmarket")
    detectors = [rule.name for rule in asked.ledger.rules if shipped()[rule.name].kind == COINJOIN]
    ann = where(story, "ann 1")
    was = asked.entity(ann).result["size"]
    result = asked.whatif(ann, detectors).result
    assert {each["kind"] for each in result["without"]} == {"detector"}
    mixers = {asked.entity(where(story, f"stranger {number} 1")).result["entity"] for number in (1, 2, 3)}
    assert mixers <= {each["entity"] for each in result["joins"]}
    assert result["after"]["addresses"] == was + sum(each["joining"] for each in result["joins"])
    assert result["followed_all"] is True
    assert result["parts"] == []


def test_without_a_tag_nothing_changes_in_strict(told: Told) -> None:
    story, asked = told("ring")
    answer = asked.whatif(where(story, "wallet 1"), ["tag:some exchange"])
    assert answer.result["changes"] is False
    assert answer.result["says"].startswith("Nothing changes")
    assert answer.caveats[0] == "The set strict uses no tags, so that without a tag nothing changes."


@pytest.mark.parametrize("question", ["bridges", "whatif"])
def test_an_address_alone(told: Told, question: str) -> None:
    story, asked = told("shared-multisig")
    alone = where(story, "ann key")
    if question == "bridges":
        result = asked.bridges(alone).result
        assert result["says"].startswith("One address alone")
        assert (result["standing"], result["hanging"], result["strength"]) == (1, 0, [])
    else:
        assert asked.whatif(alone, [asked.ledger.rules[0].name]).result["changes"] is False
