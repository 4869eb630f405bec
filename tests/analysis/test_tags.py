"""Tags in answers: on the shop's chain, whose numbers ``naive.shop`` tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from clew.analysis.attribution import CONFLICT, DERIVED, TAGS, attributions_of
from clew.analysis.inquiry import Inquiry
from clew.analysis.tags import NOT_ON_CHAIN, ON_CHAIN
from clew.errors import AddressError, NotFoundError
from clew.interop.imports import bring_in
from clew.interop.packs import read
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.ledger.ledger import Ledger
from clew.reference.store import Store
from clew.reference.tags import Tag
from naive.chain import Chain, address_of
from naive.ledger import build_ledger
from naive.shop import shop_chain
from naive.tags import UNTAGGED, pack

SHOP1, SHOP2, ALICE1, EXCHANGE = map(address_of, ("shop1", "shop2", "alice1", "exchange"))
NOBODY = address_of("nobody")


def tagged(folder: Path, *tags: str, blocks: Chain | None = None) -> Inquiry:
    """The shop's ledger with a pack of tags."""
    ledger = build_ledger(folder, (blocks or shop_chain()).raw, "regtest")
    bring(ledger, pack(folder.parent / f"{folder.name}.yaml", *tags))
    return Inquiry(Ledger(folder))


def bring(ledger: Ledger, path: Path) -> None:
    packs = read([path], Subjects(ledger.network), Form())
    assert not packs[0].findings
    bring_in(attributions_of(ledger), packs, "2026-01-01T00:00:00+00:00")


@pytest.fixture
def inquiry(tmp_path: Path) -> Inquiry:
    return tagged(
        tmp_path / "ledger",
        f"address: {SHOP1}, label: Best Shop, category: shop, confidence: service_data",
        f"address: {ALICE1}, label: Kraken, actor: kraken, confidence: ownership",
        f"address: {EXCHANGE}, label: Big Exchange, category: exchange, confidence: web_crawl",
        f"address: {EXCHANGE}, label: Small Exchange, category: exchange",
        f"address: {NOBODY}, label: Nobody",
    )


def labels(tags: list[dict[str, Any]]) -> list[str]:
    return [each["label"] for each in tags]


def test_an_entity_shows_its_tags_with_their_source(inquiry: Inquiry, tmp_path: Path) -> None:
    result = inquiry.entity(SHOP2).result
    (tag,) = result["tags"]
    source = inquiry.tag_sources().result["imports"][0]
    assert tag == {
        "tag": f"{source['import']}:1", "address": SHOP1, "through": "entity", "label": "Best Shop",
        "actor": None, "category": "shop", "abuse": None, "concepts": [], "confidence": "service_data",
        "confidence_level": 50, "derived": False, "source": "https://example.org", "lastmod": None,
        "import": source["import"], "file": "ledger.yaml", "line": 7,
    }  # fmt: skip
    assert (result["tags_found"], result["conflict"]) == (1, False)
    assert result["lists"]["tags"] == {"status": "complete", "shown": 1, "found": 1}


def test_a_tag_stands_for_the_address_it_names_and_through_the_entity(inquiry: Inquiry) -> None:
    for address, through in ((SHOP1, "address"), (SHOP2, "entity")):
        answer = inquiry.address(address)
        assert [each["through"] for each in answer.result["tags"]] == [through]
        assert TAGS in answer.caveats


def test_without_tags_nothing_is_said(inquiry: Inquiry) -> None:
    answer = inquiry.address(address_of("carol"))
    assert {key: answer.result[key] for key in UNTAGGED} == UNTAGGED
    assert TAGS not in answer.caveats


def test_conflicts_stand_side_by_side(inquiry: Inquiry) -> None:
    answer = inquiry.address(EXCHANGE)
    assert labels(answer.result["tags"]) == ["Big Exchange", "Small Exchange"]
    assert answer.result["conflict"] is True
    assert CONFLICT in answer.caveats


