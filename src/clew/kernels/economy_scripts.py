"""Keys, scripts and what unlocks them in an economy whose chain is not signed: filler of the right form.

A key's bytes follow from its number and a table of salts. They are no point of the curve, and the
signatures sign nothing; hashes of keys and scripts are right. Keys below ``len(known)`` are known to
everybody, and are real.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.economy_state import (
    A_KEY,
    A_KIND,
    ANCHOR,
    ANYONE,
    CHANNEL,
    DATA,
    MULTISIG,
    P2PK,
    P2PKH,
    P2PKH_LONG,
    P2SH_MULTISIG,
    P2SH_P2WPKH,
    P2TR,
    P2WPKH,
    P2WSH_MULTISIG,
    WITNESS_ANYONE,
)
from clew.kernels.hashes import Work, hash160, new_work, sha256
from clew.kernels.jit import folded, kernel
from clew.kernels.made_scripts import MASK, copy, mixed, put_size

REDEEM = 105
"""Bytes of a script of 2 of 3 keys."""

CHANNEL_REDEEM = 71
"""Bytes of a script of 2 of 2 keys."""

SCRIPT_TYPES = np.array([1, 2, 2, 3, 3, 6, 7, 8, 4, 7, 9, 0, 7, 5], dtype=np.uint8)
"""Output script type of each kind: a place in ``schema.SCRIPT_TYPES``."""

ADDRESS_TYPES = np.array([2, 2, 2, 3, 3, 6, 7, 8, 4, 7, 9, 0, 7, 5], dtype=np.uint8)
"""Address type of each kind: a bare key has the address of its hash."""

HAS_WITNESS = np.array([0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0], dtype=np.uint8)
"""Whether spending a kind takes a witness; an anchor's is empty."""


class Keys(NamedTuple):
    """``salts``: int64 (64,), 32-bit words; ``known``: uint8 (n, 65), the real keys of the first numbers."""

    salts: Any
    known: Any


@kernel
def put_words(out: Any, at: int, words: int, salts: Any, salt: int, number: int) -> int:
    """``words`` 32-bit words that follow from ``number``, with salts from ``salt`` on; returns their end."""
    for i in range(words):
        word = mixed((number + salts[(salt + i) & 63]) & MASK)
        for byte in range(4):
            out[at + 4 * i + byte] = (word >> (8 * byte)) & 255
    return at + 4 * words


@kernel
def put_key(out: Any, at: int, number: int, long: bool, keys: Keys) -> int:
    """A serialised public key of 33 bytes, or 65 if ``long``; returns its end."""
    if number < len(keys.known):
        known = keys.known[number]
        if long:
            copy(out, at, known, np.int64(0), np.int64(65))
            return at + 65
        copy(out, at + 1, known, np.int64(1), np.int64(32))
        out[at] = 2 + (known[64] & 1)
        return at + 33
    put_words(out, at + 1, np.int64(8), keys.salts, np.int64(0), number)
    if long:
        out[at] = 4
        return put_words(out, at + 33, np.int64(8), keys.salts, np.int64(8), number)
    out[at] = 2 + (out[at + 1] & 1)
    return at + 33


@kernel
def put_multisig(out: Any, at: int, number: int, keys: Keys, total: int) -> int:
    """A script of 2 of ``total`` keys, from key ``number`` on; returns its end."""
    out[at] = 0x52
    at += 1
    for each in range(total):
        out[at] = 33
        at = put_key(out, at + 1, number + each, False, keys)
    out[at], out[at + 1] = 0x50 + total, 0xAE
    return at + 2


