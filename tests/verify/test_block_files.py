"""Block and undo files that are damaged, pruned, or tell another story than the ledger."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from build.nodes import KEY, REGTEST, framed, lively, node, raw_node
from clew.bitcoin.block import parse_block
from clew.bitcoin.undo import SpentCoin
from clew.build import index
from clew.errors import BadBlockError, UsageError
from clew.ledger.ledger import Ledger
from clew.simulate.blockfile import obfuscate
from clew.simulate.chain import Chain
from clew.simulate.locks import lock
from naive.frames import read_frames
from naive.undo import record, spent_coins
from verify.comparing import changed, compare
from verify.conftest import Made


def test_real_blocks_and_undo_records(shared_data: Path, tmp_path: Path) -> None:
    """Written by Bitcoin Core: obfuscated, with space allocated ahead."""
    folder = shared_data / "blocks" / "mainnet-0-4312-xor"
    index(tmp_path / "ledger", folder)
    compared, findings = compare(tmp_path / "ledger", folder)
    assert findings.listed == []
    assert (compared.blocks, compared.transactions, compared.undo_blocks) == (4_313, 4_371, 4_312)
    # Every input but those of the coinbases.
    assert compared.undo_inputs == Ledger(tmp_path / "ledger").counts["inputs"] - 4_313 == 247
    assert compared.undo_absent == 0


def damaged_folder(room: Path, frames: Sequence[bytes], at: int, bit: int) -> Path:
    data = bytearray(b"".join(frames))
    data[at] ^= 1 << bit
    return raw_node(room, bytes(data), key=KEY)


@pytest.mark.parametrize("seed", range(40))
def test_any_flipped_bit_of_a_block_is_named(made: Made, tmp_path: Path, seed: int) -> None:
    frames = framed(made.blocks)
    chance = random.Random(seed)
    height = chance.randrange(len(frames))
    start = sum(map(len, frames[:height]))
    # Magic, length and header as often as all the rest.
    at = start + chance.randrange(88 if seed % 2 else len(frames[height]))
    folder = damaged_folder(tmp_path / "blocks", frames, at, chance.randrange(8))
    _, findings = compare(made.ledger, folder)
    named = [each for each in findings.listed if each.what == "block file"]
    assert [each.height for each in named] == [height], findings.listed
    assert named[0].file == str(folder / "blk00000.dat")
    assert named[0].offset == start + 8


@pytest.mark.parametrize("seed", range(30))
def test_any_flipped_bit_of_a_real_block_is_named(shared_data: Path, tmp_path: Path, seed: int) -> None:
    magic = bytes.fromhex("f9beb4d9")
    raw = read_frames(shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat")[160:190]
    first = read_frames(shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat")[:160]
    frames = [magic + len(each).to_bytes(4, "little") + each for each in [*first, *raw]]
    index(tmp_path / "ledger", raw_node(tmp_path / "sound", b"".join(frames)))
    chance = random.Random(seed)
    at = chance.randrange(sum(map(len, frames)))
    folder = damaged_folder(tmp_path / "blocks", frames, at, chance.randrange(8))
    _, findings = compare(tmp_path / "ledger", folder)
    ends = [sum(map(len, frames[: number + 1])) for number in range(len(frames))]
    height = next(number for number, end in enumerate(ends) if at < end)
    assert [each.height for each in findings.listed if each.what == "block file"] == [height]


def test_headers_are_compared_even_if_no_block_is(made: Made, tmp_path: Path) -> None:
    frames = framed(made.blocks)
    at = sum(map(len, frames[:9])) + 8 + 40
    folder = damaged_folder(tmp_path / "blocks", frames, at, 3)
    compared, findings = compare(made.ledger, folder, sample=0)
    assert compared.blocks == 0
    assert [each.height for each in findings.listed] == [9]


def test_a_damaged_length_is_found_by_the_header_alone(made: Made, tmp_path: Path) -> None:
    frames = framed(made.blocks)
    folder = damaged_folder(tmp_path / "blocks", frames, sum(map(len, frames[:9])) + 4, 0)
    _, findings = compare(made.ledger, folder, sample=0)
    assert [(each.what, each.height) for each in findings.listed] == [("block file", 9)]


def test_a_damaged_copy_beside_a_sound_one_is_told(made: Made, tmp_path: Path) -> None:
    frames = framed(made.blocks)
    bad = bytearray(frames[7])
    bad[-6] ^= 1
    folder = raw_node(tmp_path / "blocks", b"".join([*frames[:7], bytes(bad), *frames[7:]]))
    compared, findings = compare(made.ledger, folder)
    assert len(findings) == 0
    assert "a copy of block 7" in compared.notices[0]


def test_pruned_files_are_what_cannot_be_compared(made: Made, tmp_path: Path) -> None:
    folder = node(tmp_path / "blocks", made.blocks, max_file_size=30_000)
    files = sorted(folder.glob("blk*.dat"))
    assert len(files) > 4
    held = [len(read_frames(path)) for path in files]
    files[0].unlink()
    files[2].unlink()
    compared, findings = compare(made.ledger, folder)
    assert findings.listed == []
    gone = ((0, held[0] - 1), (sum(held[:2]), sum(held[:3]) - 1))
    assert compared.absent == gone
    assert compared.absent_blocks == held[0] + held[2]
    assert compared.blocks == compared.headers == len(made.blocks) - held[0] - held[2]


def test_files_that_end_before_the_ledger(made: Made, tmp_path: Path) -> None:
    folder = node(tmp_path / "blocks", made.blocks[:10])
    compared, findings = compare(made.ledger, folder)
    assert (compared.blocks, len(findings)) == (10, 0)
    assert compared.absent == ((10, len(made.blocks) - 1),)


def test_a_block_that_is_lost_though_no_file_is(made: Made, tmp_path: Path) -> None:
    frames = framed(made.blocks)
    folder = raw_node(tmp_path / "blocks", b"".join([*frames[:5], *frames[6:]]))
    _, findings = compare(made.ledger, folder)
    assert [(each.what, each.height) for each in findings.listed] == [("block file", 5)]


def test_a_block_cut_off(made: Made, tmp_path: Path) -> None:
    frames = framed(made.blocks)
    folder = raw_node(tmp_path / "blocks", b"".join(frames[:5]), b"".join(frames[6:]), frames[5][:120])
    _, findings = compare(made.ledger, folder)
    assert "the end of the file after 112" in str(findings.listed[0])
    assert findings.listed[0].height == 5


def test_stale_blocks_and_later_ones_are_nobodys_concern(made: Made, tmp_path: Path) -> None:
    chain = lively(24)
    rival = chain.fork(20)
    rival.mine(lock("rival"), count=2)
    chain.mine(lock("miner"), count=3)
    blocks = [*rival.raw_blocks[21:], *chain.raw_blocks]
    compared, findings = compare(made.ledger, node(tmp_path / "blocks", blocks))
    assert (compared.other_blocks, len(findings)) == (5, 0)


def test_the_blocks_of_another_chain(made: Made, tmp_path: Path) -> None:
    other = Chain()
    other.mine(lock("somebody else"), count=5)
    compared, findings = compare(made.ledger, node(tmp_path / "blocks", other.raw_blocks))
    # They have the first block in common.
    assert (compared.headers, compared.absent_blocks, compared.other_blocks) == (1, len(made.blocks) - 1, 5)
    assert len(findings) == 0
    raw_node(tmp_path / "none", b"".join(framed(other.raw_blocks[1:])))
    with pytest.raises(BadBlockError, match="found none of them"):
        compare(made.ledger, tmp_path / "none")
    with pytest.raises(UsageError, match="sample"):
        compare(made.ledger, made.folder, sample=-1)


# Undo files


def with_undo(room: Path, made: Made, data: bytes) -> Path:
    folder = raw_node(room, b"".join(framed(made.blocks)), key=KEY)
    (folder / "rev00000.dat").write_bytes(obfuscate(data, KEY) + bytes(9_999))
    return folder


def records(made: Made) -> list[bytes]:
    blocks = [parse_block(raw) for raw in made.blocks]
    spent = spent_coins(blocks)
    return [record(blocks[height], spent[height], REGTEST.magic) for height in range(1, len(blocks))]


def test_records_in_any_order_with_garbage_between(made: Made, tmp_path: Path) -> None:
    chance = random.Random(4)
    pieces = records(made)
    chance.shuffle(pieces)
    noise = [chance.randbytes(9), REGTEST.magic, REGTEST.magic + b"\xff\0\0\0", REGTEST.magic * 3 + b"\x05"]
    data = b"".join(piece + chance.choice([*noise, b""]) for piece in pieces)
    compared, findings = compare(made.ledger, with_undo(tmp_path / "blocks", made, data))
    assert (compared.undo_blocks, compared.undo_absent, len(findings)) == (len(made.blocks) - 1, 0, 0)


def test_undo_files_of_a_node_that_saw_a_branch_lose(made: Made, tmp_path: Path) -> None:
    """As ``write_block_files`` writes them: several files, blocks that came late, a branch given up."""
    rival = lively(24).fork(20)
    rival.mine(lock("rival"), count=3)
    blocks = [*made.blocks, *rival.raw_blocks[21:]]
    count = len(made.blocks)
    order = [0, 2, 1, *range(3, 20), 21, 20, count, count + 1, count + 2, 22, 23, 24]
    folder = node(
        tmp_path / "blocks",
        blocks,
        xor_key=KEY,
        max_file_size=30_000,
        preallocate=4096,
        order=order,
        undo=True,
    )
    assert len(list(folder.glob("rev*.dat"))) > 3
    compared, findings = compare(made.ledger, folder)
    assert findings.listed == []
    assert (compared.blocks, compared.undo_blocks, compared.undo_absent) == (count, count - 1, 0)
    assert compared.undo_inputs == Ledger(made.ledger).counts["inputs"] - count
    assert compared.other_blocks == 3


def test_a_damaged_record_is_no_record(made: Made, tmp_path: Path) -> None:
    pieces = records(made)
    assert len(pieces[11]) > 60
    pieces[11] = pieces[11][:20] + bytes([pieces[11][20] ^ 4]) + pieces[11][21:]
    compared, findings = compare(made.ledger, with_undo(tmp_path / "blocks", made, b"".join(pieces)))
    assert (compared.undo_blocks, compared.undo_absent, len(findings)) == (len(made.blocks) - 2, 1, 0)


def test_no_undo_file(made: Made, tmp_path: Path) -> None:
    folder = raw_node(tmp_path / "blocks", b"".join(framed(made.blocks)))
    compared, _ = compare(made.ledger, folder)
    assert (compared.undo_blocks, compared.undo_absent) == (0, len(made.blocks) - 1)


STORIES = {
    "outputs.value": lambda coin: SpentCoin(coin.height, coin.coinbase, coin.value + 1, coin.script),
    "outputs.script_type": lambda coin: SpentCoin(coin.height, coin.coinbase, coin.value, b"\x51\x51"),
    "blocks.first_transaction": lambda coin: SpentCoin(
        coin.height + 1, coin.coinbase, coin.value, coin.script
    ),
    "transactions.flags": lambda coin: SpentCoin(coin.height, not coin.coinbase, coin.value, coin.script),
}


@pytest.mark.parametrize("column", STORIES)
def test_what_the_node_noted_and_the_ledger_does_not_say(made: Made, tmp_path: Path, column: str) -> None:
    blocks = [parse_block(raw) for raw in made.blocks]
    spent = spent_coins(blocks)
    height = next(number for number, each in enumerate(spent) if each)
    told = ((STORIES[column](spent[height][0][0]), *spent[height][0][1:]), *spent[height][1:])
    data = record(blocks[height], told, REGTEST.magic)
    _, findings = compare(made.ledger, with_undo(tmp_path / "blocks", made, data))
    assert [each.what for each in findings.listed] == [column]
    finding = findings.listed[0]
    assert "(undo record)" in finding.expected
    assert (finding.height, finding.transaction) == (height, blocks[height].transactions[1].txid[::-1].hex())


def test_an_address_the_node_did_not_note(made: Made, tmp_path: Path) -> None:
    blocks = [parse_block(raw) for raw in made.blocks]
    spent = spent_coins(blocks)
    height = next(number for number, each in enumerate(spent) if each)
    coin = spent[height][0][0]
    at = next(place for place in range(len(coin.script)) if coin.script[place] not in b"\x76\xa9\x14\x88\xac")
    script = coin.script[:at] + bytes([coin.script[at] ^ 1]) + coin.script[at + 1 :]
    told = (
        (SpentCoin(coin.height, coin.coinbase, coin.value, script), *spent[height][0][1:]),
        *spent[height][1:],
    )
    data = record(blocks[height], told, REGTEST.magic)
    _, findings = compare(made.ledger, with_undo(tmp_path / "blocks", made, data))
    assert [each.what for each in findings.listed] == ["outputs.address"]


def test_a_height_that_an_old_node_did_not_note(made: Made, tmp_path: Path) -> None:
    blocks = [parse_block(raw) for raw in made.blocks]
    spent = spent_coins(blocks)
    pieces = []
    for block, each in list(zip(blocks, spent, strict=True))[1:]:
        old = [[SpentCoin(0, False, coin.value, coin.script) for coin in coins] for coins in each]
        pieces.append(record(block, old, REGTEST.magic))
    compared, findings = compare(made.ledger, with_undo(tmp_path / "blocks", made, b"".join(pieces)))
    assert (compared.undo_absent, len(findings)) == (0, 0)


def test_a_record_of_another_shape(made: Made, tmp_path: Path) -> None:
    blocks = [parse_block(raw) for raw in made.blocks]
    spent = spent_coins(blocks)
    height = next(number for number, each in enumerate(spent) if each)
    told = (spent[height][0][1:], *spent[height][1:])
    data = record(blocks[height], told, REGTEST.magic)
    _, findings = compare(made.ledger, with_undo(tmp_path / "blocks", made, data))
    assert [each.what for each in findings.listed] == ["undo record"]


def test_a_swapped_spend_is_found_by_the_undo_file_too(made: Made) -> None:
    def swap(values: object) -> None:
        rows = [row for row, value in enumerate(values.tolist()) if value < 1 << 39]  # type: ignore[attr-defined]
        values[[rows[0], rows[-1]]] = values[[rows[-1], rows[0]]]  # type: ignore[index]

    _, findings = compare(changed(made.ledger, "inputs.spent_output", swap), made.folder)
    assert any("undo record" in each.expected for each in findings.listed)
    assert findings.counts["inputs.spent_output"] == 2


def test_undo_files_that_cannot_be_read(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "blocks"
    shutil.copytree(made.folder, folder)
    (folder / "rev00000.dat").write_bytes(b"")
    compared, findings = compare(made.ledger, folder)
    assert (compared.undo_blocks, len(findings)) == (0, 0)
