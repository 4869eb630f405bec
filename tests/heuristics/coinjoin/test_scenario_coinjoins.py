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
from clew.schema import UNKNOWN, YES
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


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("joinmarket", {"coinjoin": 1, "equal_output_coinjoin": 1}),
        ("wabisabi", {"coinjoin": 1, "equal_output_coinjoin": 1}),
        # Tx0s of one owner have equal outputs to more addresses than pay.
        ("whirlpool", {"coinjoin": 2, "equal_output_coinjoin": 2}),
        # Looks like one, and is one owner's: only the wide rule takes it for a coinjoin.
        ("batch_payout", {"coinjoin": 0, "equal_output_coinjoin": 1}),
        ("exchange_sweep", {"coinjoin": 0, "equal_output_coinjoin": 1}),
        # Nobody can tell this one from a coinjoin of two.
        ("stonewall", {"coinjoin": 1, "equal_output_coinjoin": 1}),
    ],
)
def test_what_strict_leaves_out(tmp_path: Path, name: str, yes: dict[str, int]) -> None:
    ledger = ledger_of(tmp_path, name)
    rows = Transactions(ledger.column, ledger.counts, range(ledger.counts["transactions"]))
    rules = {rule: shipped()[rule] for rule in yes}
    assert {rule: int(np.count_nonzero(ask(rows) == YES)) for rule, ask in rules.items()} == yes


def test_a_payjoin_is_flagged(tmp_path: Path) -> None:
    """The shop's own coin lies among the inputs, and was not needed; no other rule says anything."""
    ledger = ledger_of(tmp_path, "payjoin")
    rows = Transactions(ledger.column, ledger.counts, range(ledger.counts["transactions"]))
    flagged = np.flatnonzero(shipped()["payjoin"](rows) == UNKNOWN)
    (payment,) = [row for row in range(len(rows)) if len(rows.one(row).inputs) == 2]
    assert flagged.tolist() == [payment]
    assert not (shipped()["coinjoin"](rows) == YES).any()


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
