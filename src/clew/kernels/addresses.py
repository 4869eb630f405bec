"""Address texts of whole arrays: Base58Check, Bech32, Bech32m, CashAddr, and script hashes in hex.

The texts stand one after the other in one array of bytes, and offsets say where each begins: the form in
which Arrow holds strings, so that it takes them without a copy. The plain twin is ``encode`` of
``clew.bitcoin.address``, which also says what the forms are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.hashes import Work, new_work, sha256d
from clew.kernels.jit import borrowed, kernel
from clew.kernels.words import copy
from clew.schema import (
    ANCHOR,
    MULTISIG,
    NONSTANDARD,
    PAYLOAD_LENGTH,
    PUBKEYHASH,
    SCRIPT_TYPES,
    SCRIPTHASH,
    SCRIPTHASH32,
    WITNESS_UNKNOWN,
    WITNESS_V1_TAPROOT,
)


def _ascii(text: str) -> Any:
    return np.frombuffer(text.encode("ascii"), np.uint8)


BASE58 = _ascii("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
BASE32 = _ascii("qpzry9x8gf2tvdw0s3jn54khce6mua7l")
BASE16 = _ascii("0123456789abcdef")
SCRIPT_HEAD = _ascii("script:")
SCRIPT_LETTERS = len(SCRIPT_HEAD) + 64

LENGTHS = np.array([PAYLOAD_LENGTH.get(kind, 0) for kind in range(len(SCRIPT_TYPES))], np.int64)
"""Payload bytes by address type; 0 where they vary, or where the type is none of an address."""

HASH_BYTES = 20
BASE58_BYTES = 1 + HASH_BYTES + 4
"""A version byte, a hash, and the first bytes of the double SHA-256 of both."""

BASE58_LETTERS = 35
"""No fewer than any number of BASE58_BYTES takes in base 58."""

GROUP = 5
"""Letters that are taken off a number at a time: 58^5 fits into 30 bits."""

GROUPS = BASE58_LETTERS // GROUP
RADIX = 58**GROUP
CHUNK = 3
"""Bytes of a number that are multiplied at a time; nine products of 24 by 30 bits fit into 63."""

CHUNKS = (BASE58_BYTES + CHUNK - 1) // CHUNK
PAD = CHUNK * CHUNKS - BASE58_BYTES
"""Zero bytes that fill the first chunk."""

SHARES = np.array(
    [
        [256 ** (CHUNK * (CHUNKS - 1 - chunk)) // RADIX**group % RADIX for chunk in range(CHUNKS)]
        for group in range(GROUPS)
    ],
    np.int64,
)
"""What one in a chunk (the first has the highest bytes) counts in each group (the first is the lowest)."""

BECH32, BECH32M, CASHADDR = 1, 0x2BC830A3, 1
"""What the checksums must leave (BIP 173, BIP 350, the CashAddr specification)."""

_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CASHADDR_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)


class Code(NamedTuple):
    """Texts in letters of five bits that begin with a prefix and end with a checksum.

    ``head`` (uint8): the prefix and its separator; empty where a network has no such texts. ``begun``:
    the checksum's remainder behind the prefix. ``terms`` (int64, 32): what the five bits that leave a
    remainder add to the rest. ``letters``: of the checksum.
    """

    head: Any
    begun: int
    terms: Any
    letters: int


class Form(NamedTuple):
    """How a network writes addresses: version bytes of Base58Check, and codes."""

    pubkeyhash: int
    scripthash: int
    bech32: Code
    cashaddr: Code


class Texts(NamedTuple):
    """Text i is ``data[offsets[i]:offsets[i + 1]]``: ASCII (uint8), and int64, one more than texts."""

    data: Any
    offsets: Any


class Rows(NamedTuple):
    """Addresses: ``types`` and ``lengths`` int64, ``payloads`` uint8, flat, ``width`` bytes a row."""

    types: Any
    payloads: Any
    lengths: Any
    width: int


class Room(NamedTuple):
    """Where one thread makes a Base58Check text: bytes and their hash, chunks of them, letters."""

    full: Any
    chunks: Any
    letters: Any


def form(
    pubkeyhash_prefix: int, scripthash_prefix: int, bech32_prefix: str = "", cashaddr_prefix: str = ""
) -> Form:
    """How a network with these prefixes writes addresses; the fields of ``Network`` have these names."""
    high = [ord(letter) >> 5 for letter in bech32_prefix]
    bech32 = _code(bech32_prefix, "1", [*high, 0], _BECH32_GENERATOR, 6)
    return Form(
        pubkeyhash_prefix, scripthash_prefix, bech32, _code(cashaddr_prefix, ":", [], _CASHADDR_GENERATOR, 8)
    )


def _code(prefix: str, separator: str, before: list[int], generator: tuple[int, ...], letters: int) -> Code:
    """``before``: what a checksum covers before the low bits of the prefix. Bech32 has a zero between
    both halves of the prefix, CashAddr one in place of its separator."""
    terms = [0] * 32
    for carry in range(32):
        for bit, term in enumerate(generator):
            terms[carry] ^= term * (carry >> bit & 1)
    low = [ord(letter) & 31 for letter in prefix] + [0] * (separator == ":")
    remainder, shift = 1, 5 * letters - 5
    for value in [*before, *low]:
        remainder = (remainder % (1 << shift)) << 5 ^ terms[remainder >> shift] ^ value
    head = _ascii(prefix + separator if prefix else "")
    return Code(head, remainder, np.array(terms, np.int64), letters)


def texts(types: Any, payloads: Any, form: Form, lengths: Any = None) -> Texts:
    """The texts of addresses, as people write them on the network of ``form``.

    ``types``: address types (integers, shape n), codes into SCRIPT_TYPES. ``payloads``: uint8, shape
    (n, width), whatever stands behind a payload. ``lengths``: of the payloads (integers, shape n);
    needed only where a type is ``witness_unknown``, the other types have but one.

    Raises ValueError, with the row, for a type that is no address (nulldata, pubkey) or none on this
    network, for a payload that the type cannot have, and for arrays of other shapes.
    """
    types, payloads = np.ascontiguousarray(types, np.int64), np.ascontiguousarray(payloads)
    if payloads.dtype != np.uint8 or payloads.ndim != 2 or types.shape != payloads.shape[:1]:
        found = f"{payloads.dtype} of shape {payloads.shape} for types of shape {types.shape}"
        raise ValueError(f"expected a row of uint8 payload for each type, found {found}")
    if lengths is None:
        known = (types >= 0) & (types < len(LENGTHS))
        lengths = LENGTHS[np.where(known, types, 0)]
    lengths = np.ascontiguousarray(lengths, np.int64)
    if lengths.shape != types.shape:
        raise ValueError(f"expected {types.shape[0]} lengths, found an array of shape {lengths.shape}")
    rows = Rows(types, payloads.reshape(-1), lengths, payloads.shape[1])
    bad, most = measure(rows, form)
    if bad >= 0:
        raise ValueError(f"no address: row {bad} has type {types[bad]} and a payload of {lengths[bad]} bytes")
    made = Texts(np.empty(most, np.uint8), np.empty(len(types) + 1, np.int64))
    return Texts(made.data[: write(rows, form, made)], made.offsets)


@kernel
def _code_letters(code: Code, extra: int, length: int) -> int:
    """Letters of a text of ``extra`` bits and ``length`` bytes; 0 where the network has none."""
    head = len(code.head)
    return head + (extra + 8 * length + 4) // 5 + code.letters if head else 0


@kernel
def _is_unknown_witness(payloads: Any, at: int, length: int) -> bool:
    if length < 3 or length > 41 or payloads[at] < 1 or payloads[at] > 16:
        return False
    is_anchor = length == 3 and payloads[at + 1] == 0x4E and payloads[at + 2] == 0x73
    return payloads[at] > 1 or not (length == 33 or is_anchor)


@kernel
def _most_letters(kind: int, payloads: Any, at: int, length: int, form: Form) -> int:
    """Letters that the text of an address has, or at most has; 0 where there is none."""
    if kind < 0 or kind >= len(LENGTHS):
        return 0
    if kind == WITNESS_UNKNOWN:
        if not _is_unknown_witness(payloads, at, length):
            return 0
        return _code_letters(form.bech32, np.int64(5), length - 1)
    if length != LENGTHS[kind] or length == 0:
        return 0
    if kind == NONSTANDARD or kind == MULTISIG:
        return SCRIPT_LETTERS
    if kind == PUBKEYHASH or kind == SCRIPTHASH or kind == SCRIPTHASH32:
        letters = _code_letters(form.cashaddr, np.int64(8), length)
        return letters if letters or kind == SCRIPTHASH32 else BASE58_LETTERS
    if kind == ANCHOR and not (payloads[at] == 0x4E and payloads[at + 1] == 0x73):
        return 0
    return _code_letters(form.bech32, np.int64(5), length)


@kernel
def measure(rows: Rows, form: Form) -> tuple[int, int]:
    """The first row that has no text, else -1; bytes that the texts take at most."""
    types, payloads, lengths, width = rows
    most = 0
    for row in range(len(types)):
        letters = 0
        if lengths[row] <= width:
            letters = _most_letters(types[row], payloads, row * width, lengths[row], form)
        if letters == 0:
            return row, 0
        most += letters
    return -1, most


@kernel
def _put_base58(version: int, payloads: Any, start: int, work: Work, room: Room, out: Any, at: int) -> int:
    """Base58Check of a version byte and a hash; returns where the text ends."""
    full, chunks, letters = room
    full[PAD] = version
    copy(payloads, start, HASH_BYTES, full, PAD + 1)
    sha256d(full, np.int64(PAD), np.int64(1 + HASH_BYTES), work, full, np.int64(PAD + 1 + HASH_BYTES))
    for chunk in range(CHUNKS):
        first = CHUNK * chunk
        chunks[chunk] = (
            np.int64(full[first]) << 16 | np.int64(full[first + 1]) << 8 | np.int64(full[first + 2])
        )
    group = np.int64(0)
    for place in range(GROUPS):
        for chunk in range(CHUNKS):
            group += chunks[chunk] * SHARES[place, chunk]
        carry = group // RADIX
        group -= carry * RADIX
        for letter in range(GROUP):
            rest = group // 58
            letters[BASE58_LETTERS - 1 - GROUP * place - letter] = BASE58[group - 58 * rest]
            group = rest
        group = carry
    # A zero byte in front is a letter of its own; what else the number has in front is none.
    first, zeros = 0, PAD
    while first < BASE58_LETTERS and letters[first] == BASE58[0]:
        first += 1
    while zeros < PAD + BASE58_BYTES and full[zeros] == 0:
        out[at] = BASE58[0]
        at, zeros = at + 1, zeros + 1
    copy(letters, first, BASE58_LETTERS - first, out, at)
    return at + BASE58_LETTERS - first


@kernel
def _put_code(
    code: Code, held: int, bits: int, payloads: Any, start: int, length: int, left: int, out: Any, at: int
) -> int:
    """A prefix; the lowest ``bits`` of ``held``, ``length`` bytes and zeros to fill the last letter; the
    checksum that leaves ``left``. Returns where the text ends."""
    head, remainder, terms, letters = code
    for i in range(len(head)):
        out[at + i] = head[i]
    at += len(head)
    shift = np.int64(5 * letters - 5)
    low = (np.int64(1) << shift) - 1
    end = start + length
    while bits > 0 or start < end:
        if bits < 5 and start < end:
            held, bits, start = (held & 31) << 8 | np.int64(payloads[start]), bits + 8, start + 1
        elif bits < 5:
            held, bits = held << (5 - bits), np.int64(5)
        bits -= 5
        value = held >> bits & 31
        remainder = (remainder & low) << 5 ^ terms[remainder >> shift] ^ value
        out[at] = BASE32[value]
        at += 1
    for _ in range(letters):
        remainder = (remainder & low) << 5 ^ terms[remainder >> shift]
    remainder ^= left
    for i in range(letters):
        out[at + i] = BASE32[remainder >> 5 * (letters - 1 - i) & 31]
    return at + letters


@kernel
def _put_script(payloads: Any, start: int, out: Any, at: int) -> int:
    """A script's hash in hex; returns where the text ends."""
    for i in range(len(SCRIPT_HEAD)):
        out[at + i] = SCRIPT_HEAD[i]
    at += len(SCRIPT_HEAD)
    for i in range(32):
        byte = np.int64(payloads[start + i])
        out[at + 2 * i] = BASE16[byte >> 4]
        out[at + 2 * i + 1] = BASE16[byte & 15]
    return at + 64


