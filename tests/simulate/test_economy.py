"""A simulated economy is a valid chain, loses no satoshi, and is the same for the same seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from clew import schema
from clew.bitcoin.block import check_block, parse_block
from clew.bitcoin.script import classify
from clew.errors import StorageError, UsageError
from clew.simulate.blockfile import obfuscate
from clew.simulate.chain import HALVING_BLOCKS, Coin
from clew.simulate.course import run
from clew.simulate.mining import push_height
from clew.simulate.small_economy import BLOCKS, Economy, simulate


def digest_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def frames(economy: Economy) -> list[bytes]:
    """The blocks in the files, in the order in which they stand there."""
    key = (economy.folder / "blocks" / "xor.dat").read_bytes()
    found = []
    for path in economy.files:
        content, position = path.read_bytes(), 0
        while any(content[position : position + 8]):
            head = obfuscate(content[position : position + 8], key, position)
            assert head[:4] == economy.chain.network.magic
            size = int.from_bytes(head[4:], "little")
            start = position + 8
            found.append(obfuscate(content[start : start + size], key, start))
            position = start + size
        assert not any(content[position:])
    return found


def test_every_block_passes_the_plain_parser(economy: Economy) -> None:
    previous = bytes(32)
    for height, raw in enumerate(economy.chain.raw_blocks):
        block = parse_block(raw)
        check_block(block, economy.chain.network, height=height)
        assert block.header.previous == previous
        assert height == 0 or block.transactions[0].inputs[0].script.startswith(push_height(height))
        previous = block.header.hash


def test_every_satoshi_is_minted_held_or_a_fee(economy: Economy) -> None:
    """Followed through the parsed bytes alone, so the chain builder cannot vouch for itself."""
    unspent: dict[tuple[bytes, int], int] = {}
    minted = 0
    for height, raw in enumerate(economy.chain.raw_blocks):
        coinbase, *others = parse_block(raw).transactions
        fees = 0
        for each in others:
            paid_in = sum(unspent.pop((entry.previous_txid, entry.previous_index)) for entry in each.inputs)
            fee = paid_in - sum(output.value for output in each.outputs)
            assert fee >= 0
            fees += fee
            unspent.update({(each.txid, vout): output.value for vout, output in enumerate(each.outputs)})
        subsidy = 50 * 100_000_000 >> height // HALVING_BLOCKS
        assert sum(output.value for output in coinbase.outputs) == subsidy + fees
        if height:
            minted += subsidy
            unspent.update({(coinbase.txid, vout): out.value for vout, out in enumerate(coinbase.outputs)})
    assert (
        sum(unspent.values()) == minted == economy.truth.totals["minted"] == economy.truth.totals["unspent"]
    )


def test_no_coinbase_is_spent_early(economy: Economy) -> None:
    spent = [
        (block.height, coin)
        for block in economy.chain.blocks
        for transfer in block.transfers
        for coin in transfer.inputs
        if coin.coinbase
    ]
    assert len(spent) > 50
    assert all(height - coin.height >= 100 for height, coin in spent)


def test_inputs_unlock_the_kind_of_lock_they_spend(economy: Economy) -> None:
    def has_witness(coin: Coin) -> bool:
        return coin.lock.script.startswith((b"\x00", b"\x51")) and coin.lock.script_type != schema.MULTISIG

    for block in economy.chain.blocks:
        for transfer in block.transfers[1:]:
            for coin, entry in zip(transfer.inputs, transfer.transaction.inputs, strict=True):
                nested = coin.lock.script_type == schema.SCRIPTHASH
                assert bool(entry.witness) == (has_witness(coin) or nested)
                assert bool(entry.script) == (not has_witness(coin))


def test_times_pass_and_sometimes_run_backwards(economy: Economy) -> None:
    times = [block.header.time for block in economy.chain.blocks]
    for height in range(12, len(times)):
        assert times[height] > sorted(times[height - 11 : height])[5]
    backwards = sum(later < earlier for earlier, later in pairwise(times))
    assert 3 <= backwards <= len(times) // 8
    assert 300 * 86_400 < times[-1] - times[1] < 340 * 86_400


def test_every_kind_of_script_is_there(economy: Economy) -> None:
    kinds = Counter(
        classify(coin.lock.script)[0]
        for block in economy.chain.blocks
        for transfer in block.transfers
        for coin in transfer.outputs
    )
    # The last is Bitcoin Cash's.
    rare = {schema.NONSTANDARD, schema.ANCHOR, schema.WITNESS_UNKNOWN, schema.SCRIPTHASH32}
    assert set(kinds) == set(range(len(schema.SCRIPT_TYPES))) - rare
    assert economy.truth.totals["op_returns"] >= 5


def test_the_files_hold_the_chain_out_of_order_and_one_stale_block(economy: Economy) -> None:
    found = frames(economy)
    chain = economy.chain.raw_blocks
    assert len(economy.files) >= 2
    assert found[0] == chain[0]
    assert Counter(found) == Counter([*chain, *economy.stale])
    heights = [chain.index(raw) for raw in found if raw in chain]
    assert heights != sorted(heights)


def test_the_stale_block_is_valid_and_lost(economy: Economy) -> None:
    [raw] = economy.stale
    block = parse_block(raw)
    check_block(block, economy.chain.network)
    winner = next(each for each in economy.chain.blocks if each.header.previous == block.header.previous)
    assert 0 < winner.height < economy.chain.height
    assert winner.header.hash != block.header.hash
    assert {each.txid for each in block.transactions[1:]} == {each.txid for each in winner.transfers[1:]}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """In another process too, whose hashes fall in another order."""
    simulate(tmp_path / "here", seed=3, blocks=200)
    code = "import sys, pathlib; from clew.simulate.small_economy import simulate; "
    code += "simulate(pathlib.Path(sys.argv[1]), seed=3, blocks=200)"
    for hashes in ("1", "2"):
        there = tmp_path / hashes
        environment = {**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code, str(there)], env=environment, check=True)
        assert digest_of(there) == digest_of(tmp_path / "here")


def test_the_bytes_are_the_same_on_every_machine() -> None:
    """Frozen; a change to what actors do changes it on purpose."""
    tip = run(3, 200).chain.tip
    assert tip.header.hash[::-1].hex() == "798cc4fe3b53a23592919b6fafb644d690ccfa517c9fb9cc5c89ad0203904011"


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    first = simulate(tmp_path / "first", seed=3, blocks=200)
    second = simulate(tmp_path / "second", seed=4, blocks=200)
    assert first.chain.raw_blocks[0] == second.chain.raw_blocks[0]
    assert not set(first.chain.raw_blocks[1:]) & set(second.chain.raw_blocks[1:])
    assert first.truth.seed_address != second.truth.seed_address


def test_obfuscation_changes_the_files_only(tmp_path: Path) -> None:
    hidden = simulate(tmp_path / "hidden", seed=3, blocks=200)
    plain = simulate(tmp_path / "plain", seed=3, blocks=200, obfuscate=False)
    assert (plain.folder / "blocks" / "xor.dat").read_bytes() == bytes(8)
    assert frames(plain) == frames(hidden)
    assert plain.files[0].read_bytes().startswith(plain.chain.network.magic)
    assert not hidden.files[0].read_bytes().startswith(plain.chain.network.magic)


def test_bad_requests_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 200 blocks"):
        simulate(tmp_path / "short", seed=1, blocks=150)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").write_text("kept")
    with pytest.raises(UsageError, match="empty folder"):
        simulate(tmp_path / "full", seed=1, blocks=200)
    (tmp_path / "file").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        simulate(tmp_path / "file" / "world", seed=1, blocks=200)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "kept"]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    simulate(tmp_path, seed=1, blocks=200)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "blocks", "truth"]


def test_the_usual_economy_has_some_thousands_of_transactions(tmp_path: Path) -> None:
    economy = simulate(tmp_path / "world", seed=1)
    assert economy.blocks == BLOCKS == economy.truth.totals["blocks"]
    assert 4_000 < economy.transactions < 6_000
    assert len(economy.files) == 3
