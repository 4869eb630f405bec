"""Whatever is changed in a ledger's rows is found, and named."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS, NULLDATA, ROW_TABLES, UNSPENT
from verify.comparing import changed, compare
from verify.conftest import Made

COLUMNS = [f"{table.name}.{column.name}" for table in ROW_TABLES if table.logical for column in table.columns]
COLUMNS = [name for name in COLUMNS if not name.startswith("overwritten.")] + ["spends.spent_by"]


def flip(values: Any, chance: random.Random, shortest: int) -> int:
    """Turn one bit of one value; returns its row."""
    row = chance.randrange(len(values))
    if values.ndim > 1:
        # The first bytes: no address's payload fills its head and tail.
        values[row, chance.randrange(min(values.shape[1], shortest))] ^= 1 << chance.randrange(8)
    else:
        # A length beyond all bytes that there are cuts nothing off: these two bits always do.
        bit = chance.choice([0, 3]) if shortest == 4 else chance.randrange(min(8 * values.itemsize - 1, 39))
        values[row] ^= np.array(1 << bit).astype(values.dtype)
    return row


def test_a_sound_ledger_differs_in_nothing(made: Made) -> None:
    compared, findings = compare(made.ledger, made.folder)
    assert (len(findings), findings.listed) == (0, [])
    counts = Ledger(made.ledger).counts
    assert compared.blocks == compared.headers == len(made.blocks) == counts["blocks"]
    sums = (compared.transactions, compared.outputs, compared.inputs)
    assert sums == (counts["transactions"], counts["outputs"], counts["inputs"])
    assert compared.bytes == sum(map(len, made.blocks))
    assert compared.undo_blocks == len(made.blocks) - 1
    assert compared.undo_inputs == counts["inputs"] - counts["blocks"]
    assert (compared.absent, compared.undo_absent, compared.other_blocks) == ((), 0, 0)
    assert compared.notices == ()


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("seed", range(3))
def test_a_flipped_bit_is_found(made: Made, name: str, seed: int) -> None:
    """Also where it makes ids point out of every table."""
    rows: list[int] = []
    shortest = {"addresses.head": 2, "address_tails.tail": 12, "address_tails.length": 4}.get(name, 32)
    chance = random.Random(f"{name} {seed}")
    ledger = changed(made.ledger, name, lambda values: rows.append(flip(values, chance, shortest)))
    _, findings = compare(ledger, made.folder)
    assert len(findings) >= 1
    if name.split(".")[0] in ("transactions", "outputs", "inputs", "spends"):
        assert any(each.what == name and each.row == rows[0] for each in findings.listed), findings.listed


def one(made: Made, name: str, change: Any) -> str:
    """The first finding after a change."""
    _, findings = compare(changed(made.ledger, name, change), made.folder)
    assert len(findings)
    return str(findings.listed[0])


def test_a_finding_says_where_what_and_what_instead(made: Made) -> None:
    ledger = Ledger(made.ledger)
    value = int(ledger.column("outputs.value")[60])
    transaction = ledger.transaction_of_output(60)
    height = ledger.block_of_transaction(transaction)

    def more(values: Any) -> None:
        values[60] += 1

    said = one(made, "outputs.value", more)
    assert said == (
        f"outputs.value (block {height}, transaction {ledger.txid(transaction)}, row 60): "
        f"expected {value}, found {value + 1}"
    )


def test_two_addresses_that_are_exchanged(made: Made) -> None:
    """Each has a payload of the ledger, but not its own."""

    def exchange(values: Any) -> None:
        values[[3, 4]] = values[[4, 3]]

    assert "addresses" not in one(made, "addresses.head", exchange).split(" ")[0]


def test_an_output_paid_to_nobody(made: Made) -> None:
    types = np.asarray(Ledger(made.ledger).column("outputs.script_type")[:])
    row = int(np.flatnonzero(types != NULLDATA)[5])
    said = one(made, "outputs.address", lambda values: values.__setitem__(row, NO_ADDRESS))
    assert f"row {row}" in said


def test_a_spent_output_said_to_be_unspent(made: Made) -> None:
    spent = int(np.flatnonzero(np.asarray(Ledger(made.ledger).column("spends.spent_by")[:]) < 1_000)[0])
    said = one(made, "spends.spent_by", lambda values: values.__setitem__(spent, UNSPENT))
    assert f"row {spent}" in said
    assert "unspent" in said


def test_an_unspent_output_said_to_be_spent(made: Made) -> None:
    spends = np.asarray(Ledger(made.ledger).column("spends.spent_by")[:])
    unspent = int(np.flatnonzero(spends == UNSPENT)[0])
    said = one(made, "spends.spent_by", lambda values: values.__setitem__(unspent, spends.size // 20))
    assert "expected a " in said


def test_findings_are_counted_beyond_those_kept(made: Made) -> None:
    from clew.verify import Findings, against

    findings = Findings(most=3)
    ledger = changed(made.ledger, "outputs.value", lambda values: values.__iadd__(1))
    against(ledger, made.folder, findings, sample=None)
    assert len(findings.listed) == 3
    assert findings.counts["outputs.value"] >= Ledger(made.ledger).counts["outputs"]


def test_a_sample_is_drawn_by_its_seed(made: Made) -> None:
    ledger = Ledger(made.ledger)
    wrong = int(ledger.column("blocks.first_output")[10])
    ledger = changed(made.ledger, "outputs.value", lambda values: values.__setitem__(wrong, 7))
    found = []
    for seed in range(12):
        compared, findings = compare(ledger, made.folder, sample=6, seed=seed)
        assert (compared.blocks, compared.headers) == (6, len(made.blocks))
        found.append(len(findings) > 0)
        again, same = compare(ledger, made.folder, sample=6, seed=seed)
        assert (again, same.listed) == (compared, findings.listed)
    assert {True, False} == set(found)
