"""Rows that a disk has damaged: found when a run reads them, never used as an index."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from build.nodes import built, lively_blocks, node
from clew.build import Progress, index, pipeline
from clew.errors import BadBlockError, NotALedgerError, StoppedError
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger


@pytest.fixture(scope="module")
def half(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of the first 3,000 blocks."""
    ledger = tmp_path_factory.mktemp("half") / "ledger"
    index(ledger, shared_data / "blocks" / "mainnet-0-4312", until=3_000)
    return ledger


INDICES = [
    "inputs.spent_output.high",
    "inputs.spent_output.low",
    "outputs.address",
    "transactions.first_output.high",
    "transactions.first_output.low",
    "transactions.first_input.high",
    "unspendable.output.high",
]
RESTORED = [
    column for column in INDICES if column not in ("outputs.address", "transactions.first_input.high")
]
"""What a first build that goes on reads back."""


def damage(ledger: Path, column: str) -> None:
    """Flip bits of one number in the middle of a column, so that it is no index any more."""
    (path,) = ledger.glob(f"rows-*/{column}")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4 * 4 + (3 if len(data) > 4 and not column.endswith("high") else 0)
    data[middle if column != "unspendable.output.high" else 0] ^= 0x7F
    path.write_bytes(data)


def found(ledger: Path, blocks: Path, column: str) -> None:
    """The next run names the column."""
    with pytest.raises(NotALedgerError, match="damaged on disk") as raised:
        index(ledger, blocks)
    assert column.rsplit(".", 1)[0].split(".")[0] in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("column", INDICES)
def test_a_damaged_index_is_an_error_when_all_is_built_anew(
    half: Path, shared_data: Path, tmp_path: Path, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "ledger"
    shutil.copytree(half, ledger)
    damage(ledger, column)
    monkeypatch.setattr(pipeline, "rules_in_force", list)
    found(ledger, shared_data / "blocks" / "mainnet-0-4312", column)
    assert manifests.read(ledger) == manifests.read(half)


@pytest.fixture(scope="module")
def stopped(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A first build that was stopped at 3,000 blocks or soon after."""
    ledger = tmp_path_factory.mktemp("stopped") / "ledger"

    def stop(progress: Progress) -> None:
        if progress.stage == "blocks" and (progress.height or 0) >= 3_000:
            raise KeyboardInterrupt

    with pytest.raises(StoppedError):
        index(ledger, shared_data / "blocks" / "mainnet-0-4312", batch_bytes=10_000, progress=stop)
    return ledger


@pytest.mark.parametrize("column", RESTORED)
def test_a_damaged_index_is_an_error_when_a_first_build_goes_on(
    stopped: Path, shared_data: Path, tmp_path: Path, column: str
) -> None:
    ledger = tmp_path / "ledger"
    shutil.copytree(stopped, ledger)
    damage(ledger, column)
    found(ledger, shared_data / "blocks" / "mainnet-0-4312", column)


@pytest.mark.parametrize("flip", [0x01, 0x7F])
def test_blocks_added_to_damaged_files_end_in_one_line_or_are_not_concerned(room: Path, flip: int) -> None:
    """Each file in turn, flipped from end to end: what is read of it is never trusted to be an index."""
    folder, whole = node(room / "blocks", lively_blocks(130)), room / "whole"
    built(whole, folder, until=120)
    refused, said = set(), []
    for path in [*whole.glob("*-*/*"), *whole.glob("segment-*")]:
        if path.is_file() and path.stat().st_size:
            ledger = Path(shutil.copytree(whole, room / "ledger"))
            spoilt = ledger / path.relative_to(whole)
            spoilt.write_bytes(bytes(byte ^ flip for byte in path.read_bytes()))
            try:
                built(ledger, folder)
            except (NotALedgerError, BadBlockError) as error:
                refused.add(path.name)
                said.append(str(error))
            shutil.rmtree(ledger)
    assert [each for each in said if "\n" in each] == []
    assert refused >= {"outputs.address", "transactions.first_output.high", "transaction_lookup.id"}
    assert refused >= {"entities.entity", "address_buckets.start", "address_lookup.id", "spends.spent_by"}


def test_sound_rows_go_on(half: Path, shared_data: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    shutil.copytree(half, ledger)
    index(ledger, shared_data / "blocks" / "mainnet-0-4312")
    fresh = tmp_path / "fresh"
    index(fresh, shared_data / "blocks" / "mainnet-0-4312")
    assert Ledger(ledger).digest() == Ledger(fresh).digest()
