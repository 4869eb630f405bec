"""Whether payments warn of coinjoins: asked one by one or all at once, the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from clew.analysis import detectors
from clew.analysis.inquiry import Inquiry
from clew.heuristics.coinjoin.coinjoin import PROTOCOLS, coinjoin
from clew.heuristics.transactions import Transactions
from clew.schema import YES
from clew.simulate.scenarios import Story

Told = Callable[[str], tuple[Story, Inquiry]]

ROUNDS = ["joinmarket", "wasabi-1", "wasabi-1-1", "wabisabi", "whirlpool", "ring"]


@pytest.mark.parametrize("plainly", [0, detectors.PLAINLY])
@pytest.mark.parametrize("name", ROUNDS)
def test_any_coinjoin_is_what_the_rule_says(
    told: Told, monkeypatch: pytest.MonkeyPatch, name: str, plainly: int
) -> None:
    _, asked = told(name)
    ledger = asked.ledger
    monkeypatch.setattr(detectors, "PLAINLY", plainly)
    monkeypatch.setattr(detectors, "_AT_ONCE", 1)
    every = np.arange(ledger.counts["transactions"])
    says = coinjoin(Transactions(ledger.column, ledger.counts, every)) == YES
    assert says.any() == (name != "ring")
    for number in every.tolist():
        assert detectors.any_coinjoin(ledger, np.array([number])) == says[number]
        rule = detectors.coinjoin_rule(ledger, number)
        seen = detectors.plainly(ledger, number)
        named = [each.name for each in PROTOCOLS if each.one(seen) == YES]
        assert rule == (next(iter(named), "coinjoin") if says[number] else None)
    assert detectors.any_coinjoin(ledger, every) == says.any()
    assert not detectors.any_coinjoin(ledger, every[~says])
