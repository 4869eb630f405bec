"""Block files are as a node writes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.bitcoin.networks import network
from clew.simulate.blockfile import frame, obfuscate, write_block_files

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
