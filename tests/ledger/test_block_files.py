"""Block files read as they lie: frames, gaps, obfuscation, and what no node would write."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import network
from clew.errors import BlockFileError, NoBlockFilesError, WrongNetworkError
from clew.ledger import blockfiles, frames
from clew.ledger.blockfiles import BlockFiles, find_blocks_folder
from clew.ledger.frames import LARGEST_BLOCK, MOST_PIECES, FileScan, Scanner
from clew.simulate.blockfile import frame, obfuscate
from clew.simulate.chain import Chain
from clew.simulate.locks import lock

REGTEST = network("regtest")
KEY = bytes.fromhex("8d0017f3a2c4b901")


def _blocks() -> list[bytes]:
    chain = Chain()
    chain.mine(lock("miner"), count=9)
    return chain.raw_blocks


BLOCKS = _blocks()
FRAMES = [frame(raw, REGTEST) for raw in BLOCKS]


def files_of(folder: Path, *contents: bytes, key: bytes | None = None) -> BlockFiles:
    folder.mkdir(exist_ok=True, parents=True)
    if key:
        (folder / "xor.dat").write_bytes(key)
    for number, data in enumerate(contents):
        (folder / f"blk{number:05d}.dat").write_bytes(obfuscate(data, key or bytes(8)))
    return opened(folder)


OPEN: list[BlockFiles] = []


def opened(folder: Path) -> BlockFiles:
    OPEN.append(BlockFiles(folder, REGTEST))
    return OPEN[-1]


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def read_all(files: BlockFiles, number: int = 0) -> list[bytes]:
    return [files.read(each.file, each.offset, each.length) for each in files.scan(number).frames]


# Frames


@pytest.mark.parametrize("key", [None, KEY])
def test_frames_say_where_their_block_is(tmp_path: Path, key: bytes | None) -> None:
    files = files_of(tmp_path, b"".join(FRAMES), key=key)
    scan = files.scan(0)
    assert (scan.cut, scan.skipped, scan.remembered) == ((), (), False)
    at = 8
    for found, raw in zip(scan.frames, BLOCKS, strict=True):
        assert (found.offset, found.length, found.file) == (at, len(raw), 0)
        assert (found.header, found.hash, found.previous) == (raw[:80], sha256d(raw[:80]), raw[4:36])
        assert (found.time, found.bits) == (int.from_bytes(raw[68:72], "little"), 0x207FFFFF)
        assert (found.merkle_root, found.nonce) == (raw[36:68], int.from_bytes(raw[76:80], "little"))
        assert found.version == int.from_bytes(raw[:4], "little", signed=True)
        at += len(raw) + 8
    assert read_all(files) == BLOCKS


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("window", [4, 5, 7, 64, 1 << 20])
def test_garbage_of_any_length_is_stepped_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: bytes | None, window: int
) -> None:
    """Also where the magic lies across two windows of the search."""
    monkeypatch.setattr(frames, "WINDOW", window)
    for length in range(1, 40):
        noise = bytes(number % 250 + 1 for number in range(length))
        files = files_of(tmp_path, b"".join([FRAMES[0], noise, *FRAMES[1:]]), key=key)
        [piece] = files.scan(0).skipped
        assert (piece.file, piece.offset, piece.length) == (0, len(FRAMES[0]), length)
        assert read_all(files) == BLOCKS


def test_zeros_between_frames_are_noted_and_those_at_the_end_are_not(tmp_path: Path) -> None:
    files = files_of(tmp_path, FRAMES[0] + b"\0" + FRAMES[1] + bytes(3_000_000))
    [piece] = files.scan(0).skipped
    assert (piece.offset, piece.length) == (len(FRAMES[0]), 1)
    assert read_all(files) == BLOCKS[:2]


def test_space_allocated_ahead_is_raw_zeros_also_under_a_key(tmp_path: Path) -> None:
    files_of(tmp_path, FRAMES[0], key=KEY)
    path = tmp_path / "blk00000.dat"
    path.write_bytes(path.read_bytes() + bytes(70_000))
    assert opened(tmp_path).scan(0).skipped == ()
    path.write_bytes(path.read_bytes() + obfuscate(bytes(9), KEY, path.stat().st_size))
    [piece] = opened(tmp_path).scan(0).skipped
    assert piece.offset == len(FRAMES[0])


@pytest.mark.parametrize("length", [0, 80, LARGEST_BLOCK + 1, 0xFFFFFFFF])
def test_a_length_that_no_block_has(tmp_path: Path, length: int) -> None:
    bad = FRAMES[1][:4] + length.to_bytes(4, "little") + FRAMES[1][8:]
    files = files_of(tmp_path, FRAMES[0] + bad + FRAMES[2])
    scan = files.scan(0)
    assert [each.hash for each in scan.frames] == [sha256d(BLOCKS[0][:80]), sha256d(BLOCKS[2][:80])]
    assert f"length of {length}" in scan.skipped[0].reason


def test_a_wrong_length_does_not_swallow_what_follows(tmp_path: Path) -> None:
    whole = len(FRAMES[1])
    for wrong in (81, whole - 9, whole - 7, whole + 5, 2 * whole + 17, 3_999_999):
        bad = FRAMES[1][:4] + wrong.to_bytes(4, "little") + FRAMES[1][8:]
        files = files_of(tmp_path, b"".join([FRAMES[0], bad, *FRAMES[2:], b"\xff" * 50]))
        scan = files.scan(0)
        found = {each.hash for each in (*scan.frames, *scan.cut)}
        assert found == {sha256d(raw[:80]) for raw in BLOCKS}, wrong


def test_zeros_inside_a_block_are_not_the_end_of_a_file(tmp_path: Path) -> None:
    """A wrong length that ends among them hides nothing."""
    chain = Chain()
    chain.mine(lock("miner"))
    chain.mine(lock("miner"), coinbase_script=b"\x05" + bytes(5))
    long = chain.tip.raw + bytes(500)  # a frame of a block that is wrong, but has a header with work
    bad = FRAMES[1][:4] + (len(BLOCKS[1]) + 8 + len(long) - 200).to_bytes(4, "little") + FRAMES[1][8:]
    files = files_of(tmp_path, FRAMES[0] + bad + frame(long, REGTEST) + FRAMES[2])
    assert {each.hash for each in files.scan(0).frames} >= {sha256d(long[:80]), sha256d(BLOCKS[2][:80])}


def test_a_frame_cut_off_by_the_end_of_the_file(tmp_path: Path) -> None:
    for left in range(1, len(FRAMES[1])):
        scan = files_of(tmp_path, FRAMES[0] + FRAMES[1][:left]).scan(0)
        assert len(scan.frames) == 1
        if left < 88:
            assert (len(scan.cut), len(scan.skipped)) == (0, 1)
            assert scan.skipped[0].length == left
        else:
            assert (scan.cut[0].hash, scan.skipped) == (sha256d(BLOCKS[1][:80]), ())


def test_a_block_hidden_in_a_transaction_is_none(tmp_path: Path) -> None:
    """Anybody can pay to write a frame into the chain."""
    chain = Chain()
    chain.mine(lock("miner"), coinbase_script=b"\x4c\x64" + FRAMES[3][:100])
    carrier = chain.tip.raw
    assert FRAMES[3][:88] in carrier
    files = files_of(tmp_path, b"".join([FRAMES[0], frame(carrier, REGTEST), FRAMES[1]]))
    assert read_all(files) == [BLOCKS[0], carrier, BLOCKS[1]]


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from(FRAMES), st.binary(max_size=60))))
def test_every_frame_is_found_among_anything(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "pieces"
    (folder / "xor.dat").unlink(missing_ok=True)
    found = read_all(files_of(folder, b"".join(pieces)))
    expected = [piece[8:] for piece in pieces if piece in FRAMES]
    if REGTEST.magic[:1] not in b"".join(piece for piece in pieces if piece not in FRAMES):
        assert found == expected
    else:
        assert set(expected) <= set(found)


def test_a_frame_that_begins_in_the_last_bytes_of_one_of_wrong_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for inside in (0, 1, 2, 3, 4):
        length = len(BLOCKS[1]) + inside
        bad = FRAMES[1][:4] + length.to_bytes(4, "little") + FRAMES[1][8:]
        data = FRAMES[0] + bad + FRAMES[2] + b"\xff"
        for window in range(1, length + 9):
            monkeypatch.setattr(frames, "WINDOW", window)
            found = [each.hash for each in Reading(data).scan().frames]
            assert found == [sha256d(raw[:80]) for raw in BLOCKS[:3]], (inside, window)


@pytest.mark.parametrize("length", [266, 2570, LARGEST_BLOCK - 1, LARGEST_BLOCK])
@pytest.mark.parametrize("magic", [REGTEST.magic, b"([.*", b"\n\n\n\n"])
def test_frames_of_any_length_and_magic_are_found_behind_garbage(length: int, magic: bytes) -> None:
    block = BLOCKS[0].ljust(length, b"\1")
    framed = magic + length.to_bytes(4, "little") + block
    scan = Reading(magic + bytes(4) + b"\1" + framed + magic, magic).scan()
    assert [(each.offset, each.length) for each in scan.frames] == [(17, length)]


# What no node would write, and a great deal of it


class Reading:
    """File contents that count what is read of them."""

    def __init__(self, data: bytes, magic: bytes = REGTEST.magic) -> None:
        self.data = data
        self.magic = magic
        self.reads: list[int] = []

    def scan(self) -> FileScan:
        limit = REGTEST.pow_limit
        return Scanner(0, len(self.data), self.magic, limit, read=self._read, read_raw=self._read).run()

    def _read(self, offset: int, length: int) -> bytes:
        found = self.data[offset : offset + length]
        self.reads.append(len(found))
        return found


def test_only_heads_are_read_where_frames_follow_each_other() -> None:
    reading = Reading(b"".join(FRAMES) + bytes(100))
    reading.scan()
    assert [each for each in reading.reads if each > 88] == [len(reading.data)]  # the zeros at the end
    assert len(reading.reads) == len(FRAMES) + 2
    reading = Reading(b"".join(FRAMES))
    reading.scan()
    assert (len(reading.reads), max(reading.reads)) == (len(FRAMES) + 1, 88)


def flood(kind: str) -> bytes:
    head = REGTEST.magic + (LARGEST_BLOCK - 1).to_bytes(4, "little")
    long = REGTEST.magic + (90_000).to_bytes(4, "little")
    hard = bytes.fromhex("ffff001d")  # a target that no hash here meets
    return {
        "magics": REGTEST.magic * 25_000,
        "magics and lengths": head * 12_500,
        "magics, lengths and targets": (head + hard) * 8_000,
        "other magics": REGTEST.magic[:3] * 33_000,
        "frames, garbage between": (FRAMES[1] + b"\1") * (100_000 // len(FRAMES[1])),
        "headers of blocks that are cut off": (head + BLOCKS[1][:80]) * 1_100,
        "headers of blocks, and zeros": (long + BLOCKS[1][:80]) * 500 + bytes(100_000) + b"\1",
    }[kind]


KINDS = [
    "magics",
    "magics and lengths",
    "magics, lengths and targets",
    "other magics",
    "frames, garbage between",
    "headers of blocks that are cut off",
    "headers of blocks, and zeros",
]


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_is_read_much_more_than_once(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Else some megabytes of frames that lie keep a scan busy for hours."""
    monkeypatch.setattr(frames, "WINDOW", 10_000)
    reading = Reading(flood(kind))
    scan = reading.scan()
    assert sum(reading.reads) < 2.5 * len(reading.data)
    assert len(reading.reads) < len(reading.data) / 10_000 + len(scan.frames) + len(scan.cut) + 1_200
    assert len(scan.skipped) <= MOST_PIECES + 1
    assert len(scan.cut) <= MOST_PIECES


