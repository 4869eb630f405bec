"""The base and what segments change in it: the same answers by whatever way a ledger came to its tip."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import naive.ledger as twin
from build.histories import History, answers, grow, plain_answers
from build.nodes import built, digest, node, truth
from clew.build import append, base, pipeline, rebuild
from clew.build.append import LARGEST_AT_TIP, MOST_MERGED, UNDONE, mergeable
from clew.build.memory import Memory
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.ledger.segments import SegmentFile, Sums
from clew.simulate.chain import Chain


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few outputs are many here, so that sums kept beforehand take part."""
    monkeypatch.setattr(base, "MANY_OUTPUTS", 12)
    monkeypatch.setattr(twin, "MANY_OUTPUTS", 12)


def chain_of(seed: int, blocks: int) -> Chain:
    return grow(Chain(seed=f"history {seed}"), blocks, random.Random(seed))


@pytest.mark.parametrize("seed", range(4))
def test_a_random_history(room: Path, seed: int) -> None:
    """Blocks that come and blocks that go, at the tip, below the last segment and below the base."""
    chance = random.Random(seed)
    history = History(room)
    chain = chain_of(seed, chance.randrange(108, 125))
    seen = []
    for step in range(5):
        batch_bytes = chance.choice([1, 3_000, None])
        # What is not indexed at first is added from the same files.
        until = chain.height - 3 if step == 0 else None
        held = history.follow(
            chain.raw_blocks, until=until, batch_bytes=batch_bytes, threads=chance.randrange(1, 4)
        )
        assert held.manifest.base is not None
        seen.append((held.manifest.base.blocks, len(held.manifest.segments), len(held.manifest.rows)))
        if chance.random() < 0.7:
            depth = chance.choice([1, 2, 7, 30, 101, 110])
            chain = grow(chain.fork(max(0, chain.height - depth)), depth + chance.randrange(1, 9), chance)
        else:
            grow(chain, chance.randrange(1, 12), chance)
    history.nobody_lost_anything()
    assert seen[0][0]
    assert max(segments for _, segments, _ in seen) > 1
    assert any(pieces > 1 for *_, pieces in seen), seen


def test_undone_below_the_base_and_back(room: Path) -> None:
    """Deeper than any segment reaches: the base is built anew, and the old one is there for its readers."""
    history = History(room)
    chain = chain_of(50, 130)
    first = history.follow(chain.raw_blocks).manifest
    assert first.base is not None
    assert (first.base.blocks, len(first.segments)) == (31, 1)
    for fork in (20, 31, 30, 0):
        rival = grow(chain.fork(fork), chain.height - fork + 1, random.Random(fork))
        after = history.follow(rival.raw_blocks, batch_bytes=20_000).manifest
        assert after.base is not None
        assert (after.base.folder == first.base.folder) == (fork + 1 >= first.base.blocks)
        chain, first = rival, after
    history.nobody_lost_anything()


def test_block_by_block_beyond_the_base(room: Path) -> None:
    """Segments become one where many follow each other, and there are never many of them."""
    chain = chain_of(60, 170)
    folder, ledger = node(room / "blocks", chain.raw_blocks), room / "ledger"
    built(ledger, folder, until=110)
    built(ledger, folder, batch_bytes=1)
    held = Ledger(ledger).manifest
    assert len(held.segments) < 20
    assert any(8 <= segment.last - segment.first < 60 for segment in held.segments)
    edges = [(segment.first, segment.last) for segment in held.segments]
    assert held.base is not None
    assert [held.base.blocks, *(last for _, last in edges)] == [*(first for first, _ in edges), 171]
    assert {path.name for path in ledger.glob("*-*")} == held.folders()
    expected = plain_answers(twin.build_ledger(room / "twin", chain.raw_blocks, "regtest"))
    assert answers(Ledger(ledger)) == expected
    assert digest(ledger) == Ledger(room / "twin").digest()


