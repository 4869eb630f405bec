"""Script bytes -> script type, address type, payload. The plain twin is ``clew.bitcoin.script``.

Types are told apart as Bitcoin Core's solver does, except that every script that begins with
OP_RETURN is ``nulldata``, since none of them can be spent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.hashes import Work, hash160, sha256
from clew.kernels.jit import folded, kernel
from clew.kernels.words import copy, u16, u32
from clew.schema import (
    ANCHOR,
    MULTISIG,
    NONSTANDARD,
    NULLDATA,
    PUBKEY,
    PUBKEYHASH,
    SCRIPTHASH,
    SCRIPTHASH32,
    WITNESS_UNKNOWN,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
)


@kernel
def _key_length(head: int) -> int:
    """Length of a public key that begins with ``head``; 0 where none does."""
    if head == 2 or head == 3:
        return 33
    if head == 4 or head == 6 or head == 7:
        return 65
    return 0


@kernel
def _push(data: Any, at: int, end: int) -> tuple[int, int]:
    """Start and length of the data pushed by the opcode at ``at``; length -1 where it is no push."""
    if at >= end:
        return at, -1
    opcode = np.int64(data[at])
    at += 1
    if opcode <= 75:
        length = opcode
    elif opcode <= 78:
        width = 1 << (opcode - 76)
        if at + width > end:
            return at, -1
        length = 0
        for i in range(width):
            length |= np.int64(data[at + i]) << (8 * i)
        at += width
    else:
        return at, -1
    if at + length > end:
        return at, -1
    return at, length


@kernel
def _small_number(data: Any, at: int, end: int) -> tuple[int, int]:
    """A number 1..20 and where it ends: OP_1..OP_16, or one minimally pushed byte; else 0."""
    if at >= end:
        return 0, at
    opcode = np.int64(data[at])
    if 0x51 <= opcode <= 0x60:
        return opcode - 0x50, at + 1
    if opcode == 1 and at + 1 < end and 17 <= data[at + 1] <= 20:
        return np.int64(data[at + 1]), at + 2
    return 0, at


@kernel
def multisig_form(data: Any, start: int, end: int) -> int:
    """0 for a script that is not m of n keys; 1 for one that is; 2 if any of its keys has 65 bytes."""
    if end - start < 3 or data[end - 1] != 0xAE:
        return 0
    required, at = _small_number(data, start, end)
    if required == 0:
        return 0
    keys, form = 0, 1
    while True:
        body, length = _push(data, at, end)
        if length < 33 or _key_length(np.int64(data[body])) != length:
            break
        keys += 1
        if length == 65:
            form = 2
        at = body + length
    stated, at = _small_number(data, at, end)
    return form if stated == keys and required <= keys and at == end - 1 else 0


@folded
def _classify_witness(data: Any, start: int, length: int, out: Any, at: int) -> tuple[int, int, int]:
    version = 0 if data[start] == 0 else np.int64(data[start]) - 0x50
    program = length - 2
    kind = WITNESS_UNKNOWN
    if version == 0 and program == 20:
        kind = WITNESS_V0_KEYHASH
    elif version == 0 and program == 32:
        kind = WITNESS_V0_SCRIPTHASH
    elif version == 0:
        return NONSTANDARD, NONSTANDARD, -1
    elif version == 1 and program == 32:
        kind = WITNESS_V1_TAPROOT
    elif version == 1 and program == 2 and data[start + 2] == 0x4E and data[start + 3] == 0x73:
        kind = ANCHOR
    if kind == WITNESS_UNKNOWN:
        out[at] = version
        copy(data, start + 2, program, out, at + 1)
        return kind, kind, program + 1
    copy(data, start + 2, program, out, at)
    return kind, kind, program


@folded
def common(data: Any, start: int, length: int) -> tuple[int, int]:
    """Type of the commonest scripts, which is their address type too, and where their payload is.

    The payload has 20 bytes in the scripts of 22 to 25, 32 in those of 34. Other scripts: -1.
    """
    kind, payload = -1, start
    if length == 25:
        if u32(data, start) & 0xFFFFFF == 0x14A976 and u16(data, start + 23) == 0xAC88:
            kind, payload = PUBKEYHASH, start + 3
    elif length == 22:
        if u16(data, start) == 0x1400:
            kind, payload = WITNESS_V0_KEYHASH, start + 2
    elif length == 23:
        if u16(data, start) == 0x14A9 and data[start + 22] == 0x87:
            kind, payload = SCRIPTHASH, start + 2
    elif length == 34:
        head = u16(data, start)
        if head == 0x2051:
            kind, payload = WITNESS_V1_TAPROOT, start + 2
        elif head == 0x2000:
            kind, payload = WITNESS_V0_SCRIPTHASH, start + 2
    return kind, payload


@kernel
def classify(data: Any, start: int, length: int, work: Work, out: Any, at: int) -> tuple[int, int, int]:
    """Classify ``data[start:start+length]`` (uint8); payload into ``out[at:]``, which holds zeros.

    Returns script type, address type and payload length; OP_RETURN has no payload.
    """
    known, payload = common(data, start, length)
    if known >= 0:
        size = 32 if length == 34 else 20
        copy(data, payload, size, out, at)
        return known, known, size
    if length and data[start] == 0x6A:
        return NULLDATA, NULLDATA, 0
    if 4 <= length <= 42 and data[start + 1] == length - 2:
        if data[start] == 0 or 0x51 <= data[start] <= 0x60:
            kind, address, size = _classify_witness(data, start, length, out, at)
            if size >= 0:
                return kind, address, size
    if (length == 35 or length == 67) and data[start] == length - 2 and data[start + length - 1] == 0xAC:
        if _key_length(np.int64(data[start + 1])) == length - 2:
            hash160(data, start + 1, length - 2, work, out, at)
            return PUBKEY, PUBKEYHASH, 20
    kind = MULTISIG if multisig_form(data, start, start + length) else NONSTANDARD
    sha256(data, start, length, work, out, at)
    return kind, kind, 32


@kernel
def classify_unlike(
    data: Any, start: int, length: int, tokens: bool, work: Work, out: Any, at: int
) -> tuple[int, int, int]:
    """The same, for what is not as on Bitcoin where there are no witness programs: they are scripts like
    any other; with ``tokens``, as on Bitcoin Cash, a script hash may have 32 bytes. Type -1 where
    ``classify`` is to be asked."""
    if tokens and length == 35 and data[start] == 0xAA and data[start + 1] == 32:
        if data[start + 34] == 0x87:
            copy(data, start + 2, np.int64(32), out, at)
            return SCRIPTHASH32, SCRIPTHASH32, 32
    if 4 <= length <= 42 and data[start + 1] == length - 2:
        if data[start] == 0 or 0x51 <= data[start] <= 0x60:
            sha256(data, start, length, work, out, at)
            return NONSTANDARD, NONSTANDARD, 32
    return -1, -1, 0


@kernel
def _prefix_number(data: Any, at: int, end: int) -> tuple[int, int]:
    """A compact size in its shortest form and where it ends; 0, which no prefix may hold, where there
    is none, or one above 2^63 - 1."""
    if at >= end:
        return 0, at
    first = np.int64(data[at])
    if first < 253:
        return first, at + 1
    width = np.int64(1) << (first - 252)
    if at + 1 + width > end or (width == 8 and data[at + 8] >= 0x80):
        return 0, at
    value = np.int64(0)
    for i in range(width):
        value |= np.int64(data[at + 1 + i]) << (8 * i)
    least = np.int64(253) if width == 2 else np.int64(1) << (4 * width)
    return value if value >= least else np.int64(0), at + 1 + width


@kernel
def token_prefix(data: Any, start: int, length: int) -> int:
    """Bytes of the token prefix that a script begins with; 0 without one, or with a malformed one.

    The plain twin is ``clew.bitcoin.tokens``.
    """
    end = start + length
    if length < 34 or data[start] != 0xEF:
        return 0
    field = np.int64(data[start + 33])
    amount, held, commitment = field & 0x10, field & 0x20, field & 0x40
    if field & 0x80 or not (amount or held) or field & 0x0F > 2:
        return 0
    if not held and (commitment or field & 0x0F):
        return 0
    at = start + 34
    if commitment:
        size, at = _prefix_number(data, at, end)
        if size == 0 or size > end - at:
            return 0
        at += size
    if amount:
        value, at = _prefix_number(data, at, end)
        if value == 0:
            return 0
    return at - start
