"""The blocks of an economy: the kernels' bytes are the plain writer's, and the judge takes signed ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clew.bitcoin.block import parse_block
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import network
from clew.bitcoin.signatures import signing
from clew.bitcoin.undo import parse_undo, write_undo
from clew.bitcoin.wire import compact_size
from clew.errors import UsageError
from clew.schema import SIGNED_HIGH_R
from clew.simulate.bulk.chain import GENESIS
from clew.simulate.economy.blocks import (
    FillerWriter,
    filler_keys,
    measure,
    obfuscation_key,
    require_room,
    write_blocks,
)
from clew.simulate.economy.course import Course
from clew.simulate.economy.plain import PlainWriter, Signer
from naive.economy import Filler
from simulate.consensus import judge, need_judge


def test_kernels_write_what_the_plain_writer_writes(course: Course) -> None:
    fast = FillerWriter(course)
    slow = PlainWriter(course, Filler(filler_keys(course.dice.separate("keys"))))
    np.testing.assert_array_equal(fast.names.payload, slow.names.payload)
    for height in range(1, course.blocks):
        frame, undo = fast.block(height)
        plain_frame, plain_undo = slow.block(height)
        assert frame.tobytes() == plain_frame.tobytes(), height
        assert undo == plain_undo, height
    assert fast.hashes == slow.hashes
    for here, there in zip(fast.names, slow.names, strict=True):
        np.testing.assert_array_equal(here, there)


def test_every_block_is_read_back_as_it_was_lived(course: Course) -> None:
    writer, state = FillerWriter(course), course.society.state
    for height in range(1, course.blocks):
        frame, undo = writer.block(height)
        block = parse_block(frame[8:].tobytes())
        first, last = course.ends[height - 1 : height + 1]
        assert len(block.transactions) == last - first
        spent = parse_undo(undo)
        assert write_undo(spent) == undo
        for made, at, coins in zip(block.transactions[1:], range(first, last - 1), spent, strict=True):
            values = {int(writer.names.vouts[coin]): state.value(coin) for coin in state.outputs(at)}
            assert [values[vout] for vout in range(len(values))] == [each.value for each in made.outputs]
            assert sum(coin.value for coin in coins) - sum(values.values()) == state.fee(at) >= 0


def test_no_block_is_larger_than_it_was_measured(course: Course) -> None:
    writer = FillerWriter(course)
    for height in range(1, course.blocks):
        raw = writer.block(height)[0][8:].tobytes()
        base = 80 + len(compact_size(len(parse_block(raw).transactions)))
        base += sum(len(each.serialise(witness=False)) for each in parse_block(raw).transactions)
        size, weight = measure(course, height)
        assert len(raw) <= size < len(raw) * 1.1 + 1_000
        assert 3 * base + len(raw) <= weight < (3 * base + len(raw)) * 1.1 + 4_000


@pytest.mark.parametrize(
    ("signed", "name", "what"), [(True, "MOST_WEIGHT", "weight"), (False, "LARGEST", "byte")]
)
def test_blocks_too_large_are_refused_in_a_line(
    course: Course, monkeypatch: pytest.MonkeyPatch, signed: bool, name: str, what: str
) -> None:
    most = measure(course, course.height)[signed]
    monkeypatch.setattr(f"clew.simulate.economy.blocks.{name}", most)
    require_room(course, signed=signed)
    monkeypatch.setattr(f"clew.simulate.economy.blocks.{name}", most - 1)
    with pytest.raises(
        UsageError, match=rf"at most {most - 1:,} {what}.*found {most:,} at height .* more blocks"
    ):
        require_room(course, signed=signed)


def test_the_judge_accepts_a_signed_economy(course: Course, tmp_path: Path) -> None:
    need_judge()
    writer = PlainWriter(course, Signer("test"))
    blocks, undo = [GENESIS], [b""]
    for height in range(1, course.blocks):
        frame, record = writer.block(height)
        blocks.append(frame[8:].tobytes())
        undo.append(record)
    verdict = judge(blocks, tmp_path)
    assert not verdict.refused
    assert verdict.height == course.blocks - 1
    assert verdict.tip == writer.hashes[-1]
    assert [write_undo(spent) for spent in verdict.spent[1:]] == undo[1:]


def test_filler_shows_what_signatures_show(course: Course) -> None:
    """Hash types, uncompressed keys and multisig in each transaction; an r of 33 bytes about as often."""
    fillers, signers = FillerWriter(course), PlainWriter(course, Signer("test"))
    high = [0, 0]
    for height in range(1, course.blocks):
        both = [parse_block(each.block(height)[0][8:].tobytes()).transactions for each in (fillers, signers)]
        for pair in zip(*both, strict=True):
            # Wallets order inputs by transaction ids, which are others where there are other keys.
            bits = [
                sorted(map(signing, each.inputs), key=lambda each: each & ~SIGNED_HIGH_R) for each in pair
            ]
            one, other = ([each & ~SIGNED_HIGH_R for each in side] for side in bits)
            assert one == other
            for place, side in enumerate(bits):
                high[place] += sum(bool(each & SIGNED_HIGH_R) for each in side)
    assert 0.8 * high[0] < high[1] < 1.25 * high[0]


def test_the_judge_refuses_filler(course: Course, tmp_path: Path) -> None:
    need_judge()
    writer = FillerWriter(course)
    blocks = [GENESIS, *(writer.block(height)[0][8:].tobytes() for height in range(1, course.blocks))]
    verdict = judge(blocks, tmp_path)
    assert verdict.refused
    assert 100 <= verdict.height < course.blocks - 1


def test_files_are_those_of_a_node_that_saw_the_blocks_so(course: Course, tmp_path: Path) -> None:
    need_judge()
    key = obfuscation_key(1)
    writer = PlainWriter(course, Signer("test"))
    write_blocks(course, writer, tmp_path / "ours", key=key, most=1 << 27, tell=lambda _: None)
    ours = (tmp_path / "ours" / "blk00000.dat").read_bytes()
    plain = np.bitwise_xor(np.frombuffer(ours, np.uint8), np.resize(np.frombuffer(key, np.uint8), len(ours)))
    blocks, at = [], 0
    data = plain.tobytes()
    while data[at : at + 4] == network("regtest").magic:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        blocks.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    heights = {block_hash: height for height, block_hash in enumerate(writer.hashes)}
    places = [heights.get(sha256d(raw[:80]), course.blocks) for raw in blocks]
    assert sorted(places) == list(range(course.blocks + 1))
    assert places != sorted(places)
    in_order = [raw for _, raw in sorted(zip(places, blocks, strict=True))]
    verdict = judge(in_order, tmp_path / "theirs", key=key, order=places[1:])
    theirs = (verdict.folder / "blk00000.dat").read_bytes()
    assert theirs[:at] == ours[:at]
    rev, their_rev = (
        (folder / "rev00000.dat").read_bytes() for folder in (tmp_path / "ours", verdict.folder)
    )
    assert their_rev[: len(rev)] == rev
    assert not any(their_rev[len(rev) :])


@pytest.mark.parametrize("number", [0, 1, 2, 15])
def test_known_keys_are_those_of_small_secrets(number: int) -> None:
    coincurve = pytest.importorskip("coincurve", reason="the extra signed is not installed")
    from clew.simulate.economy.known_keys import known_keys

    secret = max(1, number).to_bytes(32, "big")
    assert bytes(known_keys()[number]) == coincurve.PrivateKey(secret).public_key.format(compressed=False)
