"""How far entities are followed that join where a detector is taken away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from build.nodes import spend
from clew.analysis import withdrawn
from clew.analysis.inquiry import Inquiry
from clew.ledger.ledger import Ledger
from clew.simulate.chain import Chain, Coin
from clew.simulate.locks import Lock, lock


def mixed(chain: Chain, coins: list[Coin]) -> None:
    """A coinjoin of three coins: three outputs of one value, and change for each."""
    least = min(coin.value for coin in coins) // 2
    place = len(chain.coins)
    paid: list[tuple[Lock | bytes, int]] = [(lock(f"mixed {place} {number}"), least) for number in range(3)]
    paid += [(lock(f"rest {place} {at}"), coin.value - least - 500 - at) for at, coin in enumerate(coins)]
    spend(chain, coins, paid)
    chain.mine(lock("miner"))


def paid(chain: Chain, name: str, count: int) -> list[list[Coin]]:
    """Addresses of one owner, joined by one transaction; two coins of each are left."""
    locks = [lock(f"{name} {number}") for number in range(count)]
    coins: list[list[Coin]] = []
    for each in locks:
        before = set(chain.coins)
        chain.mine(each, count=3)
        coins.append([coin for place, coin in chain.coins.items() if place not in before])
    joined = [own.pop() for own in coins]
    spend(chain, joined, [(locks[0], sum(coin.value for coin in joined) - 1_000)])
    chain.mine(lock("miner"))
    return coins


@pytest.fixture
def asked(index: Callable[..., Ledger]) -> tuple[Inquiry, list[int], list[str]]:
    """Three owners of 2, 4 and 2 addresses; the first mixes with the second, who mixes with the third."""
    chain = Chain(seed="followed")
    ann, bob, carol = (paid(chain, name, count) for name, count in (("ann", 2), ("bob", 4), ("carol", 2)))
    firsts = [own[0][0].lock.script for own in (ann, bob, carol)]
    mixed(chain, [ann[0].pop(), bob[0].pop(), bob[1].pop()])
    mixed(chain, [bob[2].pop(), carol[0].pop(), carol[1].pop()])
    ledger = index(chain.raw_blocks)
    texts = [str(ledger.address_text(_address(ledger, script))) for script in firsts]
    sizes = [Inquiry(ledger).entity(text).result["size"] for text in texts]
    return Inquiry(ledger), sizes, texts


def _address(ledger: Ledger, script: bytes) -> int:
    """The address that a script pays to."""
    return next(
        number for number in range(ledger.counts["addresses"]) if ledger.address_payload(number)[1] in script
    )


def test_all_that_join_are_followed(asked: tuple[Inquiry, list[int], list[str]]) -> None:
    inquiry, sizes, texts = asked
    assert sizes == [2, 4, 2]
    result = inquiry.whatif(texts[0], ["coinjoin"]).result
    assert result["followed_all"] is True
    assert result["after"]["addresses"] == 8
    assert [row["size"] for row in result["joins"]] == [4, 2]


@pytest.mark.parametrize(("most", "left"), [(6, 8), (5, 6), (4, 6), (3, 2)])
def test_the_bound_counts_addresses_of_others(
    asked: tuple[Inquiry, list[int], list[str]], monkeypatch: pytest.MonkeyPatch, most: int, left: int
) -> None:
    inquiry, _, texts = asked
    monkeypatch.setattr(withdrawn, "MOST_ADDRESSES", most)
    result = inquiry.whatif(texts[0], ["coinjoin"]).result
    assert result["after"]["addresses"] == left
    assert result["followed_all"] is (left == 8)
    # Seen from the largest all others come at once.
    assert inquiry.whatif(texts[1], ["coinjoin"]).result["followed_all"] is (most >= 4)
