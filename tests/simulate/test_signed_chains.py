"""A signed chain is one that a node accepts, to the byte of its undo files; a forged one is not."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from clew.bitcoin.block import check_block, parse_block
from clew.bitcoin.transaction import Transaction
from clew.bitcoin.undo import Spent
from clew.simulate.blockfile import CORE_CHUNK_BYTES, NO_KEY, write_block_files
from clew.simulate.chain import COIN, Chain, Transfer
from clew.simulate.connection import connections
from clew.simulate.locks import lock
from naive.undo import spent_coins
from simulate.consensus import Verdict, judge
from simulate.signed_chains import FINAL, NOT_FINAL, all_locks, everything, flipped, miners_coin, rich_chain

KEY = bytes.fromhex("1f00a5c3887e0b42")
KINDS = 17


def spent_by(chain: Chain) -> tuple[Spent, ...]:
    return tuple(spent_coins([parse_block(raw) for raw in chain.raw_blocks]))


def accepted(chain: Chain, verdict: Verdict) -> bool:
    return (verdict.height, verdict.tip) == (chain.height, chain.tip.header.hash)


def test_the_judge_accepts_everything(tmp_path: Path) -> None:
    chain = everything()
    verdict = judge(chain.raw_blocks, tmp_path / "node")
    assert verdict.refused == {}
    assert accepted(chain, verdict)
    assert len(verdict.spent) == len(chain.blocks)
    assert verdict.spent == spent_by(chain)
    assert sum(len(each) for record in verdict.spent for each in record) > 150


def test_our_own_checks_accept_it_too() -> None:
    for height, raw in enumerate(everything().raw_blocks):
        check_block(parse_block(raw), everything().network, height=height)


@pytest.mark.parametrize("key", [NO_KEY, KEY])
def test_the_judges_files_are_ours(tmp_path: Path, key: bytes) -> None:
    chain = everything()
    verdict = judge(chain.raw_blocks, tmp_path / "node", key=key)
    ours = tmp_path / "ours"
    write_block_files(
        ours, chain.raw_blocks, network=chain.network, xor_key=key, preallocate=CORE_CHUNK_BYTES, undo=True
    )
    assert sorted(path.name for path in ours.iterdir()) == ["blk00000.dat", "rev00000.dat", "xor.dat"]
    for path in ours.iterdir():
        assert path.read_bytes() == (verdict.folder / path.name).read_bytes(), path.name


def test_the_same_seed_signs_the_same_bytes() -> None:
    def blocks(seed: str) -> list[bytes]:
        chain = rich_chain(seed)
        chain.pay([miners_coin(chain)], [(each, COIN) for each in all_locks(chain, "alice")])
        chain.mine(chain.lock("miner", "p2tr"))
        return chain.raw_blocks

    assert blocks("one") == blocks("one")
    assert blocks("one") != blocks("two")


def forge(chain: Chain, made: Transfer, transaction: Transaction) -> Chain:
    """The chain with a block that has another transaction in place of one that waits."""
    body = [replace(each, transaction=transaction) if each is made else each for each in chain.waiting]
    chain.mine(chain.lock("miner", "p2wpkh"), transfers=body)
    return chain


@pytest.mark.parametrize("place", range(KINDS - 3))
def test_one_flipped_bit_of_a_signature_is_refused(tmp_path: Path, place: int) -> None:
    chain = rich_chain()
    locks = all_locks(chain, "alice")
    assert len(locks) == KINDS
    assert locks[place].needed
    funded = chain.pay([miners_coin(chain)], [(locks[place], COIN)])
    chain.mine(chain.lock("miner", "p2wpkh"))
    made = chain.pay(funded.outputs, [(chain.lock("bob"), COIN // 2)])
    verdict = judge(forge(chain, made, flipped(made.transaction, 0)).raw_blocks, tmp_path / "node")
    assert verdict.height == chain.height - 1
    assert verdict.tip == chain.blocks[-2].header.hash
    assert verdict.refused == {chain.tip.header.hash: "CONSENSUS"}


@pytest.mark.parametrize("place", [None, 0, 3, 8, -4])
def test_the_same_chain_with_one_bit_flipped_is_refused_from_there(tmp_path: Path, place: int | None) -> None:
    """In one input of the transactions that open every lock with every hash type, or in none."""
    chain = everything()
    height = max(range(len(chain.blocks)), key=lambda at: len(chain.blocks[at].raw))
    body = list(chain.blocks[height].transfers[1:])
    assert len(body) == 7
    if place is not None:
        signed = body[3].transaction
        index = place % len(signed.inputs)
        body[3] = replace(body[3], transaction=flipped(signed, index))
    forged = chain.fork(height - 1)
    forged.mine(chain.lock("miner", "p2pk"), transfers=body)
    verdict = judge(forged.raw_blocks, tmp_path / "node")
    assert verdict.height == (height if place is None else height - 1)
    assert len(verdict.refused) == (place is not None)


def test_filler_is_refused(tmp_path: Path) -> None:
    chain = Chain()
    chain.mine(lock("miner", "p2wpkh"), count=100)
    chain.pay(chain.ripe(lock("miner", "p2wpkh")), [(lock("alice"), COIN)])
    chain.mine(lock("miner", "p2wpkh"))
    verdict = judge(chain.raw_blocks, tmp_path / "node")
    assert (verdict.height, list(verdict.refused)) == (100, [chain.tip.header.hash])


@pytest.mark.parametrize(
    ("lock_time", "sequence", "version"),
    [
        ("height", NOT_FINAL, 1),
        ("median", NOT_FINAL, 2),
        (0, 5000, 2),
        (0, 1 << 22 | 5000, 2),
    ],
)
def test_lock_times_that_have_not_come_are_refused(
    tmp_path: Path, lock_time: int | str, sequence: int, version: int
) -> None:
    chain = rich_chain()
    last = chain.height
    not_yet = {"height": chain.height + 1, "median": chain.median_time}
    at = not_yet[lock_time] if isinstance(lock_time, str) else lock_time
    chain.pay(
        [miners_coin(chain)],
        [(chain.lock("hasty"), COIN)],
        lock_time=at,
        sequence=sequence,
        version=version,
    )
    chain.mine(chain.lock("miner", "p2wpkh"))
    verdict = judge(chain.raw_blocks, tmp_path / "node")
    assert (verdict.height, set(verdict.refused.values())) == (last, {"CONSENSUS"})
    assert sequence != FINAL


def test_low_signatures_are_shorter(tmp_path: Path) -> None:
    chain = rich_chain(low_r=True)
    for number in range(30):
        coin = chain.pay([miners_coin(chain)], [(chain.lock(f"core {number}", "p2wpkh"), COIN)]).outputs[0]
        chain.pay([coin], [(chain.lock("miner", "p2wpkh"), COIN // 2)])
        chain.mine(chain.lock("miner", "p2wpkh"))
    witnesses = [
        entry.witness[0]
        for block in chain.blocks
        for each in block.transfers[1:]
        for entry in each.transaction.inputs
    ]
    assert len(witnesses) == 60
    assert max(map(len, witnesses)) == 71
    assert accepted(chain, judge(chain.raw_blocks, tmp_path / "node"))


# Undo files of nodes at which blocks arrive late, and branches lose


def two_branches() -> tuple[list[bytes], Chain]:
    """Blocks of a chain and of a branch that lost, with some transactions in both."""
    chain = rich_chain(coins=30)
    rival = chain.fork(chain.height - 4)
    for number in range(5):
        rival.pay([miners_coin(rival)], [(rival.lock(f"r{number}", "p2tr"), COIN)])
        rival.mine(rival.lock("rival", "p2pkh"))
    for number in range(4):
        made = chain.pay([miners_coin(chain)], [(chain.lock(f"c{number}", "p2wpkh"), COIN)])
        chain.pay(made.outputs, [(chain.lock("d"), COIN // 2)])
        chain.mine(chain.lock("miner", "p2tr"))
    return [*chain.raw_blocks, *rival.raw_blocks[rival.height - 4 :]], chain


def late(count: int, chance: random.Random) -> list[int]:
    """An order in which blocks arrive that is about the given one; the genesis block comes first."""
    return [0, *sorted(range(1, count), key=lambda index: index + chance.random() * 12)]


@pytest.mark.parametrize("seed", range(12))
def test_undo_files_of_a_node_that_saw_two_branches(tmp_path: Path, seed: int) -> None:
    blocks, chain = two_branches()
    chance = random.Random(seed)
    # The losing branch arrives before the end, among the blocks at its heights.
    place = len(chain.blocks) - 1 - seed % 6
    mixed = list(range(len(blocks)))
    mixed = [*mixed[:place], *mixed[len(chain.blocks) :], *mixed[place : len(chain.blocks)]]
    order = [mixed[index] for index in late(len(blocks), chance)]
    verdict = judge(blocks, tmp_path / "node", order=order[1:])
    assert accepted(chain, verdict)
    assert verdict.refused == {}
    write_block_files(
        tmp_path / "ours",
        blocks,
        network=chain.network,
        xor_key=NO_KEY,
        preallocate=CORE_CHUNK_BYTES,
        order=order,
        undo=True,
    )
    for name in ("blk00000.dat", "rev00000.dat"):
        assert (tmp_path / "ours" / name).read_bytes() == (verdict.folder / name).read_bytes(), name
    connected = connections(blocks, order)
    # Some of these nodes followed the branch that lost for a while.
    assert (len(connected) > chain.height) == (seed in (1, 4, 5, 10, 11))
    heights = {raw[36:68]: height for height, raw in enumerate(chain.raw_blocks)}
    by_height = {
        heights[each.block.header.merkle_root]: each.spent
        for each in connected
        if each.index < len(chain.blocks)
    }
    assert by_height == dict(enumerate(verdict.spent[1:], 1))
