"""A small economy, its ledger, and its score, as a fixture for every folder of tests that imports it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from clew import build
from clew.accuracy.divisions import divisions_of
from clew.accuracy.economy import read_economy
from clew.accuracy.score import Score, score
from clew.accuracy.truth import Truth
from clew.heuristics.shelf import shipped
from clew.ledger.ledger import Ledger, open_ledger

pytest.importorskip("pyarrow", reason="the extra simulate is not installed")

WORLD, SEED = "2021-merging", 3


@dataclass(frozen=True)
class Scored:
    """An economy's folder, its ledger, its truth and its score."""

    folder: Path
    ledger: Ledger
    truth: Truth
    score: Score


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """A small economy of a world with PayJoins, orders, channels and rounds."""
    from clew.simulate.economy.make import Size, make
    from clew.simulate.worlds.load import load

    folder = tmp_path_factory.mktemp("accuracy")
    make(folder / "economy", load(WORLD), seed=SEED, size=Size(260, 150, 60, 30, 10))
    build.index(folder / "ledger", folder / "economy" / "blocks", network="regtest")
    ledger = open_ledger(folder / "ledger")
    truth = read_economy(folder / "economy", ledger)
    rules = [rule for _, rule in sorted(shipped().items())]
    found = score(ledger, truth, rules, list(divisions_of(ledger)))
    return Scored(folder / "economy", ledger, truth, found)
