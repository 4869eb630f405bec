"""The hash functions of the protocol, from the standard library and pycryptodome."""

from __future__ import annotations

import hashlib

from Crypto.Hash import RIPEMD160


def sha256(data: bytes) -> bytes:
    """SHA-256, 32 bytes (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def sha256d(data: bytes) -> bytes:
    """SHA-256 of the SHA-256, 32 bytes in wire order. Names blocks and transactions."""
    return sha256(sha256(data))


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of the SHA-256, 20 bytes. Names keys and pay-to-script-hash scripts."""
    # hashlib has RIPEMD-160 only where OpenSSL's legacy algorithms are switched on.
    return RIPEMD160.new(sha256(data)).digest()
