"""CashAddr: the form of addresses on Bitcoin Cash.

A prefix, a colon, and in the alphabet of Bech32 a version byte, a hash and a checksum of 40 bits over
all of it. Source: the CashAddr specification (bitcoincash.org, ``spec/cashaddr.md``); the types that
take tokens: CHIP-2022-02-CashTokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CHECKSUM_LENGTH = 8

KEY_HASH, SCRIPT_HASH, TOKEN_KEY_HASH, TOKEN_SCRIPT_HASH = range(4)
"""Address types. The last two say that the owner's program knows tokens; the script is the same."""

HASH_SIZES = (20, 24, 28, 32, 40, 48, 56, 64)
"""Bytes of the hash, by the three lowest bits of the version byte."""

_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)


def encode(prefix: str, kind: int, digest: bytes) -> str:
    """The address with its prefix, in lower case. Raises ValueError for a hash of no possible size."""
    version = kind << 3 | HASH_SIZES.index(len(digest))
    values = _regroup(bytes([version]) + digest)
    remainder = _polymod([*_spread(prefix), *values, *bytes(CHECKSUM_LENGTH)])
    checksum = [remainder >> 5 * (CHECKSUM_LENGTH - 1 - place) & 31 for place in range(CHECKSUM_LENGTH)]
    return f"{prefix}:" + "".join(ALPHABET[value] for value in [*values, *checksum])


def decode(text: str, prefix: str) -> tuple[int, bytes]:
    """Type and hash of an address, with its prefix or without.

    Raises ValueError with the reason. The text may be all upper case, never mixed.
    """
    if text not in (text.lower(), text.upper()):
        raise ValueError("it mixes upper and lower case")
    body = text.lower().removeprefix(f"{prefix}:")
    strange = sorted(set(body) - set(ALPHABET))
    if strange:
        raise ValueError(f"it has {strange[0]!r}, a character that does not occur in addresses")
    if len(body) <= CHECKSUM_LENGTH:
        raise ValueError("it is too short")
    values = [ALPHABET.index(character) for character in body]
    if _polymod([*_spread(prefix), *values]):
        raise ValueError("its checksum does not fit")
    return _payload(values[:-CHECKSUM_LENGTH])


def _payload(values: Sequence[int]) -> tuple[int, bytes]:
    bits = "".join(f"{value:05b}" for value in values)
    whole = len(bits) // 8 * 8
    if len(bits) - whole >= 5 or "1" in bits[whole:]:
        raise ValueError("expected at most four zero bits of padding, found others")
    data = int(bits[:whole] or "0", 2).to_bytes(whole // 8, "big")
    if not data or data[0] & 0x80:
        raise ValueError("its version has the reserved bit")
    if len(data) - 1 != HASH_SIZES[data[0] & 7]:
        raise ValueError(f"expected a hash of {HASH_SIZES[data[0] & 7]} bytes, found {len(data) - 1}")
    return data[0] >> 3, data[1:]


def _regroup(data: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]


def _spread(prefix: str) -> list[int]:
    return [ord(character) & 31 for character in prefix] + [0]


def _polymod(values: Iterable[int]) -> int:
    """Remainder of the polynomial ``values`` over GF(32) by the specification's generator, with its
    closing 1 taken off: 0 for a text whose checksum fits."""
    remainder = 1
    for value in values:
        carry = remainder >> 35
        remainder = (remainder & 0x07FFFFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            if carry >> bit & 1:
                remainder ^= term
    return remainder ^ 1
