"""HASH160 of the scripts that nest witness key hashes in script hashes, several at a time.

The script is OP_0 and a push of the 20 bytes of a key's hash; its HASH160 is what a P2SH-P2WPKH output
pays to (BIP 141). Every key hash of a chain is hashed so, which is why eight messages go side by side in
the lanes of vectors: each step of SHA-256 (FIPS 180-4) and RIPEMD-160 (Dobbertin, Bosselaers, Preneel
1996) is one instruction for all of them, or two where vectors have 128 bits. With JIT off, one after the
other by ``hashes``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from clew.kernels.hashes import (
    CONSTANTS,
    INITIAL,
    ROTATIONS,
    START,
    WORDS,
    hash160,
    new_work,
)
from clew.kernels.jit import kernel
from clew.kernels.lookup import FACTOR, HALF
from clew.kernels.sha256 import ROUND_CONSTANTS
from clew.kernels.words import RAW, u16, u32
from clew.schema import HEAD_BYTES, SCRIPTHASH

LANES = 8
_NUMBER = ir.IntType(32)
_VECTOR = ir.VectorType(_NUMBER, LANES)


class _Lanes:
    """Arithmetic of 32-bit words in all lanes at once, as LLVM instructions."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def all(self, number: int) -> Any:
        """A word that is the same in every lane."""
        return ir.Constant(_VECTOR, [number & 0xFFFFFFFF] * LANES)

    def add(self, *words: Any) -> Any:
        """Sum modulo 2^32."""
        total = words[0]
        for word in words[1:]:
            total = self.builder.add(total, word)
        return total

    def xor(self, *words: Any) -> Any:
        """Exclusive or."""
        total = words[0]
        for word in words[1:]:
            total = self.builder.xor(total, word)
        return total

    def left(self, word: Any, bits: int) -> Any:
        """Rotate to the left."""
        high = self.builder.shl(word, self.all(bits))
        return self.builder.or_(high, self.builder.lshr(word, self.all(32 - bits)))

    def right(self, word: Any, bits: int) -> Any:
        """Rotate to the right."""
        return self.left(word, 32 - bits)

    def shifted(self, word: Any, bits: int) -> Any:
        """Shift to the right."""
        return self.builder.lshr(word, self.all(bits))

    def either(self, choose: Any, one: Any, other: Any) -> Any:
        """Bits of ``one`` where ``choose`` is set, else of ``other``."""
        return self.xor(other, self.builder.and_(choose, self.xor(one, other)))

    def swapped(self, word: Any) -> Any:
        """The bytes of each word in the other order."""
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        name = f"llvm.bswap.v{LANES}i32"
        module = self.builder.module
        found = module.globals.get(name) or ir.Function(module, kind, name)
        return self.builder.call(found, [word])


