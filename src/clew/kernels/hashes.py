"""Double SHA-256, RIPEMD-160 and Merkle roots over byte arrays.

With JIT off, hashlib stands in for SHA-256: the intrinsics need the compiler.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import JIT, kernel
from clew.kernels.sha256 import compress, compress_two
from clew.kernels.words import clear, copy, put_state, u64

INITIAL = np.array(
    [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19],
    dtype=np.uint32,
)


SECOND = 128
"""Where in ``Work.pad`` the two lanes' second messages are, 64 bytes each: a hash and its padding."""

FULL = 256
"""Where in ``Work.pad`` the padding of a message of 64 bytes is."""

TAILS = 320
"""Where in ``Work.pad`` the two lanes' last blocks are, 128 bytes each."""

ARENA = 576
"""Where in ``Work.pad`` copies of messages begin."""


class Work(NamedTuple):
    """Room that one thread hashes in: two states, and blocks to pad messages in."""

    state: Any
    pad: Any


@kernel
def new_work(arena: int = 0) -> Work:
    """Room to hash in: state uint32 (16,), pad uint8 (ARENA and ``arena`` bytes more)."""
    pad = np.zeros(ARENA + arena, np.uint8)
    for lane in range(2):
        pad[SECOND + 64 * lane + 32] = 0x80
        pad[SECOND + 64 * lane + 62] = 1
    pad[FULL] = 0x80
    pad[FULL + 62] = 2
    return Work(np.empty(16, np.uint32), pad)


@kernel
def put_end(pad: Any, start: int, length: int) -> int:
    """Pad the last ``length % 64`` bytes of a message of ``length``, at ``pad[start:]``; its blocks."""
    rest = length % 64
    blocks = 1 if rest < 56 else 2
    end = start + 64 * blocks
    clear(pad, start + rest, 64 * blocks - rest)
    pad[start + rest] = 0x80
    for i in range(5):
        pad[end - 1 - i] = (length * 8 >> 8 * i) & 255
    return blocks


@kernel
def _sha256_compiled(data: Any, start: int, length: int, work: Work, out: Any, at: int) -> None:
    state, pad = work
    copy(INITIAL, 0, 8, state, 0)
    whole = length // 64
    compress(state, data, start, whole)
    copy(data, start + 64 * whole, length - 64 * whole, pad, 0)
    compress(state, pad, np.int64(0), np.int64(put_end(pad, np.int64(0), length)))
    put_state(state, 0, out, at)


@kernel
def _sha256d_compiled(data: Any, start: int, length: int, work: Work, out: Any, at: int) -> None:
    _sha256_compiled(data, start, length, work, out, at)
    state, pad = work
    copy(out, at, 32, pad, SECOND)
    copy(INITIAL, 0, 8, state, 0)
    compress(state, pad, np.int64(SECOND), np.int64(1))
    put_state(state, 0, out, at)


def _sha256_plain(data: Any, start: int, length: int, work: Work, out: Any, at: int) -> None:
    digest = hashlib.sha256(data[start : start + length].tobytes()).digest()
    out[at : at + 32] = np.frombuffer(digest, np.uint8)


def _sha256d_plain(data: Any, start: int, length: int, work: Work, out: Any, at: int) -> None:
    digest = hashlib.sha256(hashlib.sha256(data[start : start + length].tobytes()).digest()).digest()
    out[at : at + 32] = np.frombuffer(digest, np.uint8)


sha256 = _sha256_compiled if JIT else _sha256_plain
"""``sha256(data, start, length, work, out, at)``: hash of ``data[start:start+length]`` (uint8) into
``out[at:at+32]`` (uint8)."""

sha256d = _sha256d_compiled if JIT else _sha256d_plain
"""``sha256d(data, start, length, work, out, at)``: double hash, arguments as for ``sha256``."""