def test_garbage_is_one_piece_whatever_lies_in_it() -> None:
    wrong = REGTEST.magic + bytes(4)
    header = FRAMES[1][:8] + bytes(80)
    data = FRAMES[0] + wrong + b"\1" * 30 + header + wrong + b"\2" * 30 + FRAMES[2] + header + REGTEST.magic
    scan = Reading(data).scan()
    assert [(each.offset, each.length) for each in scan.skipped] == [
        (len(FRAMES[0]), 8 + 30 + 88 + 8 + 30),
        (len(data) - 92, 92),
    ]
    assert "length of 0 " in scan.skipped[0].reason
    assert "does not meet its target" in scan.skipped[1].reason
    assert len(scan.frames) == 2


@pytest.mark.parametrize("more", [0, 1, 12])
def test_of_many_pieces_the_rest_are_counted(more: int) -> None:
    data = b"".join(FRAMES[0] + b"\1" * (number + 1) for number in range(MOST_PIECES + more)) + FRAMES[0]
    scan = Reading(data).scan()
    assert len(scan.frames) == MOST_PIECES + more + 1
    assert [each.length for each in scan.skipped[:MOST_PIECES]] == list(range(1, MOST_PIECES + 1))
    assert {each.reason for each in scan.skipped[:MOST_PIECES]} == {"no block"}
    rest = scan.skipped[MOST_PIECES:]
    lengths = range(MOST_PIECES + 1, MOST_PIECES + more + 1)
    assert [each.length for each in rest] == ([sum(lengths)] if more else [])
    said = "1 more piece, no block" if more == 1 else "12 more pieces from there on, no block"
    for each in rest:
        assert each.reason == said
        assert each.offset == (MOST_PIECES + 1) * len(FRAMES[0]) + sum(range(MOST_PIECES + 1))


