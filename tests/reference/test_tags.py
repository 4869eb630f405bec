"""What a tag says of the holder, and whether it was carried over from a cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clew.reference.tags import derived, holder, is_service, plain
from reference.made import pack, tag


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("multi-input clustering", True),
        ("https://www.walletexplorer.com/address/1vdX", True),
        ('{"cluster": 12}', True),
        ("found by a heuristic", True),
        ('{"is_cluster_definer": true}', False),
        ("https://www.binance.com/en/blog", False),
        (None, False),
    ],
)
def test_what_tells_that_a_tag_came_from_a_cluster(text: str | None, said: bool) -> None:
    assert derived("service_data", ["https://example.org", text]) is said


def test_the_confidence_can_tell_it() -> None:
    assert derived("heuristic", [])
    assert not derived("ownership", [])


def test_an_actor_is_the_holder_before_the_label() -> None:
    assert holder(tag(1, "a", "Huobi.com reserve", actor="huobi"), {}) == "huobi"
    assert holder(tag(1, "a", "Huobi.com"), {}) == "huobi"
    assert holder(tag(1, "a", "Huobi Global"), {"huobiglobal": "huobi"}) == "huobi"


@pytest.mark.parametrize(
    "more",
    [{"tag_type": "mention"}, {"tag_type": "event"}, {"abuse": "sanction"}, {"category": "coinjoin"},
     {"concepts": ("forum_mention",)}],
)  # fmt: skip
def test_lists_and_mentions_name_nobody(more: dict[str, object]) -> None:
    assert holder(replace(tag(1, "a"), **more), {}) is None  # type: ignore[arg-type]


def test_a_listed_actor_is_named_all_the_same() -> None:
    assert holder(tag(1, "a", abuse="sanction", actor="lazarusgroup"), {}) == "lazarusgroup"


def test_a_service_has_an_actor_or_a_concept_of_one() -> None:
    assert is_service(tag(1, "a", category="exchange"))
    assert is_service(tag(1, "a", actor="somebody", category="user"))
    assert not is_service(tag(1, "a", abuse="ransomware"))


def test_plain_names() -> None:
    assert plain("https://www.Binance.com") == plain("BINANCE") == "binance"
    assert plain("BTC-e.com") == "btce"


def test_the_content_of_a_pack_is_all_that_it_says() -> None:
    first = pack("p", tag(1, "a"), tag(2, "b"))
    assert first.content() == pack("p", tag(1, "a"), tag(2, "b")).content()
    assert replace(first, file="other name.yaml").content() == first.content()
    for other in (
        pack("p", tag(1, "a")),
        pack("p", tag(1, "a"), tag(2, "b", abuse="scam")),
        pack("p", tag(1, "a"), tag(2, "c")),
        replace(first, title="another"),
    ):
        assert other.content() != first.content()