@kernel
def _hash_pairs_compiled(level: Any, pairs: int, work: Work) -> None:
    state, pad = work
    for pair in range(0, pairs, 2):
        first = 64 * pair
        # The last pair of an odd number goes twice, side by side.
        second = first + 64 if pair + 1 < pairs else first
        copy(INITIAL, 0, 8, state, 0)
        copy(INITIAL, 0, 8, state, 8)
        compress_two(state, level, pad, first, second, np.int64(1))
        compress_two(state, level, pad, np.int64(~FULL), np.int64(~FULL), np.int64(1))
        put_state(state, 0, pad, SECOND)
        put_state(state, 8, pad, SECOND + 64)
        copy(INITIAL, 0, 8, state, 0)
        copy(INITIAL, 0, 8, state, 8)
        compress_two(state, level, pad, np.int64(~SECOND), np.int64(~(SECOND + 64)), np.int64(1))
        put_state(state, 0, level, first // 2)
        if second > first:
            put_state(state, 8, level, second // 2)


def _hash_pairs_plain(level: Any, pairs: int, work: Work) -> None:
    for pair in range(pairs):
        _sha256d_plain(level, 64 * pair, 64, work, level, 32 * pair)


hash_pairs = _hash_pairs_compiled if JIT else _hash_pairs_plain
"""``hash_pairs(level, pairs, work)``: double hash of each 64 bytes of ``level`` (uint8), to its start."""


@kernel
def merkle_root(level: Any, count: int, work: Work) -> bool:
    """Fold ``count`` hashes, 32 bytes each in ``level`` (uint8, flat), into a root at its start.

    ``level`` must have room for one hash more than ``count``. Returns True where two hashes that
    are paired are the same: such a list has the root of a shorter one (CVE-2012-2459).
    """
    mutated = False
    while count > 1:
        for pair in range(0, 32 * (count - 1), 64):
            mutated |= (
                u64(level, pair) == u64(level, pair + 32)
                and u64(level, pair + 8) == u64(level, pair + 40)
                and u64(level, pair + 16) == u64(level, pair + 48)
                and u64(level, pair + 24) == u64(level, pair + 56)
            )
        if count & 1:
            copy(level, 32 * count - 32, 32, level, 32 * count)
            count += 1
        count //= 2
        hash_pairs(level, count, work)
    return mutated


def _digits(*rows: str) -> Any:
    return np.array([int(digit, 16) for row in rows for digit in row], dtype=np.int64)


# RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996): word order, rotations and constants of both lines.
WORDS = (
    _digits(
        "0123456789abcdef", "74d1a6f3c0952eb8", "3ae49f812706db5c", "19ba08c4d37fe562", "40597c2ae138b6fd"
    ),
    _digits(
        "5e7092b4d6f81a3c", "6b370d5aef8c4912", "f5137e69b8c2a04d", "86413bf05c2d97ae", "cfa4158762de039b"
    ),
)
ROTATIONS = (
    _digits(
        "befc5879bdef6798", "768db97f7cf9b7dc", "bd67e9dfe8d65c75", "bcefef989e56865c", "9f5b68dc5cdeb856"
    ),
    _digits(
        "899bdff5778beec6", "9df7c89b77c76fdb", "97fb866ecd5edd75", "f58bee6e69c9c5f8", "85c9c5e68d65fdbb"
    ),
)
CONSTANTS = (
    np.array([0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E], dtype=np.int64),
    np.array([0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0], dtype=np.int64),
)
START = np.array([0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0], dtype=np.int64)
_LOW = 0xFFFFFFFF


@kernel
def _turn(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (32 - bits))) & _LOW


@kernel
def _mix(round_: int, x: int, y: int, z: int) -> int:
    if round_ == 0:
        return x ^ y ^ z
    if round_ == 1:
        return (x & y) | (~x & z & _LOW)
    if round_ == 2:
        return (x | (~y & _LOW)) ^ z
    if round_ == 3:
        return (x & z) | (y & (~z & _LOW))
    return x ^ (y | (~z & _LOW))


@kernel
def _line(block: Any, line: Any, words: Any, rotations: Any, constants: Any, right: bool) -> None:
    a, b, c, d, e = line[0], line[1], line[2], line[3], line[4]
    for step in range(80):
        round_ = step // 16
        mixed = _mix(4 - round_ if right else round_, b, c, d)
        total = (a + mixed + block[words[step]] + constants[round_]) & _LOW
        a, e, d, c, b = e, d, _turn(c, np.int64(10)), b, (_turn(total, rotations[step]) + e) & _LOW
    line[0], line[1], line[2], line[3], line[4] = a, b, c, d, e


@kernel
def ripemd160_of_32(data: Any, at: int, out: Any, out_at: int) -> None:
    """RIPEMD-160 of the 32 bytes at ``data[at:]`` (uint8) into ``out[out_at:out_at+20]`` (uint8)."""
    block = np.zeros(16, np.int64)
    for i in range(32):
        block[i // 4] |= np.int64(data[at + i]) << (8 * (i % 4))
    block[8] = 0x80
    block[14] = 256
    left, right = START.copy(), START.copy()
    _line(block, left, WORDS[0], ROTATIONS[0], CONSTANTS[0], False)
    _line(block, right, WORDS[1], ROTATIONS[1], CONSTANTS[1], True)
    for word in range(5):
        first, second, third = (word + 1) % 5, (word + 2) % 5, (word + 3) % 5
        value = (START[first] + left[second] + right[third]) & _LOW
        for i in range(4):
            out[out_at + 4 * word + i] = (value >> (8 * i)) & 255


@kernel
def hash160(data: Any, start: int, length: int, work: Work, out: Any, at: int) -> None:
    """RIPEMD-160 of SHA-256 of ``data[start:start+length]`` into ``out[at:at+20]`` (needs 32 bytes)."""
    sha256(data, start, length, work, out, at)
    ripemd160_of_32(out, at, out, at)
    for i in range(20, 32):
        out[at + i] = 0