def test_segments_that_outgrow_the_base_are_folded_into_it(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "OUTGROWN", 140)
    chain = chain_of(70, 160)
    folder, ledger = node(room / "blocks", chain.raw_blocks), room / "ledger"
    built(ledger, folder, until=105)
    reader = Ledger(ledger)
    before = reader.digest(), answers(reader)
    bases = []
    for until in (130, 150, 160):
        built(ledger, folder, until=until, batch_bytes=5_000)
        state = manifests.read(ledger).base
        assert state is not None
        bases.append(state.blocks)
        assert digest(ledger) == truth(room / f"twin-{until}", chain.raw_blocks[: until + 1])
        assert answers(Ledger(ledger)) == plain_answers(Ledger(room / f"twin-{until}"))
    assert bases[0] == 6 < bases[1] <= bases[2]
    assert (reader.digest(), answers(reader)) == before


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("memory", [2_000, 50_000, None])
def test_little_memory_makes_more_passes_and_the_same_ledger(
    room: Path, monkeypatch: pytest.MonkeyPatch, threads: int, memory: int | None
) -> None:
    chain = chain_of(80, 130)
    folder = node(room / "blocks", chain.raw_blocks)
    parts: list[tuple[int, int]] = []
    monkeypatch.setattr(rebuild, "UNDONE", 5)
    if memory:
        monkeypatch.setattr(Memory, "of", classmethod(lambda cls, _: cls(memory)))
        for name, rows in (("_SMALLEST_PART", 16), ("_CHUNK", 64), ("_RANGE", 32)):
            monkeypatch.setattr(base, name, rows)
        whole = base.BaseBuild._parts

        def note(self: base.BaseBuild, rows: int, row_bytes: int) -> Iterator[tuple[int, int]]:
            for part in whole(self, rows, row_bytes):
                parts.append(part)
                yield part

        monkeypatch.setattr(base.BaseBuild, "_parts", note)
    built(room / "ledger", folder, memory=0.1, threads=threads, batch_bytes=4_000)
    assert digest(room / "ledger") == truth(room / "twin", chain.raw_blocks)
    assert answers(Ledger(room / "ledger")) == plain_answers(Ledger(room / "twin"))
    assert len(parts) > 8 or memory != 2_000


def test_a_rule_that_changed_builds_links_and_base_anew(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = chain_of(90, 125)
    folder, ledger = node(room / "blocks", chain.raw_blocks), room / "ledger"
    built(ledger, folder, until=115)
    built(ledger, folder, until=120)
    reader, before = Ledger(ledger), digest(ledger)
    with monkeypatch.context() as patch:
        real = rebuild.rules_in_force()
        for module in (pipeline, rebuild):
            patch.setattr(module, "rules_in_force", lambda: [{**real[0], "version": 99}, *real[1:]])
        built(ledger, folder)
        assert manifests.read(ledger).rules[0].version == 99
    assert digest(ledger) == truth(room / "twin", chain.raw_blocks)
    assert answers(Ledger(ledger)) == plain_answers(Ledger(room / "twin"))
    assert reader.digest() == before
    built(ledger, folder)
    assert manifests.read(ledger).rules[0].version == real[0]["version"]
    assert digest(ledger) == Ledger(room / "twin").digest()


def test_few_segments_however_blocks_come() -> None:
    """By ones and by random numbers: they stay few, in order, and small at the tip."""
    for seed in range(4):
        chance = random.Random(seed)
        held: tuple[SegmentFile, ...] = ()
        height = 1_000
        for _ in range(2_500):
            last = height + (1 if seed == 0 else chance.choice([1, 1, 1, 2, 6, 40]))
            held = (*held, SegmentFile("", height, last, "", Sums()))
            height = last
            while span := mergeable(held):
                start, end = span
                assert end - start >= append.MERGED
                merged = SegmentFile("", held[start].first, held[end - 1].last, "", Sums())
                held = (*held[:start], merged, *held[end:])
            assert len(held) < 60
            sizes = [each.last - each.first for each in held]
            assert max(sizes) <= MOST_MERGED
            near = [each.last - each.first for each in held if each.last > height - UNDONE]
            assert max(near) <= LARGEST_AT_TIP
        assert [each.first for each in held[1:]] == [each.last for each in held[:-1]]
        assert (held[0].first, held[-1].last) == (1_000, height)
