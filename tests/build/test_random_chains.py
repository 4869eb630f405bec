"""Chains drawn at random: the build and its slow twin say the same of each."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from build.nodes import KEY, built, digest, every_lock, framed, raw_node, spend, spendable, truth
from clew.bitcoin.hashes import sha256d
from clew.simulate.chain import Chain
from clew.simulate.locks import Lock

OWNERS = 4
LOCKS = [each for owner in range(OWNERS) for each in every_lock(f"owner {owner}")]

number = st.integers(0, 10_000)
transaction = st.tuples(
    st.lists(number, min_size=1, max_size=4),
    st.lists(st.tuples(number, st.sampled_from([0, 1, 2_731, 2_731, 50_000])), min_size=1, max_size=5),
)
block = st.tuples(number, st.lists(transaction, max_size=4))
step = st.one_of(block, block, block, st.tuples(st.just("fork"), number))


def lay(folder: Path, draw: st.DataObject, blocks: list[bytes]) -> None:
    """Write the blocks in some order into some files, with garbage and repetition in between."""
    frames = framed(blocks)
    order = draw.draw(st.permutations(range(len(frames))))
    repeated = draw.draw(st.lists(st.sampled_from(range(len(frames))), max_size=3))
    cuts = draw.draw(st.lists(st.integers(0, len(frames)), max_size=3))
    garbage = draw.draw(st.lists(st.tuples(st.integers(0, len(frames)), st.binary(max_size=99)), max_size=3))
    pieces: list[list[bytes]] = [[]]
    for at, index in enumerate([*order, *repeated]):
        if at in cuts:
            pieces.append([])
        pieces[-1] += [noise for place, noise in garbage if place == at]
        pieces[-1].append(frames[index])
    raw_node(folder, *(b"".join(piece) for piece in pieces), key=draw.draw(st.sampled_from([None, KEY])))


def grow(steps: list[object]) -> list[Chain]:
    """The branches that the steps describe; the last step of each is its tip."""
    branches = [Chain()]
    for each in steps:
        here = branches[-1]
        if each[0] == "fork":  # type: ignore[index]
            here = branches[each[1] % len(branches)]  # type: ignore[index]
            height = each[1] % (here.height + 1)  # type: ignore[index]
            there = here.fork(height)
            there.coins = {key: coin for key, coin in there.coins.items() if coin.height <= height}
            branches.append(there)
        else:
            _mine(here, *each)  # type: ignore[misc]
    return branches


def _mine(chain: Chain, miner: int, transactions: list[tuple[list[int], list[tuple[int, int]]]]) -> None:
    for spends, pays in transactions:
        coins = spendable(chain)
        if coins:
            chosen = {coins[each % len(coins)].outpoint: coins[each % len(coins)] for each in spends}
            spend(chain, list(chosen.values()), [(LOCKS[to % len(LOCKS)], value) for to, value in pays])
    reward: Lock = LOCKS[miner % len(LOCKS)]
    while reward.script[:1] == b"\x6a" or len(reward.script) > 10_000:
        reward = LOCKS[(LOCKS.index(reward) + 1) % len(LOCKS)]
    chain.mine(reward)


def best(branches: list[Chain]) -> list[bytes]:
    """Of the longest branches, the one whose last hash is the lowest."""
    return min(
        (branch.raw_blocks for branch in branches),
        key=lambda blocks: (-len(blocks), int.from_bytes(sha256d(blocks[-1][:80]), "little")),
    )


@pytest.mark.nojit
@settings(
    max_examples=int(os.environ.get("CLEW_ROUNDS", "60")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(step, min_size=1, max_size=14), st.data())
def test_a_random_chain_gives_the_digest_of_the_slow_twin(steps: list[object], draw: st.DataObject) -> None:
    room = Path(tempfile.mkdtemp(prefix="clew-test-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        branches = grow(steps)
        wanted = best(branches)
        expected = truth(room / "naive", wanted)
        blocks = list(dict.fromkeys(raw for branch in branches for raw in branch.raw_blocks))
        lay(room / "blocks", draw, blocks)
        batch_bytes = draw.draw(st.sampled_from([None, 1, 2_000]))
        built(room / "ledger", room / "blocks", batch_bytes=batch_bytes, threads=draw.draw(st.integers(1, 3)))
        assert digest(room / "ledger") == expected
        # The same by way of a shorter chain, and of whichever branch there was first.
        until = draw.draw(st.integers(0, len(wanted) - 1))
        raw_node(room / "early", b"".join(framed(branches[0].raw_blocks)))
        built(room / "stepwise", room / "early", until=until)
        built(room / "stepwise", room / "blocks", until=until, batch_bytes=batch_bytes)
        built(room / "stepwise", room / "blocks", batch_bytes=batch_bytes)
        assert digest(room / "stepwise") == expected
    finally:
        shutil.rmtree(room)
