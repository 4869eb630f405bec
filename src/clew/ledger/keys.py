"""The 64-bit keys by which rows are found. They only find candidates; whole values are compared.

The kernels compute the same numbers (``clew.kernels.lookup``); here they are in plain Python,
for a single look-up without compiling anything.
"""

from __future__ import annotations

from clew.schema import PAYLOAD_BYTES

MASK = (1 << 64) - 1
KEY_SEED = 0x9E3779B97F4A7C15
KEY_FACTOR = 0xFF51AFD7ED558CCD
BUCKET_TARGET = 8
"""Entries per bucket that a look-up aims at; the true mean lies between half of it and all."""


def transaction_key(txid: bytes) -> int:
    """Key of a transaction: the first eight bytes of its id in wire order, little-endian."""
    return int.from_bytes(txid[:8], "little")


def address_key(address_type: int, payload: bytes) -> int:
    """Key of an address: type and payload, eight bytes at a time, multiplied and folded.

    The payload is taken as zero-padded to 48 bytes.
    """
    padded = payload.ljust(PAYLOAD_BYTES + 7, b"\0")
    key = KEY_SEED ^ address_type
    for start in range(0, 48, 8):
        key = ((key ^ int.from_bytes(padded[start : start + 8], "little")) * KEY_FACTOR) & MASK
        key ^= key >> 32
    return key


def bucket_bits(rows: int) -> int:
    """Leading key bits that choose the bucket, for a look-up of ``rows`` entries."""
    return max(0, (max(rows, 1) - 1).bit_length() - BUCKET_TARGET.bit_length() + 1)


def bucket_of(key: int, bits: int) -> tuple[int, int]:
    """Bucket number and fingerprint of a key."""
    return key >> (64 - bits), key >> (56 - bits) & 0xFF
