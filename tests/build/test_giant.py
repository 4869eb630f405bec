"""A block of nearly 4 MB that is one transaction, and one that spends all of it."""

from __future__ import annotations

from pathlib import Path

from build.nodes import built, digest, node, spend, spendable
from clew.ledger.ledger import Ledger
from clew.simulate.chain import Chain
from clew.simulate.locks import lock

OUTPUTS = 117_000
"""With 31 bytes each, some 3.6 MB."""


def test_one_transaction_fills_a_block(tmp_path: Path) -> None:
    chain = Chain(seed="giant")
    chain.mine(lock("miner"), count=2)
    coin = spendable(chain)[0]
    each = coin.value // OUTPUTS
    giant = spend(
        chain, [coin], [(lock(f"owner {number % 100}", "p2wpkh"), each) for number in range(OUTPUTS)]
    )
    chain.mine(lock("miner"))
    spend(chain, list(giant.outputs[:20_000]), [(lock("all"), 20_000 * each)])
    chain.mine(lock("miner"))
    assert len(chain.raw_blocks[3]) > 3_500_000
    folder = node(tmp_path / "blocks", chain.raw_blocks)
    built(tmp_path / "at once", folder, memory=0.1)
    built(tmp_path / "in steps", folder, until=2)
    built(tmp_path / "in steps", folder, memory=0.1)
    assert digest(tmp_path / "at once") == digest(tmp_path / "in steps")
    ledger = Ledger(tmp_path / "at once")
    first = ledger.outputs_in(ledger.find_transaction(giant.txid))
    assert len(first) == OUTPUTS
    owners = ledger.column("outputs.address")[first.start : first.stop]
    assert len(set(owners.tolist())) == 100
    assert len(ledger.outputs_of(int(owners[7]))) == OUTPUTS // 100
    spent = ledger.column("spends.spent_by")[:]
    assert int((spent < ledger.counts["transactions"]).sum()) == 20_001
