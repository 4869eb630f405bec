"""Token prefixes: what an output of Bitcoin Cash carries before its locking script.

Source: CHIP-2022-02-CashTokens. A prefix is the byte 0xef, 32 bytes of category, a bit field, and as
the field says a commitment with its length and an amount.
"""

from __future__ import annotations

from clew.bitcoin.wire import Reader
from clew.errors import ParseError

PREFIX = 0xEF
CATEGORY_BYTES = 32

HAS_AMOUNT = 0x10
HAS_NFT = 0x20
HAS_COMMITMENT = 0x40
RESERVED = 0x80
CAPABILITY = 0x0F
"""What the holder of a non-fungible token may do: 0 nothing, 1 change it, 2 make more."""

MAX_CAPABILITY = 2
MAX_AMOUNT = (1 << 63) - 1


def locking_script(script: bytes) -> bytes:
    """What stands behind a token prefix; the whole script where there is none, or a malformed one."""
    if not script or script[0] != PREFIX:
        return script
    reader = Reader(script, "token prefix")
    try:
        reader.take(1 + CATEGORY_BYTES, "category")
        field = reader.unsigned(1, "bit field")
        if not _is_sound(field):
            return script
        if field & HAS_COMMITMENT:
            length = reader.compact_size("commitment length")
            if not length:
                return script
            reader.take(length, "commitment")
        if field & HAS_AMOUNT and not 1 <= _read_amount(reader) <= MAX_AMOUNT:
            return script
    except ParseError:
        return script
    return script[reader.position :]


def _is_sound(field: int) -> bool:
    """Whether a bit field names a token, and nothing of one that is not there."""
    if field & RESERVED or not field & (HAS_AMOUNT | HAS_NFT):
        return False
    if field & HAS_NFT:
        return field & CAPABILITY <= MAX_CAPABILITY
    return not field & (HAS_COMMITMENT | CAPABILITY)


def _read_amount(reader: Reader) -> int:
    """A compact size without the bound that lengths have; 0, which is no amount, for a longer form."""
    first = reader.unsigned(1, "amount")
    if first < 0xFD:
        return first
    width = {0xFD: 2, 0xFE: 4, 0xFF: 8}[first]
    number = reader.unsigned(width, "amount")
    least = {2: 0xFD, 4: 0x10000, 8: 1 << 32}[width]
    return number if number >= least else 0
