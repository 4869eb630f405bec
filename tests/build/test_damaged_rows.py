"""Rows that a disk has damaged: found when the next run reads them, never used as an index."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clew.build import index
from clew.errors import NotALedgerError
from clew.ledger.ledger import Ledger


@pytest.fixture(scope="module")
def half(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of the first 3,000 blocks."""
    ledger = tmp_path_factory.mktemp("half") / "ledger"
    index(ledger, shared_data / "blocks" / "mainnet-0-4312", until=3_000)
    return ledger


@pytest.mark.parametrize(
    "column",
    [
        "inputs.spent_output.high",
        "inputs.spent_output.low",
        "outputs.address",
        "transactions.first_output.high",
        "transactions.first_output.low",
        "transactions.first_input.high",
        "unspendable.output.high",
    ],
)
def test_a_damaged_index_is_an_error(half: Path, shared_data: Path, tmp_path: Path, column: str) -> None:
    ledger = tmp_path / "ledger"
    shutil.copytree(half, ledger)
    (path,) = ledger.glob(f"rows-*/{column}")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4 * 4 + (3 if len(data) > 4 and not column.endswith("high") else 0)
    data[middle if column != "unspendable.output.high" else 0] ^= 0x7F
    path.write_bytes(data)
    with pytest.raises(NotALedgerError, match="damaged on disk") as raised:
        index(ledger, shared_data / "blocks" / "mainnet-0-4312")
    assert column.rsplit(".", 1)[0].split(".")[0] in str(raised.value)
    assert "\n" not in str(raised.value)


def test_sound_rows_go_on(half: Path, shared_data: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    shutil.copytree(half, ledger)
    index(ledger, shared_data / "blocks" / "mainnet-0-4312")
    fresh = tmp_path / "fresh"
    index(fresh, shared_data / "blocks" / "mainnet-0-4312")
    assert Ledger(ledger).digest() == Ledger(fresh).digest()
