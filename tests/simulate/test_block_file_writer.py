"""Block files are as a node writes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build.nodes import lively_blocks
from clew.bitcoin.block import parse_block
from clew.bitcoin.networks import network
from clew.bitcoin.undo import Spent, parse_undo, undo_checksum, write_undo
from clew.simulate.blockfile import frame, obfuscate, undo_frame, write_block_files
from clew.simulate.connection import connections
from naive.undo import spent_coins

MAIN = network("main")
REGTEST = network("regtest")
KEY = bytes(range(1, 9))
BLOCKS = [bytes([number]) * (50 + number) for number in range(10)]


def test_frames_stand_one_after_another(tmp_path: Path) -> None:
    [path] = write_block_files(tmp_path, BLOCKS, network=REGTEST)
    assert path.name == "blk00000.dat"
    assert path.read_bytes() == b"".join(
        bytes.fromhex("fabfb5da") + len(raw).to_bytes(4, "little") + raw for raw in BLOCKS
    )
    assert not (tmp_path / "xor.dat").exists()


def test_main_network_frames_are_the_node_s_own(shared_data: Path, tmp_path: Path) -> None:
    """Cuts real frames into blocks, writes them anew, obfuscated as Bitcoin Core did."""
    plain = (shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat").read_bytes()
    core = shared_data / "blocks" / "mainnet-0-4312-xor"
    key = (core / "xor.dat").read_bytes()
    blocks, position = [], 0
    while position < len(plain):
        size = int.from_bytes(plain[position + 4 : position + 8], "little")
        blocks.append(plain[position + 8 : position + 8 + size])
        position += 8 + size
    [path] = write_block_files(tmp_path, blocks, network=MAIN, xor_key=key, preallocate=1 << 24)
    written, real = path.read_bytes(), (core / "blk00000.dat").read_bytes()
    assert written[: len(real)] == real
    assert len(written) == 1 << 24
    assert (tmp_path / "xor.dat").read_bytes() == key


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    paths = write_block_files(tmp_path, BLOCKS, network=REGTEST, max_file_size=200, preallocate=512)
    assert [path.name for path in paths] == [f"blk{number:05d}.dat" for number in range(len(paths))]
    assert len(paths) > 3
    *closed, last = (path.read_bytes() for path in paths)
    assert all(len(content) < 200 for content in closed)
    assert len(last) == 512
    framed = b"".join(frame(raw, REGTEST) for raw in BLOCKS)
    assert (b"".join(closed) + last).rstrip(b"\x00") == framed.rstrip(b"\x00")


def test_a_block_larger_than_the_maximum_has_a_file_of_its_own(tmp_path: Path) -> None:
    blocks = [bytes(10), bytes(5000), bytes(10)]
    paths = write_block_files(tmp_path, blocks, network=REGTEST, max_file_size=100)
    assert [path.stat().st_size for path in paths] == [18, 5008, 18]


def test_the_space_ahead_is_zero_on_disk_with_a_key_too(tmp_path: Path) -> None:
    [path] = write_block_files(tmp_path, BLOCKS, network=REGTEST, xor_key=KEY, preallocate=4096)
    content = path.read_bytes()
    framed = b"".join(frame(raw, REGTEST) for raw in BLOCKS)
    assert content[len(framed) :] == bytes(4096 - len(framed))
    assert bytes(byte ^ KEY[index % 8] for index, byte in enumerate(content[: len(framed)])) == framed


def test_a_key_of_zeros_changes_nothing_but_is_there(tmp_path: Path) -> None:
    [path] = write_block_files(tmp_path, BLOCKS, network=REGTEST, xor_key=bytes(8))
    assert path.read_bytes().startswith(REGTEST.magic)
    assert (tmp_path / "xor.dat").read_bytes() == bytes(8)
    with pytest.raises(ValueError, match="expected 8 bytes"):
        write_block_files(tmp_path, BLOCKS, network=REGTEST, xor_key=b"short")


def test_any_order_repeated_or_lacking(tmp_path: Path) -> None:
    [path] = write_block_files(tmp_path, BLOCKS, network=REGTEST, order=[3, 0, 0])
    assert path.read_bytes() == b"".join(frame(BLOCKS[number], REGTEST) for number in (3, 0, 0))


@given(st.binary(max_size=100), st.binary(min_size=8, max_size=8), st.integers(0, 1000))
def test_obfuscation_undoes_itself_and_knows_its_place(data: bytes, key: bytes, position: int) -> None:
    hidden = obfuscate(data, key, position)
    assert hidden == bytes(byte ^ key[(position + index) % 8] for index, byte in enumerate(data))
    assert obfuscate(hidden, key, position) == data


# Undo files


def records(content: bytes) -> list[tuple[bytes, bytes]]:
    """Data and checksum of each record of an undo file."""
    found = []
    while content.strip(b"\0"):
        assert content[:4] == REGTEST.magic
        end = 8 + int.from_bytes(content[4:8], "little")
        found.append((content[8:end], content[end : end + 32]))
        content = content[end + 32 :]
    return found


def test_undo_records_lie_beside_their_blocks(tmp_path: Path) -> None:
    blocks = list(lively_blocks(24))
    paths = write_block_files(
        tmp_path, blocks, network=REGTEST, xor_key=KEY, max_file_size=30_000, preallocate=4096, undo=True
    )
    assert len(paths) > 4
    expected = dict(enumerate(spent_coins([parse_block(raw) for raw in blocks])))
    height = 0
    for path in paths:
        held = len([raw for raw in blocks if frame(raw, REGTEST) in obfuscate(path.read_bytes(), KEY)])
        undo = path.with_name(path.name.replace("blk", "rev"))
        content = undo.read_bytes()
        plain = obfuscate(content, KEY)
        if path is paths[-1]:
            assert len(content) % 4096 == 0
            plain = obfuscate(content.rstrip(b"\0"), KEY)
        else:
            assert content == obfuscate(plain.rstrip(b"\0"), KEY)
        first = max(height, 1)
        for data, checksum in records(plain):
            height = max(height, 1)
            assert parse_undo(data) == expected[height]
            assert checksum == undo_checksum(blocks[height][4:36], data)
            height += 1
        assert height - first == held - (first == 1)
    assert height == len(blocks)


def test_the_genesis_block_has_no_undo_record(tmp_path: Path) -> None:
    write_block_files(tmp_path, lively_blocks(24)[:1], network=REGTEST, undo=True)
    assert [path.name for path in tmp_path.iterdir()] == ["blk00000.dat"]


def test_an_undo_frame(tmp_path: Path) -> None:
    parent = bytes(range(32))
    framed = undo_frame(b"\0", parent, REGTEST)
    assert framed == bytes.fromhex("fabfb5da01000000") + b"\0" + undo_checksum(parent, b"\0")


def spent_of(blocks: list[bytes], order: list[int]) -> list[tuple[int, Spent]]:
    return [(each.index, each.spent) for each in connections(blocks, order)]


def test_blocks_connect_once_their_parents_are_there() -> None:
    blocks = list(lively_blocks(24))
    expected = list(enumerate(spent_coins([parse_block(raw) for raw in blocks])))[1:]
    count = len(blocks)
    assert spent_of(blocks, list(range(count))) == expected
    assert spent_of(blocks, [0, *range(count - 1, 0, -1)]) == expected
    assert spent_of(blocks, [0, 1, 1, *range(1, count), 5]) == expected
    # Without block 3 none that builds on it connects.
    assert spent_of(blocks, [0, 1, 2, *range(4, count)]) == expected[:2]
    assert spent_of(blocks, list(range(1, count))) == []


def test_a_block_that_no_node_connects(tmp_path: Path) -> None:
    blocks = list(lively_blocks(24))
    spender = next(height for height, raw in enumerate(blocks) if len(parse_block(raw).transactions) > 1)
    made = write_undo(spent_coins([parse_block(raw) for raw in blocks])[spender])
    assert len(made) > 1
    # Its coins are made twice, so that the second time they are not there.
    forged = blocks[spender][:4] + parse_block(blocks[spender]).header.hash + blocks[spender][36:]
    with pytest.raises(ValueError, match=f"block at height {spender + 1} spends .* which is not there"):
        write_block_files(tmp_path / "x", [*blocks[: spender + 1], forged], network=REGTEST, undo=True)
    assert not (tmp_path / "x").exists()
