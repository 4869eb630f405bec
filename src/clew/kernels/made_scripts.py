"""Made scripts: what an output of a bulk chain asks for, and filler of the right length that spends it.

An address of a bulk chain is one integer, its *code*: 16 times its number, plus its kind. Every
byte of its script follows from the code and a table of salts, so that no address is stored. The
code of an OP_RETURN output holds the length of its data instead of a number. Arithmetic is that of
32-bit words in 64-bit integers, which wraps nowhere: plain Python computes the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import kernel

KINDS = (
    "bare key, 65 bytes", "key hash of a 65-byte key", "key hash", "script hash, 2 of 3 keys",
    "script hash of a witness key hash", "witness key hash", "witness script hash, 2 of 3 keys", "taproot",
    "bare multisig, 1 of 3 keys", "non-standard", "OP_RETURN", "bare key, 33 bytes",
)  # fmt: skip
"""Kinds of made addresses, by number."""

(
    KEY_65, HASH_OF_65, KEY_HASH, SCRIPT_HASH, NESTED, WITNESS_KEY, WITNESS_SCRIPT, TAPROOT, MULTISIG, ODD,
    RETURN, KEY_33,
) = range(len(KINDS))  # fmt: skip

NOISE, NOISE_PIECE = 1 << 16, 1 << 10
CODE_BITS = 4
MASK = 0xFFFFFFFF
STEP = 747796405
ADDEND = 2891336453
MIX = 277803737

FIRST_WITNESS, LAST_WITNESS = NESTED, TAPROOT
SIGNATURE = 71
"""Bytes of the shorter of two usual signatures; the other has one more."""


@kernel
def mixed(word: int) -> int:
    """A permutation of the 32-bit words (PCG's RXS M XS; O'Neill 2014)."""
    word = (word * STEP + ADDEND) & MASK
    word = (((word >> ((word >> 28) + 4)) ^ word) * MIX) & MASK
    return (word >> 22) ^ word


@kernel
def put_number(out: Any, at: int, number: int, width: int) -> int:
    """``number`` as ``width`` little-endian bytes; returns where they end."""
    for i in range(width):
        out[at + i] = (number >> (8 * i)) & 255
    return at + width


@kernel
def put_size(out: Any, at: int, number: int) -> int:
    """A compact size; returns where it ends."""
    if number < 253:
        out[at] = number
        return at + 1
    if number < 65536:
        out[at] = 253
        return put_number(out, at + 1, number, np.int64(2))
    out[at] = 254
    return put_number(out, at + 1, number, np.int64(4))


@kernel
def copy(out: Any, at: int, data: Any, start: int, length: int) -> None:
    """``data[start:start+length]`` to ``out[at:]``."""
    # Unsigned places are never counted from the end: the loop then compiles to wide moves.
    to, source = np.uint64(at), np.uint64(start)
    for i in range(np.uint64(length)):
        out[to + i] = data[source + i]


@kernel
def put_noise(out: Any, at: int, length: int, noise: Any, start: int) -> int:
    """``length`` bytes of filler from the table ``noise`` (uint8, (NOISE + NOISE_PIECE,)), from ``start``
    modulo NOISE on; returns their end."""
    end = at + length
    while at < end:
        part = min(end - at, NOISE_PIECE)
        copy(out, at, noise, start & (NOISE - 1), part)
        at, start = at + part, start + part
    return end


@kernel
def _put_words(out: Any, at: int, length: int, salts: Any, number: int) -> int:
    for i in range(0, length, 4):
        word = mixed((number + salts[i >> 2]) & MASK)
        for byte in range(min(4, length - i)):
            out[at + i + byte] = (word >> (8 * byte)) & 255
    return at + length


@kernel
def put_script(out: Any, at: int, code: int, salts: Any) -> int:
    """The output script of address ``code``, its length before it; returns where it ends.

    ``salts``: int64 (32,), each a 32-bit word. Two codes of one kind differ in the payload's first
    word already, since each word is a permutation of the number.
    """
    kind, number = code & 15, code >> CODE_BITS
    if kind == HASH_OF_65 or kind == KEY_HASH:
        out[at], out[at + 1], out[at + 2], out[at + 3] = 25, 0x76, 0xA9, 20
        at = _put_words(out, at + 4, np.int64(20), salts, number)
        out[at], out[at + 1] = 0x88, 0xAC
        return at + 2
    if kind == SCRIPT_HASH or kind == NESTED:
        out[at], out[at + 1], out[at + 2] = 23, 0xA9, 20
        at = _put_words(out, at + 3, np.int64(20), salts, number)
        out[at] = 0x87
        return at + 1
    if kind == WITNESS_KEY:
        out[at], out[at + 1], out[at + 2] = 22, 0, 20
        return _put_words(out, at + 3, np.int64(20), salts, number)
    if kind == WITNESS_SCRIPT or kind == TAPROOT:
        out[at], out[at + 1], out[at + 2] = 34, 0x51 if kind == TAPROOT else 0, 32
        return _put_words(out, at + 3, np.int64(32), salts, number)
    return _put_rare(out, at, code, salts)


@kernel
def _put_rare(out: Any, at: int, code: int, salts: Any) -> int:
    kind, number = code & 15, code >> CODE_BITS
    if kind == KEY_65:
        out[at], out[at + 1], out[at + 2] = 67, 65, 4
        at = _put_words(out, at + 3, np.int64(64), salts, number)
        out[at] = 0xAC
        return at + 1
    if kind == KEY_33:
        out[at], out[at + 1], out[at + 2] = 35, 33, 2 + (number & 1)
        at = _put_words(out, at + 3, np.int64(32), salts, number)
        out[at] = 0xAC
        return at + 1
    if kind == MULTISIG:
        out[at], out[at + 1] = 105, 0x51
        at += 2
        for key in range(3):
            out[at], out[at + 1] = 33, 2 + (key & 1)
            at = _put_words(out, at + 2, np.int64(32), salts[8 * key :], number)
        out[at], out[at + 1] = 0x53, 0xAE
        return at + 2
    if kind == ODD:
        # <data> OP_DROP OP_1: anyone can spend it.
        out[at], out[at + 1] = 35, 32
        at = _put_words(out, at + 2, np.int64(32), salts, number)
        out[at], out[at + 1] = 0x75, 0x51
        return at + 2
    return _put_return(out, at, number, salts)


@kernel
def _put_return(out: Any, at: int, length: int, salts: Any) -> int:
    if length > 75:
        out[at], out[at + 1], out[at + 2], out[at + 3] = length + 3, 0x6A, 0x4C, length
        at += 4
    else:
        out[at], out[at + 1], out[at + 2] = length + 2, 0x6A, length
        at += 3
    return _put_words(out, at, length, salts, length)


@kernel
def _put_push(out: Any, at: int, length: int, noise: Any, start: int) -> int:
    out[at] = length
    return put_noise(out, at + 1, length, noise, start)


@kernel
def _put_signature(out: Any, at: int, length: int, noise: Any, start: int) -> int:
    """A push of ``length`` bytes in the form of an ECDSA signature over all, r and s filler."""
    end = _put_push(out, at, length, noise, start)
    long = length - SIGNATURE
    at += 1
    out[at], out[at + 1], out[at + 2], out[at + 3] = 0x30, length - 3, 2, 32 + long
    out[at + 4] = 0 if long else (out[at + 4] & 0x3F) | 0x40
    out[at + 5] = out[at + 5] | 0x80
    at += 36 + long
    out[at], out[at + 1], out[at + 2] = 2, 32, (out[at + 2] & 0x3F) | 0x40
    out[at + 34] = 1
    return end


@kernel
def _put_redeem(out: Any, at: int, noise: Any, start: int) -> int:
    """A push of a script of 2 of 3 keys, which are filler."""
    end = _put_push(out, at, np.int64(105), noise, start)
    out[at + 1] = 0x52
    for key in range(at + 2, at + 104, 34):
        out[key], out[key + 1] = 33, 2 + (out[key + 1] & 1)
    out[at + 104], out[at + 105] = 0x53, 0xAE
    return end


@kernel
def put_unlock(out: Any, at: int, kind: int, noise: Any, word: int) -> int:
    """The input script that spends an output of ``kind``, its length before it; returns its end.

    ``word``: a random 32-bit word, which chooses the filler and its length.
    """
    signature = SIGNATURE + (word & 1)
    start = word >> 1
    if kind == KEY_HASH or kind == HASH_OF_65:
        key = 33 if kind == KEY_HASH else 65
        out[at] = signature + key + 2
        at = _put_signature(out, at + 1, signature, noise, start)
        at = _put_push(out, at, key, noise, start + 80)
        out[at - key] = 2 + (word >> 5 & 1) if kind == KEY_HASH else 4
        return at
    if kind == SCRIPT_HASH:
        at = put_size(out, at, 2 * signature + 110)
        out[at] = 0
        at = _put_signature(out, at + 1, signature, noise, start)
        at = _put_signature(out, at, signature, noise, start + 80)
        out[at] = 0x4C
        return _put_redeem(out, at + 1, noise, start + 160)
    if kind == NESTED:
        out[at], out[at + 1], out[at + 2], out[at + 3] = 23, 22, 0, 20
        return put_noise(out, at + 4, np.int64(20), noise, start)
    if kind == KEY_65 or kind == KEY_33:
        out[at] = signature + 1
        return _put_signature(out, at + 1, signature, noise, start)
    if kind == MULTISIG:
        out[at], out[at + 1] = signature + 2, 0
        return _put_signature(out, at + 2, signature, noise, start)
    out[at] = 0
    return at + 1


@kernel
def put_witness(out: Any, at: int, kind: int, letter: int, noise: Any, word: int) -> int:
    """The witness that spends an output of ``kind``; returns its end.

    ``letter``: bytes of data that the script revealed by a taproot input carries; 0 for a spend by
    key. ``word`` as for ``put_unlock``.
    """
    signature = SIGNATURE + (word & 1)
    start = word >> 1
    if kind == WITNESS_KEY or kind == NESTED:
        out[at] = 2
        at = _put_signature(out, at + 1, signature, noise, start)
        end = _put_push(out, at, np.int64(33), noise, start + 80)
        out[at + 1] = 2 + (word >> 5 & 1)
        return end
    if kind == WITNESS_SCRIPT:
        out[at], out[at + 1] = 4, 0
        at = _put_signature(out, at + 2, signature, noise, start)
        at = _put_signature(out, at, signature, noise, start + 80)
        return _put_redeem(out, at, noise, start + 160)
    if kind == TAPROOT and letter == 0:
        out[at] = 1
        return _put_push(out, at + 1, np.int64(64), noise, start)
    if kind == TAPROOT:
        out[at] = 3
        at = _put_push(out, at + 1, np.int64(64), noise, start)
        at = put_noise(out, put_size(out, at, letter), letter, noise, start + 80)
        end = _put_push(out, at, np.int64(33), noise, start + 160)
        out[at + 1] = 0xC0 + (word >> 5 & 1)
        return end
    out[at] = 0
    return at + 1
