"""SHA-256 compression (FIPS 180-4), one function per kind of processor.

x86-64 with SHA extensions and 64-bit Arm with crypto extensions have instructions for it, which
LLVM offers as intrinsics: no library is needed. Anything else takes the portable form.
``compress(state, data, start, blocks)`` is the one chosen for this processor, ``compress_two`` the one
for two messages side by side.
"""

from __future__ import annotations

import platform
from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from clew.kernels.jit import JIT, kernel

ROUND_CONSTANTS = np.array(
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
    ],
    dtype=np.uint32,
)  # fmt: skip

VECTOR = ir.VectorType(ir.IntType(32), 4)


def backend() -> str:
    """Which compression this processor takes: ``x86``, ``arm`` or ``portable``."""
    if not JIT:
        return "portable"
    try:
        features = llvmlite.binding.get_host_cpu_features()
    except RuntimeError:
        # LLVM does not know this processor; the portable form is always right.
        return "portable"
    machine = platform.machine().lower()
    if machine in ("x86_64", "amd64") and all(features.get(name) for name in ("sha", "ssse3", "avx")):
        return "x86"
    if machine in ("aarch64", "arm64") and features.get("sha2"):
        return "arm"
    return "portable"


def _call(builder: Any, name: str, *arguments: Any) -> Any:
    kind = ir.FunctionType(VECTOR, [VECTOR] * len(arguments))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def _lanes(builder: Any, first: Any, second: Any, lanes: tuple[int, int, int, int]) -> Any:
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(ir.IntType(32), 4), list(lanes)))


def _round_constants(group: int) -> Any:
    return ir.Constant(VECTOR, [int(k) for k in ROUND_CONSTANTS[4 * group : 4 * group + 4]])


Halves = tuple[Any, Any]
"""A state as (a b c d), (e f g h)."""


def _schedule(words: list[Any], group: int, extend: Any) -> Any:
    """Words ``4 * group`` and on of the message schedule, made where the block does not have them."""
    if group >= 4:
        words.append(extend(*words[group - 4 : group]))
    return words[group]


def x86_rounds(builder: Any, states: list[Halves], messages: list[list[Any]]) -> list[Halves]:
    """Emit 64 rounds with the SHA extensions for each message; the states after them."""

    def extend(first: Any, second: Any, third: Any, fourth: Any) -> Any:
        partial = _call(builder, "llvm.x86.sha256msg1", first, second)
        partial = builder.add(partial, _lanes(builder, third, fourth, (1, 2, 3, 4)))
        return _call(builder, "llvm.x86.sha256msg2", partial, fourth)

    # The instructions want the state as F E B A and H G D C, lowest lane first.
    abef = [_lanes(builder, *halves, (5, 4, 1, 0)) for halves in states]
    cdgh = [_lanes(builder, *halves, (7, 6, 3, 2)) for halves in states]
    words = [list(message) for message in messages]
    every = range(len(states))
    for group in range(16):
        keyed = [
            builder.add(_schedule(words[each], group, extend), _round_constants(group)) for each in every
        ]
        for each in every:
            cdgh[each] = _call(builder, "llvm.x86.sha256rnds2", cdgh[each], abef[each], keyed[each])
        for each in every:
            high = _lanes(builder, keyed[each], keyed[each], (2, 3, 0, 1))
            abef[each] = _call(builder, "llvm.x86.sha256rnds2", abef[each], cdgh[each], high)
    return [
        (_lanes(builder, *both, (3, 2, 7, 6)), _lanes(builder, *both, (1, 0, 5, 4)))
        for both in zip(abef, cdgh, strict=True)
    ]


def arm_rounds(builder: Any, states: list[Halves], messages: list[list[Any]]) -> list[Halves]:
    """Emit 64 rounds with the Arm crypto extensions for each message; the states after them."""

    def extend(first: Any, second: Any, third: Any, fourth: Any) -> Any:
        partial = _call(builder, "llvm.aarch64.crypto.sha256su0", first, second)
        return _call(builder, "llvm.aarch64.crypto.sha256su1", partial, third, fourth)

    states = list(states)
    words = [list(message) for message in messages]
    for group in range(16):
        for each, (first, second) in enumerate(states):
            keyed = builder.add(_schedule(words[each], group, extend), _round_constants(group))
            states[each] = (
                _call(builder, "llvm.aarch64.crypto.sha256h", first, second, keyed),
                _call(builder, "llvm.aarch64.crypto.sha256h2", second, first, keyed),
            )
    return states


