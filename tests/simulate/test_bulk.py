"""Bulk chains, read by the plain parser: everything that an index checks holds, and the counts are right."""

from __future__ import annotations

import errno
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from clew.bitcoin.block import Block, Header, check_block, parse_block
from clew.bitcoin.networks import network
from clew.bitcoin.script import (
    MULTISIG,
    NONSTANDARD,
    NULLDATA,
    PUBKEY,
    PUBKEYHASH,
    SCRIPTHASH,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
    classify,
)
from clew.build import index
from clew.errors import StorageError, UsageError
from clew.kernels.made_scripts import KINDS
from clew.simulate.blockfile import CORE_FILE_BYTES, obfuscate
from clew.simulate.bulk import Composition, Progress, files, make
from clew.simulate.bulk.chain import MATURITY

TYPES = (
    PUBKEY, PUBKEYHASH, PUBKEYHASH, SCRIPTHASH, SCRIPTHASH, WITNESS_V0_KEYHASH, WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT, MULTISIG, NONSTANDARD, NULLDATA, PUBKEY,
)  # fmt: skip
"""The script type of each of KINDS."""

MB = 1_000_000


@dataclass
class Found:
    """What the plain parser finds in a chain."""

    blocks: int = 0
    transactions: int = 0
    inputs: int = 0
    outputs: int = 0
    witness_bytes: int = 0
    most_inputs: int = 0
    types: Counter[int] = field(default_factory=Counter)
    spent_types: Counter[int] = field(default_factory=Counter)
    ages: Counter[int] = field(default_factory=Counter)
    scripts: set[bytes] = field(default_factory=set)
    unspent: dict[tuple[bytes, int], tuple[int, bytes, int]] = field(default_factory=dict)


def blocks_of(folder: Path) -> list[bytes]:
    """The blocks of a folder, in order, each frame checked."""
    key = (folder / "xor.dat").read_bytes()
    blocks = []
    for path in sorted(folder.glob("blk*.dat")):
        data, at = obfuscate(path.read_bytes(), key), 0
        while at < len(data):
            assert data[at : at + 4] == network("regtest").magic
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            blocks.append(data[at + 8 : at + 8 + size])
            assert len(blocks[-1]) == size
            at += 8 + size
    return blocks


def read(folder: Path) -> Found:
    """Parse and check a whole chain: form, work, parents, roots, and that inputs spend what is there."""
    found = Found()
    previous: Header | None = None
    for height, raw in enumerate(blocks_of(folder)):
        block = parse_block(raw)
        check_block(block, network("regtest"), height=height if height else None)
        if previous is not None:
            assert block.header.previous == previous.hash
            assert block.header.time > previous.time
        previous = block.header
        _read_block(found, block, height)
    return found


def _read_block(found: Found, block: Block, height: int) -> None:
    found.blocks += 1
    fees, inputs = 0, 0
    for transaction in block.transactions:
        found.transactions += 1
        total = 0
        for each in () if transaction.is_coinbase else transaction.inputs:
            value, script, born = found.unspent.pop((each.previous_txid, each.previous_index))
            total += value
            inputs += 1
            found.spent_types[classify(script)[0]] += 1
            found.ages[(height - abs(born)).bit_length()] += 1
            if born < 0:
                assert height + born >= MATURITY
        paid = sum(each.value for each in transaction.outputs)
        if not transaction.is_coinbase:
            assert total >= paid
            fees += total - paid
        found.witness_bytes += transaction.size - transaction.base_size
        born = -height if transaction.is_coinbase else height
        for number, output in enumerate(transaction.outputs):
            found.outputs += 1
            kind = classify(output.script)[0]
            found.types[kind] += 1
            if kind != NULLDATA:
                found.scripts.add(output.script)
                assert (transaction.txid, number) not in found.unspent
                found.unspent[transaction.txid, number] = output.value, output.script, born
    assert sum(each.value for each in block.transactions[0].outputs) <= 50 * 10**8 + fees
    found.inputs += inputs
    found.most_inputs = max(found.most_inputs, inputs)


def agree(made: Composition, found: Found) -> None:
    """That the counts kept while making are those of the plain parser."""
    for name in ("blocks", "transactions", "inputs", "outputs", "witness_bytes", "most_inputs"):
        assert getattr(made, name) == getattr(found, name), name
    assert made.addresses == len(found.scripts)
    assert made.unspent == len(found.unspent)
    assert _by_type(made.output_kinds) == found.types
    assert _by_type(made.input_kinds) == found.spent_types
    names = {"0": 0, "1": 1, **{f"{1 << bits - 1} to {(1 << bits) - 1}": bits for bits in range(2, 32)}}
    assert {names[name]: count for name, count in made.ages.items()} == found.ages


def _by_type(kinds: dict[str, int]) -> Counter[int]:
    types: Counter[int] = Counter()
    for kind, count in zip(TYPES, (kinds[name] for name in KINDS), strict=True):
        types[kind] += count
    return +types


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Composition]:
    folder = tmp_path_factory.mktemp("bulk") / "blocks"
    return folder, make(folder, 8 * MB, seed=5, threads=2)


