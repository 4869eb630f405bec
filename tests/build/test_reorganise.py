"""The best chain changes: the ledger becomes that of the new one, and open readers keep theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from build.nodes import (
    KEY,
    built,
    contents,
    digest,
    framed,
    lively,
    node,
    raw_node,
    reached_by,
    refused,
    spend,
    spendable,
    truth,
    unchanged,
)
from clew.bitcoin.hashes import sha256d
from clew.build import Progress
from clew.errors import BadBlockError, StoppedError
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.ledger.source import behind
from clew.schema import TABLES
from clew.simulate.chain import Chain
from clew.simulate.locks import lock
from clew.simulate.mining import remine


def branch(chain: Chain, height: int, length: int) -> Chain:
    """A rival from ``height`` on, with transactions of its own and some that both have."""
    rival = chain.fork(height)
    undone = [each for block in chain.blocks[height + 1 :] for each in block.transfers[1:]]
    rival.coins = {key: coin for key, coin in rival.coins.items() if coin.height <= height}
    for number in range(length):
        if number == 0 and undone:
            first = [each for each in undone if all(coin.height <= height for coin in each.inputs)][:1]
            for each in first:
                spend(rival, each.inputs, [(coin.lock, coin.value) for coin in each.outputs])
        else:
            coins = spendable(rival)[:2]
            spend(rival, coins, [(lock(f"rival {number}"), 100), (lock("rival", "p2tr"), 200)])
        rival.mine(lock("rival miner", "p2wpkh"))
    return rival


def everything(ledger: Ledger) -> dict[str, Any]:
    """Every value that a reader can see."""
    names = [f"{table.name}.{column.name}" for table in TABLES for column in table.columns]
    return {name: ledger.column(name)[:].tolist() for name in names}


@pytest.fixture(scope="module")
def chain() -> Chain:
    return lively(30)


@pytest.mark.parametrize("undone", [1, 2, 5, 29, 30])
@pytest.mark.parametrize("batch_bytes", [None, 2_000])
def test_a_longer_branch_takes_over(chain: Chain, room: Path, undone: int, batch_bytes: int | None) -> None:
    folder, ledger = room / "blocks", room / "ledger"
    built(ledger, node(folder, chain.raw_blocks))
    rival = branch(chain, 30 - undone, undone + 1)
    before = Ledger(ledger)
    seen, digest_before = everything(before), before.digest()
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[31 - undone :]])
    during: list[str] = []
    summary = built(
        ledger,
        folder,
        batch_bytes=batch_bytes,
        progress=lambda _: during.append(Ledger(ledger).digest()),
    )
    assert (summary.rolled_back, summary.added_blocks, summary.stale_blocks) == (undone, undone + 1, undone)
    assert summary.added_transactions == sum(len(each.transfers) for each in rival.blocks[31 - undone :])
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)
    # A reader that opens while it is done sees the old chain, or the branch from where it is the better
    # one, which may be at equal height; one that had opened sees the old one ever after.
    level = truth(room / "level", rival.raw_blocks[:31])
    assert digest_before in during
    assert set(during) <= {digest_before} | ({level} if batch_bytes else set())
    assert during == sorted(during, key=digest_before.__ne__)
    assert (everything(before), before.digest()) == (seen, digest_before)
    assert {path.name for path in ledger.glob("*-*")} == manifests.read(ledger).folders()


def test_there_and_back_again(chain: Chain, room: Path) -> None:
    """Two branches that overtake each other, again and again, each from further down."""
    ledger, folder = room / "ledger", room / "blocks"
    tips = [chain.fork(20), chain.fork(20)]
    blocks: list[bytes] = list(tips[0].raw_blocks)
    for round_ in range(6):
        leader = tips[round_ % 2]
        start = leader.height
        while leader.height <= tips[1 - round_ % 2].height:
            leader.mine(lock(f"miner {round_ % 2}"))
        blocks += leader.raw_blocks[start + 1 :]
        summary = built(ledger, node(folder, blocks))
        assert digest(ledger) == truth(room / f"naive-{round_}", leader.raw_blocks)
        assert bool(summary.rolled_back) == (round_ > 0)


def test_of_equal_work_the_lower_hash_wins_whichever_came_first(chain: Chain, room: Path) -> None:
    tips = [chain.fork(29).mine(lock(f"tip {number}")).raw for number in range(6)]
    best = min(tips, key=lambda raw: int.from_bytes(sha256d(raw[:80]), "little"))
    expected = truth(room / "naive", [*chain.raw_blocks[:30], best])
    for name, order in (("one", tips), ("two", tips[::-1])):
        ledger = room / name
        for count in range(1, 7):
            summary = built(ledger, node(room / "blocks", [*chain.raw_blocks[:30], *order[:count]]))
            if count > 1:
                assert summary.rolled_back == summary.added_blocks <= 1
        assert digest(ledger) == expected


def test_a_reader_keeps_its_ledger_while_blocks_are_added(chain: Chain, room: Path) -> None:
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    built(ledger, folder, until=10)
    before = Ledger(ledger)
    seen, digest_before = everything(before), before.digest()
    for until in (11, 20, 30):
        built(ledger, folder, until=until, batch_bytes=1_000)
        assert (everything(before), before.digest()) == (seen, digest_before)
    assert digest(ledger) == truth(room / "naive", chain.raw_blocks)


class Stop:
    """A progress display that interrupts once the rows of a height are made, and not yet committed."""

    def __init__(self, height: int) -> None:
        self.height = height

    def __call__(self, progress: Progress) -> None:
        reads = progress.stage in ("blocks", "append")
        if reads and progress.height is not None and progress.height >= self.height:
            raise KeyboardInterrupt


@pytest.mark.parametrize("committed", [None, 5, 14])
@pytest.mark.parametrize("fork", [0, 3, 8, 14, 18, 19, 20])
def test_a_fork_below_the_rows_of_an_interrupted_run(
    chain: Chain, room: Path, committed: int | None, fork: int
) -> None:
    """Those of a first run are kept, and not committed; those of a later one are committed as they come."""
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    if committed is not None:
        built(ledger, folder, until=committed)
    reached = 20 if committed is None else 19
    with pytest.raises(StoppedError, match=f"stopped at height {reached}"):
        built(ledger, folder, batch_bytes=1, progress=Stop(20))
    assert reached_by(ledger) == reached
    rival = branch(chain, fork, 31 - fork)
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[fork + 1 :]])
    summary = built(ledger, folder, batch_bytes=3_000)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)
    kept = 0 if committed is None else min(fork, 19) + 1
    assert summary.added_blocks == 32 - kept
    assert summary.rolled_back == (0 if committed is None else max(0, 19 - fork))
    assert summary.resumed_from == (fork if committed is None and fork == 20 else None)


@pytest.mark.parametrize("committed", [None, 5, 14])
@pytest.mark.parametrize("fork", [3, 8, 18])
@pytest.mark.parametrize("end", ["bad block", "interrupt"])
def test_a_run_that_fails_above_a_fork_spoils_nothing(
    chain: Chain, room: Path, committed: int | None, fork: int, end: str
) -> None:
    """What was committed stays, also where a branch has taken over half its place before it failed."""
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    if committed is not None:
        built(ledger, folder, until=committed)
    with pytest.raises(StoppedError):
        built(ledger, folder, batch_bytes=1, progress=Stop(20))
    before = digest(ledger) if committed is not None else None
    rival = branch(chain, fork, 31 - fork)
    new = rival.raw_blocks[fork + 1 :]
    if end == "bad block":
        bad = bytearray(new[-3])
        bad[-5] ^= 1
        node(folder, [*chain.raw_blocks, *new[:-3], bytes(bad), *new[-2:]])
        with pytest.raises(BadBlockError, match="height 29"):
            built(ledger, folder, batch_bytes=1)
    else:
        node(folder, [*chain.raw_blocks, *new])
        with pytest.raises(StoppedError):
            built(ledger, folder, batch_bytes=1, progress=Stop(25))
    if before is not None:
        # The branch is the better one from one block above the old tip on, and committed from there.
        assert manifests.read(ledger).blocks == (29 if end == "bad block" else 25)
        assert digest(ledger) == truth(room / "half", rival.raw_blocks[: manifests.read(ledger).blocks])
        assert before != digest(ledger)
    node(folder, [*chain.raw_blocks, *new])
    built(ledger, folder)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)


@pytest.mark.parametrize("batch_bytes", [None, 1])
def test_a_branch_that_turns_out_bad_leaves_the_ledger_byte_for_byte(
    chain: Chain, room: Path, batch_bytes: int | None
) -> None:
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    built(ledger, folder)
    rival = branch(chain, 20, 12)
    new = rival.raw_blocks[21:]
    bad = remine(new[8], merkle_root=bytes(32))
    child = remine(new[9], previous=sha256d(bad[:80]))
    grandchild = remine(new[10], previous=sha256d(child[:80]))
    raw_node(folder, b"".join(framed([*chain.raw_blocks, *new[:8], bad, child, grandchild])))
    refused(
        BadBlockError, ledger, folder, "height 29", "blk00000.dat", "Merkle root", batch_bytes=batch_bytes
    )


def test_a_branch_that_spends_what_only_the_other_has(chain: Chain, room: Path) -> None:
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    built(ledger, folder)
    rival = chain.fork(25)
    only_there = chain.blocks[28].transfers[0].outputs[0]
    rival.mine(lock("rival"), transfers=[rival.draft([only_there], [(lock("rival"), 1)])])
    rival.mine(lock("rival"), count=6)
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[26:]])
    refused(BadBlockError, ledger, folder, "height 26", only_there.txid[::-1].hex())


def test_until_does_not_undo(chain: Chain, room: Path) -> None:
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    built(ledger, folder)
    rival = branch(chain, 20, 15)
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[21:]])
    before = {name: contents(ledger / name) for name in manifests.read(ledger).folders()}
    assert built(ledger, folder, until=20).rolled_back == 0
    assert {name: contents(ledger / name) for name in manifests.read(ledger).folders()} == before
    summary = built(ledger, folder, until=33)
    assert (summary.rolled_back, summary.added_blocks) == (10, 13)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks[:34])


def test_until_below_the_tip_does_not_shorten_the_ledger(chain: Chain, room: Path) -> None:
    """The branch wins only with the blocks that are not to be indexed."""
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    built(ledger, folder)
    rival = branch(chain, 20, 15)
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[21:]])
    for until in (21, 25, 29):
        summary = built(ledger, folder, until=until)
        assert (summary.tip.height, summary.rolled_back, summary.added_blocks) == (30, 0, 0)
        assert f"--until {until}: the ledger is already at 30; nothing undone" in summary.notices
        assert f"--until {until}: 15 more blocks are in the files" in summary.notices
    assert digest(ledger) == truth(room / "naive", chain.raw_blocks)


def test_status_and_index_agree_on_equal_work(chain: Chain, room: Path) -> None:
    tips = sorted(
        (chain.fork(29).mine(lock(f"tip {number}")).raw for number in range(2)),
        key=lambda raw: int.from_bytes(sha256d(raw[:80]), "little"),
    )
    trunk = chain.raw_blocks[:30]
    for name, first, undone in (("better", tips[1], 1), ("worse", tips[0], 0)):
        folder = node(room / f"{name} blocks", [*trunk, first])
        built(room / name, folder)
        node(folder, [*trunk, *tips])
        said = behind(Ledger(room / name))
        assert (said["blocks_behind"], said["blocks_to_undo"]) == (undone, undone)
        assert built(room / name, folder).rolled_back == undone
        assert behind(Ledger(room / name))["blocks_behind"] == 0


@pytest.mark.parametrize("key", [None, KEY])
def test_status_and_index_agree_on_a_block_that_is_still_being_written(
    chain: Chain, room: Path, key: bytes | None
) -> None:
    frames = framed(chain.raw_blocks)
    folder = raw_node(room / "blocks", b"".join(frames), key=key)
    built(room / "ledger", folder, until=29)
    blank = len(frames[-1]) // 2
    path = folder / "blk00000.dat"
    path.write_bytes(path.read_bytes()[:-blank] + bytes(blank))
    assert behind(Ledger(room / "ledger"))["blocks_behind"] == 0
    summary = built(room / "ledger", folder)
    assert summary.added_blocks == 0
    assert "still being written" in "".join(summary.notices)


@pytest.mark.parametrize("height", [21, 25, 30, 31, 33])
def test_ctrl_c_while_blocks_are_replaced(chain: Chain, room: Path, height: int) -> None:
    """Up to the old tip nothing has happened; after it the branch stands, as far as it came."""
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    built(ledger, folder)
    rival = branch(chain, 20, 15)
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[21:]])
    before = contents(ledger)
    reached = max(30, height - 1)
    with pytest.raises(StoppedError, match=f"stopped at height {reached};"):
        built(ledger, folder, batch_bytes=1, progress=Stop(height))
    if height <= 31:
        # The block at 31 is the first that makes the branch the better one, and is not committed yet.
        unchanged(ledger, before)
    else:
        assert digest(ledger) == truth(room / "half", rival.raw_blocks[: reached + 1])
    summary = built(ledger, folder)
    assert (summary.resumed_from, summary.rolled_back) == (None, 10 if height <= 31 else 0)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)


def test_what_the_files_have_and_the_ledger_has_not(chain: Chain, room: Path) -> None:
    ledger, folder = room / "ledger", node(room / "blocks", chain.raw_blocks)
    assert built(ledger, folder, until=10).notices == ("--until 10: 20 more blocks are in the files",)
    assert built(ledger, folder, until=29).notices == ("--until 29: 1 more block is in the files",)
    assert built(ledger, folder, until=5).notices == (
        "--until 5: the ledger is already at 29; nothing undone",
        "--until 5: 1 more block is in the files",
    )
    assert built(ledger, folder).notices == ()
    assert built(ledger, folder, until=30).notices == ()
    assert built(ledger, folder, until=99).notices == ()
    short = node(room / "short", chain.raw_blocks[:8])
    assert built(ledger, short).notices == ("the files end at height 7, the ledger is at 30; nothing to add",)


def test_the_folder_named_last_is_the_one_to_look_in(chain: Chain, room: Path) -> None:
    """Also where it had nothing new."""
    ledger, new = room / "ledger", node(room / "new", chain.raw_blocks)
    built(ledger, node(room / "old", chain.raw_blocks))
    before = Ledger(ledger).snapshot()
    built(ledger, new)
    assert behind(Ledger(ledger))["folder"] == str(new.resolve())
    assert Ledger(ledger).snapshot() == before


def test_a_shorter_chain_of_more_work_is_the_better_one(room: Path) -> None:
    """Work counts, not length."""
    chain = Chain()
    chain.mine(lock("miner"), count=6)
    harder = harder_block(chain.raw_blocks[2], sha256d(chain.raw_blocks[1][:80]))
    blocks = [*chain.raw_blocks, harder]
    summary = built(room / "ledger", node(room / "blocks", blocks))
    assert (summary.tip.height, summary.stale_blocks) == (2, 5)
    assert digest(room / "ledger") == truth(room / "naive", [*chain.raw_blocks[:2], harder])


def harder_block(raw: bytes, previous: bytes) -> bytes:
    """The block with a target 256 times lower."""
    return remine(raw[:72] + (0x1F7FFFFF).to_bytes(4, "little") + raw[76:], previous=previous)
