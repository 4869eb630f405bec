"""Whoever is asked about is no stop on the own way, though others' coins end there."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.analysis.holders import SERVICE, UNKNOWN_HOLDER, Holders
from clew.analysis.inquiry import Inquiry
from naive.chain import address_of
from naive.story import BTC, Story, asked

Coin = tuple[bytes, int]


def busy() -> tuple[Story, Coin]:
    """Somebody whose own coin goes round in batches, as a service's does, and then to a shop."""
    story = Story()
    first = coin = story.mine("big")
    for number in range(3):
        names = [(f"n{number}{each}", BTC) for each in range(5)]
        coin = story.pay([coin], [("big", 40 * BTC - number * 6 * BTC), *names])[0]
    story.pay([coin], [("shop", 28 * BTC)])
    return story, first


def ends(inquiry: Inquiry, source: str) -> dict[str, int]:
    (found,) = inquiry.trace(source, policy="fifo").result["traces"]
    return {each["end"]: each["taint"] for each in found["ends"]}


def entity_of(inquiry: Inquiry, name: str) -> int:
    return inquiry.ledger.entity_of(inquiry.ledger.find_address(address_of(name)))


def test_an_untagged_one_is_followed_by_address_and_by_entity(tmp_path: Path) -> None:
    story, (txid, _) = busy()
    inquiry = asked(tmp_path, story, {})
    big = entity_of(inquiry, "big")
    assert Holders(inquiry.ledger).of(big).kind == UNKNOWN_HOLDER
    for source in (address_of("big"), f"entity:{big}"):
        assert "holder" not in ends(inquiry, source)
        assert ends(inquiry, source)["unspent"] > 28 * BTC
    # A coin named by itself ends in the wallet that mixes it with others'.
    assert ends(inquiry, f"{txid[::-1].hex()}:0")["holder"] == 40 * BTC


def test_a_tagged_one_is_followed_only_where_the_entity_is_named(tmp_path: Path) -> None:
    story, _ = busy()
    inquiry = asked(tmp_path, story, {"big": "exa"})
    big = entity_of(inquiry, "big")
    assert Holders(inquiry.ledger).of(big).kind == SERVICE
    assert ends(inquiry, address_of("big"))["service"] == 40 * BTC
    assert "service" not in ends(inquiry, f"entity:{big}")


@pytest.mark.parametrize("never", [(), (1,)])
def test_never_outweighs_a_tag(tmp_path: Path, never: tuple[int, ...]) -> None:
    story, _ = busy()
    inquiry = asked(tmp_path, story, {"big": "exa"})
    big = entity_of(inquiry, "big")
    holders = Holders(inquiry.ledger, [big] if never else [], [big])
    assert holders.of(big).kind == (0 if never else SERVICE)
