"""What the signatures of an input say, read from its script and its witness.

The bits are those of ``clew.schema`` (SIGNED_ALL and on). The output that is spent is not at hand where
blocks are parsed, so what a push is follows from its form alone. The plain twin, which says how each
form is told, is ``clew.bitcoin.signatures``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import folded, inlined, kernel
from clew.kernels.scripts import multisig_form
from clew.kernels.words import u16, u32
from clew.schema import (
    EXECUTED_MULTISIG,
    SHOWN_LONG_KEY,
    SIGNED_ALL,
    SIGNED_ANYONECANPAY,
    SIGNED_HIGH_R,
    SIGNED_NONE,
    SIGNED_OTHER,
    SIGNED_SINGLE,
)

LONGEST_DER = 80
"""Bytes up to which a push that begins as a DER signature but is none in strict form counts as one."""

_ANY = SIGNED_ALL | SIGNED_NONE | SIGNED_SINGLE | SIGNED_OTHER


@kernel
def sound_length(data: Any, at: int) -> tuple[int, int]:
    """A compact size that ``structure.count`` has found sound: value, where it ends."""
    first = np.int64(data[at])
    if first < 253:
        return first, at + 1
    if first == 253:
        return u16(data, at + 1), at + 3
    return u32(data, at + 1), at + 5


@inlined
def _of_type(how: int, forkid: bool) -> int:
    """Bits of a signature with this hash type; ``forkid`` as on Bitcoin Cash."""
    if how == 1:
        return SIGNED_ALL
    if forkid and how & 0x40:
        how &= 0x9F
    bits = SIGNED_ANYONECANPAY if how & 0x80 else 0
    base = how & 0x7F
    if base == 1:
        return bits | SIGNED_ALL
    if base == 2:
        return bits | SIGNED_NONE
    if base == 3:
        return bits | SIGNED_SINGLE
    return bits | SIGNED_OTHER


@inlined
def _ecdsa(data: Any, at: int, length: int, forkid: bool) -> int:
    """Bits of an ECDSA signature in strict DER form (BIP 66) and its hash type; 0 for anything else."""
    if length < 9 or data[at] != 0x30 or length > LONGEST_DER:
        return 0
    r = np.int64(data[at + 3])
    middle = at + 4 + r
    if data[at + 1] != length - 3 or data[at + 2] != 2 or r == 0 or r + 5 >= length:
        return SIGNED_OTHER
    s = np.int64(data[middle + 1])
    if data[middle] != 2 or s == 0 or r + s + 7 != length:
        return SIGNED_OTHER
    # A number is positive, and takes no zero byte that it can do without.
    if data[at + 4] & 0x80 or data[middle + 2] & 0x80:
        return SIGNED_OTHER
    if r > 1 and data[at + 4] == 0 and data[at + 5] & 0x80 == 0:
        return SIGNED_OTHER
    if s > 1 and data[middle + 2] == 0 and data[middle + 3] & 0x80 == 0:
        return SIGNED_OTHER
    bits = _of_type(np.int64(data[at + length - 1]), forkid)
    return bits | SIGNED_HIGH_R if r == 33 else bits


@folded
def _schnorr(data: Any, at: int, length: int) -> int:
    """Bits of a signature of taproot (BIP 341); 0 for anything else."""
    if length == 64:
        return SIGNED_ALL
    if length == 65:
        how = np.int64(data[at + 64])
        if 1 <= how & 0x7F <= 3:
            return _of_type(how, False)
    return 0


@folded
def _is_long_key(data: Any, at: int, length: int) -> bool:
    return length == 65 and (data[at] == 4 or data[at] == 6 or data[at] == 7)


@folded
def _of_multisig(data: Any, at: int, length: int) -> int:
    """Bits of a script of m of n keys; 0 for anything else."""
    if length < 3 or data[at + length - 1] != 0xAE:
        return 0
    form = multisig_form(data, at, at + length)
    if form == 2:
        return EXECUTED_MULTISIG | SHOWN_LONG_KEY
    return EXECUTED_MULTISIG if form == 1 else 0


@kernel
def script_signatures(data: Any, start: int, end: int, forkid: bool) -> int:
    """Bits of the input script ``data[start:end]`` (uint8), which is not empty."""
    bits, pushes, signatures, at = 0, 0, 0, start
    whole = True
    last, length = start, np.int64(0)
    while at < end:
        length = np.int64(data[at])
        at += 1
        if length > 75:
            if length > 78:
                whole, length, last = False, np.int64(0), at
                continue
            width = np.int64(1) << (length - 76)
            if at + width > end:
                return bits
            length = np.int64(0)
            for i in range(width):
                length |= np.int64(data[at + i]) << (8 * i)
            at += width
        if length > end - at:
            return bits
        last = at
        at += length
        found = _ecdsa(data, last, length, forkid)
        if length == 65 and found == 0:
            how = np.int64(data[last + 64])
            # The last push of several is a key; a signature comes before it, or stands alone.
            if forkid and how & 0x40 and 1 <= how & 0x1F <= 3 and (at < end or pushes == 0):
                found = _of_type(how, forkid)
            elif _is_long_key(data, last, length):
                bits |= SHOWN_LONG_KEY
        signatures += found & _ANY != 0
        bits |= found
        pushes += 1
    if whole and data[start] == 0 and signatures and signatures == pushes - 1:
        return bits | EXECUTED_MULTISIG
    return bits | _of_multisig(data, last, length)


@folded
def _is_control_block(data: Any, at: int, length: int) -> bool:
    """Whether this reveals a tapscript, of leaf version 0xc0 (BIP 341, BIP 342)."""
    return 33 <= length <= 33 + 32 * 128 and length & 31 == 1 and data[at] & 0xFE == 0xC0


@folded
def _of_version_0(data: Any, at: int, items: int, last: int, length: int) -> int:
    """Bits of a witness whose last item is a key or a script."""
    bits = 0
    for _ in range(items - 1):
        size, at = sound_length(data, at)
        if size:
            bits |= _ecdsa(data, at, size, False)
            if _is_long_key(data, at, size):
                bits |= SHOWN_LONG_KEY
        at += size
    if _is_long_key(data, last, length):
        bits |= SHOWN_LONG_KEY
    return bits | _of_multisig(data, last, length)


@folded
def _of_tapscript(data: Any, at: int, items: int) -> int:
    bits = 0
    for _ in range(items - 2):
        size, at = sound_length(data, at)
        bits |= _schnorr(data, at, size)
        at += size
    return bits


@kernel
def _of_many(data: Any, start: int, items: int) -> tuple[int, int]:
    at, last, length, before, long = start, start, np.int64(0), start, np.int64(0)
    for _ in range(items):
        before, long = last, length
        length, last = sound_length(data, at)
        at = last + length
    if items > 1 and length and data[last] == 0x50:
        # The annex of taproot.
        items, last, length = items - 1, before, long
    if items == 1:
        return at, _schnorr(data, last, length)
    if length and _is_control_block(data, last, length):
        return at, _of_tapscript(data, start, items)
    return at, _of_version_0(data, start, items, last, length)


@kernel
def witness_signatures(data: Any, at: int, items: int) -> tuple[int, int]:
    """Where a witness of ``items`` (at least 1) at ``at`` ends, and its bits."""
    if items == 2:
        size, first = sound_length(data, at)
        second = first + size
        if size > 1 and data[first] == 0x30 and data[second] == 33 and data[second + 1] & 0xFE == 2:
            return second + 34, _ecdsa(data, first, size, False)
    return _of_many(data, at, items)


__all__ = ["LONGEST_DER", "script_signatures", "sound_length", "witness_signatures"]
