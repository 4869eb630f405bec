"""Block files damaged at random: the same ledger, a shorter one with a notice, or one clear error.

Real blocks, since their proof of work cannot be met by chance.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from build.nodes import KEY, REGTEST, contents, digest, lively_blocks, raw_node, truth, unchanged
from clew.build import Summary, index
from clew.errors import ClewError
from clew.ledger import manifest as manifests
from naive.frames import read_frames

MAGIC = bytes.fromhex("f9beb4d9")
COUNT = 60
ROUNDS = int(os.environ.get("CLEW_ROUNDS", "300"))


@pytest.fixture(scope="module")
def blocks(shared_data: Path) -> list[bytes]:
    """The first blocks of the main network."""
    return read_frames(shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat")[:COUNT]


@pytest.fixture(scope="module")
def by_digest(blocks: Sequence[bytes], common_room: Path) -> dict[int, str]:
    """Digest of the chain up to each height, by the build itself; the last two checked by its twin."""
    room = common_room
    found = {}
    folder = raw_node(room / "blocks", b"".join(framed(blocks)))
    for height in range(COUNT):
        index(room / "ledger", folder, until=height)
        found[height] = digest(room / "ledger")
    for height in (1, COUNT - 1):
        assert found[height] == truth(room / f"naive-{height}", blocks[: height + 1], "main")
    return found


def framed(blocks: Sequence[bytes]) -> list[bytes]:
    return [MAGIC + len(raw).to_bytes(4, "little") + raw for raw in blocks]


def damage(data: bytes, chance: random.Random, frames: Sequence[bytes]) -> bytes:
    """One thing that goes wrong with a file."""
    at = chance.randrange(len(data))
    length = min(chance.choice([1, 1, 2, 8, 80, 300, 5_000]), len(data) - at)
    starts = [0]
    for frame in frames:
        starts.append(starts[-1] + len(frame))
    begin = chance.choice(starts[:-1])
    kinds = {
        "flip": lambda: data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
        "noise": lambda: data[:at] + chance.randbytes(length) + data[at + length :],
        "zeros": lambda: data[:at] + bytes(length) + data[at + length :],
        "lost": lambda: data[:at] + data[at + length :],
        "added": lambda: data[:at] + chance.randbytes(length) + data[at:],
        "zeros added": lambda: data[:at] + bytes(length) + data[at:],
        "cut": lambda: data[:at],
        "cut and zeros": lambda: data[:at] + bytes(chance.choice([1, 100, 70_000])),
        "moved": lambda: data[at:] + data[:at],
        "repeated": lambda: data[:at] + data[max(0, at - length) : at] + data[at:],
        "a frame inside": lambda: data[:at] + chance.choice(frames) + data[at:],
        "length": lambda: data[: begin + 4] + chance.randbytes(4) + data[begin + 8 :],
        "small length": lambda: data[: begin + 4] + chance.randbytes(2) + bytes(2) + data[begin + 8 :],
        "magic": lambda: data[:at] + MAGIC + data[at + 4 :],
        "header": lambda: flip(data, begin + 8 + chance.randrange(80), chance),
        "count": lambda: flip(data, begin + 88 + chance.randrange(40), chance),
    }
    return kinds[chance.choice(list(kinds))]()


def flip(data: bytes, at: int, chance: random.Random) -> bytes:
    at = min(at, len(data) - 1)
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def attempt(ledger: Path, folder: Path, **how: object) -> Summary | str:
    """What a run says: a summary, or the one line of its error."""
    try:
        return index(ledger, folder, **how)  # type: ignore[arg-type]
    except ClewError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("part", range(6))
def test_damage_is_never_silent(
    blocks: Sequence[bytes], by_digest: dict[int, str], room: Path, part: int
) -> None:
    chance = random.Random(part)
    frames = framed(blocks)
    outcomes = {"whole": 0, "shorter": 0, "refused": 0}
    early = room / "early"
    index(early, raw_node(room / "start", b"".join(frames)), until=30)
    for number in range(ROUNDS // 6):
        files = [b"".join(frames[:25]), b"".join(frames[25:])]
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            which = chance.randrange(2)
            if files[which]:
                files[which] = damage(files[which], chance, frames[25 * which :][:25])
        folder = raw_node(room / "blocks", *files, key=chance.choice([None, KEY]))
        for start in (None, early):
            ledger = room / f"ledger-{number}"
            if start:
                shutil.copytree(start, ledger)
            before = contents(ledger)
            batch_bytes = chance.choice([1, 5_000, 1 << 26])
            said = attempt(ledger, folder, batch_bytes=batch_bytes)
            if isinstance(said, str):
                assert "\n" not in said
                assert str(folder) in said
                assert (before is None) == (not ledger.exists())
                if before is not None:
                    # Whole batches below the damage may have been committed.
                    assert digest(ledger) == by_digest[manifests.read(ledger).blocks - 1]
                    assert manifests.read(ledger).blocks > 30
                    if batch_bytes == 1 << 26:
                        unchanged(ledger, before)
                outcomes["refused"] += 1
            else:
                height = said.tip.height
                assert digest(ledger) == by_digest[height], (part, number)
                # A ledger that is ahead of the files does not look into their blocks.
                silent = height < COUNT - 1 and not said.notices and not (start and said.added_blocks == 0)
                assert not (silent and damaged_end(files, frames)), (part, number)
                outcomes["whole" if height == COUNT - 1 else "shorter"] += 1
            shutil.rmtree(ledger, ignore_errors=True)
        shutil.rmtree(folder)
    assert min(outcomes.values()) > 0, outcomes


def damaged_end(files: Sequence[bytes], frames: Sequence[bytes]) -> bool:
    """Is there anything in the files but whole frames from the first one on, and zeros after them?

    What ends exactly where a frame does looks like a file that the node has not gone on with.
    """
    for data, part in zip(files, (frames[:25], frames[25:]), strict=True):
        wholes = {b"".join(part[:count]).rstrip(b"\0") for count in range(len(part) + 1)}
        if data.rstrip(b"\0") not in wholes:
            return True
    return False


def test_damage_within_blocks_is_named(room: Path) -> None:
    """Headers stay sound here; bodies with every kind of script and witness do not."""
    blocks = lively_blocks(12)
    chance = random.Random(11)
    frames = [REGTEST.magic + len(raw).to_bytes(4, "little") + raw for raw in blocks]
    expected = truth(room / "naive", blocks)
    refusals = 0
    for _ in range(200):
        height = chance.randrange(1, 13)
        frame = frames[height]
        head, body = frame[:88], frame[88:]
        for _ in range(chance.choice([1, 1, 3])):
            at = chance.randrange(len(body))
            if chance.random() < 0.5:
                # Where the counts and lengths of the first transactions are.
                at = min(at, chance.randrange(1, 400))
            length = chance.choice([1, 1, 2, 9, 40])
            new = chance.choice([chance.randbytes(length), b"\xff" * length, bytes(length)])
            body = body[:at] + new + body[at + len(new) :]
        body = body[: len(frame) - 88]
        folder = raw_node(room / "blocks", b"".join([*frames[:height], head, body, *frames[height + 1 :]]))
        said = attempt(room / "ledger", folder, network="regtest")
        if isinstance(said, str):
            refusals += 1
            offset = sum(map(len, frames[:height])) + 8
            assert f"offset {offset}: block " in said, said
            assert f"height {height} is damaged" in said, said
            assert not (room / "ledger").exists()
        elif said.tip.height == 12:
            assert digest(room / "ledger") == expected
            assert body == frame[88:]
        else:
            assert (said.tip.height, height) == (11, 12)
            assert "still being written" in said.notices[0]
        shutil.rmtree(room / "ledger", ignore_errors=True)
    assert refusals > 150