def emit_compress(builder: Any, rounds: Any, states: list[Any], data: list[Any], blocks: Any) -> None:
    """Emit the loop over 64-byte blocks of one or more messages, side by side.

    ``states`` and ``data`` hold a pointer to i32 and one to i8 for each message.
    """

    def at(pointer: Any, index: int) -> Any:
        return builder.gep(pointer, [ir.Constant(ir.IntType(64), index)])

    kept = []
    for state in states:
        low = builder.bitcast(state, VECTOR.as_pointer())
        places = (low, at(low, 1))
        rooms = (cgutils.alloca_once(builder, VECTOR), cgutils.alloca_once(builder, VECTOR))
        for place, room in zip(places, rooms, strict=True):
            builder.store(builder.load(place, align=4), room)
        kept.append((places, rooms))
    with cgutils.for_range(builder, blocks) as loop:
        messages = []
        for pointer in data:
            block = builder.gep(pointer, [builder.mul(loop.index, ir.Constant(ir.IntType(64), 64))])
            lanes = builder.bitcast(block, VECTOR.as_pointer())
            raw = [builder.load(at(lanes, word), align=1) for word in range(4)]
            messages.append([_call(builder, "llvm.bswap.v4i32", each) for each in raw])
        before = [tuple(builder.load(room) for room in rooms) for _, rooms in kept]
        after = rounds(builder, before, messages)
        for (_, rooms), old, new in zip(kept, before, after, strict=True):
            for room, one, other in zip(rooms, old, new, strict=True):
                builder.store(builder.add(one, other), room)
    for places, rooms in kept:
        for place, room in zip(places, rooms, strict=True):
            builder.store(builder.load(room), place, align=4)


def _clean(builder: Any, prologue: str | None) -> None:
    if prologue:
        # The SHA instructions have no AVX form. With the upper halves of the registers in
        # use, as compiled code around this leaves them, each would wait for a merge:
        # 60 to 120 times slower.
        kind = ir.FunctionType(ir.VoidType(), [])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, prologue), [])


def _pointers(context: Any, builder: Any, signature: Any, arguments: Any, count: int) -> list[Any]:
    """Where the first ``count`` arguments, which are arrays, begin."""
    return [
        context.make_array(kind)(context, builder, value).data
        for kind, value in zip(signature.args[:count], arguments[:count], strict=True)
    ]


def _compress_with(rounds: Any, prologue: str | None) -> Any:
    @intrinsic
    def emit(typing_context: Any, state: Any, data: Any, start: Any, blocks: Any) -> Any:
        signature = types.void(state, data, types.int64, types.int64)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            state, data = _pointers(context, builder, signature, arguments, 2)
            _clean(builder, prologue)
            emit_compress(builder, rounds, [state], [builder.gep(data, [arguments[2]])], arguments[3])
            return context.get_dummy_value()

        return signature, codegen

    return emit


def _compress_two_with(rounds: Any, prologue: str | None) -> Any:
    @intrinsic
    def emit(
        typing_context: Any, states: Any, data: Any, aside: Any, first: Any, second: Any, blocks: Any
    ) -> Any:
        signature = types.void(states, data, aside, types.int64, types.int64, types.int64)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            states, data, aside = _pointers(context, builder, signature, arguments, 3)
            places = []
            for place in arguments[3:5]:
                inside = builder.icmp_signed(">=", place, ir.Constant(place.type, 0))
                beside = builder.gep(aside, [builder.not_(place)])
                places.append(builder.select(inside, builder.gep(data, [place]), beside))
            _clean(builder, prologue)
            both = [states, builder.gep(states, [ir.Constant(ir.IntType(64), 8)])]
            emit_compress(builder, rounds, both, places, arguments[5])
            return context.get_dummy_value()

        return signature, codegen

    return emit


X86 = (x86_rounds, "llvm.x86.avx.vzeroupper")
ARM = (arm_rounds, None)
_emit_x86, _emit_two_x86 = _compress_with(*X86), _compress_two_with(*X86)
_emit_arm, _emit_two_arm = _compress_with(*ARM), _compress_two_with(*ARM)


