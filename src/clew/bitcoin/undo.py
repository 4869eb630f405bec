"""Undo records: the outputs that a block spends, as Bitcoin Core keeps them in ``rev*.dat``.

A record lies in its file as magic, length, data, checksum. The data are a list with one entry per
transaction after the coinbase, each a list of the coins that its inputs spend, in order. Amounts
and scripts are compressed. Layout: Bitcoin Core, ``undo.h``, ``compressor.h``, ``serialize.h``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from clew.bitcoin.hashes import sha256d
from clew.bitcoin.script import OP_CHECKSIG, address_script, pubkey_script
from clew.bitcoin.wire import Reader, compact_size
from clew.schema import PUBKEYHASH, SCRIPTHASH

CHECKSUM_BYTES = 32
"""What follows a record's data in its file."""

SPECIAL_SCRIPTS = 6
"""Script sizes below this name a form; the size of any other script is written this much larger."""

FIELD_PRIME = (1 << 256) - (1 << 32) - 977
"""The field of secp256k1, whose points satisfy y² = x³ + 7 (SEC 2)."""

_MOST_BITS = 64


@dataclass(frozen=True, slots=True)
class SpentCoin:
    """A spent output. ``height`` is that of the block that made it, ``value`` in satoshi.

    Before version 0.15 Bitcoin Core noted height and coinbase only with the last output of a
    transaction to be spent; elsewhere such a record says height 0, at which nothing can be spent.
    """

    height: int
    coinbase: bool
    value: int
    script: bytes


Spent = tuple[tuple[SpentCoin, ...], ...]
"""The coins of each transaction after the coinbase, by input."""


def undo_checksum(previous: bytes, data: bytes) -> bytes:
    """What must follow a record of the block whose parent's hash is ``previous`` (wire order)."""
    return sha256d(previous + data)


def parse_undo(data: bytes, *, where: str = "") -> Spent:
    """The coins in a record's data, without its checksum. Raises ParseError with the byte offset."""
    reader = Reader(data, "undo record", where)
    spent = tuple(
        tuple(_read_coin(reader) for _ in range(reader.compact_size("number of inputs")))
        for _ in range(reader.compact_size("number of transactions"))
    )
    reader.finish()
    return spent


def write_undo(spent: Iterable[Sequence[SpentCoin]]) -> bytes:
    """A record's data, without its checksum: what ``parse_undo`` reads."""
    parts = [compact_size(len(coins)) + b"".join(map(_write_coin, coins)) for coins in spent]
    return compact_size(len(parts)) + b"".join(parts)


def transaction_count(data: bytes) -> int:
    """How many transactions a record speaks of; its first bytes suffice. Raises ParseError."""
    return Reader(data, "undo record").compact_size("number of transactions")


def _read_coin(reader: Reader) -> SpentCoin:
    code = read_varint(reader, "height and coinbase")
    if code > 1:
        # Once the transaction's version; zero since nobody reads it.
        read_varint(reader, "version")
    value = decompress_amount(read_varint(reader, "amount"))
    return SpentCoin(code >> 1, bool(code & 1), value, _read_script(reader))


def _write_coin(coin: SpentCoin) -> bytes:
    code = write_varint(2 * coin.height + coin.coinbase)
    version = b"\0" if coin.height else b""
    return code + version + write_varint(compress_amount(coin.value)) + compress_script(coin.script)


def read_varint(reader: Reader, what: str) -> int:
    """A number from 0 in groups of seven bits, highest first; each but the last has bit 7 set and
    counts one more, so that every number has one form. Raises ParseError above 64 bits."""
    start = reader.position
    number = 0
    while True:
        byte = reader.unsigned(1, what)
        number = number << 7 | byte & 0x7F
        if number >> _MOST_BITS:
            raise reader.error(f"{what} of at most {_MOST_BITS} bits", "more", start)
        if not byte & 0x80:
            return number
        number += 1


