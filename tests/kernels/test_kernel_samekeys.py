"""Nested key hashes, known keys and candidates of one key, against plain Python."""

from __future__ import annotations

import random

import numpy as np
import pytest

from clew.bitcoin.hashes import hash160
from clew.heuristics import known_keys
from clew.kernels import nested, samekeys
from clew.kernels.jit import JIT
from clew.kernels.lookup import SEED
from clew.ledger.keys import address_key, bucket_of
from clew.schema import (
    HEAD_BYTES,
    PUBKEYHASH,
    SCRIPTHASH,
    WITNESS_V0_KEYHASH,
    WITNESS_V1_TAPROOT,
)

ROWS = [0, 1, nested.LANES - 1, nested.LANES, nested.LANES + 1, 1_003 if JIT else 21]


@pytest.mark.parametrize("rows", ROWS)
def test_nested_hashes_and_their_keys(rows: int) -> None:
    heads = np.random.default_rng(rows).integers(0, 256, (rows, HEAD_BYTES), dtype=np.uint8)
    if rows > 1:
        heads[0], heads[1] = 0, 255
    words, keys = np.empty(5 * rows, np.uint32), np.empty(rows, np.uint64)
    nested.nested_hashes(heads.reshape(-1), words)
    nested.hash_keys(words, SEED, keys)
    expected = [hash160(b"\x00\x14" + head.tobytes()) for head in heads]
    assert words.tobytes() == b"".join(expected)
    assert keys.tolist() == [address_key(SCRIPTHASH, payload) for payload in expected]


def buckets(entries: list[tuple[int, int]], bits: int) -> samekeys.Buckets:
    """A look-up of (key, id) pairs; the first place is not 0, as in a part of a larger one."""
    ordered = sorted((*bucket_of(key, bits), number) for key, number in entries)
    ordered.sort(key=lambda each: (each[0], each[2]))
    starts = 7 + np.searchsorted([each[0] for each in ordered], np.arange((1 << bits) + 1))
    return samekeys.Buckets(
        starts.astype(np.uint32),
        np.array([each[2] for each in ordered], np.uint32),
        np.array([each[1] for each in ordered], np.uint8),
    )


@pytest.mark.parametrize(("bits", "room"), [(0, 4_000), (3, 400), (6, 4_000)])
def test_candidates_are_all_that_share_a_bucket_and_a_fingerprint(bits: int, room: int) -> None:
    chance = random.Random(bits)
    keys = [chance.getrandbits(64) for _ in range(40)]
    own = [(chance.choice(keys), number) for number in range(50)]
    others = [(chance.choice([*keys, chance.getrandbits(64)]), number) for number in range(70)]
    near, far = buckets(own, bits), buckets(others, bits)
    found: list[set[tuple[int, int]]] = [set(), set()]
    bucket = 0
    while bucket < 1 << bits:
        pairs = [(np.empty(room, np.uint32), np.empty(room, np.uint32)) for _ in range(2)]
        *counts, following = samekeys.candidates(near, far, bucket, *pairs)
        assert following > bucket
        bucket = following
        for place, count in enumerate(counts):
            found[place] |= set(zip(*(each[:count].tolist() for each in pairs[place]), strict=True))
    expected = {
        (a, b)
        for place, (one, a) in enumerate(sorted(own, key=lambda each: each[1]))
        for other, b in sorted(own, key=lambda each: each[1])[place + 1 :]
        if bucket_of(one, bits) == bucket_of(other, bits)
    }
    assert found[0] == expected
    assert found[1] == {
        (a, b) for one, a in own for other, b in others if bucket_of(one, bits) == bucket_of(other, bits)
    }


def test_candidates_wait_for_room() -> None:
    near, far = buckets([(0, 1), (0, 2)], 0), buckets([(0, number) for number in range(9)], 0)
    pairs = [(np.empty(size, np.uint32), np.empty(size, np.uint32)) for size in (4, 17)]
    assert samekeys.candidates(near, far, 0, *pairs) == (0, 0, 0)
    pairs[1] = (np.empty(18, np.uint32), np.empty(18, np.uint32))
    assert samekeys.candidates(near, far, 0, *pairs) == (1, 18, 1)


def test_ids_are_placed_in_their_buckets() -> None:
    chance = random.Random(5)
    entries = [(chance.getrandbits(64), 3 * number) for number in range(200)]
    expected = buckets(entries, 4)
    starts = expected.starts - 7
    ids, fingerprints = np.empty(200, np.uint32), np.empty(200, np.uint8)
    for begin, end in ((0, 5), (5, 16)):
        first, last = int(starts[begin]), int(starts[end])
        following = starts[begin:end] - starts[begin]
        keys = np.array([key for key, _ in entries], np.uint64)
        listed = np.array([number for _, number in entries], np.uint32)
        samekeys.place_listed(keys, listed, 4, begin, following, ids[first:last], fingerprints[first:last])
    assert ids.tolist() == expected.ids.tolist()
    assert fingerprints.tolist() == expected.fingerprints.tolist()


def test_key_hashes_are_told_by_type() -> None:
    types = np.array([PUBKEYHASH, SCRIPTHASH, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT], np.uint8)
    rows = np.empty(4, np.int64)
    assert samekeys.key_hashes(types, 10, rows) == 2
    assert rows[:2].tolist() == [10, 12]


def test_known_keys_are_found_by_type_and_whole_head() -> None:
    listed = sorted(known_keys.payloads())
    chance = random.Random(8)
    rows: list[tuple[int, bytes, bool]] = []
    for kind, payload in chance.sample(listed, 60):
        head = payload[:HEAD_BYTES]
        rows.append((kind, head, True))
        rows.append((SCRIPTHASH if kind != SCRIPTHASH else PUBKEYHASH, head, False))
        rows.append((kind, head[:-1] + bytes([head[-1] ^ 1]), False))
        rows.append((kind, chance.randbytes(HEAD_BYTES), False))
    chance.shuffle(rows)
    wanted = known_keys.heads()
    marks = np.zeros(1 << 16, np.uint8)
    marks[(wanted.word & np.uint64(0xFFFF)).astype(np.int64)] = 1
    found = np.empty(len(rows), np.int64)
    count = samekeys.known(
        np.array([kind for kind, _, _ in rows], np.uint8),
        np.frombuffer(b"".join(head for _, head, _ in rows), np.uint8),
        (wanted.word, wanted.head, wanted.type),
        marks,
        found,
    )
    assert found[:count].tolist() == [place for place, row in enumerate(rows) if row[2]]
