"""Questions about reasons that cannot be asked, and other sets of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clew.analysis.inquiry import Inquiry
from clew.analysis.supposed import Supposed
from clew.errors import ClewError, NotALedgerError, NotFoundError, UsageError
from clew.ledger import sets
from clew.ledger.control import Control, Links
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Rule
from clew.simulate.locks import lock
from clew.simulate.scenarios import Story

Told = Callable[[str], tuple[Story, Inquiry]]
Ask = Callable[[Inquiry, list[str]], Any]

NEVER = "mzzzzzzzzzzzzzzzzzzzzzzzzzzzPvBB8r"


@pytest.fixture
def ring(told: Told) -> tuple[Inquiry, list[str]]:
    story, asked = told("ring")
    return asked, [each.address for each in story.places if each.name.startswith("wallet")]


REFUSED: list[tuple[Ask, type[ClewError], str]] = [
    (lambda q, a: q.explain(a[0], a[0]), UsageError, "expected two different addresses"),
    (lambda q, a: q.explain(a[0], "script:" + "ab" * 32), NotFoundError, "never seen"),
    (lambda q, a: q.bridges("script:" + "ab" * 32), NotFoundError, "never seen"),
    (lambda q, a: q.bridges(a[:2]), UsageError, "expected one address, found 2"),
    (lambda q, a: q.whatif(a[0], []), UsageError, "found nothing"),
    (lambda q, a: q.whatif(a[0], ["no_such_rule"]), UsageError, "expected a rule of the set strict"),
    (lambda q, a: q.whatif(a[0], ["00" * 32]), NotFoundError, "never seen"),
    (lambda q, a: q.whatif(a[0], ["zz" * 32]), UsageError, "expected a transaction id"),
    (lambda q, a: q.seen(at=10**6), UsageError, "the ledger holds heights 0 to"),
    (lambda q, a: q.seen(at=-1), UsageError, "the ledger holds heights 0 to"),
    (lambda q, a: q.seen(rules="extended"), UsageError, r"this ledger holds \(strict\)"),
    (lambda q, a: q.entity("entity:"), UsageError, "expected entity:ID"),
    (lambda q, a: q.entity("entity:x"), UsageError, "expected entity:ID"),
    (lambda q, a: q.entity("entity:9999999"), NotFoundError, "expected an id below"),
    (lambda q, a: q.seen(at=0).explain(*a[:2]), NotFoundError, "up to height 0"),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_refused_in_one_line(ring: tuple[Inquiry, list[str]], number: int) -> None:
    ask, kind, words = REFUSED[number]
    with pytest.raises(kind, match=words) as caught:
        ask(*ring)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)


def test_an_id_that_no_entity_ever_had(told: Told) -> None:
    """An address that signs with an older one in the block in which it first appears."""
    asked = told("ring")[1]
    ledger = asked.ledger
    born = {
        number: int(np.searchsorted(np.asarray(ledger.column("blocks.first_address")), number, "right")) - 1
        for number in range(ledger.counts["addresses"])
    }
    tip = ledger.tip.height
    never = []
    for number, height in born.items():
        then = ledger.at(height) if height < tip else ledger
        if then.entity_of(number) != number:
            never.append(number)
    for number in never:
        with pytest.raises(NotFoundError, match="no entity ever had this id"):
            asked.entity(f"entity:{number}")
    for number in born.keys() - set(never):
        assert asked.entity(f"entity:{number}").result["entity"] == ledger.entity_of(number)


class Wider(Supposed):
    """A set of rules that also joins some pairs, with a stated probability."""

    def __init__(self, ledger: Ledger, pairs: Iterable[tuple[int, int]]) -> None:
        real = ledger.control
        everyone = np.arange(ledger.counts["addresses"], dtype=np.uint32)
        own = real.links_of(everyone)
        extra = list(pairs)
        last = ledger.counts["transactions"] - 1
        ends = np.array(extra, np.uint32).reshape(-1, 2)
        a, b = np.concatenate([own.a, ends[:, 0]]), np.concatenate([own.b, ends[:, 1]])
        where = np.concatenate([own.transaction, np.full(len(extra), last, np.uint32)])
        rule = np.concatenate([own.rule, np.full(len(extra), len(real.rules), np.uint8)])
        chance = np.concatenate([np.full(len(own.a), 1.0), np.full(len(extra), 0.93)])
        super().__init__(real, everyone, Links(a, b, where, rule, chance))
        self.name, self.digest = "wider", "ab" * 32
        self.rules = (*real.rules, Rule("likely_change", 1, "cd" * 32))


@pytest.fixture
def wider(ring: tuple[Inquiry, list[str]], monkeypatch: pytest.MonkeyPatch) -> tuple[Inquiry, list[str]]:
    asked, addresses = ring
    folder = asked.ledger.path / sets.FOLDER / "wider"
    folder.mkdir(parents=True)
    (folder / sets.FILE_NAME).write_text("{}", "utf-8")
    wallet = asked.ledger.find_address(addresses[0])
    miner = asked.ledger.find_address(str(asked.ledger.address_text(0)))

    def opened(ledger: Ledger, where: Path) -> Control:
        assert where == folder
        return Wider(ledger, [(miner, wallet)])

    monkeypatch.setattr(sets, "open_set", opened)
    return asked, addresses


def test_another_set_names_itself_and_its_rules(wider: tuple[Inquiry, list[str]]) -> None:
    asked, addresses = wider
    seen = asked.seen(rules="wider")
    plain, answer = asked.entity(addresses[0]), seen.entity(addresses[0])
    assert (plain.ledger["rule_set"], answer.ledger["rule_set"]) == ("strict", "wider")
    assert answer.as_dict()["rule_set"] == "wider"
    assert answer.ledger["rules"][-1] == {"name": "likely_change", "version": 1}
    assert answer.snapshot != plain.snapshot
    assert "for leads, not for exhibits" in answer.caveats[0]
    assert answer.result["size"] > plain.result["size"]
    assert {each["rule"] for each in answer.result["links"]} >= {"likely_change"}
    assert seen.ledger.counts["entities"] == asked.ledger.counts["entities"] - 1
    # Both stand side by side.
    assert asked.entity(addresses[0]).as_dict() == plain.as_dict()
    assert seen.seen().ledger.control.name == "wider"


def test_the_weakest_step_is_that_of_the_least_stated_probability(wider: tuple[Inquiry, list[str]]) -> None:
    asked, addresses = wider
    seen = asked.seen(rules="wider")
    result = seen.explain(str(asked.ledger.address_text(0)), addresses[2]).result
    assert asked.explain(str(asked.ledger.address_text(0)), addresses[2]).result["joined"] is False
    first = result["steps"][0]
    assert (first["rule"], first["chance"]) == ("likely_change", 0.93)
    weakest = result["weakest"]
    assert (weakest["step"], weakest["rule"], weakest["by"]) == (1, "likely_change", "stated probability")
    bridges = seen.bridges(addresses[0]).result
    assert bridges["bridges"][0]["txid"] == asked.ledger.txid(asked.ledger.counts["transactions"] - 1)
    fallen = seen.whatif(addresses[0], ["likely_change"]).result
    assert fallen["after"]["addresses"] == asked.entity(addresses[0]).result["size"]


@pytest.mark.parametrize("what", ["detector", "tag:x"])
def test_another_set_cannot_be_asked_anew_here(wider: tuple[Inquiry, list[str]], what: str) -> None:
    asked, addresses = wider
    detector = next(rule.name for rule in asked.ledger.rules if "coinjoin" in rule.name)
    with pytest.raises(UsageError, match="with clew cluster"):
        asked.seen(rules="wider").whatif(addresses[0], [detector if what == "detector" else what])


def test_a_set_that_cannot_be_read(ring: tuple[Inquiry, list[str]]) -> None:
    asked, _ = ring
    folder = asked.ledger.path / sets.FOLDER / "odd"
    folder.mkdir(parents=True)
    (folder / sets.FILE_NAME).write_text("{}", "utf-8")
    assert sets.names(asked.ledger) == ("strict", "odd")
    with pytest.raises(NotALedgerError, match="make the set again"):
        asked.seen(rules="odd")


def test_a_view_of_a_closed_ledger(ring: tuple[Inquiry, list[str]]) -> None:
    asked, addresses = ring
    then = asked.seen(at=5)
    then.close()
    with pytest.raises(UsageError, match="closed"):
        then.entity(addresses[0])
    assert asked.entity(addresses[0]).result["size"] == 5
    assert lock("anybody").script