@kernel
def compress_x86(state: Any, data: Any, start: int, blocks: int) -> None:
    """Fold ``blocks`` 64-byte blocks of ``data`` (uint8) from ``start`` into ``state`` (uint32, 8)."""
    _emit_x86(state, data, start, blocks)


@kernel
def compress_arm(state: Any, data: Any, start: int, blocks: int) -> None:
    """Fold ``blocks`` 64-byte blocks of ``data`` (uint8) from ``start`` into ``state`` (uint32, 8)."""
    _emit_arm(state, data, start, blocks)


@kernel
def compress_two_x86(states: Any, data: Any, aside: Any, first: int, second: int, blocks: int) -> None:
    """``compress_two`` with the SHA extensions."""
    _emit_two_x86(states, data, aside, first, second, blocks)


@kernel
def compress_two_arm(states: Any, data: Any, aside: Any, first: int, second: int, blocks: int) -> None:
    """``compress_two`` with the Arm crypto extensions."""
    _emit_two_arm(states, data, aside, first, second, blocks)


@kernel
def _rotate(word: Any, bits: int) -> Any:
    # Numba widens 32-bit arithmetic to 64 bits, so every sum and shift is cut back.
    return np.uint32((word >> np.uint32(bits)) | np.uint32(word << np.uint32(32 - bits)))


@kernel
def compress_portable(state: Any, data: Any, start: int, blocks: int) -> None:
    """Fold ``blocks`` 64-byte blocks of ``data`` (uint8) from ``start`` into ``state`` (uint32, 8)."""
    words = np.empty(64, np.uint32)
    for block in range(blocks):
        at = start + 64 * block
        for i in range(16):
            words[i] = (
                np.uint32(data[at + 4 * i]) << np.uint32(24)
                | np.uint32(data[at + 4 * i + 1]) << np.uint32(16)
                | np.uint32(data[at + 4 * i + 2]) << np.uint32(8)
                | np.uint32(data[at + 4 * i + 3])
            )
        for i in range(16, 64):
            x, y = words[i - 15], words[i - 2]
            s0 = _rotate(x, 7) ^ _rotate(x, 18) ^ (x >> np.uint32(3))
            s1 = _rotate(y, 17) ^ _rotate(y, 19) ^ (y >> np.uint32(10))
            words[i] = np.uint32(words[i - 16] + s0 + words[i - 7] + s1)
        a, b, c, d = state[0], state[1], state[2], state[3]
        e, f, g, h = state[4], state[5], state[6], state[7]
        for i in range(64):
            s1 = _rotate(e, 6) ^ _rotate(e, 11) ^ _rotate(e, 25)
            t1 = np.uint32(h + s1 + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[i] + words[i])
            s0 = _rotate(a, 2) ^ _rotate(a, 13) ^ _rotate(a, 22)
            t2 = np.uint32(s0 + ((a & b) ^ (a & c) ^ (b & c)))
            h, g, f, e = g, f, e, np.uint32(d + t1)
            d, c, b, a = c, b, a, np.uint32(t1 + t2)
        state[0] += a
        state[1] += b
        state[2] += c
        state[3] += d
        state[4] += e
        state[5] += f
        state[6] += g
        state[7] += h


@kernel
def _compress_at(state: Any, data: Any, aside: Any, place: int, blocks: int) -> None:
    if place >= 0:
        compress_portable(state, data, place, blocks)
    else:
        compress_portable(state, aside, ~place, blocks)


@kernel
def compress_two_portable(states: Any, data: Any, aside: Any, first: int, second: int, blocks: int) -> None:
    """``compress_two``, one after the other."""
    _compress_at(states[:8], data, aside, first, blocks)
    _compress_at(states[8:], data, aside, second, blocks)


BACKEND = backend()
compress = {"x86": compress_x86, "arm": compress_arm, "portable": compress_portable}[BACKEND]

compress_two = {"x86": compress_two_x86, "arm": compress_two_arm, "portable": compress_two_portable}[BACKEND]
"""``compress_two(states, data, aside, first, second, blocks)``: fold ``blocks`` 64-byte blocks of each of
two messages into their states (uint32, 16: the first one's, then the second one's).

The messages begin at ``first`` and ``second`` of ``data`` (uint8); a place below zero is ``~place`` of
``aside`` (uint8). An instruction for SHA-256 waits for the one before it, so that two messages side by
side take hardly longer than one."""
