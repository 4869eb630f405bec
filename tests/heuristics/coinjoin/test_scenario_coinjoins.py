"""The scenarios of coinjoins and of look-alikes, each transaction answered right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clew.build import index
from clew.heuristics.coinjoin.coinjoin import PROTOCOL_COINJOIN
from clew.heuristics.registry import COINJOIN, LOOKALIKE
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Transactions
from clew.ledger.ledger import Ledger, open_ledger
from clew.schema import YES
from clew.simulate.scenarios import write

RULES = {name: rule for name, rule in shipped().items() if rule.kind in (COINJOIN, LOOKALIKE)}
for each in ("coinjoin", "equal_output_coinjoin"):
    RULES.pop(each)

EXPECTED = {
    "joinmarket": {"joinmarket": 1},
    "joinmarket_payment": {"joinmarket": 1},
    "wasabi_1": {"wasabi_1": 1},
    "wasabi_1_1": {"wasabi_1_1": 1},
    "wabisabi": {"wabisabi": 1},
    "whirlpool": {"tx0": 5, "whirlpool": 2},
    "batch_payout": {"batch_payout": 1},
    "exchange_sweep": {"sweep": 1},
    "stonewall": {"stonewall": 1},
}
"""By scenario, how many transactions each rule says yes of."""


def ledger_of(tmp_path: Path, name: str) -> Ledger:
    write(name.replace("_", "-"), tmp_path / "made")
    index(tmp_path / "ledger", tmp_path / "made" / "blocks", network="regtest")
    return open_ledger(tmp_path / "ledger")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_scenario(tmp_path: Path, name: str) -> None:
    ledger = ledger_of(tmp_path, name)
    count = ledger.counts["transactions"]
    rows = Transactions(ledger.column, ledger.counts, range(count))
    found = {}
    for rule in RULES.values():
        answers = rule(rows)
        plain = [rows.one(row, with_spenders=True) for row in range(count)]
        assert answers.tolist() == [rule.one(each) for each in plain], rule.name
        found[rule.name] = int(np.count_nonzero(answers == YES))
    assert {key: many for key, many in found.items() if many} == EXPECTED[name]
    mixed = sum(many for key, many in EXPECTED[name].items() if RULES[key].kind == COINJOIN and key != "tx0")
    assert int(np.count_nonzero(PROTOCOL_COINJOIN(rows) == YES)) == mixed
