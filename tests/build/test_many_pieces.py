"""Many reorganisations: their pieces of rows are joined now and then, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from build.nodes import built, digest, lively, node, truth
from clew.build import rebuild
from clew.ledger import manifest as manifests
from clew.ledger.files import check_files
from clew.ledger.ledger import Ledger
from clew.simulate.locks import lock


def test_pieces_are_joined_before_there_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "MOST_PIECES", 4)
    monkeypatch.setattr(rebuild, "JOINED", 3)
    chain, ledger = lively(30), tmp_path / "ledger"
    built(ledger, node(tmp_path / "blocks 0", chain.raw_blocks))
    most = 0
    for number in range(9):
        branch = chain.fork(chain.height - 1 - number % 3)
        branch.mine(lock(f"rival {number}"), count=3 + number % 3)
        chain = branch
        reader = Ledger(ledger)
        before = reader.digest()
        built(ledger, node(tmp_path / f"blocks {number + 1}", chain.raw_blocks))
        assert reader.digest() == before, "a reader lost what it had open"
        state = manifests.read(ledger)
        most = max(most, len(state.rows))
        assert len(state.rows) <= 4
        assert len(state.links) <= 4
        assert [each for each in check_files(ledger, state) if not isinstance(each, int)] == []
        assert digest(ledger) == truth(tmp_path / f"twin {number}", chain.raw_blocks)
    assert most == 4