@folded
def put_payload(row: Any, keys: Keys, work: Work, room: Any, out: Any, at: int) -> None:
    """The address payload of an address (a row of ``Economy.address``) to ``out[at:]``, 32 bytes.

    ``room``: uint8 (256,).
    """
    kind, key = row[A_KIND], np.int64(row[A_KEY])
    start = np.int64(0)
    for i in range(32):
        out[at + i] = 0
    if kind == P2PK or kind == P2PKH or kind == P2WPKH:
        hash160(room, start, put_key(room, start, key, False, keys), work, out, at)
    elif kind == P2PKH_LONG:
        hash160(room, start, put_key(room, start, key, True, keys), work, out, at)
    elif kind == P2SH_P2WPKH:
        hash160(room, start, put_key(room, start, key, False, keys), work, room, np.int64(2))
        room[0], room[1] = 0, 20
        hash160(room, start, np.int64(22), work, out, at)
    elif kind == P2TR:
        put_key(room, start, key, False, keys)
        copy(out, at, room, np.int64(1), np.int64(32))
    elif kind == P2SH_MULTISIG:
        hash160(room, start, put_multisig(room, start, key, keys, np.int64(3)), work, out, at)
    elif kind == P2WSH_MULTISIG or kind == MULTISIG:
        sha256(room, start, put_multisig(room, start, key, keys, np.int64(3)), work, out, at)
    elif kind == CHANNEL:
        sha256(room, start, put_multisig(room, start, key, keys, np.int64(2)), work, out, at)
    elif kind == ANCHOR:
        out[at], out[at + 1] = 0x4E, 0x73
    elif kind == ANYONE or kind == WITNESS_ANYONE:
        room[0] = 0x51
        sha256(room, start, np.int64(1), work, out, at)


@kernel
def fill_payloads(address: Any, first: int, last: int, keys: Keys, payload: Any) -> None:
    """The payloads of addresses ``first`` to ``last``; ``payload``: uint8, flat, 32 bytes each."""
    work, room = new_work(), np.zeros(256, np.uint8)
    for at in range(first, last):
        put_payload(address[at], keys, work, room, payload, 32 * at)


@kernel
def put_script(out: Any, at: int, row: Any, number: int, payload: Any, keys: Keys) -> int:
    """The output script of address ``number``, its length before it; returns its end."""
    kind, key = row[A_KIND], np.int64(row[A_KEY])
    at32, twenty, thirty_two = 32 * number, np.int64(20), np.int64(32)
    if kind == P2PKH or kind == P2PKH_LONG:
        out[at], out[at + 1], out[at + 2], out[at + 3] = 25, 0x76, 0xA9, 20
        copy(out, at + 4, payload, at32, twenty)
        out[at + 24], out[at + 25] = 0x88, 0xAC
        return at + 26
    if kind == P2SH_MULTISIG or kind == P2SH_P2WPKH:
        out[at], out[at + 1], out[at + 2] = 23, 0xA9, 20
        copy(out, at + 3, payload, at32, twenty)
        out[at + 23] = 0x87
        return at + 24
    if kind == P2WPKH:
        out[at], out[at + 1], out[at + 2] = 22, 0, 20
        copy(out, at + 3, payload, at32, twenty)
        return at + 23
    if kind == P2WSH_MULTISIG or kind == CHANNEL or kind == WITNESS_ANYONE or kind == P2TR:
        out[at], out[at + 1], out[at + 2] = 34, 0x51 if kind == P2TR else 0, 32
        copy(out, at + 3, payload, at32, thirty_two)
        return at + 35
    if kind == P2PK:
        out[at], out[at + 1] = 35, 33
        at = put_key(out, at + 2, key, False, keys)
        out[at] = 0xAC
        return at + 1
    if kind == MULTISIG:
        out[at] = REDEEM
        return put_multisig(out, at + 1, key, keys, np.int64(3))
    if kind == ANCHOR:
        out[at], out[at + 1], out[at + 2], out[at + 3], out[at + 4] = 4, 0x51, 2, 0x4E, 0x73
        return at + 5
    if kind == ANYONE:
        out[at], out[at + 1] = 1, 0x51
        return at + 2
    assert kind == DATA
    out[at], out[at + 1], out[at + 2] = 34, 0x6A, 32
    return put_words(out, at + 3, np.int64(8), keys.salts, np.int64(16), key)


@kernel
def _is_long(number: int, low_r: int, keys: Keys) -> int:
    """1 for a signature of 72 bytes with its hash type, 0 for 71: a wallet that grinds r makes no others."""
    return 0 if low_r else mixed((number + keys.salts[24]) & MASK) & 1


