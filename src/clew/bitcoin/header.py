"""Block headers: their 80 bytes, their target, and what is hashed for their work."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import scrypt

from clew.bitcoin.hashes import sha256d
from clew.bitcoin.wire import Reader
from clew.errors import BadBlockError

HEADER_SIZE = 80


@dataclass(frozen=True, slots=True)
class Header:
    """A block header. ``time`` is in Unix seconds, ``bits`` the compact target."""

    version: int
    previous: bytes
    merkle_root: bytes
    time: int
    bits: int
    nonce: int
    hash: bytes

    @classmethod
    def build(
        cls,
        previous: bytes,
        merkle_root: bytes,
        time: int,
        bits: int,
        nonce: int,
        *,
        version: int = 0x20000000,
    ) -> Header:
        """A header of these parts, its hash computed. Checks nothing."""
        parts = (version, previous, merkle_root, time, bits, nonce)
        return cls(*parts, sha256d(_serialise_header(*parts)))

    def serialise(self) -> bytes:
        """Its 80 bytes."""
        return _serialise_header(
            self.version, self.previous, self.merkle_root, self.time, self.bits, self.nonce
        )


def _serialise_header(
    version: int, previous: bytes, merkle_root: bytes, time: int, bits: int, nonce: int
) -> bytes:
    numbers = (number.to_bytes(4, "little") for number in (time, bits, nonce))
    return version.to_bytes(4, "little", signed=True) + previous + merkle_root + b"".join(numbers)


def parse_header(data: bytes, *, where: str = "") -> Header:
    """The header of exactly 80 bytes. Raises ParseError."""
    reader = Reader(data, "block header", where)
    header = read_header(reader)
    reader.finish()
    return header


def read_header(reader: Reader) -> Header:
    """The header that comes next. Raises ParseError with the byte offset."""
    start = reader.position
    fields = (
        reader.signed(4, "header version"),
        reader.take(32, "previous block's hash"),
        reader.take(32, "Merkle root"),
        reader.unsigned(4, "header time"),
        reader.unsigned(4, "target"),
        reader.unsigned(4, "nonce"),
    )
    return Header(*fields, sha256d(reader.data[start : reader.position]))


def scrypt_hash(header: bytes) -> bytes:
    """The hash on which Litecoin and Dogecoin do their work: scrypt with N = 1024, r = p = 1, of the 80
    bytes, salted with themselves; 32 bytes in wire order."""
    return scrypt(header, salt=header, n=1024, r=1, p=1, dklen=32)


def target(bits: int) -> int:
    """The number that a block's hash must not exceed, from its compact form.

    The top byte is a length in bytes, the rest sign and leading digits, as in Bitcoin Core's
    ``SetCompact``. Raises BadBlockError if it is negative, zero, or wider than 256 bits.
    """
    length, digits = bits >> 24, bits & 0x7FFFFF
    number = digits << 8 * (length - 3) if length >= 3 else digits >> 8 * (3 - length)
    if not number or bits & 0x800000 or number >= 1 << 256:
        raise BadBlockError(
            f"bad block: expected a target from 1 to 2^256 - 1, found compact form {bits:08x};"
            " take the block from another copy"
        )
    return number


def work(bits: int) -> int:
    """Hashes that a block with this target takes on average. Raises BadBlockError as ``target``."""
    return (1 << 256) // (target(bits) + 1)
