"""Words of 32 and 64 bits, and runs of bytes, at any place of a byte array.

Indexing an array byte by byte, Numba looks at the sign of each index, and LLVM then joins no loads.
These are single instructions. They check no bounds; with JIT off or bounds checked
(``NUMBA_BOUNDSCHECK=1``), loops over bytes stand in.
"""

from __future__ import annotations

import sys
from typing import Any

import numba.core.config
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from clew.kernels.jit import JIT, kernel

RAW = JIT and sys.byteorder == "little" and not numba.core.config.BOUNDSCHECK  # type: ignore[attr-defined]
"""True where words are loaded and stored through pointers."""

BYTE, WORD = ir.IntType(8), ir.IntType(64)
FOUR = ir.VectorType(ir.IntType(32), 4)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """Address of item ``at`` of an array, as a pointer to bytes."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), BYTE.as_pointer())


def _load(bits: int, result: Any) -> Any:
    @intrinsic
    def load(typing_context: Any, data: Any, at: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _pointer(context, builder, signature.args[0], *arguments)
            word = builder.load(builder.bitcast(place, ir.IntType(bits).as_pointer()), align=1)
            return word if bits == 64 else builder.zext(word, WORD)

        return result(data, types.int64), codegen

    return load


@intrinsic
def _put_u64_raw(typing_context: Any, out: Any, at: Any, value: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], builder.bitcast(place, WORD.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(out, types.int64, types.uint64), codegen


@intrinsic
def _copy_raw(typing_context: Any, data: Any, start: Any, length: Any, out: Any, at: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = _pointer(context, builder, signature.args[0], *arguments[:2])
        target = _pointer(context, builder, signature.args[3], *arguments[3:])
        size = context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype))
        cgutils.raw_memcpy(builder, target, source, arguments[2], size)
        return context.get_dummy_value()

    return types.void(data, types.int64, types.int64, out, types.int64), codegen


@intrinsic
def _clear_raw(typing_context: Any, out: Any, at: Any, length: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _pointer(context, builder, signature.args[0], *arguments[:2])
        cgutils.memset(builder, place, arguments[2], 0)
        return context.get_dummy_value()

    return types.void(out, types.int64, types.int64), codegen


@intrinsic
def _put_state_raw(typing_context: Any, state: Any, first: Any, out: Any, at: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = _pointer(context, builder, signature.args[0], *arguments[:2])
        target = _pointer(context, builder, signature.args[2], *arguments[2:])
        kind = ir.FunctionType(FOUR, [FOUR])
        swap = cgutils.get_or_insert_function(builder.module, kind, "llvm.bswap.v4i32")
        for half in (0, 16):
            places = [builder.gep(each, [ir.Constant(WORD, half)]) for each in (source, target)]
            before, after = (builder.bitcast(each, FOUR.as_pointer()) for each in places)
            builder.store(builder.call(swap, [builder.load(before, align=4)]), after, align=1)
        return context.get_dummy_value()

    return types.void(state, types.int64, out, types.int64), codegen


@intrinsic
def _fetch_raw(typing_context: Any, array: Any, at: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _pointer(context, builder, signature.args[0], *arguments)
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [BYTE.as_pointer(), number, number, number])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        # To be written, kept in all caches, data.
        builder.call(fetch, [place, number(1), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), codegen


@kernel
def _fetch_nothing(array: Any, at: int) -> None:
    pass


@kernel
def _u16_loop(data: Any, at: int) -> int:
    return np.int64(data[at]) | np.int64(data[at + 1]) << 8


@kernel
def _u32_loop(data: Any, at: int) -> int:
    return (
        np.int64(data[at])
        | np.int64(data[at + 1]) << 8
        | np.int64(data[at + 2]) << 16
        | np.int64(data[at + 3]) << 24
    )


@kernel
def _i64_loop(data: Any, at: int) -> int:
    low, high = _u32_loop(data, at), _u32_loop(data, at + 4)
    # Plain Python integers would not see that bit 63 is the sign.
    return low | (high - 0x100000000 if high >= 0x80000000 else high) << 32


@kernel
def _u64_loop(data: Any, at: int) -> Any:
    return np.uint64(_u32_loop(data, at)) | np.uint64(_u32_loop(data, at + 4)) << np.uint64(32)


@kernel
def _put_u64_loop(out: Any, at: int, value: Any) -> None:
    for i in range(8):
        out[at + i] = (np.uint64(value) >> np.uint64(8 * i)) & np.uint64(255)


@kernel
def _copy_loop(data: Any, start: int, length: int, out: Any, at: int) -> None:
    for i in range(length):
        out[at + i] = data[start + i]


@kernel
def _clear_loop(out: Any, at: int, length: int) -> None:
    for i in range(length):
        out[at + i] = 0


@kernel
def _put_state_loop(state: Any, first: int, out: Any, at: int) -> None:
    for word in range(8):
        value = state[first + word]
        for i in range(4):
            out[at + 4 * word + i] = (value >> np.uint32(24 - 8 * i)) & np.uint32(255)


fetch: Any = _fetch_raw if RAW else _fetch_nothing
"""``fetch(array, at)``: ask memory for item ``at`` of a whole array (flat), which is needed soon. Only a
hint: it changes nothing."""

u16: Any = _load(16, types.int64) if RAW else _u16_loop
"""``u16(data, at)``: the 16-bit word at ``data[at:at+2]`` (uint8), least significant byte first."""

u32: Any = _load(32, types.int64) if RAW else _u32_loop
"""``u32(data, at)``: the 32-bit word at ``data[at:at+4]`` (uint8), as int64."""

i64: Any = _load(64, types.int64) if RAW else _i64_loop
"""``i64(data, at)``: the signed 64-bit word at ``data[at:at+8]`` (uint8)."""

u64: Any = _load(64, types.uint64) if RAW else _u64_loop
"""``u64(data, at)``: the 64-bit word at ``data[at:at+8]`` (uint8), as uint64."""

put_u64: Any = _put_u64_raw if RAW else _put_u64_loop
"""``put_u64(out, at, value)``: write a word (uint64) to ``out[at:at+8]`` (uint8)."""

copy: Any = _copy_raw if RAW else _copy_loop
"""``copy(data, start, length, out, at)``: ``data[start:start+length]`` to ``out[at:at+length]``, of one
dtype and not overlapping."""

clear: Any = _clear_raw if RAW else _clear_loop
"""``clear(out, at, length)``: zeros to ``out[at:at+length]`` (uint8)."""

put_state: Any = _put_state_raw if RAW else _put_state_loop
"""``put_state(state, first, out, at)``: the eight words ``state[first:first+8]`` (uint32), most
significant byte first, to ``out[at:at+32]`` (uint8)."""
