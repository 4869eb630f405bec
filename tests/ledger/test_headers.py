"""The tree of headers: heights, work, the best chain, and what hangs loose."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.bitcoin.block import Header, work
from clew.ledger.frames import Frame
from clew.ledger.headers import HeaderTree, Stem, by_hash

EASY, HARD = 0x207FFFFF, 0x1F7FFFFF
GENESIS = Header.build(bytes(32), bytes(32), 0, EASY, 0)


def frame(header: Header, file: int = 0, offset: int = 8) -> Frame:
    return Frame(header.hash, header.serialise(), file, offset, 100)


def line(parent: Header, length: int, mark: int = 0, bits: int = EASY) -> list[Header]:
    """Headers one on the other; ``mark`` makes branches differ. None has real work done."""
    made: list[Header] = []
    for number in range(length):
        last = made[-1] if made else parent
        made.append(Header.build(last.hash, bytes(32), last.time + 600 + number, bits, mark))
    return made


def tree(*headers: Header, known: dict[bytes, Stem] | None = None) -> HeaderTree:
    return HeaderTree([frame(each) for each in headers], GENESIS.hash, (known or {}).get)


def number(header: Header) -> int:
    return int.from_bytes(header.hash, "little")


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_heights_and_work_whatever_the_order(chance: random.Random) -> None:
    main, side = line(GENESIS, 9), line(GENESIS, 5, mark=1)
    headers = [GENESIS, *main, *side]
    chance.shuffle(headers)
    found = tree(*headers)
    for height, each in enumerate([GENESIS, *main]):
        node = found.nodes[each.hash]
        assert (node.height, node.work) == (height, (height + 1) * work(EASY))
    best = found.best()
    assert best is not None
    assert best.hash == main[-1].hash
    assert [node.hash for node in found.chain(best)] == [each.hash for each in [GENESIS, *main]]
    assert len(found.connected) == 15
    assert found.orphans() == []


def test_work_counts_and_not_length() -> None:
    long, heavy = line(GENESIS, 50), line(GENESIS, 1, bits=HARD)
    assert work(HARD) > 50 * work(EASY)
    best = tree(GENESIS, *long, *heavy).best()
    assert best is not None
    assert (best.hash, best.height) == (heavy[0].hash, 1)


@settings(deadline=None)
@given(st.permutations(range(8)))
def test_of_equal_work_the_lower_hash(order: list[int]) -> None:
    rivals = [line(GENESIS, 1, mark=mark)[0] for mark in order]
    best = tree(GENESIS, *rivals).best()
    assert best is not None
    assert best.hash == min(rivals, key=number).hash


def test_copies_are_kept_in_order_and_counted() -> None:
    [child] = line(GENESIS, 1)
    frames = [frame(GENESIS), frame(child, 0, 300), frame(child, 1, 8), frame(GENESIS, 2, 8)]
    found = HeaderTree(frames, GENESIS.hash)
    assert found.duplicates == 2
    assert [(copy.file, copy.offset) for copy in found.nodes[child.hash].copies] == [(0, 300), (1, 8)]
    assert found.nodes[child.hash].frame is frames[1]
    assert by_hash(frames)[child.hash] is frames[1]


def test_a_gap_leaves_the_rest_loose() -> None:
    main = line(GENESIS, 9)
    found = tree(GENESIS, *main[:4], *main[5:])
    best = found.best()
    assert best is not None
    assert best.height == 4
    assert [node.hash for node in found.orphans()] == [each.hash for each in main[5:]]
    assert [node.hash for node in found.loose_roots()] == [main[5].hash]
    assert all(node.height == -1 for node in found.orphans())


def test_without_genesis_nothing_is_connected() -> None:
    main = line(GENESIS, 3)
    found = tree(*main)
    assert found.best() is None
    assert len(found.orphans()) == 3
    assert tree().best() is None


def test_what_a_ledger_knows_is_where_a_pruned_node_goes_on() -> None:
    main = line(GENESIS, 9)
    known = {main[4].hash: Stem(5, 6 * work(EASY))}
    found = tree(*main[5:], known=known)
    best = found.best()
    assert best is not None
    assert (best.height, best.work) == (9, 10 * work(EASY))
    assert [node.height for node in found.chain(best)] == [6, 7, 8, 9]


def test_files_that_overlap_with_the_ledger() -> None:
    """They start within what it knows: the tree begins at the first block that they hold."""
    main = line(GENESIS, 9)
    known = {each.hash: Stem(height + 1, (height + 2) * work(EASY)) for height, each in enumerate(main[:6])}
    found = tree(*main[3:], known=known)
    best = found.best()
    assert best is not None
    assert [node.height for node in found.chain(best)] == [4, 5, 6, 7, 8, 9]
    rival = line(main[1], 9, mark=3)
    found = tree(*main[3:], *rival, known=known)
    best = found.best()
    assert best is not None
    assert (best.hash, best.height) == (rival[-1].hash, 11)
    assert found.chain(best)[0].height == 3


def test_a_long_chain_needs_no_deep_calls() -> None:
    main = line(GENESIS, 20_000)
    found = tree(*reversed(main), GENESIS)
    best = found.best()
    assert best is not None
    assert best.height == 20_000
    assert len(found.chain(best)) == 20_001


def test_a_block_that_names_itself_or_nothing_is_loose() -> None:
    stray = Header.build(b"\x07" * 32, bytes(32), 5, EASY, 0)
    other = Header.build(bytes(32), bytes(32), 6, EASY, 9)
    found = tree(GENESIS, stray, other)
    assert {node.hash for node in found.orphans()} == {stray.hash, other.hash}


@pytest.mark.parametrize("bits", [0x1D00FFFF, EASY, HARD])
def test_total_work_is_exact_beyond_64_bits(bits: int) -> None:
    known = {b"\x01" * 32: Stem(900_000, 1 << 96)}
    child = Header.build(b"\x01" * 32, bytes(32), 5, bits, 0)
    best = tree(child, known=known).best()
    assert best is not None
    assert best.work == (1 << 96) + work(bits)
