"""Addresses as people write them: Base58Check, Bech32 (BIP 173), Bech32m (BIP 350) and CashAddr.

A script without an address form is written ``script:`` and its SHA-256 in hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clew.bitcoin import cashaddr
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import NETWORKS, Network
from clew.bitcoin.script import ANCHOR_PROGRAM, program_type
from clew.errors import AddressError
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
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
)

BASE58_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32 = 1
BECH32M = 0x2BC830A3
"""What the checksum must leave: Bech32 for witness version 0, Bech32m for 1 to 16."""

MAX_BECH32_LENGTH = 90
MAX_BASE58_LENGTH = 120
"""Longer than any Base58Check text in use (extended keys have 111 characters)."""

_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_WITNESS_VERSIONS = {WITNESS_V0_KEYHASH: 0, WITNESS_V0_SCRIPTHASH: 0, WITNESS_V1_TAPROOT: 1, ANCHOR: 1}
_PRIVATE_KEY_PREFIXES = (128, 239, 176, 158)
"""Bitcoin and Bitcoin Cash, all test networks, Litecoin, Dogecoin."""

_CASHADDR_TYPES = {
    (cashaddr.KEY_HASH, 20): PUBKEYHASH,
    (cashaddr.SCRIPT_HASH, 20): SCRIPTHASH,
    (cashaddr.SCRIPT_HASH, 32): SCRIPTHASH32,
    (cashaddr.TOKEN_KEY_HASH, 20): PUBKEYHASH,
    (cashaddr.TOKEN_SCRIPT_HASH, 20): SCRIPTHASH,
    (cashaddr.TOKEN_SCRIPT_HASH, 32): SCRIPTHASH32,
}
_CASHADDR_KINDS = {
    PUBKEYHASH: cashaddr.KEY_HASH,
    SCRIPTHASH: cashaddr.SCRIPT_HASH,
    SCRIPTHASH32: cashaddr.SCRIPT_HASH,
}
_BARE_CASHADDR = re.compile(r"[qpzr][02-9ac-hj-np-z]{41}|[pr][02-9ac-hj-np-z]{60}", re.IGNORECASE)
"""A CashAddr whose prefix is left out, rightly written or not."""

_BASE58_HEADS = {
    "Bitcoin": "13mn2",
    "Bitcoin Cash": "13mn2",
    "Litecoin": "LM3mnQ2",
    "Dogecoin": "D9Amn2",
}
"""What a Base58Check address may begin with, by currency."""

_HASH = re.compile(r"[0-9a-fA-F]{64}")
_SCRIPT_HASH = re.compile(r"script:([0-9a-fA-F]{64})")


def encode(address_type: int, payload: bytes, network: Network) -> str:
    """The text of an address, as people write it on ``network``.

    Raises ValueError for a type that is no address (nulldata, pubkey) or none on this network, and for
    a payload of the wrong length: mistakes of the caller, not of a user.
    """
    _require_payload(address_type, payload, network)
    if network.cashaddr_prefix and address_type in _CASHADDR_KINDS:
        return cashaddr.encode(network.cashaddr_prefix, _CASHADDR_KINDS[address_type], payload)
    if address_type in (NONSTANDARD, MULTISIG):
        return f"script:{payload.hex()}"
    if address_type == PUBKEYHASH:
        return base58check_encode(bytes([network.pubkeyhash_prefix]) + payload)
    if address_type == SCRIPTHASH:
        return base58check_encode(bytes([network.scripthash_prefix]) + payload)
    if address_type == WITNESS_UNKNOWN:
        version, program = payload[0], payload[1:]
    else:
        version, program = _WITNESS_VERSIONS[address_type], payload
    values = [version, *_regroup(program, 8, 5, pad=True)]
    return bech32_encode(network.bech32_prefix, values, BECH32M if version else BECH32)


def _require_payload(address_type: int, payload: bytes, network: Network) -> None:
    if address_type == WITNESS_UNKNOWN:
        fits = 3 <= len(payload) <= 41 and 1 <= payload[0] <= 16
        fits = fits and program_type(payload[0], payload[1:]) == WITNESS_UNKNOWN
    elif address_type == ANCHOR:
        fits = payload == ANCHOR_PROGRAM
    else:
        fits = PAYLOAD_LENGTH.get(address_type) == len(payload)
    if address_type in (*_WITNESS_VERSIONS, WITNESS_UNKNOWN):
        fits = fits and network.has_witness_programs
    if address_type == SCRIPTHASH32:
        fits = fits and bool(network.cashaddr_prefix)
    if not fits:
        raise ValueError(f"no address: type {SCRIPT_TYPES[address_type]}, payload {payload.hex()!r}")


def decode(text: str, network: Network) -> tuple[int, bytes]:
    """Address type and payload of an address of ``network``.

    ``script:`` and a hash gives (NONSTANDARD, hash), though the script may be a bare multisig: the
    hash does not tell. Raises AddressError, which says whether the text is mistyped, belongs to
    another network, or is no address; a text that may be a secret is never repeated in full.
    """
    script = _SCRIPT_HASH.fullmatch(text)
    if script:
        return NONSTANDARD, bytes.fromhex(script[1])
    if _bech32_prefix(text):
        return _decode_bech32(text, network)
    if (prefix := _cashaddr_prefix(text)) or (network.cashaddr_prefix and _BARE_CASHADDR.fullmatch(text)):
        return _decode_cashaddr(text, prefix or network.cashaddr_prefix, network)
    if 1 <= len(text) <= MAX_BASE58_LENGTH and set(text) <= set(BASE58_ALPHABET):
        return _decode_base58(text, network)
    raise _not_an_address(text)


def _decode_base58(text: str, network: Network) -> tuple[int, bytes]:
    try:
        data = base58check_decode(text)
    except ValueError:
        if 26 <= len(text) <= 35 and text[0] in _BASE58_HEADS[network.currency]:
            raise _mistyped(text, "its checksum does not fit") from None
        raise _not_an_address(text) from None
    prefix, payload = data[0], data[1:]
    if prefix in _PRIVATE_KEY_PREFIXES and len(payload) in (32, 33):
        raise AddressError("not an address: expected an address, found a private key; keep it secret")
    if len(payload) != 20:
        raise _not_an_address(text)
    if prefix == network.pubkeyhash_prefix:
        return PUBKEYHASH, payload
    if prefix in (network.scripthash_prefix, network.old_scripthash_prefix):
        return SCRIPTHASH, payload
    owners = [
        each for each in NETWORKS.values() if prefix in (each.pubkeyhash_prefix, each.scripthash_prefix)
    ]
    # Two currencies write test addresses alike: those of the ledger's own say more.
    owners = [each for each in owners if each.currency == network.currency] or owners
    raise _wrong_network(text, network, owners)


def _bech32_prefix(text: str) -> str:
    """The prefix of a known network that ``text`` starts with, or an empty string."""
    prefixes = {each.bech32_prefix for each in NETWORKS.values()} - {""}
    start = text.lower().partition("1")[0]
    return start if start in prefixes else ""


def _cashaddr_prefix(text: str) -> str:
    """The CashAddr prefix of a known network that ``text`` starts with, or an empty string."""
    prefixes = {each.cashaddr_prefix for each in NETWORKS.values()} - {""}
    start, colon, _ = text.lower().partition(":")
    return start if colon and start in prefixes else ""


def _decode_cashaddr(text: str, prefix: str, network: Network) -> tuple[int, bytes]:
    try:
        kind, payload = cashaddr.decode(text, prefix)
    except ValueError as reason:
        raise _mistyped(text, str(reason)) from None
    if prefix != network.cashaddr_prefix:
        owners = [each for each in NETWORKS.values() if each.cashaddr_prefix == prefix]
        raise _wrong_network(text, network, owners)
    address_type = _CASHADDR_TYPES.get((kind, len(payload)))
    if address_type is None:
        raise AddressError(
            f"not an address: expected a key hash of 20 bytes or a script hash of 20 or 32, found type "
            f"{kind}, {len(payload)} bytes, in {_shown(text)}; ask where the address came from"
        )
    return address_type, payload


def _decode_bech32(text: str, network: Network) -> tuple[int, bytes]:
    try:
        prefix, values, constant = bech32_decode(text)
    except ValueError as reason:
        raise _mistyped(text, str(reason)) from None
    try:
        version, program = _witness_program(values, constant)
    except ValueError as reason:
        raise AddressError(
            f"not an address: {reason}, in {_shown(text)}; ask where the address came from"
        ) from None
    if prefix != network.bech32_prefix:
        owners = [each for each in NETWORKS.values() if each.bech32_prefix == prefix]
        raise _wrong_network(text, network, owners)
    kind = program_type(version, program)
    return kind, bytes([version]) + program if kind == WITNESS_UNKNOWN else program


def _witness_program(values: Sequence[int], constant: int) -> tuple[int, bytes]:
    """Version and program, checked as BIP 350 demands. Raises ValueError with the reason."""
    if not values or values[0] > 16:
        raise ValueError(f"expected a witness version from 0 to 16, found {values[0] if values else 'none'}")
    version, program = values[0], bytes(_regroup(values[1:], 5, 8, pad=False))
    if constant != (BECH32M if version else BECH32):
        names = ("Bech32m", "Bech32") if version else ("Bech32", "Bech32m")
        raise ValueError(f"expected a {names[0]} checksum for witness version {version}, found {names[1]}")
    if not 2 <= len(program) <= 40:
        raise ValueError(f"expected a program of 2 to 40 bytes, found {len(program)}")
    if version == 0 and len(program) not in (20, 32):
        raise ValueError(f"expected a program of 20 or 32 bytes for version 0, found {len(program)}")
    return version, program


def one_letter_away(text: str, network: Network) -> list[str]:
    """Valid addresses of ``network`` that differ from a mistyped one in exactly one character.

    A checksum lets fewer than one in a million wrong guesses through, so one found is most likely
    what was meant; whoever asks must still compare it with its source.
    """
    if _bech32_prefix(text):
        text = text.lower()
        alphabet, start = BECH32_ALPHABET, text.find("1") + 1
    elif _cashaddr_prefix(text) or (network.cashaddr_prefix and _BARE_CASHADDR.fullmatch(text)):
        text = text.lower()
        alphabet, start = BECH32_ALPHABET, text.find(":") + 1
    elif 26 <= len(text) <= 35:
        alphabet, start = BASE58_ALPHABET, 0
    else:
        return []
    near = []
    for at in range(start, min(len(text), MAX_BECH32_LENGTH)):
        for letter in alphabet:
            if letter != text[at]:
                candidate = text[:at] + letter + text[at + 1 :]
                try:
                    decode(candidate, network)
                except AddressError:
                    continue
                near.append(candidate)
    return near


def base58check_encode(data: bytes) -> str:
    """``data`` and the first four bytes of its double SHA-256, in base 58."""
    full = data + sha256d(data)[:4]
    number = int.from_bytes(full, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = BASE58_ALPHABET[digit] + digits
    zeros = len(full) - len(full.lstrip(b"\0"))
    return "1" * zeros + digits


def base58check_decode(text: str) -> bytes:
    """The data without its checksum. Raises ValueError for a strange character or a wrong checksum."""
    number = 0
    for character in text:
        number = number * 58 + BASE58_ALPHABET.index(character)
    zeros = len(text) - len(text.lstrip("1"))
    full = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    data, checksum = full[:-4], full[-4:]
    if not data or sha256d(data)[:4] != checksum:
        raise ValueError("its checksum does not fit")
    return data


def bech32_encode(prefix: str, values: Sequence[int], constant: int) -> str:
    """Prefix, separator, five-bit values and checksum, in lower case."""
    remainder = _polymod([*_spread(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ constant
    checksum = [remainder >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(BECH32_ALPHABET[value] for value in [*values, *checksum])


def bech32_decode(text: str) -> tuple[str, list[int], int]:
    """Prefix in lower case, five-bit values without the checksum, and BECH32 or BECH32M.

    Raises ValueError with the reason. The text may be all upper case, never mixed (BIP 173).
    """
    if len(text) > MAX_BECH32_LENGTH:
        raise ValueError(f"it has {len(text)} characters, more than {MAX_BECH32_LENGTH}")
    if not all("!" <= character <= "~" for character in text):
        raise ValueError("it has a character that is no visible ASCII")
    if text not in (text.lower(), text.upper()):
        raise ValueError("it mixes upper and lower case")
    prefix, separator, body = text.lower().rpartition("1")
    if not separator or not prefix:
        raise ValueError("it has no prefix")
    strange = sorted(set(body) - set(BECH32_ALPHABET))
    if strange:
        raise ValueError(f"it has {strange[0]!r}, a character that does not occur in addresses")
    if len(body) < 6:
        raise ValueError("it is too short")
    values = [BECH32_ALPHABET.index(character) for character in body]
    constant = _polymod([*_spread(prefix), *values])
    if constant not in (BECH32, BECH32M):
        raise ValueError("its checksum does not fit")
    return prefix, values[:-6], constant


def _spread(prefix: str) -> list[int]:
    codes = prefix.encode("ascii")
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _polymod(values: Iterable[int]) -> int:
    """Remainder of the polynomial ``values`` over GF(32) by the generator of BIP 173."""
    remainder = 1
    for value in values:
        carry = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            if carry >> bit & 1:
                remainder ^= term
    return remainder


def _regroup(values: Iterable[int], width: int, new_width: int, *, pad: bool) -> list[int]:
    """The bits of ``values``, cut anew. Without ``pad``, raises ValueError unless the rest is padding."""
    bits = "".join(f"{value:0{width}b}" for value in values)
    rest = len(bits) % new_width
    if rest and pad:
        bits += "0" * (new_width - rest)
    elif rest:
        if rest >= width or "1" in bits[-rest:]:
            raise ValueError("expected at most four zero bits of padding, found others")
        bits = bits[:-rest]
    return [int(bits[start : start + new_width], 2) for start in range(0, len(bits), new_width)]


def _mistyped(text: str, reason: str) -> AddressError:
    return AddressError(f"mistyped address: {reason}, in {_shown(text)}; compare it with its source")


def _not_an_address(text: str) -> AddressError:
    # Eight characters find the place in a list, and give no seed phrase or private key away.
    start = repr(text[:8]) + ("…" if len(text) > 8 else "")
    remedy = "check what was pasted"
    if _HASH.fullmatch(text):
        remedy = "if this is a transaction id, name one of its outputs, as in TXID:0"
    return AddressError(
        f"not an address: expected an address or script:<sha256>, found {len(text)} characters"
        f" that begin {start}; {remedy}"
    )


def _wrong_network(text: str, network: Network, owners: Sequence[Network]) -> AddressError:
    names = " or ".join(each.name for each in owners)
    if not names:
        return AddressError(
            f"address of another currency: expected an address of {network.name}, found {_shown(text)},"
            " whose prefix no network known here has; ask where the address came from"
        )
    return AddressError(
        f"address of another network: expected an address of {network.name}, found {_shown(text)},"
        f" which belongs to {names}; open the ledger of that network"
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= MAX_BECH32_LENGTH else text[:MAX_BECH32_LENGTH] + "…")
