"""Files of networks that work on scrypt: what counts as a block, and whose work is checked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from clew.bitcoin.header import scrypt_hash
from clew.build import index
from clew.errors import BadBlockError, MissingBlockError, WrongNetworkError
from clew.ledger import work
from clew.ledger.blockfiles import BlockFiles
from clew.ledger.frames import FileScan, Frame
from clew.ledger.headers import Node
from clew.ledger.work import EDGE, WorkCheck
from clew.simulate.blockfile import frame
from forks.chains import ForkChain, Merging, files_of

HARD = 0x1D00FFFF
"""A target that a block made up in a test claims and does not meet."""


def chain_of(name: str, blocks: int = 12) -> ForkChain:
    chain = ForkChain(name)
    merged = chain.network.auxpow_chain is not None
    for number in range(blocks):
        chain.mine([(f"miner {number}", 50)], merging=Merging(nonce=number) if merged else None)
    return chain


LITECOIN, DOGECOIN = chain_of("litecoin-regtest"), chain_of("dogecoin-regtest")
BOTH = pytest.mark.parametrize("chain", [LITECOIN, DOGECOIN], ids=["litecoin", "dogecoin"])


def forged(chain: ForkChain) -> bytes:
    """A block on top of the chain that claims more work than all of it and has none."""
    merging = Merging() if chain.network.auxpow_chain is not None else None
    return chain.draft([("forger", 1)], merging=merging, enough=False, bits=HARD).serialise()


def written(folder: Path, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "blk00000.dat").write_bytes(data)
    return folder


def scanned(folder: Path, chain: ForkChain) -> FileScan:
    files = BlockFiles(folder, chain.network)
    try:
        return files.scan(0)
    finally:
        files.close()


def test_scrypt_against_published_work() -> None:
    # Litecoin's genesis block; its proof of work is stated in the sources of many of its programs.
    header = bytes.fromhex(
        "01000000" + "00" * 32 + "d9ced4ed1130f7b7faad9be25323ffafa33232a17c3edf6cfd97bee6bafbdd97"
        "b9aa8e4ef0ff0f1ecd513f7c"
    )
    assert scrypt_hash(header)[::-1].hex() == (
        "0000050c34a64b415b6b15b37f2216634b5b1669cb9a2e38d76f7213b0671e00"
    )


@BOTH
def test_garbage_between_frames(room: Path, chain: ForkChain) -> None:
    rng = random.Random(4)
    magic = chain.network.magic
    header = chain.raw[3][:76]
    rubbish: Sequence[bytes] = [
        *(b"", b"\0" * 40, magic, magic * 5, magic + bytes(4), rng.randbytes(3000)),
        # Made-up frames, each of a possible length, before or over a good one.
        *(magic + (500).to_bytes(4, "little") + header + bytes([at]) * 4 for at in range(3)),
        magic + (len(chain.raw[2]) + 600).to_bytes(4, "little") + header + bytes(90),
        frame(forged(chain), chain.network)[:-7],
    ]
    frames = [frame(raw, chain.network) for raw in chain.raw]
    places: list[int] = []
    data = b""
    for number, each in enumerate(frames):
        data += rubbish[number % len(rubbish)]
        places.append(len(data) + 8)
        data += each
    folder = written(room / "blocks", data + bytes(1000))
    found = scanned(folder, chain)
    assert {each.offset for each in found.frames} >= set(places)
    summary = index(room / "ledger", folder, network=chain.network.name, threads=1)
    assert summary.tip.height == 12
    assert any("skipped" in notice for notice in summary.notices)


@BOTH
def test_frames_in_place_are_not_worked_through(
    room: Path, chain: ForkChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(self: BlockFiles, number: int, header: bytes, offset: int, length: int) -> bool:
        asked.append(offset)
        return True

    monkeypatch.setattr(BlockFiles, "_proves", counted)
    folder = files_of(room / "blocks", chain)
    assert len(scanned(folder, chain).frames) == 13
    assert not asked
    data = b"".join(frame(raw, chain.network) + b"x" for raw in chain.raw)
    assert len(scanned(written(room / "other", data), chain).frames) == 13
    assert len(asked) == 13


@BOTH
def test_a_forged_tip_is_left_out(room: Path, chain: ForkChain) -> None:
    folder = files_of(room / "blocks", chain, [*chain.raw, forged(chain)])
    first = index(room / "ledger", folder, network=chain.network.name, threads=1)
    assert first.tip.height == 12
    assert sum("its work was not done" in notice for notice in first.notices) == 1
    again = index(room / "ledger", folder, threads=1)
    assert (again.added_blocks, again.tip) == (0, first.tip)


@BOTH
def test_a_forged_branch_is_left_out(room: Path, chain: ForkChain) -> None:
    other = ForkChain(chain.network.name)
    other.blocks = chain.blocks[:6]
    raw = chain.raw
    for _ in range(3):
        made = other.draft([("forger", 1)], enough=False, bits=HARD)
        other.blocks.append(made)
        raw.append(made.serialise())
    folder = files_of(room / "blocks", chain, raw)
    summary = index(room / "ledger", folder, network=chain.network.name, threads=1)
    assert summary.tip.hash == chain.blocks[-1].header.hash[::-1].hex()


@BOTH
def test_a_forged_block_without_a_parent_is_left_out(room: Path, chain: ForkChain) -> None:
    other = chain_of(chain.network.name, 3)
    other.mine([("elsewhere", 1)])
    stray = [other.draft([("forger", 1)], enough=False, bits=HARD)]
    other.blocks.append(stray[0])
    stray.append(other.draft([("forger", 2)], enough=False, bits=HARD))
    late = [each.serialise()[:68] + b"\xff" * 4 + each.serialise()[72:] for each in stray]
    summary = index(
        room / "ledger",
        files_of(room / "blocks", chain, [*chain.raw, *late]),
        network=chain.network.name,
        threads=1,
    )
    assert summary.tip.height == 12
    # One that has its work shows that something is missing.
    other = chain_of(chain.network.name, 3)
    for number in range(30):
        other.mine([("elsewhere", number)])
    with pytest.raises(MissingBlockError):
        index(
            room / "new",
            files_of(room / "gap", chain, [*chain.raw, other.raw[-1]]),
            network=chain.network.name,
            threads=1,
        )


def node_chain(length: int) -> tuple[list[Node], Callable[[Frame], bool], set[bytes]]:
    """Nodes of which only a set lacks its work."""
    lacking: set[bytes] = set()
    nodes = []
    for number in range(length):
        head = number.to_bytes(80, "little")
        nodes.append(Node([Frame(head[:32], head, 0, number, 100)], number, number))
        if number:
            nodes[-2].children.append(nodes[-1])
    return nodes, lambda each: each.hash not in lacking, lacking


def test_which_blocks_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "SAMPLE", 20)
    nodes, proves, lacking = node_chain(1000)
    asked: list[int] = []

    def counted(each: Frame) -> bool:
        asked.append(each.offset)
        return proves(each)

    def ask(*, every: bool = False, known: int = 0) -> list[Node]:
        asked.clear()
        check = WorkCheck(LITECOIN.network, counted, every=every, threads=2)
        heights = {each.hash: each for each in nodes[:known]}
        return check.unproven(nodes, heights.get, lambda each: "file")  # type: ignore[arg-type]

    assert ask() == []
    assert set(range(1000 - EDGE, 1000)) <= set(asked)
    assert 20 <= len(asked) <= 20 + EDGE
    drawn = sorted(asked)
    ask()
    assert sorted(asked) == drawn
    ask(every=True)
    assert sorted(asked) == list(range(1000))
    ask(known=999)
    assert asked == [999]
    nodes[499].children.append(Node([nodes[0].frame]))
    ask()
    assert set(range(500, 500 + EDGE)) <= set(asked)
    # One that no sample drew is found where all are checked.
    free = next(number for number in range(100, 400) if number not in drawn)
    lacking.add(nodes[free].hash)
    assert ask() == []
    with pytest.raises(BadBlockError, match=f"at height {free}"):
        ask(every=True)
    # What nothing with work builds on was made up.
    lacking.update(node.hash for node in nodes[990:])
    lacking.discard(nodes[free].hash)
    assert {each.height for each in ask()} == set(range(990, 1000))


@BOTH
def test_every_block_with_the_option(room: Path, chain: ForkChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "SAMPLE", 0)
    folder = files_of(room / "blocks", chain)
    few = index(room / "few", folder, network=chain.network.name, threads=1)
    [notice] = [each for each in few.notices if "scrypt" in each]
    assert notice.startswith("checked the scrypt work of 10 of 13 new blocks")
    assert chain.blocks[-1].header.hash[::-1].hex() in notice
    every = index(room / "all", folder, network=chain.network.name, threads=2, check_work=True)
    assert not any("scrypt" in each for each in every.notices)
    assert every.tip == few.tip


def test_the_genesis_block_tells_test_networks_apart(room: Path) -> None:
    folder = files_of(room / "blocks", LITECOIN)
    with pytest.raises(WrongNetworkError, match="of litecoin-regtest; name the network with --network"):
        index(room / "ledger", folder, network="dogecoin-regtest", threads=1)
    with pytest.raises(WrongNetworkError, match="of litecoin-regtest; name the network with --network"):
        index(room / "ledger", folder, network="bitcoincash-regtest", threads=1)