def _sha256(lanes: _Lanes, message: list[Any]) -> list[Any]:
    """State after one block of 16 words."""
    words = list(message)
    state = [lanes.all(int(word)) for word in INITIAL]
    a, b, c, d, e, f, g, h = state
    for step in range(64):
        if step >= 16:
            early, late = words[step - 15], words[step - 2]
            words.append(
                lanes.add(
                    words[step - 16],
                    lanes.xor(lanes.right(early, 7), lanes.right(early, 18), lanes.shifted(early, 3)),
                    words[step - 7],
                    lanes.xor(lanes.right(late, 17), lanes.right(late, 19), lanes.shifted(late, 10)),
                )
            )
        turned = lanes.xor(lanes.right(e, 6), lanes.right(e, 11), lanes.right(e, 25))
        constant = lanes.all(int(ROUND_CONSTANTS[step]))
        one = lanes.add(h, turned, lanes.either(e, f, g), lanes.add(words[step], constant))
        turned = lanes.xor(lanes.right(a, 2), lanes.right(a, 13), lanes.right(a, 22))
        majority = lanes.either(lanes.xor(a, b), c, b)
        a, b, c, d, e, f, g, h = lanes.add(one, turned, majority), a, b, c, lanes.add(d, one), e, f, g
    return [lanes.add(*pair) for pair in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def _mixed(lanes: _Lanes, round_: int, x: Any, y: Any, z: Any) -> Any:
    not_ = lanes.builder.not_
    if round_ == 0:
        return lanes.xor(x, y, z)
    if round_ == 1:
        return lanes.either(x, y, z)
    if round_ == 2:
        return lanes.xor(lanes.builder.or_(x, not_(y)), z)
    if round_ == 3:
        return lanes.either(z, x, y)
    return lanes.xor(x, lanes.builder.or_(y, not_(z)))


def _line(lanes: _Lanes, block: list[Any], right: bool) -> list[Any]:
    """One of the two lines of RIPEMD-160."""
    a, b, c, d, e = (lanes.all(int(word)) for word in START)
    for step in range(80):
        round_ = step // 16
        mixed = _mixed(lanes, 4 - round_ if right else round_, b, c, d)
        word = lanes.add(block[int(WORDS[right][step])], lanes.all(int(CONSTANTS[right][round_])))
        turned = lanes.left(lanes.add(a, mixed, word), int(ROTATIONS[right][step]))
        a, e, d, c, b = e, d, lanes.left(c, 10), b, lanes.add(turned, e)
    return [a, b, c, d, e]


def _ripemd160(lanes: _Lanes, block: list[Any]) -> list[Any]:
    start = [lanes.all(int(word)) for word in START]
    left, right = _line(lanes, block, False), _line(lanes, block, True)
    return [
        lanes.add(start[(word + 1) % 5], left[(word + 2) % 5], right[(word + 3) % 5]) for word in range(5)
    ]


@intrinsic
def _hash_lanes(typing_context: Any, words: Any, out: Any) -> Any:
    """``words`` uint32 (6 * LANES,): bytes of LANES key hashes, the first and the last two alone, in the
    order of memory; ``out`` uint32 (5 * LANES,)."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(builder)
        source, target = (
            builder.bitcast(context.make_array(kind)(context, builder, array).data, _VECTOR.as_pointer())
            for kind, array in zip(signature.args, arguments, strict=True)
        )

        def at(pointer: Any, place: int) -> Any:
            return builder.gep(pointer, [ir.Constant(ir.IntType(64), place)])

        held = [lanes.swapped(builder.load(at(source, place), align=4)) for place in range(6)]
        # OP_0 and the length come first, padding and the length in bits behind.
        first = builder.or_(lanes.all(0x00140000), lanes.shifted(held[0], 16))
        last = builder.or_(held[5], lanes.all(0x8000))
        message = [first, *held[1:5], last, *[lanes.all(0)] * 9, lanes.all(8 * (2 + HEAD_BYTES))]
        digest = [lanes.swapped(word) for word in _sha256(lanes, message)]
        block = [*digest, lanes.all(0x80), *[lanes.all(0)] * 5, lanes.all(256), lanes.all(0)]
        for place, word in enumerate(_ripemd160(lanes, block)):
            builder.store(word, at(target, place), align=4)
        return context.get_dummy_value()

    return types.void(words, out), codegen


hash_lanes: Any = _hash_lanes


@kernel
def _nested_hashes_in_lanes(heads: Any, out: Any) -> None:
    words, found = np.zeros(6 * LANES, np.uint32), np.empty(5 * LANES, np.uint32)
    rows = len(heads) // HEAD_BYTES
    for first in range(0, rows, LANES):
        count = min(LANES, rows - first)
        for lane in range(count):
            at = HEAD_BYTES * (first + lane)
            words[lane] = u16(heads, at)
            for word in range(4):
                words[LANES * (1 + word) + lane] = u32(heads, at + 2 + 4 * word)
            words[LANES * 5 + lane] = u16(heads, at + 18)
        hash_lanes(words, found)
        for lane in range(count):
            for word in range(5):
                out[5 * (first + lane) + word] = found[LANES * word + lane]


@kernel
def _nested_hashes_one_by_one(heads: Any, out: Any) -> None:
    work, script, found = new_work(), np.zeros(22, np.uint8), np.empty(32, np.uint8)
    script[1] = 20
    for row in range(len(heads) // HEAD_BYTES):
        for byte in range(HEAD_BYTES):
            script[2 + byte] = heads[HEAD_BYTES * row + byte]
        hash160(script, np.int64(0), np.int64(22), work, found, np.int64(0))
        for word in range(5):
            number = np.int64(0)
            for byte in range(4):
                number |= np.int64(found[4 * word + byte]) << (8 * byte)
            out[5 * row + word] = number


nested_hashes = _nested_hashes_in_lanes if RAW else _nested_hashes_one_by_one
"""``nested_hashes(heads, out)``: of each key hash (``heads`` uint8, flat, 20 bytes each) the HASH160 of
the script that nests it, as five little-endian words (``out`` uint32, flat, five each)."""


@kernel
def _hash_keys_compiled(words: Any, seed: Any, keys: Any) -> None:
    for row in range(len(keys)):
        key = seed ^ np.uint64(SCRIPTHASH)
        for place in range(6):
            part = np.uint64(0)
            if place < 3:
                part = np.uint64(words[5 * row + 2 * place])
            if place < 2:
                part |= np.uint64(words[5 * row + 2 * place + 1]) << HALF
            key = (key ^ part) * FACTOR
            key ^= key >> HALF
        keys[row] = key


def _hash_keys_plain(words: Any, seed: Any, keys: Any) -> None:
    # NumPy warns when a 64-bit product wraps; plain integers do not.
    for row in range(len(keys)):
        key = int(seed) ^ SCRIPTHASH
        payload = words[5 * row : 5 * row + 5].tobytes().ljust(48, b"\0")
        for start in range(0, 48, 8):
            key = ((key ^ int.from_bytes(payload[start : start + 8], "little")) * int(FACTOR)) & (1 << 64) - 1
            key ^= key >> 32
        keys[row] = key


hash_keys = _hash_keys_compiled if RAW else _hash_keys_plain
"""``hash_keys(words, seed, keys)``: look-up keys (uint64) of the script hashes that ``nested_hashes``
gives, as ``lookup.address_key`` has them."""


__all__ = ["LANES", "hash_keys", "nested_hashes"]