@kernel
def _put_signature(out: Any, at: int, number: int, low_r: int, how: int, keys: Keys) -> int:
    """A push of a DER signature's outer form, with its hash type; r and s are filler."""
    long = _is_long(number, low_r, keys)
    out[at], out[at + 1], out[at + 2], out[at + 3], out[at + 4] = 71 + long, 0x30, 68 + long, 2, 32 + long
    at += 5
    if long:
        out[at] = 0
        at += 1
    put_words(out, at, np.int64(8), keys.salts, np.int64(25), number)
    out[at] = out[at] | 0x80 if long else (out[at] & 0x3F) | 0x40
    at += 32
    out[at], out[at + 1] = 2, 32
    put_words(out, at + 2, np.int64(8), keys.salts, np.int64(33), number)
    out[at + 2] = (out[at + 2] & 0x3F) | 0x40
    out[at + 34] = how
    return at + 35


@kernel
def put_unlock(out: Any, at: int, row: Any, number: int, low_r: int, how: int, keys: Keys, work: Work) -> int:
    """The input script of input ``number``, which spends ``row``, its length first; returns its end."""
    kind, key = row[A_KIND], np.int64(row[A_KEY])
    start = at
    at += 1
    if kind == P2PK:
        at = _put_signature(out, at, 4 * number, low_r, how, keys)
    elif kind == P2PKH or kind == P2PKH_LONG:
        at = _put_signature(out, at, 4 * number, low_r, how, keys)
        out[at] = 65 if kind == P2PKH_LONG else 33
        at = put_key(out, at + 1, key, kind == P2PKH_LONG, keys)
    elif kind == P2SH_P2WPKH:
        out[at], out[at + 1], out[at + 2] = 22, 0, 20
        put_key(out, at + 3, key, False, keys)
        hash160(out, at + 3, np.int64(33), work, out, at + 3)
        at += 23
    elif kind == MULTISIG:
        out[at] = 0
        at = _put_signature(out, at + 1, 4 * number, low_r, how, keys)
        at = _put_signature(out, at, 4 * number + 1, low_r, how, keys)
    elif kind == P2SH_MULTISIG:
        length = _is_long(4 * number, low_r, keys) + _is_long(4 * number + 1, low_r, keys)
        at = put_size(out, start, length + 1 + 2 * 72 + 2 + REDEEM)
        out[at] = 0
        at = _put_signature(out, at + 1, 4 * number, low_r, how, keys)
        at = _put_signature(out, at, 4 * number + 1, low_r, how, keys)
        out[at], out[at + 1] = 0x4C, REDEEM
        return put_multisig(out, at + 2, key, keys, np.int64(3))
    out[start] = at - start - 1
    return at


@kernel
def put_witness(out: Any, at: int, row: Any, number: int, low_r: int, how: int, keys: Keys) -> int:
    """The witness stack of input ``number``, which spends address ``row``; returns its end."""
    kind, key = row[A_KIND], np.int64(row[A_KEY])
    if kind == P2WPKH or kind == P2SH_P2WPKH:
        out[at] = 2
        at = _put_signature(out, at + 1, 4 * number, low_r, how, keys)
        out[at] = 33
        return put_key(out, at + 1, key, False, keys)
    if kind == P2TR:
        # A signature over everything needs no hash type (BIP 341).
        length = 64 if how == 1 else 65
        out[at], out[at + 1] = 1, length
        put_words(out, at + 2, np.int64(16), keys.salts, np.int64(41), number)
        if how != 1:
            out[at + 66] = how
        return at + 2 + length
    if kind == P2WSH_MULTISIG or kind == CHANNEL:
        total = 2 if kind == CHANNEL else 3
        out[at], out[at + 1] = 4, 0
        at = _put_signature(out, at + 2, 4 * number, low_r, how, keys)
        at = _put_signature(out, at, 4 * number + 1, low_r, how, keys)
        out[at] = CHANNEL_REDEEM if kind == CHANNEL else REDEEM
        return put_multisig(out, at + 1, key, keys, np.int64(total))
    if kind == WITNESS_ANYONE:
        out[at], out[at + 1], out[at + 2] = 1, 1, 0x51
        return at + 3
    out[at] = 0
    return at + 1