def write_varint(number: int) -> bytes:
    """A number from 0 in the form that ``read_varint`` reads."""
    groups = [number & 0x7F]
    while number > 0x7F:
        number = (number >> 7) - 1
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def decompress_amount(number: int) -> int:
    """Satoshi from their compressed form, which drops up to nine decimal zeros at the end.

    ``1 + 10 * (9 * n + d - 1) + e`` is an amount ``(10 * n + d) * 10**e`` with ``e`` below 9 and
    last digit ``d`` not 0; ``1 + 10 * (n - 1) + 9`` is ``n * 10**9``; 0 is 0.
    """
    if not number:
        return 0
    rest, zeros = divmod(number - 1, 10)
    if zeros == 9:
        return (rest + 1) * 10**9
    tens, digit = divmod(rest, 9)
    amount: int = (10 * tens + digit + 1) * 10**zeros
    return amount


def compress_amount(value: int) -> int:
    """The compressed form of an amount: what ``decompress_amount`` reads."""
    if not value:
        return 0
    zeros = 0
    while zeros < 9 and not value % 10:
        value //= 10
        zeros += 1
    if zeros == 9:
        return 10 * value
    tens, digit = divmod(value, 10)
    return 1 + 10 * (9 * tens + digit - 1) + zeros


def _read_script(reader: Reader) -> bytes:
    start = reader.position
    size = read_varint(reader, "script size")
    if size >= SPECIAL_SCRIPTS:
        return reader.take(size - SPECIAL_SCRIPTS, "script")
    body = reader.take(20 if size < 2 else 32, "compressed script")
    script = _SPECIAL[size](body)
    if script is None:
        raise reader.error("the x coordinate of a public key", body.hex(), start)
    return script


def compress_script(script: bytes) -> bytes:
    """A script as a record holds it: its short form where it has one, else its size and itself.

    An uncompressed key has one only where it is a point of the curve.
    """
    if len(script) == 25 and script == address_script(PUBKEYHASH, script[3:23]):
        return b"\0" + script[3:23]
    if len(script) == 23 and script == address_script(SCRIPTHASH, script[2:22]):
        return b"\1" + script[2:22]
    if len(script) == 35 and script[0] == 33 and script[1] in (2, 3) and script[34] == OP_CHECKSIG:
        return script[1:34]
    if len(script) == 67 and script[:2] == b"\x41\x04" and script[66] == OP_CHECKSIG:
        odd = script[65] & 1
        if decompress_key(bool(odd), script[2:34]) == script[1:66]:
            return bytes([4 + odd]) + script[2:34]
    return write_varint(len(script) + SPECIAL_SCRIPTS) + script


def decompress_key(odd: bool, x: bytes) -> bytes | None:
    """The 65 bytes of the uncompressed public key with this x coordinate (32 bytes, big-endian).

    ``odd`` says which of the two points. None where the curve has no such point.
    """
    number = int.from_bytes(x, "big")
    square = (pow(number, 3, FIELD_PRIME) + 7) % FIELD_PRIME
    # The prime is 3 modulo 4, so that this is a root of every square.
    root = pow(square, (FIELD_PRIME + 1) // 4, FIELD_PRIME)
    if number >= FIELD_PRIME or root * root % FIELD_PRIME != square:
        return None
    if bool(root & 1) != odd:
        root = FIELD_PRIME - root
    return b"\x04" + x + root.to_bytes(32, "big")


def _uncompressed(odd: bool) -> Callable[[bytes], bytes | None]:
    def script(x: bytes) -> bytes | None:
        key = decompress_key(odd, x)
        return None if key is None else pubkey_script(key)

    return script


_SPECIAL: tuple[Callable[[bytes], bytes | None], ...] = (
    lambda payload: address_script(PUBKEYHASH, payload),
    lambda payload: address_script(SCRIPTHASH, payload),
    lambda x: pubkey_script(b"\x02" + x),
    lambda x: pubkey_script(b"\x03" + x),
    _uncompressed(odd=False),
    _uncompressed(odd=True),
)
"""By script size: pay-to-pubkey-hash, pay-to-script-hash, and pay-to-pubkey of a compressed key, even
or odd, and of an uncompressed one that is a point of the curve."""