def test_of_many_blocks_that_are_cut_off_the_rest_are_skipped() -> None:
    head = REGTEST.magic + (LARGEST_BLOCK - 1).to_bytes(4, "little") + BLOCKS[1][:80]
    scan = Reading(head * (MOST_PIECES + 2)).scan()
    assert (len(scan.cut), [each.length for each in scan.skipped]) == (MOST_PIECES, [88, 88])
    assert scan.skipped[0].offset == MOST_PIECES * 88


# Files


def test_numbers_and_names(tmp_path: Path) -> None:
    names = ["blk00002.dat", "blk00000.dat", "blk100000.dat", "blk00010.dat"]
    others = [
        "blk000003.dat",
        "blk0004.dat",
        "xblk00005.dat",
        "blk00006.dat.bak",
        "rev00000.dat",
        "BLK00007.DAT",
    ]
    for name in [*names, *others]:
        (tmp_path / name).write_bytes(FRAMES[0])
    (tmp_path / "blk00008.dat").mkdir()
    (tmp_path / "blk00009.dat").symlink_to(tmp_path / "gone")
    (tmp_path / "blk00011.dat").symlink_to(tmp_path / "blk00000.dat")
    files = opened(tmp_path)
    assert list(files.files) == [0, 2, 10, 11, 100_000]
    assert files.name(100_000) == "blk100000.dat"
    assert files.files[11].size == len(FRAMES[0])


