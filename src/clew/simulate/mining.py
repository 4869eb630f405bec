"""Proof of work for regtest, where every second hash is good enough."""

from __future__ import annotations

import struct

from clew.bitcoin.block import HEADER_SIZE, target
from clew.bitcoin.hashes import sha256d

EASIEST_BITS = 0x207FFFFF
"""Compact target of regtest."""


def work_off(header: bytes) -> bytes:
    """The 80-byte header with the first nonce from 0 on whose hash meets the header's own target."""
    limit = target(struct.unpack_from("<I", header, 72)[0])
    for nonce in range(1 << 32):
        candidate = header[:76] + struct.pack("<I", nonce)
        if int.from_bytes(sha256d(candidate), "little") <= limit:
            return candidate
    raise AssertionError("no nonce meets the target")


def remine(
    raw: bytes, *, previous: bytes | None = None, merkle_root: bytes | None = None, time: int | None = None
) -> bytes:
    """The block with some header fields replaced and its proof of work done again.

    After its bytes were changed: the hash meets the target again, and only what was changed is
    wrong. Hashes in wire order.
    """
    parts = [
        raw[:4],
        raw[4:36] if previous is None else previous,
        raw[36:68] if merkle_root is None else merkle_root,
        raw[68:72] if time is None else struct.pack("<I", time),
        raw[72:HEADER_SIZE],
    ]
    return work_off(b"".join(parts)) + raw[HEADER_SIZE:]


def push_height(height: int) -> bytes:
    """The height as BIP 34 wants a coinbase's script to begin: a number in its shortest push."""
    if height == 0:
        return b"\x00"
    if height <= 16:
        return bytes([0x50 + height])
    number = height.to_bytes(height.bit_length() // 8 + 1, "little")
    return bytes([len(number)]) + number
