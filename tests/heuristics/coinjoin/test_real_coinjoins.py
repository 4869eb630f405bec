"""Real transactions: every coinjoin found under its name, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.heuristics.coinjoin.coinjoin import PROTOCOL_COINJOIN
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import COINJOIN, LOOKALIKE
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Given
from clew.schema import YES
from heuristics.coinjoin.real import block, esplora

RULES = {name: rule for name, rule in shipped().items() if rule.kind in (COINJOIN, LOOKALIKE)}
RULES["payjoin"] = shipped()["payjoin"]

COINJOINS = {
    "joinmarket-coinjoin": "joinmarket",
    "wabisabi-coinjoin": "wabisabi",
    "whirlpool-coinjoin": "whirlpool",
}


def said_yes(transaction: Transaction) -> set[str]:
    return {name for name, rule in RULES.items() if rule.one(transaction) == YES}


def test_every_transaction_of_the_explorer(shared_data: Path) -> None:
    known = esplora(shared_data)
    assert len(known) > 50
    assert COINJOINS.keys() <= known.keys()
    for name, transaction in known.items():
        expected = {COINJOINS[name], "equal_output_coinjoin", "coinjoin"} if name in COINJOINS else set()
        assert said_yes(transaction) == expected, name


@pytest.mark.parametrize("height", [367891, 866342])
def test_a_real_block_has_none(shared_data: Path, height: int) -> None:
    transactions = block(shared_data, height)
    assert len(transactions) > 400
    for transaction in transactions:
        assert PROTOCOL_COINJOIN.one(transaction) != YES
        assert said_yes(transaction) <= {"batch_payout"}


@pytest.mark.parametrize("height", [367891, 866342])
def test_kernels_say_the_same_of_real_blocks(shared_data: Path, height: int) -> None:
    known = [*block(shared_data, height), *esplora(shared_data).values()]
    given = Given(known)
    for name, rule in RULES.items():
        assert rule(given).tolist() == [rule.one(each) for each in known], name