def test_the_plain_parser_finds_a_sound_chain_and_the_same_counts(chain: tuple[Path, Composition]) -> None:
    folder, made = chain
    found = read(folder)
    agree(made, found)
    sizes = [path.stat().st_size for path in folder.glob("blk*.dat")]
    assert (made.size, made.files) == (sum(sizes), len(sizes))
    assert 8 * MB <= made.size < 8 * MB + 50_000


def test_recent_chains_and_crowded_blocks_are_sound_too(tmp_path: Path) -> None:
    made = make(tmp_path / "recent", 4 * MB, seed=6, recent=True)
    agree(made, read(tmp_path / "recent"))
    crowded = make(tmp_path / "crowded", 5 * MB, seed=6, crowded=1)
    assert crowded.crowded_blocks == 1
    assert crowded.most_inputs > 20_000
    agree(crowded, read(tmp_path / "crowded"))


def test_an_index_finds_the_same_counts(chain: tuple[Path, Composition], tmp_path: Path) -> None:
    folder, made = chain
    summary = index(tmp_path / "ledger", folder, network="regtest", threads=2)
    counts = summary.counts
    assert counts["blocks"] == made.blocks
    assert counts["transactions"] == made.transactions
    assert counts["outputs"] == made.outputs
    assert counts["inputs"] == made.inputs + made.blocks
    assert counts["addresses"] == made.addresses
    # Owners are known by parts only, and nobody is taken for another.
    assert made.owners <= counts["entities"] < 0.8 * made.addresses


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_threads_do_not_change_a_byte(chain: tuple[Path, Composition], tmp_path: Path) -> None:
    folder, made = chain
    assert make(tmp_path / "one", 8 * MB, seed=5, threads=1) == made
    assert contents(tmp_path / "one") == contents(folder)
    make(tmp_path / "other", 2 * MB, seed=7)
    make(tmp_path / "again", 2 * MB, seed=7)
    make(tmp_path / "another", 2 * MB, seed=8)
    assert contents(tmp_path / "other") == contents(tmp_path / "again")
    assert contents(tmp_path / "other") != contents(tmp_path / "another")


def test_without_obfuscation_the_blocks_are_the_same(chain: tuple[Path, Composition], tmp_path: Path) -> None:
    folder, _ = chain
    make(tmp_path / "plain", 8 * MB, seed=5, obfuscated=False)
    assert (tmp_path / "plain" / "xor.dat").read_bytes() == bytes(8)
    assert (folder / "xor.dat").read_bytes() != bytes(8)
    assert blocks_of(tmp_path / "plain") == blocks_of(folder)


def close_to(found: float, asked: float, part: float = 0.03) -> bool:
    return abs(found / asked - 1) <= part


@pytest.mark.parametrize("seed", [1, 2])
def test_the_means_of_the_main_chain_are_met(tmp_path: Path, seed: int) -> None:
    made = make(tmp_path / "bulk", 60 * MB, seed=seed)
    assert close_to(made.size / made.transactions, 600)
    assert close_to(made.inputs / made.transactions, 2.6)
    assert close_to(made.outputs / made.transactions, 2.8)
    assert close_to(made.addresses / made.outputs, 17.6 / 46)
    assert 0.02 < made.unspent / made.outputs < 0.06


def test_the_means_of_the_last_years_are_met(tmp_path: Path) -> None:
    made = make(tmp_path / "recent", 40 * MB, seed=1, recent=True)
    assert close_to(made.size / made.transactions, 325)
    assert close_to(made.output_kinds["OP_RETURN"] / made.outputs, 0.38)


def test_files_are_those_of_a_node(tmp_path: Path) -> None:
    made = make(tmp_path / "bulk", 140 * MB, seed=1)
    first, second = sorted((tmp_path / "bulk").glob("blk*.dat"))
    assert CORE_FILE_BYTES - 2 * MB < first.stat().st_size < CORE_FILE_BYTES
    assert first.stat().st_size + second.stat().st_size == made.size
    with second.open("rb") as file:
        start = obfuscate(file.read(8), (tmp_path / "bulk" / "xor.dat").read_bytes())
    assert start[:4] == network("regtest").magic


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    steps: list[Progress] = []
    make(tmp_path / "bulk", MB, seed=1, progress=steps.append)
    assert [each.height for each in steps] == list(range(1, len(steps) + 1))
    assert steps[-1] == replace(steps[0], done=MB, height=len(steps))


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("here")
    with pytest.raises(UsageError, match="expected an empty folder"):
        make(tmp_path, MB, seed=1)
    with pytest.raises(UsageError, match="found a file"):
        make(tmp_path / "mine", MB, seed=1)
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "empty").mkdir()
    make(tmp_path / "empty", MB, seed=1)
    assert (tmp_path / "empty" / "blk00000.dat").exists()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_disk_that_fills_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    class Full:
        """A file on a disk with room for so many writes."""

        def __init__(self) -> None:
            self.left = 110

        def write(self, data: object) -> None:
            self.left -= 1
            if not self.left:
                raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr(files, "open", lambda *_: Full(), raising=False)
    with pytest.raises(StorageError, match="No space left on device; nothing was kept"):
        make(tmp_path / "bulk", 3 * MB, seed=1, threads=threads)
    assert not list(tmp_path.iterdir())


def test_stopping_leaves_nothing(tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        if step.height == 105:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "bulk", 4 * MB, seed=1, progress=stop)
    assert not list(tmp_path.iterdir())
