"""One chain as two ledgers: all in the base, and most of it in segments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the extra sql is not installed")

from build.nodes import built, lively, node, spend, spendable
from clew.interop.sql import ask
from clew.ledger.ledger import Ledger
from clew.simulate.chain import Chain
from clew.simulate.locks import lock
from naive.ledger import build_ledger

Ask = Callable[..., list[tuple[Any, ...]]]

OLD, MIDDLE, NEW = "paid early", "paid early and late", "paid late"
"""Owners who are paid so often that their sums are kept."""


def busy_chain() -> Chain:
    """130 blocks; addresses with many outputs, and entities that come together late."""
    chain = lively(20)
    for owners in ((OLD, 1100), (MIDDLE, 600)), ((MIDDLE, 500), (NEW, 1001)):
        for owner, count in owners:
            coin = max(spendable(chain), key=lambda each: each.value)
            made = spend(
                chain, [coin], [(lock(owner), coin.value // 2000)] * count + [(lock("rest"), 100_000)]
            )
            # Some are spent at once, so that balances are not what was received.
            spend(chain, made.outputs[:3], [(lock(f"{owner}, again"), 1_000)])
            chain.mine(lock("miner"))
        for _ in range(95 if owners[0][0] == OLD else 0):
            chain.mine(lock("idle"))
    late = [coin for coin in spendable(chain) if coin.lock == lock(OLD)][:2]
    other = [coin for coin in spendable(chain) if coin.lock == lock("idle")][:2]
    spend(chain, [*late, *other], [(lock("joined"), 5_000)])
    chain.mine(lock("miner"), count=11)
    return chain


@pytest.fixture(scope="session")
def blocks() -> list[bytes]:
    return list(busy_chain().raw_blocks)


@pytest.fixture(scope="session")
def whole(blocks: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """All in the base, made by the slow twin."""
    ledger = build_ledger(tmp_path_factory.mktemp("whole") / "ledger", blocks, "regtest")
    assert not ledger.manifest.segments
    return ledger


@pytest.fixture(scope="session")
def grown(blocks: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A base of some blocks, and segments that came one after the other."""
    room: Path = tmp_path_factory.mktemp("grown")
    folder = node(room / "blocks", blocks)
    for height in (len(blocks) - 10, len(blocks) - 4, len(blocks) - 1):
        built(room / "ledger", folder, until=height)
    ledger = Ledger(room / "ledger")
    assert ledger.manifest.base is not None
    assert 10 < ledger.manifest.base.blocks < len(blocks) - 50
    assert len(ledger.manifest.segments) > 1
    return ledger


@pytest.fixture(scope="session")
def answers() -> Ask:
    """Asks a ledger and gives all rows."""

    def run(ledger: Ledger, question: str, **how: Any) -> list[tuple[Any, ...]]:
        with ask(ledger, question, **how) as found:
            return list(found.rows)

    return run
