"""One chain, one ledger: whatever way its blocks lie in files and the work is split."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from build.nodes import (
    KEY,
    REGTEST,
    built,
    contents,
    digest,
    framed,
    lively,
    lively_blocks,
    node,
    raw_node,
    refused,
    truth,
)
from clew.bitcoin.networks import network
from clew.build import Summary, bulk, pipeline
from clew.errors import MissingBlockError, UsageError
from clew.heuristics.rulesets import MULTI_INPUT, SAME_KEY
from clew.ledger.ledger import Ledger
from clew.schema import SCRIPT_TYPES, SCRIPTHASH32
from clew.simulate.blockfile import obfuscate
from clew.simulate.locks import lock
from clew.simulate.mining import remine


@pytest.fixture(scope="module")
def blocks() -> tuple[bytes, ...]:
    return lively_blocks()


@pytest.fixture(scope="module")
def expected(blocks: Sequence[bytes], tmp_path_factory: pytest.TempPathFactory) -> str:
    return truth(tmp_path_factory.mktemp("naive") / "ledger", blocks)


@pytest.fixture
def check(room: Path, expected: str) -> Callable[..., Summary]:
    """Index a folder of blocks and compare the digest; ``count`` makes the ledgers' names differ."""
    numbers = iter(range(1000))

    def run(folder: Path, **how: object) -> Summary:
        ledger = room / f"ledger-{next(numbers)}"
        summary = built(ledger, folder, **how)
        assert digest(ledger) == expected
        return summary

    return run


def test_the_chain_has_every_kind_of_row(blocks: Sequence[bytes], room: Path) -> None:
    built(room / "ledger", node(room / "blocks", blocks))
    ledger = Ledger(room / "ledger")
    # The last is Bitcoin Cash's.
    every = set(range(len(SCRIPT_TYPES))) - {SCRIPTHASH32}
    assert set(ledger.column("outputs.script_type").tolist()) == every
    for name in ("address_tails.address", "known_keys.address", "unspendable.output"):
        assert len(ledger.column(name)), name
    assert set(ledger.column("links.rule").tolist()) == {MULTI_INPUT, SAME_KEY}


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
@pytest.mark.parametrize("batch_bytes", [1, 5_000, 20_000, None])
def test_threads_and_batches(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary], threads: int, batch_bytes: int | None
) -> None:
    check(node(room / "blocks", blocks), threads=threads, batch_bytes=batch_bytes)


@pytest.mark.parametrize("key", [None, bytes(8), KEY, bytes([255] * 8)])
@pytest.mark.parametrize("size", [1, 3_001, 20_000, 1 << 27])
def test_obfuscation_files_and_preallocation(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary], key: bytes | None, size: int
) -> None:
    folder = node(room / "blocks", blocks, xor_key=key, max_file_size=size, preallocate=1 << 16)
    summary = check(folder)
    assert summary.notices == ()
    assert summary.bytes_read == sum(map(len, blocks))


@pytest.mark.parametrize("seed", range(5))
def test_order_and_repetition(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary], seed: int
) -> None:
    chance = random.Random(seed)
    order = [*range(len(blocks)), *chance.choices(range(len(blocks)), k=7)]
    chance.shuffle(order)
    folder = node(room / "blocks", blocks, xor_key=KEY, max_file_size=9_000, order=order)
    assert check(folder, batch_bytes=8_000).duplicate_frames == 7


def test_the_node_data_folder_and_the_blocks_folder(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary]
) -> None:
    node(room / "data" / "regtest" / "blocks", blocks)
    check(room / "data")
    check(room / "data" / "regtest")
    check(room / "data" / "regtest" / "blocks")


def test_the_node_keeps_writing_its_own_files(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary]
) -> None:
    folder = node(room / "blocks", blocks)
    (folder / "rev00000.dat").write_bytes(b"undo")
    (folder / "index").mkdir()
    (folder / "blk00001.dat").mkdir()
    (folder / "blk000000.dat").write_bytes(b"not a name that a node gives")
    (folder / "blk00002.dat").symlink_to(folder / "nowhere")
    before = contents(folder)
    check(folder)
    assert contents(folder) == before


def test_linked_files(blocks: Sequence[bytes], room: Path, check: Callable[..., Summary]) -> None:
    elsewhere = node(room / "elsewhere", blocks, max_file_size=20_000)
    folder = room / "blocks"
    folder.mkdir()
    for path in elsewhere.iterdir():
        (folder / path.name).symlink_to(path)
    check(folder)


