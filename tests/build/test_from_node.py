"""A ledger from a running node: the same as from its files, whatever the node does meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from build.nodeprocess import KINDS, NodeProcess, fetched
from build.nodes import (
    built,
    digest,
    framed,
    lively,
    node,
    raw_node,
    spend,
    spendable,
    truth,
)
from build.test_reorganise import branch
from clew.build import Progress, index
from clew.ledger import nodeblocks
from clew.ledger.nodecalls import Rest, Rpc
from clew.simulate.chain import Chain
from clew.simulate.locks import lock

pytestmark = pytest.mark.usefixtures("quick_line")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch_bytes", [1, 20_000, None])
def test_the_same_ledger(
    served: NodeProcess,
    room: Path,
    blocks: Sequence[bytes],
    expected: str,
    kind: str,
    batch_bytes: int | None,
) -> None:
    summary = fetched(room / "ledger", served, kind, batch_bytes=batch_bytes)
    assert digest(room / "ledger") == expected
    assert summary.folder == served.url
    assert summary.bytes_read == sum(map(len, blocks))
    assert (summary.added_blocks, summary.notices) == (len(blocks), ())


@pytest.mark.parametrize("kind", KINDS)
def test_real_blocks(shared_data: Path, room: Path, kind: str) -> None:
    folder = shared_data / "blocks" / "mainnet-0-4312"
    data, real = (folder / "blk00000.dat").read_bytes(), []
    at = 0
    while at + 8 < len(data) and data[at : at + 4] == bytes.fromhex("f9beb4d9"):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        real.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    index(room / "files", folder)
    with NodeProcess(room / "node", real, chain="main") as process:
        steps: list[Progress] = []
        fetched(room / "ledger", process, kind, network="main", progress=steps.append)
        told = process.told()
    assert digest(room / "ledger") == digest(room / "files")
    assert {(step.done, step.total, step.unit) for step in steps if step.stage == "blocks"} >= {
        (0, 4313, "blocks"), (4313, 4313, "blocks")
    }  # fmt: skip
    assert told["connections"] <= 10  # eight, and two by which the test speaks to it
    assert told["users"] == (["__cookie__"] if kind == "rpc" else [])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_not_asked_again(
    served: NodeProcess, room: Path, blocks: Sequence[bytes], expected: str, kind: str
) -> None:
    ledger = room / "ledger"
    fetched(ledger, served, kind, until=30)
    before = served.told()
    summary = fetched(ledger, served, kind)
    after = served.told()
    assert digest(ledger) == expected
    assert summary.added_blocks == 10
    asked = {name: after["asked"][name] - before["asked"][name] for name in after["asked"]}
    assert asked["block"] == 10
    assert asked["header"] <= 11
    assert fetched(ledger, served, kind).added_blocks == 0
    assert served.told()["asked"]["block"] == after["asked"]["block"]


def test_files_and_node_by_turns(
    served: NodeProcess, room: Path, blocks: Sequence[bytes], expected: str
) -> None:
    ledger = room / "ledger"
    built(ledger, node(room / "blocks", blocks), until=15)
    fetched(ledger, served, until=25)
    built(ledger, room / "blocks", until=30)
    fetched(ledger, served, "rest")
    assert digest(ledger) == expected
    assert built(ledger, room / "blocks").added_blocks == 0


def test_blocks_are_fetched_side_by_side(served: NodeProcess, room: Path, expected: str) -> None:
    served.set(delay=0.05)
    fetched(room / "ledger", served, address={"connections": 6})
    assert digest(room / "ledger") == expected
    assert 3 <= served.told()["most_under_way"] <= 6


def test_no_more_is_held_than_there_is_room_for(
    served: NodeProcess, room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodeblocks, "AHEAD_BYTES", 1)
    served.set(delay=0.01)
    fetched(room / "ledger", served)
    assert digest(room / "ledger") == expected
    assert served.told()["most_under_way"] == 1


def test_headers_come_in_parts(
    served: NodeProcess, room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for calls, kind in ((Rpc, "rpc"), (Rest, "rest")):
        monkeypatch.setattr(calls, "most_headers", 7)
        fetched(room / kind, served, kind)
        assert digest(room / kind) == expected


# Chains that change.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("undone", [1, 2, 7, 30])
def test_a_reorganisation_between_runs(room: Path, kind: str, undone: int) -> None:
    chain = lively(30)
    rival = branch(chain, 30 - undone, undone + 1)
    every = [*chain.raw_blocks, *rival.raw_blocks[31 - undone :]]
    ledger = room / "ledger"
    with NodeProcess(room / "node", chain.raw_blocks) as process:
        fetched(ledger, process, kind)
        active = [*range(31 - undone), *range(31, len(every))]
        process.blocks(every, active=active)
        summary = fetched(ledger, process, kind)
    assert (summary.rolled_back, summary.added_blocks) == (undone, undone + 1)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reorganisation_while_headers_are_read(
    room: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rpc, "most_headers", 10)
    monkeypatch.setattr(Rest, "most_headers", 10)
    chain = lively(30)
    rival = branch(chain, 17, 14)
    every = [*chain.raw_blocks, *rival.raw_blocks[18:]]
    active = [*range(18), *range(31, len(every))]
    with NodeProcess(room / "node", every, active=list(range(31)), then_active=active) as process:
        # One after the other, so that the first part comes from the old chain and the next from the new.
        fetched(room / "ledger", process, kind, address={"connections": 1})
    assert digest(room / "ledger") == truth(room / "naive", rival.raw_blocks)


def test_a_reorganisation_while_blocks_are_read(room: Path) -> None:
    """Blocks are asked for by hash: the run ends on the chain that it began with, the next one moves."""
    chain = lively(30)
    rival = branch(chain, 17, 14)
    every = [*chain.raw_blocks, *rival.raw_blocks[18:]]
    active = [*range(18), *range(31, len(every))]
    with NodeProcess(room / "node", every, active=list(range(31))) as process:

        def move(step: Progress) -> None:
            if step.stage == "blocks":
                process.set(active=active)

        fetched(room / "ledger", process, progress=move)
        assert digest(room / "ledger") == truth(room / "naive", chain.raw_blocks)
        assert fetched(room / "ledger", process).rolled_back == 13
    assert digest(room / "ledger") == truth(room / "naive again", rival.raw_blocks)


def test_of_equal_chains_the_same_one_as_from_files(room: Path) -> None:
    """The node keeps the first it has seen; from files it is the one with the lower hash."""
    chain = lively(20)
    rivals = [branch(chain, 20 - length, length) for length in (1, 3)]
    every = list(chain.raw_blocks)
    tips = []
    for rival, length in zip(rivals, (1, 3), strict=True):
        every += rival.raw_blocks[21 - length :]
        tips.append([len(every) - 1, 20, "valid-headers" if length == 1 else "valid-fork"])
    built(room / "files", raw_node(room / "blocks", b"".join(framed(every))))
    with NodeProcess(room / "node", every, active=list(range(21)), tips=tips) as process:
        fetched(room / "new", process)
        assert digest(room / "new") == digest(room / "files")
        fetched(room / "grown", process, until=19)
        fetched(room / "grown", process)
        assert digest(room / "grown") == digest(room / "files")
        assert fetched(room / "grown", process).added_blocks == 0
        # One that does not tell of other chains: then its own.
        process.set(tips_forbidden=True)
        fetched(room / "own", process)
        assert digest(room / "own") == truth(room / "naive", chain.raw_blocks)


def test_a_node_that_is_behind(served: NodeProcess, room: Path, expected: str) -> None:
    fetched(room / "ledger", served)
    served.set(active=list(range(20)))
    summary = fetched(room / "ledger", served)
    assert digest(room / "ledger") == expected
    assert any("end at height 19" in notice for notice in summary.notices)


def test_a_large_block_over_many_pieces(room: Path) -> None:
    """A block of megabytes, as hex and as bytes."""
    chain = Chain()
    chain.mine(lock("miner"), count=2)
    outputs: list[Any] = [(bytes([0x6A, 0x4D, 0xFF, 0xFF]) + bytes(0xFFFF), 0)] * 14
    spend(chain, spendable(chain)[:1], outputs)
    chain.mine(lock("miner"))
    assert len(chain.raw_blocks[-1]) > 900_000
    with NodeProcess(room / "node", chain.raw_blocks) as process:
        for kind in KINDS:
            fetched(room / kind, process, kind)
            assert digest(room / kind) == truth(room / f"naive {kind}", chain.raw_blocks)