@kernel
def _put_cashaddr(code: Code, kind: int, payloads: Any, start: int, length: int, out: Any, at: int) -> int:
    """The version byte of CashAddr says whose hash it is, and how long."""
    version = (0 if kind == PUBKEYHASH else 8) | (0 if length == HASH_BYTES else 3)
    return _put_code(
        code, np.int64(version), np.int64(8), payloads, start, length, np.int64(CASHADDR), out, at
    )


@kernel
def _put_witness(code: Code, kind: int, payloads: Any, start: int, length: int, out: Any, at: int) -> int:
    """A witness version and its program."""
    version = np.int64(kind == WITNESS_V1_TAPROOT or kind == ANCHOR)
    if kind == WITNESS_UNKNOWN:
        version, start, length = np.int64(payloads[start]), start + 1, length - 1
    left = np.int64(BECH32M if version else BECH32)
    return _put_code(code, version, np.int64(5), payloads, start, length, left, out, at)


@kernel
def write(rows: Rows, form: Form, out: Texts) -> int:
    """Write the texts of rows that ``measure`` found to have one; returns the bytes they take."""
    types, payloads, lengths, width = borrowed(rows)
    data, offsets = borrowed(out)
    pubkeyhash, scripthash, bech32, cashaddr = form
    room = Room(
        np.zeros(PAD + 1 + HASH_BYTES + 32, np.uint8),
        np.empty(CHUNKS, np.int64),
        np.empty(BASE58_LETTERS, np.uint8),
    )
    work = new_work()
    at = np.int64(0)
    offsets[0] = 0
    for row in range(len(types)):
        kind, start, length = types[row], row * width, lengths[row]
        if kind == PUBKEYHASH or kind == SCRIPTHASH or kind == SCRIPTHASH32:
            if len(cashaddr.head):
                at = _put_cashaddr(cashaddr, kind, payloads, start, length, data, at)
            else:
                version = pubkeyhash if kind == PUBKEYHASH else scripthash
                at = _put_base58(version, payloads, start, work, room, data, at)
        elif kind == NONSTANDARD or kind == MULTISIG:
            at = _put_script(payloads, start, data, at)
        else:
            at = _put_witness(bech32, kind, payloads, start, length, data, at)
        offsets[row + 1] = at
    return at