def test_two_spellings_of_one_actor_are_no_conflict(tmp_path: Path) -> None:
    inquiry = tagged(
        tmp_path / "ledger",
        f"address: {EXCHANGE}, label: Kraken.com",
        f"address: {EXCHANGE}, label: a wallet, actor: kraken",
        f"address: {EXCHANGE}, label: on a list, abuse: sanction",
    )
    result = inquiry.address(EXCHANGE).result
    assert (result["tags_found"], result["conflict"]) == (3, False)


def test_counterparties_show_their_tags(inquiry: Inquiry) -> None:
    payments = inquiry.payments(SHOP1)
    payers = {
        row["height"]: [labels(each["tags"]) for each in row["payers"]] for row in payments.result["payments"]
    }
    assert payers == {6: [[]], 7: [["Kraken"]], 10: [[]], 11: []}
    assert labels(payments.result["entities"][0]["tags"]) == ["Best Shop"]
    assert TAGS in payments.caveats
    assert CONFLICT not in payments.caveats
    outflows = inquiry.outflows(SHOP1)
    assert [labels(each["tags"]) for each in outflows.result["outflows"] if each["address"] == EXCHANGE] == [
        ["Big Exchange", "Small Exchange"]
    ]
    found = {each["address"]: (each["tags_found"], each["conflict"]) for each in outflows.result["by_entity"]}
    assert found[EXCHANGE] == (2, True)
    assert found[address_of("cafe")] == (0, False)
    assert CONFLICT in outflows.caveats
    # Cards of rows that are not shown say nothing.
    assert CONFLICT not in inquiry.outflows(SHOP1, offset=9).caveats
    assert labels(inquiry.proceeds(SHOP2).result["entities"][0]["tags"]) == ["Best Shop"]
    largest = {each["address"]: labels(each["tags"]) for each in inquiry.entities(limit=0).result["largest"]}
    assert largest[ALICE1] == ["Kraken"]


def test_a_derived_tag_is_marked(tmp_path: Path) -> None:
    inquiry = tagged(
        tmp_path / "ledger",
        f"address: {SHOP1}, label: A, confidence: heuristic",
        f"address: {SHOP1}, label: B, confidence: unknown",
    )
    answer = inquiry.entity(SHOP1)
    assert [(each["label"], each["derived"]) for each in answer.result["tags"]] == [("B", False), ("A", True)]
    assert DERIVED in answer.caveats
    services = attributions_of(inquiry.ledger).services(inquiry.ledger)
    assert services.names == ()


def test_an_entity_of_many_tags_shows_them_in_part(tmp_path: Path) -> None:
    tags = [f"address: {EXCHANGE}, label: L{number // 10}, source: s{number}" for number in range(40)]
    inquiry = tagged(tmp_path / "ledger", *tags)
    card = inquiry.outflows(SHOP1).result["by_entity"][0]
    assert (labels(card["tags"]), card["tags_found"]) == (["L0", "L1", "L2", "L3", "L0"], 40)
    whole = inquiry.entity(EXCHANGE)
    page = inquiry.entity(EXCHANGE, limit=3, offset=2)
    assert page.result["tags"] == whole.result["tags"][2:5]
    assert page.result["lists"]["tags"] == {"status": "cut", "shown": 3, "found": 40}
    assert len(inquiry.address(EXCHANGE, limit=7).result["tags"]) == 7


def test_a_tag_on_an_address_never_seen_is_kept_and_found_later(tmp_path: Path) -> None:
    chain = shop_chain()
    early = Chain()
    early.blocks = chain.blocks[:6]
    inquiry = tagged(tmp_path / "early", f"address: {SHOP1}, label: Best Shop", blocks=early)
    listed = inquiry.tags(SHOP1).result
    assert [(each["seen"], each["entity"], each["address"]) for each in listed["tags"]] == [
        (NOT_ON_CHAIN, None, SHOP1)
    ]
    assert listed["total"] == {"tags": 1, "not_on_chain": 1}
    grown = build_ledger(tmp_path / "late", chain.raw, "regtest")
    (tmp_path / "early" / "attributions.sqlite").rename(tmp_path / "late" / "attributions.sqlite")
    later = Inquiry(grown)
    assert labels(later.address(SHOP2).result["tags"]) == ["Best Shop"]
    assert [each["seen"] for each in later.tags(SHOP1).result["tags"]] == [ON_CHAIN]