def test_more_files_than_stay_open(tmp_path: Path) -> None:
    files = files_of(tmp_path, *(FRAMES[number % 10] for number in range(150)))
    for _ in range(2):
        for number in random.Random(1).sample(range(150), 150):
            assert files.read(number, 8, 80) == BLOCKS[number % 10][:80]


def test_many_readers_at_once_each_get_their_own_bytes(tmp_path: Path) -> None:
    """Blocks are read ahead in one thread while another reads again."""
    data = random.Random(2).randbytes(400_000)
    files = files_of(tmp_path, *[data] * 70, key=KEY)
    wrong: list[tuple[int, int]] = []

    def run(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(400):
            number, offset = chance.randrange(70), chance.randrange(len(data))
            if files.read(number, offset, 5_000) != data[offset : offset + 5_000]:
                wrong.append((number, offset))

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 9))
def test_reading_at_any_place_undoes_the_key(
    tmp_path_factory: pytest.TempPathFactory, offset: int, length: int, shift: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "obfuscated"
    data = bytes(range(1, 60))
    files = files_of(folder, data, key=KEY)
    assert files.read(0, offset, length) == data[offset : offset + length]
    buffer = np.zeros(80, np.uint8)
    got = files.read_into(0, offset, buffer[shift : shift + length])
    assert buffer[shift : shift + got].tobytes() == data[offset : offset + length]
    assert not buffer[shift + got :].any()


def test_a_file_that_has_become_shorter(tmp_path: Path) -> None:
    files = files_of(tmp_path, b"".join(FRAMES))
    last = files.scan(0).frames[-1]
    (tmp_path / "blk00000.dat").write_bytes(b"".join(FRAMES)[:-1])
    assert files.read(0, last.offset, last.length) == BLOCKS[-1][:-1]


def test_the_end_of_a_block_that_is_not_written_yet(tmp_path: Path) -> None:
    def end(data: bytes, key: bytes | None, blank: int) -> str:
        files = files_of(tmp_path / str(key), data, key=key)
        found = files.scan(0).frames[0]
        path = tmp_path / str(key) / "blk00000.dat"
        raw = path.read_bytes()
        path.write_bytes(raw[: len(raw) - blank] + bytes(blank))
        files = opened(tmp_path / str(key))
        said = files.blank_end(found)
        return said

    assert BLOCKS[0][-5:] == b"\xac\0\0\0\0"
    assert [end(FRAMES[0], None, blank) for blank in (0, 1, 4, 5, 40)] == ["", "", "", "likely", "likely"]
    assert [end(FRAMES[0], KEY[::-1], blank) for blank in (0, 1, 40)] == ["", "sure", "sure"]


# Folders


def test_the_folder_of_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main, regtest = network("main"), network("regtest")
    for place in ("blocks", "regtest/blocks"):
        files_of(tmp_path / place, FRAMES[0])
    assert find_blocks_folder(tmp_path, main) == tmp_path / "blocks"
    assert find_blocks_folder(tmp_path / "regtest", regtest) == tmp_path / "regtest" / "blocks"
    assert find_blocks_folder(tmp_path / "blocks", main) == tmp_path / "blocks"
    monkeypatch.setattr(blockfiles, "usual_data_folder", lambda _: tmp_path)
    # Not the main network's files, which lie beside.
    assert find_blocks_folder(None, regtest) == tmp_path / "regtest" / "blocks"
    assert find_blocks_folder(None, main) == tmp_path / "blocks"
    with pytest.raises(NoBlockFilesError):
        find_blocks_folder(None, network("signet"))
    monkeypatch.setattr(blockfiles, "usual_data_folder", lambda _: tmp_path / "gone")
    with pytest.raises(NoBlockFilesError, match="usual data folder"):
        find_blocks_folder(None, main)


@pytest.mark.parametrize("size", [0, 1, 7, 9])
def test_a_key_of_another_size(tmp_path: Path, size: int) -> None:
    (tmp_path / "xor.dat").write_bytes(bytes(size))
    with pytest.raises(BlockFileError, match=rf"xor\.dat: expected a key of 8 bytes, found {size}"):
        opened(tmp_path)


def no_frames(files: BlockFiles) -> str:
    with pytest.raises(BlockFileError) as caught:
        files.require_some(0)
    assert "\n" not in str(caught.value)
    return f"{type(caught.value).__name__}: {caught.value}"


def test_why_there_is_no_block(tmp_path: Path) -> None:
    def said(name: str, data: Sequence[bytes], key: bytes | None = None, magic: bytes | None = None) -> str:
        files = files_of(tmp_path / name, *data, key=key)
        files.magic = magic or files.magic
        return no_frames(files)

    other = said("main", [b"\xf9\xbe\xb4\xd9" + bytes(99)])
    assert other.startswith(WrongNetworkError.__name__)
    assert "use --network main" in other
    assert "an empty file" in said("empty", [b""])
    assert "xor.dat is missing" in said("noise", [b"\x01\x02\x03\x04"])
    assert "found 01020304" in said("noise", [b"\x01\x02\x03\x04"])
    assert "xor.dat has another key" in said("key", [b"\x01\x02\x03\x04"], key=KEY)
    assert "given with --magic" in said("magic", [FRAMES[0]], magic=b"\xde\xad\xbe\xef")
    opened(tmp_path / "noise").require_some(1)