@pytest.mark.parametrize("key", [None, KEY])
def test_garbage_between_frames(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary], key: bytes | None
) -> None:
    frames = framed(blocks)
    chance = random.Random(1)
    pieces = [
        b"\0",
        bytes(1000),
        chance.randbytes(2_000_000),
        REGTEST.magic,
        REGTEST.magic * 9,
        REGTEST.magic + (81).to_bytes(4, "little"),
        REGTEST.magic + (3_999_999).to_bytes(4, "little") + bytes(80),
        frames[7][:60],
        frames[8][:-1],
        frames[9][:-1] + b"\1",
        frames[5][1:],
    ]
    data = b"".join(
        frame + (pieces[at // 3] if at % 3 == 0 and at // 3 < len(pieces) else b"")
        for at, frame in enumerate(frames)
    )
    folder = raw_node(room / "blocks", data, key=key)
    (folder / "blk00000.dat").write_bytes((folder / "blk00000.dat").read_bytes() + bytes(5_000))
    summary = check(folder)
    assert len(summary.notices) >= 7
    assert "2,000,000 bytes" in " ".join(summary.notices)
    assert all("blk00000.dat" in notice for notice in summary.notices)


def lengthened(frame: bytes, by: int) -> bytes:
    length = int.from_bytes(frame[4:8], "little") + by
    return frame[:4] + length.to_bytes(4, "little") + frame[8:]


def flipped(data: bytes, at: int, bit: int = 1) -> bytes:
    at %= len(data)
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


def without_work(frame: bytes) -> bytes:
    """One bit of the Merkle root flipped, so that the hash no longer meets the target."""
    return next(
        broken for broken in (flipped(frame, at) for at in range(8 + 36, 8 + 68)) if _hash(broken[8:]) >> 255
    )


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "header": lambda frame: without_work(frame),
    "work": lambda frame: flipped(frame, 8 + 75, 0x80),
    "count": lambda frame: flipped(frame, 88),
    "transaction": lambda frame: flipped(frame, len(frame) // 2),
    "end": lambda frame: flipped(frame, -1),
    "magic": lambda frame: flipped(frame, 0),
    "cut short": lambda frame: frame[:200],
    "too long": lambda frame: lengthened(frame, 1),
    "much too long": lambda frame: lengthened(frame, 5_000),
    "far too long": lambda frame: lengthened(frame, 3_000_000),
    "impossible": lambda frame: lengthened(frame, 0x7F000000),
    "too short": lambda frame: lengthened(frame, -1),
    "much too short": lambda frame: frame[:4] + (81).to_bytes(4, "little") + frame[8:],
    "nothing": lambda frame: frame[:4] + bytes(4) + frame[8:],
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("batch_bytes", [None, 3_000])
def test_a_broken_copy_beside_a_sound_one(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary], how: str, batch_bytes: int | None
) -> None:
    frames = framed(blocks)
    places = (0, 13, len(frames) - 1)
    before = [BROKEN[how](frame) + frame if at in places else frame for at, frame in enumerate(frames)]
    check(raw_node(room / "before", b"".join(before), key=KEY), batch_bytes=batch_bytes)
    instead = [BROKEN[how](frame) if at in places else frame for at, frame in enumerate(frames)]
    again = b"".join(frames[at] for at in places)
    check(raw_node(room / "after", b"".join(instead), again), batch_bytes=batch_bytes)
    summary = check(raw_node(room / "both", b"".join(before), b"".join(instead)), batch_bytes=batch_bytes)
    assert summary.notices


def test_a_wrong_length_up_to_the_start_of_a_frame_is_at_least_no_silence(
    blocks: Sequence[bytes], room: Path
) -> None:
    frames = framed(blocks)
    broken = lengthened(frames[3], len(frames[4]) + len(frames[5]))
    folder = raw_node(room / "blocks", b"".join([*frames[:4], broken, *frames[4:]]))
    refused(MissingBlockError, room / "ledger", folder, "first missing height 4", "blk00000.dat")


def test_stale_branches(blocks: Sequence[bytes], room: Path, check: Callable[..., Summary]) -> None:
    chain = lively()
    stale = []
    for height, length in ((0, 3), (5, 1), (20, 12), (38, 1), (39, 1)):
        branch = chain.fork(height)
        branch.mine(lock(f"rival {height}"), count=length)
        if branch.height == chain.height and _hash(branch.tip.raw) < _hash(chain.tip.raw):
            continue
        stale += branch.raw_blocks[height + 1 :]
    assert len(stale) >= 17
    data = [*blocks, *stale]
    order = list(range(len(data)))
    random.Random(3).shuffle(order)
    summary = check(node(room / "blocks", data, order=order, max_file_size=30_000))
    assert summary.stale_blocks == len(stale)


def _hash(raw: bytes) -> int:
    from clew.bitcoin.hashes import sha256d

    return int.from_bytes(sha256d(raw[:80]), "little")


def test_a_stale_branch_that_is_damaged_or_invalid_is_nobodys_concern(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary]
) -> None:
    rival = lively().fork(20)
    rival.mine(lock("rival"), count=3)
    bad = rival.raw_blocks[21:]
    bad[1] = flipped(bad[1], -3)
    bad[2] = remine(bad[2], merkle_root=bytes(32))
    check(node(room / "blocks", [*blocks, *bad]))


@pytest.mark.parametrize("key", [None, KEY])
def test_a_wrong_length_into_the_space_allocated_ahead_hides_nothing(
    blocks: Sequence[bytes], room: Path, expected: str, key: bytes | None
) -> None:
    """Also where the block is in the ledger already, so that nothing but its header is looked at."""
    ledger, frames = room / "ledger", framed(blocks)
    built(ledger, node(room / "early", blocks), until=30)
    rest = b"".join(frames[21:])
    data = b"".join([*frames[:20], lengthened(frames[20], len(rest) + 999), rest])
    folder = raw_node(room / "blocks", data, key=key)
    path = folder / "blk00000.dat"
    path.write_bytes(path.read_bytes() + bytes(5_000))
    assert built(ledger, folder).tip.height == 40
    assert digest(ledger) == expected


# The last block


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("left", [0, 1, 4, 7, 8, 50, 87, 88, 89, 150, -40])
def test_the_last_block_is_still_being_written(
    blocks: Sequence[bytes], room: Path, expected: str, key: bytes | None, left: int
) -> None:
    """What is there of it is followed by the end of the file, or by space allocated ahead."""
    frames = framed(blocks)
    written = b"".join([*frames[:-1], frames[-1][:left]])
    before = truth(room / "naive", blocks[:-1])
    for name, ahead in (("cut", 0), ("zeros", 50_000)):
        folder, ledger = room / name, room / f"ledger-{name}"
        raw_node(folder, written, key=key)
        path = folder / "blk00000.dat"
        path.write_bytes(path.read_bytes() + bytes(ahead))
        summary = built(ledger, folder)
        assert digest(ledger) == before
        assert bool(summary.notices) == (left != 0), summary.notices
        raw_node(folder, b"".join(frames), key=key)
        summary = built(ledger, folder)
        assert (summary.added_blocks, summary.notices) == (1, ())
        assert digest(ledger) == expected


def test_a_last_block_half_written_undoes_nothing(blocks: Sequence[bytes], room: Path) -> None:
    """A rival of the tip, of equal work and lower hash, or longer: it counts once it is whole."""
    chain = lively()
    folder, ledger = room / "blocks", room / "ledger"
    seconds = 1
    while _hash(rival := remine(chain.tip.raw, time=chain.tip.header.time + seconds)) > _hash(chain.tip.raw):
        seconds += 1
    frames = framed([*blocks, rival])
    before = truth(room / "naive", blocks)
    for partial in (frames[-1][:-30] + bytes(60_000), frames[-1][:150] + bytes(60_000), frames[-1][:150]):
        for start in (ledger, room / "fresh"):
            raw_node(folder, b"".join(frames[:-1]) + partial)
            summary = built(start, folder)
            assert (summary.rolled_back, digest(start)) == (0, before)
            assert len(summary.notices) == 1
    raw_node(folder, b"".join(frames))
    assert built(ledger, folder).rolled_back == 1
    assert digest(ledger) == truth(room / "after", [*blocks[:-1], rival])


# In steps


def test_until_and_on(blocks: Sequence[bytes], room: Path, expected: str) -> None:
    folder, ledger = node(room / "blocks", blocks, max_file_size=10_000), room / "ledger"
    for until in (0, 1, 7, 7, 5, 22, 39):
        summary = built(ledger, folder, until=until)
        highest = max(until, 7) if until == 5 else until
        assert summary.tip.height == highest
        assert digest(ledger) == truth(room / f"naive-{until}-{highest}", blocks[: highest + 1])
    assert built(ledger, folder).added_blocks == 1
    assert digest(ledger) == expected
    again = built(ledger, folder)
    assert (again.added_blocks, again.bytes_read, again.rolled_back) == (0, 0, 0)
    assert digest(ledger) == expected


def test_until_beyond_the_tip_and_below_nothing(
    blocks: Sequence[bytes], room: Path, check: Callable[..., Summary]
) -> None:
    folder = node(room / "blocks", blocks)
    check(folder, until=1_000_000)
    with pytest.raises(UsageError, match="until"):
        built(room / "none", folder, until=-1)
    with pytest.raises(UsageError, match="threads"):
        built(room / "none", folder, threads=0)
    assert not (room / "none").exists()


def test_block_by_block(blocks: Sequence[bytes], room: Path) -> None:
    """Every restart takes up exactly what the run before left."""
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    for until in range(len(blocks)):
        built(ledger, folder, until=until)
    assert digest(ledger) == truth(room / "naive", blocks)


def test_commits_after_every_batch(
    blocks: Sequence[bytes], room: Path, monkeypatch: pytest.MonkeyPatch, check: Callable[..., Summary]
) -> None:
    monkeypatch.setattr(bulk, "COMMIT_BYTES", 0)
    check(node(room / "blocks", blocks), batch_bytes=2_000)


def test_the_files_grow_move_and_change_their_key(blocks: Sequence[bytes], room: Path, expected: str) -> None:
    ledger = room / "ledger"
    frames = framed(blocks)
    folder = raw_node(room / "blocks", b"".join(frames[:10]) + frames[10][:100])
    assert built(ledger, folder).tip.height == 9
    raw_node(folder, b"".join(frames[:20]) + bytes(999), key=None)
    assert built(ledger, folder).tip.height == 19
    raw_node(folder, b"".join(frames[:25]), b"".join(frames[25:30]), key=KEY)
    assert built(ledger, folder).tip.height == 29
    other = node(room / "other", blocks, max_file_size=4_000)
    assert built(ledger, other).tip.height == 40
    assert digest(ledger) == expected
    assert Ledger(ledger).manifest.blocks_folder == str(other)


def test_without_a_folder_it_takes_the_one_of_before(blocks: Sequence[bytes], room: Path) -> None:
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    built(ledger, folder, until=10)
    summary = pipeline.index(ledger)
    assert (summary.tip.height, summary.folder) == (40, str(folder))


def test_a_pruned_node_goes_on_from_what_the_ledger_has(
    blocks: Sequence[bytes], room: Path, expected: str
) -> None:
    folder, ledger = node(room / "blocks", blocks, max_file_size=8_000), room / "ledger"
    built(ledger, folder, until=30)
    files = sorted(folder.glob("blk*.dat"))
    for path in files[: len(files) // 2]:
        path.unlink()
    assert built(ledger, folder).added_blocks == 10
    assert digest(ledger) == expected


def test_another_magic(blocks: Sequence[bytes], room: Path, expected: str) -> None:
    """A test network of one's own, with other bytes before each block."""
    magic = bytes.fromhex("01020304")
    data = b"".join(magic + frame[4:] for frame in framed(blocks))
    folder, ledger = raw_node(room / "blocks", data), room / "ledger"
    built(ledger, folder, magic=magic, until=10)
    built(ledger, folder)
    assert digest(ledger) == expected
    assert network("regtest").magic == REGTEST.magic


def test_damage_that_is_mended_is_read_again(blocks: Sequence[bytes], room: Path, expected: str) -> None:
    """Also where neither size nor time of a file tell: what was remembered of it is forgotten."""
    import os

    frames = framed(blocks)
    folder, ledger = room / "blocks", room / "ledger"
    for broken in (BROKEN["header"], BROKEN["too long"], BROKEN["too short"], BROKEN["transaction"]):
        data = [*frames[:20], broken(frames[20]), *frames[21:]]
        raw_node(folder, b"".join(data))
        os.utime(folder / "blk00000.dat", ns=(10**18, 10**18))
        built(ledger, folder, until=19)
        raw_node(folder, b"".join(frames))
        os.utime(folder / "blk00000.dat", ns=(10**18, 10**18))
        built(ledger, folder)
        assert digest(ledger) == expected
        import shutil

        shutil.rmtree(ledger)


def test_what_is_remembered_of_files_may_be_spoilt(
    blocks: Sequence[bytes], room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clew.ledger import source

    monkeypatch.setattr(source, "_FRESH_NS", -1)
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    chance = random.Random(5)
    for until in range(10, 40, 2):
        built(ledger, folder, until=until)
        for name in ("frames", "frames.json"):
            path = ledger / "source" / name
            data = bytearray(path.read_bytes())
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            path.write_bytes(data[: chance.choice([None, None, -1, 0])])
    built(ledger, folder)
    assert digest(ledger) == expected


def test_obfuscation_undoes_itself() -> None:
    for start in range(9):
        assert obfuscate(obfuscate(b"some bytes", KEY, start), KEY, start) == b"some bytes"
