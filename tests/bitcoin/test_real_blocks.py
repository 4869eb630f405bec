"""The plain parser on real blocks of the main network."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from clew.bitcoin.address import encode
from clew.bitcoin.block import Block, check_block, check_merkle_root, parse_block, work
from clew.bitcoin.hashes import hash160
from clew.bitcoin.networks import network
from clew.bitcoin.script import classify, instructions
from clew.errors import BadBlockError
from clew.schema import PUBKEY, PUBKEYHASH, WITNESS_V0_KEYHASH

MAIN = network("main")
SINGLE = [
    *(169482, 227835, 227836, 300025, 363703, 370661, 383616, 413567, 426884),
    *(481815, 481829, 482683, 540107, 574200, 702861),
]
WITH_PREVOUTS = [367891, 866342]


def block_file(shared_data: Path, height: int) -> Path:
    folder = "with-prevouts" if height in WITH_PREVOUTS else "single"
    return shared_data / "blocks" / folder / f"mainnet-{height}.raw"


def first_blocks(shared_data: Path) -> list[Block]:
    data = (shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat").read_bytes()
    blocks = []
    position = 0
    while position < len(data):
        assert data[position : position + 4] == MAIN.magic
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        blocks.append(parse_block(data[position + 8 : position + 8 + size]))
        assert blocks[-1].serialise() == data[position + 8 : position + 8 + size]
        position += 8 + size
    return blocks


def test_no_block_is_left_out(shared_data: Path) -> None:
    found = [
        *(shared_data / "blocks").glob("single/*.raw"),
        *(shared_data / "blocks").glob("with-prevouts/*.raw"),
    ]
    heights = [int(re.fullmatch(r"mainnet-(\d+)\.raw", each.name)[1]) for each in found]  # type: ignore[index]
    assert sorted(heights) == sorted(SINGLE + WITH_PREVOUTS)


@pytest.mark.parametrize("height", SINGLE + WITH_PREVOUTS)
def test_parse_check_and_serialise_back(shared_data: Path, height: int) -> None:
    data = block_file(shared_data, height).read_bytes()
    block = parse_block(data)
    assert block.serialise() == data
    check_block(block, MAIN)
    check_block(block, MAIN, height=height)
    assert block.size == len(data)
    assert any(each.has_witness for each in block.transactions) is (
        height >= MAIN.segwit_height and block.base_size < block.size
    )


@pytest.mark.parametrize("height", [169482, 482683])
def test_a_flipped_bit_is_caught(shared_data: Path, height: int) -> None:
    data = block_file(shared_data, height).read_bytes()
    header = range(80 * 8)
    rest = random.Random(height).sample(range(80 * 8, len(data) * 8), 1_000)
    for bit in [*header, *rest]:
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadBlockError):
            check_block(parse_block(bytes(wrong)), MAIN)


def test_a_flipped_bit_in_each_witness_is_caught(shared_data: Path) -> None:
    block = parse_block(block_file(shared_data, 482683).read_bytes())
    places = [
        (index, position, item)
        for index, transaction in enumerate(block.transactions)
        for position, spending in enumerate(transaction.inputs)
        for item, data in enumerate(spending.witness)
        if data
    ]
    assert len(places) > 5
    for place in places:
        changed = parse_block(with_flipped_witness(block, *place).serialise())
        check_merkle_root(changed)
        with pytest.raises(BadBlockError, match="witness commitment"):
            check_block(changed, MAIN)


def with_flipped_witness(block: Block, index: int, position: int, item: int) -> Block:
    transactions = list(block.transactions)
    inputs = list(transactions[index].inputs)
    witness = list(inputs[position].witness)
    witness[item] = witness[item][:-1] + bytes([witness[item][-1] ^ 1])
    inputs[position] = replace(inputs[position], witness=tuple(witness))
    transactions[index] = replace(transactions[index], inputs=tuple(inputs))
    return Block.build(block.header, transactions)


def test_stripped_of_its_witnesses(shared_data: Path) -> None:
    block = parse_block(block_file(shared_data, 482683).read_bytes())
    start = block.serialise()[: block.transactions[0].offset]
    bare = parse_block(start + b"".join(each.serialise(witness=False) for each in block.transactions))
    assert bare.size == block.base_size
    with pytest.raises(BadBlockError, match="coinbase witness item"):
        check_block(bare, MAIN, height=482683)


def test_repeated_transactions_of_a_real_block(shared_data: Path) -> None:
    # 2,097 transactions, an odd number: the last may stand twice without changing the root.
    block = parse_block(block_file(shared_data, 481815).read_bytes())
    assert len(block.transactions) % 2
    repeated = Block.build(block.header, [*block.transactions, block.transactions[-1]])
    with pytest.raises(BadBlockError, match="repeated"):
        check_block(parse_block(repeated.serialise()), MAIN)


def test_the_first_blocks(shared_data: Path) -> None:
    blocks = first_blocks(shared_data)
    assert len(blocks) == 4313
    assert sum(len(each.transactions) for each in blocks) == 4371
    assert blocks[0].header.hash == MAIN.genesis_hash
    for height, block in enumerate(blocks):
        check_block(block, MAIN, height=height)
        if height:
            assert block.header.previous == blocks[height - 1].header.hash
    assert blocks[-1].header.hash[::-1].hex().startswith("00000000a9da635727dce622d78361b153ce")
    assert sum(work(each.header.bits) for each in blocks) == 4313 * 0x100010001


def test_addresses_of_well_known_pubkey_outputs(shared_data: Path) -> None:
    blocks = first_blocks(shared_data)

    def paid(height: int, transaction: int, output: int) -> tuple[int, str, int]:
        found = blocks[height].transactions[transaction].outputs[output]
        kind, address_type, payload = classify(found.script)
        return kind, encode(address_type, payload, MAIN), found.value

    assert paid(0, 0, 0) == (PUBKEY, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 5_000_000_000)
    assert paid(1, 0, 0) == (PUBKEY, "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX", 5_000_000_000)
    assert paid(9, 0, 0) == (PUBKEY, "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S", 5_000_000_000)
    # Block 170: ten bitcoins to Hal Finney, and the change.
    assert paid(170, 1, 0) == (PUBKEY, "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3", 1_000_000_000)
    assert paid(170, 1, 1) == (PUBKEY, "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S", 4_000_000_000)


@pytest.mark.parametrize("height", WITH_PREVOUTS)
def test_spent_outputs_fit_the_inputs(shared_data: Path, height: int) -> None:
    zstandard = pytest.importorskip("zstandard", reason="reading .zst needs the package zstandard")
    file = shared_data / "blocks" / "with-prevouts" / f"mainnet-{height}.spent-outputs.json.zst"
    with file.open("rb") as compressed:
        spent = json.loads(zstandard.ZstdDecompressor().stream_reader(compressed).read())
    block = parse_block(block_file(shared_data, height).read_bytes())
    inputs = [spending for each in block.transactions[1:] for spending in each.inputs]
    assert len(spent) == len(inputs)

    key_hashes = 0
    for output, spending in zip(spent, inputs, strict=True):
        kind, _, payload = classify(bytes.fromhex(output["txout"]["script_pubkey"]))
        if kind in (PUBKEYHASH, WITNESS_V0_KEYHASH):
            pushed = [data for _, data in instructions(spending.script) or []]
            key = pushed[-1] if kind == PUBKEYHASH else spending.witness[-1]
            assert hash160(key) == payload
            key_hashes += 1
    assert key_hashes > 800

    values_in = sum(output["txout"]["value"] for output in spent)
    values_out = sum(output.value for each in block.transactions[1:] for output in each.outputs)
    subsidy = 5_000_000_000 >> height // 210_000
    claimed = sum(output.value for output in block.transactions[0].outputs)
    assert claimed == subsidy + values_in - values_out
