"""The kernels and the plain parser on real blocks, field by field."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clew.bitcoin.block import Block, check_block, parse_block
from clew.bitcoin.networks import network
from clew.kernels import structure
from clew.kernels.jit import JIT
from kernels.running import count, read, require_same_columns
from naive.frames import read_frames

MAIN = network("main")
HEIGHTS = [
    *(169482, 227835, 227836, 300025, 363703, 367891, 370661, 383616, 413567, 426884),
    *(481815, 481829, 482683, 540107, 574200, 702861, 866342),
]
SMALL = [169482, 482683]


def raw_block(shared_data: Path, height: int) -> bytes:
    (file,) = (shared_data / "blocks").glob(f"*/mainnet-{height}.raw")
    return file.read_bytes()


@pytest.mark.parametrize(
    "height",
    [pytest.param(each, marks=() if each in SMALL else pytest.mark.jit_only) for each in HEIGHTS],
)
def test_every_field_of_a_real_block(shared_data: Path, height: int) -> None:
    raw = raw_block(shared_data, height)
    segwit = height >= MAIN.segwit_height
    block = parse_block(raw)
    check_block(block, MAIN, height=height)
    found = read([raw], [segwit])
    assert found.faults == [structure.SOUND]
    assert found.columns is not None
    require_same_columns(found.columns, [block])


def test_the_list_of_real_blocks_is_whole(shared_data: Path) -> None:
    found = (shared_data / "blocks").glob("*/*.raw")
    assert sorted(each.name for each in found) == [f"mainnet-{height}.raw" for height in HEIGHTS]


def test_the_first_blocks_in_one_batch(shared_data: Path) -> None:
    raws = read_frames(shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat")
    raws = raws if JIT else raws[150:200]
    blocks = [parse_block(raw) for raw in raws]
    for pieces in (1, 7):
        found = read(raws, [False] * len(raws), pieces)
        assert not any(found.faults)
        assert found.columns is not None
        require_same_columns(found.columns, blocks)


def rearranged(block: Block) -> bytes:
    """The block with its last two transactions changed about."""
    *others, one, two = block.transactions
    return Block.build(block.header, [*others, two, one]).serialise()


def test_a_real_block_in_another_order_is_refused(shared_data: Path) -> None:
    block = parse_block(raw_block(shared_data, 482683))
    assert read([rearranged(block)], [True]).faults == [structure.BAD_ROOT]


def test_a_real_block_without_its_witnesses_is_refused(shared_data: Path) -> None:
    block = parse_block(raw_block(shared_data, 482683))
    head = block.serialise()[: block.transactions[0].offset]
    stripped = head + b"".join(each.serialise(witness=False) for each in block.transactions)
    assert read([stripped], [True]).faults == [structure.NO_RESERVED]
    assert read([stripped], [False]).faults == [structure.SOUND]


def test_a_real_block_cut_anywhere_is_refused(shared_data: Path) -> None:
    raw = raw_block(shared_data, 482683)
    step = 1 if JIT else 97
    for end in range(0, len(raw), step):
        *_, faults = count([raw[:end]])
        assert faults[0, 0] != structure.SOUND
        assert 0 <= faults[0, 1] <= len(raw)


@pytest.mark.parametrize("height", SMALL)
def test_a_flipped_bit_of_a_real_block_is_caught(shared_data: Path, height: int) -> None:
    raw = raw_block(shared_data, height)
    rng = np.random.default_rng(height)
    merkle = range(36 * 8, 68 * 8, 1 if JIT else 51)
    for bit in [*merkle, *rng.integers(80 * 8, len(raw) * 8, 400 if JIT else 2).tolist()]:
        wrong = bytearray(raw)
        wrong[bit // 8] ^= 1 << bit % 8
        assert read([bytes(wrong)], [height >= MAIN.segwit_height]).faults != [structure.SOUND]