def test_the_past_shows_the_tags_of_its_addresses(inquiry: Inquiry) -> None:
    # Before block 8 the shop's two addresses are not one entity.
    then = Inquiry(inquiry.ledger.at(7))
    assert labels(then.address(SHOP1).result["tags"]) == ["Best Shop"]
    assert then.address(SHOP2).result["tags"] == []
    assert {each["label"] for each in then.tags().result["tags"] if each["seen"] == NOT_ON_CHAIN} == {
        "Nobody", "Big Exchange", "Small Exchange",
    }  # fmt: skip


def test_the_list_of_tags(inquiry: Inquiry) -> None:
    result = inquiry.tags().result
    assert labels(result["tags"]) == ["Best Shop", "Kraken", "Big Exchange", "Small Exchange", "Nobody"]
    assert [each["conflict"] for each in result["tags"]] == [False, False, True, True, False]
    assert result["total"] == {"tags": 5, "not_on_chain": 1}
    assert inquiry.tags(limit=2, offset=1).result["tags"] == result["tags"][1:3]
    asked = inquiry.tags((NOBODY, ALICE1, address_of("carol")))
    assert labels(asked.result["tags"]) == ["Kraken", "Nobody"]
    assert asked.parameters["addresses"] == [NOBODY, ALICE1, address_of("carol")]
    assert inquiry.tags(address_of("somebody else")).result["status"] == "none found"


def test_what_is_no_address_has_no_tags(inquiry: Inquiry) -> None:
    with pytest.raises(AddressError):
        inquiry.tags("nonsense")
    with pytest.raises(NotFoundError):
        inquiry.tags("ab" * 32 + ":0")


def test_the_snapshot_tells_the_tags_in_force(inquiry: Inquiry, tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    without = build_ledger(tmp_path / "bare", shop_chain().raw, "regtest")
    bare = Inquiry(without).status().snapshot
    assert bare == without.snapshot()
    snapshot = inquiry.status().snapshot
    assert snapshot != bare
    assert snapshot == inquiry.tag_sources().snapshot
    attributions = attributions_of(inquiry.ledger)
    attributions.store.withdraw(1, "2026-01-02T00:00:00+00:00", "wrong")
    again = Inquiry(Ledger(folder))
    assert again.status().snapshot == bare
    assert again.address(SHOP1).result["tags"] == []
    assert again.tag_sources().result["imports"][0]["reason"] == "wrong"
    # What was opened before stays as it was.
    assert inquiry.status().snapshot == snapshot


def test_the_file_is_opened_once_for_all_that_an_answer_shows(
    inquiry: Inquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is opened once for all questions is opened before.
    inquiry.status()
    inquiry.address(SHOP1)
    opened = []
    read = Store.tags

    def counted(store: Store, number: int, numbers: Sequence[int] | None = None) -> list[Tag]:
        opened.append(number)
        return read(store, number, numbers)

    monkeypatch.setattr(Store, "tags", counted)
    for ask, most in (
        (lambda: inquiry.payments(SHOP1), 2),
        (lambda: inquiry.outflows(SHOP1), 2),
        (lambda: inquiry.entities(limit=0), 1),
        # Those shown, and all others on the same addresses.
        (inquiry.tags, 2),
    ):
        opened.clear()
        ask()
        assert 1 <= len(opened) <= most


def test_answers_do_not_depend_on_the_order_of_imports(tmp_path: Path) -> None:
    first = pack(tmp_path / "a.yaml", f"address: {SHOP1}, label: A", f"address: {EXCHANGE}, label: B")
    second = pack(tmp_path / "b.yaml", f"address: {SHOP2}, label: C", f"address: {SHOP1}, label: D")
    found = []
    for number, order in enumerate(((first, second), (second, first))):
        folder = tmp_path / str(number)
        build_ledger(folder, shop_chain().raw, "regtest")
        for path in order:
            bring(Ledger(folder), path)
        inquiry = Inquiry(Ledger(folder))
        answers = inquiry.entity(SHOP1), inquiry.payments(SHOP1), inquiry.outflows(SHOP1), inquiry.tags()
        found.append([answer.as_dict() for answer in answers])
    assert found[0] == found[1]
